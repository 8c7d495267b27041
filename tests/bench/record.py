"""Records a whole reading of a demo district: ``python -m tests.bench.record STUDENTS HOME RECORDED [LATENCY_MS]``.

The demo server runs in a process of its own. Prints the calls and the seconds of the reading over HTTP, its peak of
memory, and how long the district took to make.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from psconnect.demo.control import DemoControl
from psconnect.http import HttpClient
from psconnect.model.clock import Clock
from psconnect.model.connection import from_dict
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import CLIENT_SECRET, Secrets
from psconnect.sync.compose import choices_of
from tests.bench.memory import peak_mb
from tests.bench.replay import Recorder

NAME = "Bench"


@contextlib.contextmanager
def demo_process(students: int, folder: Path) -> Iterator[dict[str, str]]:
    """A demo server in a process of its own: its URL, control token and database."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "psconnect.demo",
        "--students",
        str(students),
        "--seed",
        "1",
        "--folder",
        str(folder),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield json.loads(server.stdout.readline())
        finally:
            server.terminate()


class RecordingService(Service):
    """The service whose answers from the network are kept."""

    recorded: Path

    def make_http(self, url: str, _ca_file: str) -> HttpClient:
        streams = choices_of(self.connection(NAME)).reads.streams.by_name.values()
        columns = {stream.name: [column.name for column in stream.columns] for stream in streams}
        return cast("HttpClient", Recorder(HttpClient(url), self.recorded, columns))


def set_up(service: Service, url: str, token: str, roster: Path) -> None:
    """A connection to the demo server with its plugin installed and enabled."""
    roster.mkdir(parents=True, exist_ok=True)
    settings = {
        "name": NAME,
        "preset": "oneroster",
        "source": {"url": url},
        "destination": {"kind": "oneroster-csv", "folder": str(roster)},
    }
    service.save_connection(from_dict(settings))
    package = service.build_plugin(NAME)
    control = DemoControl(url, token)
    control.install(package.content)
    plugin = control.enable(package.name)
    service.set_value(NAME, "source.client_id", json.dumps(plugin.client_id))
    service.set_secret(NAME, CLIENT_SECRET, plugin.client_secret)


def main() -> None:
    students, home, recorded = int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
    latency = int(sys.argv[4]) if len(sys.argv) > 4 else 0
    started = time.perf_counter()
    with demo_process(students, home / "server") as server:
        made = time.perf_counter() - started
        service = RecordingService(home_at(home), Secrets({}, session_only=True), Clock())
        service.recorded = recorded
        set_up(service, server["url"], server["control_token"], home / "roster")
        control = DemoControl(server["url"], server["control_token"])
        control.set_latency(latency)
        control.reset_calls()
        started = time.perf_counter()
        run = service.sync(NAME, plan_only=True)
        seconds = time.perf_counter() - started
    peak = peak_mb()
    rows = sum(run.read.values())
    figures = {"rows": rows, "calls": run.calls, "seconds": seconds, "peak_mb": peak, "district_made_in": made}
    print(json.dumps({"state": run.state, **figures, "error": run.error}))


if __name__ == "__main__":
    main()
