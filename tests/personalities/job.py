"""The whole job of a district's first day: plugin built, installed and enabled, check, sync, approval, bundle."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psconnect.demo import DemoOptions, DemoServer
from psconnect.demo.district import build_district
from psconnect.demo.personality import Personality
from psconnect.model.clock import CancelToken
from psconnect.model.connection import from_dict
from psconnect.model.findings import Finding
from psconnect.model.runs import Run
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import CLIENT_SECRET, Secrets
from tests.support.demo import DISTRICT, TODAY, TestClock

STUDENTS = 60
SEED = 1
NAME = "Lincoln roster"


@dataclass(frozen=True)
class Done:
    """What a job came to: its bundle, its run and what the check found; ``database`` is the district it read."""

    bundle: Path
    database: Path
    run: Run
    findings: list[Finding]

    @property
    def content(self) -> bytes:
        """The bundle's bytes."""
        return self.bundle.read_bytes()


class Districts:
    """The files of districts of 60 students, one for each set of habits, made when it is asked for first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def serving(self, folder: Path, personality: Personality) -> Iterator[DemoServer]:
        """A server with a personality, on a copy of its district below ``folder``."""
        habits = personality.district
        made = build_district(self._folder, STUDENTS, SEED, TODAY, habits)
        place = folder / "server"
        place.mkdir(parents=True)
        shutil.copy(made, place)
        options = DemoOptions(
            folder=place, students=STUDENTS, seed=SEED, today=TODAY, quirks=personality.quirks, habits=habits
        )
        with DemoServer(options) as server:
            yield server


def connect(server: DemoServer, folder: Path, name: str, settings: Mapping[str, Any]) -> Service:
    """A connection to the server whose plugin is built, installed and enabled, in a home of its own."""
    roster = folder / "roster"
    roster.mkdir(parents=True, exist_ok=True)
    service = Service(home_at(folder / "home"), Secrets({}, session_only=True), TestClock())
    data: dict[str, Any] = {
        "name": name,
        "preset": "oneroster",
        "source": {"url": server.url},
        "options": {"district_name": DISTRICT},
        "destination": {"kind": "oneroster-csv", "folder": str(roster)},
    }
    for key, value in settings.items():
        data[key] = {**data.get(key, {}), **value} if isinstance(value, dict) else value
    service.save_connection(from_dict(data))
    package = service.build_plugin(name)
    server.install(package.content)
    plugin = server.enable(package.name)
    service.set_value(name, "source.client_id", json.dumps(plugin.client_id))
    service.set_secret(name, CLIENT_SECRET, plugin.client_secret or "")
    return service


def finish(service: Service, server: DemoServer, folder: Path, name: str = NAME) -> Done:
    """Check, sync, approve; what comes of it."""
    findings = service.check(name, lambda _finding: None, CancelToken())
    run = service.sync(name)
    if run.state == "held":
        run = service.approve(run.id, "first delivery")
    return Done(folder / "roster" / f"{name}.zip", server.database, run, list(findings))


def whole_job(
    districts: Districts, folder: Path, personality: Personality, settings: Mapping[str, Any] | None = None
) -> Done:
    """The whole job on a server of that personality."""
    with districts.serving(folder, personality) as server:
        return finish(connect(server, folder, NAME, settings or {}), server, folder)
