"""What a mail server's refusal means: its code and words, as an error with what to do.

The numbers are those of RFC 5321 and RFC 3463; what Microsoft and Google say beyond them was collected from reports of
their users (docs/notices.md names where), so a reply that is worded otherwise falls back on its number.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Literal

from psconnect.model.errors import FixSettings, PsconnectError, SignInAgain, TryLater

At = Literal["greeting", "starttls", "login", "sender", "recipient", "data"]
"""Where in the conversation it was refused."""
_LONGEST = 300
_AUTH_WANTED, _TOO_LARGE = 530, 552
_SMTP, _PERMANENT = 200, 500
_LEAST = 3
"""A secret or a part of one that is shorter could be any word."""


@dataclass(frozen=True)
class _Rule:
    """A refusal that is known by its words, and where it can come."""

    key: str
    words: re.Pattern[str]
    at: tuple[At, ...] = ("login", "sender", "recipient", "data")


def _rule(key: str, words: str, *at: At) -> _Rule:
    return _Rule(key, re.compile(words, re.IGNORECASE), at or _Rule.at)


_RULES = (
    _rule("PSC-MAIL-LOGIN/microsoft-ended", r"5\.7\.30|not supported for client submission"),
    _rule("PSC-MAIL-LOGIN/microsoft-off", r"SmtpClientAuthentication is disabled"),
    _rule("PSC-MAIL-LOGIN/microsoft-basic", r"5\.7\.139|basic authentication is disabled"),
    _rule("PSC-MAIL-LOGIN/app-password", r"5\.7\.9.*application-specific|application-specific password", "login"),
    _rule("PSC-MAIL-LOGIN/app-password", r"support\.google\.com|gsmtp|5\.7\.14", "login"),
    _rule("PSC-MAIL-TLS-WANTED", r"STARTTLS|5\.7\.0 must issue|encryption required", "sender", "recipient", "data"),
    _rule("PSC-MAIL-RELAY/google", r"5\.7\.1 invalid credentials for relay|smtp relay.*(ip|domain)"),
    _rule("PSC-MAIL-RELAY/microsoft", r"5\.7\.64|TenantAttribution"),
    _rule("PSC-MAIL-SENDER", r"5\.7\.60|send ?as|SendAsDenied|not owned by user|sender address rejected|5\.1\.8"),
    _rule("PSC-MAIL-RELAY/denied", r"relay|5\.7\.54", "sender", "recipient", "data"),
    _rule("PSC-MAIL-SIZE", r"5\.3\.4|5\.2\.3|too (large|big)|size (exceeds|limit)", "sender", "recipient", "data"),
)


_KEYS: dict[At, str] = {
    "greeting": "PSC-MAIL-REFUSED/greeting",
    "starttls": "PSC-MAIL-NO-STARTTLS",
    "login": "PSC-MAIL-LOGIN/wrong",
    "sender": "PSC-MAIL-SENDER",
    "recipient": "PSC-MAIL-RECIPIENT",
    "data": "PSC-MAIL-REFUSED/content",
}
"""What a refusal means where nothing else is known of it."""


def refusal(
    code: int, reply: bytes, at: At, host: str, *, about: str = "", secrets: tuple[str, ...] = ()
) -> PsconnectError:
    """The error for a refusal; ``about`` is the address that was refused. It holds no secret, whatever was said."""
    said = said_by(reply, secrets)
    error = _kind_of(code, said, at, host)
    error.values = {"host": host, "status": code, "said": said or str(code), "address": about}
    return error


def _kind_of(code: int, said: str, at: At, host: str) -> PsconnectError:
    if code < _SMTP:
        return FixSettings("PSC-MAIL-NOT-SMTP", where=host)
    if code < _PERMANENT:
        return TryLater("PSC-MAIL-LATER", where=host)
    known = next((rule.key for rule in _RULES if at in rule.at and rule.words.search(said)), "")
    key = known or _by_number(code, at)
    return (SignInAgain if key.startswith("PSC-MAIL-LOGIN") else FixSettings)(key, where=host)


def _by_number(code: int, at: At) -> str:
    if code == _AUTH_WANTED:
        return "PSC-MAIL-LOGIN/wanted"
    if code == _TOO_LARGE and at != "recipient":
        return "PSC-MAIL-SIZE"
    return _KEYS[at]


def said_by(reply: bytes, secrets: tuple[str, ...] = ()) -> str:
    """A server's words in one printable line of bounded length; without secrets, which some servers quote back."""
    text = reply.decode("utf-8", "replace")
    hidden = {one for secret in secrets if len(secret) >= _LEAST for one in _forms(secret)}
    for one in sorted(hidden, key=len, reverse=True):
        text = text.replace(one, "…")
    words = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"


def _forms(secret: str) -> tuple[str, str]:
    return secret, base64.b64encode(secret.encode()).decode()
