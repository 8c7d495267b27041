"""How many records each rule leaves out, and how many of those that should be in can't be used, counted by hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from psconnect.model.entities import BY_KEY, ENTITIES
from psconnect.model.problems import Fate, Problem
from psconnect.model.roster_rules import NO_RULES, RosterRules
from psconnect.store.reading import references, staging
from psconnect.store.reading.fate_counts import count_fates
from tests.store.districts import record, rosters

STUDENTS = {
    1: (Fate.IN, None, 1),
    2: (Fate.IN, None, 1),
    3: (Fate.IN, None, 99),
    4: (Fate.KEPT, "unreadable", 1),
    5: (Fate.KEPT, "missing-required", 1),
    6: (Fate.LEFT_OUT, "inactive", 1),
    7: (Fate.LEFT_OUT, "goes-along:school:other", 1),
    8: (Fate.LEFT_OUT, "goes-along:school:inactive", 1),
}


def test_counts_per_rule_and_of_what_can_not_be_used() -> None:
    with rosters() as (path, db):
        stage = staging.Staging(path)
        district: dict[str, dict[int, tuple]] = {"school": {1: (Fate.IN, None)}, "student": STUDENTS}
        for entity in ENTITIES:
            rows = district.get(entity.key, {})
            stage.rows(entity, [(k, f, rule, record(entity, k, "", r), *r) for k, (f, rule, *r) in rows.items()])
        stage.finish()
        staging.attach(db, path)
        problems = references.resolve_references(db)
        counts = count_fates(db)
        assert problems == [Problem("orphan", "student", 3, 99, "school")]
        of_students = {"orphan": 1, "unreadable": 1, "missing-required": 1, "inactive": 1, "goes-along": 2}
        assert counts.left_out == {**{entity.key: {} for entity in ENTITIES}, "student": of_students}
        # Three of five: those on purpose left out count neither way.
        assert (counts.rejected, counts.inside) == ({"student": 3}, {"student": 2})
        total = replace(counts, left_out={**counts.left_out, "teacher": {"inactive": 4}}).totals
        assert total == {**of_students, "inactive": 5}
        assert list(total) == sorted(total)
        staging.detach(db, path)


def test_only_contacts_and_relationships_without_a_school_are_given_one() -> None:
    found = [
        Problem("missing-reported", "contact", 1, None, "email"),
        Problem("missing-reported", "contact", 2, 9, "email"),
        Problem("missing-reported", "student", 1, None, "email"),
        Problem("missing-reported", "teacher", 2, None, "email"),
    ]
    with rosters() as (path, db):
        stage = staging.Staging(path)
        rows: dict[str, dict[int, tuple]] = {
            "school": {1: ()}, "student": {1: (1,), 3: (1,)}, "contact": {1: (), 2: ()},
            "relationship": {1: (1, 1), 2: (3, 2)},
        }  # fmt: skip
        for key, of_entity in rows.items():
            entity = BY_KEY[key]
            stage.rows(
                entity, [(k, Fate.IN, None, record(entity, k, "", refs), *refs) for k, refs in of_entity.items()]
            )
        stage.finish()
        staging.attach(db, path)
        problems = references.resolve_references(db, NO_RULES, found)
        staging.detach(db, path)
    assert [problem.school for problem in problems] == [1, 9, None, None]


Staged = tuple[int, str | None]
"""(fate, rule)"""


def resolve(
    rows_of: dict[str, dict[int, tuple]],
    rules: RosterRules = NO_RULES,
    delivered: Iterable[tuple[str, int]] = (),
    found: Iterable[Problem] = (),
) -> tuple[list[Problem], dict[str, dict[int, Staged]]]:
    """Resolve staged rows (fate, rule, references …); the findings, and what became of each record."""
    with rosters() as (path, db):
        for name, number in delivered:
            db.execute("INSERT INTO ledger VALUES (?, ?, x'5b5d')", [BY_KEY[name].rank, number])
        stage = staging.Staging(path)
        for key, rows in rows_of.items():
            entity = BY_KEY[key]
            stage.rows(entity, [(k, f, rule, record(entity, k, "", r), *r) for k, (f, rule, *r) in rows.items()])
        stage.finish()
        staging.attach(db, path)
        problems = references.resolve_references(db, rules, found)
        staged = {
            key: {k: (fate, rule) for k, fate, rule in db.execute(f"SELECT key, fate, rule FROM stage.stage_{key}")}
            for key in rows_of
        }
        staging.detach(db, path)
        return problems, staged


def test_the_rule_tells_why_the_other_record_is_not_there() -> None:
    schools: dict[int, tuple] = {
        1: (Fate.IN, None),
        2: (Fate.LEFT_OUT, "missing-required"),
        3: (Fate.KEPT, "unreadable"),
        4: (Fate.KEPT, "unreadable"),
    }
    students: dict[int, tuple] = {key: (Fate.IN, None, school) for key, school in enumerate((1, 2, 3, 4, 99, None), 1)}
    students[7] = (Fate.KEPT, "unreadable", 2)
    problems, found = resolve({"school": schools, "student": students}, delivered=[("school", 4), ("student", 3)])
    assert found["student"] == {
        1: (Fate.IN, None),
        2: (Fate.LEFT_OUT, "goes-along:school:missing-required"),
        3: (Fate.KEPT, "waits-for"),
        4: (Fate.IN, None),
        5: (Fate.KEPT, "orphan"),
        6: (Fate.IN, None),
        # Nobody has to mend a record that is left out anyway.
        7: (Fate.LEFT_OUT, "goes-along:school:missing-required"),
    }
    assert problems == [
        Problem("waits-for", "student", 3, 3, "school"),
        Problem("orphan", "student", 5, 99, "school"),
    ]


LEFT, MISSING, WAITING, KEPT, NEW = 1, 2, 3, 4, 5
"""Classes and students: left out, not there, kept but never delivered, kept as delivered, in but not delivered yet."""


@pytest.mark.parametrize(
    ("of_class", "student", "expected"),
    [
        (LEFT, MISSING, (Fate.LEFT_OUT, "goes-along:class:no-such-thing")),
        (MISSING, LEFT, (Fate.LEFT_OUT, "goes-along:student:inactive")),
        (LEFT, LEFT, (Fate.LEFT_OUT, "goes-along:class:no-such-thing")),
        (MISSING, WAITING, (Fate.KEPT, "orphan")),
        (WAITING, MISSING, (Fate.KEPT, "orphan")),
        (WAITING, KEPT, (Fate.KEPT, "waits-for")),
        (NEW, WAITING, (Fate.KEPT, "waits-for")),
        (NEW, KEPT, (Fate.IN, None)),
        (KEPT, NEW, (Fate.IN, None)),
        (KEPT, KEPT, (Fate.IN, None)),
    ],
)
def test_left_out_weighs_more_than_missing_and_missing_more_than_waiting(
    of_class: int, student: int, expected: Staged
) -> None:
    """What is kept and was delivered is there; an enrollment of a student has no teacher, and needs none."""
    fates = {LEFT: Fate.LEFT_OUT, WAITING: Fate.KEPT, KEPT: Fate.KEPT, NEW: Fate.IN}
    classes = {key: (fate, "no-such-thing" if fate else None, 1, 1, 1) for key, fate in fates.items()}
    students = {key: (fate, "inactive" if fate else None, 1) for key, fate in fates.items()}
    one = {1: (Fate.IN, None, 1)}
    rows: dict[str, dict[int, tuple]] = {
        "school": {1: (Fate.IN, None)},
        "calendar": one,
        "course": one,
        "class": classes,
        "student": students,
        "enrollment": {7: (Fate.IN, None, of_class, student, None)},
    }
    problems, found = resolve(rows, delivered=[("class", KEPT), ("student", KEPT)])
    assert found["enrollment"] == {7: expected}
    fate, rule = expected
    assert [problem.rule for problem in problems] == ([rule] if fate == Fate.KEPT else [])


def test_who_has_no_student_is_compared_with_no_other_contact() -> None:
    """A contact without a student goes before contacts have to differ, so the other one stays that is like it.

    The student of the one goes along with the school.
    """
    rows: dict[str, dict[int, tuple]] = {
        "school": {1: (Fate.IN, None), 2: (Fate.LEFT_OUT, "school-not-chosen")},
        "student": {1: (Fate.IN, None, 1), 2: (Fate.IN, None, 2)},
        "contact": dict.fromkeys((1, 2), (Fate.IN, None)),
        "relationship": {1: (Fate.IN, None, 2, 1), 2: (Fate.IN, None, 1, 2)},
    }
    alike = BY_KEY["contact"].attributes[-1]
    with rosters() as (path, db):
        stage = staging.Staging(path)
        for key, of_entity in rows.items():
            entity = BY_KEY[key]
            stage.rows(
                entity, [(k, f, rule, record(entity, k, "one", r), *r) for k, (f, rule, *r) in of_entity.items()]
            )
        stage.finish()
        staging.attach(db, path)
        problems = references.resolve_references(db, RosterRules(domains={"contact": (alike,)}))
        contacts = db.execute("SELECT key, fate, rule FROM stage.stage_contact ORDER BY key").fetchall()
        staging.detach(db, path)
    assert contacts == [(1, Fate.LEFT_OUT, "contact-without-student"), (2, Fate.IN, None)]
    assert problems == []


def test_a_relationship_that_is_not_in_brings_no_contact() -> None:
    """It can't be read, or its student waits: then the contact is not delivered for it, and does not wait either."""
    rows: dict[str, dict[int, tuple]] = {
        "student": {1: (Fate.IN, None, None), 2: (Fate.KEPT, "unreadable", None)},
        "contact": dict.fromkeys((1, 2, 3), (Fate.IN, None)),
        "relationship": {
            1: (Fate.IN, None, 1, 1),
            2: (Fate.KEPT, "unreadable", 1, 2),
            3: (Fate.IN, None, 2, 3),
        },
    }
    problems, found = resolve(rows)
    without = (Fate.LEFT_OUT, "contact-without-student")
    assert found["contact"] == {1: (Fate.IN, None), 2: without, 3: without}
    assert found["relationship"][3] == (Fate.KEPT, "waits-for")
    assert [problem.key for problem in problems] == [3]


def test_only_classes_that_somebody_teaches_and_courses_that_are_used_where_that_is_wanted() -> None:
    """An assignment that can't be read is as good as one that can; one of a teacher who is left out is none."""
    one = {1: (Fate.IN, None, 1)}
    rows: dict[str, dict[int, tuple]] = {
        "school": {1: (Fate.IN, None)},
        "calendar": one,
        "course": dict.fromkeys((1, 2, 3, 4), (Fate.IN, None, 1)),
        "class": {
            **dict.fromkeys((1, 2, 3, 4, 5), (Fate.IN, None, 1, 1, 1)),
            6: (Fate.KEPT, "unreadable", 2, 1, 1),
            7: (Fate.LEFT_OUT, "filtered", 3, 1, 1),
        },
        "teacher": {1: (Fate.IN, None), 2: (Fate.LEFT_OUT, "inactive"), 3: (Fate.KEPT, "unreadable")},
        "student": one,
        "enrollment": {
            -1: (Fate.IN, None, 1, None, 1),
            -2: (Fate.IN, None, 2, None, 2),
            -3: (Fate.KEPT, "unreadable", 3, None, None),
            -4: (Fate.LEFT_OUT, "ended", 4, None, 1),
            -5: (Fate.KEPT, "unreadable", None, None, 1),
            -6: (Fate.IN, None, 6, None, 3),
            1: (Fate.IN, None, 5, 1, None),
        },
    }
    both = RosterRules(taught_classes_only=True, used_courses_only=True)
    _problems, found = resolve(rows, both)
    left = {key for key, (fate, rule) in found["class"].items() if (fate, rule) == (1, "class-not-taught")}
    assert left == {2, 4, 5}
    assert {key for key, one in found["course"].items() if one == (1, "course-not-used")} == {3, 4}
    assert found["enrollment"][1] == (Fate.LEFT_OUT, "goes-along:class:class-not-taught")
    _problems, found = resolve(rows)
    assert {fate for key, (fate, _rule) in found["class"].items() if key < 6} == {Fate.IN}
    assert {fate for fate, _rule in found["course"].values()} == {Fate.IN}


def test_the_school_of_a_finding_is_that_of_a_student_who_is_delivered_if_any_is() -> None:
    """In the order of relationships; a student without a school says nothing. Who goes along is no finding."""
    found = [
        Problem("missing-reported", entity, key, None, "x")
        for entity in ("contact", "relationship")
        for key in (1, 2, 3)
    ]
    students: dict[int, tuple] = {
        1: (Fate.LEFT_OUT, "inactive", 1),
        2: (Fate.IN, None, 2),
        3: (Fate.IN, None, 3),
        4: (Fate.IN, None, None),
    }
    links = {1: (1, 1), 2: (3, 1), 3: (2, 1), 4: (4, 2), 5: (2, 2)}
    rows: dict[str, dict[int, tuple]] = {
        "school": dict.fromkeys((1, 2, 3), (Fate.IN, None)),
        "student": students,
        "contact": dict.fromkeys((1, 2, 3), (Fate.IN, None)),
        "relationship": {key: (Fate.IN, None, *refs) for key, refs in links.items()},
    }
    problems, _staged = resolve(rows, found=found)
    schools = {(one.entity, one.key): one.school for one in problems if one.rule == "missing-reported"}
    assert schools == {
        ("contact", 1): 3,
        ("contact", 2): 2,
        ("relationship", 2): 3,
        ("relationship", 3): 2,
    }
