"""What a kind of files has to tell of a roster, found by the same code that makes its rows.

A producer of rows is given a ``Tell``: ``quiet`` while files are written, a ``Told`` in pre-flight. So what is dropped,
cut or translated in a file and what is told of it can't differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from psconnect.model.entities import Entity
from psconnect.model.problems import Problem, Rule, Tally

Tell = Callable[[Rule, Entity, int, str], None]
"""Tells that a rule applies to the record of an entity with a key; the last is the finding's detail."""


def quiet(_rule: Rule, _entity: Entity, _key: int, _detail: str) -> None:
    """Tell nothing."""


@dataclass
class Told:
    """Collects what is told: a rule that is counted becomes one finding per entity and detail."""

    _single: list[Problem] = field(default_factory=list)
    _counted: dict[tuple[str, str, str], Problem] = field(default_factory=dict)

    def __call__(self, rule: Rule, entity: Entity, key: int, detail: str, count: int = 1) -> None:
        """Note one finding, or, of a rule that is counted, as many as it is about."""
        if not count:
            return
        if not rule.counted:
            self._single.append(Problem(rule.key, entity.key, key, detail=detail))
            return
        what = (rule.key, entity.key, detail)
        if what not in self._counted:
            self._counted[what] = Problem(rule.key, entity.key, key, detail=detail, tally=Tally(0))
        tally = self._counted[what].tally
        if tally:
            tally.records += count

    def problems(self) -> Iterator[Problem]:
        """What was told so far, and forget it."""
        single, counted = self._single, [*self._counted.values()]
        self._single, self._counted = [], {}
        yield from single
        yield from counted


CUSTOM_FIELD = Rule("custom-field-not-sent", "warning", counted=True)
"""A custom field of the connection for which the files have no column."""

_decode = msgspec.json.Decoder(dict[str, str]).decode


def custom_fields_of(extra: str) -> Mapping[str, str]:
    """A record's custom fields: label -> value, of those that have one."""
    return _decode(extra) if extra else {}
