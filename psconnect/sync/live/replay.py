"""Reads the kept rows again with other settings, through the same shaping as a run.

What the settings want and nobody read is known by name: an attribute made of such a field is unknown, nothing is
required of it, and a filter rule that looks at one is set aside. So nothing is guessed from a value that is not there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NoReturn

from psconnect.model.clock import CancelToken, Clock
from psconnect.model.connection import Connection
from psconnect.model.entities import BY_KEY, CONTACT, ENROLLMENT, EXTRA, RELATIONSHIP, SCHOOL, STUDENT, Entity
from psconnect.model.errors import FixSettings
from psconnect.model.events import ignore
from psconnect.model.filter_rules import FilterPart, FilterRule
from psconnect.model.ids import Ids
from psconnect.model.problems import Fate, Problem
from psconnect.model.staff_usernames import StaffNames
from psconnect.roster.filters import filter_leaves
from psconnect.sources.base import ReadSummary, SourceRow, StagedRow
from psconnect.sources.kind import KeptSource, SourceContext
from psconnect.store.reading.kept_streams import KeptStreams
from psconnect.store.record import record_by_name
from psconnect.sync.compose import Choices, choices_of, shaping_of
from psconnect.sync.live.scope import InScope
from psconnect.sync.shaping import ShapedSource, ShapingRules, StageSink
from psconnect.sync.shaping.keys import NumberedKeys, PassingKeys

Seen = Callable[[Sequence[SourceRow], Sequence[StagedRow]], None]
"""Takes a page of an entity's rows, and what was made of them."""


class EnoughSeen(Exception):
    """Whoever watches a replay has seen enough; ends it early."""


@dataclass(frozen=True)
class Replay:
    """The kept rows with a connection's settings.

    Attributes:
        choices: the settings, combined with their preset.
        kept: the rows.
        cancel: stops a replay.
    """

    choices: Choices
    kept: KeptSource
    cancel: CancelToken

    @cached_property
    def _unread(self) -> dict[str, frozenset[str]]:
        """Per entity, the fields that are wanted and were not kept, in lower case; entities not kept are missing."""
        found: dict[str, frozenset[str]] = {}
        for entity in self.kept.source().entities():
            try:
                found[entity.key] = frozenset(name.lower() for name in self.kept.unread(entity))
            except FixSettings:
                continue
        return found

    def unread(self, entity: Entity) -> tuple[str, ...]:
        """The fields that these settings read of an entity and that were not kept, by name."""
        return tuple(sorted(self.kept.unread(entity)))

    def unknown(self, entity: Entity) -> frozenset[str]:
        """The attributes of an entity that nobody can tell, because a field was not read."""
        mapping, unread = self.choices.mapping, self._unread.get(entity.key, frozenset())
        templates = mapping.templates.get(entity.key, {})
        found = {name for name, made in templates.items() if any(one.lower() in unread for one in made.fields)}
        custom = mapping.custom.get(entity.key, {}).values()
        return frozenset(
            found | ({EXTRA} if any(one.lower() in unread for made in custom for one in made.fields) else set())
        )

    def can_tell(self, entity: Entity, part: FilterPart) -> bool:
        """Whether everything that a condition or rule looks at was read."""
        unread, unknown = self._unread.get(entity.key, frozenset()), self.unknown(entity)
        return not any(one.field.lower() in unread or one.attribute in unknown for one in filter_leaves([part]))

    def told_rules(self, entity: Entity) -> list[FilterRule]:
        """The filter rules of an entity that look only at what was read."""
        return [rule for rule in self.choices.selection.filters.get(entity.key, ()) if self.can_tell(entity, rule)]

    @property
    def rules(self) -> ShapingRules:
        """How rows are shaped, as far as they were read."""
        rules = shaping_of(self.choices)
        unknown = {key: self.unknown(BY_KEY[key]) for key in self._unread}
        filters = {key: self.told_rules(BY_KEY[key]) for key in rules.filters}
        return replace(rules, unknown=unknown, filters={key: found for key, found in filters.items() if found})

    def shaped(self, *, everything: bool = False, rules: ShapingRules | None = None) -> ShapedSource:
        """The kept rows as a source that shapes them."""
        numbered = self.choices.kind.numbered
        return ShapedSource(
            self.kept.source(everything=everything),
            rules or self.rules,
            Ids(self.choices.connection.id_rules),
            StaffNames(),
            NumberedKeys() if numbered else PassingKeys(),
            numbered=numbered,
        )

    def watch(
        self, entity: Entity, seen: Seen, *, everything: bool = False, rules: ShapingRules | None = None
    ) -> Mapping[str, str]:
        """Replay an entity and what shapes it; ``seen`` gets its rows. Returns the schools' names by delivered id.

        Raises FixSettings if the entity is not among those that these settings deliver, or was not kept.
        """
        shaped = self.shaped(everything=everything, rules=rules)
        if entity not in shaped.entities():
            raise FixSettings("PSC-FILTER-NOT-READ", where="options.parents", entity=entity.key)
        scope = InScope(entity, self._contacts(shaped) if entity is CONTACT else None)
        schools: dict[str, str] = {}

        def watched(of: Entity, rows: Sequence[SourceRow], staged: Sequence[StagedRow]) -> None:
            self.cancel.check()
            if of is SCHOOL:
                schools.update(_names(staged))
            settled = scope.settled(of, rows, staged)
            if of is entity and not (entity in _ALSO_MADE and rows and isinstance(rows[0][2], tuple)):
                seen(*settled)

        with contextlib.suppress(EnoughSeen):
            shaped.read(_Nowhere(), ignore, self.cancel, only=frozenset({entity.key}), watch=watched)
        return schools

    def _contacts(self, shaped: ShapedSource) -> frozenset[int]:
        """The keys of contacts of students who are in."""
        students, contacts = set[object](), set[tuple[object, object]]()

        def watched(of: Entity, _rows: Sequence[SourceRow], staged: Sequence[StagedRow]) -> None:
            self.cancel.check()
            if of is STUDENT:
                students.update(row[0] for row in staged if row[1] != Fate.LEFT_OUT)
            if of is RELATIONSHIP:
                contacts.update((row[4], row[5]) for row in staged if row[1] != Fate.LEFT_OUT)

        only = frozenset({STUDENT.key, RELATIONSHIP.key})
        shaped.read(_Nowhere(), ignore, self.cancel, only=only, watch=watched)
        return frozenset(contact for student, contact in contacts if student in students and isinstance(contact, int))

    def read(self, stage: StageSink) -> ReadSummary:
        """Replay everything into a staging."""
        return self.shaped().read(stage, ignore, self.cancel)


_ALSO_MADE = (SCHOOL, ENROLLMENT)
"""Entities of which psconnect makes some records itself: the district, teachers' enrollments. They are not watched."""


def _names(staged: Sequence[StagedRow]) -> dict[str, str]:
    """The schools' names by delivered id."""
    named = (record_by_name(SCHOOL, row[3]) for row in staged if isinstance(row[3], bytes))
    return {one["sourcedId"]: one["name"] for one in named}


class _Nowhere:
    """A staging that keeps nothing."""

    def rows(self, entity: Entity, rows: Sequence[StagedRow]) -> None:
        """Forget them."""

    def clear(self, entity: Entity, *, negative: bool | None = None) -> None:
        """There is nothing to forget."""

    def problem(self, problem: Problem) -> None:
        """A run reports it."""


def replay_of(connection: Connection, kept: KeptStreams, clock: Clock, cancel: CancelToken) -> Replay:
    """The kept rows with these settings; raises FixSettings for wrong settings, or if other rows are kept."""
    choices = choices_of(connection)
    context = SourceContext(choices.connection, _nothing_outside, _nothing_outside, clock, cancel)
    return Replay(choices, choices.kind.replay(context, choices.wanted, choices.reads, kept), cancel)


def _nothing_outside(*_asked: str) -> NoReturn:
    raise RuntimeError("a replay asks nobody")
