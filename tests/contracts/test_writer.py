"""The engine with a destination of single changes: every outcome, every kill, read back, adopted, undone, done once."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import msgspec
import pytest

from psconnect.cli import codes, output
from psconnect.model.clock import CancelToken
from psconnect.model.entities import BY_RANK, ENTITIES
from psconnect.model.review import ChangeQuery
from psconnect.model.runs import Run
from psconnect.store.settings.secrets import CLIENT_SECRET, variable
from psconnect.wording.holds import word_hold
from psconnect.wording.records import record_kind
from psconnect.wording.run_sentence import sentence_of
from tests.contracts.kinds.accounts import TOKEN
from tests.support.demo import NAME, Connect, Connected
from tests.support.home import CHECKOUT
from tests.sync.test_reconciled import check_lists
from tests.sync.test_staff import a_teacher, lose_classes

Records = dict[tuple[str, str], dict[str, str]]
"""Entity key and id -> attributes."""


@dataclass
class Accounts:
    """A connection that delivers to the accounts for tests."""

    connected: Connected

    @property
    def folder(self) -> Path:
        return self.connected.folder / "roster"

    def things(self) -> list[tuple[int, str, str, dict[str, str], dict[str, list[str]]]]:
        """Everything that stands there: its own id, entity, our id, record, ids of what it points to."""
        if not (self.folder / "accounts.sqlite").exists():
            return []
        with closing(sqlite3.connect(self.folder / "accounts.sqlite")) as db:
            rows = db.execute("SELECT no, entity, id, record, related FROM thing ORDER BY no").fetchall()
        return [
            (no, entity, name, json.loads(record), json.loads(related)) for no, entity, name, record, related in rows
        ]

    def records(self) -> Records:
        """The same by entity and id; fails where something is there twice."""
        things = [(entity, name) for _no, entity, name, _record, _related in self.things()]
        assert [one for one, times in Counter(things).items() if times > 1] == []
        return {(entity, name): record for _no, entity, name, record, _related in self.things()}

    def ledger(self) -> Records:
        """What the ledger says that stands there."""
        found = {}
        for rank, _key, record in self.connected.ledger():
            entity = BY_RANK[rank]
            values = json.loads(record)
            found[entity.key, values[0]] = dict(zip(entity.attributes, values, strict=True))
        return found

    def fault(self, **faults: list[str]) -> None:
        """What goes wrong from now on, as ``entity id``."""
        text = json.dumps({name.replace("_", " "): what for name, what in faults.items()})
        (self.folder / "faults.json").write_text(text)

    def sync(self, **options: Any) -> Run:
        return self.connected.service.sync(NAME, **options)

    def approve(self, run: Run, **options: Any) -> Run:
        return self.connected.service.approve(run.id, "test", **options)

    def delivered(self) -> Run:
        """A run, approved if it is held."""
        run = self.sync()
        return self.approve(run) if run.state == "held" else run

    def a_student(self, position: int = 0) -> str:
        """The id of an active student."""
        sql = "SELECT dcid FROM students WHERE enroll_status = 0 ORDER BY dcid LIMIT 1 OFFSET ?"
        return str(self.connected.sql(sql, position)[0][0])

    def rename(self, student: str) -> None:
        self.connected.sql("UPDATE students SET last_name = last_name || '-Ng' WHERE dcid = ?", student)

    def leave(self, student: str) -> None:
        self.connected.sql("UPDATE students SET enroll_status = 2 WHERE dcid = ?", student)

    def findings(self, run: Run, rule: str) -> list[tuple[str, str]]:
        groups = self.connected.service.problems(run.id)
        return [(one.entity, one.sourced_id) for group in groups if group.rule.key == rule for one in group.records]


@pytest.fixture
def accounts(connect: Connect) -> Accounts:
    """A district of 60 students that delivers to accounts, never run."""
    connected = connect(students=60, settings={"safety": {"preview": "never"}})
    point_at(connected, connected.folder / "roster" / "accounts.sqlite")
    connected.service.keep_secret(NAME, "destination.token", TOKEN)
    return Accounts(connected)


def point_at(connected: Connected, file: Path) -> None:
    grades = [{"row": "09", "name": "Freshmen"}]
    destination = {"kind": "test-accounts", "file": str(file), "grades": grades}
    connection = connected.service.connection(NAME)
    connected.service.save_connection(msgspec.structs.replace(connection, destination=destination))


def test_everything_is_delivered_once_and_points_to_what_is_there(accounts: Accounts) -> None:
    run = accounts.sync()

    assert run.error is None
    assert run.state in ("finished", "finished_with_problems")
    assert accounts.records() == accounts.ledger()
    assert {entity.key for entity in ENTITIES} - {"calendar", "contact", "relationship"} <= set(run.changes)
    own = {(entity, name): no for no, entity, name, _record, _related in accounts.things()}
    enrollments = [(record, rel) for _n, entity, _i, record, rel in accounts.things() if entity == "enrollment"]
    assert enrollments
    for record, related in enrollments:
        assert related["classSourcedId"] == [str(own["class", record["classSourcedId"]])]
        person = "teacher" if record["role"] == "teacher" else "student"
        assert related["userSourcedId"] == [str(own[person, record["userSourcedId"]])]
    terms = [(no, record) for no, entity, _id, record, _rel in accounts.things() if entity == "calendar"]
    assert all(no > own["calendar", record["parentSourcedId"]] for no, record in terms if record["parentSourcedId"])


def test_derived_entities_are_planned_and_named_like_any_other(accounts: Accounts) -> None:
    run = accounts.sync()

    students = [record for (entity, _id), record in accounts.records().items() if entity == "student"]
    grades = {record["grade"] for record in students}
    assert run.changes["grade-group"].create == len(grades)
    assert run.changes["grade-member"].create == len(students)
    assert accounts.records()["grade-group", "grade-09"]["name"] == "Freshmen"
    again = accounts.sync()
    assert (again.state, again.changes) == (run.state, {})


def test_a_second_run_and_a_second_apply_do_nothing(accounts: Accounts) -> None:
    accounts.delivered()
    before = accounts.things()

    run = accounts.sync()

    assert run.changes == {}
    assert accounts.things() == before


def test_updates_and_removals_reach_the_right_records(accounts: Accounts) -> None:
    accounts.delivered()
    renamed, gone = accounts.a_student(), accounts.a_student(1)
    numbers = {name: no for no, entity, name, _r, _rel in accounts.things() if entity == "student"}
    accounts.rename(renamed)
    accounts.leave(gone)

    run = accounts.delivered()

    assert run.changes["student"].update == 1
    assert run.changes["student"].remove == 1
    assert run.changes["grade-member"].remove == 1
    assert accounts.records() == accounts.ledger()
    assert accounts.records()["student", renamed]["familyName"].endswith("-Ng")
    assert {name: no for no, entity, name, _r, _rel in accounts.things() if entity == "student"} == {
        name: no for name, no in numbers.items() if name != gone
    }


def test_what_has_no_place_or_is_too_long_there_is_left_out_and_counted(accounts: Accounts) -> None:
    connected = accounts.connected
    long, longer = accounts.a_student(), accounts.a_student(1)
    connected.sql("UPDATE students SET last_name = ? WHERE dcid = ?", "N" * 40, long)
    connected.sql("UPDATE students SET last_name = ? WHERE dcid = ?", "N" * 41, longer)

    run = accounts.delivered()

    kinds = {entity for entity, _id in accounts.records()}
    assert not kinds & {"contact", "relationship"}
    assert run.read["contacts"] <= run.left_out["not-taken"] <= run.read["contacts"] + run.read["relationships"]
    assert ("student", long) in accounts.records()
    assert ("student", longer) not in accounts.records()
    too_long = accounts.findings(run, "too-long")
    assert ("student", longer) in too_long
    assert ("student", long) not in too_long
    assert accounts.records() == accounts.ledger()


def test_reports_and_lists_name_derived_entities_by_the_kinds_own_words(accounts: Accounts) -> None:
    student = accounts.a_student()
    accounts.delivered()
    accounts.leave(student)
    accounts.fault(refuse=[f"student {student}"])
    run = accounts.delivered()
    service = accounts.connected.service

    page = service.report(run.id, accounts.folder / "report.html").read_text()
    listed = summary_of(run)
    with closing(service.arrange_changes(run.id, ChangeQuery("grade-member"))) as rows:
        (row,) = rows.page(0, 10)

    assert "Members of grade groups" in page
    assert "its name is taken" in page
    assert "Members of grade groups" in listed
    assert row.action == "remove"
    assert "–" in row.title, "the group and the student"
    assert record_kind("grade-member") == "Member of a grade group"


def summary_of(run: Run) -> str:
    """A run as the command line shows it."""
    text = StringIO()
    with redirect_stdout(text):
        output.show_run(run)
    return text.getvalue()


# --- refused ---------------------------------------------------------------------------------------------------------


def test_a_refused_change_stays_due_and_what_needs_it_waits(accounts: Accounts) -> None:
    student = accounts.a_student()
    accounts.fault(refuse=[f"student {student}"])

    run = accounts.delivered()

    assert run.state == "finished_with_problems"
    assert codes.for_run(run) == codes.REFUSED == 1
    records = accounts.records()
    assert ("student", student) not in records
    assert not [name for name, record in records.items() if student in record.values()]
    assert records == accounts.ledger()
    assert accounts.findings(run, "change-refused") == [("student", student)]
    waiting = accounts.findings(run, "change-waits")
    assert {entity for entity, _id in waiting} >= {"enrollment", "grade-member"}
    assert run.set_aside == {"refused": 1, "waits": len(waiting)}
    detail = [
        one.detail for g in accounts.connected.service.problems(run.id) for one in g.records if one.entity == "student"
    ]
    assert "The account can’t be made: its name is taken." in detail

    accounts.fault()
    healed = accounts.delivered()

    assert healed.changes["student"].create == 1
    assert healed.changes["enrollment"].create == len([one for one in waiting if one[0] == "enrollment"])
    assert codes.for_run(healed) == codes.DONE
    assert accounts.records() == accounts.ledger()
    assert ("student", student) in accounts.records()


def test_a_refused_removal_keeps_what_it_still_needs(accounts: Accounts) -> None:
    accounts.delivered()
    student = accounts.a_student()
    (enrollment, *_) = [
        n for (e, n), r in accounts.records().items() if e == "enrollment" and r["userSourcedId"] == student
    ]
    accounts.leave(student)
    accounts.fault(refuse=[f"enrollment {enrollment}"])

    run = accounts.delivered()

    assert accounts.findings(run, "change-refused") == [("enrollment", enrollment)]
    assert ("student", student) in accounts.findings(run, "change-waits")
    assert ("student", student) in accounts.records()
    assert accounts.records() == accounts.ledger()
    accounts.fault()
    accounts.delivered()
    assert ("student", student) not in accounts.records()
    assert accounts.records() == accounts.ledger()


# --- unknown ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["no_answer", "lose"])
def test_an_unknown_change_is_read_back_at_once(accounts: Accounts, fault: str) -> None:
    student = accounts.a_student()
    accounts.fault(**{fault: [f"student {student}"]})

    run = accounts.delivered()

    assert accounts.records() == accounts.ledger()
    if fault == "no_answer":
        assert run.refused == 0
        assert ("student", student) in accounts.records()
    else:
        # Sent twice, arrived never: it is due again.
        assert accounts.findings(run, "change-refused") == [("student", student)]
        accounts.fault()
        accounts.delivered()
        assert ("student", student) in accounts.records()


def test_what_stays_unknown_stops_the_run_and_is_read_back_first_by_the_next(accounts: Accounts) -> None:
    student = accounts.a_student()
    accounts.fault(no_answer=[f"student {student}"], silent=[f"student {student}"])

    run = accounts.delivered()

    assert (run.state, run.failed_in) == ("failed", "applying")
    assert run.error
    assert run.error["code"] == "PSC-DELIVERY-UNKNOWN"
    assert codes.for_run(run) == codes.APPLYING
    assert ("student", student) in accounts.records()
    assert ("student", student) not in accounts.ledger()
    blocked = accounts.sync()
    assert blocked.error
    assert blocked.error["code"] == "PSC-DELIVERY-UNKNOWN"
    assert blocked.failed_in == "reading"

    accounts.fault()
    accounts.connected.steps.clear()
    healed = accounts.delivered()

    assert accounts.connected.steps.index("read-back") < accounts.connected.steps.index("read")
    assert healed.error is None
    assert accounts.records() == accounts.ledger()


def test_a_system_that_is_gone_in_the_middle_is_told_and_gone_on_with(accounts: Accounts) -> None:
    stop_after(accounts, "settled", 5, lambda: accounts.fault(gone=[]))

    run = accounts.delivered()

    assert (run.state, run.failed_in) == ("failed", "applying")
    assert 0 < len(accounts.ledger()) < 300
    accounts.fault()
    assert accounts.delivered().error is None
    assert accounts.records() == accounts.ledger()


def stop_after(accounts: Accounts, step: str, times: int, act: Callable[[], None]) -> None:
    """Do something when a step is taken for that many times."""
    left = times

    def seen(taken: str) -> None:
        nonlocal left
        accounts.connected.steps.append(taken)
        left -= taken == step
        if taken == step and not left:
            act()

    accounts.connected.service.on_step = seen


def test_a_cancel_between_two_batches_keeps_what_was_made(accounts: Accounts) -> None:
    cancel = CancelToken()
    stop_after(accounts, "settled", 4, cancel.cancel)
    held = accounts.sync(cancel=cancel)

    assert held.state == "cancelled"
    assert accounts.records() == accounts.ledger()
    assert 0 < len(accounts.records()) < 300
    assert sum(counts.create for counts in held.changes.values()) == len(accounts.ledger())
    assert held.in_part
    assert sentence_of(held, "").text.startswith("Delivered in part: ")
    assert accounts.delivered().error is None
    assert accounts.records() == accounts.ledger()
    assert {entity for entity, _id in accounts.records()} >= {"enrollment", "grade-member"}


def test_every_figure_of_what_was_delivered_in_part_leads_to_its_records(accounts: Accounts) -> None:
    assert accounts.delivered().error is None
    connected = accounts.connected
    connected.sql("UPDATE students SET first_name = 'Mia' WHERE enroll_status = 0")
    connected.sql("UPDATE students SET last_name = '' WHERE dcid = (SELECT max(dcid) FROM students)")
    connected.sql("DELETE FROM cc WHERE dcid IN (SELECT dcid FROM cc ORDER BY dcid LIMIT 20)")
    stop_after(accounts, "settled", 3, lambda: accounts.fault(gone=[]))
    run = accounts.delivered()
    assert run.in_part
    check_lists(connected)
    # What is read for a run that ends before it delivers lies over it.
    failed = accounts.sync()
    assert failed.state == "failed"
    check_lists(connected)
    accounts.fault()
    connected.sql("UPDATE students SET first_name = 'Zoe' WHERE enroll_status = 0")
    preview = accounts.sync(plan_only=True)
    check_lists(connected)
    connected.service.discard(preview.id)
    check_lists(connected)


# --- adopted ---------------------------------------------------------------------------------------------------------


def made_by_hand(accounts: Accounts, username: str) -> int:
    """An account that somebody made there before psconnect came; its number there."""
    columns = "no INTEGER PRIMARY KEY AUTOINCREMENT, entity TEXT, id TEXT, record TEXT, related TEXT"
    with closing(sqlite3.connect(accounts.folder / "accounts.sqlite", isolation_level=None)) as db:
        db.execute(f"CREATE TABLE IF NOT EXISTS thing ({columns})")
        row = ["student", "", json.dumps({"username": username, "familyName": "By hand"}), "{}"]
        made = db.execute("INSERT INTO thing (entity, id, record, related) VALUES (?, ?, ?, ?)", row).lastrowid
    assert made
    return made


def test_what_is_there_is_adopted_shown_and_left_by_an_undo(accounts: Accounts) -> None:
    planned = accounts.sync(plan_only=True)
    student = accounts.a_student()
    username = next(
        change.record["username"]
        for change in accounts.connected.service.changes(planned.id)
        if change.entity == "student" and change.record["sourcedId"] == student
    )
    number = made_by_hand(accounts, username)

    preview = accounts.sync(plan_only=True)
    with closing(accounts.connected.service.arrange_changes(preview.id, ChangeQuery("student"))) as rows:
        found = {row.key: row.found_by for row in rows.page(0, 100)}
    assert {key: how for key, how in found.items() if how} == {int(student): "the same user name"}
    assert preview.plan_hash != planned.plan_hash, "an approval is for these links"

    run = accounts.delivered()

    assert [no for no, entity, name, *_ in accounts.things() if (entity, name) == ("student", student)] == [number]
    assert accounts.records() == accounts.ledger()
    undone = accounts.connected.service.undo(run.id)
    assert undone.set_aside["adopted"] == 1
    accounts.approve(undone)
    left = {name for name, record in accounts.records().items() if name[0] == "student"}
    assert left == {("student", student)}
    assert accounts.records() == accounts.ledger()


# --- undone, excluded, moved ------------------------------------------------------------------------------------------


def test_an_undo_takes_back_roster_and_derived_entities(accounts: Accounts) -> None:
    accounts.delivered()
    before = accounts.records()
    accounts.rename(accounts.a_student())
    accounts.leave(accounts.a_student(1))
    accounts.connected.sql("UPDATE students SET grade_level = 8 WHERE dcid = ?", accounts.a_student(2))
    run = accounts.delivered()
    assert accounts.records() != before

    undone = accounts.approve(accounts.connected.service.undo(run.id))

    assert undone.error is None
    assert accounts.records() == before == accounts.ledger()


def test_what_a_cancelled_run_made_can_be_undone(accounts: Accounts) -> None:
    accounts.delivered()
    before = accounts.records()
    for position in range(30):
        accounts.rename(accounts.a_student(position))
    cancel = CancelToken()
    stop_after(accounts, "settled", 1, cancel.cancel)
    run = accounts.sync(cancel=cancel)
    assert (run.state, run.changes["student"].update) == ("cancelled", 20)

    undone = accounts.approve(accounts.connected.service.undo(run.id))

    assert undone.changes["student"].update == 20
    assert accounts.records() == before == accounts.ledger()


def test_an_excluded_group_takes_its_members_along(accounts: Accounts) -> None:
    run = accounts.sync(plan_only=True)
    with closing(accounts.connected.service.arrange_changes(run.id, ChangeQuery("grade-group"))) as rows:
        group = next(row.key for row in rows.page(0, 50) if row.title == "Freshmen")

    run = accounts.connected.service.exclude(run.id, "grade-group", [group])
    accounts.approve(run)

    assert ("grade-group", "grade-09") not in accounts.records()
    assert not [record for record in accounts.records().values() if record.get("groupId") == "grade-09"]
    assert accounts.records() == accounts.ledger()


def test_an_excluded_student_takes_the_derived_membership_along(accounts: Accounts) -> None:
    accounts.delivered()
    student = accounts.a_student(2)
    before = accounts.records()
    accounts.connected.sql("UPDATE students SET grade_level = 8 WHERE dcid = ?", student)
    run = accounts.sync(plan_only=True)
    assert run.changes["grade-member"].total

    run = accounts.connected.service.exclude(run.id, "student", [int(student)])

    assert "grade-member" not in run.changes
    assert "student" not in run.changes
    run = accounts.connected.service.include(run.id, "student", [int(student)])
    assert (run.changes["grade-member"].create, run.changes["grade-member"].remove) == (1, 1)
    assert accounts.records() == before


def test_another_file_gets_everything_as_new(accounts: Accounts) -> None:
    accounts.delivered()
    first = accounts.records()
    kept = accounts.folder / "accounts.sqlite"
    elsewhere = accounts.folder / "other"
    elsewhere.mkdir()
    shutil.move(kept, elsewhere / "kept.sqlite")

    run = accounts.sync()
    assert run.redelivers_to == str(kept)
    run = accounts.approve(run) if run.state == "held" else run

    assert run.error is None
    assert accounts.records() == first == accounts.ledger()
    assert accounts.sync().changes == {}


def test_another_system_that_has_the_records_already_gets_none_twice(accounts: Accounts) -> None:
    accounts.delivered()
    before = {(entity, name): no for no, entity, name, _record, _related in accounts.things()}
    with closing(sqlite3.connect(accounts.folder / "accounts.sqlite", isolation_level=None)) as db:
        db.execute("UPDATE mark SET id = 'another'")

    run = accounts.delivered()

    assert run.redelivers_to
    assert accounts.records() == accounts.ledger()
    assert {(entity, name): no for no, entity, name, _record, _related in accounts.things()} == before


def test_staff_that_is_refused_in_a_new_role_stays_in_the_old_one(accounts: Accounts) -> None:
    accounts.delivered()
    key = a_teacher(accounts.connected)
    person = f"T{key}"
    lose_classes(accounts.connected, key)
    accounts.fault(refuse=[f"admin {person}"])

    run = accounts.delivered()

    assert accounts.findings(run, "change-refused") == [("admin", person)]
    assert ("teacher", person) in accounts.findings(run, "change-waits")
    assert ("teacher", person) in accounts.records()
    assert accounts.records() == accounts.ledger()
    accounts.fault()
    accounts.delivered()
    assert {entity for entity, name in accounts.records() if name == person} == {"admin"}
    assert accounts.records() == accounts.ledger()


def test_derived_entities_have_limits_like_any_other(accounts: Accounts) -> None:
    accounts.delivered()
    service = accounts.connected.service
    service.set_value(NAME, "safety.thresholds.grade-member.remove", '"1"')
    accounts.leave(accounts.a_student())

    run = accounts.sync()

    assert run.state == "held"
    assert [hold.rule for hold in run.holds] == ["remove-grade-member"]
    assert "members of grade groups" in word_hold(run.holds[0]).reason.lower()


# --- killed ----------------------------------------------------------------------------------------------------------

STEPS = (
    ("begun-there", 1),
    ("journalled", 1),
    ("written", 70),
    ("answered", 9),
    *(pytest.param(step, 1, marks=pytest.mark.thorough) for step in ("written", "settled", "published", "ledger")),
)


def start(place: Path, environment: dict[str, str], *step: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.contracts.writer_driver", str(place / "home"), NAME, *step]
    return subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("step", "times"), STEPS)
def test_killed_at_any_step_the_next_run_ends_as_if_nothing_had_happened(
    accounts: Accounts, step: str, times: int
) -> None:
    connected = accounts.connected
    environment = {
        **os.environ,
        "PYTHONPATH": str(CHECKOUT),
        variable(CLIENT_SECRET): connected.service.secrets.get(NAME, CLIENT_SECRET),
        variable("destination.token"): TOKEN,
    }

    killed = start(connected.folder, environment, step, str(times))
    assert killed.returncode == -signal.SIGKILL, killed.stdout[-500:] + killed.stderr
    accounts.records()

    again = start(connected.folder, environment)
    assert again.returncode == 0, again.stderr
    assert again.stdout.splitlines()[-1].startswith("state finished"), again.stdout[-500:]
    assert accounts.records() == accounts.ledger()
    third = start(connected.folder, environment)
    assert "journalled" not in third.stdout.splitlines(), "nothing is left to send"
