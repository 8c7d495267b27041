"""Whole runs from the demo district into the local Moodle: once, again, changed, and through every fault."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from typing import Any

import msgspec
import pytest

from psconnect.model.runs import Run
from psconnect.store.settings.secrets import CLIENT_SECRET, variable
from tests.destinations.moodle.support import Patient
from tests.moodle.server import MoodleSite
from tests.support.demo import NAME, Connect, Connected
from tests.support.home import CHECKOUT


@pytest.fixture
def connected(connect: Connect, moodle_site: MoodleSite) -> Connected:
    made = connect(students=60, settings={"safety": {"preview": "never"}})
    return point_at(made, moodle_site)


def point_at(connected: Connected, site: MoodleSite, **settings: Any) -> Connected:
    cohorts = [{"people": "student", "field": "grade", "name": "Grade {value}"}]
    destination = {"kind": "moodle", "url": site.address, "cohorts": cohorts, **settings}
    connection = connected.service.connection(NAME)
    connected.service.save_connection(msgspec.structs.replace(connection, destination=destination))
    connected.service.keep_secret(NAME, "destination.token", site.token)
    for name in ("first_name", "last_name", "middle_name"):
        connected.sql(f"UPDATE students SET {name} = replace({name}, '<', '')")  # refused: test_users.py
    return connected


def sync(connected: Connected) -> Run:
    run = connected.service.sync(NAME)
    return connected.service.approve(run.id, "test") if run.state == "held" else run


def _teachers(site: MoodleSite) -> set[str]:
    mail = {user.id: user.email for user in site.users}
    return {mail[one.userid] for one in site.enrolments if "student" not in site.roles_of(one.userid, one.courseid)}


def doubles(site: MoodleSite) -> list[str]:
    """What stands there twice by its ID number."""
    names = [("user", one.idnumber) for one in site.users]
    names += [("course", one.idnumber) for one in site.courses]
    names += [("cohort", one.idnumber) for one in site.cohorts]
    return [f"{kind} {name}" for (kind, name), times in Counter(names).items() if times > 1]


def test_a_first_run_delivers_everything_and_a_second_writes_nothing(
    connected: Connected, moodle_site: MoodleSite
) -> None:
    run = sync(connected)

    assert run.error is None
    assert run.refused == 0
    assert len(moodle_site.users) == sum(run.changes[one].create for one in ("student", "teacher", "admin"))
    assert len(moodle_site.courses) == run.changes["moodle-course"].create
    assert len(moodle_site.enrolments) == run.changes["moodle-enrollment"].create
    assert len(moodle_site.cohorts) == run.changes["moodle-cohort"].create
    pupils = {user.email for user in moodle_site.users if user.department != "Staff"} - _teachers(moodle_site)
    assert not pupils & {mail.to for mail in moodle_site.mails}, "students are enrolled before their teachers"
    moodle_site.calls.clear()

    assert sync(connected).changes == {}
    assert list(moodle_site.calls.writes) == []


def test_what_changes_in_the_district_changes_in_moodle(connected: Connected, moodle_site: MoodleSite) -> None:
    sync(connected)
    active = "SELECT dcid FROM students WHERE enroll_status = 0"
    connected.sql(f"UPDATE students SET enroll_status = 2 WHERE dcid IN ({active} LIMIT 2)")
    connected.sql(f"UPDATE students SET last_name = 'Ng' WHERE dcid IN ({active} ORDER BY dcid DESC LIMIT 9)")
    moodle_site.calls.clear()

    run = sync(connected)

    assert run.refused == 0
    assert sum(user.suspended for user in moodle_site.users) == 2
    assert sum(user.lastname == "Ng" for user in moodle_site.users) >= 9
    assert len(moodle_site.calls.of("core_user_update_users")) == 2
    gone = {user.id for user in moodle_site.users if user.suspended}
    assert all(enrolment.status == 1 for enrolment in moodle_site.enrolments if enrolment.userid in gone)


def test_another_ledger_takes_over_what_stands_there(connected: Connected, moodle_site: MoodleSite) -> None:
    sync(connected)
    before = moodle_site.picture()
    connected.rosters.unlink()
    moodle_site.calls.clear()

    run = sync(connected)

    assert run.error is None
    assert moodle_site.picture() == before
    assert len(moodle_site.calls.of("core_course_get_courses_by_field")) < 10, "courses are read together"
    assert run.adopted >= len(moodle_site.users) + len(moodle_site.courses) + len(moodle_site.cohorts)


@pytest.mark.parametrize("seed", range(3))
def test_after_faults_the_next_run_ends_with_the_roster(connect: Connect, moodle_site: MoodleSite, seed: int) -> None:
    whole = point_at(connect(students=60, settings={"safety": {"preview": "never"}}), moodle_site)
    whole.service.clock = Patient()
    moodle_site.faults.seeded(seed, 0.3)
    sync(whole)
    moodle_site.faults.clear()

    run = sync(whole)

    assert run.error is None
    assert run.refused == 0
    assert doubles(moodle_site) == []
    with MoodleSite() as other:
        point_at(whole, other)
        sync(whole)
        assert other.picture() == moodle_site.picture()


@pytest.mark.parametrize("step", ["journalled", "answered"])
def test_killed_between_batch_and_answer_nothing_is_made_twice(
    connected: Connected, moodle_site: MoodleSite, step: str
) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": str(CHECKOUT),
        variable(CLIENT_SECRET): connected.service.secrets.get(NAME, CLIENT_SECRET),
        variable("destination.token"): moodle_site.token,
    }
    command = [sys.executable, "-m", "tests.contracts.writer_driver", str(connected.folder / "home"), NAME]
    killed = subprocess.run([*command, step, "7"], cwd=CHECKOUT, env=environment, check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL

    again = subprocess.run(command, cwd=CHECKOUT, env=environment, check=False, capture_output=True, text=True)

    assert again.stdout.splitlines()[-1].startswith("state finished"), again.stdout[-300:] + again.stderr
    assert doubles(moodle_site) == []
    before = moodle_site.picture()
    connected.rosters.unlink()
    sync(connected)
    assert moodle_site.picture() == before
