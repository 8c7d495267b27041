"""Tokens of the site's service, and the page that gives one out (moodle-api.md 4; `webservice/lib.php`)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Final

from tests.moodle.server.errors import MoodleError
from tests.moodle.server.form import Fields
from tests.moodle.server.session import Robot
from tests.moodle.server.state import State

SERVICE: Final = "psconnect"
#: What an account's state answers to every call.
_REFUSED: Final = {
    "suspended": ("wsaccessusersuspended", "Refused web service access for suspended username"),
    "deleted": ("wsaccessuserdeleted", "Refused web service access for deleted username"),
    "unconfirmed": ("wsaccessuserunconfirmed", "Refused web service access for unconfirmed username"),
    "nologin": ("wsaccessusernologin", "Refused web service access for nologin authentication username"),
}


@dataclass
class Token:
    """A token of the robot; `until` in Unix seconds, 0 for no end; `allowed` from this address, for this service."""

    value: str
    until: int = 0
    allowed: bool = True


class Tokens:
    """The tokens that open the site's service."""

    def __init__(self) -> None:
        self._tokens: dict[str, Token] = {}
        self.first = self.make()

    def make(self, until: int = 0) -> str:
        """A further token, of 32 hexadecimal digits."""
        token = Token(secrets.token_hex(16), until)
        self._tokens[token.value] = token
        return token.value

    def expire(self, value: str, until: int) -> None:
        """Let a token end at this moment."""
        self._tokens[value].until = until

    def forbid(self, value: str) -> None:
        """Refuse a token as for another address, a service switched off, or an account not authorised for it."""
        self._tokens[value].allowed = False

    def withdraw(self, value: str) -> None:
        """Take a token away."""
        del self._tokens[value]

    def check(self, value: str, state: State, robot: Robot) -> None:
        """Refuse what is no token, has ended, or belongs to an account that may not call.

        Raises:
            MoodleError: `invalidtoken`, `accessexception` or one for the account.

        """
        token = self._tokens.get(value)
        if token is None:
            raise MoodleError("invalidtoken", "Invalid token - token not found")
        if token.until and token.until < state.now():  # The first one to notice takes the token away.
            self.withdraw(value)
            raise _access()
        if not token.allowed:
            raise _access()
        user = robot.user
        for name in ("deleted", "suspended"):
            if getattr(user, name):
                raise MoodleError(*_REFUSED[name])
        if user.auth == "nologin":
            raise MoodleError(*_REFUSED["nologin"])
        if not user.confirmed:
            raise MoodleError(*_REFUSED["unconfirmed"])
        if "webservice/rest:use" not in robot.capabilities:
            raise _access()

    def sign_in(self, sent: Fields, state: State) -> dict[str, Any]:
        """The answer of `login/token.php`: a token that is there, or an error of another shape (moodle-api.md 4)."""
        found = state.users.where(username=str(sent.get("username", "")))
        password = str(sent.get("password", ""))
        if not found or not password or found[0].password != password or found[0].suspended:
            return _sign_in_error("Invalid login, please try again", "invalidlogin")
        if sent.get("service") != SERVICE:
            return _sign_in_error("Web service is not available", "servicenotavailable")
        return {"token": self.first, "privatetoken": None}


def _access() -> MoodleError:
    return MoodleError("accessexception", "Access control exception", kind="webservice_access_exception")


def _sign_in_error(text: str, code: str) -> dict[str, Any]:
    return {"error": text, "errorcode": code, "stacktrace": None, "debuginfo": None, "reproductionlink": None}
