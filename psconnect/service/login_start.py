"""Whether psconnect starts, in the tray, when its user signs in to the computer."""

from __future__ import annotations

from functools import partial
from typing import Literal

import msgspec

from psconnect.schedule.systems.program import own_command
from psconnect.service.preferences import PreferenceKeeping

LoginStart = Literal["on", "off", "switched-off", "impossible"]
"""``switched-off``: wished here, but the user switched it off in the system's own settings."""


class StartingAtLogin(PreferenceKeeping):
    """What a user can do about it."""

    def login_start(self) -> LoginStart:
        """How it stands with the system, which is asked."""
        item = self.find_login_item(self.home_id)
        if item is None:
            return "impossible"
        state = item.read_back()
        if state is None:
            return "off"
        return "on" if state.enabled else "switched-off"

    def set_login_start(self, *, on: bool) -> LoginStart:
        """Have psconnect started at each login from now on, or no more; returns how it stands then."""
        item = self.find_login_item(self.home_id)
        if item is None:
            return "impossible"
        if on:
            item.register(own_command(self.home, ["--tray"]))
        else:
            item.remove()
        self.change_preferences(partial(msgspec.structs.replace, at_login=on))
        return self.login_start()

    def withdraw_login_start(self) -> bool:
        """Take psconnect out of what starts at login, because it is uninstalled; returns whether it was there."""
        item = self.find_login_item(self.home_id)
        if item is None or item.read_back() is None:
            return False
        item.remove()
        return True
