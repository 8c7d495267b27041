"""The two files of a systemd user timer, and what they say (systemd.timer(5), systemd.service(5), systemd.time(7))."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from psconnect.model.schedule import WEEKDAYS
from psconnect.schedule.systems.kind import Entry, LocalTime

LOGIN_DELAY = "2min"
"""After the login: the desktop unlocks the keyring and the network comes up first."""
_THROUGH_SHELL = ("/bin/sh", "-c", 'exec "$0" "$@"')
"""How a program is started whose path has characters that systemd takes in arguments alone (string_is_safe)."""
_ARGUMENT = re.compile(r'"((?:[^"\\]|\\.)*)"')
_EXEC = re.compile(r"^ExecStart=(.+)$", re.MULTILINE)
_CALENDAR = re.compile(r"(?:(?P<days>[A-Za-z.,]+) )?(?P<date>\S+) (?P<hour>\d\d):(?P<minute>\d\d):00")
_SERVICE = """\
# Written by psconnect; a change made here is replaced the next time the schedule is saved.
[Unit]
Description=psconnect: {name}

[Service]
Type=simple
ExecStart={command}
# A run that never ends must not keep the next one from starting.
RuntimeMaxSec=4h
"""
_TIMER = """\
# Written by psconnect; a change made here is replaced the next time the schedule is saved.
[Unit]
Description=psconnect: {name}

[Timer]
{times}
# One start makes up for those missed while the computer was off.
Persistent=true
AccuracySec=1s

[Install]
WantedBy=timers.target
"""


def service_file(entry: Entry) -> str:
    """The service: what is started."""
    return _SERVICE.format(name=_plain(entry.name), command=_command_line(entry.command))


def timer_file(entry: Entry) -> str:
    """The timer: when it is started; empty if the entry has no time at all."""
    times = [f"OnCalendar={_calendar(one)}" for one in entry.times]
    if entry.at_login:
        times.append(f"OnStartupSec={LOGIN_DELAY}")
    return _TIMER.format(name=_plain(entry.name), times="\n".join(times)) if times else ""


def command_in(service: str) -> tuple[str, ...]:
    """The command of a service file, if it is written as ours are; else nothing."""
    found = _EXEC.search(service)
    if not found or _ARGUMENT.sub("", found[1]).strip():
        return ()
    first, *others = (re.sub(r"\\(.)", r"\1", one).replace("%%", "%") for one in _ARGUMENT.findall(found[1]))
    command = (first, *(one.replace("$$", "$") for one in others))
    through = len(_THROUGH_SHELL)
    return command[through:] if command[:through] == _THROUGH_SHELL else command


def times_in(calendars: Iterable[str]) -> tuple[LocalTime, ...]:
    """The times of calendar expressions as systemd prints them; what ours never say is left out."""
    return tuple(one for one in map(_time, calendars) if one)


def _plain(name: str) -> str:
    return name.replace("%", "%%")


def _command_line(command: Sequence[str]) -> str:
    """Quoted for systemd: ``%`` stands for specifiers everywhere, ``$`` for variables in arguments alone."""
    whole = (*_THROUGH_SHELL, *command) if set(command[0]) & set("\"'\\") else command
    program, *arguments = (one.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") for one in whole)
    return " ".join(f'"{one}"' for one in (program, *(one.replace("$", "$$") for one in arguments)))


def _calendar(one: LocalTime) -> str:
    clock = f"{one.hour:02}:{one.minute:02}:00"
    if one.on:
        return f"{one.on.isoformat()} {clock}"
    days = "" if one.days == WEEKDAYS else ",".join(day.capitalize() for day in one.days) + " "
    return f"{days}*-*-* {clock}"


def _time(calendar: str) -> LocalTime | None:
    found = _CALENDAR.fullmatch(calendar)
    if not found:
        return None
    hour, minute = int(found["hour"]), int(found["minute"])
    if found["date"] != "*-*-*":
        try:
            return LocalTime(hour, minute, on=date.fromisoformat(found["date"]))
        except ValueError:
            return None
    days: list[str] = []
    for part in (found["days"] or "Mon..Sun").lower().split(","):
        first, _, last = part.partition("..")
        if not {first, last or first} <= set(WEEKDAYS):
            return None
        days += WEEKDAYS[WEEKDAYS.index(first) : WEEKDAYS.index(last or first) + 1]
    return LocalTime(hour, minute, tuple(day for day in WEEKDAYS if day in days))
