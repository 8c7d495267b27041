"""A plan by school and class, and what counts as another identity, against counts made by hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from psconnect.model.entities import BY_KEY, CALENDAR, ENROLLMENT, ENTITIES, SCHOOL
from psconnect.model.runs import ChangeCounts
from psconnect.store.plan import change_groups
from psconnect.store.plan.plan import Plan
from psconnect.store.plan.record_ids import names_by_id, school_names
from psconnect.sync import measures
from psconnect.sync.thresholds import thresholds_of
from tests.store.districts import begin, rosters

LIMITS = thresholds_of({})


class Book:
    """Roster data with a plan and a ledger written down row by row."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db, self.run, self.other = db, begin(db), begin(db)

    @property
    def plan(self) -> Plan:
        return Plan(self.db, self.run)

    def record(self, entity: str, key: int, **values: str) -> bytes:
        named: dict[str, Any] = {name: values.get(name, "") for name in BY_KEY[entity].attributes}
        named["sourcedId"] = values.get("sourcedId", BY_KEY[entity].sourced_id(key))
        return msgspec.json.encode(list(named.values()))

    def has(self, entity: str, key: int, **values: str) -> bytes:
        """The ledger has this record."""
        encoded = self.record(entity, key, **values)
        self.db.execute("INSERT INTO ledger VALUES (?, ?, ?)", [BY_KEY[entity].rank, key, encoded])
        return encoded

    def create(self, entity: str, key: int, **values: str) -> None:
        self._change(entity, key, 1, None, self.record(entity, key, **values))

    def update(self, entity: str, key: int, before: dict[str, str], after: dict[str, str]) -> None:
        self._change(entity, key, 2, self.has(entity, key, **before), self.record(entity, key, **after))

    def remove(self, entity: str, key: int, **values: str) -> None:
        self._change(entity, key, 3, self.has(entity, key, **values), None)

    def _change(self, entity: str, key: int, action: int, before: bytes | None, after: bytes | None) -> None:
        # The same in another run must not be counted; there it is twice, so that the counts differ.
        for run, place in ((self.run, key), (self.other, -key), (self.other, -1_000_000 - key)):
            values = [run, BY_KEY[entity].rank, place, action, before, after]
            self.db.execute("INSERT INTO change VALUES (?, ?, ?, ?, ?, ?)", values)


@pytest.fixture
def book() -> Iterator[Book]:
    with rosters() as (_path, db):
        yield Book(db)


@pytest.mark.parametrize("entity", ["student", "teacher", "admin", "contact"])
@pytest.mark.parametrize(
    ("before", "after", "counts"),
    [
        ({"email": "a@x.org"}, {"email": "b@x.org"}, True),
        ({"email": "a@x.org"}, {"email": ""}, True),
        ({"email": ""}, {"email": "b@x.org"}, False),
        ({"username": "a"}, {"username": "b"}, True),
        ({"identifier": "1"}, {"identifier": "2"}, True),
        ({"sourcedId": "1"}, {"sourcedId": "X1"}, True),
        ({"givenName": "A"}, {"givenName": "B"}, False),
        ({"username": "a", "email": "a"}, {"username": "b", "email": "b"}, True),
    ],
)
def test_another_identity_of_a_person(
    book: Book, entity: str, before: dict[str, str], after: dict[str, str], counts: bool
) -> None:
    book.update(entity, 1, before, after)
    book.create(entity, 2, email="c@x.org", username="c", identifier="9")
    book.remove(entity, 3, email="c@x.org")
    assert change_groups.identity_changes(book.plan, BY_KEY[entity]) == int(counts)


@pytest.mark.parametrize(
    ("entity", "attribute", "counts"),
    [
        ("school", "identifier", True),
        ("school", "name", False),
        ("course", "courseCode", True),
        ("course", "title", False),
        ("class", "classCode", True),
        ("class", "title", False),
        ("relationship", "role", False),
        ("enrollment", "role", False),
        ("calendar", "title", False),
    ],
)
def test_another_identity_of_a_thing(book: Book, entity: str, attribute: str, counts: bool) -> None:
    book.update(entity, 1, {attribute: "a"}, {attribute: "b"})
    assert change_groups.identity_changes(book.plan, BY_KEY[entity]) == int(counts)


def test_changes_by_school_of_who_has_one(book: Book) -> None:
    book.create("student", 1, schoolSourcedIds="7")
    book.create("student", 2, schoolSourcedIds="8")
    book.update("student", 3, {"schoolSourcedIds": "7", "email": "a"}, {"schoolSourcedIds": "8", "email": "b"})
    book.update("student", 4, {"schoolSourcedIds": "7"}, {"schoolSourcedIds": "7", "grade": "01"})
    book.remove("student", 5, schoolSourcedIds="7")
    book.remove("student", 6, schoolSourcedIds="")
    book.has("student", 9, schoolSourcedIds="8")
    assert change_groups.changes_by_school(book.plan, BY_KEY["student"]) == {
        ("7", "create"): 1,
        ("8", "create"): 1,
        ("7", "update"): 2,
        ("7", "identity"): 1,
        ("7", "remove"): 1,
    }
    assert change_groups.delivered_by_school(book.db, BY_KEY["student"]) == {"7": 3, "8": 1}


def test_a_student_counts_at_the_home_school_alone(book: Book) -> None:
    book.update("student", 1, {"schoolSourcedIds": "7,8"}, {"schoolSourcedIds": "7"})
    book.create("student", 2, schoolSourcedIds="8,7")
    counts = {("7", "update"): 1, ("8", "create"): 1}
    assert change_groups.changes_by_school(book.plan, BY_KEY["student"]) == counts
    assert change_groups.delivered_by_school(book.db, BY_KEY["student"]) == {"7": 1}


def test_changes_by_school_of_who_has_several(book: Book) -> None:
    book.update("teacher", 1, {"schoolSourcedIds": "7,8", "username": "a"}, {"schoolSourcedIds": "7", "username": "b"})
    book.remove("teacher", 2, schoolSourcedIds="8")
    book.remove("teacher", 3, schoolSourcedIds="")
    book.remove("admin", 4, schoolSourcedIds="8")
    assert change_groups.changes_by_school(book.plan, BY_KEY["teacher"]) == {
        ("7", "update"): 1,
        ("8", "update"): 1,
        ("7", "identity"): 1,
        ("8", "identity"): 1,
        ("8", "remove"): 1,
    }
    assert change_groups.delivered_by_school(book.db, BY_KEY["teacher"]) == {"7": 1, "8": 2}


def test_which_entities_belong_to_schools() -> None:
    without = {entity.key for entity in ENTITIES if not change_groups.has_school(entity)}
    assert without == {"school", "contact", "relationship"}


def test_classes_that_lose_enrollments(book: Book) -> None:
    for number in range(1, 10):
        keep = number > 6
        school = {"classSourcedId": "3" if number % 3 else "4"}
        if keep:
            book.has("enrollment", number, **school)
        else:
            book.remove("enrollment", number, **school)
    book.create("enrollment", 20, classSourcedId="3")
    place = ENROLLMENT.attributes.index("classSourcedId")
    book.has("student", 1, **{BY_KEY["student"].attributes[place]: "3"})
    assert change_groups.removed_by_class(book.plan, 3) == [("3", 4, 6)]
    assert change_groups.removed_by_class(book.plan, 2) == [("3", 4, 6), ("4", 2, 3)]
    assert change_groups.removed_by_class(book.plan, 5) == []


DATES = {"startDate": "2026-08-17", "endDate": "2027-06-11"}


@pytest.mark.parametrize(
    ("after", "moved"),
    [
        ({"endDate": "2027-06-25"}, 0),
        ({"endDate": "2027-06-26"}, 1),
        ({"endDate": "2027-05-28"}, 0),
        ({"endDate": "2027-05-27"}, 1),
        ({"startDate": "2026-08-31"}, 0),
        ({"startDate": "2026-09-01"}, 1),
        ({"startDate": ""}, 1),
        ({"endDate": "soon"}, 1),
        ({"title": "Another"}, 0),
    ],
)
def test_terms_moved_by_more_than_fourteen_days(book: Book, after: dict[str, str], moved: int) -> None:
    book.update("calendar", 1, DATES, {**DATES, **after})
    book.create("calendar", 2, startDate="2020-01-01")
    book.remove("calendar", 3, startDate="2020-01-01")
    assert change_groups.moved_terms(book.plan) == moved


def test_terms_in_use_are_those_of_classes_and_of_other_terms(book: Book) -> None:
    for key, parent in ((1, ""), (2, "1"), (3, "1"), (4, "")):
        book.remove("calendar", key, parentSourcedId=parent)
    book.has("class", 1, termSourcedId="2", courseSourcedId="3")
    assert change_groups.terms_in_use_removed(book.plan) == 2
    counts = ChangeCounts(remove=4)
    figures = measures.of_district(book.plan, CALENDAR, counts, 4, LIMITS["calendar"])
    assert [(one.kind, one.count) for one in figures] == [("create", 0), ("update", 0), ("remove", 2), ("identity", 0)]


def test_of_a_district_only_terms_that_move_and_records_with_another_identity_count(book: Book) -> None:
    book.update("calendar", 1, DATES, {**DATES, "endDate": "2028-01-01"})
    book.update("calendar", 2, DATES, {**DATES, "title": "Another"})
    book.update("student", 1, {"email": "a"}, {"email": "b"})
    book.update("student", 2, {"givenName": "A"}, {"givenName": "B"})
    for entity, expected in (("calendar", [1, 0, 0]), ("student", [2, 0, 1])):
        figures = measures.of_district(
            book.plan, BY_KEY[entity], ChangeCounts(update=2), 9, {**LIMITS["student"], **LIMITS[entity]}
        )
        assert [one.count for one in figures] == [0, *expected]
        assert {one.base for one in figures} == {9}


def test_a_school_of_which_nothing_was_delivered_has_no_base(book: Book) -> None:
    book.create("student", 1, schoolSourcedIds="7")
    every = measures.of_places(book.plan, BY_KEY["student"], LIMITS["student"], all_places=True)
    assert [(one.place, one.kind, one.count, one.base) for one in every] == [("7", "create", 1, 0)]


def test_names_as_delivered_and_as_they_would_be(book: Book) -> None:
    book.has("school", 1, name="Maple")
    book.update("school", 2, {"name": "Cedar"}, {"name": "Cedar Middle"})
    book.create("school", 3, name="New")
    book.has("school", 4, name="Other")
    book.create("course", 3, sourcedId="3", title="No school")
    older = book.record("school", 3, name="Older")
    book.db.execute("UPDATE change SET after = ? WHERE run = ? AND key < 0 AND entity = 1", [older, book.other])
    names = names_by_id(book.db, book.run, SCHOOL, as_delivered=True)
    assert names == {"1": "Maple", "2": "Cedar", "3": "New", "4": "Other"}
    assert names_by_id(book.db, book.run, SCHOOL)["2"] == "Cedar Middle"
    assert school_names(book.db, book.run) == {1: "Maple", 2: "Cedar Middle", 3: "New", 4: "Other"}


def test_places_that_may_cross_a_limit_and_all_places(book: Book) -> None:
    book.has("school", 7, name="Maple")
    book.has("school", 8, name="Cedar")
    for key in range(1, 31):
        book.remove("student", key, schoolSourcedIds="7")
    for key in range(31, 61):
        book.has("student", key, schoolSourcedIds="7")
    book.remove("student", 99, schoolSourcedIds="8")
    student, limits = BY_KEY["student"], LIMITS["student"]
    near = measures.of_places(book.plan, student, limits)
    assert [(one.place, one.kind, one.count, one.base, one.crossed) for one in near] == [
        ("Maple", "remove", 30, 60, True)
    ]
    every = measures.of_places(book.plan, student, limits, all_places=True)
    assert [(one.place, one.count, one.base, one.crossed) for one in every] == [
        ("Maple", 30, 60, True),
        ("Cedar", 1, 1, False),
    ]
    assert [one.used for one in every] == [1.2, 0.04]


def test_the_district_is_no_school_and_terms_have_no_places(book: Book) -> None:
    for key in range(1, 61):
        book.remove("course", key, orgSourcedId="district" if key < 31 else "7")
    limits = LIMITS["course"]
    assert [(one.place, one.count) for one in measures.of_places(book.plan, BY_KEY["course"], limits)] == [("7", 30)]
    book.remove("calendar", 1, schoolSourcedId="7")
    assert measures.of_places(book.plan, CALENDAR, LIMITS["calendar"], all_places=True) == []


def test_classes_are_places_of_enrollments_unless_their_limit_is_off(book: Book) -> None:
    book.has("class", 3, title="Algebra (1)")
    for key in range(1, 10):
        book.remove("enrollment", key, classSourcedId="3")
    book.has("enrollment", 10, classSourcedId="3")
    found = measures.of_places(book.plan, ENROLLMENT, LIMITS["enrollment"])
    assert [(one.place, one.kind, one.count, one.base, one.crossed) for one in found] == [
        ("Algebra (1)", "remove_per_class", 9, 10, True)
    ]
    off = {**LIMITS["enrollment"], "remove_per_class": LIMITS["school"]["update"]}
    assert measures.of_places(book.plan, ENROLLMENT, off) == []
    one = {**LIMITS["enrollment"], "remove_per_class": LIMITS["school"]["remove"]}
    assert len(measures.of_places(book.plan, ENROLLMENT, one)) == 1
    book.remove("enrollment", 20, classSourcedId="4")
    assert [found.count for found in measures.of_places(book.plan, ENROLLMENT, one)] == [9, 1]


# --- staff -----------------------------------------------------------------------------------------------------------


def become(book: Book, key: int, now: str, before: str, **values: str) -> None:
    """A member of staff becomes the other kind."""
    book.remove(before, key, **{"username": "a", "schoolSourcedIds": "7", **values})
    book.create(now, key, username="a", schoolSourcedIds="7")


def figures(book: Book, entity: str) -> dict[str, tuple[int, int]]:
    """Per kind how many, and how many of these only change roles."""
    counts = ChangeCounts(create=1, update=1, remove=1)
    found = measures.of_district(book.plan, BY_KEY[entity], counts, 9, LIMITS[entity])
    return {one.kind: (one.count, one.other_role) for one in found}


def test_a_change_of_role_is_counted_for_the_kind_that_is_left(book: Book) -> None:
    become(book, 1, "admin", "teacher")
    become(book, 2, "admin", "teacher", username="b")
    become(book, 3, "teacher", "admin")
    book.remove("teacher", 4)
    book.create("admin", 5)
    book.update("admin", 6, {"email": "a"}, {"email": "b"})
    teacher, admin = BY_KEY["teacher"], BY_KEY["admin"]
    assert [change_groups.role_changes(book.plan, one) for one in (teacher, admin)] == [2, 1]
    assert [change_groups.role_changes(book.plan, one, identity=True) for one in (teacher, admin)] == [
        1,
        0,
    ]
    assert figures(book, "teacher") == {
        "create": (1, 1), "update": (1, 0), "remove": (1, 2), "identity": (0, 0), "role": (2, 0),
    }  # fmt: skip
    assert figures(book, "admin")["role"] == (1, 0)
    assert "role" not in figures(book, "student")


def test_all_staff_together_without_those_who_only_change_roles(book: Book) -> None:
    become(book, 1, "admin", "teacher", username="b")
    become(book, 2, "teacher", "admin")
    for key in range(3, 7):
        book.remove("teacher", key, schoolSourcedIds="7")
        book.remove("admin", key + 10, schoolSourcedIds="7,8")
    book.create("admin", 20, schoolSourcedIds="8")
    changes = {"teacher": ChangeCounts(1, 0, 5), "admin": ChangeCounts(2, 0, 5)}
    found = measures.of_staff(book.plan, changes, {"teacher": 40, "admin": 40}, LIMITS["teacher"])
    assert [(one.entity, one.kind, one.count, one.base, one.place) for one in found] == [
        ("staff", "create", 1, 80, ""),
        ("staff", "update", 0, 80, ""),
        ("staff", "remove", 8, 80, ""),
        ("staff", "identity", 1, 80, ""),
        ("staff", "remove", 8, 10, "7"),
    ]
    assert [one.kind for one in found if one.crossed] == ["remove", "remove"]


def test_one_kind_of_staff_alone_is_not_counted_twice(book: Book) -> None:
    book.remove("teacher", 1)
    changes = {"teacher": ChangeCounts(0, 0, 1)}
    assert measures.of_staff(book.plan, changes, {"teacher": 40}, LIMITS["teacher"]) == []
    both = {"teacher": 40, "admin": 40}
    assert measures.of_staff(book.plan, {"student": ChangeCounts(1)}, both, LIMITS["teacher"]) == []
