"""Who and what is included, from a connection's settings and preset: filters, options, rules between records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psconnect.destinations import KINDS
from psconnect.model.connection import Connection
from psconnect.model.entities import ADMIN, ENTITIES
from psconnect.model.errors import FixSettings
from psconnect.model.filter_rules import FilterRule
from psconnect.model.ids import IdRules
from psconnect.model.roster_rules import RosterRules
from psconnect.roster.filters import Resolver, as_filter_error, filter_fields, settle_filters
from psconnect.roster.roles import roles_of
from psconnect.roster.school_choices import CourseScope, TermChoice
from psconnect.sources.wanted import Included, OptionsInEffect

_WHO_TEACHES = "a class of the school year"
"""The rule that makes somebody a teacher. A version that changes it changes roles, so its first run waits."""


@dataclass(frozen=True)
class Selection:
    """What a connection includes.

    Attributes:
        options: the choices in effect.
        section_move: the field for section moves, in PowerSchool's spelling; empty for none.
        filters: settled filter rules per entity key.
        rules: rules between records.
        included: the part the source needs to know.
        ids: how ids are made.
    """

    options: OptionsInEffect
    section_move: str
    filters: Mapping[str, Sequence[FilterRule]] = field(default_factory=dict)
    rules: RosterRules = field(default_factory=RosterRules)
    included: Included = field(default_factory=Included)
    ids: IdRules = field(default_factory=IdRules)

    def fields(self) -> dict[str, list[str]]:
        """The ``Table.Field`` names to read for it, per entity key."""
        names = filter_fields(self.filters)
        if self.section_move:
            names["class"] = [*names.get("class", ()), self.section_move]
        for entity in ENTITIES:
            made_of = self.ids.field_of(entity)
            if made_of and entity is not ADMIN:  # staff is read in one stream
                names[entity.key] = [*names.get(entity.key, ()), made_of]
        return names

    def deciding(self) -> list[Any]:
        """Everything that decides who is delivered, for the fingerprint."""
        rules = self.rules
        between = [rules.domains, rules.confirmed, rules.taught_classes_only, rules.used_courses_only]
        if rules.no_usernames:
            between.append(sorted(rules.no_usernames))
        roles = self.included.roles.signature
        return [self.options, self.section_move, self.filters, between, roles, _WHO_TEACHES]


def selection_of(connection: Connection, resolve: Resolver) -> Selection:
    """Who and what is included, by settings in effect; raises FixSettings for what is wrong or can't be delivered."""
    _check_takes(connection)
    options = options_of(connection)
    filters = _filters(connection, resolve)
    wanted = connection.options.section_move
    section_move = resolve(wanted, "class", "options.section_move") if wanted else ""
    rules = RosterRules(
        domains={
            entity: tuple(attributes) for entity, attributes in connection.uniqueness.domains().items() if attributes
        },
        confirmed=tuple(connection.uniqueness.confirmed),
        taught_classes_only=options.only_taught_classes,
        used_courses_only=options.only_used_courses,
        no_usernames=frozenset({"student"} if connection.options.devices == "chromebooks" else ()),
    )
    included = Included(
        prior_days=connection.scope.prior_data_days,
        terms=TermChoice(connection.scope.terms),
        courses=CourseScope(connection.scope.courses),
        enroll_status=frozenset(map(str, options.enroll_status)),
        admins=options.admins,
        portal_only=options.parents == "portal",
        co_teacher_classes=options.co_teacher_classes,
        guests=options.guest_students == "bring-in",
        section_move=section_move,
        roles=roles_of(connection.roles),
    )
    return Selection(options, section_move, filters, rules, included, connection.id_rules)


def options_of(connection: Connection) -> OptionsInEffect:
    """The options in effect: as set, else the default."""
    chosen = {name: getattr(connection.options, name) for name in OptionsInEffect.__struct_fields__}
    return OptionsInEffect(**{name: value for name, value in chosen.items() if value is not None})


def _filters(connection: Connection, resolve: Resolver) -> dict[str, list[FilterRule]]:
    try:
        return settle_filters(connection.filters, resolve)
    except FixSettings as error:
        raise as_filter_error(error) from None


def _check_takes(connection: Connection) -> None:
    """Refuse groups and categories that the destination has no place for."""
    if connection.destination_kind not in KINDS:
        return
    kind = KINDS[connection.destination_kind]
    for choice in connection.scope.courses:
        for wanted, needs, label in (
            (choice.deliver_as == "group", "groups", "groups of users"),
            (bool(choice.category), "categories", "categories of courses"),
        ):
            if wanted and needs not in kind.takes:
                raise FixSettings(
                    "PSC-SCOPE-NO-PLACE",
                    where="scope.courses",
                    label=kind.label,
                    label_2=label,
                    names=choice.courses[:3],
                )
