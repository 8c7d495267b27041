"""One sync in a process of its own, which can be killed: ``python -m tests.sync.kill_driver HOME CONNECTION [STEP]``.

Prints each step's name just before it is taken. At STEP it kills itself as a power cut would. A run that is held is
approved. The clock is the test's, so that an undisturbed and a disturbed run see the same day.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from psconnect.model.clock import Clock
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import Secrets
from tests.support.demo import TODAY


class FixedDay(Clock):
    """Real time passes, but always on the same day."""

    def now(self) -> datetime:
        return datetime.combine(TODAY, datetime.now(UTC).time().replace(hour=12), UTC)


def main() -> None:
    home, name, *rest = sys.argv[1:]
    deadly = rest[0] if rest else ""

    def step(taken: str) -> None:
        sys.stdout.write(f"{taken}\n")
        sys.stdout.flush()
        if taken == deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    service = Service(home_at(Path(home)), Secrets(), FixedDay(), step)
    run = service.sync(name)
    if run.state == "held":
        run = service.approve(run.id, "kill test")
    sys.stdout.write(f"state {run.state}\n")


if __name__ == "__main__":
    main()
