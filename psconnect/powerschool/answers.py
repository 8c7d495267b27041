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
from psconnect.powerschool import menus
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
        raise TryLater(
            "PSC-HTTP-WEB-PAGE",
            "Got a web page, not data",
            f"{host} answered with {page} when asked for {what}. Either the address is not the PowerSchool "
            "server itself, or something in between answers for it.",
            "Open the address in a browser. It must be the server’s own, not a portal, proxy or sign-in page.",
            where=host,
        )


def _maintenance(host: str) -> TryLater:
    return TryLater(
        "PSC-HTTP-MAINTENANCE",
        "PowerSchool is down for maintenance",
        f"{host} says that PowerSchool is unavailable at the moment. Nothing was read and nothing was changed.",
        "Try again later.",
        where=host,
    )


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
    return TryLater(
        "PSC-HTTP-THROTTLED",
        "PowerSchool asks for a pause",
        f"{host} received more requests than it allows for one plugin.",
        "psconnect waits and goes on by itself. If it happens often, ask your PowerSchool administrator about the "
        "minimum time between API requests (Global Event Services and SIF).",
        where=host,
        retry_after=retry_after(answer, now),
    )


def _server_failed(answer: Answer, host: str, what: str, now: datetime) -> TryLater:
    return TryLater(
        "PSC-HTTP-SERVER",
        "PowerSchool could not answer",
        f"{host} reported an error of its own (status {answer.status}) when asked for {what}.",
        "Try again later. If it comes back, ask your PowerSchool administrator to look at the server’s log.",
        where=host,
        retry_after=retry_after(answer, now),
    )


def _refused(answer: Answer, host: str, what: str) -> FixSettings:
    fields = refused_fields(answer)
    if answer.status in (_BAD_REQUEST, _FORBIDDEN) and fields:
        return FixSettings(
            "PSC-ACCESS-FIELD",
            "The plugin may not view a field",
            f"PowerSchool refused {what}: {', '.join(sorted(set(fields)))} is not in the plugin’s access list.",
            f"Build the plugin again, install it and enable it: {menus.PLUGINS}.",
            where=fields[0],
        )
    message = message_of(answer)[:_QUOTED]
    if answer.status == _BAD_REQUEST and message.startswith("Invalid field"):
        named = re.search(r"\w+\.\w+", message)
        return FixSettings(
            "PSC-ACCESS-NO-FIELD",
            "PowerSchool does not have a field",
            f"{host} does not have a field that {what} needs: {message}",
            (f"{nearest_field(named.group())} " if named else "")
            + "Map the attribute to a field that your PowerSchool has, or have the database extension with the field "
            "installed.",
            where=what,
        )
    if answer.status == _NOT_FOUND:
        return FixSettings(
            "PSC-ACCESS-NOT-FOUND",
            "PowerSchool does not know what was asked for",
            f"{host} does not offer {what}. Either the plugin is not enabled, or the address is not a PowerSchool "
            "server, or this PowerSchool does not have it.",
            f"Check the address, and that the plugin is installed and enabled: {menus.PLUGINS}.",
            where=what,
        )
    return FixSettings(
        "PSC-HTTP-REFUSED",
        "PowerSchool refused the request",
        f"{host} answered {what} with status {answer.status}" + (f": {message}" if message else "."),
        "Test the connection: it names what is missing.",
        where=what,
    )


def no_query(host: str, what: str) -> FixSettings:
    """A query of ours that the server does not have, with every known cause (docs/powerschool.md 11.3, 15.5)."""
    return FixSettings(
        "PSC-ACCESS-NOT-FOUND",
        "PowerSchool does not have the plugin’s query",
        f"{host} does not offer {what}. One of these is the cause: the plugin is not installed, or not enabled; it is "
        "an older version than this connection needs, or was built for other choices; the client ID is that of another "
        "plugin, perhaps another connection’s; or PowerSchool did not load the query, because a column or an argument "
        "of it does not fit this server.",
        f"Build the plugin of this connection again, install it and enable it: {menus.PLUGINS}. Then compare the "
        f"client ID with the page {menus.CREDENTIALS}.",
        where=what,
    )


def _redirect(answer: Answer, host: str) -> PsconnectError:
    location = answer.headers.get("location", "")
    target = re.split(r"[/?#]", re.sub(r"^https?://", "", location, flags=re.IGNORECASE))[0]
    if target == "message.powerschool.com":
        return _maintenance(host)
    to = f"to {target}" if target and target != host else "to a sign-in page"
    if target and not _HOST.fullmatch(target):
        to = "to something that is no web address"
    return TryLater(
        "PSC-HTTP-REDIRECT",
        "The address leads somewhere else",
        f"{host} sends requests on {to} instead of answering. psconnect does not follow, so that the secret goes "
        "nowhere else.",
        "Use the address of the PowerSchool server itself, as it stands in the browser after you sign in.",
        where=host,
    )


def unauthorized(answer: Answer, host: str) -> PsconnectError:
    """A 401 to a data call after the token was renewed once: v1 capability missing, or the plugin is gone (3.3)."""
    if _V1_CAPABILITY in message_of(answer):
        return FixSettings(
            "PSC-AUTH-V1",
            "The plugin may not use this part of PowerSchool",
            f"{host} says that the plugin has no access to its v1 interface (accessLevelV1Api).",
            f"Set the access level on the page {menus.CREDENTIALS}, or use psconnect’s own plugin.",
            where=host,
        )
    return SignInAgain(
        "PSC-AUTH-PLUGIN",
        "PowerSchool no longer accepts the plugin",
        f"{host} accepted the client ID and secret, but refused the access it gave for them. The plugin was "
        "probably disabled or "
        "changed in this moment. Nothing was changed anywhere.",
        f"Check that the plugin is enabled: {menus.PLUGINS}.",
        where=host,
    )


def token_refused(answer: Answer, host: str, now: datetime) -> PsconnectError:
    """The token endpoint did not give a token (docs/powerschool.md 3.3)."""
    if answer.status in (_BAD_REQUEST, _UNAUTHORIZED):
        return SignInAgain(
            "PSC-AUTH-401",
            "PowerSchool does not accept the client ID and secret",
            f"{host} refused to sign in. Either the client ID or the secret is wrong, or the plugin is disabled, or "
            "it was deleted and "
            "installed again (which makes a new pair). psconnect does not try again by itself.",
            f"Compare both with the page {menus.CREDENTIALS}, and check that the plugin is enabled.",
            where=host,
        )
    if answer.status == _NOT_FOUND:
        return FixSettings(
            "PSC-AUTH-404",
            "No PowerSchool sign-in at this address",
            f"{host} is there, but has no sign-in for plugins. Either it is not a PowerSchool server, or no plugin "
            "with "
            "data access is installed.",
            f"Check the address, and that the plugin is installed and enabled: {menus.PLUGINS}.",
            where=host,
        )
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
    return TryLater(
        "PSC-READ-BROKEN",
        "An answer was incomplete",
        f"{host} broke off, or garbled, its answer to {what}. A part is never used.",
        "Try again. If it comes back, have the network between this computer and the server checked.",
        where=what,
    )


def drifted(host: str, what: str, detail: str) -> BadRecord:
    """A field is missing or has another type than PowerSchool documents (D08)."""
    return BadRecord(
        "PSC-READ-SHAPE",
        "PowerSchool’s answer has another form than expected",
        f"{host} answered {what} in a form that psconnect does not know ({detail}). Reading was stopped so that "
        "nothing is guessed.",
        "Check whether PowerSchool was updated. Update psconnect, or tell us: Copy details.",
        where=what,
    )


def field_missing(host: str, rows: str, fields: Sequence[str]) -> BadRecord:
    """The error for many rows without any value in required fields: the fields themselves are missing (D08)."""
    return BadRecord(
        "PSC-READ-SHAPE",
        "PowerSchool does not give a field any more",
        f"{host} lists {rows}, of which none has {', '.join(fields)}. Each of them has to have it. Reading was stopped "
        "so that nothing is guessed.",
        "Check that the plugin may view the field: build it again, install it and enable it. If it may, the field was "
        "emptied or hidden in PowerSchool.",
        where=fields[0],
    )


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
