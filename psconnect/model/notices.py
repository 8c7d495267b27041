"""Who is told of a connection's runs: the [notices] section of its file."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from psconnect.model.errors import FixSettings

ResultMail = Literal["none", "all", "problems", "weekly"]
RESULT_MAILS: tuple[ResultMail, ...] = ("none", "all", "problems", "weekly")
"""Which results are mailed: none, each run's, those with problems only, or a digest once a week."""
_ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+")


class NoticeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who is told of a connection's runs, besides the window.

    Attributes:
        to: mail addresses.
        results: which results are mailed.
        holds: whether a run that waits for an approval is mailed, in addition to the result.
        new_data: whether the first run of a new school year is mailed.
        names: whether mails name people; otherwise they hold counts and rules only.
        ping_url: an address that is called after each run, for a monitoring service; nobody's data goes there.
    """

    to: list[str] = msgspec.field(default_factory=list)
    results: ResultMail = "none"
    holds: bool = True
    new_data: bool = True
    names: bool = False
    ping_url: str = ""


def check_notices(settings: NoticeSettings) -> None:
    """Raise FixSettings for an address that is none."""
    for address in settings.to:
        if not _ADDRESS.fullmatch(address):
            raise FixSettings("PSC-NOTICE-ADDRESS", where="notices.to", address=address)
    if settings.results != "none" and not settings.to:
        raise FixSettings("PSC-NOTICE-NOBODY", where="notices.to")
    if settings.ping_url:
        parts = urlsplit(settings.ping_url)
        local = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if not parts.hostname or (parts.scheme != "https" and not (local and parts.scheme == "http")):
            raise FixSettings("PSC-NOTICE-PING", where="notices.ping_url", url=settings.ping_url)
