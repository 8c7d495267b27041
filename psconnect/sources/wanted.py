"""What a connection wants from its source, whatever its kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from psconnect.model.connection import Connection
from psconnect.model.filter_rules import FilterRule
from psconnect.roster.filters import looks_at_today
from psconnect.roster.mapping import RosterMapping
from psconnect.roster.roles import Roles
from psconnect.roster.school_choices import CourseScope, TermChoice
from psconnect.roster.value_lists import ValueList


@dataclass(frozen=True)
class Included:
    """Who and what is included, besides the schools and the year.

    Attributes:
        prior_days: how many days before its first school day the next year is read; None for that day itself, once the
            current year is over.
        terms: which terms each school delivers.
        courses: which courses each school delivers, and as what.
        enroll_status: values of Students.Enroll_Status that are active.
        admins: whether staff without a class are delivered.
        portal_only: whether only contacts with a portal account are delivered.
        co_teacher_classes: the most classes a co-teacher has; None for no limit.
        guests: whether students of other schools are included if they are in a class of a chosen school.
        section_move: ``Table.Field`` that says where a section is moved to; empty for none.
        roles: what the roles in a class mean.
    """

    prior_days: int | None = None
    terms: TermChoice = field(default_factory=TermChoice)
    courses: CourseScope = field(default_factory=CourseScope)
    enroll_status: frozenset[str] = frozenset({"0"})
    admins: bool = True
    portal_only: bool = False
    co_teacher_classes: int | None = None
    guests: bool = False
    section_move: str = ""
    roles: Roles = field(default_factory=Roles)


class OptionsInEffect(msgspec.Struct, frozen=True):
    """A connection's options, with defaults for those that neither it nor its preset sets (see OptionSettings)."""

    co_teachers: bool = True
    co_teacher_classes: int | None = None
    parents: Literal["none", "portal", "all"] = "none"
    admins: bool = True
    enroll_status: list[int] = msgspec.field(default_factory=lambda: [0])
    guest_students: Literal["leave-out", "bring-in"] = "leave-out"
    merge_terms: bool = False
    only_taught_classes: bool = False
    only_used_courses: bool = False


@dataclass(frozen=True)
class Wanted:
    """What a connection wants, combined with its preset.

    Attributes:
        connection: its settings.
        options: the choices in effect.
        mapping: attributes from fields.
        value_lists: the lists that mappings use, by name.
        included: who and what is included.
        filters: settled filter rules per entity key.
        more_fields: fields read in addition to the mapped ones, per entity key: for filters and ids.
    """

    connection: Connection
    options: OptionsInEffect
    mapping: RosterMapping
    value_lists: Mapping[str, ValueList]
    included: Included
    filters: Mapping[str, Sequence[FilterRule]]
    more_fields: Mapping[str, list[str]]

    @property
    def contacts(self) -> bool:
        """Whether contacts are wanted."""
        return self.options.parents != "none"

    @property
    def daily(self) -> frozenset[str]:
        """Keys of entities whose filters depend on today's date."""
        return frozenset(entity for entity, rules in self.filters.items() if looks_at_today(rules))
