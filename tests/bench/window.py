"""How smooth the window is: first paint, time to show each page, and stalls while a large sync runs at full speed.

    python -m tests.bench.window [--students 50000] [--rounds 5]

The demo server runs in a process of its own. A timer of 5 ms ticks on the GUI thread; what lies between two ticks
beyond that is a stall. Prints one JSON document; medians over the rounds. It measures, it asserts nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from psconnect.demo.control import DemoControl
from psconnect.desktop.app import make_application
from psconnect.desktop.garbage import Garbage
from psconnect.desktop.shell import MainWindow
from psconnect.desktop.theme.apply import Theme
from psconnect.model.connection import from_dict
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import CLIENT_SECRET, Secrets

NAME = "Bench"
TICK_MS = 5
CHECKOUT = Path(__file__).resolve().parents[2]


def until(done: Callable[[], bool]) -> None:
    """Let the window live until something is so."""
    loop, timer = QEventLoop(), QTimer()
    timer.timeout.connect(lambda: loop.quit() if done() else None)
    timer.start(1)
    if not done():
        loop.exec()
    timer.stop()


class Gaps:
    """Collects how long the GUI thread was away, in milliseconds beyond a tick."""

    def __init__(self, stage: Callable[[], str]) -> None:
        """``stage`` tells what is being done when the thread comes back."""
        self.found: list[float] = []
        self._stage, self.worst = stage, (0.0, "")
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def stop(self) -> dict[str, float]:
        """Percentiles of what was found."""
        self._timer.stop()
        ordered = sorted(self.found) or [0.0]
        return {"p99": ordered[int(len(ordered) * 0.99)], "max": ordered[-1]}

    def _tick(self) -> None:
        now = time.perf_counter()
        gap = max(0.0, (now - self._last) * 1000 - TICK_MS)
        self.found.append(gap)
        self.worst = max(self.worst, (gap, self._stage()))
        self._last = now


def connect(folder: Path, found: dict[str, str]) -> Service:
    """A connection to the demo district of the other process."""
    control = DemoControl(found["url"], found["control_token"])
    service = Service(home_at(folder / "home"), Secrets({}, session_only=True))
    (folder / "roster").mkdir()
    settings = {
        "name": NAME,
        "id": "bnchwn",
        "preset": "oneroster",
        "source": {"url": found["url"]},
        "destination": {"kind": "oneroster-csv", "folder": str(folder / "roster")},
    }
    connection = from_dict(settings)
    package = service.plugin_for(connection)
    with suppress(KeyError):
        control.delete(package.name)
    control.install(package.content)
    plugin = control.enable(package.name)
    settings["source"] = {"url": found["url"], "client_id": plugin.client_id}
    service.save_connection(from_dict(settings))
    service.set_secret(NAME, CLIENT_SECRET, plugin.client_secret or "")
    return service


def _stage(window: MainWindow) -> str:
    active = window.runs.of(NAME)
    if active is None or active.ended:
        return "ended"
    return active.progress.stage or "starting"


def one_round(folder: Path, found: dict[str, str]) -> dict[str, float]:
    """Open, run, look at every page; milliseconds, and seconds for the runs."""
    service, measured = connect(folder, found), {}
    began = time.perf_counter()
    window = MainWindow(service)
    window.show()
    window.repaint()
    measured["first paint ms"] = (time.perf_counter() - began) * 1000
    until(lambda: not window.bridge.busy)
    gaps, began = Gaps(lambda: _stage(window)), time.perf_counter()
    window.run_for(NAME)
    until(lambda: not window.runs.working(NAME))
    measured["sync s"] = time.perf_counter() - began
    measured |= {f"sync gap {name} ms": value for name, value in gaps.stop().items()}
    print(f"worst: {gaps.worst[0]:.0f} ms while {gaps.worst[1]}", file=sys.stderr)
    run = service.runs(NAME)[0]
    gaps, began = Gaps(lambda: _stage(window)), time.perf_counter()
    window.runs.approve(NAME, run.id, "bench", run.plan_hash)
    until(lambda: not window.runs.working(NAME))
    measured["delivery s"] = time.perf_counter() - began
    measured |= {f"delivery gap {name} ms": value for name, value in gaps.stop().items()}
    pages: dict[str, Callable[[], None]] = {
        "overview": lambda: window.overview(NAME),
        "history": lambda: window.history(NAME),
        "summary": lambda: window.summary(NAME, run.id),
        "settings": lambda: window.settings(NAME),
        "help": window.help,
        "connections": window.connections,
    }
    for name, show in pages.items():
        began = time.perf_counter()
        show()
        until(lambda: not window.bridge.busy)
        window.repaint()
        measured[f"page {name} ms"] = (time.perf_counter() - began) * 1000
    window.close()
    window.deleteLater()
    QApplication.processEvents()
    return measured


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    app = make_application()
    theme, garbage = Theme(app), Garbage()
    with tempfile.TemporaryDirectory() as place:
        server = [sys.executable, "-m", "psconnect.demo", "--students", str(options.students), "--folder", place]
        with subprocess.Popen(server, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT) as process:
            try:
                assert process.stdout
                found = json.loads(process.stdout.readline())
                rounds = []
                for number in range(options.rounds):
                    folder = Path(place) / f"round-{number}"
                    folder.mkdir()
                    rounds.append(one_round(folder, found))
            finally:
                process.terminate()
    garbage.release()
    medians = {name: round(statistics.median(each[name] for each in rounds), 1) for name in rounds[0]}
    print(
        json.dumps(
            {"students": options.students, "rounds": options.rounds, "look": theme.tokens.name, **medians}, indent=2
        )
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
