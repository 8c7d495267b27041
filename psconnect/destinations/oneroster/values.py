"""What custom fields may put into OneRoster's own columns, and PowerSchool's way of saying the same."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from psconnect.destinations.oneroster.columns import GRADES, RACES, RESIDENCES, SEXES, STAFF_ROLES

ColumnCheck = Callable[[str], str | None]
"""A value as the column has it; empty where it says nothing, None where the column can't have it."""

_USER_ID = r"\{[^{}:,\s]+:[^{}:,\s]+\}"
_USER_IDS = re.compile(rf"{_USER_ID}(,{_USER_ID})*")
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?Z?)?")
_TRUE, _FALSE = frozenset({"true", "1", "y", "yes", "t"}), frozenset({"false", "0", "n", "no", "f"})
_UNKNOWN = "-1"
_LETTERS = dict(zip(RACES, "iabpwm", strict=True))
"""PowerSchool's letter of each race (Students.Ethnicity); M is two or more."""
_SEX_LETTERS = {"m": "male", "f": "female", "x": "other", "u": "unspecified"}


def _text(value: str) -> str:
    return value if value.strip() else ""


def _boolean(value: str) -> str | None:
    word = value.strip().casefold()
    if word in ("", _UNKNOWN):
        return ""
    return "true" if word in _TRUE else "false" if word in _FALSE else None


def _race(column: str) -> ColumnCheck:
    """A column of one race: a boolean, or PowerSchool's letter for the student's race."""

    def check(value: str) -> str | None:
        letter = value.strip().casefold()
        if letter in _LETTERS.values():
            return "true" if letter == _LETTERS[column] else "false"
        return _boolean(value)

    return check


def _date(value: str) -> str | None:
    found = _DATE.fullmatch(value.strip())
    if not found:
        return None if value.strip() else ""
    try:
        return date.fromisoformat(found[1]).isoformat()
    except ValueError:
        return None


def _sex(version: str) -> ColumnCheck:
    def check(value: str) -> str | None:
        word = value.strip().casefold()
        word = _SEX_LETTERS.get(word, word)
        return word if word in {"", *SEXES[version]} else None

    return check


def _listed(allowed: frozenset[str]) -> ColumnCheck:
    return lambda value: value.strip() if value.strip() in {"", *allowed} else None


def _texts(value: str) -> str | None:
    """A list, joined by commas."""
    items = [item.strip() for item in value.split(",")]
    return ",".join(items) if all(items) or not value.strip() else None


def _grades(value: str) -> str | None:
    given = _texts(value)
    return given if not given or set(given.split(",")) <= GRADES else None


def _user_ids(value: str) -> str | None:
    return value.strip() if not value.strip() or _USER_IDS.fullmatch(value.strip()) else None


def _country(value: str) -> str | None:
    code = value.strip().upper()
    return code if re.fullmatch("([A-Z]{2})?", code) else None


_CHECKS: dict[str, ColumnCheck] = {
    "enabledUser": _boolean,
    "userIds": _user_ids,
    "grades": _grades,
    "subjects": _texts,
    "subjectCodes": _texts,
    "birthDate": _date,
    **{column: _race(column) for column in RACES},
    "hispanicOrLatinoEthnicity": _boolean,
    "countryOfBirthCode": _country,
    "publicSchoolResidenceStatus": _listed(RESIDENCES),
}


def column_check(column: str, version: str) -> ColumnCheck:
    """What a column of that version takes from a custom field."""
    if column == "sex":
        return _sex(version)
    if column == "role":
        return _listed(STAFF_ROLES[version])
    return _CHECKS.get(column, _text)
