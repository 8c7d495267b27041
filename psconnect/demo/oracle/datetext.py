"""Oracle's date formats: text to dates and back. A date is ISO text, with a time of day unless it is midnight."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from psconnect.demo.oracle.errors import OracleError

_ELEMENT: Final = re.compile(
    r'"[^"]*"|FM|FX|YYYY|RRRR|SYYYY|YY|RR|MONTH|MON|MM|DAY|DY|DDD|DD|HH24|HH12|HH|MI|SSSSS|SS|AM|PM|A\.M\.|P\.M\.|IYYY|IW|WW|'
    r"D|Q|J|[-/,.;: T]",
    re.IGNORECASE,
)
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_MIDNIGHT: Final = " 00:00:00"


def parse_iso(text: str) -> datetime:
    """Parse a stored date."""
    return datetime.fromisoformat(text)


def iso(moment: datetime) -> str:
    """Format a date for storage."""
    return moment.strftime("%Y-%m-%d %H:%M:%S").rjust(19, "0").removesuffix(_MIDNIGHT)


def add_days(text: str, days: float) -> str:
    """A date this many days later; fractions are parts of a day."""
    return iso(parse_iso(text) + timedelta(seconds=round(days * 86_400)))


def days_between(later: str, earlier: str) -> float | int:
    """The days from ``earlier`` to ``later``; an int if whole."""
    days = (parse_iso(later) - parse_iso(earlier)) / timedelta(days=1)
    return int(days) if days == int(days) else days


@lru_cache(maxsize=256)
def _elements(pattern: str) -> tuple[str, ...]:
    found = []
    at = 0
    while at < len(pattern):
        match = _ELEMENT.match(pattern, at)
        if match is None:
            raise OracleError(1821)
        word = match.group()
        found.append(word if word.startswith('"') else word.upper())
        at = match.end()
    return tuple(found)


def to_char(text: str, pattern: str) -> str:
    """Format a date by an Oracle format."""
    moment = parse_iso(text)
    cased = re.search(r"(?i)MON(TH)?|DA?Y", pattern)
    capital = cased is None or cased.group().isupper()
    pieces = []
    padded = True
    for element in _elements(pattern):
        if element == "FM":
            padded = not padded
        elif element.startswith('"'):
            pieces.append(element[1:-1])
        else:
            piece = _written(element, moment)
            if not padded:
                piece = piece.rstrip().lstrip("0") or "0" if piece.strip().isdigit() else piece.rstrip()
            pieces.append(piece if capital or not piece.strip().isalpha() else piece.capitalize())
    return "".join(pieces)


def _written(element: str, moment: datetime) -> str:
    iso_year, iso_week, _ = moment.isocalendar()
    values = {
        "YYYY": f"{moment.year:04d}", "RRRR": f"{moment.year:04d}", "SYYYY": f" {moment.year:04d}",
        "YY": f"{moment.year % 100:02d}", "RR": f"{moment.year % 100:02d}", "MM": f"{moment.month:02d}",
        "MON": _MONTHS[moment.month - 1], "MONTH": moment.strftime("%B").upper().ljust(9),
        "DD": f"{moment.day:02d}", "DDD": f"{moment.timetuple().tm_yday:03d}", "DY": moment.strftime("%a").upper(),
        "DAY": moment.strftime("%A").upper().ljust(9), "D": str(moment.isoweekday() % 7 + 1),
        "HH24": f"{moment.hour:02d}", "HH": f"{(moment.hour - 1) % 12 + 1:02d}",
        "HH12": f"{(moment.hour - 1) % 12 + 1:02d}", "MI": f"{moment.minute:02d}", "SS": f"{moment.second:02d}",
        "SSSSS": str(moment.hour * 3600 + moment.minute * 60 + moment.second), "Q": str((moment.month + 2) // 3),
        "IYYY": f"{iso_year:04d}", "IW": f"{iso_week:02d}", "WW": f"{(moment.timetuple().tm_yday + 6) // 7:02d}",
        "J": str(moment.toordinal() + 1_721_425), "FX": "",
    }  # fmt: skip
    half = "AM" if moment.hour < 12 else "PM"  # noqa: PLR2004 - noon
    values.update({"AM": half, "PM": half, "A.M.": f"{half[0]}.M.", "P.M.": f"{half[0]}.M."})
    return values.get(element, element)


_WIDTHS: Final = {
    "YYYY": r"\d{1,4}", "RRRR": r"\d{1,4}", "YY": r"\d{1,2}", "RR": r"\d{1,2}", "MM": r"\d{1,2}", "DD": r"\d{1,2}",
    "HH24": r"\d{1,2}", "HH": r"\d{1,2}", "HH12": r"\d{1,2}", "MI": r"\d{1,2}", "SS": r"\d{1,2}",
    "MON": r"[A-Za-z]{3}", "MONTH": r"[A-Za-z]{3,9}", "AM": r"[AaPp][Mm]", "PM": r"[AaPp][Mm]",
}  # fmt: skip


@lru_cache(maxsize=4096)
def to_date(text: str, pattern: str, this_year: int) -> str:
    """Parse text by an Oracle format.

    Raises:
        OracleError: as in Oracle, if the text doesn't fit.

    """
    rest = text.strip()
    found: dict[str, str] = {}
    for element in _elements(pattern):
        if element in ("FM", "FX"):
            continue
        if not rest:
            # In Oracle, only the time of day may be missing.
            if element in ("YYYY", "MM", "DD", "YY", "RR", "RRRR", "MON", "MONTH"):
                raise OracleError(1840)
            continue
        width = _WIDTHS.get(element)
        if width is None:
            if element.strip('"') != rest[0] and not (len(element) == 1 and not rest[0].isalnum()):
                raise OracleError(1861)
            rest = rest[1:]
            continue
        match = re.match(width, rest)
        if match is None:
            raise OracleError(1843 if element in ("MON", "MONTH") else 1861)
        found[element] = match.group()
        rest = rest[match.end() :]
    if rest:
        raise OracleError(1830)
    return _assembled(found, this_year)


def _assembled(found: dict[str, str], this_year: int) -> str:
    year = int(found.get("YYYY") or found.get("RRRR") or this_year)
    short = found.get("RR") or found.get("YY") or (found.get("RRRR") if len(found.get("RRRR", "    ")) <= 2 else None)  # noqa: PLR2004
    if short:
        year = int(short) + (2000 if "YY" in found or int(short) < 50 else 1900)  # noqa: PLR2004 - Oracle's RR rule
    word = (found.get("MON") or found.get("MONTH") or "")[:3].upper()
    if word and word not in _MONTHS:
        raise OracleError(1843)
    month = _MONTHS.index(word) + 1 if word else int(found.get("MM", "1"))
    day = int(found.get("DD", "1"))
    hour = int(found.get("HH24") or found.get("HH") or found.get("HH12") or 0)
    half = (found.get("AM") or found.get("PM") or "").upper()
    if half:
        hour = hour % 12 + (12 if half == "PM" else 0)
    if not 1 <= month <= 12:  # noqa: PLR2004 - months
        raise OracleError(1843)
    if not 1 <= day <= 31:  # noqa: PLR2004 - days
        raise OracleError(1847)
    if year == 0:
        raise OracleError(1841)
    try:
        return iso(datetime(year, month, day, hour, int(found.get("MI", "0")), int(found.get("SS", "0"))))  # noqa: DTZ001 - Oracle's DATE has no zone
    except ValueError as error:
        raise OracleError(1839) from error
