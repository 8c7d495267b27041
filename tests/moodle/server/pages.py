"""Answers as they go over HTTP (moodle-api.md 2): JSON, XML where JSON was not asked for, and pages of HTML."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from typing import Any

_HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Reply:
    """Status, type and body of an answer; `location` for a redirect, `retry_after` in seconds."""

    status: int
    content_type: str
    body: bytes
    location: str = ""
    retry_after: int = 0


def page(status: int, title: str, location: str = "", retry_after: int = 0) -> Reply:
    """A page of HTML as Moodle or a proxy shows it."""
    text = (
        f"<!DOCTYPE html><html><head><title>{escape(title)}</title></head><body><h1>{escape(title)}</h1></body></html>"
    )
    return Reply(status, _HTML, text.encode(), location, retry_after)


def empty(status: int) -> Reply:
    """A page with nothing on it: web services are switched off."""
    return Reply(status, _HTML, b"")


def json_answer(answer: Any) -> Reply:
    """JSON as PHP writes it: plain ASCII, slashes escaped, no charset in the type."""
    text = json.dumps(answer, separators=(",", ":")).replace("/", r"\/")
    return Reply(200, "application/json", text.encode())


def xml_answer(answer: Any) -> Reply:
    """XML, which a request gets that did not ask for JSON; errors, too."""
    if isinstance(answer, dict) and "exception" in answer:
        code = f"<ERRORCODE>{escape(str(answer.get('errorcode', '')))}</ERRORCODE>"
        message = f"<MESSAGE>{escape(answer['message'])}</MESSAGE>"
        body = f"<EXCEPTION class='{answer['exception']}'>{code}{message}</EXCEPTION>"
    else:
        body = f"<RESPONSE>{_xml(answer)}</RESPONSE>"
    return Reply(200, "application/xml; charset=utf-8", f'<?xml version="1.0" encoding="UTF-8" ?>\n{body}\n'.encode())


def _xml(value: Any) -> str:
    if value is None:
        return '<VALUE null="null"/>'
    if isinstance(value, dict):
        keys = (f'<KEY name="{name}">{_xml(part)}</KEY>' for name, part in value.items())
        return f"<SINGLE>{''.join(keys)}</SINGLE>"
    if isinstance(value, list):
        return f"<MULTIPLE>{''.join(map(_xml, value))}</MULTIPLE>"
    return f"<VALUE>{escape(str(value))}</VALUE>"
