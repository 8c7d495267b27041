"""The start of psconnect's window, in the tray, when the user logs in."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from psconnect.schedule.systems.autostart import Autostart
from psconnect.schedule.systems.entry_names import EntryNames
from psconnect.schedule.systems.here import VARIABLE
from psconnect.schedule.systems.login_agent import LoginAgent
from psconnect.schedule.systems.login_item import LoginItem
from psconnect.schedule.systems.run_key import RunKey, windows_registry

_NAME = "tray"


def start_at_login(
    home_id: str, environment: Mapping[str, str] | None = None, system: str = sys.platform
) -> LoginItem | None:
    """What starts psconnect at login on this computer; None if PSCONNECT_SCHEDULER is ``none``."""
    given = os.environ if environment is None else environment
    if given.get(VARIABLE) == "none":
        return None
    name = f"{_NAME}-{EntryNames(home_id).mark}"
    if system == "win32":
        return RunKey(f"psconnect-{name}", windows_registry())
    if system == "darwin":
        return LoginAgent(f"org.psconnect-{name}", given)
    return Autostart(f"psconnect-{name}", given)
