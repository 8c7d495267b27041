"""The engine over recorded answers, in a process of its own: ``python -m tests.bench.local_work RECORDED HOME``.

Runs the whole job as a person's first sync: read, shape, plan, hold, approve, deliver. Prints seconds per stage, those
until the plan waits for approval, and the peak of memory.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import cast

from psconnect.http import HttpClient
from psconnect.model.clock import Clock
from psconnect.model.events import RunEvent
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import CLIENT_SECRET, Secrets, variable
from tests.bench.memory import peak_mb
from tests.bench.replay import Replay


class ReplayService(Service):
    """The service with the network's edge replaced."""

    recorded: Path

    def make_http(self, _url: str, _ca_file: str) -> HttpClient:
        return cast("HttpClient", Replay(self.recorded))


def main() -> None:
    recorded, folder = Path(sys.argv[1]), Path(sys.argv[2])
    secrets = Secrets({variable(CLIENT_SECRET): "recorded"}, session_only=True)
    service = ReplayService(home_at(folder), secrets, Clock())
    service.recorded = recorded
    name = service.connections()[0].connection.name
    times: dict[str, float] = {}
    stage, since = "reading", time.perf_counter()

    def follow(event: RunEvent) -> None:
        nonlocal stage, since
        if event.stage != stage:
            now = time.perf_counter()
            times[stage] = times.get(stage, 0.0) + now - since
            stage, since = event.stage, now

    started = time.perf_counter()
    run = service.sync(name, on_event=follow)
    planned = time.perf_counter() - started
    if run.state == "held":
        run = service.approve(run.id, "bench", on_event=follow)
    ended = time.perf_counter()
    times[stage] = times.get(stage, 0.0) + ended - since
    rows = sum(run.read.values())
    peak = peak_mb()
    figures = {"state": run.state, "rows": rows, "seconds": ended - started, "rows_a_second": rows / (ended - started)}
    figures |= {"planned": planned, "planned_rows_a_second": rows / planned}
    print(json.dumps({**figures, "stages": times, "peak_mb": peak}))


if __name__ == "__main__":
    main()
