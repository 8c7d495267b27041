"""The one place that turns PowerSchool's answers into our errors (docs/powerschool.md 17, the error catalogue)."""

from __future__ import annotations

import email.utils
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from psconnect.http import Answer
from psconnect.model.errors import BadRecord, FixSettings, PsconnectError, SignInAgain, TryLater
from psconnect.powerschool.fields import nearest_field

_OK = 200
_BAD_REQUEST, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _REQUEST_TIMEOUT, _TOO_MANY = 400, 401, 403, 404, 408, 429
_SERVER_ERROR = 500
_REDIRECTS = (301, 302, 303, 307, 308)
_V1_CAPABILITY = "accessLevelV1Api"
_HOST = re.compile(r"[\w.-]{1,253}(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
_QUOTED = 200  # the most characters of a server's own message that a text repeats
_SPOKEN = 2000  # the most bytes of an answer without JSON that are searched for a message


def message_of(answer: Answer) -> str:
    """The server's own message in any of its four shapes, or an empty text (docs/powerschool.md 17, last paragraph)."""
    body = _json(answer)
    if not isinstance(body, dict):
        return ""
    for key in ("errorMessage", "ErrorMessage"):
        if isinstance(body.get(key), dict):
            return str(body[key].get("message", ""))
    return str(body.get("message") or body.get("error_description") or body.get("error") or "")


def throttled(answer: Answer) -> bool:
    """Whether the server refused the call as one too many, by status or message (17, row 18; fault N12)."""
    return answer.status == _TOO_MANY or (answer.status != _OK and "too many requests" in _words(answer).lower())


def _words(answer: Answer) -> str:
    """The server's own message, or the beginning of a plain-text answer (17, last paragraph); never shown."""
    return message_of(answer) or ("" if _json(answer) else answer.body[:_SPOKEN].decode("utf-8", "replace"))


def refused_fields(answer: Answer) -> list[str]:
    """The fields a 400 or 403 names as not granted, as ``Table.Field`` (docs/powerschool.md 10.4, 11.3)."""
    body = _json(answer)
    errors = body.get("errors") if isinstance(body, dict) else None
    rows = [row for row in errors if isinstance(row, dict)] if isinstance(errors, list) else []
    names = (str(row.get("field", "")) for row in rows)
    tables = (str(row.get("resource", "")) for row in rows)
    return [
        name if "." in name or "." in table or not table else f"{table}.{name}"
        for name, table in zip(names, tables, strict=True)
        if name
    ]


def _json(answer: Answer) -> Any:
    try:
        return msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, RecursionError):
        return None


def check(answer: Answer, host: str, what: str, now: datetime) -> None:
    """Raise an error that a person can act on, unless the answer is a JSON document with status 200.

    ``what`` names the request in messages, for example ``the query students``.
    """
    if answer.status == _OK:
        _check_json(answer, host, what)
        return
    raise _error(answer, host, what, now)


def _check_json(answer: Answer, host: str, what: str) -> None:
    if answer.content_type and "json" not in answer.content_type:
        page = "a sign-in page" if b"sign in" in answer.body[:20000].lower() else "a web page"
        if b"unavailable" in answer.body[:20000].lower() or b"maintenance" in answer.body[:20000].lower():
            raise _maintenance(host)
        raise TryLater("PSC-HTTP-WEB-PAGE", where=host, host=host, page=page, what=what)


def _maintenance(host: str) -> TryLater:
    return TryLater("PSC-HTTP-MAINTENANCE", where=host, host=host)


def _error(answer: Answer, host: str, what: str, now: datetime) -> PsconnectError:
    status = answer.status
    if status in _REDIRECTS:
        return _redirect(answer, host)
    if status == _UNAUTHORIZED:
        return unauthorized(answer, host)
    if throttled(answer):
        return _throttled(answer, host, now)
    if status >= _SERVER_ERROR or status == _REQUEST_TIMEOUT:
        return _server_failed(answer, host, what, now)
    return _refused(answer, host, what)


def _throttled(answer: Answer, host: str, now: datetime) -> TryLater:
    return TryLater("PSC-HTTP-THROTTLED", where=host, retry_after=retry_after(answer, now), host=host)


def _server_failed(answer: Answer, host: str, what: str, now: datetime) -> TryLater:
    return TryLater(
        "PSC-HTTP-SERVER", where=host, retry_after=retry_after(answer, now), host=host, status=answer.status, what=what
    )


def _refused(answer: Answer, host: str, what: str) -> FixSettings:
    fields = refused_fields(answer)
    if answer.status in (_BAD_REQUEST, _FORBIDDEN) and fields:
        return FixSettings("PSC-ACCESS-FIELD", where=fields[0], what=what, names=sorted(set(fields)))
    message = message_of(answer)[:_QUOTED]
    if answer.status == _BAD_REQUEST and message.startswith("Invalid field"):
        named = re.search(r"\w+\.\w+", message)
        return FixSettings(
            "PSC-ACCESS-NO-FIELD/hint" if named else "PSC-ACCESS-NO-FIELD/unnamed",
            where=what,
            host=host,
            what=what,
            message=message,
            hint=nearest_field(named.group()) if named else None,
        )
    if answer.status == _NOT_FOUND:
        return FixSettings("PSC-ACCESS-NOT-FOUND/other", where=what, host=host, what=what)
    return FixSettings(
        "PSC-HTTP-REFUSED/message" if message else "PSC-HTTP-REFUSED/silent",
        where=what,
        host=host,
        what=what,
        status=answer.status,
        message=message,
    )


def no_query(host: str, what: str) -> FixSettings:
    """A query of ours that the server does not have, with every known cause (docs/powerschool.md 11.3, 15.5)."""
    return FixSettings("PSC-ACCESS-NOT-FOUND/query", where=what, host=host, what=what)


def _redirect(answer: Answer, host: str) -> PsconnectError:
    location = answer.headers.get("location", "")
    target = re.split(r"[/?#]", re.sub(r"^https?://", "", location, flags=re.IGNORECASE))[0]
    if target == "message.powerschool.com":
        return _maintenance(host)
    to = f"to {target}" if target and target != host else "to a sign-in page"
    if target and not _HOST.fullmatch(target):
        to = "to something that is no web address"
    return TryLater("PSC-HTTP-REDIRECT", where=host, host=host, to=to)


def unauthorized(answer: Answer, host: str) -> PsconnectError:
    """A 401 to a data call after the token was renewed once: v1 capability missing, or the plugin is gone (3.3)."""
    if _V1_CAPABILITY in message_of(answer):
        return FixSettings("PSC-AUTH-V1", where=host, host=host)
    return SignInAgain("PSC-AUTH-PLUGIN", where=host, host=host)


def token_refused(answer: Answer, host: str, now: datetime) -> PsconnectError:
    """The token endpoint did not give a token (docs/powerschool.md 3.3)."""
    if answer.status in (_BAD_REQUEST, _UNAUTHORIZED):
        return SignInAgain("PSC-AUTH-401", where=host, host=host)
    if answer.status == _NOT_FOUND:
        return FixSettings("PSC-AUTH-404", where=host, host=host)
    return _error(answer, host, "a token", now)


def sent_at(answer: Answer) -> datetime | None:
    """The time of the answer by the server's own clock; None if it does not say."""
    return answered_at(answer.headers.get("date", ""))


def answered_at(text: str) -> datetime | None:
    """A time from a header; None for an invalid one."""
    try:
        found = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo else None


def unreadable(host: str, what: str) -> TryLater:
    """The error for an answer that broke off or is not the expected JSON; the call is repeated before it counts."""
    return TryLater("PSC-READ-BROKEN", where=what, host=host, what=what)


def drifted(host: str, what: str, detail: str) -> BadRecord:
    """A field is missing or has another type than PowerSchool documents (D08)."""
    return BadRecord("PSC-READ-SHAPE/unknown-form", where=what, host=host, what=what, detail=detail)


def field_missing(host: str, rows: str, fields: Sequence[str]) -> BadRecord:
    """The error for many rows without any value in required fields: the fields themselves are missing (D08)."""
    return BadRecord("PSC-READ-SHAPE/field-missing", where=fields[0], host=host, rows=rows, fields=fields)


def retry_after(answer: Answer, now: datetime) -> float | None:
    """Seconds to wait, from Retry-After (seconds or a date) or from the message; None if neither says.

    A date is compared with the server's own time if the answer has one, because our clock may be wrong (fault N18).
    """
    text = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", text):
        return float(text)
    if text:
        until = answered_at(text)
        return max(0.0, (until - (sent_at(answer) or now)).total_seconds()) if until else None
    words = _words(answer) if throttled(answer) else message_of(answer)
    found = re.search(r"(\d{1,6})\s*second", words)
    return float(found.group(1)) if found else None
