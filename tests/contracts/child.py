"""A destination at work in a process of its own, for tests that change what a process has only one of.

``receipts KIND SETTINGS``: the receipts of two rosters, with the clock at the seconds named by CLOCK.
``limited KIND SETTINGS BYTES``: a delivery that is larger than any file may become; prints the error.
``killed KIND SETTINGS STEP``: a sweep and a delivery of the changed district, killed at a step as by a power cut.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

from psconnect.model.clock import CancelToken
from psconnect.model.errors import PsconnectError
from psconnect.wording.errors import word
from tests.contracts.destination_kit import CONNECTION
from tests.contracts.kinds.known import kinds_for_tests
from tests.contracts.opening import open_snapshot
from tests.contracts.rosters import ListRoster, changed, hostile, large, small


def _receipts(given: dict[str, Any]) -> list[str]:
    seconds = float(os.environ["CLOCK"])
    now: Callable[..., Any]
    for name, now in (("time", lambda: seconds), ("time_ns", lambda: int(seconds) * 10**9)):
        setattr(time, name, now)
    for name in ("localtime", "gmtime"):
        real = getattr(time, name)
        setattr(time, name, lambda at=None, real=real: real(seconds if at is None else at))
    receipts = []
    for tables in (small(), hostile()):
        prepared = open_snapshot(CONNECTION, given).prepare(ListRoster(tables), CancelToken())
        receipts.append(prepared.receipt)
        prepared.discard()
    return receipts


def _limited(given: dict[str, Any], limit: int) -> dict[str, str]:
    import resource  # noqa: PLC0415 - only POSIX has it, and only this needs it

    roster = ListRoster(large(6_000))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        open_snapshot(CONNECTION, given).prepare(roster, CancelToken())
    except PsconnectError as error:
        return {"error": type(error).__name__, **word(error).as_dict()}
    return {"error": ""}


def _killed(given: dict[str, Any], deadly: str) -> list[str]:
    taken = []

    def step(name: str) -> None:
        taken.append(name)
        if name == deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    snapshot = open_snapshot(CONNECTION, given, step)
    snapshot.sweep()
    snapshot.prepare(ListRoster(changed()), CancelToken()).publish()
    return taken


def main() -> None:
    """Do what the arguments say and print the answer as JSON."""
    what, kind, settings, *rest = sys.argv[1:]
    given = {"kind": kind, **json.loads(settings)}
    with kinds_for_tests():
        answer: Any = (
            _receipts(given)
            if what == "receipts"
            else _killed(given, rest[0])
            if what == "killed"
            else _limited(given, int(rest[0]))
        )
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
