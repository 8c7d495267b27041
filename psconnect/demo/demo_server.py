"""The demo server as a whole: a district, its plugins, and the port it listens on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from psconnect.demo.admin import AdminSite
from psconnect.demo.district import build_district
from psconnect.demo.server.app import App
from psconnect.demo.server.clock import Clock
from psconnect.demo.server.control_plane import ControlPlane
from psconnect.demo.server.controls import ServerControls
from psconnect.demo.server.database import District
from psconnect.demo.server.front import Front
from psconnect.demo.server.transport import Listener

if TYPE_CHECKING:
    from types import TracebackType


class DemoServer(ServerControls):
    """A local PowerSchool server with a made-up district. Use it as a context manager, or start and stop it.

    It listens only on the loopback address and writes no log.
    """

    def start(self) -> None:
        """Build the district unless it exists, and start serving.

        Raises:
            ValueError: if the number of students is out of range.
            OSError: if the port is taken.
            RuntimeError: if it is already running.

        """
        if self._listener is not None:
            message = "The demo server is already running."
            raise RuntimeError(message)
        options = self.options
        path = build_district(Path(options.folder), options.students, options.seed, options.today, options.habits)
        clock = Clock(options.today)
        self._district = District(path, clock.now)
        self._app = App(self._district, clock, options.quirks)
        sites = ControlPlane(self), AdminSite(self, self._district, self._app)
        front = Front(self._district, self._app, sites, self._conditions, self._break_off)
        try:
            self._listener = Listener(options.port, front.answer, options.certificate)
        except BaseException:
            self.stop()
            raise
        self._listener.start()

    def stop(self) -> None:
        """End every connection and close the district. A stopped server can be started again, without its plugins."""
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
