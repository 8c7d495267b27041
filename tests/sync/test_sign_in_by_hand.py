"""Sign-in types that somebody set by hand: in plan, files, findings and lists, and for as long as they stand."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from psconnect.model.errors import FixSettings, LocalStorage
from psconnect.model.runs import Run
from psconnect.model.sign_in import FOLLOW
from psconnect.service import Service
from tests.judges.learning import read_learning
from tests.support.demo import Connect, Connected
from tests.sync.test_learning_delivery import connected_to, delivered, later
from tests.sync.test_naming import delivered as bundle_delivered
from tests.sync.test_naming import users

MAIL_OF = """(SELECT a.EMAILADDRESSID FROM PERSONEMAILADDRESSASSOC a JOIN STUDENTS s ON s.PERSON_ID = a.PERSONID
    WHERE s.DCID = ?)"""
DOMAINS = {"sign_in": {"google": ["students.example.org"], "microsoft": ["staff.example.org"]}}


@pytest.fixture
def learning(connect: Connect) -> Connected:
    return connected_to(connect)


def students(connected: Connected) -> dict[int, dict[str, str]]:
    """The rows of students who sign in with an address of the district's own."""
    return {
        int(row["external_id"]): row
        for row in read_learning(connected.bundle)["users"]
        if row["user_type"] == "S" and row["sso_email_address"]
    }


def row_of(connected: Connected, key: int) -> dict[str, str]:
    (row,) = [row for row in read_learning(connected.bundle)["users"] if row["external_id"] == str(key)]
    return row


def moved(connected: Connected, key: int, mail: str | None) -> None:
    connected.sql(f"UPDATE EMAILADDRESS SET EMAILADDRESS = ? WHERE EMAILADDRESSID IN {MAIL_OF}", mail, key)


def changed(connected: Connected, run: Run) -> dict[tuple[str, int], str]:
    """Who was changed, and to which custom fields."""
    return {(one.entity, one.key): one.after["extra"] for one in connected.service.changes(run.id) if one.after}


def test_what_is_set_is_a_planned_change_and_wins_over_the_domains(learning: Connected) -> None:
    delivered(learning)
    inside, outside = sorted(students(learning))[:2]
    moved(learning, outside, "me@elsewhere.example.org")
    later(learning)
    assert row_of(learning, outside)["sso_email_address"] == ""
    service, name = learning.service, learning.name
    service.set_sign_in(name, "student", inside, "password")
    service.set_sign_in(name, "student", outside, "google")
    preview = service.sync(name, plan_only=True)
    by_hand = '"signInTypeSetByHand":"true"'
    assert changed(learning, preview) == {
        ("student", inside): f'{{"signInType":"password",{by_hand}}}',
        ("student", outside): f'{{"signInType":"google",{by_hand}}}',
    }
    run, _files = later(learning)
    assert run.changes["student"].total == 2
    assert row_of(learning, inside)["sso_email_address"] == ""
    assert row_of(learning, inside)["email"] != ""
    assert row_of(learning, outside)["sso_email_address"] == "me@elsewhere.example.org"
    assert later(learning)[0].changes == {}


def test_who_leaves_and_comes_back_keeps_it(learning: Connected) -> None:
    delivered(learning)
    key = min(students(learning))
    learning.service.set_sign_in(learning.name, "student", key, "password")
    later(learning)
    learning.sql("UPDATE STUDENTS SET ENROLL_STATUS = 2 WHERE DCID = ?", key)
    later(learning)
    assert str(key) not in {row["external_id"] for row in read_learning(learning.bundle)["users"]}
    learning.sql("UPDATE STUDENTS SET ENROLL_STATUS = 0 WHERE DCID = ?", key)
    later(learning)
    assert row_of(learning, key)["sso_email_address"] == ""


def test_taken_back_the_type_follows_the_present_address(learning: Connected) -> None:
    delivered(learning)
    key = min(students(learning))
    service, name = learning.service, learning.name
    service.set_sign_in(name, "student", key, "password")
    later(learning)
    moved(learning, key, "now@staff.example.org")
    later(learning)
    now = service.set_sign_in(name, "student", key, FOLLOW)
    assert (now.type, now.source, now.waits) == ("microsoft", "domain", True)
    run, _files = later(learning)
    assert changed(learning, run) == {("student", key): '{"signInType":"microsoft"}'}
    assert row_of(learning, key)["sso_email_address"] == "now@staff.example.org"


def test_what_stands_now_and_why(learning: Connected, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "jlee")
    delivered(learning)
    service, name, key = learning.service, learning.name, min(students(learning))
    first = service.sign_in(name, "student", key)
    assert first is not None
    assert (first.type, first.source, first.waits, first.decision) == ("google", "domain", False, None)
    assert first.choices == ("google", "microsoft", "password")
    moved(learning, key, "now@staff.example.org")
    later(learning)
    earlier = service.sign_in(name, "student", key)
    assert earlier is not None
    assert (earlier.type, earlier.source) == ("google", "earlier")
    assert earlier.choices == ("google", "microsoft", "password", FOLLOW)
    now = service.set_sign_in(name, "student", key, "microsoft")
    assert (now.type, now.source, now.waits) == ("microsoft", "hand", True)
    assert now.choices == ("google", "password", FOLLOW)
    assert now.decision is not None
    assert (now.decision.account, now.decision.at.date()) == ("jlee", learning.clock.now().date())
    later(learning)
    after = service.sign_in(name, "student", key)
    assert after is not None
    assert (after.type, after.waits) == ("microsoft", False)
    assert [(one.decision.key, one.label) for one in service.signed_in_by_hand(name)] == [(key, "Microsoft")]


def test_without_domains_only_what_is_set_by_hand_stands(connect: Connect) -> None:
    learning = connected_to(connect, sign_in={})
    files = delivered(learning)
    key = next(int(r["external_id"]) for r in files["users"] if r["user_type"] == "S" and r["email"])
    assert not students(learning)
    learning.service.set_sign_in(learning.name, "student", key, "microsoft")
    run, _files = later(learning)
    assert set(changed(learning, run)) == {("student", key)}
    assert set(students(learning)) == {key}


@pytest.mark.parametrize(("step", "taken"), [("staged", True), ("references", False), ("planned", False)])
def test_a_run_that_is_going_on_is_not_disturbed(learning: Connected, step: str, taken: bool) -> None:
    delivered(learning)
    key = min(students(learning))
    learning.sql("UPDATE STUDENTS SET LAST_NAME = 'Quill' WHERE DCID = ?", key)
    beside = Service(learning.service.home, learning.service.secrets, clock=learning.clock)

    def in_the_middle(name: str) -> None:
        if name == step:
            beside.set_sign_in(learning.name, "student", key, "password")

    learning.service.on_step = in_the_middle
    run = learning.service.sync(learning.name)
    learning.service.on_step = _nothing
    assert run.state.startswith("finished"), run
    assert row_of(learning, key)["last_name"] == "Quill"
    assert (row_of(learning, key)["sso_email_address"] == "") == taken
    later(learning)
    assert row_of(learning, key)["sso_email_address"] == ""


def _nothing(_name: str) -> None:
    pass


def test_a_type_that_needs_an_address_is_told_where_there_is_none(learning: Connected) -> None:
    delivered(learning)
    key = min(students(learning))
    moved(learning, key, None)
    learning.service.set_sign_in(learning.name, "student", key, "google")
    run, _files = later(learning)
    found = {g.rule.key: [one.key for one in g.records] for g in learning.service.problems(run.id, most=500)}
    assert found["sign-in-without-address"] == [key]
    learning.service.set_sign_in(learning.name, "student", key, "password")
    run, _files = later(learning)
    assert "sign-in-without-address" not in {g.rule.key for g in learning.service.problems(run.id)}


def test_the_list_of_new_accounts_has_what_was_set_before(learning: Connected, tmp_path: Path) -> None:
    service, name = learning.service, learning.name
    held = service.sync(name)
    ((key,),) = learning.sql("SELECT min(DCID) FROM STUDENTS WHERE ENROLL_STATUS = 0 AND LAST_NAME IS NOT NULL")
    service.set_sign_in(name, "student", int(key), "password")
    run = service.approve(service.sync(name).id, "test")
    assert run.id != held.id
    path = service.write_new_accounts(run.id, tmp_path / "new.csv")
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert [row["Signs in with"] for row in rows].count("User name and password") == 1


def test_a_bundle_has_it_as_metadata_also_when_only_changes_are_read(connect: Connect) -> None:
    connected = connect(settings={**DOMAINS, "source": {"compare": "incremental"}})
    bundle_delivered(connected)
    key = next(k for k, row in users(connected).items() if row["metadata.signInType"] == "google")
    connected.service.set_sign_in(connected.name, "student", int(key), "microsoft")
    run = bundle_delivered(connected)
    assert changed(connected, run) == {("student", int(key)): '{"signInType":"microsoft"}'}
    assert users(connected)[key]["metadata.signInType"] == "microsoft"
    assert bundle_delivered(connected).changes == {}
    assert "metadata.signInTypeSetByHand" not in users(connected)[key]


def test_staff_keep_it_as_teacher_and_as_other_staff(learning: Connected) -> None:
    delivered(learning)
    service, name = learning.service, learning.name
    users_of_staff = [row for row in read_learning(learning.bundle)["users"] if row["user_type"] == "T"]
    key = int(users_of_staff[0]["external_id"][1:])
    found = {one.entity for one in service.find(name, f"T{key}") if one.key == key}
    (entity,) = found & {"teacher", "admin"}
    other = "admin" if entity == "teacher" else "teacher"
    service.set_sign_in(name, entity, key, "google")
    for one in (entity, other):
        now = service.sign_in(name, one, key)
        assert now is not None
        assert (now.type, now.source) == ("google", "hand")
    service.set_sign_in(name, entity, key, FOLLOW)
    now = service.sign_in(name, entity, key)
    assert now is not None
    assert now.source != "hand"


@pytest.mark.parametrize(
    ("settings", "entity", "value", "code"),
    [
        ({}, "student", "google", "PSC-SIGN-IN/none"),  # no domains, so no type
        (DOMAINS, "class", "google", "PSC-SIGN-IN/none"),
        (DOMAINS, "student", "gogle", "PSC-SIGN-IN/unknown"),
        (DOMAINS, "student", "google", "PSC-FIND-NOBODY"),
    ],
)
def test_what_can_not_be_set_is_refused(
    connect: Connect, settings: dict[str, Any], entity: str, value: str, code: str
) -> None:
    connected = connect(settings=settings)
    connected.service.sync(connected.name)
    with pytest.raises(FixSettings) as refused:
        connected.service.set_sign_in(connected.name, entity, 999_999_999, value)
    assert refused.value.key == code


def test_a_kind_without_sign_in_types_has_nothing_to_say(connect: Connect) -> None:
    connected = connect(settings={**DOMAINS, "preset": "canvas", "destination": {"kind": "canvas-csv"}})
    connected.service.sync(connected.name)
    ((key,),) = connected.sql("SELECT min(DCID) FROM STUDENTS WHERE ENROLL_STATUS = 0")
    assert connected.service.sign_in(connected.name, "student", int(key)) is None
    with pytest.raises(FixSettings) as refused:
        connected.service.signed_in_by_hand(connected.name)
    assert refused.value.key == "PSC-SIGN-IN/none"


def test_a_decision_that_was_altered_in_the_file_stops_runs_and_further_ones(learning: Connected) -> None:
    delivered(learning)
    service, name, key = learning.service, learning.name, min(students(learning))
    service.set_sign_in(name, "student", key, "password")
    with closing(sqlite3.connect(service.rosters_of(name))) as db, db:
        db.execute("UPDATE set_by_hand SET value = 'google'")
    run = service.sync(name)
    assert run.error is not None
    assert run.error["code"] == "PSC-DATA-DAMAGED"
    with pytest.raises(LocalStorage) as stopped:
        service.set_sign_in(name, "student", key, FOLLOW)
    assert stopped.value.code == "PSC-DATA-DAMAGED"
