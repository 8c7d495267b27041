"""Several enrollments of one person in one class become one: joined days, a key that stays, a finding."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from psconnect.model.entities import ENROLLMENT
from psconnect.model.problems import Fate, Problem
from psconnect.store.reading import staging
from psconnect.store.reading.same_class import settle_same_class
from tests.store.districts import rosters

TODAY = date(2026, 11, 18)
Row = tuple[int, str, str]
"""(key, begin, end)"""
Staged = dict[int, tuple]
"""Key -> (fate, rule, begin, end), of teachers also whether they are primary."""


def settle(
    rows: list[Row],
    delivered: tuple[int, ...] = (),
    today: date = TODAY,
    people: tuple[int, ...] = (),
    kept: tuple[int, ...] = (),
) -> tuple[list[Problem], Staged]:
    """One class (key 900 at school 1): the findings, and (fate, rule, begin, end) of each enrollment by key."""
    with rosters() as (path, db):
        stage = staging.Staging(path)
        staged = []
        for place, (key, begin, end) in enumerate(rows):
            values = dict.fromkeys(ENROLLMENT.attributes, "")
            values |= {"sourcedId": str(key), "beginDate": begin, "endDate": end, "primary": str(key == -2).lower()}
            person = people[place] if people else 431
            values |= {"classSourcedId": "900", "userSourcedId": f"{'S' if key > 0 else 'T'}{person}"}
            who = (person, None) if key > 0 else (None, person)
            staged.append((key, Fate.IN, None, msgspec.json.encode(list(values.values())), 900, *who))
        stage.rows(ENROLLMENT, staged)
        with stage.database() as inner:
            inner.execute("INSERT INTO stage_class VALUES (900, 0, NULL, x'5b5d', 7, 1, 11)")
        stage.finish()
        for key in delivered:
            of_key = [one[3] for one in staged if one[0] == key]
            db.execute("INSERT INTO ledger VALUES (?, ?, ?)", [ENROLLMENT.rank, key, *(of_key or [b"[]"])])
        staging.attach(db, path)
        for key in kept:
            # What can't be read need not tell its class or its person.
            db.execute(
                "UPDATE stage.stage_enrollment SET fate = 2, rule = 'unreadable', class = NULL, student = NULL, "
                "teacher = NULL, record = x'5b5d' WHERE key = ?",
                [key],
            )
        problems = settle_same_class(db, today)
        found: Staged = {}
        for key, fate, rule, record in db.execute("SELECT key, fate, rule, record FROM stage.stage_enrollment"):
            if fate == Fate.KEPT:
                found[key] = (fate, rule)
                continue
            named = dict(zip(ENROLLMENT.attributes, msgspec.json.decode(record), strict=True))
            found[key] = (fate, rule, named["beginDate"], named["endDate"])
            if key < 0:
                found[key] += (named["primary"],)
        assert db.execute("SELECT count(*) FROM temp.sqlite_master WHERE name = 'twice'").fetchone() == (0,)
        staging.detach(db, path)
        return problems, found


FIRST, SECOND = (5, "2026-08-17", "2027-01-16"), (9, "2026-09-01", "2027-06-12")


@pytest.mark.parametrize(
    ("rows", "begin", "end"),
    [
        ([FIRST, SECOND], "2026-08-17", "2027-06-12"),  # overlapping
        ([SECOND, FIRST], "2026-08-17", "2027-06-12"),  # in any order
        (
            [FIRST, (9, "2027-01-16", "2027-06-12")],
            "2026-08-17",
            "2027-06-12",
        ),  # touching
        ([FIRST, (9, "2026-08-17", "2027-01-16")], "2026-08-17", "2027-01-16"),  # the very same
        ([FIRST, (9, "2026-10-01", "2026-12-01")], "2026-08-17", "2027-01-16"),  # one within the other
        ([(5, "2026-08-17", ""), SECOND], "2026-08-17", ""),  # without an end
        ([FIRST, SECOND, (10, "2027-06-12", "2027-06-20")], "2026-08-17", "2027-06-20"),  # three in a row
    ],
)
def test_the_same_enrollment_twice_is_one_with_the_days_of_both(rows: list[Row], begin: str, end: str) -> None:
    problems, found = settle(rows)
    assert found[5] == (Fate.IN, None, begin, end)
    assert {one[:2] for key, one in found.items() if key != 5} == {(Fate.LEFT_OUT, "enrollment-joined")}
    assert problems == [Problem("enrollment-twice", "enrollment", 5, 1)]


def test_the_one_that_was_delivered_stays_the_one() -> None:
    """Its id is known to the receiver; of several delivered, and of several new, the oldest."""
    for delivered, stays in (((), 5), ((9,), 9), ((5, 9), 5)):
        problems, found = settle([FIRST, SECOND], delivered)
        assert [key for key, one in found.items() if one[0] == Fate.IN] == [stays]
        assert found[stays][2:] == ("2026-08-17", "2027-06-12")
        assert [problem.key for problem in problems] == [stays]


AUTUMN, SPRING = (5, "2026-08-17", "2026-10-01"), (9, "2026-11-01", "2027-06-12")


@pytest.mark.parametrize(
    ("today", "stays"), [("2026-09-01", 5), ("2026-10-15", 9), ("2026-11-18", 9), ("2027-06-12", 9)]
)
def test_who_left_and_came_back_is_in_the_class_as_of_today(today: str, stays: int) -> None:
    """Between the two it is the next one, at last the one that ended last; nothing about it is wrong."""
    problems, found = settle([AUTUMN, SPRING], today=date.fromisoformat(today))
    other = 14 - stays
    assert found[stays][:2] == (Fate.IN, None)
    assert found[other][:2] == (Fate.LEFT_OUT, "enrollment-other-time")
    assert found[stays][2:] == {5: AUTUMN[1:], 9: SPRING[1:]}[stays]
    assert problems == []


def test_two_students_or_a_student_and_a_teacher_are_two() -> None:
    _problems, found = settle([FIRST, SECOND], people=(431, 432))
    assert {one[0] for one in found.values()} == {Fate.IN}
    problems, found = settle([FIRST, (-9, "2026-09-01", "2027-06-12")])
    assert {one[0] for one in found.values()} == {Fate.IN}
    assert problems == []


def test_a_teacher_who_is_in_a_class_twice_is_once_and_primary_if_one_of_them_was() -> None:
    """Their end is the last day there, so the next day follows without a gap; they may have no dates at all."""
    problems, found = settle([(-1, "", "2026-12-31"), (-2, "2027-01-01", "")])
    assert found == {
        -1: (Fate.IN, None, "", "", "true"),
        -2: (Fate.LEFT_OUT, "enrollment-joined", "2027-01-01", "", "true"),
    }
    assert problems == [Problem("enrollment-twice", "enrollment", -1, 1)]


def test_a_teacher_is_there_on_the_last_day() -> None:
    """The first one of today counts, not the one to come; only students' last day is the day after."""
    later = (-9, "2027-01-11", "2027-06-12")
    for today, stays in ((TODAY, -2), (date(2026, 11, 19), -9)):
        _problems, found = settle([(-2, "2026-08-17", "2026-11-18"), later], today=today)
        assert [key for key, one in found.items() if one[0] == Fate.IN] == [stays]


def test_who_is_primary_stays_so_whichever_enrollment_is_delivered() -> None:
    later = (-9, "2027-01-11", "2027-06-12")
    _problems, found = settle([(-2, "2026-08-17", "2026-11-18"), later], today=date(2026, 11, 19))
    assert found[-9] == (Fate.IN, None, "2027-01-11", "2027-06-12", "true")


def test_nobody_is_in_a_class_anew_who_stays_there_as_delivered() -> None:
    """The enrollment that was delivered can't be read and so stays; a new one would be the second."""
    _problems, found = settle([FIRST, SECOND], delivered=(5,), kept=(5,))
    assert found[5][:2] == (Fate.KEPT, "unreadable")
    assert found[9][:2] == (Fate.LEFT_OUT, "enrollment-joined")
    # Where that one is over, the new one is needed.
    assert settle([AUTUMN, SECOND], delivered=(5,), kept=(5,))[1][9][0] == Fate.IN
    # Neither where it was never delivered, nor to another person, nor is anything taken away that was delivered.
    assert settle([FIRST, SECOND], kept=(5,))[1][9][0] == Fate.IN
    assert settle([FIRST, SECOND], delivered=(5,), kept=(5,), people=(431, 432))[1][9][0] == Fate.IN
    assert settle([FIRST, SECOND], delivered=(5, 9), kept=(5,))[1][9][0] == Fate.IN
