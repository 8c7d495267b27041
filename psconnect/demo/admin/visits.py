"""One call to the administrator's pages, and the possible answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from psconnect.demo.admin.forms import Form
from psconnect.demo.server.messages import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from psconnect.demo.admin.sessions import Session
    from psconnect.demo.server.messages import Request

#: No scripts, nothing from other sites, no frames, no caching: it may be a shared computer.
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_HTML: Final = "text/html;charset=UTF-8"
_TEMPLATES: Final = Environment(
    loader=PackageLoader("psconnect.demo.admin"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(slots=True)
class Visit:
    """A call of somebody: the request, the visitor's session, and the form that was sent."""

    request: Request
    session: Session
    form: Form = field(default_factory=Form)

    def asked(self, name: str) -> str:
        """A value of the query, without surrounding blanks; empty if there is none."""
        return self.request.query.get(name, "").strip()

    def page(self, template: str, title: str, status: int = 200, **values: Any) -> Reply:
        """Answer with a page that shows a waiting notice once."""
        notice, self.session.notice = self.session.notice, None
        text = _TEMPLATES.get_template(template).render(
            title=title, session=self.session, notice=notice, path=self.request.path, **values
        )
        return Reply(status, text.encode(), {"Content-Type": _HTML, **_HEADERS})

    def done(self, location: str, *lines: str) -> Reply:
        """Redirect to a page that says what was done."""
        self.session.notice = ("good", list(lines))
        return redirect(location)

    def refused(self, location: str, *lines: str) -> Reply:
        """Redirect to a page that says why nothing was done."""
        self.session.notice = ("bad", list(lines))
        return redirect(location)

    def missing(self, text: str) -> Reply:
        """Answer that there is no such thing."""
        return self.page("missing.html", "Not found", 404, text=text)


if TYPE_CHECKING:
    PageHandler = Callable[[Visit], Reply]


def redirect(location: str, status: int = 303) -> Reply:
    """Send the browser to another page of ours."""
    return Reply(status, b"", {"Location": location, **_HEADERS})


def style_sheet() -> Reply:
    """The style sheet of all pages."""
    source = _TEMPLATES.get_template("admin.css").render()
    return Reply(200, source.encode(), {"Content-Type": "text/css;charset=UTF-8", **_HEADERS})
