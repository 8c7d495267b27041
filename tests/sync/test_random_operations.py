"""Random operations on two homes that may deliver into one folder: what stands there is always a whole roster.

I1, I2: each bundle is exactly what some state of the district makes, and after a
delivery it is the present one's. I3: nothing goes because something is damaged or was lost. I4: only what was held and
approved is delivered, and nobody is replaced unasked. I5: a second run does nothing. I6: ledger and receipt tell what
was delivered, also after the process was killed.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from psconnect.model.errors import PsconnectError
from psconnect.model.runs import WAITING, Run
from psconnect.service import Service
from psconnect.store.settings.home import slug
from psconnect.transfer.ownership import OWNER_FILE
from tests.support.demo import NAME, Connected, connecting
from tests.sync.recorded import Recorded, recording, replaying
from tests.sync.test_kill import STEPS
from tests.sync.test_two_homes import another_home

STATES = (
    "UPDATE students SET last_name = last_name",
    "UPDATE students SET last_name = 'Rivera' WHERE dcid = (SELECT min(dcid) FROM students WHERE enroll_status = 0)",
    "UPDATE students SET enroll_status = 2 WHERE dcid IN (SELECT dcid FROM students WHERE enroll_status = 0 LIMIT 2)",
    "UPDATE sections SET room = 'R7' WHERE dcid = (SELECT max(dcid) FROM sections WHERE termid BETWEEN 3600 AND 3699)",
    "UPDATE students SET enroll_status = 0 WHERE dcid IN (SELECT dcid FROM students WHERE enroll_status = 2 LIMIT 2)",
)
"""What happens in the district, one after the other; each leaves a state that a run may find."""
TYPED = (NAME, NAME.upper(), NAME.lower(), NAME.title())


class Killed(BaseException):
    """Stands for the end of the process."""


@dataclass
class Known:
    """The states of the district: what a source gives, the bundle and the ledger that follow from it."""

    sources: list[Recorded] = field(default_factory=list)
    bundles: list[bytes] = field(default_factory=list)
    ledgers: list[list[tuple]] = field(default_factory=list)

    def state_of(self, receipt: str) -> int:
        """The state whose bundle has that digest."""
        return [hashlib.sha256(bundle).hexdigest() for bundle in self.bundles].index(receipt)


@dataclass
class Operations:
    """Two homes, two folders, and what is done to them."""

    homes: tuple[Connected, Connected]
    folders: tuple[Path, Path]
    known: Known
    patch: pytest.MonkeyPatch
    chance: random.Random
    state: int = 0
    done: Counter[str] = field(default_factory=Counter)

    def step(self) -> None:
        """One operation, and what has to be true afterwards."""
        deeds = (self.change, self.sync, self.sync, self.sync, self.plan, self.approve, self.approve, self.discard,
                 self.move, self.lose, self.kill, self.kill, self.undo, self.set_preview)  # fmt: skip
        self.chance.choice(deeds)()
        for home in self.homes:
            self.books_are_right(home.service)
        for folder in self.folders:
            bundle = folder / f"{NAME}.zip"
            assert not bundle.exists() or bundle.read_bytes() in self.known.bundles
            assert {path.name for path in folder.iterdir() if not path.name.startswith(".")} <= {
                bundle.name,
                "previous",
            }

    def books_are_right(self, service: Service) -> None:
        """I6: unless a run was killed between delivering and booking, which the next start settles."""
        with closing(sqlite3.connect(service.rosters_of(NAME))) as db:
            if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
                return
            row = db.execute("SELECT value FROM meta WHERE name = 'receipt'").fetchone()
            ledger = db.execute("SELECT entity, key, record FROM ledger ORDER BY entity, key").fetchall()
        assert ledger == (self.known.ledgers[self.known.state_of(row[0])] if row else [])

    # -- what is done -------------------------------------------------------------------------------------------------

    def change(self) -> None:
        self.state = self.chance.randrange(len(self.known.sources))
        replaying(self.patch, self.known.sources[self.state])

    def sync(self) -> None:
        service = self.service()
        others, before = self.others_own(service), self.stands(service)
        run = self.run_of(lambda: service.sync(self.chance.choice(TYPED)))
        if run is None:
            return
        assert run.connection == NAME
        self.done[f"sync {run.state}"] += 1
        if others:
            assert self.stands(service) == before, "nobody is replaced unasked"
            assert run.state == "held" or not run.delivers
        if run.state.startswith("finished"):
            self.delivered(service, self.state)
            written = self.stands(service)
            again = service.sync(NAME)
            assert (again.delivers, self.stands(service)) == (False, written), "a second run does nothing"

    def plan(self) -> None:
        service = self.service()
        before = self.stands(service)
        run = self.run_of(lambda: service.sync(self.chance.choice(TYPED), plan_only=True))
        assert run is None or run.state in ("previewed", "finished_with_problems", "finished")
        assert self.stands(service) == before

    def approve(self) -> None:
        service, state = self.service(), self.state
        waiting = self.waiting(service)
        if waiting is None:
            return
        planned = service.changes(waiting.id)
        run = self.run_of(lambda: service.approve(waiting.id, "random"))
        if run is None:
            return
        self.done[f"approve {run.state}"] += 1
        if run.id == waiting.id and run.state.startswith("finished"):
            assert service.changes(run.id) == planned
            if run.kind == "sync" and self.receipt(service) == self.digest(state):
                self.delivered(service, state)

    def discard(self) -> None:
        service = self.service()
        waiting, before = self.waiting(service), self.stands(service)
        if waiting:
            service.discard(waiting.id)
        assert self.stands(service) == before or not waiting

    def move(self) -> None:
        service, folder = self.service(), self.chance.choice(self.folders)
        service.set_value(self.chance.choice(TYPED), "destination.folder", json.dumps(str(folder)))

    def set_preview(self) -> None:
        self.service().set_value(NAME, "safety.preview", self.chance.choice(('"never"', '"first"', '"always"')))

    def lose(self) -> None:
        (self.chance.choice(self.folders) / f"{NAME}.zip").unlink(missing_ok=True)

    def kill(self) -> None:
        """The process ends at some step of a sync or an approval."""
        service, deadly = self.service(), self.chance.choice(STEPS)

        def die(step: str) -> None:
            if step == deadly:
                raise Killed

        service.on_step = die
        try:
            waiting = self.waiting(service) if self.chance.random() < 0.5 else None
            self.run_of(lambda: service.approve(waiting.id, "random") if waiting else service.sync(NAME))
        except Killed:
            self.done["killed"] += 1
            # I6: the next start books what was delivered, before anything else.
            service.on_step = lambda _step: None
            self.run_of(lambda: service.sync(NAME, plan_only=True))
        finally:
            service.on_step = lambda _step: None

    def undo(self) -> None:
        service = self.service()
        applied = next((run for run in service.runs(NAME) if service.can_undo(run.id).possible), None)
        newest = next((run for run in service.runs(NAME) if run.delivered and run.changes), None)
        if applied is None or newest is None or applied.id != newest.id or not before_was_known(service, newest):
            return
        self.run_of(lambda: service.undo(applied.id))
        self.done["undo"] += 1

    # -- what is known ------------------------------------------------------------------------------------------------

    def service(self) -> Service:
        return self.chance.choice(self.homes).service

    def run_of(self, act: Callable[[], Run]) -> Run | None:
        """The run, or None where it was refused in words: never for a mistake of ours."""
        try:
            run = act()
        except PsconnectError as error:
            self.done[error.code] += 1
            return None
        assert not run.error or run.error["code"] == "PSC-FOLDER-OWNED", run.error
        return run

    def folder_of(self, service: Service) -> Path:
        return Path(service.connection(NAME).destination["folder"])

    def stands(self, service: Service) -> tuple[bytes, int] | None:
        path = self.folder_of(service) / f"{NAME}.zip"
        return (path.read_bytes(), path.stat().st_mtime_ns) if path.exists() else None

    def others_own(self, service: Service) -> bool:
        """Whether the folder's bundle is another home's."""
        path = self.folder_of(service) / OWNER_FILE
        owners = json.loads(path.read_bytes())["bundles"] if path.exists() else {}
        return bool(owners) and all(owner["home"] != service.home_id for owner in owners.values())

    def delivered(self, service: Service, state: int) -> None:
        """What stands is what the district makes, is this home's, and nothing unfinished lies beside it."""
        folder = self.folder_of(service)
        assert (folder / f"{NAME}.zip").read_bytes() == self.known.bundles[state]
        assert [path.name for path in folder.rglob("*.tmp")] == []
        assert not self.others_own(service) or self.receipt(service) == self.digest(state)

    def receipt(self, service: Service) -> str:
        with closing(sqlite3.connect(service.rosters_of(NAME))) as db:
            return str(db.execute("SELECT value FROM meta WHERE name = 'receipt'").fetchone()[0])

    def digest(self, state: int) -> str:
        return hashlib.sha256(self.known.bundles[state]).hexdigest()

    def waiting(self, service: Service) -> Run | None:
        return next((run for run in service.runs(NAME) if run.state in WAITING), None)


def before_was_known(service: Service, run: Run) -> bool:
    """Whether what stood before a run is a state of the district: not nothing, as before the first delivery."""
    earlier = [one for one in service.runs(NAME) if one.delivered and one.id < run.id]
    return bool(earlier) and run.kind == "sync"


@pytest.fixture(scope="module")
def known_states(
    tmp_path_factory: pytest.TempPathFactory, _districts: Callable[[int, int], Path]
) -> Iterator[tuple[Connected, Known]]:
    with connecting(tmp_path_factory.mktemp("random"), _districts) as connect:
        connected, known = connect(students=60, settings={"safety": {"preview": "never"}}), Known()
        for statement in STATES:
            connected.sql(statement)
            source = Recorded()
            with pytest.MonkeyPatch.context() as patch:
                recording(patch, source)
                run = connected.service.sync(NAME)
                if run.state == "held":
                    run = connected.service.approve(run.id, "test")
                assert run.state.startswith("finished"), run
            known.sources.append(source)
            known.bundles.append(connected.bundle.read_bytes())
            known.ledgers.append([row[:3] for row in connected.ledger()])
        assert len(set(known.bundles)) >= 4
        yield connected, known


def operations(made: tuple[Connected, Known], patch: pytest.MonkeyPatch, place: Path, seed: int) -> Operations:
    """Two fresh homes and folders."""
    template, known = made
    folders = (place / "one", place / "two")
    homes = []
    for number, folder in enumerate(folders):
        folder.mkdir(parents=True)
        home = another_home(template, place=place / f"home {number}")
        home.service.set_value(NAME, "destination.folder", json.dumps(str(folders[0])))
        homes.append(home)
    replaying(patch, known.sources[0])
    return Operations((homes[0], homes[1]), folders, known, patch, random.Random(seed))


def work(made: tuple[Connected, Known], place: Path, seeds: range, steps: int) -> Counter[str]:
    done: Counter[str] = Counter()
    for seed in seeds:
        with pytest.MonkeyPatch.context() as patch:
            doing = operations(made, patch, place / str(seed), seed)
            for _step in range(steps):
                doing.step()
            done += doing.done
            shutil.rmtree(place / str(seed))
    return done


def test_random_operations_on_two_homes(known_states: tuple[Connected, Known], tmp_path: Path) -> None:
    done = work(known_states, tmp_path, range(5), 60)
    for deed in ("sync held", "sync finished_with_problems", "approve finished_with_problems", "killed", "undo"):
        assert done[deed] >= 3, done


@pytest.mark.thorough
@pytest.mark.timeout(1800)
def test_many_random_operations_on_two_homes(
    known_states: tuple[Connected, Known], tmp_path: Path, record_figure: Callable[[str, float, str], None]
) -> None:
    work(known_states, tmp_path, range(100, 140), 60)
    record_figure("random operations on two homes, every invariant held", 40 * 60, "operations")


def test_the_names_of_the_homes_are_one() -> None:
    assert len({slug(typed) for typed in TYPED}) == 1
