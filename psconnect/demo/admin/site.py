"""The administrator's site: sign-in and routing."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from psconnect.demo.admin.district import DistrictPages
from psconnect.demo.admin.forms import Form, read_form
from psconnect.demo.admin.people import PeoplePages
from psconnect.demo.admin.plugins import PluginPages
from psconnect.demo.admin.records import Records
from psconnect.demo.admin.sessions import Session, Sessions
from psconnect.demo.admin.switchboard import SwitchboardPages
from psconnect.demo.admin.visits import Visit, redirect, style_sheet
from psconnect.demo.server.messages import Reply

if TYPE_CHECKING:
    from psconnect.demo.admin.visits import PageHandler
    from psconnect.demo.server.app import App
    from psconnect.demo.server.controls import ServerControls
    from psconnect.demo.server.database import District
    from psconnect.demo.server.messages import Request

HOME: Final = "/admin/home.html"
SIGN_IN: Final = "/admin/pw.html"


class AdminSite:
    """Answers the calls under ``/admin``, which are not counted and hit by no fault."""

    def __init__(self, server: ServerControls, district: District, app: App) -> None:
        self._server = server
        records = Records(district)
        people = PeoplePages(records, server)
        self._routes: dict[tuple[str, str], PageHandler] = {
            ("POST", "/admin/sign-out.html"): self._sign_out,
            ("GET", "/admin/system.html"): lambda visit: visit.page("system.html", "System"),
            ("GET", "/admin/systemsettings.html"): lambda visit: visit.page("systemsettings.html", "System Settings"),
            **people.routes(),
            **PluginPages(server, app).routes(),
            **SwitchboardPages(server).routes(),
            **DistrictPages(records, server).routes(),
        }
        self._kept: Sessions | None = None

    def has(self, path: str) -> bool:
        """Whether a path is one of the administrator's."""
        return path == "/admin" or path.startswith("/admin/")

    def answer(self, request: Request) -> Reply:
        """Answer a call: 302 to the sign-in page without a session, 403 for a form that is not from our own page."""
        if request.path == "/admin/admin.css":
            return style_sheet()
        session = self._sessions.of(request)
        if request.method not in ("GET", "HEAD", "POST"):
            return Reply(405, b"", {"Allow": "GET, HEAD, POST"})
        if request.path == SIGN_IN:
            return self._sign_in(request, session)
        if session is None or not session.signed_in:
            return redirect(f"{SIGN_IN}?back={quote(_address(request), safe='')}", 302)
        return self._signed_in(Visit(request, session, read_form(request) if request.method == "POST" else Form()))

    def _signed_in(self, visit: Visit) -> Reply:
        """Answer a call of a signed-in visitor."""
        request = visit.request
        if request.path in ("/admin", "/admin/"):
            return redirect(HOME)
        handler = self._routes.get(("GET" if request.method == "HEAD" else request.method, request.path))
        if handler is None:
            return visit.missing("This server has no such page.")
        if request.method == "POST" and not visit.session.vouches_for(visit.form.text("csrf")):
            return visit.page("missing.html", "Not accepted", 403, text=_STALE)
        return handler(visit)

    @property
    def _sessions(self) -> Sessions:
        # The port is only known once the server listens.
        if self._kept is None:
            parts = urlsplit(self._server.url)
            self._kept = Sessions(f"demo-admin-{parts.port}", parts.scheme == "https")
        return self._kept

    def _sign_in(self, request: Request, session: Session | None) -> Reply:
        """Show the sign-in page or process it."""
        visit = Visit(request, session or self._sessions.start())
        back = _own(visit.asked("back"))
        status, wrong = 200, ""
        if request.method == "POST":
            visit.form = read_form(request)
            if session is None or not session.vouches_for(visit.form.text("csrf")):
                status, wrong = 403, "This page was open for too long. Please sign in again."
            elif not self._right(visit.form):
                status, wrong = 403, "That is not the user name and password that are shown below."
            else:
                # A new session, so that an id known before the sign-in is worthless.
                self._sessions.end(session)
                reply = redirect(back)
                reply.headers["Set-Cookie"] = self._sessions.header(self._sessions.start(signed_in=True))
                return reply
        reply = visit.page(
            "signin.html", "Administrator sign in", status, back=back, wrong=wrong, user=self._server.admin_user,
            password=self._server.admin_password,
        )  # fmt: skip
        reply.headers["Set-Cookie"] = self._sessions.header(visit.session)
        return reply

    def _right(self, form: Form) -> bool:
        given = f"{form.text('username')}\n{form.text('password')}"
        wanted = f"{self._server.admin_user}\n{self._server.admin_password}"
        return hmac.compare_digest(given.encode(), wanted.encode())

    def _sign_out(self, visit: Visit) -> Reply:
        self._sessions.end(visit.session)
        return redirect(SIGN_IN)


_STALE: Final = "This form is not from a page of your present session. Go back, reload the page, and send it again."


def _address(request: Request) -> str:
    """The address of a call with its query; the address of a form can't be reused."""
    if request.method == "POST":
        return HOME
    query = "&".join(f"{quote(name)}={quote(value)}" for name, value in request.query.items())
    return quote(request.path) + (f"?{query}" if query else "")


def _own(address: str) -> str:
    """The address if it is one of these pages, else the start page."""
    parts = urlsplit(address)
    inside = not parts.scheme and not parts.netloc and parts.path.startswith("/admin/") and "\\" not in address
    return address if inside and parts.path != SIGN_IN and address.isprintable() else HOME
