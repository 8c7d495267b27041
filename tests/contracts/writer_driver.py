"""One sync to a destination of single changes in a process of its own, which kills itself.

``python -m tests.contracts.writer_driver HOME CONNECTION [STEP TIMES]``: at the step's ``TIMES``th time, as a power cut
would. A run that is held is approved.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import Secrets
from tests.contracts.kinds.known import kinds_for_tests
from tests.sync.kill_driver import FixedDay


def main() -> None:
    """Sync, and print the steps and the state."""
    home, name, *rest = sys.argv[1:]
    deadly, left = (rest[0], int(rest[1])) if rest else ("", 0)

    def step(taken: str) -> None:
        nonlocal left
        sys.stdout.write(f"{taken}\n")
        sys.stdout.flush()
        left -= taken == deadly
        if taken == deadly and not left:
            os.kill(os.getpid(), signal.SIGKILL)

    with kinds_for_tests():
        service = Service(home_at(Path(home)), Secrets(), FixedDay(), step)
        run = service.sync(name)
        if run.state == "held":
            run = service.approve(run.id, "kill test")
        sys.stdout.write(f"state {run.state} {run.error}\n")


if __name__ == "__main__":
    main()
