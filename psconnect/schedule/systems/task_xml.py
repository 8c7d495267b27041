"""A task of Windows' Task Scheduler as XML (MS-TSCH 2.5; Task Scheduler Schema)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from ntpath import dirname
from xml.etree import ElementTree as ET

import msgspec

from psconnect.model.errors import FixSettings, TryLater
from psconnect.model.schedule import WEEKDAYS, Weekday
from psconnect.schedule.systems.kind import Entry, LocalTime
from psconnect.schedule.systems.windows_arguments import joined, split

SPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
_NS = {"t": SPACE}
_FIRST_DAY = date(2024, 1, 1)
"""A StartBoundary long past: StartWhenAvailable makes up for starts that were missed after the task was registered."""
_END_OF_DAY = "T23:59:59"
_DAY_NAMES = dict(
    zip(WEEKDAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True)
)
_SETTINGS = (
    ("MultipleInstancesPolicy", "IgnoreNew"),
    ("DisallowStartIfOnBatteries", "false"),
    ("StopIfGoingOnBatteries", "false"),
    ("AllowHardTerminate", "true"),
    ("StartWhenAvailable", "true"),
    ("RunOnlyIfNetworkAvailable", "false"),
    ("AllowStartOnDemand", "true"),
    ("Enabled", "true"),
    ("Hidden", "false"),
    ("RunOnlyIfIdle", "false"),
    ("WakeToRun", "false"),
    ("ExecutionTimeLimit", "PT4H"),
    ("Priority", "7"),
)
"""All that Windows would otherwise choose differently, or that a policy's template might change."""
_NOTE = "psconnect:"
_EXPANDED = re.compile(r"%[^%]+%")
ET.register_namespace("", SPACE)


def task_file(entry: Entry, user: str) -> bytes:
    r"""The task in UTF-16 with its byte order mark, as Windows itself writes it; ``user`` is ``DOMAIN\name``.

    Raises FixSettings for a command that Windows would not start as it stands.
    """
    if any(_EXPANDED.search(part) for part in entry.command):
        raise FixSettings("PSC-SCHEDULE-PERCENT", where=entry.id)
    task = ET.Element(f"{{{SPACE}}}Task", {"version": "1.2"})
    _add(task, "RegistrationInfo", ("Description", f"psconnect: {entry.name}"), ("Documentation", _note(entry)))
    triggers = _add(task, "Triggers")
    for one in entry.times:
        _add_trigger(triggers, one, entry.until)
    if entry.at_login:
        # Without the UserId it is the login of anybody, which only administrators may ask for.
        _add(triggers, "LogonTrigger", *_base(None, entry.until), ("UserId", user), ("Delay", "PT2M"))
    principal = _add(
        _add(task, "Principals"),
        "Principal",
        ("UserId", user),
        ("LogonType", "InteractiveToken"),
        ("RunLevel", "LeastPrivilege"),
    )
    principal.set("id", "Author")
    _add(task, "Settings", *_SETTINGS)
    actions = _add(task, "Actions")
    actions.set("Context", "Author")
    program, *arguments = entry.command
    # Neither Command nor WorkingDirectory may have quotation marks; without a folder it starts in System32.
    given = [("Arguments", joined(arguments))] if arguments else []
    _add(actions, "Exec", ("Command", program), *given, ("WorkingDirectory", dirname(program)))
    text = ET.tostring(task, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-16"?>\n{text}'.encode("utf-16")


def entry_in_task(entry_id: str, document: bytes) -> Entry:
    """The entry that a task says, as ``schtasks /query /xml`` prints it; raises TryLater if that is no task.

    Depending on how the output is read it comes as UTF-16 or in the console's code page, with question marks where that
    lacks a character. What psconnect registered is noted in the task a second time, in plain ASCII.
    """
    try:
        task = ET.fromstring(_text_of(document))  # noqa: S314 - the system's own, about what psconnect wrote
    except ET.ParseError:
        raise TryLater("PSC-SCHEDULE-ANSWER", where=entry_id) from None
    said = [_text(task, f"t:Actions/t:Exec/t:{part}") for part in ("Command", "Arguments")]
    times, ends = [], set[date | None]()
    for trigger in task.iterfind("t:Triggers/*", _NS):
        if _text(trigger, "t:Enabled") == "false":
            continue
        one = _time(trigger)
        ends.add(_day(_text(trigger, "t:EndBoundary")))
        times += [one] if one else []
    entry = Entry(
        entry_id,
        _text(task, "t:RegistrationInfo/t:Description").removeprefix("psconnect: "),
        (said[0], *split(said[1])),
        tuple(times),
        until=next(iter(sorted(one for one in ends if one)), None),
        at_login=any(_text(one, "t:Enabled") != "false" for one in task.iterfind("t:Triggers/t:LogonTrigger", _NS)),
        enabled=_text(task, "t:Settings/t:Enabled") != "false",
    )
    noted = _noted(_text(task, "t:RegistrationInfo/t:Documentation"))
    if noted and _may_be(joined(noted), joined(entry.command)):
        return replace(entry, command=tuple(noted))
    return entry


def _add(parent: ET.Element, name: str, *texts: tuple[str, str]) -> ET.Element:
    element = ET.SubElement(parent, f"{{{SPACE}}}{name}")
    for inner, text in texts:
        ET.SubElement(element, f"{{{SPACE}}}{inner}").text = text
    return element


def _base(first: datetime | None, until: date | None) -> list[tuple[str, str]]:
    """What every trigger has, in the order of the schema's sequence."""
    start = [("StartBoundary", first.isoformat(timespec="seconds"))] if first else []
    end = [("EndBoundary", f"{until.isoformat()}{_END_OF_DAY}")] if until else []
    return [("Enabled", "true"), *start, *end]


def _add_trigger(triggers: ET.Element, one: LocalTime, until: date | None) -> None:
    """A trigger of its own per time, in local time without a zone: Windows follows the clock's changes itself."""
    first = datetime.combine(one.on or _FIRST_DAY, time(one.hour, one.minute))
    if one.on:
        _add(triggers, "TimeTrigger", *_base(first, until))
        return
    trigger = _add(triggers, "CalendarTrigger", *_base(first, until))
    if one.days == WEEKDAYS:
        _add(trigger, "ScheduleByDay", ("DaysInterval", "1"))
        return
    weekly = _add(trigger, "ScheduleByWeek", ("WeeksInterval", "1"))
    days = _add(weekly, "DaysOfWeek")
    for day in one.days:
        _add(days, _DAY_NAMES[day])


def _time(trigger: ET.Element) -> LocalTime | None:
    """The time of a trigger; None for one that has none, or that is not as ours are."""
    try:
        start = datetime.fromisoformat(_text(trigger, "t:StartBoundary"))
    except ValueError:
        return None
    kind = trigger.tag.removeprefix(f"{{{SPACE}}}")
    if kind == "TimeTrigger":
        return LocalTime(start.hour, start.minute, on=start.date())
    if _text(trigger, "t:ScheduleByDay/t:DaysInterval") == "1":
        return LocalTime(start.hour, start.minute)
    if _text(trigger, "t:ScheduleByWeek/t:WeeksInterval") == "1":
        return LocalTime(start.hour, start.minute, tuple(_days(trigger)))
    return None


def _days(trigger: ET.Element) -> Iterator[Weekday]:
    for day, name in _DAY_NAMES.items():
        if trigger.find(f"t:ScheduleByWeek/t:DaysOfWeek/t:{name}", _NS) is not None:
            yield day


def _text(element: ET.Element, path: str) -> str:
    return element.findtext(path, "", _NS).strip()


def _day(boundary: str) -> date | None:
    try:
        return date.fromisoformat(boundary[:10])
    except ValueError:
        return None


def _text_of(document: bytes) -> str:
    """The document as text without its declaration, which names UTF-16 whatever it came as."""
    if document.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = document.decode("utf-16", errors="replace")
    elif document[1:2] == b"\x00":
        text = document.decode("utf-16-le", errors="replace")
    else:
        text = document.decode("ascii", errors="replace")
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text).strip()


def _note(entry: Entry) -> str:
    return _NOTE + base64.b64encode(msgspec.json.encode(entry.command)).decode()


def _noted(text: str) -> list[str] | None:
    try:
        return msgspec.json.decode(base64.b64decode(text.removeprefix(_NOTE), validate=True), type=list[str])
    except ValueError:
        return None


def _may_be(noted: str, said: str) -> bool:
    """Whether a code page may have made ``said`` of it: of a character beyond ASCII it makes anything, or nothing."""
    pattern = "".join(re.escape(ch) if ch.isascii() else ".{0,4}" for ch in noted)
    return re.fullmatch(pattern, said, re.DOTALL) is not None
