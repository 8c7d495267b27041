"""A district that was delivered once, faults that are switched on at its server, and what must stand afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Psconnect, Said, psconnect
from tests.judges.oneroster11 import read_bundle
from tests.judges.sql_truth import compare
from tests.support.demo import DISTRICT, TODAY, Connected, connecting

__all__ = ["psconnect"]
STUDENTS = 200
_NUMBERS = count(1)
FIRST_ROWS_COUNT = (
    """UPDATE students SET enroll_status = 0, last_name = 'Made-up' || dcid, first_name = 'Somebody'
       WHERE dcid IN (SELECT dcid FROM students WHERE schoolid <> 999999 ORDER BY dcid LIMIT 12)""",
    """UPDATE cc SET sectionid = abs(sectionid), termid = abs(termid), dateenrolled = '2026-08-10',
       dateleft = '2027-05-28', studentid = (SELECT id FROM students WHERE schoolid <> 999999 ORDER BY dcid LIMIT 1)
       WHERE dcid = (SELECT min(dcid) FROM cc WHERE abs(termid) BETWEEN 3600 AND 3699)""",
)
"""Faults strike the first rows of an answer: make those rows ones that are delivered."""


def state(connected: Connected) -> tuple[Any, ...]:
    """What must stay as it is when nothing may be delivered: the bundle, its times, the folder, the ledger."""
    path = connected.bundle
    stat = (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes()) if path.exists() else None
    names = sorted(str(p.relative_to(connected.folder)) for p in (connected.folder / "roster").rglob("*"))
    return stat, names, connected.ledger()


def truth(connected: Connected) -> list[str]:
    """In what the bundle differs from what plain SQL says; an empty list when every value is right."""
    return compare(connected.bundle, connected.server.database, TODAY, DISTRICT)


def users(connected: Connected) -> dict[str, dict[str, str]]:
    """The delivered users by sourcedId."""
    return {row["sourcedId"]: row for row in read_bundle(connected.bundle)["users"]}


def rename_somebody(connected: Connected) -> int:
    """Give a student another name, so that a sync has something to do; returns the student's key."""
    sql = "SELECT max(dcid) FROM students WHERE enroll_status = 0 AND schoolid <> 999999"
    (key,) = connected.sql(sql)[0]
    connected.sql("UPDATE students SET last_name = ? WHERE dcid = ?", f"Rivera {next(_NUMBERS)}", key)
    return int(key)


@pytest.fixture(scope="module")
def _shared(tmp_path_factory: pytest.TempPathFactory, _districts: Callable[[int, int], Path]) -> Iterator[Connected]:
    with connecting(tmp_path_factory.mktemp("faults"), _districts) as connect:
        connected = connect(students=STUDENTS)
        for statement in FIRST_ROWS_COUNT:
            connected.sql(statement)
        connected.delivered()
        yield connected


@pytest.fixture
def delivered(_shared: Connected) -> Iterator[Connected]:
    """A district that was delivered, with a change that waits; shared by the tests of a module, without faults."""
    rename_somebody(_shared)
    _shared.clock.waited.clear()
    yield _shared
    _shared.server.clear_faults()


@dataclass(frozen=True)
class Syncs:
    """Syncs a connection by the command line, and says what has to be true afterwards."""

    connected: Connected
    psconnect: Psconnect

    def run(self) -> Said:
        """Sync, and return what was said."""
        return self.psconnect("sync", self.connected.name, connected=self.connected)

    def stops(self, code: str, sentence: str, exit_code: int = 4, ended: str = "failed") -> Said:
        """The sync ends with this error, in these words, and neither destination nor ledger was touched."""
        before = state(self.connected)
        said = self.run()
        assert f"({code})" in said.err, said.err
        assert sentence in said.err
        assert said.code == exit_code
        assert state(self.connected) == before
        run = self.connected.service.runs(self.connected.name)[0]
        assert (run.state, run.failed_in, run.changes) == (ended, "reading", {})
        return said

    def goes_through(self) -> Said:
        """The sync delivers, and what stands at the destination is what plain SQL says."""
        before = state(self.connected)
        said = self.run()
        assert said.code == 0, said.err
        assert state(self.connected) != before, "the waiting change was delivered"
        assert self.connected.service.runs(self.connected.name)[0].state == "finished_with_problems"
        assert truth(self.connected) == []
        return said


@pytest.fixture
def sync(delivered: Connected, psconnect: Psconnect) -> Syncs:
    """Syncs of the shared district."""
    return Syncs(delivered, psconnect)
