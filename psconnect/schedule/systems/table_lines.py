"""psconnect's own lines in a user's crontab (crontab(5)); all others are kept byte for byte."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from psconnect.model.errors import FixSettings
from psconnect.model.schedule import WEEKDAYS, Weekday
from psconnect.schedule.systems.entry_names import EntryNames
from psconnect.schedule.systems.kind import NO_YEAR, Entry, LocalTime

LONGEST_LINE = 900
"""In bytes; cron cuts commands off at 998 (its MAX_COMMAND), without a word."""
_SILENT = ">/dev/null 2>&1"
"""Cron mails what a command prints; psconnect has a log and mails of its own."""
_LINE = re.compile(
    r"(?P<off>#\s*)?(?P<minute>\d+) (?P<hour>\d+) (?P<day>\S+) (?P<month>\S+) (?P<days>\S+) (?P<rest>.+)"
)
_CRON_DAYS: tuple[Weekday, ...] = ("sun", *WEEKDAYS[:6])
"""Cron's weekdays, by number."""


@dataclass(frozen=True)
class Block:
    """The lines of one entry between their marks."""

    begin: bytes
    end: bytes

    @staticmethod
    def of(names: EntryNames, entry_id: str, what: str = "") -> Block:
        """The block of an entry; the marks hold the home's, so that other homes leave it alone."""
        name = names.name(entry_id) + what
        return Block(f"# begin {name}, written by psconnect\n".encode(), f"# end {name}\n".encode())

    def taken_out(self, table: bytes) -> tuple[bytes, bytes | None]:
        """The table without the block, and the block's inner lines; None if there is none.

        Of several beginnings the last one counts: if somebody deleted the end of an older block, their own lines stand
        between the two.
        """
        before, found, rest = table.rpartition(self.begin)
        inner, ended, after = rest.partition(self.end)
        if not found or not ended or (before and not before.endswith(b"\n")):
            return table, None
        return before + after, inner

    def put_in(self, table: bytes, inner: bytes) -> bytes:
        """The table with the block in the place of the former one, else at the end."""
        before, found, _rest = table.rpartition(self.begin)
        without, _inner = self.taken_out(table)
        whole = self.begin + inner + self.end
        if found and len(without) != len(table):
            return before + whole + without[len(before) :]
        return without + (b"\n" if without and not without.endswith(b"\n") else b"") + whole


def entry_lines(entry: Entry, variables: Mapping[str, str]) -> bytes:
    """The lines of an entry; without a time, its command as a remark. Raises FixSettings for one that is too long."""
    command = shlex.join(entry.command)
    set_first = "".join(f"{name}={shlex.quote(value)} " for name, value in variables.items())
    # A % would end the command, and what follows it would be its input.
    rest = f"{set_first}{command} {_SILENT}".replace("%", r"\%")
    lines = [f"{_when(one)} {rest}" for one in entry.times] or [f"# {rest}"]
    longest = max(len(line.encode()) for line in lines)
    if longest > LONGEST_LINE:
        raise FixSettings("PSC-SCHEDULE-LONG", where=entry.id, count=longest, longest=LONGEST_LINE)
    return "".join(f"{line}\n" for line in lines).encode()


def entry_in(entry_id: str, inner: bytes) -> Entry:
    """The entry that lines say, enabled unless all of them are remarks; what ours never say is left out."""
    times, on, command = [], False, tuple[str, ...]()
    for line in inner.decode(errors="replace").splitlines():
        found = _LINE.fullmatch(line)
        one = _time(found) if found else None
        command = command or _command(found["rest"] if found else line.removeprefix("# "))
        if found and one:
            times.append(one)
            on = on or not found["off"]
    return Entry(entry_id, "", command, tuple(times), enabled=on or not times)


def _when(one: LocalTime) -> str:
    if one.on:
        return f"{one.minute} {one.hour} {one.on.day} {one.on.month} *"
    days = "*" if one.days == WEEKDAYS else ",".join(str(_CRON_DAYS.index(day)) for day in one.days)
    return f"{one.minute} {one.hour} * * {days}"


def _time(found: re.Match[str]) -> LocalTime | None:
    hour, minute = int(found["hour"]), int(found["minute"])
    try:
        if found["day"] != "*":
            return LocalTime(hour, minute, on=date(NO_YEAR, int(found["month"]), int(found["day"])))
        days = "0,1,2,3,4,5,6" if found["days"] == "*" else found["days"]
        return LocalTime(hour, minute, tuple(_CRON_DAYS[int(one) % 7] for one in days.split(",")))
    except ValueError:
        return None


def _command(rest: str) -> tuple[str, ...]:
    return tuple(_words(rest.replace(r"\%", "%").removesuffix(_SILENT)))


def _words(text: str) -> Iterator[str]:
    """The words of a command line without the variables that it begins with."""
    try:
        words = shlex.split(text)
    except ValueError:
        return
    begun = False
    for word in words:
        begun = begun or not re.match(r"[A-Z_]+=", word)
        if begun:
            yield word
