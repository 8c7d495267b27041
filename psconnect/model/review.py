"""What a person looks at in a run: rows of its changes, groups of its findings."""

from __future__ import annotations

from dataclasses import dataclass

from psconnect.model.problems import Rule


@dataclass(frozen=True)
class ChangeRow:
    """A change as a table shows it.

    Attributes:
        entity, key: the record.
        action: ``create``, ``update`` or ``remove``.
        title: how a person names the record; a person's data, for the screen alone.
        number: the number that people look it up by, or an empty text.
        school: name of its school, or an empty text.
        values: (attribute, before, after) of every attribute for a create or removal, of the changed ones for an
            update; before or after is None where there is no record. Hidden characters are named, as in all texts here.
        rule: the rule that causes a removal; empty for other actions, and if it is no longer known.
        found_by: how the destination's own record that a create takes over was recognised; empty for a new one.
        aside: why the plan leaves the change alone (SetAside.because); empty for a change that goes through.
        same: (attribute, value) of the attributes that an update leaves as they are.
    """

    entity: str
    key: int
    action: str
    title: str
    number: str
    school: str
    values: tuple[tuple[str, str | None, str | None], ...]
    rule: str = ""
    found_by: str = ""
    aside: str = ""
    same: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ChangeQuery:
    """Which changes, in which order.

    Attributes:
        entity: key of the entity.
        action: one action, or an empty text for all.
        text: only records with this text in one of their values or in their school's name; empty for all.
        school: only records of the schools of this name; empty for all.
        order: ``title``, ``number``, ``school``, ``action`` or ``key``.
        descending: whether the order is reversed.
    """

    entity: str
    action: str = ""
    text: str = ""
    school: str = ""
    order: str = "key"
    descending: bool = False


@dataclass(frozen=True)
class ProblemRecord:
    """A record with a finding.

    Attributes:
        title: how a person names it, where it is known.
        link: its PowerSchool page.
        sourced_id: the id under which it is delivered, or would be.
    """

    entity: str
    key: int
    title: str
    detail: str
    link: str = ""
    sourced_id: str = ""


@dataclass(frozen=True)
class ProblemGroup:
    """The findings of one rule at one school.

    Attributes:
        count: how many records they are about; more than there are findings if the rule only counts.
        findings: how many findings there are.
        records: the first of the records.
    """

    school: str
    rule: Rule
    count: int
    findings: int
    records: tuple[ProblemRecord, ...]
