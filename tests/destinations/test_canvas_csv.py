"""Canvas's SIS import files: accounts, terms, courses and sections, observers, and what is said of removed records."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.entities import Entity
from psconnect.model.found import FoundState, found_state
from psconnect.model.runs import Change
from tests.contracts.opening import open_snapshot
from tests.contracts.rosters import ListRoster, Record, Tables, key_of, small
from tests.judges.canvas import check_canvas, read_canvas

Rows = list[dict[str, str]]


@dataclass
class Compared(ListRoster):
    """A roster after which this one was delivered."""

    before: Tables = field(default_factory=dict)

    def changes(self, entity: Entity) -> Iterator[Change]:
        old = {key_of(one): one for one in self.before.get(entity.key, [])}
        new = {key_of(one): one for one in self.tables.get(entity.key, [])}
        for key in sorted(old.keys() | new.keys()):
            before, after = (_whole(entity, one.get(key)) for one in (old, new))
            if before != after:
                action = "create" if before is None else "remove" if after is None else "update"
                yield Change(entity.key, key, action, before, after)


def _whole(entity: Entity, record: Record | None) -> Record | None:
    return None if record is None else {name: record.get(name, "") for name in entity.attributes}


def files(folder: Path, roster: Tables | ListRoster, **settings: Any) -> dict[str, Rows]:
    """The delivered files, which conform to the format."""
    given = ListRoster(roster) if isinstance(roster, dict) else roster
    open_snapshot("r", {"kind": "canvas-csv", "folder": str(folder), **settings}).prepare(
        given, CancelToken()
    ).publish()
    assert check_canvas(folder / "r.zip") == []
    return read_canvas(folder / "r.zip")


def found(roster: ListRoster, folder: Path, **settings: Any) -> Counter[tuple[str, str, str]]:
    """(rule, entity, detail) of the findings -> how many records they are about."""
    snapshot = open_snapshot("r", {"kind": "canvas-csv", "folder": str(folder), **settings})
    problems = snapshot.preflight(roster, CancelToken())
    counts: Counter[tuple[str, str, str]] = Counter()
    for one in problems:
        counts[one.rule, one.entity, one.detail] += one.tally.records if one.tally else 1
    return counts


def test_the_files_have_the_formats_columns_with_the_rosters_values(tmp_path: Path) -> None:
    tables = files(tmp_path, small())

    assert tables["accounts"] == [
        {"account_id": "3", "parent_account_id": "", "name": "Maple School", "status": "active"},
        {"account_id": "4", "parent_account_id": "", "name": "Cedar School", "status": "active"},
    ]
    assert tables["terms"][1] == {
        "term_id": "502",
        "name": "Semester 1",
        "status": "active",
        "start_date": "2026-08-16T12:00:00Z",
        "end_date": "2027-01-16T12:00:00Z",
    }
    assert tables["users"][0] == {
        "user_id": "431",
        "login_id": "ada",
        "first_name": "Ada",
        "last_name": "O'Neil",
        "email": "ada@s.example.org",
        "status": "active",
    }
    assert tables["courses"][0] == {
        "course_id": "5101",
        "short_name": "MAT091.1",
        "long_name": "Mathematics (1) - 1(A-E)",
        "account_id": "3",
        "term_id": "502",
        "status": "active",
    }
    assert tables["sections"][0] == {
        "section_id": "5101",
        "course_id": "5101",
        "name": "Mathematics (1) - 1(A-E)",
        "status": "active",
    }
    assert {(r["section_id"], r["user_id"], r["role"]) for r in tables["enrollments"]} == {
        ("5101", "T64", "teacher"),
        ("5101", "T65", "teacher"),
        ("5102", "T64", "teacher"),
        ("5101", "431", "student"),
        ("5101", "433", "student"),
        ("5102", "432", "student"),
    }
    assert [(row["observer_id"], row["student_id"]) for row in tables["user_observers"]] == [
        ("C300", "431"),
        ("C300", "432"),
        ("C301", "431"),
        ("C302", "433"),
    ]


def test_accounts_come_after_their_parents_whatever_their_order(tmp_path: Path) -> None:
    tables = small()
    tables["school"][1]["parentSourcedId"] = "4"  # Maple is below Cedar, which comes later.
    rows = files(tmp_path, tables, district_account=True)["accounts"]

    assert [(row["account_id"], row["parent_account_id"]) for row in rows] == [
        ("district", ""),
        ("4", "district"),
        ("3", "4"),
    ]


def test_a_course_of_powerschool_can_be_one_course_for_each_school_and_term(tmp_path: Path) -> None:
    tables = small()
    tables["class"].append(dict(tables["class"][0], sourcedId="5103", title="Mathematics (2) - 2(A-E)"))
    tables["class"].append(dict(tables["class"][0], sourcedId="5104", schoolSourcedId="4", termSourcedId="511"))
    written = files(tmp_path, tables, courses="course")

    assert [(row["course_id"], row["short_name"], row["account_id"]) for row in written["courses"]] == [
        ("85-3-502", "MAT091", "3"),
        ("86-4-511", "WS100-9", "4"),
        ("85-4-511", "MAT091", "4"),
    ]
    assert {row["section_id"]: row["course_id"] for row in written["sections"]} == {
        "5101": "85-3-502",
        "5102": "86-4-511",
        "5103": "85-3-502",
        "5104": "85-4-511",
    }


def test_co_teachers_can_be_teaching_assistants(tmp_path: Path) -> None:
    rows = files(tmp_path, small(), co_teacher_role="ta")["enrollments"]
    roles = {row["user_id"]: row["role"] for row in rows if row["user_id"].startswith("T")}
    assert roles == {"T64": "teacher", "T65": "ta"}


def test_a_custom_field_with_the_name_of_an_optional_column_fills_it(tmp_path: Path) -> None:
    tables = small()
    tables["student"][0]["extra"] = json.dumps({"sortable_name": "O'Neil, Ada", "locker": "7"})
    roster = ListRoster(tables, further={"student": ("sortable_name", "locker", "signInType")})
    rows = {row["user_id"]: row for row in files(tmp_path, roster)["users"]}

    assert (rows["431"]["sortable_name"], rows["432"]["sortable_name"]) == ("O'Neil, Ada", "")
    assert "locker" not in rows["431"]
    assert found(roster, tmp_path) == {("custom-field-without-column", "student", "locker"): 1}


@pytest.mark.parametrize(("courses", "filled", "lost"), [("section", "class", "course"), ("course", "course", "class")])
def test_a_custom_field_fills_a_course_only_if_canvas_courses_are_made_of_its_records(
    tmp_path: Path, courses: str, filled: str, lost: str
) -> None:
    tables = small()
    tables[lost][0]["extra"] = json.dumps({"course_format": "blended"})
    tables[filled][0]["extra"] = json.dumps({"course_format": "online"})
    roster = ListRoster(tables, further={"class": ("course_format",), "course": ("course_format",)})

    assert files(tmp_path, roster, courses=courses)["courses"][0]["course_format"] == "online"
    assert found(roster, tmp_path, courses=courses) == {("custom-field-without-column", lost, "course_format"): 1}


def ended(change: Callable[[Tables], object]) -> Compared:
    """The small district after this change."""
    tables = small()
    change(tables)
    return Compared(tables, before=small())


def not_active(rows: Rows, *columns: str) -> set[tuple[str, ...]]:
    return {(*(row[column] for column in columns), row["status"]) for row in rows if row["status"] != "active"}


def drop(entity: str, *ids: str) -> Callable[[Tables], None]:
    def change(tables: Tables) -> None:
        tables[entity] = [one for one in tables[entity] if one["sourcedId"] not in ids]

    return change


def leaves(tables: Tables) -> None:
    """A student leaves, with enrollment and relationships."""
    for entity, record in (
        ("student", "431"),
        ("enrollment", "10001"),
        ("relationship", "1001"),
        ("relationship", "1003"),
    ):
        drop(entity, record)(tables)


@pytest.mark.parametrize(
    ("removed", "users", "enrollments", "observers"),
    [
        ("leave", set(), set(), set()),
        ("complete", set(), {("5101", "431", "completed")}, {("C300", "431", "deleted"), ("C301", "431", "deleted")}),
        ("deactivate", set(), {("5101", "431", "inactive")}, {("C300", "431", "deleted"), ("C301", "431", "deleted")}),
        (
            "delete",
            {("431", "ada", "deleted")},
            {("5101", "431", "deleted")},
            {("C300", "431", "deleted"), ("C301", "431", "deleted")},
        ),
    ],
)
def test_a_student_who_left(
    tmp_path: Path, removed: str, users: set[Any], enrollments: set[Any], observers: set[Any]
) -> None:
    written = files(tmp_path, ended(leaves), removed=removed)

    assert not_active(written["users"], "user_id", "login_id") == users
    assert not_active(written["enrollments"], "section_id", "user_id") == enrollments
    assert not_active(written["user_observers"], "observer_id", "student_id") == observers


def test_removals_are_said_once(tmp_path: Path) -> None:
    roster = ended(leaves)
    again = Compared(roster.tables, before=roster.tables)
    assert not_active(files(tmp_path, again)["enrollments"], "user_id") == set()


@pytest.mark.parametrize(("removed", "status"), [("complete", "completed"), ("delete", "deleted")])
def test_a_class_that_ended(tmp_path: Path, removed: str, status: str) -> None:
    def ends(tables: Tables) -> None:
        drop("class", "5102")(tables)
        drop("enrollment", "10002", "T5002")(tables)

    written = files(tmp_path, ended(ends), removed=removed)
    assert not_active(written["courses"], "course_id", "account_id", "term_id") == {("5102", "4", "511", status)}
    assert not_active(written["enrollments"], "section_id", "user_id") == {
        ("5102", "432", status),
        ("5102", "T64", status),
    }
    assert not_active(written["sections"], "section_id") == ({("5102", "deleted")} if removed == "delete" else set())

    by_course = files(tmp_path, ended(ends), removed=removed, courses="course")
    assert not_active(by_course["courses"], "course_id", "short_name", "long_name") == {
        ("86-4-511", "WS100-9", "Workshop", status)
    }


def test_a_course_with_another_class_left_stays_active(tmp_path: Path) -> None:
    before = small()
    before["class"].append(dict(before["class"][0], sourcedId="5103", title="Mathematics (2) - 2(A-E)"))
    written = files(tmp_path, Compared(small(), before=before), courses="course")
    assert not_active(written["courses"], "course_id") == set()


def test_who_changes_class_leaves_the_old_one(tmp_path: Path) -> None:
    def moves(tables: Tables) -> None:
        tables["enrollment"][0]["classSourcedId"] = "5102"

    rows = files(tmp_path, ended(moves))["enrollments"]
    assert not_active(rows, "section_id", "user_id") == {("5101", "431", "completed")}
    assert ("5102", "431", "active") in {(r["section_id"], r["user_id"], r["status"]) for r in rows}


def test_who_is_enrolled_anew_in_the_same_class_stays(tmp_path: Path) -> None:
    def anew(tables: Tables) -> None:
        tables["enrollment"][0]["sourcedId"] = "10009"

    assert not_active(files(tmp_path, ended(anew))["enrollments"], "user_id") == set()


def test_a_lead_teacher_who_becomes_a_co_teacher_loses_the_other_role(tmp_path: Path) -> None:
    def swap(tables: Tables) -> None:
        for one in tables["enrollment"]:
            if one["sourcedId"] in ("T5000", "T5001"):
                one["primary"] = {"true": "false", "false": "true"}[one["primary"]]

    rows = files(tmp_path, ended(swap), co_teacher_role="ta")["enrollments"]
    assert not_active(rows, "user_id", "role") == {("T64", "teacher", "completed"), ("T65", "ta", "completed")}
    # With one role for both, nothing ends.
    assert not_active(files(tmp_path, ended(swap))["enrollments"], "user_id") == set()


def test_a_teacher_who_becomes_other_staff_is_not_deleted(tmp_path: Path) -> None:
    def no_class(tables: Tables) -> None:
        drop("enrollment", "T5001")(tables)
        tables["admin"].append(tables["teacher"].pop(1))

    written = files(tmp_path, ended(no_class), removed="delete")
    assert not_active(written["users"], "user_id") == set()


@pytest.mark.parametrize(
    ("removed", "expected"),
    [
        ("complete", {("removed-but-kept", "student", "users"): 1}),
        ("delete", {}),
        ("leave", {("removed-but-kept", "student", "users"): 1}),
    ],
)
def test_what_canvas_keeps_is_told(tmp_path: Path, removed: str, expected: dict[Any, int]) -> None:
    assert found(ended(leaves), tmp_path, removed=removed) == expected
    assert {found_state(rule, stands=False) for rule, *_ in expected} <= {FoundState.LEFT_OUT}


def passes_login_on(tables: Tables) -> None:
    """A student leaves, and another one gets the user name."""
    leaves(tables)
    tables["student"][0]["username"] = "ADA"


def test_a_login_that_another_user_had_is_told_and_free_once_that_user_is_deleted(tmp_path: Path) -> None:
    told = ("login-passed-on", "student", "")
    assert found(ended(passes_login_on), tmp_path)[told] == 1
    assert found(ended(leaves), tmp_path)[told] == 0
    assert found(ended(passes_login_on), tmp_path, removed="delete")[told] == 0

    users = files(tmp_path, ended(passes_login_on), removed="delete")["users"]
    assert [(row["login_id"], row["status"]) for row in users[:2]] == [("ada", "deleted"), ("ADA", "active")]


def test_two_users_who_swap_their_logins_are_both_told(tmp_path: Path) -> None:
    def swap(tables: Tables) -> None:
        tables["student"][0]["username"], tables["student"][1]["username"] = "bo", "ada"

    assert found(ended(swap), tmp_path)["login-passed-on", "student", ""] == 2


def test_without_records_all_seven_files_have_their_header(tmp_path: Path) -> None:
    tables = files(tmp_path, {})
    assert tables == {name: [] for name in tables}
    assert len(tables) == 7
