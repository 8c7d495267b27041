"""PowerSchool Learning's six files: who is left out, who owns a class, several schools, passwords, and the findings."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from psconnect.destinations import KINDS, Context, open_destination
from psconnect.destinations.snapshot import Snapshot
from psconnect.model.clock import CancelToken
from psconnect.model.entities import Entity
from psconnect.model.found import FoundState, found_state
from psconnect.model.runs import Change
from psconnect.roster.sign_in import SignIn
from tests.contracts.rosters import ListRoster, Tables, small
from tests.judges.learning import check_learning, read_learning

GOOGLE = SignIn({"google": ["s.example.org"]})
Rows = list[dict[str, str]]


@dataclass
class Later(ListRoster):
    """A roster of which these changes are new; everything else was delivered before."""

    news: list[Change] = field(default_factory=list)

    def changes(self, entity: Entity) -> Iterator[Change]:
        return iter(sorted((one for one in self.news if one.entity == entity.key), key=lambda one: one.key))


def opened(folder: Path, password: str = "", sign_in: SignIn = GOOGLE, **settings: Any) -> Snapshot:
    context = Context("r", sign_in=sign_in, secret=lambda _key: password)
    destination = open_destination({"kind": "learning-csv", "folder": str(folder), **settings}, context)
    assert isinstance(destination, Snapshot)
    return destination


def files(folder: Path, roster: Tables | ListRoster, **settings: Any) -> dict[str, Rows]:
    """The delivered files, which conform to the tables."""
    given = ListRoster(roster) if isinstance(roster, dict) else roster
    opened(folder, **settings).prepare(given, CancelToken()).publish()
    assert [one for one in check_learning(folder / "r.zip") if one.rule != "level"] == []
    return read_learning(folder / "r.zip")


def found(folder: Path, tables: Tables, **settings: Any) -> Counter[tuple[str, str]]:
    """(rule, entity) of the findings -> how many records they are about."""
    counts: Counter[tuple[str, str]] = Counter()
    for one in opened(folder, **settings).preflight(ListRoster(tables), CancelToken()):
        counts[one.rule, one.entity] += one.tally.records if one.tally else 1
    return counts


def ids(rows: Rows, column: str = "external_id") -> list[str]:
    return [row[column] for row in rows]


def test_the_six_files_have_the_tables_columns_with_the_rosters_values(tmp_path: Path) -> None:
    tables = files(tmp_path, small())

    assert tables["organizations"] == [
        {"organization_id": "district", "name": "Demo Valley"},
        {"organization_id": "3", "name": "Maple School"},
        {"organization_id": "4", "name": "Cedar School"},
    ]
    assert tables["users"][0] == {
        "external_id": "431",
        "first_name": "Ada",
        "last_name": "O'Neil",
        "login": "ada",
        "password": "",
        "email": "ada@s.example.org",
        "user_type": "S",
        "organization_id": "3",
        "enabled": "1",
        "sso_email_address": "ada@s.example.org",
    }
    assert tables["user_levels"] == [
        {"external_id": "431", "level_id": "09"},
        {"external_id": "432", "level_id": "KG"},
        {"external_id": "433", "level_id": "10"},
    ]
    assert tables["classes"][0] == {
        "class_id": "5101",
        "name": "Mathematics (1) - 1(A-E)",
        "code": "MAT091",
        "year": "502",
        "teacher_id": "T64",
        "organization_id": "3",
    }
    assert tables["memberships"] == [
        {"class_id": "5101", "user_id": "T65"},
        {"class_id": "5101", "user_id": "431"},
        {"class_id": "5102", "user_id": "432"},
        {"class_id": "5101", "user_id": "433"},
    ]


def test_mission_l23_a_teacher_at_two_schools_has_a_row_for_each_and_the_home_school_first(tmp_path: Path) -> None:
    users = files(tmp_path, small())["users"]

    assert [(row["external_id"], row["organization_id"]) for row in users if row["user_type"] == "T"] == [
        ("T64", "3"),
        ("T64", "4"),
        ("T65", "3"),
        ("T66", "district"),
        ("T66", "3"),
    ]
    assert found(tmp_path, small())["user-at-several-schools", "teacher"] == 1


def test_a_student_has_the_home_schools_row_alone(tmp_path: Path) -> None:
    tables = small()
    tables["student"][0]["schoolSourcedIds"] = "3,4"
    users = files(tmp_path, tables)["users"]

    assert [(row["external_id"], row["organization_id"]) for row in users[:2]] == [("431", "3"), ("432", "4")]


def test_a_parent_has_a_row_for_each_home_school_of_the_children(tmp_path: Path) -> None:
    tables = files(tmp_path, small())

    parents = [(row["external_id"], row["organization_id"]) for row in tables["users"] if row["user_type"] == "P"]
    assert parents == [("4300", "3"), ("4300", "4"), ("4301", "3"), ("4302", "3")]
    assert [(row["parent_id"], row["child_id"]) for row in tables["parent_child"]] == [
        ("4300", "431"),
        ("4300", "432"),
        ("4301", "431"),
        ("4302", "433"),
    ]


def test_a_parent_without_guardian_id_is_left_out_and_told(tmp_path: Path) -> None:
    tables = small()
    tables["contact"][0]["extra"] = ""
    written = files(tmp_path, tables)

    assert {row["external_id"] for row in written["users"] if row["user_type"] == "P"} == {"4301", "4302"}
    assert "4300" not in ids(written["parent_child"], "parent_id")
    assert found(tmp_path, tables)["parent-without-guardian-id", "contact"] == 1


def test_two_contacts_with_one_account_are_one_user_with_the_children_of_both(tmp_path: Path) -> None:
    tables = small()
    tables["contact"][2]["extra"] = tables["contact"][0]["extra"]
    written = files(tmp_path, tables)

    rows = [row for row in written["users"] if row["external_id"] == "4300"]
    assert [(row["first_name"], row["organization_id"]) for row in rows] == [("Uma", "3"), ("Uma", "4")]
    assert ids([r for r in written["parent_child"] if r["parent_id"] == "4300"], "child_id") == ["431", "432", "433"]
    assert found(tmp_path, tables)["parents-with-one-account", "contact"] == 2


def test_mission_l16_the_sign_in_address_is_the_e_mail_only_if_its_domain_is_the_districts_own(tmp_path: Path) -> None:
    tables = small()
    tables["student"][2]["email"] = "CY@S.Example.ORG"
    tables["teacher"][1]["email"] = "wim@elsewhere.example.org"
    addresses = {row["external_id"]: row["sso_email_address"] for row in files(tmp_path, tables)["users"]}

    assert addresses["431"] == "ada@s.example.org"
    assert addresses["432"] == ""
    assert addresses["433"] == "CY@S.Example.ORG"
    assert addresses["T65"] == ""
    assert addresses["4300"] == ""
    assert set(ids(files(tmp_path, small(), sign_in=SignIn({}))["users"], "sso_email_address")) == {""}


def nameless(*people: tuple[str, int]) -> Tables:
    """The small district in which these people have neither user name nor e-mail."""
    tables = small()
    for entity, place in people:
        tables[entity][place] |= {"username": "", "email": ""}
    return tables


def test_mission_l13_off_a_user_without_a_login_fails_and_so_do_the_classes_they_own_and_their_rosters(
    tmp_path: Path,
) -> None:
    tables = nameless(("teacher", 0), ("student", 0))
    written = files(tmp_path, tables, generated_usernames=False)

    assert not {"T64", "431"} & set(ids(written["users"]))
    assert ids(written["classes"], "class_id") == []
    assert written["memberships"] == []
    assert "431" not in ids(written["user_levels"])
    assert ("4300", "431") not in [(row["parent_id"], row["child_id"]) for row in written["parent_child"]]
    # The uncle has no other child.
    assert "4301" not in ids(written["users"])
    assert found(tmp_path, tables, generated_usernames=False) == {
        ("user-without-login", "student"): 1,
        ("user-without-login", "teacher"): 1,
        ("parent-without-child", "contact"): 1,
        ("class-owner-left-out", "class"): 2,
        ("member-left-out", "enrollment"): 6,
    } | {("user-at-several-schools", "admin"): 1}


def test_mission_l13_off_who_has_the_districts_own_e_mail_does_not_fail(tmp_path: Path) -> None:
    tables = small()
    tables["student"][0]["username"] = tables["teacher"][0]["username"] = ""
    written = files(tmp_path, tables, generated_usernames=False)

    assert {"431", "T64"} <= set(ids(written["users"]))
    assert ids(written["classes"], "class_id") == ["5101", "5102"]


def test_mission_l13_on_everybody_comes_and_the_names_to_be_made_are_counted(tmp_path: Path) -> None:
    tables = nameless(("teacher", 0), ("student", 0), ("student", 1))
    written = files(tmp_path, tables)

    assert {"T64", "431", "432"} <= {row["external_id"] for row in written["users"] if not row["login"]}
    assert ids(written["classes"], "class_id") == ["5101", "5102"]
    told = found(tmp_path, tables)
    assert (told["user-login-generated", "student"], told["user-login-generated", "teacher"]) == (2, 1)


def test_mission_l19_a_class_without_a_teacher_stays_behind_and_is_listed(tmp_path: Path) -> None:
    tables = small()
    tables["enrollment"] = [one for one in tables["enrollment"] if one["sourcedId"] != "T5002"]
    written = files(tmp_path, tables)

    assert ids(written["classes"], "class_id") == ["5101"]
    assert ids(written["memberships"], "class_id") == ["5101"] * 3
    (problem,) = (
        one
        for one in opened(tmp_path).preflight(ListRoster(tables), CancelToken())
        if one.rule == "class-without-owner"
    )
    assert (problem.entity, problem.key) == ("class", 5102)


def test_mission_l19_it_is_told_of_which_courses_it_is_not_judged_whether_they_are_active(tmp_path: Path) -> None:
    unjudged = "course-activity-not-judged", "course"
    assert found(tmp_path, small())[unjudged] == 2

    tables = small()
    tables["course"].append(dict(tables["course"][1], sourcedId="87"))
    tables["enrollment"] = [one for one in tables["enrollment"] if one["sourcedId"] != "T5002"]
    # Of the others, one has no class, and the class of the other one stays behind.
    assert found(tmp_path, tables)[unjudged] == 1
    assert found_state(unjudged[0], stands=True) is FoundState.KNOW


def test_a_class_without_a_lead_teacher_is_owned_by_another_of_its_teachers(tmp_path: Path) -> None:
    tables = small()
    tables["enrollment"] = [one for one in tables["enrollment"] if one["sourcedId"] != "T5000"]
    written = files(tmp_path, tables)

    assert written["classes"][0]["teacher_id"] == "T65"
    assert "T65" not in ids(written["memberships"], "user_id")
    assert found(tmp_path, tables)["class-owned-by-co-teacher", "class"] == 1


def test_the_year_of_a_class_is_the_term_or_the_year_that_school_begins_in(tmp_path: Path) -> None:
    assert ids(files(tmp_path, small())["classes"], "year") == ["502", "511"]
    assert ids(files(tmp_path, small(), class_year="start-year")["classes"], "year") == ["2026", "2026"]


def test_staff_can_have_teachers_dcid_and_who_has_none_is_left_out_with_the_classes(tmp_path: Path) -> None:
    tables = small()
    tables["teacher"][0]["extra"] = json.dumps({"teacherDcid": "9064"})
    tables["admin"][0]["extra"] = json.dumps({"teacherDcid": "9066"})
    written = files(tmp_path, tables, teacher_ids="teachers-dcid")

    assert [one for one in ids(written["users"]) if one.startswith("90")] == ["9064", "9064", "9066", "9066"]
    assert ids(written["classes"], "teacher_id") == ["9064", "9064"]
    assert not [one for one in ids(written["memberships"], "user_id") if one.startswith("T")]
    told = found(tmp_path, tables, teacher_ids="teachers-dcid")
    assert (told["staff-without-position-id", "teacher"], told["member-left-out", "enrollment"]) == (1, 1)


PASSWORD = "Welcome-2-Learning"


def change(entity: str, key: int, before: dict[str, str] | None, after: dict[str, str] | None) -> Change:
    action = "create" if before is None else "remove" if after is None else "update"
    return Change(entity, key, action, before, after)


def with_password(folder: Path, roster: Tables | ListRoster, **settings: Any) -> list[str]:
    rows = files(folder, roster, password=PASSWORD, **settings)["users"]
    assert {row["password"] for row in rows} <= {"", PASSWORD}
    return [row["external_id"] for row in rows if row["password"]]


def test_mission_l14_the_default_password_stands_only_in_rows_of_new_users(tmp_path: Path) -> None:
    tables = small()
    old = dict(tables["student"][1], username="bob")
    news = [
        change("student", 430, dict(tables["student"][0], sourcedId="430"), None),
        change("student", 432, old, tables["student"][1]),
        change("student", 433, None, tables["student"][2]),
        change("teacher", 64, None, tables["teacher"][0]),
        change("contact", 301, None, tables["contact"][1]),
    ]

    assert with_password(tmp_path, Later(tables, news=news)) == ["433", "T64", "T64", "4301"]
    assert with_password(tmp_path, Later(tables)) == []
    assert set(ids(files(tmp_path, small())["users"], "password")) == {""}


def test_who_was_left_out_before_is_a_new_user_once_the_login_is_there(tmp_path: Path) -> None:
    tables = small()
    no_account = dict(tables["contact"][0], extra="")
    no_login = dict(tables["student"][1], username="", email="")
    news = [
        change("contact", 300, no_account, tables["contact"][0]),
        change("student", 432, no_login, tables["student"][1]),
    ]

    assert with_password(tmp_path, Later(tables, news=news), generated_usernames=False) == ["432", "4300", "4300"]
    assert with_password(tmp_path, Later(tables, news=news)) == ["4300", "4300"]


def test_no_earlier_bundle_is_kept_not_even_once_the_default_password_is_gone(tmp_path: Path) -> None:
    files(tmp_path, small(), password=PASSWORD)
    files(tmp_path, small())
    assert [path for path in tmp_path.rglob("*") if path.is_file() and path.parent != tmp_path] == []
    assert "keep" not in {setting.key for setting in KINDS["learning-csv"].fields}


@pytest.mark.parametrize("what", ["repr", "findings", "address"])
def test_the_password_is_in_no_text(tmp_path: Path, what: str) -> None:
    destination = opened(tmp_path, PASSWORD)
    texts = {
        "repr": repr(destination),
        "findings": repr([*destination.check(), *destination.preflight(ListRoster(small()), CancelToken())]),
        "address": repr(destination.prepare(ListRoster(small()), CancelToken()).publish()),
    }
    assert PASSWORD not in texts[what]


def test_without_people_all_six_files_have_their_header(tmp_path: Path) -> None:
    names = ("organizations", "users", "user_levels", "parent_child", "classes", "memberships")
    assert files(tmp_path, {}) == {name: [] for name in names}
