"""Students in classes of other schools: the order of their schools, what of it stays, and who is a guest."""

from __future__ import annotations

from typing import Any

import pytest

from psconnect.model.problems import Fate, Problem
from psconnect.model.roster_rules import RosterRules
from tests.store.districts import apply, rosters
from tests.store.reading.test_references import resolve
from tests.store.test_pointers import Rows, changed, plan, told

IN, OUT, KEPT = Fate.IN, Fate.LEFT_OUT, Fate.KEPT
Staged = dict[str, dict[int, tuple]]


def district(student: Fate = IN) -> Rows:
    """A student at home in school 2, in a class of school 3 and in two of school 1."""
    student_in = {"userSourcedId": "5", "schoolSourcedId": ""}
    return {
        "school": {key: (IN, {}) for key in (1, 2, 3)},
        "class": {10 + key: (IN, {"schoolSourcedId": school}) for key, school in enumerate("311")},
        "student": {5: (student, {"schoolSourcedIds": "2"}), 6: (IN, {"schoolSourcedIds": "2"})},
        "enrollment": {20 + key: (IN, {**student_in, "classSourcedId": str(10 + key)}) for key in range(3)},
    }


def planned(rows: Rows, entity: str, key: int, fate: Fate) -> Rows:
    """The same district with another fate for one record."""
    return {**rows, entity: {**rows[entity], key: (fate, rows[entity][key][1])}}


def schools_after(*changes: tuple[str, int, Fate], delivered: bool = True) -> str:
    """The student's schools once these records have another fate, after a delivery of the whole district."""
    with rosters() as (path, db):
        if delivered:
            apply(db, plan(path, db, district()))
        rows = district()
        for entity, key, fate in changes:
            rows = planned(rows, entity, key, fate)
        apply(db, plan(path, db, rows))
        assert changed(db, plan(path, db, rows)) == set(), "it comes to rest"
        return told(db, "student", "schoolSourcedIds")[5]


def test_the_home_school_is_first_and_the_others_follow_by_key() -> None:
    with rosters() as (path, db):
        apply(db, plan(path, db, district()))
        assert told(db, "student", "schoolSourcedIds") == {5: "2,1,3", 6: "2"}


def test_only_enrollments_that_are_delivered_name_a_school() -> None:
    assert schools_after(("enrollment", 20, OUT)) == "2,1"
    assert schools_after(("enrollment", 21, OUT)) == "2,1,3", "there is another class at that school"
    assert schools_after(("class", 10, OUT)) == "2,1"
    assert schools_after(("enrollment", 20, KEPT)) == "2,1,3", "it stays as it was delivered"
    assert schools_after(("enrollment", 20, KEPT), delivered=False) == "2,1"
    assert schools_after(("class", 10, KEPT)) == "2,1,3"
    assert schools_after(("class", 10, KEPT), delivered=False) == "2,1"


def test_a_school_that_goes_is_taken_out_of_the_list_and_never_takes_the_student_along() -> None:
    assert schools_after(("school", 3, OUT)) == "2,1"
    assert schools_after(("school", 3, OUT), ("student", 5, KEPT)) == "2,1"
    assert schools_after(("school", 1, OUT), ("student", 5, KEPT)) == "2,3"


def test_the_home_school_takes_a_student_along_who_can_not_be_read() -> None:
    with rosters() as (path, db):
        apply(db, plan(path, db, district()))
        rows = planned(planned(district(KEPT), "school", 2, OUT), "student", 6, OUT)
        apply(db, plan(path, db, rows))
        assert told(db, "student", "schoolSourcedIds") == {}
        assert told(db, "enrollment", "userSourcedId") == {}


def test_a_run_of_users_alone_names_no_school_that_is_not_delivered() -> None:
    with rosters() as (path, db):
        apply(db, plan(path, db, {**district(), "school": {1: (IN, {}), 2: (IN, {})}}))
        apply(db, plan(path, db, district(), "users"))
        assert told(db, "student", "schoolSourcedIds")[5] == "2,1"
        apply(db, plan(path, db, district()))
        assert told(db, "student", "schoolSourcedIds")[5] == "2,1,3"


def test_a_student_without_other_classes_is_left_as_shaped() -> None:
    with rosters() as (path, db):
        rows = {**district(), "enrollment": {}}
        apply(db, plan(path, db, rows))
        number = plan(path, db, {**rows, "enrollment": district()["enrollment"]})
        assert {one for one in changed(db, number) if one[0] == 5} == {(5, 5, 2)}, "an ordinary update"


# --- guests ----------------------------------------------------------------------------------------------------------

NOT_CHOSEN = "school-not-chosen"


def of_two_schools(*students: tuple[Any, ...], **others: dict[int, tuple]) -> Staged:
    """School 1 is chosen and has class 10, school 2 is not; students 1, 2 … are in that class."""
    return {
        "school": {1: (IN, None), 2: (OUT, NOT_CHOSEN)},
        "course": {7: (IN, None, 1)},
        "calendar": {8: (IN, None, 1)},
        "class": {10: (IN, None, 7, 1, 8)},
        "teacher": {},
        "student": dict(enumerate(students, start=1)),
        "contact": dict.fromkeys(range(1, len(students) + 1), (IN, None)),
        "relationship": {key: (IN, None, key, key) for key in range(1, len(students) + 1)},
        "enrollment": {30 + key: (IN, None, 10, key, None) for key in range(1, len(students) + 1)},
        **others,
    }


def test_guests_who_are_left_out_are_counted_once() -> None:
    rows = of_two_schools((OUT, NOT_CHOSEN, 2), (OUT, NOT_CHOSEN, 2), (IN, None, 1), (OUT, f"{NOT_CHOSEN}:filter", 2))
    problems, found = resolve(rows)
    assert problems == [Problem("guest-left-out", "student", 1, None, "in 1 class: 2 records")]
    left_out = (OUT, "guest-left-out")
    assert found["student"] == {1: left_out, 2: left_out, 3: (IN, None), 4: (OUT, f"{NOT_CHOSEN}:filter")}
    assert found["contact"][1] == (OUT, "contact-without-student")


@pytest.mark.parametrize(
    "others",
    [
        {"enrollment": {31: (OUT, "enrollment-ended", 10, 1, None)}},
        {"enrollment": {31: (IN, None, 11, 1, None)}, "class": {11: (IN, None, 7, 2, 8)}},
        {"class": {10: (OUT, "course-not-chosen", 7, 1, 8)}},
    ],
    ids=["left", "at her own school", "class is out"],
)
def test_who_is_in_no_class_of_a_chosen_school_is_no_guest(others: dict[str, dict[int, tuple]]) -> None:
    for fate, rule in ((OUT, NOT_CHOSEN), (IN, None)):
        problems, found = resolve(of_two_schools((fate, rule, 2), **others))
        assert problems == []
        assert found["student"] == {1: (OUT, NOT_CHOSEN)}
        assert found["contact"] == {1: (OUT, "contact-without-student")}


def test_a_guest_who_is_brought_in_is_there_with_all_that_belongs_to_her() -> None:
    problems, found = resolve(of_two_schools((IN, None, 2)))
    assert problems == []
    assert found["student"] == found["contact"] == {1: (IN, None)}
    assert found["relationship"] == {1: (IN, None)}
    assert found["enrollment"] == {31: (IN, None)}


def test_a_guest_goes_with_the_class_that_nobody_teaches() -> None:
    problems, found = resolve(of_two_schools((IN, None, 2)), RosterRules(taught_classes_only=True))
    assert problems == []
    assert found["class"] == {10: (OUT, "class-not-taught")}
    assert found["student"] == {1: (OUT, NOT_CHOSEN)}
    assert found["contact"] == {1: (OUT, "contact-without-student")}


def test_a_guest_who_lacks_something_is_left_out_for_that() -> None:
    _problems, found = resolve(of_two_schools((OUT, "missing-required", 2), (KEPT, "unreadable", 2)))
    assert found["student"] == {1: (OUT, "missing-required"), 2: (KEPT, "unreadable")}
