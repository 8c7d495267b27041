"""School Data Sync's own words and forms: grades, sexes, flags, phones, dates (Microsoft: SDS V2.1 CSV file format).

Each function gives the value as School Data Sync takes it, or None where it would take out the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache

_GRADES = frozenset(
    (
        *("it", "pr", "pk", "tk", "kg", *(f"{number:02d}" for number in range(1, 15))),
        *("ps", "ug", "other", "ps1", "ps2", "ps3", "ps4"),
        *("undergraduate", "graduate", "postgraduate", "alumni", "adulteducation"),
    )
)
SDS_SESSIONS = frozenset({"schoolYear", "semester", "term", "gradingPeriod", "quarter"})
SDS_ORGS = frozenset(
    (
        *("school", "ministryOfEducation", "localAuthority", "department", "university", "region", "district"),
        *("college", "division", "local", "campus", "province", "state", "adultEducation", "researchCenter"),
        *("national", "municipality", "program", "departmentOfEducation", "academicTrust"),
    )
)
CLASS_ROLES = {"student": "student", "teacher": "teacher", "aide": "teacherAssistant"}
"""The role of an enrollment -> School Data Sync's; co-teachers are teachers there."""
SDS_STAFF_ROLES = ("staff", "administrator", "officeStaff", "faculty", "other")
"""The roles that other staff can be given."""
RELATIONSHIP_ROLES = frozenset({"parent", "guardian", "relative", "other", "doctor", "aide"})
FLAGS = ("iep", "freeLunch")
"""Flags that a custom field of that name sets; ``flag.NAME`` sets any other."""

_SEXES = {"m": "male", "f": "female", "x": "notSelected", "n": "notSelected"}
_SEXES |= {word: word for word in ("male", "female")} | {"notselected": "notSelected", "other": "notSelected"}
_RACES = {
    "i": "americanIndianOrAlaskaNative",
    "a": "asian",
    "b": "blackOrAfricanAmerican",
    "p": "nativeHawaiianOrOtherPacificIslander",
    "w": "white",
    "m": "demographicRaceTwoOrMoreRaces",
}
_ETHNICITIES = {"1": "hispanicOrLatinoEthnicity", "y": "hispanicOrLatinoEthnicity", "0": "", "n": "", "-1": ""}
_YES = frozenset({"1", "y", "yes", "t", "true", "on"})
_NO = frozenset({"0", "n", "no", "f", "false", "off", "-1"})
_LUNCH = {"f": True, "fdc": True, "p": False, "r": False, "rdc": False}
"""PowerSchool's codes of Students.LunchStatus: free, directly certified, paid, reduced."""
_EXTENSION = re.compile(r"(?i)\s*(?:;?\s*ext?\.?|x|#)\s*\d{1,6}\s*$")
_DIGITS = re.compile(r"\+?[0-9]+")
_PHONE_SIGNS = re.compile(r"[\s().\-/]")
_LONGEST_PHONE = 15
_NATIONAL = 10
"""Digits of a number in the countries with the code 1, without that code."""


@lru_cache(maxsize=256)  # asked for every student
def grade_of(value: str) -> str | None:
    """A grade level: ``KG`` is ``kg``, ``1`` is ``01``."""
    word = value.strip().lower()
    if word.isdecimal() and word.isascii():
        word = f"{int(word):02d}"
    if word == "adulteducation":
        return "adultEducation"
    return word if word in _GRADES else None


def sex_of(value: str) -> str | None:
    """PowerSchool's letter or School Data Sync's own word."""
    return _SEXES.get(value.strip().lower().replace(" ", ""))


def race_of(value: str) -> str | None:
    """PowerSchool's letter of an ethnicity; any other word as it is."""
    return _RACES.get(value.strip().lower(), value.strip())


def ethnicity_of(value: str) -> str | None:
    """PowerSchool's answer to the federal question for Hispanic or Latino; any other word as it is."""
    return _ETHNICITIES.get(value.strip().lower(), value.strip())


def iso_day(value: str) -> str | None:
    """A date, as ``2026-08-17``; also PowerSchool's ``8/17/2026``."""
    text = value.strip()
    if found := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text):
        text = f"{found[3]}-{int(found[1]):02d}-{int(found[2]):02d}"
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def as_it_is(value: str) -> str | None:
    """A text, as it is."""
    return value


def is_set(flag: str, value: str) -> bool | None:
    """Whether a flag is set; for ``freeLunch`` also by PowerSchool's lunch status."""
    word = value.strip().lower()
    if flag == "freeLunch" and word in _LUNCH:
        return _LUNCH[word]
    return True if word in _YES else False if word in _NO else None


def has_extension(value: str) -> bool:
    """Whether a phone number ends with an extension, which E.164 has no place for."""
    return bool(_EXTENSION.search(value))


def phone_of(country: str) -> Callable[[str], str | None]:
    """A function that gives a number in E.164 (``+15550100199``); ``country`` is the code of numbers without one.

    An extension is left out. A number that can't be told to be whole is none: 555-0101 lacks its area code.
    """

    def phone(value: str) -> str | None:
        digits = _PHONE_SIGNS.sub("", _EXTENSION.sub("", value.strip()))
        if not _DIGITS.fullmatch(digits):
            return None
        if not digits.startswith("+"):
            national = digits
            if country == "1":
                national = digits[1:] if len(digits) == _NATIONAL + 1 and digits[0] == "1" else digits
                if len(national) != _NATIONAL:
                    return None
            elif digits.startswith("0"):
                national = digits.lstrip("0")
            digits = f"+{country}{national}"
        return digits if 8 <= len(digits) <= _LONGEST_PHONE + 1 and digits[1] != "0" else None  # noqa: PLR2004 - with "+"

    return phone
