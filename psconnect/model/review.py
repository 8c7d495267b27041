"""What a person looks at in a run: rows of its changes, groups of its findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psconnect.model.found import FoundState
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


@dataclass(frozen=True)
class FindingQuery:
    """Which findings of a run.

    Attributes:
        rule: key of the rule; empty for all.
        attribute: the attribute that has no value; empty for all.
        school: name of the school, empty for findings without a school; None for all.
        state: what became of the record; None for all.
        text: only records with these words in name, number or school; empty for all.
    """

    rule: str = ""
    attribute: str = ""
    school: str | None = None
    state: FoundState | None = None
    text: str = ""


@dataclass(frozen=True)
class FoundRecord:
    """One finding about one record, or one that stands for several that are counted.

    Attributes:
        detail: what the rule is about in this record: an attribute, another record's kind and id, a code of a list.
        state: what became of it.
        other: the other record that the detail is about, as a person names it; empty where it is about none.
        title: how a person names it; empty where nothing is known of it. A person's data, for the screen and the
            registrar alone.
        number: the number that people look it up by; may be empty.
        school: name of its school, or an empty text.
        blank: the attribute of its name that is empty; else an empty text.
        link: its PowerSchool page; empty if it has none.
        records: how many records it stands for.
    """

    rule: str
    entity: str
    key: int
    detail: str = ""
    state: FoundState = FoundState.GAP
    other: str = ""
    title: str = ""
    number: str = ""
    school: str = ""
    blank: str = ""
    link: str = ""
    records: int = 1


@dataclass(frozen=True)
class FindingGroup:
    """The findings of one rule about one kind of records; of a missing value, about one attribute.

    Records of which something else became are a group of their own.

    Attributes:
        state: what became of the records.
        attribute: the attribute that has no value; empty for other rules.
        count: how many records they are about.
        records: the first of them.
        fields: the source fields that the attribute is made of, in the source's words.
    """

    rule: Rule
    entity: str
    attribute: str
    state: FoundState
    count: int
    records: tuple[FoundRecord, ...]
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Findings:
    """What a person sees of a run's findings.

    Attributes:
        run_id: the run.
        groups: the worst first.
        counts: how many records they are about by what became of them, whatever state is asked for.
        schools: names of the schools with a finding; an empty name for those without a school.
    """

    run_id: str
    groups: tuple[FindingGroup, ...]
    counts: Mapping[FoundState, int]
    schools: tuple[str, ...]

    @property
    def total(self) -> int:
        """All records with a finding."""
        return sum(self.counts.values())
