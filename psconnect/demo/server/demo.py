"""The demo server as a whole: a district, its plugins, its faults, and the port it listens on."""

from __future__ import annotations

import re
import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

from psconnect.demo.admin import AdminSite
from psconnect.demo.district import build_district, change
from psconnect.demo.district.build import TIMEZONE
from psconnect.demo.server.app import App
from psconnect.demo.server.clock import Clock
from psconnect.demo.server.control_plane import ControlPlane
from psconnect.demo.server.database import District
from psconnect.demo.server.fault_data import move_rows, spoil_rows
from psconnect.demo.server.fault_district import strike_district
from psconnect.demo.server.fault_replies import reply_instead
from psconnect.demo.server.fault_texts import spoil_text
from psconnect.demo.server.fault_wire import SKEWS, spoil_delivery
from psconnect.demo.server.faults import Fault, FaultBook
from psconnect.demo.server.messages import Reply, html_reply
from psconnect.demo.server.quirks import Quirks
from psconnect.demo.server.transport import Listener

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from psconnect.demo.server.events import Delivery
    from psconnect.demo.server.messages import Request
    from psconnect.demo.server.plugins import InstalledPlugin

#: The status that stands in the call list for a call that got no answer.
NO_ANSWER = 0


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What a demo server is made of.

    Attributes:
        folder: where the district's file lies, or is put.
        students: 200 to 50,000.
        seed: another one gives other people.
        today: the demo's date; it decides the school year.
        port: 0 for any free one.
        latency_ms: added to each call, in milliseconds.
        quirks: the switches of the server.
        certificate: files of certificate and key, for https.

    """

    folder: Path
    students: int = 500
    seed: int = 1
    today: date = field(default_factory=date.today)
    port: int = 0
    latency_ms: int = 0
    quirks: Quirks = field(default_factory=Quirks)
    certificate: tuple[Path | str, Path | str] | None = None


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls since the last reset: how many of each (method, path, status); status 0 means no answer was given."""

    counts: dict[tuple[str, str, int], int]

    @property
    def total(self) -> int:
        """The number of calls."""
        return sum(self.counts.values())

    def to(self, path: str) -> int:
        """The number of calls whose path begins so."""
        return sum(count for (_, called, _), count in self.counts.items() if called.startswith(path))


class DemoServer:
    """A local PowerSchool server with a made-up district. Use it as a context manager, or start and stop it.

    It listens on the loopback address alone. Nothing it does is written to a log.
    """

    def __init__(self, options: DemoOptions) -> None:
        self.options = options
        self.control_token = secrets.token_urlsafe(24)
        self.admin_user = "admin"
        self.admin_password = secrets.token_urlsafe(9)
        self._faults = FaultBook()
        self._calls: Counter[tuple[str, str, int]] = Counter()
        self._lock = threading.Lock()
        self._changing = threading.Lock()
        self._district: District | None = None
        self._app: App | None = None
        self._listener: Listener | None = None
        self._control: ControlPlane | None = None
        self._admin: AdminSite | None = None
        self._changes = 0
        self._latency_seconds = options.latency_ms / 1000

    # -- life ------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Make the district unless it is there already, and begin to serve.

        Raises:
            ValueError: for a number of students out of range.
            OSError: if the port is taken.
            RuntimeError: if it runs already.

        """
        if self._listener is not None:
            message = "The demo server runs already."
            raise RuntimeError(message)
        options = self.options
        path = build_district(Path(options.folder), options.students, options.seed, options.today)
        clock = Clock(options.today)
        self._district = District(path, clock.now)
        self._app = App(self._district, clock, options.quirks)
        self._control = ControlPlane(self)
        self._admin = AdminSite(self, self._district, self._app)
        try:
            self._listener = Listener(options.port, self._answer, options.certificate)
        except BaseException:
            self.stop()
            raise
        self._listener.start()

    def stop(self) -> None:
        """End every connection and close the district. A stopped server can be started anew, without its plugins."""
        if self._listener is not None:
            self._listener.stop()
            self._listener = None
        if self._app is not None:
            self._app.events.close()
        if self._district is not None:
            self._district.close()
            self._district = None
        self._app = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

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
        """Put these faults in force and no others."""
        self._faults.set(faults)

    def clear_faults(self) -> None:
        """Put no fault in force."""
        self._faults.set([])

    def faults(self) -> list[Fault]:
        """The faults in force."""
        return self._faults.all()

    @property
    def quirks(self) -> Quirks:
        """The switches in force."""
        return self._running().quirks

    def set_quirks(self, **changes: Any) -> None:
        """Change some of the switches while the server runs."""
        app = self._running()
        app.quirks = replace(app.quirks, **changes)

    def set_latency(self, milliseconds: float) -> None:
        """Add so much time to each call.

        Raises:
            ValueError: for less than nothing.

        """
        if not milliseconds >= 0:
            message = f"Latency is 0 milliseconds or more, not {milliseconds:g}."
            raise ValueError(message)
        self._latency_seconds = milliseconds / 1000

    @property
    def latency_ms(self) -> float:
        """The time added to each call, in milliseconds."""
        return self._latency_seconds * 1000

    def set_throttle(self, milliseconds: int) -> None:
        """Refuse a plugin's call that comes sooner than this after its last one; 0 for never."""
        self.set_quirks(throttle_ms=milliseconds)

    def expire_tokens(self) -> None:
        """Let every token expire now."""
        self._running().tokens.expire_all()

    def advance_clock(self, seconds: float) -> None:
        """Move the server's time on: SYSDATE, the life of tokens, ``/ws/v1/time``."""
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

        ``seed`` chooses whom it is about; without one it is the server's own, another for each change.

        Raises:
            ValueError: for an unknown kind, or numbers that make no sense.

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
        """Put the district and the server's date back to what they were at first; plugins stay."""
        options = self.options
        with self._changing, self._served().transaction() as database:
            change.start_over(database, options.students, options.seed, options.today)
            self._changes = 0
        self._running().clock.restart()

    # -- calls -----------------------------------------------------------------------------------------------------

    @property
    def calls(self) -> Calls:
        """The calls since the last reset, those to the control plane left out."""
        with self._lock:
            return Calls(dict(self._calls))

    @property
    def event_deliveries(self) -> list[Delivery]:
        """The attempts to notify subscribers of events, oldest first; those still to be made are waited for."""
        events = self._running().events
        events.settle()
        return events.deliveries()

    def reset_calls(self) -> None:
        """Begin to count anew."""
        with self._lock:
            self._calls.clear()

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

    def _answer(self, request: Request, host: str) -> Reply:
        folded = replace(request, path=re.sub("/{2,}", "/", request.path))
        if folded.path.startswith("/demo/") and self._control is not None:
            return self._control.answer(folded)
        if folded.path != request.path and not self._running().quirks.double_slashes:
            return html_reply(404, "Not Found", "There is nothing here.")
        if self._admin is not None and self._admin.has(folded.path):
            # Faults and latency are for the callers of the API; who set them must be able to take them back.
            return self._admin.answer(folded)
        if self._latency_seconds:
            time.sleep(self._latency_seconds)
        status = NO_ANSWER
        try:
            reply = self._answer_with_faults(folded, host)
            status = reply.status
        finally:
            with self._lock:
                self._calls[folded.method, folded.path, status] += 1
        return reply

    def _answer_with_faults(self, request: Request, host: str) -> Reply:
        app = self._running()
        faults = self._faults.striking(request.path)
        for fault in faults:
            if self._district is not None:
                move_rows(fault, request, self._district, app.plugins)
                strike_district(fault, self._district)
            if (fault.name, fault.form) in (("N18", "expired"), ("N20", "revoked")):
                app.tokens.expire_all()
            if fault.name == "N19" and fault.form == "switch" and self._listener is not None:
                self._listener.break_off()
            instead = reply_instead(fault, request, host, self._moment())
            if instead is not None:
                return instead
        reply = app.answer(request, host)
        for fault in faults:
            reply = spoil_text(fault, spoil_rows(fault, reply))
        for fault in faults:
            spoil_delivery(fault, request, reply)
            if fault.name == "N18" and fault.form in SKEWS:
                reply.headers["Date"] = format_datetime(self._moment() + SKEWS[fault.form], usegmt=True)
        return reply

    def _moment(self) -> datetime:
        """What the server's clock shows, as a moment."""
        return self._running().clock.now().replace(tzinfo=ZoneInfo(TIMEZONE)).astimezone(UTC)
