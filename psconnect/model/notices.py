"""Who is told of a connection's runs: the [notices] section of its file."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit, urlunsplit

import msgspec

from psconnect.model.errors import FixSettings
from psconnect.model.mail_address import is_mail_address
from psconnect.model.runs import APPLIED, Run
from psconnect.model.schedule import START_REASONS

ResultMail = Literal["none", "all", "problems", "weekly"]
RESULT_MAILS: tuple[ResultMail, ...] = ("none", "all", "problems", "weekly")
"""Which results are mailed: none, each run's, those with problems only, or a digest once a week."""
NoticeKind = Literal["result", "hold", "new-data", "digest"]
"""What a mail is about: a run's result, a run that waits, the data of a new school year, or a week."""
_TROUBLED = ("failed", "interrupted", "skipped", "held")
_UNTOLD = ("previewed", "queued", "reading", "shaping", "planning", "applying", "expired")
"""States that are no result: a plan that was only looked at or replaced, and runs at work."""


class NoticeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who is told of a connection's runs, besides the window.

    Attributes:
        to: mail addresses.
        results: which results are mailed.
        holds: whether a run that waits for an approval is mailed, in addition to the result.
        new_data: whether the first run of a new school year is mailed.
        names: whether mails name people; otherwise they hold counts and rules only.
        ping_url: an address that is called after each run that went well, for a monitoring service; nobody's data goes
            there.
        ping_fail: whether it is also called after a run that did not go well, with ``/fail`` behind its path.
    """

    to: list[str] = msgspec.field(default_factory=list)
    results: ResultMail = "none"
    holds: bool = True
    new_data: bool = True
    names: bool = False
    ping_url: str = ""
    ping_fail: bool = False


class WaitingNotice(msgspec.Struct, frozen=True):
    """A mail that is still to be sent. It is made when it is sent: what waits holds no text of it.

    Attributes:
        run: id of the run that it is about; of a digest, the day it begins with and the day before which it ends.
        since: when it was due.
        error: what went wrong when it was last tried (PsconnectError.as_dict); None before that.
        left: the addresses that it did not reach yet, where it reached others; empty for all.
    """

    kind: NoticeKind
    run: str
    since: datetime
    error: dict[str, Any] | None = None
    left: list[str] = msgspec.field(default_factory=list)


def notices_of(
    run: Run, settings: NoticeSettings, before: Run | None = None, last: Run | None = None
) -> list[NoticeKind]:
    """The mails that a run brings about when it ends or begins to wait; the digest comes by the calendar.

    ``before`` is the delivery before it, ``last`` the run before it, whatever became of that.
    """
    if not settings.to or run.state in _UNTOLD or run.kind == "rehearsal":
        return []
    told: list[NoticeKind] = []
    if settings.results == "all" or (settings.results == "problems" and has_trouble(run, before, last)):
        told.append("result")
    if settings.holds and run.state == "held" and not _same_plan_today(run, last):
        told.append("hold")
    if settings.new_data and run.trigger == "new-year" and run.state in APPLIED:
        told.append("new-data")
    return told


def ping_of(run: Run, settings: NoticeSettings) -> str:
    """The address to be called after a run; empty for none. Nothing of the run is in it but whether it went well."""
    if not settings.ping_url or run.kind != "sync" or run.state in (*_UNTOLD, "cancelled", "discarded"):
        return ""
    if run.state in APPLIED:
        return settings.ping_url
    if not settings.ping_fail:
        return ""
    parts = urlsplit(settings.ping_url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/fail"))


def _same_plan_today(run: Run, last: Run | None) -> bool:
    """Whether the very same plan was told on this day: a schedule makes it anew each time for as long as it waits."""
    if last is None or last.state != "expired" or not run.plan_hash or last.plan_hash != run.plan_hash:
        return False
    return _on_one_day(run, last)


def has_trouble(run: Run, before: Run | None, last: Run | None = None) -> bool:
    """Whether somebody has to look at a run: it ended badly, waits, was refused something, or found more than before.

    Findings alone are no trouble: in most districts the same ones come back every day. Nor is what ``last``, the run
    before it, told on the same day: a schedule meets it again every few minutes.
    """
    troubled = run.state in _TROUBLED or run.refused > 0 or _findings(run) > (_findings(before) if before else 0)
    return troubled and not (last is not None and _met_again(run, last))


def _met_again(run: Run, last: Run) -> bool:
    """Whether a start by itself met the trouble of the run before it: the same error, or the same plan."""
    if run.trigger not in START_REASONS or not _on_one_day(run, last) or _findings(run) > _findings(last):
        return False
    if run.state == "held":
        return _same_plan_today(run, last)
    if run.state in _TROUBLED:
        return run.state == last.state and _code(run) == _code(last)
    return run.state == last.state and run.refused == last.refused and run.plan_hash == last.plan_hash


def _on_one_day(run: Run, last: Run) -> bool:
    return last.started.astimezone().date() == run.started.astimezone().date()


def _code(run: Run) -> str:
    return str(run.error["code"]) if run.error else ""


def _findings(run: Run) -> int:
    return sum(count for severity, count in run.problems.items() if severity != "info")


def check_notices(settings: NoticeSettings) -> None:
    """Raise FixSettings for an address that is none."""
    for address in settings.to:
        if not is_mail_address(address):
            raise FixSettings("PSC-NOTICE-ADDRESS", where="notices.to", address=address)
    if settings.results != "none" and not settings.to:
        raise FixSettings("PSC-NOTICE-NOBODY", where="notices.to")
    if settings.ping_url and not _can_be_called(settings.ping_url):
        # The address itself is like a password, and is not repeated.
        raise FixSettings("PSC-NOTICE-PING", where="notices.ping_url")


def _can_be_called(url: str) -> bool:
    """Whether it is an https address, or one of this computer, without a name or password in it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    local = parts.hostname in ("localhost", "127.0.0.1", "::1")
    encrypted = parts.scheme == "https" or (local and parts.scheme == "http")
    return bool(parts.hostname) and encrypted and "@" not in parts.netloc
