"""Between the wire and the server: decides who answers a call, applies faults, and counts calls."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from psconnect.demo.district.build import TIMEZONE
from psconnect.demo.server.calls import NO_ANSWER
from psconnect.demo.server.fault_data import move_rows, spoil_rows, spoil_text
from psconnect.demo.server.fault_district import strike_district
from psconnect.demo.server.fault_replies import reply_instead
from psconnect.demo.server.fault_wire import SKEWS, spoil_delivery
from psconnect.demo.server.messages import Reply, html_reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from psconnect.demo.server.app import App
    from psconnect.demo.server.conditions import Conditions
    from psconnect.demo.server.database import District
    from psconnect.demo.server.faults import Fault
    from psconnect.demo.server.messages import Request


class Site(Protocol):
    """A part of the server that answers calls outside the API."""

    def has(self, path: str) -> bool:
        """Whether a path is one of the site's."""

    def answer(self, request: Request) -> Reply:
        """Answer a call."""


class Front:
    """Answers each call that comes over the wire.

    ``sites`` are the control plane and the administrator's pages; ``break_off`` ends every connection there is.
    """

    def __init__(
        self,
        district: District,
        app: App,
        sites: tuple[Site, Site],
        conditions: Conditions,
        break_off: Callable[[], None],
    ) -> None:
        self._district = district
        self._app = app
        self._control, self._admin = sites
        self._conditions = conditions
        self._break_off = break_off

    def answer(self, request: Request, host: str) -> Reply:
        """Answer a call to the server, known to the caller as ``host``.

        Raises:
            ConnectionReset: if the connection is to end without an answer.

        """
        folded = replace(request, path=re.sub("/{2,}", "/", request.path))
        if self._control.has(folded.path):
            return self._control.answer(folded)
        if folded.path != request.path and not self._app.quirks.double_slashes:
            return html_reply(404, "Not Found", "There is nothing here.")
        if self._admin.has(folded.path):
            # Faults and latency are for callers of the API; the administrator has to be able to clear them.
            return self._admin.answer(folded)
        if self._conditions.latency_seconds:
            time.sleep(self._conditions.latency_seconds)
        status = NO_ANSWER
        try:
            reply = self._answer_with_faults(folded, host)
            status = reply.status
        finally:
            self._conditions.calls.note(folded.method, folded.path, status)
        return reply

    def _answer_with_faults(self, request: Request, host: str) -> Reply:
        faults = self._conditions.faults.striking(request.path)
        for fault in faults:
            self._strike(fault, request)
            instead = reply_instead(fault, request, host, self._moment())
            if instead is not None:
                return instead
        reply = self._app.answer(request, host)
        for fault in faults:
            reply = spoil_text(fault, spoil_rows(fault, reply))
        for fault in faults:
            spoil_delivery(fault, request, reply)
            if fault.name == "N18" and fault.form in SKEWS:
                reply.headers["Date"] = format_datetime(self._moment() + SKEWS[fault.form], usegmt=True)
        return reply

    def _strike(self, fault: Fault, request: Request) -> None:
        """Apply a fault's effect on the district, the tokens or the connections, before the call is answered."""
        move_rows(fault, request, self._district, self._app.plugins)
        strike_district(fault, self._district)
        if (fault.name, fault.form) in (("N18", "expired"), ("N20", "revoked")):
            self._app.tokens.expire_all()
        if fault.name == "N19" and fault.form == "switch":
            self._break_off()

    def _moment(self) -> datetime:
        """The server's time in UTC."""
        return self._app.clock.now().replace(tzinfo=ZoneInfo(TIMEZONE)).astimezone(UTC)
