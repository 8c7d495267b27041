"""Days, moments and spans of time as people say them, on this computer's clock."""

from __future__ import annotations

from datetime import date, datetime

from psconnect.wording.catalogue import counted, marked, tr, translated

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
# Not strftime: its month names follow the language of the system, which may not be that of psconnect.
_SHORT = 3
_MONTHS = (
    *(marked("January"), marked("February"), marked("March"), marked("April"), marked("May"), marked("June")),
    *(marked("July"), marked("August"), marked("September"), marked("October"), marked("November")),
    marked("December"),
)
_WEEKDAYS = (
    *(marked("Mon"), marked("Tue"), marked("Wed"), marked("Thu"), marked("Fri"), marked("Sat"), marked("Sun")),
)
_WEEKDAY_NAMES = (
    *(marked("Monday"), marked("Tuesday"), marked("Wednesday"), marked("Thursday"), marked("Friday")),
    *(marked("Saturday"), marked("Sunday")),
)


def duration(seconds: float) -> str:
    """A span of time as people say it: ``4 min 12 s``; under a second it is ``under 1 s``."""
    whole = int(seconds)
    if whole < 1:
        return tr("under 1 s")
    if whole < _MINUTE:
        return tr("{seconds} s", seconds=whole)
    if whole < _HOUR:
        return tr("{minutes} min {seconds} s", minutes=whole // _MINUTE, seconds=whole % _MINUTE)
    return tr("{hours} h {minutes} min", hours=whole // _HOUR, minutes=whole % _HOUR // _MINUTE)


def ago(then: datetime, now: datetime) -> str:
    """How long ago something was, short: ``2 h ago``."""
    seconds = int((now - then).total_seconds())
    if seconds < _MINUTE:
        return tr("just now")
    if seconds < _HOUR:
        return tr("{count} min ago", count=seconds // _MINUTE)
    if seconds < _DAY:
        return tr("{count} h ago", count=seconds // _HOUR)
    return counted(seconds // _DAY, "{count} day ago", "{count} days ago")


def moment(then: datetime, now: datetime) -> str:
    """A local time as people say it: ``today at 05:30``, ``yesterday at 17:30``, ``12 November at 05:30``."""
    local, today = then.astimezone(), now.astimezone().date()
    time = f"{local:%H:%M}"
    days = (today - local.date()).days
    if days == 0:
        return tr("today at {time}", time=time)
    if days == -1:
        return tr("tomorrow at {time}", time=time)
    if days == 1:
        return tr("yesterday at {time}", time=time)
    if local.year != today.year:
        return tr("{day} at {time}", day=day(then), time=time)
    return tr("{day} {month} at {time}", day=local.day, month=translated(_MONTHS[local.month - 1]), time=time)


def day(then: datetime) -> str:
    """A day, like ``21 November 2026``."""
    local = then.astimezone()
    return tr("{day} {month} {year}", day=local.day, month=translated(_MONTHS[local.month - 1]), year=local.year)


def short_day(then: datetime) -> str:
    """A local day where there is little room: ``18 Nov``."""
    local = then.astimezone()
    return tr("{day} {month}", day=local.day, month=translated(_MONTHS[local.month - 1])[:_SHORT])


def day_of(then: datetime, now: datetime) -> str:
    """A local day within a sentence, with its year only where that is another one: ``21 November``."""
    local = then.astimezone()
    if local.year != now.astimezone().year:
        return day(then)
    return tr("{day} {whole_month}", day=local.day, whole_month=translated(_MONTHS[local.month - 1]))


def weekday(then: datetime) -> str:
    """A local day of the week and its number, where there is little room: ``Tue 18``."""
    local = then.astimezone()
    return tr("{weekday} {day}", weekday=translated(_WEEKDAYS[local.weekday()]), day=local.day)


def column_moment(then: datetime, now: datetime) -> str:
    """A local time in a column of them: ``Today 05:30``, ``Yesterday 17:30``, ``Tue 17 Nov 17:30``."""
    local, today = then.astimezone(), now.astimezone().date()
    time = f"{local:%H:%M}"
    days = (today - local.date()).days
    if days == 0:
        return tr("Today {time}", time=time)
    if days == 1:
        return tr("Yesterday {time}", time=time)
    if local.year != today.year:
        return tr("{day} {year} {time}", day=short_day(then), year=local.year, time=time)
    weekday_word = translated(_WEEKDAYS[local.weekday()])
    return tr("{weekday} {day} {time}", weekday=weekday_word, day=short_day(then), time=time)


def short_duration(seconds: float) -> str:
    """A span of time in minutes and seconds, where there is little room: ``1:52``, or ``1:07:12`` with hours."""
    whole = int(seconds)
    minutes, rest = whole // _MINUTE, whole % _MINUTE
    if whole < _HOUR:
        return f"{minutes}:{rest:02}"
    return f"{minutes // _MINUTE}:{minutes % _MINUTE:02}:{rest:02}"


def full_moment(then: datetime) -> str:
    """A time with its zone, like ``21 November 2026, 05:30:12 CST (UTC-06:00)``."""
    local = then.astimezone()
    digits = f"{local:%z}"
    offset = f"UTC{digits[:3]}:{digits[3:5]}" if local.utcoffset() else "UTC"
    name = local.tzname() or offset
    zone = offset if name in (offset, digits, digits[:3]) else f"{name} ({offset})"
    return f"{day(then)}, {local:%H:%M:%S} {zone}"


def to_the_minute(then: datetime) -> str:
    """A time of this computer's clock, to the minute: ``21 November 2026, 05:30``."""
    return tr("{day}, {time}", day=day(then), time=f"{then.astimezone():%H:%M}")


def exact(then: datetime) -> str:
    """A time with its zone in digits, for hovering and tables: ``2026-11-21 05:30:12 CST``."""
    return f"{then.astimezone():%Y-%m-%d %H:%M:%S %Z}"


def weekday_short(number_of_day: int) -> str:
    """A day of the week where there is little room: ``Mon``; 0 is Monday, as in date.weekday()."""
    return translated(_WEEKDAYS[number_of_day])


def weekday_name(number_of_day: int) -> str:
    """A day of the week in full: ``Monday``."""
    return translated(_WEEKDAY_NAMES[number_of_day])


def date_words(when: date) -> str:
    """A date in full: ``15 June 2027``."""
    return tr("{day} {month} {year}", day=when.day, month=translated(_MONTHS[when.month - 1]), year=when.year)


def near_date(when: date, today: date) -> str:
    """A date as people say it: ``today``, ``Mon 23 Nov``, and with its year where that is another one."""
    days = (when - today).days
    if days in (0, 1):
        return tr("Tomorrow") if days else tr("Today")
    name, month = weekday_short(when.weekday()), translated(_MONTHS[when.month - 1])[:_SHORT]
    if when.year != today.year:
        return tr("{weekday} {day} {month} {year}", weekday=name, day=when.day, month=month, year=when.year)
    return tr("{weekday} {day} {month}", weekday=name, day=when.day, month=month)
