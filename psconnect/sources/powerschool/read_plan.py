"""What one run reads and how it is shaped: everything the shaping needs that is fixed before the first call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, tzinfo
from operator import attrgetter
from typing import Any, Literal

from psconnect.model.entities import ENTITIES, EXTRA, LONGEST, Entity
from psconnect.model.filter_rules import FilterRule
from psconnect.model.ids import Ids
from psconnect.model.problems import RULES, Fate, Problem, Tally
from psconnect.model.staff_usernames import StaffNames
from psconnect.powerschool.json_repair import UNREADABLE
from psconnect.powerschool.stream import Stream
from psconnect.powerschool.streams import StreamSet
from psconnect.roster.filters import Filter, compile_filters
from psconnect.roster.mapping import Requirements, RosterMapping, Shape, compile_mapping, prefixed, requirements_for
from psconnect.roster.roles import Roles
from psconnect.roster.school_choices import CourseScope, TermChoice
from psconnect.roster.templates import Notices
from psconnect.roster.tidy import tidied
from psconnect.roster.whole_names import WholeNames
from psconnect.store.record import encode_record

encode = encode_record
OnProblem = Callable[[Problem], None]
_CODES = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos|nbsp);")
"""Characters as XML and HTML write them: an import wrote them into the field."""


@dataclass(frozen=True)
class Included:
    """Who and what is in, beside the schools and the year.

    Attributes:
        filters: settled filter rules per entity key (roster.filters).
        prior_days: from how many days before its first school day the next one is read;
            None for that day itself, once this one is over.
        terms: which terms each school delivers.
        courses: which courses each school delivers, and as what.
        enroll_status: values of Students.Enroll_Status that are active.
        admins: whether staff without a class is delivered.
        portal_only: whether only contacts with a portal account are delivered.
        co_teacher_classes: how many classes a co-teacher has at most; None for no limit.
        guests: whether students of schools that are not chosen are in if they are in a class of a chosen one.
        merge_terms: whether terms with the same title and dates become one.
        section_move: ``Table.Field`` that says where a section is moved to; empty for none.
        roles: what the roles in a class mean.
    """

    filters: Mapping[str, Sequence[FilterRule]] = field(default_factory=dict)
    prior_days: int | None = None
    terms: TermChoice = field(default_factory=TermChoice)
    courses: CourseScope = field(default_factory=CourseScope)
    enroll_status: frozenset[str] = frozenset({"0"})
    admins: bool = True
    portal_only: bool = False
    co_teacher_classes: int | None = None
    guests: bool = False
    merge_terms: bool = False
    section_move: str = ""
    roles: Roles = field(default_factory=Roles)


@dataclass(frozen=True)
class ReadPlan:
    """The choices of a connection, ready for reading.

    Attributes:
        streams: what is read.
        mapping: attributes from fields.
        needed: per entity key, the attributes the destination can't do without.
        named_later: entity keys whose people are given a user name where they have none.
        preset_requirements, requirements: ``skip`` or ``report`` per entity key and attribute.
        schools: ``all`` or the chosen school numbers.
        start_year: first calendar year of the school year, or None for the one of today.
        co_teachers: whether co-teachers are delivered.
        contacts: whether contacts are read.
        district_name: name of the district as an organisation.
        today: the date in the district's time zone.
        longest: characters that the destination takes in a value.
        zone: the district's time zone, for dates that come as a moment.
        included: who and what is in.
        next_year: whether the year after the chosen one is read, as a rehearsal does.
        ids: gives the ids under which records are delivered.
        prefixes: what stands in front of an attribute's value where it has one: entity key -> attribute -> prefix.
        names: what is known of the user names of staff.
    """

    streams: StreamSet
    mapping: RosterMapping
    needed: Mapping[str, frozenset[str]]
    preset_requirements: Mapping[str, Mapping[str, str]]
    requirements: Mapping[str, Mapping[str, str]]
    schools: Literal["all"] | frozenset[int]
    start_year: int | None
    co_teachers: bool
    contacts: bool
    district_name: str
    today: date
    longest: int = LONGEST
    zone: tzinfo = UTC
    included: Included = field(default_factory=Included)
    next_year: bool = False
    named_later: frozenset[str] = frozenset()
    whole_names: WholeNames | None = None
    ids: Ids = field(default_factory=Ids)
    prefixes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    names: StaffNames = field(default_factory=StaffNames)

    def shaping(self, entity: Entity, on_problem: OnProblem) -> tuple[Shape, Judge]:
        """What shapes the rows of an entity, and what judges each record right after; findings go to ``on_problem``.

        The shape is the compiled mapping, with texts in order and the prefixes of its attributes.
        """
        notices: Notices = []
        mapped = compile_mapping(self.mapping, entity, self.name_of(entity), notices)
        shape = prefixed(tidied(mapped, entity, notices), entity, self.prefixes.get(entity.key, {}))
        return shape, replace(self.judge(entity, on_problem), notices=notices)

    def learn(self, entity: Entity, rows: Iterable[Any]) -> None:
        """Take from the entity's rows what its ids are made of; to be done before their ids are asked for."""
        wanted = self.ids.rules.field_of(entity)
        if wanted:
            stream = self.streams.for_entity(entity.key)
            pick = attrgetter(stream.columns[0].name, _namer(stream)(wanted))
            for key, number in map(pick, rows):
                self.ids.learn(entity, int(key), number)

    def requirements_of(self, entity: Entity) -> Requirements:
        """The requirements of an entity, but for a user name that is given later to who has none."""
        needed = self.needed.get(entity.key, frozenset())
        wanted = requirements_for(entity, needed, self.preset_requirements, self.requirements)
        return wanted.without("username") if entity.key in self.named_later else wanted

    def judge(self, entity: Entity, on_problem: OnProblem) -> Judge:
        """What judges the records of an entity by its requirements; problems go to ``on_problem``."""
        return Judge(entity, self.requirements_of(entity), on_problem, self.longest, self.filter_of(entity))

    def filter_of(self, entity: Entity) -> Filter | None:
        """The compiled filter rules of an entity; None when it has none."""
        rules = self.included.filters.get(entity.key, ())
        return compile_filters(rules, entity, self.name_of(entity), self.today) if rules else None

    def name_of(self, entity: Entity) -> Callable[[str], str]:
        """A function from ``Table.Field`` to the attribute that a row of the entity's stream has for it."""
        return _namer(self.streams.for_entity(entity.key))


@dataclass(frozen=True)
class Judge:
    """Judges records of one entity that qualify otherwise.

    Does a filter let them through, and are the attributes there that have to be, and fit to send?
    """

    entity: Entity
    requirements: Requirements
    on_problem: OnProblem
    longest: int = LONGEST
    filter: Filter | None = None
    notices: Notices = field(default_factory=list)
    _tallies: dict[tuple[str, str], Tally] = field(default_factory=dict, init=False)

    @property
    def active(self) -> bool:
        """Whether any attribute is required."""
        return bool(self.requirements.skip or self.requirements.report)

    def __call__(self, key: int, school: int | None, values: tuple[str, ...], row: Any) -> tuple[Fate, str | None]:
        """Fate and rule of a record; what is the matter with it becomes a problem.

        Left out by a filter or when a required attribute is empty; kept as last delivered when a value can't be read,
        also one that a filter looks at, or is too long. A record has to be judged right after it was shaped.
        """
        if self.filter:
            unreadable = next((name for name, get in self.filter.looked_at if UNREADABLE in get(row, values)), None)
            if unreadable is not None:
                self.on_problem(Problem("unreadable", self.entity.key, key, school, unreadable))
                return Fate.KEPT, "unreadable"
            left_out_by = self.filter.left_out_by(row, values)
            if left_out_by:
                return Fate.LEFT_OUT, left_out_by
        joined = "".join(values)
        if len(joined) > self.longest or UNREADABLE in joined:
            for attribute, value in zip(self.entity.shaped, values, strict=True):
                if UNREADABLE in value or len(value) > self.longest:
                    rule = "unreadable" if UNREADABLE in value else "too-long"
                    self.on_problem(Problem(rule, self.entity.key, key, school, attribute))
                    return Fate.KEPT, rule
        missing = self._missing(key, school, values)
        if missing:
            return Fate.LEFT_OUT, missing
        if "&" in joined:
            self._look_for_codes(key, school, values)
        return Fate.IN, None

    def _missing(self, key: int, school: int | None, values: tuple[str, ...]) -> str | None:
        """The rule that leaves a record out for want of an attribute; tells what is missing and what was noticed."""
        missing, reported = self.requirements.missing(values)
        if self.notices:
            reported = self._tell(key, school, reported, delivered=not missing)
        if missing:
            self.on_problem(Problem("missing-required", self.entity.key, key, school, missing))
            return "missing-required"
        for attribute in reported:
            self.on_problem(Problem("missing-reported", self.entity.key, key, school, attribute))
        return None

    def _look_for_codes(self, key: int, school: int | None, values: tuple[str, ...]) -> None:
        for attribute, value in zip(self.entity.shaped, values, strict=True):
            if attribute != EXTRA and _CODES.search(value):
                self.on_problem(Problem("escaped-text", self.entity.key, key, school, attribute))

    def _tell(self, key: int, school: int | None, reported: Sequence[str], *, delivered: bool) -> list[str]:
        """Tell or count what was noticed while the record was shaped; returns what is still to be reported missing."""
        for rule, detail in self.notices:
            if not RULES[rule].counted:
                self.on_problem(Problem(rule, self.entity.key, key, school, detail))
            elif delivered and (rule, detail) in self._tallies:
                self._tallies[rule, detail].records += 1
            elif delivered:
                tally = self._tallies[rule, detail] = Tally()
                self.on_problem(Problem(rule, self.entity.key, key, None, detail, tally))
        refused = {detail for rule, detail in self.notices if rule == "email-invalid"}
        return [attribute for attribute in reported if attribute not in refused]


def _namer(stream: Stream) -> Callable[[str], str]:
    names = {column.full_name: column.name for column in reversed((*stream.columns, *stream.absent))}
    return lambda full_name: names[full_name.lower()]


def entity_list(*, contacts: bool) -> tuple[Entity, ...]:
    """The entities that are read with or without contacts."""
    left_out = () if contacts else ("contact", "relationship")
    return tuple(entity for entity in ENTITIES if entity.key not in left_out)
