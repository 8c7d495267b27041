"""P06: damaged roster data end as such, with the way back; never as a mistake of ours, never as a wrong delivery."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from psconnect.model.connection import from_dict, to_dict
from psconnect.model.errors import FixSettings, LocalStorage, PsconnectError
from psconnect.service import Service
from psconnect.store.damage import is_damaged
from psconnect.store.settings.secrets import CLIENT_SECRET
from psconnect.wording.errors import word
from tests.cli.conftest import Psconnect, psconnect
from tests.support.demo import Connect, Connected, connecting
from tests.support.logs import ExpectLog
from tests.sync.recorded import Recorded, recording, replaying
from tests.sync.test_run import RENAME_ONE, truth

__all__ = ["psconnect"]
DAMAGED = "PSC-DATA-DAMAGED"
_OTHER = "Other"
_ORPHAN = (
    "UPDATE cc SET studentid = 99999999 WHERE dcid = (SELECT min(dcid) FROM cc WHERE sectionid > 0 AND termid >= 3600 "
    "AND dateleft > '2027-01-01')"
)


@dataclass
class Damaging:
    """A connection whose next run has something to deliver, and what it delivers when nothing is damaged.

    One record stays as it was delivered: it comes from the ledger alone.
    """

    connected: Connected
    kept: Path
    before: bytes
    after: bytes

    @property
    def service(self) -> Service:
        return self.connected.service

    @property
    def rosters(self) -> Path:
        return self.connected.rosters

    def begin_again(self) -> bytearray:
        """Everything as before the run; gives the bytes of the roster data."""
        for name, place in (("rosters", self.service.home.rosters()), ("roster", self.connected.folder / "roster")):
            shutil.rmtree(place)
            shutil.copytree(self.kept / name, place)
        return bytearray(self.rosters.read_bytes())

    def sql(self, statement: str) -> None:
        with closing(sqlite3.connect(self.rosters)) as db, db:
            db.execute("PRAGMA foreign_keys = OFF")
            db.execute(statement)


@pytest.fixture(scope="module")
def _made(
    tmp_path_factory: pytest.TempPathFactory, _districts: Callable[[int, int], Path]
) -> Iterator[tuple[Damaging, Recorded]]:
    with connecting(tmp_path_factory.mktemp("damaging"), _districts) as connect:
        connected = connect(students=60, settings={"safety": {"preview": "never"}})
        service = connected.service
        settings = to_dict(service.connection(connected.name))
        other = {**settings, "name": _OTHER, "id": "", "options": {"id_prefix": "x"}}
        service.save_connection(from_dict(other))
        service.sync(connected.name)
        connected.sql(_ORPHAN)
        assert service.sync(connected.name).changes == {}
        connected.sql(RENAME_ONE.replace("min(dcid)", "max(dcid)"))
        kept = connected.folder / "kept"
        shutil.copytree(service.home.rosters(), kept / "rosters")
        shutil.copytree(connected.folder / "roster", kept / "roster")
        before, recorded = connected.bundle.read_bytes(), Recorded()
        with pytest.MonkeyPatch.context() as patch:
            recording(patch, recorded)
            assert service.sync(connected.name).changes["student"].update == 1
        assert len(truth(connected)) == 1, "all but the record that is kept is as plain SQL has it"
        yield Damaging(connected, kept, before, connected.bundle.read_bytes()), recorded


@pytest.fixture
def damaging(_made: tuple[Damaging, Recorded], monkeypatch: pytest.MonkeyPatch) -> Damaging:
    made, recorded = _made
    replaying(monkeypatch, recorded)
    made.begin_again()
    return made


def look(service: Service, name: str, folder: Path, chance: random.Random) -> None:
    """Ask one of the things that a person can ask of a run."""
    (run, *_older) = service.runs(name)
    asked: list[Callable[[], object]] = [
        lambda: service.changes(run.id),
        lambda: service.problems(run.id),
        lambda: service.limits(run.id),
        lambda: service.excluded(run.id),
        lambda: service.can_undo(run.id),
        lambda: service.report(run.id, folder / "report.html"),
        lambda: service.report(run.id, folder / "report.csv"),
        lambda: service.find(name, "rivera"),
    ]
    chance.choice(asked)()


def outcome(damaging: Damaging, folder: Path, chance: random.Random, *, held: bool) -> str:
    """What a person hears, and what stands at the destination afterwards."""
    service, name = damaging.service, damaging.connected.name
    try:
        states = {state.connection.name: state.trouble for state in service.connections()}
        assert states[_OTHER] is None
        with suppress(FixSettings):  # a run's id that is none any more
            look(service, name, folder, chance)
        if held:
            waiting = next((run for run in service.runs(name) if run.state == "held"), None)
            run = service.approve(waiting.id, "test") if waiting else service.sync(name)
        else:
            run = service.sync(name)
        said = run.error["code"] if run.error else run.state
    except PsconnectError as error:
        said = error.code
    stands = {damaging.after: "after", damaging.before: "before"}.get(damaging.connected.bundle.read_bytes(), "WRONG")
    return f"{said} {stands}"


def flip(damaging: Damaging, folder: Path, seed: int, times: int, *, held: bool) -> Counter[str]:
    """Flip one bit at a time, each in a fresh copy; gives how often which end came."""
    chance, ends = random.Random(seed), Counter[str]()
    for _number in range(times):
        content = damaging.begin_again()
        bit = chance.randrange(len(content) * 8)
        content[bit // 8] ^= 1 << bit % 8
        damaging.rosters.write_bytes(content)
        ends[outcome(damaging, folder, chance, held=held)] += 1
    return ends


GOOD = {"finished_with_problems after", f"{DAMAGED} before", "PSC-READING-DAMAGED before"}


def test_P06_sixty_random_bits(damaging: Damaging, tmp_path: Path) -> None:
    ends = flip(damaging, tmp_path, 20261130, 60, held=False)
    assert set(ends) <= GOOD, ends
    assert min(ends[end] for end in GOOD - {"PSC-READING-DAMAGED before"}) >= 6, "both ends have to be seen"


@pytest.mark.thorough
@pytest.mark.timeout(1800)
def test_P06_three_thousand_random_bits(
    damaging: Damaging, tmp_path: Path, record_figure: Callable[[str, float, str], None]
) -> None:
    ends = flip(damaging, tmp_path, 1, 3_000, held=False)
    record_figure("random bits flipped in roster data, none ended as a mistake of ours", sum(ends.values()), "bits")
    assert set(ends) <= GOOD, ends


@pytest.fixture
def waiting(damaging: Damaging, tmp_path: Path) -> Iterator[Damaging]:
    """The same, with the plan stored and held: what is damaged then is damaged between plan and approval."""
    service = damaging.service
    service.set_value(damaging.connected.name, "safety.preview", '"always"')
    held = service.sync(damaging.connected.name)
    assert [hold.rule for hold in held.holds] == ["preview"]
    kept = tmp_path / "kept"
    shutil.copytree(service.home.rosters(), kept / "rosters")
    shutil.copytree(damaging.connected.folder / "roster", kept / "roster")
    yield Damaging(damaging.connected, kept, damaging.before, damaging.after)
    service.set_value(damaging.connected.name, "safety.preview", '"never"')


def test_P06_sixty_random_bits_of_a_plan_that_waits(waiting: Damaging, tmp_path: Path) -> None:
    ends = flip(waiting, tmp_path, 20261201, 60, held=True)
    # A run that is no longer known to wait is planned anew, and waits.
    assert set(ends) <= {*GOOD, "held before"}, ends
    assert ends[f"{DAMAGED} before"] >= 5


TABLES = ("run", "ledger", "change", "problem", "journal", "meta", "aside", "tombstone", "_sqlite_migrations")
VALUES = {
    "a given name that is no text": "UPDATE given SET value = CAST(x'C328' AS TEXT)",
    "JSON of the runs": "UPDATE run SET holds = '[{', changes = 'x'",
    "holds of another shape": "UPDATE run SET holds = '[{\"why\": 1}]'",
    "a date": "UPDATE run SET started = 'yesterday'",
    "a state": "UPDATE run SET state = 'finished?'",
    "an action": "UPDATE change SET action = 9",
    "an entity": "UPDATE ledger SET entity = 99 WHERE key = (SELECT max(key) FROM ledger WHERE entity = 4)",
    "a record": "UPDATE ledger SET record = '[' WHERE entity = 4",
    "a rule": "UPDATE problem SET rule = rule || '!'",
    "what was read": "UPDATE meta SET value = '{' WHERE name = 'read'",
    "rules": "UPDATE meta SET value = 'x' || substr(value, 2) WHERE name = 'rules'",
    "a migration": "UPDATE _sqlite_migrations SET name = 'm002_set_asjde' WHERE name LIKE 'm002%'",
    "one letter": "UPDATE ledger SET record = CAST(replace(CAST(record AS TEXT), 'student', 'studemt') AS BLOB)",
    "records": "DELETE FROM ledger WHERE key % 2 = 0",
}
NOT_ASKED = {"no table aside", "JSON of the runs", "holds of another shape", "a date", "a state", "an action", "a rule"}
"""What a run has no need of: it delivers what is right."""
OF_RUNS = {
    "no table run",
    "JSON of the runs",
    "holds of another shape",
    "a date",
    "no table _sqlite_migrations",
    "a migration",
}
LOGGED = {
    **dict.fromkeys(("no table change", "no table problem", "no table aside", "a date"), "could not forget"),
    **dict.fromkeys(("no table run", "no table journal"), "not in the disclosure log yet"),
    **dict.fromkeys(("no table _sqlite_migrations", "a migration"), "not in the disclosure log yet"),
}
"""What else can't be done then, and is noted in the log."""
DEEDS = {**{f"no table {table}": f"DROP TABLE {table}" for table in TABLES}, **VALUES}


@pytest.mark.parametrize("deed", DEEDS)
def test_P06_tables_and_values_that_nobody_wrote(
    damaging: Damaging, psconnect: Psconnect, expect_log: ExpectLog, deed: str
) -> None:
    if deed in LOGGED:
        expect_log(LOGGED[deed])
    damaging.sql(DEEDS[deed])
    connected = damaging.connected
    listed = psconnect("connection", "list", connected=connected)
    assert (listed.code, "PSC-BUG" in listed.err) == (0, False)
    assert _OTHER in listed.out
    assert connected.name in listed.out
    assert (DAMAGED in listed.err) is (deed in OF_RUNS)
    assert (DAMAGED in psconnect("runs", connected.name, connected=connected).err) is (deed in OF_RUNS)
    said = psconnect("sync", connected.name, connected=connected)
    if deed in NOT_ASKED:
        assert (said.code, connected.bundle.read_bytes()) == (0, damaging.after)
        return
    assert (said.code, DAMAGED in said.err) == (4, True), said
    assert "psconnect connection rebuild" in said.err
    assert connected.bundle.read_bytes() == damaging.before


def test_P06_the_way_back(damaging: Damaging, psconnect: Psconnect, expect_log: ExpectLog) -> None:
    expect_log("not in the disclosure log yet")
    connected, before = damaging.connected, damaging.rosters.read_bytes()
    damaged = before[:5000] + b"\xff" * 3000 + before[8000:]
    damaging.rosters.write_bytes(damaged)
    assert DAMAGED in psconnect("sync", connected.name, connected=connected).err
    asked = psconnect("connection", "rebuild", connected.name, connected=connected)
    assert (asked.code, "PSC-REBUILD-YES" in asked.err) == (2, True)
    said = psconnect("connection", "rebuild", connected.name.upper(), "--yes", "--json", connected=connected)
    assert (said.code, said.document["name"]) == (0, connected.name)
    assert Path(said.document["file"]).read_bytes() == damaged
    assert damaging.service.secrets.get(connected.name, CLIENT_SECRET)
    damaging.service.set_value(connected.name, "safety.preview", '"first"')
    run = damaging.service.sync(connected.name)
    damaging.service.set_value(connected.name, "safety.preview", '"never"')
    assert [hold.rule for hold in run.holds] == ["first-run"]
    assert run.changes["student"].create > 0
    assert connected.bundle.read_bytes() == damaging.before
    assert damaging.service.approve(run.id, "begun anew").delivered


def test_there_is_nothing_to_set_aside_before_the_first_run(connect: Connect) -> None:
    connected = connect(students=60)
    with pytest.raises(FixSettings) as refused:
        connected.service.rebuild(connected.name)
    assert refused.value.code == "PSC-DATA-NONE"


def test_P06_a_damaged_connection_can_be_removed_and_leaves_nothing(connect: Connect) -> None:
    connected = connect(students=60)
    connected.delivered()
    with closing(sqlite3.connect(connected.rosters)) as db, db:
        db.execute("DROP TABLE ledger")
    aside = connected.service.rebuild(connected.name)
    shutil.copy(aside, connected.rosters)
    connected.service.remove_connection(connected.name)
    assert [path for path in connected.service.home.rosters().iterdir() if path.suffix != ".lock"] == []


def test_a_whole_file_is_not_called_damaged(damaging: Damaging) -> None:
    assert not is_damaged(damaging.rosters)
    with closing(sqlite3.connect(damaging.rosters, isolation_level=None)) as db:
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("BEGIN EXCLUSIVE")
        assert not is_damaged(damaging.rosters), "held by another program"


def test_a_mistake_of_ours_is_not_blamed_on_the_file(damaging: Damaging, monkeypatch: pytest.MonkeyPatch) -> None:
    def mistake(*_arguments: object, **_named: object) -> None:
        raise KeyError("mistake")

    monkeypatch.setattr("psconnect.sync.planning.resolve_references", mistake)
    with pytest.raises(KeyError):
        damaging.service.sync(damaging.connected.name)
    run = damaging.service.runs(damaging.connected.name)[0]
    assert run.error is not None
    assert run.error["code"] == "PSC-BUG"


def test_what_is_said_names_what_is_lost_and_what_is_not(damaging: Damaging) -> None:
    damaging.sql("DROP TABLE run")
    with pytest.raises(LocalStorage) as caught:
        damaging.service.runs(damaging.connected.name)
    for part in ("runs", "adopted", "given", "Settings, secrets", "at the destination are whole"):
        assert part in word(caught.value).happened
    assert "backup" in word(caught.value).to_do
