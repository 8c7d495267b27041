"""The part of a printed report that names records: findings by school, then changes by kind, as many as there is room.

What is not listed one by one is counted and told.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from psconnect.model.entities import Entity
from psconnect.model.printed import (
    PrintedBlock,
    PrintedCell,
    PrintedColumn,
    PrintedHeading,
    PrintedLine,
    PrintedTable,
    PrintedText,
)
from psconnect.reports.changes import ChangedRecord
from psconnect.reports.content import ReportContent, ReportedFinding
from psconnect.reports.problems import ALL, FoundIn, SchoolProblems
from psconnect.reports.words import (
    action_done,
    changed_values,
    found_field,
    found_name,
    found_outcome,
    found_title,
)
from psconnect.wording.catalogue import counted, number, tr
from psconnect.wording.found import finding_detail
from psconnect.wording.records import entity_label

_RECORDS_A_RULE = (ALL, 500, 200, 100, 50, 20, 10, 5, 2, 1, 0)
_HEADING = 4
"""The space a rule's heading takes, in records."""
_CHANGES_SHARE = 0.4
NAMES_ANCHOR = "names"
"""The anchor at which the part begins."""
_MOST_CHANGES = 500
"""More changes of one kind than this are not read on paper: none of them is listed."""


@dataclass
class NamesPart:
    """The blocks that name records.

    Attributes:
        room: how many records to list in total; a list that somebody asked for holds all.
        anchors: what other parts of the report can lead to.
    """

    content: ReportContent
    room: int
    blocks: list[PrintedBlock] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        content, room = self.content, int(self.room * (1 - _CHANGES_SHARE))
        wish, corrected = content.wish, content.corrected
        heading = tr("New since the run before") if wish.since_last else tr("Records to look at")
        self._findings(heading, content.found, room, new_alone=wish.since_last)
        if wish.since_last and corrected:
            self._findings(tr("Corrected since the run before"), corrected, room, prefix="corrected-", new_alone=True)
        if not wish.listed:
            self._changes(int(self.room * _CHANGES_SHARE))

    def _head(self, text: str, level: int, *anchors: str, aside: str = "") -> None:
        fresh = tuple(one for one in anchors if one not in self.anchors)
        self.anchors.update(fresh)
        self.blocks.append(PrintedHeading(text, level, fresh, aside))

    def _findings(self, heading: str, found: FoundIn, room: int, *, prefix: str = "", new_alone: bool = False) -> None:
        schools = self.content.schools(found)
        if not schools:
            return
        # A list that somebody asked for is never cut.
        each = ALL if self.content.wish.listed else _most_of_each(schools, room)
        self._head(heading, 2, NAMES_ANCHOR)
        rows = self.content.rows(found, schools, each) if each else iter(())
        listed = 0
        by_school = {key: list(some) for key, some in itertools.groupby(rows, lambda row: row.line.school_key)}
        totals = {school.key: school for school in schools}
        for key, some in by_school.items():
            listed += len(some)
            self._school(totals[key], some, prefix, new_alone=new_alone)
        if not self.content.wish.listed:
            self._rest(sum(school.total for school in schools) - listed)

    def _rest(self, rest: int) -> None:
        if rest:
            text = counted(
                rest,
                "1 more record is not listed here. The Excel, CSV and JSON reports list every one.",
                "{count} more records are not listed here. The Excel, CSV and JSON reports list every one.",
            )
            self.blocks.append(PrintedText(text, "muted"))

    def _school(self, school: SchoolProblems, rows: list[ReportedFinding], prefix: str, *, new_alone: bool) -> None:
        aside = counted(len(rows), "1 record", "{count} records")
        if len(rows) < school.total and not self.content.wish.listed:
            aside = tr("{listed} of {count} records", listed=number(len(rows)), count=number(school.total))
        self._head(school.name, 3, f"{prefix}school-{school.key}", aside=aside)
        for _place, group in itertools.groupby(rows, _same_finding):
            some = list(group)
            first = some[0]
            anchor = finding_anchor(first.record.rule, _attribute(first), first.record.state)
            rule_anchor = f"rule-{first.record.rule}"
            aside = tr("{outcome}, {count}", outcome=found_outcome(first), count=number(len(some)))
            anchors = () if prefix else (anchor, rule_anchor)
            self._head(found_title(first), 4, *anchors, aside=aside)
            if first.line.rule.to_do and not prefix:
                self.blocks.append(PrintedText(first.line.rule.to_do, "muted"))
            self.blocks.append(self._table(some, new_alone=new_alone))

    def _table(self, rows: Sequence[ReportedFinding], *, new_alone: bool) -> PrintedTable:
        masked = self.content.wish.masked
        new = not new_alone and any(row.line.new for row in rows)
        columns = [PrintedColumn(tr("Name"), 0.34)]
        columns += [] if masked else [PrintedColumn(tr("Number"), 0.14)]
        columns += [PrintedColumn(tr("Field"), 0.28)]
        columns += [PrintedColumn(tr("Since the run before"), 0.1)] if new else []
        columns += [] if masked else [PrintedColumn(tr("Page in PowerSchool"), 0.2)]
        lines = [self._line(row, new=new) for row in rows]
        return _filled(columns, lines, tr("Records with this finding"))

    def _line(self, row: ReportedFinding, *, new: bool) -> PrintedLine:
        one, masked = row.record, self.content.wish.masked
        cells = [PrintedCell(found_name(row))]
        cells += [] if masked else [PrintedCell(one.number)]
        cells += [PrintedCell(found_field(row) if row.line.rule.counted else finding_detail(row.record), "muted")]
        cells += [PrintedCell(tr("new") if row.line.new else "", "warning")] if new else []
        cells += [] if masked else [PrintedCell(tr("Open in PowerSchool") if one.link else "", url=one.link)]
        return cells

    def _changes(self, room: int) -> None:
        kinds = self.content.changed_kinds()
        if not kinds:
            return
        delivered = self.content.view.delivered
        self._head(tr("Changes of this run") if delivered else tr("Planned changes"), 2, NAMES_ANCHOR)
        for entity, actions in kinds.items():
            self._head(entity_label(entity.key), 3)
            for action, count in actions.items():
                title = action_done(action, delivered=delivered)
                listed = count <= min(room, _MOST_CHANGES)
                self._head(title, 4, *([change_anchor(entity.key, action)] if listed else []), aside=number(count))
                if not listed:
                    self._not_listed(count)
                    continue
                room -= count + _HEADING
                self.blocks.append(self._changed(self.content.changed(entity, action), entity, action))

    def _not_listed(self, count: int) -> None:
        text = counted(
            count,
            "The 1 record is not listed here; the Excel, CSV and JSON reports list it.",
            "The {count} records are not listed one by one here; the Excel, CSV and JSON reports list every one.",
        )
        self.blocks.append(PrintedText(text, "muted"))

    def _changed(self, changed: Iterable[ChangedRecord], entity: Entity, action: str) -> PrintedTable:
        masked, updates = self.content.wish.masked, action == "update"
        columns = [PrintedColumn(tr("Name"), 0.32)]
        columns += [] if masked else [PrintedColumn(tr("Number"), 0.14)]
        columns += [PrintedColumn(tr("School"), 0.24)]
        columns += [PrintedColumn(tr("What changes"), 0.4)] if updates else []
        rows = sorted(changed, key=lambda one: one.row.title.casefold()) if not masked else list(changed)
        caption = tr("{records} with this change", records=entity_label(entity.key))
        return _filled(columns, [self._changed_line(one, updates=updates) for one in rows], caption)

    def _changed_line(self, one: ChangedRecord, *, updates: bool) -> PrintedLine:
        row, masked = one.row, self.content.wish.masked
        cells = [PrintedCell(row.title)]
        cells += [] if masked else [PrintedCell(row.number)]
        cells += [PrintedCell(row.school, "muted")]
        cells += [PrintedCell(changed_values(row, masked=masked))] if updates else []
        return cells


def _most_of_each(schools: Sequence[SchoolProblems], room: int) -> int:
    """How many records of each rule and school there is room for: the same number for all of them."""
    counts = [rule.count for school in schools for rule in school.rules]
    return next(most for most in _RECORDS_A_RULE if not most or sum(min(most, n) + _HEADING for n in counts) <= room)


def _filled(columns: Sequence[PrintedColumn], lines: Sequence[PrintedLine], caption: str) -> PrintedTable:
    """A table of the columns that any line has something in."""
    kept = [place for place in range(len(columns)) if place == 0 or any(line[place].text for line in lines)]
    return PrintedTable(tuple(columns[one] for one in kept), [[line[one] for one in kept] for line in lines], caption)


def finding_anchor(rule: str, attribute: str, state: str) -> str:
    """Where the records of a finding are named first."""
    return f"finding-{rule}-{attribute}-{state}"


def change_anchor(entity: str, action: str) -> str:
    """Where the records of a change are named."""
    return f"change-{entity}-{action}"


def _attribute(row: ReportedFinding) -> str:
    return row.record.detail if found_title(row) != row.line.rule.title else ""


def _same_finding(row: ReportedFinding) -> tuple[str, str, str, str]:
    return row.record.rule, row.record.entity, _attribute(row), row.record.state
