"""What every kind of source has to keep to. The kit knows kinds by their contract alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection
from psconnect.model.entities import BY_KEY, DISTRICT_KEY, ENTITIES, SCHOOL, Entity
from psconnect.model.errors import Cancelled, FixSettings
from psconnect.model.id_attributes import pointers_in
from psconnect.model.problems import RULES, Fate, Problem, base_rule
from psconnect.sources.base import SourceRow, StagedRow
from psconnect.sources.kind import OpenSource, SourceContext, SourceKind
from psconnect.store.reading.kept_streams import KeptStreams
from psconnect.sync.compose import choices_of, open_source, shaped_source
from psconnect.sync.shaping.keys import NumberedKeys, PassingKeys

_COLUMN = re.compile(r"\{([^{}|]+)")


@dataclass(frozen=True)
class SourceCase:
    """A kind with a connection that reads a small district by it; ``context`` is what it opens with, anew each time."""

    kind: SourceKind
    connection: Connection
    context: Callable[[CancelToken], SourceContext]

    def open(self, cancel: CancelToken, keep: KeptStreams | None = None) -> OpenSource:
        """Open it; a reading keeps its rows in ``keep``."""
        return open_source(choices_of(self.connection), replace(self.context(cancel), keep=keep))


@dataclass
class _Heard:
    """What was handed over, in order: entity, given or not, rows; and what became of it."""

    rows: list[tuple[Entity, bool, Sequence[SourceRow]]] = field(default_factory=list)
    staged: dict[str, dict[int, StagedRow]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class _Stage:
    def __init__(self, heard: _Heard) -> None:
        self._heard = heard

    def rows(self, entity: Entity, rows: Sequence[StagedRow]) -> None:
        into = self._heard.staged.setdefault(entity.key, {})
        for row in rows:
            assert int(row[0] or 0) not in into, (entity.key, row[0])
            into[int(row[0] or 0)] = row

    def clear(self, entity: Entity, *, negative: bool | None = None) -> None:
        self._heard.staged.pop(entity.key, None)

    def problem(self, problem: Problem) -> None:
        self._heard.problems.append(problem)


def heard_of(case: SourceCase, patch: pytest.MonkeyPatch) -> _Heard:
    """Everything that a reading hands over."""
    from psconnect.sync.shaping.intake import ShapingIntake  # noqa: PLC0415

    heard, cancel = _Heard(), CancelToken()
    real = ShapingIntake.rows

    def rows(intake: ShapingIntake, rows: Sequence[SourceRow], /) -> Sequence[StagedRow]:
        heard.rows.append((intake.entity, intake._given, rows))
        return real(intake, rows)

    with patch.context() as patched:
        patched.setattr(ShapingIntake, "rows", rows)
        with closing(case.open(cancel)) as opened:
            shaped_source(choices_of(case.connection), opened).read(_Stage(heard), lambda _event: None, cancel)
    return heard


def check_catalogue(case: SourceCase) -> None:
    """Every mapped field is one that the kind knows; names alone are found; unknown ones are refused by name."""
    choices = choices_of(case.connection)
    for entity, attributes in choices.mapping.templates.items():
        listed = {one.name for one in case.kind.fields(entity)}
        assert all(name.partition(".")[2] for name in listed)
        for template in attributes.values():
            for name in template.fields:
                assert case.kind.resolve(name, entity, "here") == name
    with pytest.raises(FixSettings) as caught:
        case.kind.resolve("No Such.Field At All", "student", "mapping.student.email")
    assert caught.value.where == "mapping.student.email"


def check_rows(case: SourceCase, heard: _Heard) -> None:
    """Own ids are text and unique; references name records of the right kind; verdicts name rules that exist."""
    ids: dict[str, Counter[str]] = {entity.key: Counter() for entity in ENTITIES}
    for entity, given, rows in heard.rows:
        for own_id, verdict, fields, *structure in rows:
            ids[entity.key][own_id] += 1
            assert isinstance(own_id, str), entity.key
            assert own_id, entity.key
            assert len(structure) == len(entity.structural), entity.key
            assert not given or len(fields) == len(entity.shaped)
            assert verdict is None or verdict[1] is None or base_rule(verdict[1]) in RULES
    assert all(count == 1 for counted in ids.values() for count in counted.values())
    for entity, _given, rows in heard.rows:
        for pointer in pointers_in(entity):
            targets = [ids[key] for key in pointer.targets]
            for row in rows:
                found = row[3 + pointer.place - 1]
                own_ids = found if pointer.several else [found]
                assert isinstance(own_ids, tuple if pointer.several else list), (entity.key, pointer)
                in_doubt = row[1] is not None
                known = all(not one or any(one in target for target in targets) for one in own_ids)
                assert known or in_doubt, (entity.key, own_ids)


def check_order(heard: _Heard) -> None:
    """Schools come before all others, and terms in one page."""
    entities = [entity for entity, _given, _rows in heard.rows]
    assert entities[0] is SCHOOL
    assert SCHOOL not in entities[entities.index(next(one for one in entities if one is not SCHOOL)) :]
    assert entities.count(BY_KEY["calendar"]) == 1


def check_records(case: SourceCase, heard: _Heard) -> None:
    """Something of everything is in, with an id; ids differ among what a destination keeps apart."""
    shaped = {key: _in(rows.values()) for key, rows in heard.staged.items()}
    offered = choices_of(case.connection)
    with closing(case.open(CancelToken())) as opened:
        assert {entity.key for entity in opened.source().entities()} >= set(heard.staged)
    for key in ("school", "calendar", "course", "class", "student", "teacher", "enrollment"):
        assert shaped[key], key
    users = [record[0] for key in ("student", "teacher", "admin", "contact") for record in shaped.get(key, ())]
    assert len(users) == len(set(users))
    assert offered.kind is case.kind


def _in(rows: Iterable[StagedRow]) -> list[list[str]]:
    return [msgspec.json.decode(row[3], type=list[str]) for row in rows if row[1] == Fate.IN]  # type: ignore[arg-type]


def check_again(case: SourceCase, heard: _Heard, patch: pytest.MonkeyPatch) -> None:
    """A second reading gives the same records, byte for byte, and the same findings."""
    again = heard_of(case, patch)
    assert {key: sorted(map(repr, rows.values())) for key, rows in again.staged.items()} == {
        key: sorted(map(repr, rows.values())) for key, rows in heard.staged.items()
    }
    assert sorted(map(repr, again.problems)) == sorted(map(repr, heard.problems))


def check_limits(case: SourceCase) -> None:
    """A cancel stops a reading; counts say how many rows each stream had; the check finds nothing wrong."""
    with closing(case.open(CancelToken())) as opened:
        assert [one.code for one in opened.check() if one.state == "failed"] == []
        assert opened.schools()
        shaped = shaped_source(choices_of(case.connection), opened)
        assert isinstance(shaped.keys, NumberedKeys if case.kind.numbered else PassingKeys)
        summary = shaped.read(_Stage(_Heard()), lambda _event: None, CancelToken())
    assert summary.way
    assert summary.today
    assert all(summary.counts.values())
    assert {name for name, fields in summary.filled.items() if any(fields.values())} <= set(summary.counts)
    stopped = CancelToken()
    with closing(case.open(stopped)) as opened:
        late = shaped_source(choices_of(case.connection), opened)
        stopped.cancel()
        with pytest.raises(Cancelled):
            late.read(_Stage(_Heard()), lambda _event: None, stopped)


def check_replay(case: SourceCase, heard: _Heard, folder: Path) -> None:
    """What a reading kept gives the same records again, byte for byte, and the same findings; nobody is asked."""
    kept = KeptStreams(folder / "kept.rows")
    choices, again = choices_of(case.connection), _Heard()
    with closing(case.open(CancelToken(), kept)) as opened:
        shaped_source(choices, opened).read(_Stage(_Heard()), lambda _event: None, CancelToken())

    def nobody(*_asked: str) -> Any:
        pytest.fail("a replay asks nobody")

    context = replace(case.context(CancelToken()), secret=nobody, http=nobody)
    source = case.kind.replay(context, choices.wanted, choices.reads, kept)
    with closing(case.open(CancelToken())) as opened:
        replayed = replace(shaped_source(choices, opened), source=source.source(everything=True))
        replayed.read(_Stage(again), lambda _event: None, CancelToken())
    assert {key: sorted(map(repr, rows.values())) for key, rows in again.staged.items()} == {
        key: sorted(map(repr, rows.values())) for key, rows in heard.staged.items()
    }
    assert Counter(map(repr, again.problems)) == Counter(
        repr(one) for one in heard.problems if one.rule != "duplicate-row"
    )
    offered = {school.number for school in source.offer().schools}
    with closing(case.open(CancelToken())) as opened:
        assert offered == {school.number for school in opened.schools()}
    for entity in source.source().entities():
        assert source.unread(entity) == frozenset()
    assert source.kept_fields(BY_KEY["student"])
    kept.wipe()


def check_source(case: SourceCase, patch: pytest.MonkeyPatch, folder: Path) -> dict[str, Any]:
    """The whole contract; returns the records that are in."""
    check_catalogue(case)
    heard = heard_of(case, patch)
    check_rows(case, heard)
    check_order(heard)
    check_records(case, heard)
    check_again(case, heard, patch)
    check_limits(case)
    check_replay(case, heard, folder)
    assert DISTRICT_KEY not in heard.staged["student"]
    return {key: _in(rows.values()) for key, rows in heard.staged.items()}
