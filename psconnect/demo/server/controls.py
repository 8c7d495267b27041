"""The controls of a running demo server: its plugins, its behaviour, its district, its calls."""

from __future__ import annotations

import secrets
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from psconnect.demo.district import change
from psconnect.demo.server.conditions import Conditions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from psconnect.demo.server.app import App
    from psconnect.demo.server.calls import Calls
    from psconnect.demo.server.database import District
    from psconnect.demo.server.events import Delivery
    from psconnect.demo.server.faults import Fault
    from psconnect.demo.server.installed import InstalledPlugin
    from psconnect.demo.server.options import DemoOptions
    from psconnect.demo.server.quirks import Quirks
    from psconnect.demo.server.transport import Listener


class ServerControls:
    """The controls of a server that somebody else starts and stops.

    Raises (any member that needs a running server):
        RuntimeError: while it does not run.

    """

    def __init__(self, options: DemoOptions) -> None:
        self.options = options
        self.control_token = secrets.token_urlsafe(24)
        self.admin_user = "admin"
        self.admin_password = secrets.token_urlsafe(9)
        self._conditions = Conditions(options.latency_ms / 1000)
        self._changing = threading.Lock()
        self._district: District | None = None
        self._app: App | None = None
        self._listener: Listener | None = None
        self._changes = 0

    @property
    def url(self) -> str:
        """The service URL: scheme, loopback address and port."""
        if self._listener is None:
            message = "The demo server has not been started."
            raise RuntimeError(message)
        return self._listener.url

    @property
    def admin_url(self) -> str:
        """Where an administrator signs in, as :attr:`admin_user` with :attr:`admin_password`."""
        return f"{self.url}/admin/home.html"

    @property
    def admin_sign_in(self) -> dict[str, str]:
        """The administrator's address and sign-in, under the names the command line prints them with."""
        return {
            "admin_url": self.admin_url,
            "admin_user": self.admin_user,
            "admin_password": self.admin_password,
        }

    @property
    def database(self) -> Path:
        """The district's SQLite file. Others may write to it while the server runs."""
        return self._served().path

    # -- plugins ---------------------------------------------------------------------------------------------------

    def install(self, package: bytes) -> InstalledPlugin:
        """Install or upgrade a plugin from a ZIP, or from plugin.xml alone. It then still has to be enabled.

        Raises:
            PluginRefused: with what the administrator would see.

        """
        return self._running().plugins.install(package)

    def enable(self, name: str) -> InstalledPlugin:
        """Enable a plugin, which gives it credentials.

        Raises:
            PluginRefused: with one line for each invalid column.
            KeyError: if no such plugin is installed.

        """
        return self._running().plugins.enable(name)

    def disable(self, name: str) -> InstalledPlugin:
        """Disable a plugin."""
        return self._running().plugins.disable(name)

    def delete(self, name: str) -> None:
        """Delete a plugin with its credentials."""
        self._running().plugins.delete(name)

    def regenerate(self, name: str) -> InstalledPlugin:
        """Give a plugin new credentials."""
        return self._running().plugins.regenerate(name)

    def plugins(self) -> list[InstalledPlugin]:
        """The installed plugins."""
        return self._running().plugins.all()

    def set_page_size(self, name: str, size: int, resource: str | None = None) -> None:
        """Set the maximum page size of a plugin, for one resource (see ``plugins.PAGED``) or for all."""
        self._running().plugins.set_page_size(name, size, resource)

    # -- behaviour -------------------------------------------------------------------------------------------------

    def set_faults(self, faults: Sequence[Fault]) -> None:
        """Set these faults and no others."""
        self._conditions.faults.set(faults)

    def clear_faults(self) -> None:
        """Clear all faults."""
        self._conditions.faults.set([])

    def faults(self) -> list[Fault]:
        """The active faults."""
        return self._conditions.faults.all()

    @property
    def quirks(self) -> Quirks:
        """The switches in force."""
        return self._running().quirks

    def set_quirks(self, **changes: Any) -> None:
        """Change some of the switches while the server runs."""
        app = self._running()
        app.quirks = replace(app.quirks, **changes)

    def set_latency(self, milliseconds: float) -> None:
        """Add this time to each call.

        Raises:
            ValueError: for a negative time.

        """
        if not milliseconds >= 0:
            message = f"Latency is 0 milliseconds or more, not {milliseconds:g}."
            raise ValueError(message)
        self._conditions.latency_seconds = milliseconds / 1000

    @property
    def latency_ms(self) -> float:
        """The time added to each call, in milliseconds."""
        return self._conditions.latency_seconds * 1000

    def set_throttle(self, milliseconds: int) -> None:
        """Refuse a plugin's call that comes sooner than this after its last one; 0 for never."""
        self.set_quirks(throttle_ms=milliseconds)

    def expire_tokens(self) -> None:
        """Expire every token now."""
        self._running().tokens.expire_all()

    def advance_clock(self, seconds: float) -> None:
        """Advance the server's clock: SYSDATE, the life of tokens, ``/ws/v1/time``."""
        self._running().clock.advance(seconds)

    # -- the district ----------------------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        """The day the server shows; a rollover moves it to the first day of the next school year."""
        return self._running().clock.now().date()

    def change_district(
        self, kind: str, *, count: int = 10, school: int | None = None, seed: int | None = None
    ) -> change.Outcome:
        """Change the district: see ``psconnect.demo.district.change.CHANGES`` for the kinds.

        ``seed`` decides which records change; by default it is the server's own, another for each change.

        Raises:
            ValueError: for an unknown kind or invalid numbers.

        """
        app = self._running()
        with self._changing, self._served().transaction() as database:
            if seed is None:
                seed = self.options.seed * 1000 + self._changes
            outcome = change.change_district(database, kind, today=self.today, seed=seed, count=count, school=school)
            self._changes += 1
        if outcome.today is not None:
            app.clock.advance((outcome.today - self.today).days * 86_400)
        return outcome

    def start_over(self) -> None:
        """Reset the district and the server's date; plugins stay."""
        options = self.options
        with self._changing, self._served().transaction() as database:
            change.start_over(database, options.students, options.seed, options.today, options.habits)
            self._changes = 0
        self._running().clock.restart()

    # -- calls -----------------------------------------------------------------------------------------------------

    @property
    def calls(self) -> Calls:
        """The calls since the last reset, without those to the control plane."""
        return self._conditions.calls.so_far()

    @property
    def event_deliveries(self) -> list[Delivery]:
        """The attempts to notify subscribers of events, oldest first; waits for pending ones."""
        events = self._running().events
        events.settle()
        return events.deliveries()

    def reset_calls(self) -> None:
        """Reset the count."""
        self._conditions.calls.reset()

    def _running(self) -> App:
        if self._app is None:
            message = "The demo server has not been started."
            raise RuntimeError(message)
        return self._app

    def _served(self) -> District:
        if self._district is None:
            message = "The demo server has not been started."
            raise RuntimeError(message)
        return self._district

    def _break_off(self) -> None:
        if self._listener is not None:
            self._listener.break_off()
