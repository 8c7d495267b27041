"""Serves a demo district in the foreground: ``python -m psconnect.demo --students 500 --port 8080``.

``--change KIND`` changes the district before it is served; with ``--running URL --token TOKEN`` it changes the district
of a server that is already running, and exits.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

from psconnect.demo import DemoOptions, DemoServer, Personality, draw
from psconnect.demo.control import DemoControl
from psconnect.demo.district.build import LARGEST, SMALLEST
from psconnect.demo.district.change import CHANGES


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT, or change the district of a running server.

    The first line on standard output is JSON: url, control_token, database, the administrator's admin_url, admin_user
    and admin_password, the personality that was drawn, and the results of the changes; for a running server, the
    changes alone. Exit code 2: the server could not start, or a change is invalid.
    """
    parsed = _parser().parse_args(arguments)
    if parsed.running:
        return _change_running(parsed)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with tempfile.TemporaryDirectory(prefix="psconnect-demo-") as temporary:
        return _serve(parsed, Path(temporary), stopped)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m psconnect.demo", description=__doc__)
    parser.add_argument("--students", type=int, default=500, help=f"{SMALLEST} to {LARGEST}")
    parser.add_argument("--seed", type=int, default=1, help="another number gives other people")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--folder", type=Path, help="where the district is kept; a temporary folder by default")
    parser.add_argument("--latency", type=int, default=0, metavar="MS", help="milliseconds added to each call")
    parser.add_argument("--today", type=date.fromisoformat, default=date.today(), help="the demo's date, YYYY-MM-DD")  # noqa: DTZ011 - the machine's own day
    parser.add_argument("--odd", action="store_true", help="names that readers stumble over, for tests")
    parser.add_argument("--personality", type=int, metavar="N", help="draw the server's switches and habits from this")
    parser.add_argument("--change", action="append", default=[], metavar="KIND[:NUMBER]", help=_change_help())
    parser.add_argument("--running", metavar="URL", help="change the district of this server; needs --token")
    parser.add_argument("--token", help="the control_token that the running server has printed")
    return parser


def _serve(parsed: argparse.Namespace, temporary: Path, stopped: threading.Event) -> int:
    """Start, make the changes, print the address, and serve until ``stopped``."""
    personality = Personality() if parsed.personality is None else draw(parsed.personality)
    options = DemoOptions(
        folder=parsed.folder or temporary,
        students=parsed.students,
        seed=parsed.seed,
        today=parsed.today,
        port=parsed.port,
        latency_ms=parsed.latency,
        quirks=personality.quirks,
        habits=replace(personality.district, odd=parsed.odd),
    )
    server = DemoServer(options)
    try:
        server.start()
        first = {
            "url": server.url,
            "control_token": server.control_token,
            "database": str(server.database),
            **server.admin_sign_in,
            "personality": personality.public(),
            "changes": _changed(server, parsed.change),
        }
        sys.stdout.write(json.dumps(first) + "\n")
        sys.stdout.flush()
        # Wait in short intervals, because Windows delivers Ctrl+C only between them.
        while not stopped.wait(0.5):
            pass
    except (OSError, ValueError) as error:
        sys.stderr.write(f"The demo server could not start: {error}\n")
        return 2
    finally:
        server.stop()
    return 0


def _change_help() -> str:
    kinds = ", ".join(CHANGES)
    return f"{kinds}; the number is that of students, or of the school that closes; may be given several times"


def _changed(server: DemoServer | DemoControl, wanted: list[str]) -> list[str]:
    """Make the changes in order and return their sentences.

    Raises:
        ValueError: for an invalid change.

    """
    sentences = []
    for one in wanted:
        kind, _, number = one.partition(":")
        values = {}
        if number:
            if not number.isdecimal():
                message = f"{one!r} is not a kind of change with a number after it."
                raise ValueError(message)
            values = {"school" if kind == "close-school" else "count": int(number)}
        sentences.append(server.change_district(kind, **values).sentence)
    return sentences


def _change_running(parsed: argparse.Namespace) -> int:
    if not parsed.token or not parsed.change:
        sys.stderr.write("A running server is changed with --token and at least one --change.\n")
        return 2
    try:
        changes = _changed(DemoControl(parsed.running, parsed.token), parsed.change)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"The district was not changed: {error}\n")
        return 2
    sys.stdout.write(json.dumps({"changes": changes}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
