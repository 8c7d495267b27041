"""What the diagnostics show, by allow-list: a key, field or value that is not listed here is left out.

Nothing in them names a person, a school, a server, a folder or a user. A new setting, and a new field of the log, stays
out until somebody lists it here and thinks about what it can hold.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Any

from psconnect.model.entities import BY_KEY
from psconnect.model.problems import RULES
from psconnect.model.runs import ENDED, SCOPES, WAITING, WORKING, ChangeCounts, Run
from psconnect.model.schedule import START_REASONS, WEEKDAYS

_OTHER = "(not shown)"
Show = Callable[[Any], object]


def _plain(value: Any) -> object:
    """A number, yes or no, or a day; any text is not shown."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return value.isoformat() if isinstance(value, date) else _OTHER


def _how_many(value: Any) -> object:
    """How many there are; a text, like ``all``, is not shown but for that word."""
    return len(value) if isinstance(value, list | tuple | dict) else "all" if value == "all" else _OTHER


def _given(value: Any) -> object:
    """Only whether there is something."""
    return "given" if value not in ("", None, [], {}) else "not given"


def _word(*known: str) -> Show:
    """One of these words, or several."""

    def show(value: Any) -> object:
        if isinstance(value, list):
            return [show(one) for one in value]
        return value if value in known or value is None else _OTHER

    return show


def _like(pattern: str) -> Show:
    """A text, or several, of this form."""
    fits = re.compile(pattern).fullmatch

    def show(value: Any) -> object:
        if isinstance(value, list | tuple):
            return [show(one) for one in value]
        return value if isinstance(value, str) and fits(value) else _OTHER

    return show


_CLOCK = r"\d\d:\d\d"
SETTINGS: Mapping[str, Show] = {
    "format": _plain,
    "disabled": _plain,
    "source.url": _given,
    "source.client_id": _given,
    "source.ca_file": _given,
    "source.read": _word("auto", "queries", "tables", "v1"),
    "source.compare": _word("bulk", "incremental"),
    "source.without": _how_many,
    "scope.schools": _how_many,
    "scope.start_year": _plain,
    "scope.prior_data_days": _plain,
    "scope.terms": _how_many,
    "scope.courses": _how_many,
    "options.co_teachers": _plain,
    "options.co_teacher_classes": _plain,
    "options.parents": _word("none", "portal", "all"),
    "options.admins": _plain,
    "options.enroll_status": _how_many,
    "options.guest_students": _word("leave-out", "bring-in"),
    "options.merge_terms": _plain,
    "options.only_taught_classes": _plain,
    "options.only_used_courses": _plain,
    "options.section_move": _given,
    "options.devices": _word("chromebooks", "other", "mix"),
    "options.contact_module": _plain,
    "options.contact_names": _given,
    "options.district_name": _given,
    "options.id_prefix": _given,
    "options.username_prefix": _given,
    "options.course_prefix": _given,
    "options.student_identifier": _word("dcid", "id", "number"),
    **{f"ids.{kind}": _word("dcid", "id", "number") for kind in ("student", "staff", "school", "course", "class")},
    "mapping.*": _how_many,
    "requirements.*": _how_many,
    "filters.*": _how_many,
    "uniqueness.*": _how_many,
    "uniqueness.confirmed": _how_many,
    "custom": _how_many,
    "values": _how_many,
    "usernames": _how_many,
    "sign_in": _how_many,
    "roles": _how_many,
    "safety.preview": _word("always", "first", "never"),
    "safety.thresholds.*": _how_many,
    "safety.freeze": _how_many,
    "safety.additions_only": _plain,
    "schedule.every": _word("never", "day", "week"),
    "schedule.days": _word(*WEEKDAYS),
    "schedule.at": _like(_CLOCK),
    "schedule.repeat": _plain,
    "schedule.repeat_until": _like(_CLOCK),
    "schedule.zone": _like(r"[A-Z][A-Za-z_]+(/[A-Z][A-Za-z_-]+){1,2}|UTC"),
    "schedule.off_peak": _like(_CLOCK),
    "schedule.off_peak_minute": _plain,
    "schedule.new_year": _plain,
    "schedule.until": _plain,
    "notices.to": _how_many,
    "notices.results": _word("none", "all", "problems", "weekly"),
    "notices.holds": _plain,
    "notices.new_data": _plain,
    "notices.names": _plain,
    "notices.ping_url": _given,
    "plugin.version": _like(r"[\d.]{1,20}"),
    "plugin.file": _word("zip", "xml"),
}
"""The settings of a connection that are shown, and how; ``*`` stands for the key of an entity."""
PREFERENCES: Mapping[str, Show] = {
    "language": _like(r"[a-z]{2}"),
    "closing": _word("ask", "tray", "quit"),
    "at_login": _plain,
    "mail.host": _given,
    "mail.port": _plain,
    "mail.security": _word("starttls", "tls", "none"),
    "mail.user": _given,
    "mail.sender": _given,
    "mail.ca_file": _given,
}
_CODE = _like(r"PSC-[A-Z0-9-]+(/[a-z0-9-]+)?|")
_STREAM = re.compile(r"[a-z_]{2,30}").fullmatch
"""A source's own name of what it reads; a constant of the code."""
_NUMBERS = {"create", "update", "remove", *BY_KEY}
LOG_FIELDS: Mapping[str, Show] = {
    "time": _like(r"[\d ,:.T+-]{10,35}"),
    "level": _word("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"),
    "run": _like(r"[0-9A-Za-z-]{6,40}"),
    "state": _word(*WORKING, *WAITING, *ENDED),
    "code": _CODE,
    "case": _CODE,
    "verb": _like(r"[a-z-]{1,20}"),
    "kind": _like(r"[A-Z][A-Za-z]{1,40}(Error|Exception|Interrupt)|[a-z-]{1,10}"),
    "exception": _like(r"[A-Z][A-Za-z]{1,40}"),
    "at": _like(r"[a-z_]+\.py:\d+"),
    "changes": lambda value: value if isinstance(value, int) else _counts(value),
}
"""The fields of a line of the log that are shown; the event is a text of psconnect's own, listed in LOG_EVENTS."""
LOG_EVENTS = frozenset(
    {
        *("run", "bug", "mistake", "ids adopted", "re-keyed", "roster data set aside", "notices not kept"),
        "sign-in type set",
        *("notices failed", "not in the disclosure log yet", "damaged note"),
        *("notices wait", "school calendar not noted", "schedules not read", "schedule not registered"),
        *("schedule entry not removed", "could not forget what is kept no longer"),
    }
)


def shown_settings(data: Mapping[str, Any], allowed: Mapping[str, Show] = SETTINGS) -> dict[str, object]:
    """The listed settings that ``data`` states, by dotted key."""
    found: dict[str, object] = {}
    for pattern, show in allowed.items():
        for key, value in _matching(data, pattern.split(".")):
            found[key] = show(value)
    return found


def _matching(data: Any, path: list[str], so_far: str = "") -> Iterable[tuple[str, Any]]:
    if not path:
        yield so_far, data
        return
    if not isinstance(data, Mapping):
        return
    first, *rest = path
    for key in [one for one in data if one in BY_KEY] if first == "*" else [first]:
        if key in data:
            yield from _matching(data[key], rest, f"{so_far}.{key}" if so_far else key)


def shown_run(run: Run) -> dict[str, object]:
    """A run in codes and counts; its connection's name, places and reasons are left out."""
    return {
        "id": LOG_FIELDS["run"](run.id),
        "state": LOG_FIELDS["state"](run.state),
        "kind": _word("sync", "undo", "rehearsal")(run.kind),
        "trigger": _word("button", "command line", "schedule", *START_REASONS)(run.trigger),
        "scope": _word(*SCOPES)(run.scope),
        "way": _word("", "queries", "tables", "v1")(run.way),
        "started": run.started.isoformat(timespec="seconds"),
        "seconds": run.took.total_seconds() if run.took is not None else None,
        "calls": run.calls,
        "changes": {key: _changes(one) for key, one in run.changes.items() if key in BY_KEY},
        "read": {key: count for key, count in run.read.items() if _STREAM(key)},
        "problems": _plain_counts(run.problems, {"error", "warning", "info"}),
        "left_out": _rules(run.left_out),
        "held": [_rule(hold.rule) for hold in run.holds],
        "failed_in": _word("", *WORKING)(run.failed_in),
        "error": _CODE(str(run.error.get("key", ""))) if run.error else "",
    }


def _changes(counts: ChangeCounts) -> list[int]:
    return [counts.create, counts.update, counts.remove]


def _counts(value: Any) -> object:
    return _plain_counts(value, _NUMBERS) if isinstance(value, Mapping) else _OTHER


def _plain_counts(value: Mapping[str, Any], known: Collection[str]) -> dict[str, int]:
    return {key: one for key, one in value.items() if key in known and isinstance(one, int)}


def _rules(left_out: Mapping[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for rule, count in left_out.items():
        found[_rule(rule)] = found.get(_rule(rule), 0) + count
    return found


def _rule(key: str) -> str:
    """A rule's own name, without what it is about: a filter is named after what a person typed."""
    first = key.partition(":")[0]
    return first if first in RULES or re.fullmatch(r"[a-z]+(-[a-z]+)*", first) else _OTHER


def shown_log(lines: Iterable[str], most: int) -> list[dict[str, object]]:
    """The last lines of a log, each with its listed fields alone; a line that is none of ours is left out."""
    found = [shown for line in lines if (shown := _log_line(line))]
    return found[-most:]


def _log_line(line: str) -> dict[str, object] | None:
    try:
        data = json.loads(line)
    except ValueError:
        return None
    if not isinstance(data, dict):
        return None
    event = data.get("event")
    shown = {name: show(data[name]) for name, show in LOG_FIELDS.items() if name in data}
    return {**shown, "event": event if event in LOG_EVENTS else _OTHER}
