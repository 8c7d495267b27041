"""The words of a report's rows, the same in every format: what became of a record, what changed, for whom it is."""

from __future__ import annotations

from psconnect.model.review import ChangeRow
from psconnect.reports.content import ReportedFinding
from psconnect.wording.attributes import attribute_word
from psconnect.wording.catalogue import counted, marked, tr, translated
from psconnect.wording.found import about_word, finding_detail, finding_title, found_word, named_finding
from psconnect.wording.rules import rule_of

_DONE = {"create": marked("Added"), "update": marked("Updated"), "remove": marked("Removed")}
_PLANNED = {
    "create": marked("Would be added"),
    "update": marked("Would be updated"),
    "remove": marked("Would be removed"),
}


def action_done(action: str, *, delivered: bool) -> str:
    """What a change did, or would do."""
    return translated((_DONE if delivered else _PLANNED)[action])


def changed_values(row: ChangeRow, *, masked: bool) -> str:
    """What an update changes: ``first name: Ana → Anna``; masked, only which attributes; nothing for other changes."""
    if row.action != "update":
        return ""
    parts = []
    for name, before, after in row.values:
        word = attribute_word(row.entity, name)
        parts.append(word if masked else tr("{field}: {before} → {after}", field=word, before=before, after=after))
    return "; ".join(parts)


def found_name(row: ReportedFinding) -> str:
    """The record of a finding, as a person names it."""
    name = named_finding(row.record)
    return tr("for example {name}", name=name) if row.line.rule.counted else name


def found_title(row: ReportedFinding) -> str:
    """A finding in a few words; of a missing value with its field."""
    return finding_title(rule_of(row.record.rule), row.record.entity, row.record.detail)


def found_field(row: ReportedFinding) -> str:
    """Which field a finding is about, or the other record that it is about; with how many, where they are counted."""
    about = finding_detail(row.record) or about_word(row.record)
    if row.line.rule.counted:
        return counted(row.record.records, "{what}: 1 record", "{what}: {count} records", what=about)
    return about


def found_outcome(row: ReportedFinding) -> str:
    """What became of the record."""
    return found_word(row.record.state)
