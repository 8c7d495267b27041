"""Every kind of source keeps to the contract, and so does one that is written here in a folder's worth of code."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from psconnect import sources
from psconnect.http import HttpClient
from psconnect.model.bad_setting import hint_at
from psconnect.model.clock import CancelToken, Clock
from psconnect.model.connection import Connection, from_dict
from psconnect.model.entities import CALENDAR, CLASS, COURSE, ENROLLMENT, ENTITIES, SCHOOL, STUDENT, TEACHER, Entity
from psconnect.model.errors import FixSettings
from psconnect.model.events import OnEvent
from psconnect.model.findings import Finding
from psconnect.model.news import ReadBefore, SourceNews
from psconnect.model.problems import Fate
from psconnect.model.setting_fields import SecretField
from psconnect.sources import SOURCE_KINDS, source_kind_of
from psconnect.sources.base import Memory, ReadSummary, SourceSink
from psconnect.sources.kind import Offer, OfferedSchool, RoleUse, School, SourceContext, SourceField, SourceKind
from psconnect.sources.wanted import Wanted
from psconnect.store.reading.kept_streams import KeptStreams
from psconnect.sync.compose import choices_of
from tests.contracts.source_contract import SourceCase, check_source
from tests.sources.bundles import school, texts, write
from tests.support.demo import Connect


class NotebookKind:
    """A source of a few people and things that stand in the test."""

    key = "notebook"
    label = "Notebook"
    numbered = False
    fixed: frozenset[str] = frozenset()
    incremental = False
    secrets: tuple[SecretField, ...] = ()
    birth_date = ""
    mapping: Mapping[str, Mapping[str, str]] | None = {
        "school": {"name": "{page.name}"},
        "calendar": {
            "title": "{page.name}",
            "type": "schoolYear",
            "startDate": "{page.first}",
            "endDate": "{page.last}",
        },
        "course": {"title": "{page.name}"},
        "class": {"title": "{page.name}", "classType": "scheduled"},
        "student": {"username": "{page.name|lower}", "givenName": "{page.name}", "familyName": "{page.name}"},
        "teacher": {"username": "{page.name|lower}", "givenName": "{page.name}", "familyName": "{page.name}"},
    }

    def check_settings(self, connection: Connection) -> None:
        if connection.source.own:
            raise FixSettings("PSC-SETTINGS-INVALID/powerschool-alone-oneroster", where="source")

    def resolve(self, name: str, entity: str, where: str) -> str:
        known = [one.name for one in self.fields(entity)]
        if name not in known:
            raise FixSettings("PSC-SETTINGS-INVALID/unknown", where=where, name=name, hint=hint_at(name, known))
        return name

    def unlisted(self, _name: str, _entity: str) -> str | None:
        return None

    def fields(self, _entity: str) -> Sequence[SourceField]:
        return [SourceField(f"page.{name}", name) for name in ("name", "first", "last")]

    def reads(self, wanted: Wanted) -> Reads:
        return Reads(wanted)

    def open(self, context: SourceContext, _wanted: Wanted, reads: Reads) -> Notebook:
        return Notebook(context, reads)

    def replay(self, context: SourceContext, _wanted: Wanted, reads: Reads, _kept: KeptStreams) -> Notebook:
        return Notebook(context, reads)


@dataclass(frozen=True)
class Reads:
    wanted: Wanted

    def fingerprint(self) -> list[object]:
        return ["notebook"]


@dataclass(frozen=True)
class Notebook:
    context: SourceContext
    reads: Reads

    @property
    def today(self) -> date:
        return date(2026, 11, 18)

    def check(self) -> Iterator[Finding]:
        yield Finding("bundle/whole", "ok", {"name": "The notebook", "rows": "1"})

    def schools(self) -> list[School]:
        return [School(1, "Maple", 1)]

    def source(self, *, next_year: bool = False, everything: bool = False) -> Notebook:
        return self

    def news(self, before: ReadBefore) -> SourceNews | None:
        return None

    def offer(self) -> Offer:
        return Offer(tuple(OfferedSchool(one.number, one.name) for one in self.schools()))

    def roles(self) -> tuple[RoleUse, ...]:
        return ()

    def unread(self, _entity: Entity) -> frozenset[str]:
        return frozenset()

    def kept_fields(self, _entity: Entity) -> Mapping[str, str]:
        return {f"page.{name}": name for name in ("name", "first", "last")}

    def close(self) -> None:
        pass

    def entities(self) -> tuple[Entity, ...]:
        return ENTITIES

    def attribute_of(self, _entity: Entity, name: str) -> str:
        return name.partition(".")[2]

    def read(
        self,
        sink: SourceSink,
        _on_event: OnEvent,
        cancel: CancelToken,
        only: frozenset[str] = frozenset(),
        *,
        memory: Memory | None = None,
    ) -> ReadSummary:
        cancel.check()

        def fields(name: str) -> Any:
            return SimpleNamespace(name=name, first="2026-08-17", last="2027-06-04")

        sink.intake(SCHOOL).rows([("m", None, fields("Maple"), "school", "")])
        sink.intake(CALENDAR).rows([("y", None, fields("Year"), "m", "", "2027")])
        sink.intake(COURSE).rows([("alg", None, fields("Algebra"), "m")])
        sink.intake(CLASS).rows([("a1", None, fields("Algebra 1"), "alg", "m", "y", "class", "")])
        sink.intake(STUDENT).rows([
            ("ana", None, fields("Ana"), ("m",)),
            ("ben", (Fate.LEFT_OUT, "student-inactive"), fields("Ben"), ("m",)),
        ])  # fmt: skip
        sink.intake(TEACHER).rows([("kim", None, fields("Kim"), ("m",))])
        given = sink.intake(ENROLLMENT, given=True, negative=False)
        given.rows([("1", None, ("2026-08-17", ""), "a1", "m", "ana", "student", "false")])
        taught = sink.intake(ENROLLMENT, given=True, negative=True)
        taught.rows([("2", None, ("", ""), "a1", "m", "kim", "teacher", "true")])
        return ReadSummary({"page": 8}, "notebook", today=self.today, filled={"page": {"page.name": True}})


def case_of(kind: SourceKind, settings: dict[str, Any]) -> SourceCase:
    connection = from_dict({"name": "x", "preset": "oneroster", "source": settings})

    def context(cancel: CancelToken) -> SourceContext:
        return SourceContext(choices_of(connection).connection, lambda _key: "", HttpClient, Clock(), cancel)

    return SourceCase(kind, connection, context)


def test_a_kind_of_a_tests_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = NotebookKind()
    monkeypatch.setattr(sources, "SOURCE_KINDS", (*SOURCE_KINDS, kind))
    found = check_source(case_of(kind, {"kind": "notebook"}), monkeypatch, tmp_path)
    assert [record[0] for record in found["student"]] == ["ana"]
    assert sorted(record[4] for record in found["enrollment"]) == ["student", "teacher"]


def test_a_oneroster_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / "in", texts(school()), zipped=True)
    settings = {"kind": "oneroster-csv", "folder": str(folder)}
    case = case_of(source_kind_of(from_dict({"name": "x", "preset": "oneroster", "source": settings})), settings)
    assert len(check_source(case, monkeypatch, tmp_path)["relationship"]) == 2


def test_powerschool_and_its_bundle_hold_the_same(
    connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo district by PowerSchool's own interface, and the bundle that was delivered of it."""
    connected = connect(students=120)
    service, connection = connected.service, connected.service.connection(connected.name)

    def context(cancel: CancelToken) -> SourceContext:
        return service.source_context(choices_of(connection).connection, cancel)

    found = check_source(SourceCase(source_kind_of(connection), connection, context), monkeypatch, tmp_path)
    connected.delivered()
    folder = tmp_path / "sis"
    folder.mkdir()
    shutil.copy(connected.bundle, folder)
    case = case_of(SOURCE_KINDS[1], {"kind": "oneroster-csv", "folder": str(folder)})
    again = check_source(case, monkeypatch, tmp_path)
    assert {record[0] for record in again["teacher"]} <= {record[0] for record in found["teacher"]}
    assert sorted(record[0] for record in again["class"]) == sorted(record[0] for record in found["class"])


def test_every_kind_is_in_the_kit() -> None:
    assert [kind.key for kind in SOURCE_KINDS] == ["powerschool", "oneroster-csv"], "add a case for the new kind"
