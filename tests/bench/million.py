"""A district of any size without a server: ``python -m tests.bench.million [STUDENTS] [FOLDER]``, else 1,000,000.

Rows are made up at the seam of a reader (made_up.py). A whole first run over them: shape, plan, hold, approve, deliver
a OneRoster bundle. Prints seconds and the peak of memory stage by stage, and what the bundle and the files came to.
Run in a process of its own, because the peak is the process's. The folder is removed afterwards.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from psconnect.http import Answer, HttpClient
from psconnect.model.clock import Clock
from psconnect.model.connection import from_dict
from psconnect.model.events import RunEvent
from psconnect.model.ids import Ids
from psconnect.model.staff_usernames import StaffNames
from psconnect.service import Service
from psconnect.sources.powerschool import PowerSchoolSource
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import CLIENT_SECRET, Secrets
from psconnect.sync.job import Job
from psconnect.sync.shaping import ShapedSource
from tests.bench.made_up import MadeUpDistrict, MadeUpReader, this_year
from tests.bench.memory import peak_mb

NAME = "Million"
_JSON = {"content-type": "application/json"}


class _NoServer:
    """Takes the place of HttpClient: a token and the time zone are all that is asked for."""

    host = "made-up"

    def close(self) -> None:
        """Nothing is open."""

    def abort(self) -> None:
        """Nothing is under way."""

    def call(self, _method: str, path: str, **_more: object) -> Answer:
        """The token, or the metadata."""
        token = {"access_token": "made-up", "expires_in": "2500000"}
        metadata = {"metadata": {"powerschool_version": "25.9.0.0", "district_timezone": "UTC"}}
        return Answer(200, _JSON, json.dumps(token if "oauth" in path else metadata).encode())


@dataclass
class _MadeUpSource(PowerSchoolSource):
    """The source with a reader that makes its rows up."""

    district: MadeUpDistrict | None = None

    def reader(self) -> MadeUpReader:
        """The reader of the district."""
        assert self.district is not None
        return MadeUpReader(self.client, self.district)


@dataclass
class MadeUpService(Service):
    """The service whose connections read a made-up district."""

    district: MadeUpDistrict | None = None

    def make_http(self, _url: str, _ca_file: str) -> HttpClient:
        return cast("HttpClient", _NoServer())

    @contextmanager
    def _running(self, *arguments: Any, **more: Any) -> Iterator[Job]:
        with super()._running(*arguments, **more) as job:

            def source(ids: Ids, names: StaffNames) -> ShapedSource:
                shaped = job.make_source(ids, names)
                real = cast("PowerSchoolSource", shaped.source)
                return replace(shaped, source=_MadeUpSource(real.client, real.plan, district=self.district))

            yield replace(job, make_source=source)


class Stages:
    """Seconds and peak memory of each stage, as a run's news tells them apart."""

    def __init__(self) -> None:
        """Begin with the first stage."""
        self.found: dict[str, dict[str, float]] = {}
        self._stage, self._since = "reading", time.perf_counter()

    def __call__(self, event: RunEvent) -> None:
        """Take news."""
        if event.stage != self._stage:
            self.end(event.stage)

    def end(self, following: str = "") -> None:
        """Close the books on the stage under way."""
        now = time.perf_counter()
        seconds = self.found.get(self._stage, {}).get("seconds", 0.0) + now - self._since
        self.found[self._stage] = {"seconds": round(seconds, 1), "peak_mb": round(peak_mb())}
        self._stage, self._since = following, now


def first_run(students: int, folder: Path) -> dict[str, Any]:
    """Plan and deliver a made-up district for the first time; figures of the whole."""
    clock = Clock()
    service = MadeUpService(
        home_at(folder / "home"),
        Secrets({}, session_only=True),
        clock,
        district=MadeUpDistrict(students, this_year(clock)),
    )
    roster = folder / "roster"
    roster.mkdir(parents=True)
    settings = {
        "name": NAME,
        "preset": "oneroster",
        "source": {"url": "https://made-up.example.org", "client_id": "id"},
        "uniqueness": {"student": ["givenName", "familyName", "email"], "contact": ["username"]},
        "destination": {"kind": "oneroster-csv", "folder": str(roster)},
    }
    service.save_connection(from_dict(settings))
    service.secrets.keep_for_session(NAME, CLIENT_SECRET, "secret")
    stages, started = Stages(), time.perf_counter()
    run = service.sync(NAME, on_event=stages)
    assert run.state == "held", run.error
    stages.end("approved")
    planned = {name: counts.total for name, counts in run.changes.items()}
    run = service.approve(run.id, "bench", on_event=stages)
    stages.end()
    assert run.state == "finished_with_problems", run.error
    return {
        "rows": sum(run.read.values()),
        "seconds": round(time.perf_counter() - started, 1),
        "peak_mb": round(peak_mb()),
        "stages": stages.found,
        "changes": planned,
        "left_out": run.left_out,
        "problems": run.problems,
        "bundle_mb": _megabytes(roster),
        "files_mb": _megabytes(folder / "home"),
    }


def _megabytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) // 2**20


def main() -> None:
    """Print the figures as one JSON document."""
    students = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(tempfile.mkdtemp(prefix="psconnect-million-"))
    try:
        print(json.dumps(first_run(students, folder)))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
