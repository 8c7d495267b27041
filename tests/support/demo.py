"""A demo district over real HTTP, and a connection to it that is ready to run."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from psconnect.demo import DemoOptions, DemoServer, Fault
from psconnect.model.clock import CancelToken, Clock
from psconnect.model.connection import from_dict
from psconnect.model.runs import Run
from psconnect.powerschool.client import PowerSchoolClient
from psconnect.service import PluginPackage, Service
from psconnect.sources.powerschool.system import open_client
from psconnect.store.settings.home import home_at, slug
from psconnect.store.settings.secrets import CLIENT_SECRET, Secrets

TODAY = date(2026, 11, 18)
NAME = "Lincoln roster"
DISTRICT = "Demo Unified School District"
STUDENTS = 150


class TestClock(Clock):
    """A clock that stands still unless told otherwise, and waits without waiting; it notes how long was waited."""

    __test__ = False

    def __init__(self) -> None:
        self.time = datetime(TODAY.year, TODAY.month, TODAY.day, 17, 30, tzinfo=UTC)
        self.waited: list[float] = []
        self._ticks = 0.0

    def now(self) -> datetime:
        self.time += timedelta(milliseconds=7)
        return self.time

    def monotonic(self) -> float:
        self._ticks += 0.001
        return self._ticks

    def wait(self, seconds: float, cancel: CancelToken) -> None:
        cancel.check()
        self.waited.append(seconds)
        self._ticks += seconds
        self.time += timedelta(seconds=seconds)


@dataclass
class Connected:
    """A connection to a running demo district."""

    server: DemoServer
    service: Service
    clock: TestClock
    folder: Path
    name: str = NAME
    steps: list[str] = field(default_factory=list)

    def client(self, cancel: CancelToken | None = None) -> PowerSchoolClient:
        """A client of its PowerSchool server, not signed in yet."""
        connection = self.service.connection(self.name)
        return open_client(self.service.source_context(connection, cancel or CancelToken()))

    @property
    def bundle(self) -> Path:
        return self.folder / "roster" / f"{self.name}.zip"

    @property
    def rosters(self) -> Path:
        return self.service.home.rosters() / f"{slug(self.name)}.sqlite"

    @property
    def plugin(self) -> str:
        return self.server.plugins()[0].name

    def sql(self, statement: str, *values: Any) -> list[tuple]:
        """Plain SQL in the district's database, from beside the server."""
        with closing(sqlite3.connect(self.server.database, isolation_level=None, timeout=10)) as db:
            return db.execute(statement, values).fetchall()

    def ledger(self) -> list[tuple]:
        """Every row of the ledger."""
        if not self.rosters.exists():
            return []
        with closing(sqlite3.connect(self.rosters)) as db:
            return db.execute("SELECT * FROM ledger ORDER BY entity, key").fetchall()

    def delivered(self) -> Run:
        """The first delivery: held, approved, applied."""
        run = self.service.sync(self.name)
        assert run.state == "held", run
        run = self.service.approve(run.id, "test")
        assert run.state == "finished_with_problems", run
        return run

    def reinstall(self) -> None:
        """Build the plugin for the connection's present choices, and install and enable it."""
        package = self.service.build_plugin(self.name)
        if package.version not in [one.version for one in self.server.plugins() if one.name == package.name]:
            self.server.install(package.content)
        plugin = self.server.enable(package.name)
        self.service.set_value(self.name, "source.client_id", json.dumps(plugin.client_id))
        self.service.set_secret(self.name, CLIENT_SECRET, plugin.client_secret)

    def altered(self, package: PluginPackage, change: Callable[[str, str], str | None]) -> bytes:
        """A plugin with files changed, or left out where ``change`` gives None; it is newer than the one installed."""
        installed = next((one.version for one in self.server.plugins() if one.name == package.name), package.version)
        *others, last = installed.split(".")
        newer = ".".join([*others, f"{int(last) + 1:06}"])
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(package.content)) as old, zipfile.ZipFile(out, "w") as new:
            for name in old.namelist():
                text = change(name, old.read(name).decode())
                if text is not None:
                    new.writestr(name, text.replace(f'version="{package.version}"', f'version="{newer}"'))
        return out.getvalue()

    def fault(self, name: str, path: str = "*", **more: Any) -> None:
        """Switch one fault of the catalogue on."""
        self.server.set_faults([Fault(name, path=path, **more)])


@pytest.fixture(scope="session")
def _districts(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int, int], Path]:
    """Made once per size and seed, then copied for each test."""
    root = tmp_path_factory.mktemp("districts")
    made: set[tuple[int, int]] = set()

    def folder(students: int, seed: int) -> Path:
        place = root / f"{students}-{seed}"
        if (students, seed) not in made:
            place.mkdir()
            with DemoServer(DemoOptions(folder=place, students=students, seed=seed, today=TODAY)):
                made.add((students, seed))
        return place

    return folder


Connect = Callable[..., Connected]


@contextmanager
def connecting(root: Path, districts: Callable[[int, int], Path], size: int = STUDENTS) -> Iterator[Connect]:
    """Makes connections below a folder, to districts of ``size`` students; their servers end with the block."""
    running: list[DemoServer] = []

    def make(
        students: int = size,
        seed: int = 1,
        settings: dict[str, Any] | None = None,
        *,
        install: bool = True,
        name: str = NAME,
        **options: Any,
    ) -> Connected:
        folder = root / f"connected-{len(running)}"
        shutil.copytree(districts(students, seed), folder / "server")
        (folder / "roster").mkdir()
        server = DemoServer(DemoOptions(folder=folder / "server", students=students, seed=seed, today=TODAY, **options))
        server.start()
        running.append(server)
        clock = TestClock()
        service = Service(home_at(folder / "home"), Secrets({}, session_only=True), clock)
        connected = Connected(server, service, clock, folder, name)
        service.on_step = connected.steps.append
        data: dict[str, Any] = {
            "name": name,
            "preset": "oneroster",
            "source": {"url": server.url},
            "options": {"district_name": DISTRICT},
            "destination": {"kind": "oneroster-csv", "folder": str(folder / "roster")},
        }
        for key, value in (settings or {}).items():
            data[key] = {**data.get(key, {}), **value} if isinstance(value, dict) else value
        service.save_connection(from_dict(data))
        if install:
            connected.reinstall()
        return connected

    try:
        yield make
    finally:
        for server in running:
            server.stop()


@pytest.fixture
def district_size() -> int:
    """How many students a district has; a file or folder whose limits need more overrides this fixture."""
    return STUDENTS


@pytest.fixture
def connect(tmp_path: Path, _districts: Callable[[int, int], Path], district_size: int) -> Iterator[Connect]:
    """Makes connections: ``connect(students=150, seed=1, settings={...}, certificate=None, install=True)``."""
    with connecting(tmp_path, _districts, district_size) as make:
        yield make


@pytest.fixture
def connected(connect: Connect) -> Connected:
    """A connection to a district of ``district_size`` students, never run."""
    return connect()
