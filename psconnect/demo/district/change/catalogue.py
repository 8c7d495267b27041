"""Which changes there are, and what each says once it is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final, Literal

from psconnect.demo.district.change.closing import close_school
from psconnect.demo.district.change.desk import Desk
from psconnect.demo.district.change.rollover import roll_over
from psconnect.demo.district.change.students import class_changes, leavers, names, new_students, transfers
from psconnect.demo.district.rows import chance

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

#: The most students one change of single students takes.
LARGEST_CHANGE: Final = 1000


@dataclass(frozen=True, slots=True)
class ChangeKind:
    """One kind of change: its name, what a person reads, and whether it takes a number of students or a school."""

    kind: str
    label: str
    help: str
    takes: Literal["count", "school", "nothing"] = "count"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change has done: a sentence, the numbers in it, and the day the server is to show from now on."""

    kind: str
    sentence: str
    counts: dict[str, int] = field(default_factory=dict)
    today: date | None = None


CHANGES: Final = {
    one.kind: one
    for one in (
        ChangeKind("new-students", "New students", "Enroll new students today, each with a contact and classes."),
        ChangeKind(
            "class-changes", "Drops and changes of class",
            "Let students drop a class each; every second one changes to a parallel section. "
            "Dropped classes get a negative section and term, as in PowerSchool.",
        ),
        ChangeKind("transfers", "Transfers", "Move students to another school of the district, with other classes."),
        ChangeKind("leavers", "Students who leave", "Transfer students out of the district; their classes end today."),
        ChangeKind(
            "names", "New names", "Give students, and some staff, another family name, account and mail address."
        ),
        ChangeKind(
            "close-school", "A school closes",
            "Move its students to other schools of their grade, or out of the district where there is none; "
            "its staff moves along.", "school",
        ),
        ChangeKind(
            "rollover", "Rollover to the next year",
            "Move everybody up a grade; grade 12 graduates, children begin in the lowest grade, and there are new "
            "sections for all. The server’s date becomes the first day of school.", "nothing",
        ),
    )
}  # fmt: skip

_SINGLE: Final[dict[str, tuple[Callable[[Desk, int], dict[str, int]], str]]] = {
    "new-students": (new_students, "{students:,} new students were enrolled, in {classes:,} classes."),
    "class-changes": (class_changes, "{dropped:,} students dropped a class; {changed:,} of them took a parallel one."),
    "transfers": (transfers, "{students:,} students moved to another school of the district."),
    "leavers": (leavers, "{students:,} students left the district."),
    "names": (names, "{students:,} students and {staff:,} staff have other names and mail addresses."),
}


def change_district(
    database: sqlite3.Connection, kind: str, *, today: date, seed: int, count: int = 10, school: int | None = None
) -> Outcome:
    """Make one change inside the transaction that is open on ``database``.

    Args:
        database: the district's file, open for writing.
        kind: one of ``CHANGES``.
        today: the day on which it happens.
        seed: another one chooses other people.
        count: how many students it is about, 1 to 1,000; there may be fewer who can.
        school: the School_Number of the school that closes; one is chosen if there is none.

    Raises:
        ValueError: for an unknown kind, a senseless number, or a school that cannot close.

    """
    if kind not in CHANGES:
        message = f"There is no change {kind!r}; known are {', '.join(CHANGES)}."
        raise ValueError(message)
    if not 1 <= count <= LARGEST_CHANGE:
        message = f"A change is about 1 to {LARGEST_CHANGE:,} students, not {count:,}."
        raise ValueError(message)
    desk = Desk(database, chance(seed, count, f"change/{kind}"), today)
    if kind == "rollover":
        return _rolled_over(desk)
    if kind == "close-school":
        return _closed(desk, school)
    make, sentence = _SINGLE[kind]
    counts = make(desk, count)
    return Outcome(kind, sentence.format(**counts), counts)


def _rolled_over(desk: Desk) -> Outcome:
    year, counts = roll_over(desk)
    sentence = (
        "It is {first} now, the first day of the school year {year}. {students:,} students moved up, {graduates:,} "
        "graduated, {new:,} are new; {sections:,} sections were opened."
    )
    named = f"{year.start_year}-{year.start_year + 1}"
    text = sentence.format(first=year.first_day.isoformat(), year=named, **counts)
    return Outcome("rollover", text, counts, year.first_day)


def _closed(desk: Desk, number: int | None) -> Outcome:
    school, counts = close_school(desk, number)
    sentence = "{name} ({number}) has closed. {moved:,} students moved to other schools, {left:,} left the district."
    return Outcome("close-school", sentence.format(name=school.name, number=school.number, **counts), counts)
