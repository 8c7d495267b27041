"""What a kind tells before a delivery has to be true of its files: who is left out, and who is delivered after all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psconnect.destinations import find_kind, open_destination
from psconnect.destinations.kind import Context
from psconnect.destinations.snapshot import Snapshot
from psconnect.destinations.telling import Told
from psconnect.model.clock import CancelToken
from psconnect.model.entities import Entity
from psconnect.model.problems import RULES, Rule
from psconnect.roster.sign_in import SignIn
from tests.contracts.rosters import ListRoster, Record, Tables, key_of

Rows = Mapping[str, list[dict[str, str]]]
Delivered = Mapping[str, set[str]]
"""Entity key -> what its records are called in the files."""


def by_id(_entity: str, record: Record) -> str:
    """A record under the id of the roster."""
    return record["sourcedId"]


@dataclass(frozen=True)
class Reading:
    """How a kind's files are read back.

    Attributes:
        kind: its name in destinations.KINDS.
        read: the tables of the files that lie in a folder.
        delivered: the records that stand in these tables.
        called: what a record is called there, of its entity and values.
        variants: the settings under which its findings are looked at, beside the folder.
        never: rules that this roster and these settings can't bring up.
    """

    kind: str
    read: Callable[[Path], Rows]
    delivered: Callable[[Rows], Delivered]
    called: Callable[[str, Record], str] = by_id
    variants: tuple[dict[str, Any], ...] = ({},)
    never: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Found:
    """A rule that was told of a record, with the settings, and whether the files have the record."""

    rule: str
    entity: str
    key: int
    variant: str
    delivered: bool


@dataclass
class Findings:
    """Everything that is told of a roster, record by record also where it is counted."""

    reading: Reading
    found: list[_Found] = field(default_factory=list)

    def look(self, tables: Tables, folder: Path, remember: Callable[[Callable[..., None]], None]) -> None:
        """Deliver the roster with each variant of settings and note what is told; ``remember`` patches ``Told``."""
        told: set[tuple[str, str, int]] = set()
        count = Told.__call__

        def note(self: Told, rule: Rule, entity: Entity, key: int, detail: str, times: int = 1) -> None:
            if times:
                told.add((rule.key, entity.key, key))
            count(self, rule, entity, key, detail, times)

        remember(note)
        for number, settings in enumerate(self.reading.variants):
            here = folder / str(number)
            here.mkdir(parents=True)
            told.clear()
            roster = ListRoster(tables, further=labels_of(tables))
            destination = self._open(here, settings)
            told |= {(one.rule, one.entity, one.key) for one in destination.preflight(roster, CancelToken())}
            destination.prepare(roster, CancelToken()).publish()
            there = self.reading.delivered(self.reading.read(here))
            self.found += self._judged(sorted(told), tables, there, str(settings))

    def _open(self, folder: Path, settings: Mapping[str, Any]) -> Snapshot:
        given = {"kind": self.reading.kind, "folder": str(folder), **settings}
        context = Context("r", sign_in=SignIn({"google": ["s.example.org"]}), secret=lambda _key: "")
        destination = open_destination(given, context)
        assert isinstance(destination, Snapshot)
        return destination

    def _judged(
        self, told: list[tuple[str, str, int]], tables: Tables, there: Delivered, variant: str
    ) -> Iterator[_Found]:
        records = {entity: {key_of(one): one for one in rows} for entity, rows in tables.items()}
        for rule, entity, key in told:
            assert entity in there, f"{rule} is told of {entity}, which nothing reads from the files"
            called = self.reading.called(entity, records[entity][key])
            yield _Found(rule, entity, key, variant, called in there[entity])


def labels_of(tables: Tables) -> dict[str, tuple[str, ...]]:
    """The labels of custom fields, as a connection has them."""
    labels: dict[str, tuple[str, ...]] = {}
    for entity, rows in tables.items():
        given = [one["extra"] for one in rows if one.get("extra")]
        labels[entity] = tuple(sorted({part for text in given for part in text.split('"')[1::4]}))
    return labels


class FindingsContract:
    """Tests of what a kind tells before a delivery, against what it delivers; ``findings``: one for each reading."""

    def test_who_is_told_to_be_left_out_is_in_no_file_and_everyone_else_is(self, findings: list[Findings]) -> None:
        assert [one for each in findings for one in each.found if RULES[one.rule].left_out == one.delivered] == []

    def test_every_rule_of_the_kind_is_told_of_somebody(self, findings: list[Findings]) -> None:
        declared = {rule.key for each in findings for rule in find_kind(each.reading.kind).rules}
        never = {rule for each in findings for rule in each.reading.never}
        assert declared - never == {one.rule for each in findings for one in each.found}
