"""Which scheduler this computer has."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from psconnect.model.errors import FixSettings
from psconnect.schedule.systems.cron import Cron
from psconnect.schedule.systems.kind import Scheduler
from psconnect.schedule.systems.launchd import Launchd
from psconnect.schedule.systems.systemd import Systemd
from psconnect.schedule.systems.task_scheduler import TaskScheduler

VARIABLE = "PSCONNECT_SCHEDULER"
"""Names another scheduler than the one found, or ``none``: for servers whose systemd is not the user's to use."""
_BOOTED = Path("/run/systemd/system")
"""It exists exactly where systemd runs the computer (sd_booted(3))."""
_ALL: dict[str, Callable[[str], Scheduler]] = {
    "task-scheduler": TaskScheduler,
    "launchd": Launchd,
    "systemd": Systemd,
    "cron": Cron,
}


def scheduler_here(
    home_id: str, environment: Mapping[str, str] | None = None, system: str = sys.platform
) -> Scheduler | None:
    """The scheduler for the entries of a home; None where there is none.

    Raises FixSettings for a PSCONNECT_SCHEDULER that there is not.
    """
    chosen = (os.environ if environment is None else environment).get(VARIABLE) or _found(system)
    if chosen == "none":
        return None
    if chosen not in _ALL:
        raise FixSettings("PSC-SCHEDULE-CHOICE", where=VARIABLE, name=chosen, choices=[*_ALL, "none"])
    return _ALL[chosen](home_id)


def _found(system: str) -> str:
    if system == "win32":
        return "task-scheduler"
    if system == "darwin":
        return "launchd"
    if _BOOTED.is_dir() and shutil.which("systemctl"):
        return "systemd"
    return "cron" if shutil.which("crontab") else "none"
