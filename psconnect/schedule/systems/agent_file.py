"""The property list of a launchd agent (launchd.plist(5))."""

from __future__ import annotations

import plistlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from xml.parsers.expat import ExpatError

from psconnect.model.schedule import WEEKDAYS, Weekday
from psconnect.schedule.systems.kind import NO_YEAR, Entry, LocalTime

_DAYS: tuple[Weekday, ...] = ("sun", *WEEKDAYS[:6])
"""launchd's weekdays, by number; 7 is Sunday, too."""


def agent_file(label: str, entry: Entry) -> bytes:
    """The agent of an entry. launchd knows no last day and no years."""
    times = [part for one in entry.times for part in _intervals(one)]
    return agent_document(
        label, entry.command, at_login=entry.at_login, more={"StartCalendarInterval": times} if times else {}
    )


def agent_document(label: str, command: Sequence[str], *, at_login: bool, more: Mapping[str, Any]) -> bytes:
    """An agent that runs a command."""
    agent = {"Label": label, "ProgramArguments": [*command], "RunAtLoad": at_login, "ProcessType": "Background"}
    return plistlib.dumps({**agent, **more}, sort_keys=False)


def entry_in_agent(entry_id: str, document: bytes) -> Entry:
    """The entry that a file says; what ours never say is left out."""
    agent = agent_in(document)
    given = agent.get("StartCalendarInterval", [])
    times = [_time(one) for one in (given if isinstance(given, list) else [given])]
    return Entry(
        entry_id,
        "",
        command_of_agent(agent),
        tuple(one for one in times if one),
        at_login=agent.get("RunAtLoad") is True,
    )


def agent_in(document: bytes) -> dict[str, Any]:
    """The keys of an agent; none if the file is damaged."""
    try:
        agent = plistlib.loads(document)
    except (plistlib.InvalidFileException, ExpatError, ValueError):
        return {}
    return agent if isinstance(agent, dict) else {}


def command_of_agent(agent: Mapping[str, Any]) -> tuple[str, ...]:
    """What it runs."""
    command = agent.get("ProgramArguments", [])
    return tuple(str(one) for one in command) if isinstance(command, list) else ()


def _intervals(one: LocalTime) -> list[dict[str, int]]:
    clock = {"Hour": one.hour, "Minute": one.minute}
    if one.on:
        return [{"Month": one.on.month, "Day": one.on.day, **clock}]
    if one.days == WEEKDAYS:
        return [clock]
    return [{"Weekday": _DAYS.index(day), **clock} for day in one.days]


def _time(interval: object) -> LocalTime | None:
    if not isinstance(interval, dict):
        return None
    numbers = {key: value for key, value in interval.items() if isinstance(value, int)}
    try:
        hour, minute = numbers.pop("Hour"), numbers.pop("Minute")
        if numbers.keys() == {"Month", "Day"}:
            return LocalTime(hour, minute, on=date(NO_YEAR, numbers["Month"], numbers["Day"]))
        if numbers.keys() == {"Weekday"}:
            return LocalTime(hour, minute, (_DAYS[numbers["Weekday"] % 7],))
    except (KeyError, ValueError):
        return None
    return None if numbers else LocalTime(hour, minute)
