"""Ready-made conditions for filter rules: the most common ones, with the PowerSchool fields they need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from psconnect.model.bad_setting import hint_at
from psconnect.model.errors import FixSettings
from psconnect.model.filter_rules import FilterPart, is_days
from psconnect.wording.catalogue import marked

_SCHOOL_FIELD = {
    "student": "Students.SchoolID",
    "teacher": "Users.HomeSchoolId",
    "admin": "Users.HomeSchoolId",
    "course": "Courses.SchoolID",
    "class": "Sections.SchoolID",
    "calendar": "Terms.SchoolID",
}
_COURSE_FIELD = {"course": "Courses.Course_Number", "class": "Sections.Course_Number"}
_GRADES = {"pk": -1, "k": 0, "kg": 0}
"""Grade words; Students.Grade_Level is 0 in kindergarten and negative before it (docs/powerschool.md 16.2)."""


@dataclass(frozen=True)
class FilterTemplate:
    """A ready-made condition.

    Attributes:
        name: its name in the connection file.
        label: its name for people.
        asks: what its value has to be, in a few words; empty when it takes no value.
        entities: the entities it works for.
    """

    name: str
    label: str
    asks: str
    entities: tuple[str, ...]


_PEOPLE = ("student", "teacher", "admin", "contact")
TEMPLATES = (
    FilterTemplate("grades", marked("Grades"), marked('a list of grades, like ["K", 1, 2]'), ("student",)),
    FilterTemplate("schools", marked("Schools"), marked("a list of school numbers"), tuple(_SCHOOL_FIELD)),
    FilterTemplate("courses", marked("Courses"), marked("a list of course numbers"), tuple(_COURSE_FIELD)),
    FilterTemplate("has email", marked("Has an email address"), "", _PEOPLE),
    FilterTemplate("has username", marked("Has a username"), "", _PEOPLE),
    FilterTemplate("has number", marked("Has a number"), "", ("student", "teacher", "admin")),
    FilterTemplate(
        "entered in the last days", marked("Entered in the last days"), marked("a number of days"), ("student",)
    ),
    FilterTemplate("entered since", marked("Entered since"), marked("a date like 2026-08-17"), ("student",)),
)
"""All templates, in the order in which they are offered."""
_ATTRIBUTES = {"has email": "email", "has username": "username", "has number": "identifier"}


def templates_for(entity: str) -> list[FilterTemplate]:
    """The templates that an entity's rules can use."""
    return [template for template in TEMPLATES if entity in template.entities]


def condition_of(part: FilterPart, entity: str, where: str) -> FilterPart:
    """The condition a template stands for; raises FixSettings for an unknown name or a value that it can't use."""
    known = {template.name: template for template in templates_for(entity)}
    if part.template not in known:
        hint = hint_at(part.template, list(known))
        raise FixSettings(
            "PSC-SETTINGS-INVALID/template", where=where, template=part.template, entity=entity, place=where, hint=hint
        )
    asks = known[part.template].asks
    try:
        return _MADE_BY[part.template](part.value, entity)
    except (KeyError, TypeError, ValueError, OverflowError):
        key = "PSC-SETTINGS-INVALID/template-value" if asks else "PSC-SETTINGS-INVALID/template-takes-none"
        raise FixSettings(key, where=where, template=part.template, place=where, asks=asks) from None


def _grades(value: Any, _entity: str) -> FilterPart:
    return FilterPart(field="Students.Grade_Level", op="in", value=[_grade(one) for one in _listed(value)])


def _grade(value: Any) -> int:
    word = str(value).strip().casefold()
    return _GRADES[word] if word in _GRADES else int(word)


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise ValueError
    return value


def _schools(value: Any, entity: str) -> FilterPart:
    return FilterPart(field=_SCHOOL_FIELD[entity], op="in", value=[int(one) for one in _listed(value)])


def _courses(value: Any, entity: str) -> FilterPart:
    return FilterPart(field=_COURSE_FIELD[entity], op="in", value=[str(one) for one in _listed(value)])


def _has(name: str) -> Callable[[Any, str], FilterPart]:
    def made(value: Any, _entity: str) -> FilterPart:
        if value is not None:
            raise ValueError
        return FilterPart(attribute=_ATTRIBUTES[name], op="is not empty")

    return made


def _entered_within(value: Any, _entity: str) -> FilterPart:
    if not is_days(value):
        raise ValueError
    return FilterPart(field="Students.EntryDate", op="in the last", value=value)


def _entered_since(value: Any, _entity: str) -> FilterPart:
    day_before = date.fromisoformat(value) - timedelta(days=1)
    return FilterPart(field="Students.EntryDate", op="after", value=day_before.isoformat())


_MADE_BY: dict[str, Callable[[Any, str], FilterPart]] = {
    "grades": _grades,
    "schools": _schools,
    "courses": _courses,
    **{name: _has(name) for name in _ATTRIBUTES},
    "entered in the last days": _entered_within,
    "entered since": _entered_since,
}
