"""Faults that answer in place of the server: refusals, web pages, redirects, bodies that no parser should accept."""

from __future__ import annotations

import gzip
import io
from datetime import timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

from psconnect.demo.server.messages import ConnectionReset, Reply, html_reply, json_reply, message_reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from psconnect.demo.server.faults import Fault
    from psconnect.demo.server.messages import Request

_JSON: Final = {"Content-Type": "application/json;charset=UTF-8"}
_TOKEN_PATH: Final = "/oauth/access_token"  # noqa: S105 - a path
OVERSIZE: Final = 80_000_000
BOMB: Final = 300_000_000
_STEP: Final = 1_000_000


def reply_instead(fault: Fault, request: Request, host: str, now: datetime) -> Reply | None:
    """The answer of a fault that bypasses the server, or None for any other fault.

    Raises:
        ConnectionReset: for N03 before the headers, and for N19 if the route to the server is gone.

    """
    if (fault.name, fault.form) in (("N03", "headers"), ("N19", "drop"), ("N19", "switch")):
        raise ConnectionReset
    if fault.name == "N12":
        return _too_many(fault, now)
    makers = {
        "N06": _web_page, "N07": _redirect, "N08": _unauthorized, "N09": _unauthorized, "N10": _no_access,
        "N11": _not_found, "N13": _broken, "N16": _huge, "N17": _unparsable,
        "N19": _portal,
    }  # fmt: skip
    maker = makers.get(fault.name)
    return maker(fault, request, host) if maker is not None else None


def _web_page(fault: Fault, _request: Request, _host: str) -> Reply:
    titles = {
        "login": ("Student and Parent Sign In", "Please sign in."),
        "waf": ("Request Rejected", "The requested URL was rejected. Your support ID is 1234567890."),
        "maintenance": ("PowerSchool page unavailable", "The server is being maintained."),
    }
    return html_reply(200, *titles[fault.form])


def _portal(_fault: Fault, _request: Request, _host: str) -> Reply:
    """The sign-in page that a hotel's or airport's network shows for every address."""
    return html_reply(200, "Welcome to our Wi-Fi", "Please accept the terms of use to go online.")


def _redirect(fault: Fault, _request: Request, host: str) -> Reply:
    targets = {
        "login": "/public/home.html",
        "host": "http://other.example.org/ws/v1/metadata",
        "maintenance": f"https://message.powerschool.com/?server={host}",
    }
    return Reply(302, b"", {"Location": targets[fault.form]})


def _unauthorized(_fault: Fault, request: Request, _host: str) -> Reply:
    if request.path.rstrip("/") == _TOKEN_PATH:
        return json_reply(401, {"error": "invalid_client", "error_description": "The client is not known."})
    challenge = 'Bearer error="invalid_token",realm="PowerSchool",error_description="The access token has expired"'
    return Reply(401, b"", {"WWW-Authenticate": challenge})


def _no_access(fault: Fault, request: Request, _host: str) -> Reply:
    parts = request.path.strip("/").split("/")
    if parts[:3] == ["ws", "schema", "query"]:
        name = parts[3] if len(parts) > 3 else ""  # noqa: PLR2004 - /ws/schema/query/{name}
        error = {"resource": name, "field": fault.field or "students.dob", "code": "No access to the field"}
        return message_reply(403, "Validation Failed", [error])
    table = parts[3] if len(parts) > 3 else ""  # noqa: PLR2004 - /ws/schema/table/{name}
    error = {"code": "NoAccess", "field": fault.field or "DOB", "resource": table}
    return message_reply(403, "At least one column lacks sufficient permission", [error])


def _not_found(_fault: Fault, request: Request, _host: str) -> Reply:
    name = request.path.removesuffix("/count").rpartition("/")[2]
    return message_reply(404, f"Query {name} was not found.")


def _too_many(fault: Fault, now: datetime) -> Reply:
    reply = message_reply(429, f"Too many requests. Please wait {fault.amount:g} seconds and try again.")
    later = now + timedelta(seconds=fault.amount)
    waits = {"seconds": f"{fault.amount:g}", "date": format_datetime(later, usegmt=True), "absurd": "86400"}
    reply.headers["Date"] = format_datetime(now, usegmt=True)
    if fault.form in waits:
        reply.headers["Retry-After"] = waits[fault.form]
    return reply


def _broken(fault: Fault, _request: Request, _host: str) -> Reply:
    status, _, wait = fault.form.partition(" ")
    reply = html_reply(int(status), "Server Error", "Something went wrong on our side.")
    if wait:
        reply.headers["Retry-After"] = f"{fault.amount:g}"
    return reply


def _huge(fault: Fault, _request: Request, _host: str) -> Reply:
    if fault.form == "gzip":
        return Reply(200, _bomb(), {**_JSON, "Content-Encoding": "gzip"})
    return Reply(200, _oversize(), dict(_JSON))


def _bomb() -> bytes:
    """A small body that decompresses to 300 MB of JSON."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9) as stream:
        stream.write(b'{"record":[')
        for _ in range(BOMB // _STEP):
            stream.write(b" " * _STEP)
        stream.write(b"]}")
    return packed.getvalue()


def _oversize() -> Iterator[bytes]:
    """A well-formed body of 80 MB, larger than any page may be."""
    yield b'{"record":['
    for _ in range(OVERSIZE // _STEP):
        yield b" " * _STEP
    yield b"]}"


def _unparsable(fault: Fault, _request: Request, _host: str) -> Reply:
    bodies = {
        "nesting": b'{"record":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        "number": b'{"record":[{"dcid":' + b"9" * 10_000_000 + b"}]}",
        "duplicates": b'{"record":[{"dcid":"1","dcid":"2"}],"record":[{"dcid":"3"}]}',
        "nan": b'{"record":[{"dcid":NaN,"grade_level":-Infinity}]}',
    }
    return Reply(200, bodies[fault.form], dict(_JSON))
