"""What an answer of Moodle means (docs/moodle-api.md 2 and 3). Only ``errorcode`` is read: messages name people."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from psconnect.http import Answer
from psconnect.model.errors import FixSettings, PsconnectError, SignInAgain, TryLater

_CODE = re.compile(r"[A-Za-z0-9_/:-]{1,60}")
_SIGN_IN = {"invalidtoken", "invalidtimedtoken", "invalidiptoken"}
_ROBOT = {
    "sitepolicynotagreed": "policy",
    "forcepasswordchangenotice": "password",
    "usernotfullysetup": "profile",
}
_AWAY = frozenset({"sitemaintenance", "dbconnectionfailed"})
"""Nothing was looked at or carried out: the site, or its database, is not there for a while."""
NOT_FOUND = frozenset({"invalidrecord", "invalidrecordunknown", "invaliduser", "invaliduserid", "codingerror"})
"""What releases say of an id that isn't there (docs/moodle-api.md 12)."""
_CLOSED: dict[int, str] = {
    HTTPStatus.UNAUTHORIZED: "PSC-MOODLE-OFF/in-front",
    HTTPStatus.FORBIDDEN: "PSC-MOODLE-OFF/in-front",
    HTTPStatus.NOT_FOUND: "PSC-MOODLE-ADDRESS/not-there",
    HTTPStatus.METHOD_NOT_ALLOWED: "PSC-MOODLE-ADDRESS/not-there",
    HTTPStatus.GONE: "PSC-MOODLE-ADDRESS/not-there",
}
_TOO_LONG = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_URI_TOO_LONG)


class MoodleSaid(Exception):
    """A function refused the request.

    Attributes:
        code: Moodle's ``errorcode``; ``unknown`` where it gave none or a text.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unanswered(Exception):
    """Nobody knows whether the request was carried out.

    Attributes:
        error: why there is no answer.
    """

    def __init__(self, error: PsconnectError) -> None:
        super().__init__(error.code)
        self.error = error


class TooManyFields(Exception):
    """The server did not take the whole request: it was longer than the server allows."""


def result_of(answer: Answer, site: str, function: str) -> Any:
    """What a function gave. Raises MoodleSaid, Unanswered or TooManyFields, or the site's error for a person."""
    if answer.status != HTTPStatus.OK:
        raise _refused_by_server(answer, site)
    try:
        given = json.loads(answer.body)
    except ValueError:
        raise Unanswered(_no_json(answer, site)) from None
    if isinstance(given, dict) and "exception" in given:
        said = str(given.get("errorcode") or "")
        code = said if _CODE.fullmatch(said) else "unknown"
        raise site_error(code, site, function) or MoodleSaid(code)
    return given


def site_error(code: str, site: str, function: str) -> PsconnectError | None:
    """The error for codes that are about the connection as a whole; None for all others."""
    if code in _SIGN_IN:
        return SignInAgain("PSC-MOODLE-TOKEN", where=site, site=site)
    if code == "accessexception":
        return FixSettings("PSC-MOODLE-SERVICE", where=site, site=site, function=function)
    if code in _ROBOT or code.startswith("wsaccessuser"):
        return FixSettings(f"PSC-MOODLE-ROBOT/{_ROBOT.get(code, 'account')}", where=site, site=site)
    if code in _AWAY:
        return TryLater("PSC-MOODLE-MAINTENANCE", where=site, site=site)
    if code == "nopermissions":
        return FixSettings("PSC-MOODLE-RIGHTS", where=site, site=site, function=function)
    return None


def _no_json(answer: Answer, site: str) -> PsconnectError:
    if answer.content_type == "application/json":
        return TryLater("PSC-MOODLE-BROKEN", where=site, site=site)
    return FixSettings("PSC-MOODLE-ADDRESS/web-page", where=site, site=site)


def _refused_by_server(answer: Answer, site: str) -> Exception:
    status = answer.status
    if status in _TOO_LONG:
        return TooManyFields()
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        named = _named(answer.headers.get("location", ""))
        return FixSettings(
            f"PSC-MOODLE-ADDRESS/{'elsewhere' if named else 'redirected'}", where=site, site=site, named=named
        )
    case = _CLOSED.get(status, "")
    if case:
        off = status == HTTPStatus.FORBIDDEN and not answer.body.strip()
        return FixSettings("PSC-MOODLE-OFF/services" if off else case, where=site, site=site)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return Unanswered(TryLater("PSC-MOODLE-MAINTENANCE", where=site, site=site))
    return Unanswered(TryLater("PSC-MOODLE-SERVER", where=site, site=site, status=status))


def _named(location: str) -> str:
    """The site's own address in what it redirects to, without pages and queries, which may hold anything."""
    parts = urlsplit(location)
    if not parts.scheme or not parts.netloc:
        return ""
    path = parts.path.partition("/webservice/")[0].rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path if '/login' not in path else ''}"
