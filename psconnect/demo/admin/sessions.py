"""Sessions by cookie, each with the token for its forms."""

from __future__ import annotations

import hmac
import secrets
import threading
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from psconnect.demo.server.messages import Request

#: With more visitors than this, the oldest session ends.
MOST: Final = 100


@dataclass(slots=True)
class Session:
    """One visitor. ``notice`` is shown once, on the next page: its kind ("good" or "bad") and its lines."""

    id: str
    csrf: str
    signed_in: bool = False
    notice: tuple[str, list[str]] | None = None

    def vouches_for(self, token: str) -> bool:
        """Whether a form comes from one of this visitor's own pages."""
        return hmac.compare_digest(self.csrf.encode(), token.encode())


@dataclass(slots=True)
class Sessions:
    """The sessions of one server. Each server has its own cookie, because cookies ignore ports."""

    cookie: str
    secure: bool
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _sessions: dict[str, Session] = field(default_factory=dict)

    def of(self, request: Request) -> Session | None:
        """The session a call belongs to."""
        try:
            found = SimpleCookie(request.headers.get("cookie", "")).get(self.cookie)
        except CookieError:
            return None
        with self._lock:
            return self._sessions.get(found.value) if found is not None else None

    def start(self, *, signed_in: bool = False) -> Session:
        """Begin a session."""
        session = Session(secrets.token_urlsafe(24), secrets.token_urlsafe(24), signed_in)
        with self._lock:
            while len(self._sessions) >= MOST:
                del self._sessions[next(iter(self._sessions))]
            self._sessions[session.id] = session
        return session

    def end(self, session: Session) -> None:
        """End a session."""
        with self._lock:
            self._sessions.pop(session.id, None)

    def header(self, session: Session) -> str:
        """The Set-Cookie header of a session.

        Lax and not Strict, because a link in a report has to open a student's page without another sign-in.
        """
        secure = "; Secure" if self.secure else ""
        return f"{self.cookie}={session.id}; Path=/admin; HttpOnly; SameSite=Lax{secure}"
