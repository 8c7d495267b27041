"""The first page of a printed report: what a run comes to, in figures that add up. It stands alone and has no names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from psconnect.model.found import FoundState
from psconnect.model.printed import (
    PrintedBeside,
    PrintedBlock,
    PrintedCell,
    PrintedColumn,
    PrintedFacts,
    PrintedHeading,
    PrintedLine,
    PrintedNotice,
    PrintedTable,
    PrintedText,
    Tone,
)
from psconnect.reports.names_part import change_anchor, finding_anchor
from psconnect.reports.view import LeftOutRow, RunView, StandingRow
from psconnect.wording.catalogue import Plural, counted, marked, number, plural, tr, translated

_REASONS, _LEAST_REASONS, _LINES, _SCHOOLS, _ROOM = 9, 3, 6, 7, 30
"""How many reasons, findings and schools the first page has room for at most, and how many lines of tables in all; what
it has no room for is counted there, and stands under "More figures"."""
_NOTICE_LINES = 3
_STAY_OUT: Plural = plural(
    "1 record stays out until it is corrected.", "{count} records stay out until they are corrected."
)
_EFFECTS: dict[FoundState, tuple[str, Tone]] = {
    FoundState.LEFT_OUT: (marked("left out"), "bad"),
    FoundState.KEPT: (marked("kept as last delivered"), "warning"),
    FoundState.AT_RISK: (marked("may be rejected"), "bad"),
    FoundState.GAP: (marked("with a gap"), "warning"),
}
_SIGNS: tuple[tuple[str, str, Tone], ...] = (("create", "+", "good"), ("update", "~", "muted"), ("remove", "−", "bad"))


@dataclass(frozen=True)
class FirstPage:
    """Makes the blocks of the first page, and those of the figures that it has no room for.

    Attributes:
        anchors: what there is to lead to.
        since_last: whether the report is only about what changed against the run before.
    """

    view: RunView
    anchors: Collection[str] = field(default_factory=set)
    since_last: bool = False

    def blocks(self) -> list[PrintedBlock]:
        """The page."""
        view = self.view
        stay_out = sum(line.records for line in view.attention if line.state is FoundState.LEFT_OUT)
        approved = tr("It was on hold and approved by hand.") if view.holds and view.delivered else ""
        told = [view.sentence.more, approved, translated(_STAY_OUT, stay_out) if stay_out else ""]
        more = " ".join(filter(None, told))
        blocks: list[PrintedBlock] = [PrintedHeading(view.sentence.text, 1), PrintedText(more or view.state, "muted")]
        blocks.append(PrintedFacts(tuple((fact.label, fact.value) for fact in view.head)))
        blocks += self._notices()
        blocks += self._standing()
        if not self.since_last:
            blocks += self._reasons(view.left_out, self._reasons_shown)
        return [*blocks, *self._attention(_LINES, _SCHOOLS)]

    def more_figures(self) -> list[PrintedBlock]:
        """Everything about the run that stands nowhere else; nobody is named here, either."""
        view = self.view
        blocks: list[PrintedBlock] = [PrintedHeading(tr("More figures"), 2)]
        if view.holds and view.delivered:
            blocks.append(self._holds())
        if len(view.left_out) > self._reasons_shown or self.since_last:
            blocks += self._reasons(view.left_out, len(view.left_out), level=3)
        if len(view.attention) > _LINES or len(view.attention_schools) > _SCHOOLS:
            blocks += self._attention(len(view.attention), len(view.attention_schools), level=3)
        if view.read:
            columns = (PrintedColumn(tr("List"), 0.7), PrintedColumn(tr("Rows"), 0.3, right=True))
            lines = [[PrintedCell(label), PrintedCell(number(count))] for label, count in view.read]
            blocks += [
                PrintedHeading(tr("Read"), 3),
                PrintedTable(columns, lines, tr("Rows; each list is complete by the server’s own count")),
            ]
        facts = tuple((fact.label, fact.value) for fact in view.facts)
        return [*blocks, PrintedHeading(tr("This run"), 3), PrintedFacts(facts, in_a_row=False)]

    @property
    def _reasons_shown(self) -> int:
        view = self.view
        below = max(min(len(view.attention), _LINES) * 1.5, min(len(view.attention_schools), _SCHOOLS))
        notices = sum(_NOTICE_LINES + len(one.texts) for one in self._notices() if isinstance(one, PrintedNotice))
        room = int(_ROOM - len(view.standing) - below - notices)
        return max(_LEAST_REASONS, min(_REASONS, room))

    def _notices(self) -> list[PrintedBlock]:
        view, found = self.view, list[PrintedBlock]()
        if view.failure:
            failed = view.failure
            where = tr("Code {code}", code=failed.code)
            parts = (f"{failed.title}. {failed.happened}", failed.to_do, f"{failed.stopped} {where}".strip())
            found.append(PrintedNotice(tr("What happened"), tuple(filter(None, parts)), "bad"))
        if view.holds and not view.delivered:
            found.append(self._holds())
        if view.forgotten:
            text = counted(
                view.forgotten,
                "The run had 1 finding; which record it was about is kept no longer.",
                "The run had {count} findings; which records they were about is kept no longer.",
            )
            found.append(PrintedNotice(tr("Findings"), (text,)))
        return found

    def _holds(self) -> PrintedNotice:
        heading = tr("Why it waits for an approval") if self.view.waiting else tr("Why it needed an approval")
        return PrintedNotice(heading, tuple(self.view.holds))

    def _standing(self) -> list[PrintedBlock]:
        view = self.view
        if not view.standing:
            return self._changes()
        heading = (
            tr("What stands in {system}", system=view.standing_in)
            if view.delivered
            else tr("What would stand in {system}", system=view.standing_in)
        )
        columns = [PrintedColumn(tr("Records"), 0.17)]
        figures = (tr("Read"), tr("− Left out"), tr("+ Added"), tr("= Delivered"))
        columns += [PrintedColumn(*one, right=True) for one in zip(figures, (0.1, 0.12, 0.11, 0.14), strict=True)]
        signs = (tr("+ New"), tr("~ Changed"), tr("− Removed"))
        columns += [PrintedColumn(text, 0.125, right=True) for text in signs]
        lines = [self._standing_line(row) for row in view.standing]
        caption = tr("Read, without what was left out, and with what was added, is what is delivered")
        blocks: list[PrintedBlock] = [PrintedHeading(heading), PrintedTable(tuple(columns), lines, caption, sums=True)]
        adopted = view.standing[-1].figures.adopted
        taken = (
            counted(
                adopted,
                "1 of the new records was there already: it was taken over.",
                "{count} of the new records were there already: they were taken over.",
            )
            if adopted
            else ""
        )
        note = " ".join(filter(None, [view.added, taken]))
        return [*blocks, PrintedText(note, "muted")] if note else blocks

    def _standing_line(self, row: StandingRow) -> PrintedLine:
        one = row.figures
        added = number(one.added) if one.added else ""
        figures = [number(one.read), number(one.left_out), added]
        changes = [self._change(row, name, sign, tone) for name, sign, tone in _SIGNS]
        if not row.counts.total:
            changes[1] = PrintedCell(tr("no change"), "muted")
        cells = [PrintedCell(row.label), *map(PrintedCell, figures), PrintedCell(number(one.delivered), strong=True)]
        return [*cells, *changes]

    def _change(self, row: StandingRow, name: str, sign: str, tone: Tone) -> PrintedCell:
        count = getattr(row.counts, name)
        text = tr("{sign}{count}", sign=sign, count=number(count)) if count else ""
        return PrintedCell(text, tone, strong=tone != "muted", to=self._there(change_anchor(row.entity, name)))

    def _changes(self) -> list[PrintedBlock]:
        """The changes alone, of a run of which no figures are known."""
        view = self.view
        heading = PrintedHeading(tr("Changes") if view.delivered else tr("Planned changes"))
        if not view.changes:
            none = tr("No record had changed.")
            early = tr("The run did not get far enough to make a plan.")
            return [heading, PrintedText(none if view.planned else early)]
        words = (tr("Created"), tr("Updated"), tr("Removed")) if view.delivered else ()
        words = words or (tr("Create"), tr("Update"), tr("Remove"))
        columns = (PrintedColumn(tr("Records"), 0.4), *(PrintedColumn(text, 0.2, right=True) for text in words))
        lines = [
            [PrintedCell(label), *(PrintedCell(number(n)) for n in (counts.create, counts.update, counts.remove))]
            for label, counts in view.changes
        ]
        return [heading, PrintedTable(columns, lines, tr("Records created, updated and removed"))]

    def _reasons(self, rows: Sequence[LeftOutRow], most: int, *, level: int = 2) -> list[PrintedBlock]:
        if not rows:
            return []
        total = sum(row.count for row in rows)
        heading = counted(total, "Why 1 record was left out", "Why {count} records were left out")
        columns = (
            PrintedColumn(tr("Rule"), 0.44),
            PrintedColumn(tr("Which"), 0.42),
            PrintedColumn(tr("Records"), 0.14, right=True),
        )
        lines: list[PrintedLine] = [
            [
                PrintedCell(row.rule.title, to=self._there(f"rule-{row.rule.key}")),
                PrintedCell(row.kinds, "muted"),
                PrintedCell(number(row.count), strong=True),
            ]
            for row in rows[:most]
        ]
        if len(rows) > most:
            rest = rows[most:]
            text = counted(len(rest), "1 more reason, under More figures", "{count} more reasons, under More figures")
            count = number(sum(row.count for row in rest))
            lines.append([PrintedCell(text, "muted"), PrintedCell(""), PrintedCell(count, strong=True)])
        caption = tr("Records that were read and don’t stand at the destination, by rule")
        return [PrintedHeading(heading, level), PrintedTable(columns, lines, caption, headed=False)]

    def _attention(self, most: int, schools: int, *, level: int = 2) -> list[PrintedBlock]:
        view = self.view
        if not view.planned or view.forgotten:
            return []
        if not view.attention:
            nothing = tr("Nothing: every record that was read is in order.")
            return [PrintedHeading(tr("Needs attention"), level), PrintedText(nothing), *self._since()]
        total = view.attention_total
        heading = counted(total, "Needs attention, 1 record", "Needs attention, {count} records")
        columns = (
            PrintedColumn(tr("What"), 0.55),
            PrintedColumn(tr("What became of them"), 0.27),
            PrintedColumn(tr("Where"), 0.18, right=True),
        )
        lines = [self._attention_line(place) for place in range(min(most, len(view.attention)))]
        lines += self._rest_of(view.attention[most:])
        left: list[PrintedBlock] = [
            PrintedHeading(heading, level),
            PrintedTable(columns, lines, tr("Findings"), headed=False),
        ]
        caption = tr("Records that need attention, by school")
        named = (PrintedColumn(tr("School"), 0.76), PrintedColumn(tr("Records"), 0.24, right=True))
        right = PrintedTable(named, self._school_lines(schools), caption, headed=False)
        beside = PrintedBeside((*left, *self._since()), (PrintedHeading(tr("By school"), level), right))
        return [beside]

    def _attention_line(self, place: int) -> PrintedLine:
        line = self.view.attention[place]
        effect, tone = _EFFECTS[line.state]
        to = self._there(finding_anchor(line.rule.key, line.attribute, line.state))
        text = tr("{records}: {finding}", records=line.whom, finding=line.title)
        return [PrintedCell(text), PrintedCell(translated(effect), tone, strong=True), PrintedCell("", "muted", to=to)]

    def _rest_of(self, rest: Sequence[object]) -> list[PrintedLine]:
        if not rest:
            return []
        text = counted(len(rest), "1 more finding, under More figures", "{count} more findings, under More figures")
        return [[PrintedCell(text, "muted"), PrintedCell(""), PrintedCell("")]]

    def _school_lines(self, most: int) -> list[PrintedLine]:
        found = self.view.attention_schools
        lines: list[PrintedLine] = [
            [PrintedCell(name), PrintedCell(number(n), strong=True)] for name, n in found[:most]
        ]
        rest = found[most:]
        if rest:
            text = counted(len(rest), "1 more school", "{count} more schools")
            lines.append([PrintedCell(text, "muted"), PrintedCell(number(sum(n for _name, n in rest)), strong=True)])
        return lines

    def _since(self) -> list[PrintedBlock]:
        since = self.view.since
        if since is None:
            return []
        if since.forgotten:
            return [PrintedText(tr("The findings of the run before are kept no longer."), "muted")]
        text = tr(
            "Since the run before: {new} new, {corrected} corrected.",
            new=number(since.new),
            corrected=number(since.corrected),
        )
        return [PrintedText(text, "muted")]

    def _there(self, anchor: str) -> str:
        return anchor if anchor in self.anchors else ""
