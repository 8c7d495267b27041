"""Serves a demo district in the foreground: ``python -m psconnect.demo --students 500 --port 8080``."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import threading
from datetime import date
from pathlib import Path

from psconnect.demo import DemoOptions, DemoServer
from psconnect.demo.district.build import LARGEST, SMALLEST


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT. The first line on standard output is JSON: url, control_token, database."""
    parser = argparse.ArgumentParser(prog="python -m psconnect.demo", description=__doc__)
    parser.add_argument("--students", type=int, default=500, help=f"{SMALLEST} to {LARGEST}")
    parser.add_argument("--seed", type=int, default=1, help="another number gives other people")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--folder", type=Path, help="where the district is kept; a temporary folder by default")
    parser.add_argument("--latency", type=int, default=0, metavar="MS", help="milliseconds added to each call")
    parser.add_argument("--today", type=date.fromisoformat, default=date.today(), help="the demo's date, YYYY-MM-DD")  # noqa: DTZ011 - the machine's own day
    parsed = parser.parse_args(arguments)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with tempfile.TemporaryDirectory(prefix="psconnect-demo-") as temporary:
        options = DemoOptions(
            folder=parsed.folder or Path(temporary),
            students=parsed.students,
            seed=parsed.seed,
            today=parsed.today,
            port=parsed.port,
            latency_ms=parsed.latency,
        )
        server = DemoServer(options)
        try:
            server.start()
        except (OSError, ValueError) as error:
            sys.stderr.write(f"The demo server could not start: {error}\n")
            return 2
        try:
            first = {"url": server.url, "control_token": server.control_token, "database": str(server.database)}
            sys.stdout.write(json.dumps(first) + "\n")
            sys.stdout.flush()
            # Waited for in short stretches, because Windows delivers Ctrl+C only between them.
            while not stopped.wait(0.5):
                pass
        finally:
            server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
