"""What a connection chose for Moodle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

COURSE_ROLES = ("student", "teacher", "co-teacher")
"""What a person can be in a Moodle course, as the settings name it."""
COHORT_TITLE = "{field}: {value}"
SHORT_NAME = "{code}-{id}"
CohortOf = Literal["student", "staff"]


@dataclass(frozen=True)
class CohortChoice:
    """A field whose values become cohorts.

    Attributes:
        people: whose field it is.
        field: ``grade``, ``school``, or the label of a custom field.
        title: pattern of a cohort's name, with ``{field}`` and ``{value}``.
    """

    people: CohortOf
    field: str
    title: str


@dataclass(frozen=True)
class MoodleChoices:
    """A connection's choices.

    Attributes:
        categories: ``school``, ``school-year`` or ``one``.
        category: the name of the one category; empty otherwise.
        short_name: pattern of a course's short name, with ``{code}``, ``{school}``, ``{year}`` and ``{id}``.
        group_mode: of a course that holds several classes: empty, ``separate`` or ``visible``.
        dated: whether enrollments have a first and a last day.
        cohorts: fields whose values become cohorts.
        id_prefix: stands in front of every id of this connection.
    """

    categories: str = "school"
    category: str = ""
    short_name: str = SHORT_NAME
    group_mode: str = "visible"
    dated: bool = False
    cohorts: tuple[CohortChoice, ...] = ()
    id_prefix: str = ""


def moodle_choices(settings: Mapping[str, Any], id_prefix: str) -> MoodleChoices:
    """The choices in a connection's settings, defaults filled in."""
    mode = settings["group_mode"]
    return MoodleChoices(
        settings["categories"],
        settings["category"],
        settings["short_name"].strip() or SHORT_NAME,
        "" if mode == "none" else mode,
        settings["enrollment_dates"],
        tuple(_cohort(row) for row in settings["cohorts"]),
        id_prefix,
    )


def _cohort(row: Mapping[str, Any]) -> CohortChoice:
    return CohortChoice(row["people"], row["field"], row.get("name") or COHORT_TITLE)
