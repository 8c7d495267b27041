"""A year with Moodle, judged by plain SQL over the district: loaded, unchanged, 2 % changed, rolled over, adopted."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

import pytest

from psconnect.model.runs import Run
from tests.destinations.moodle.support import Patient
from tests.destinations.moodle.test_whole_runs import point_at, sync
from tests.judges.moodle import differences
from tests.judges.sql_truth import Truth, truth
from tests.moodle.server import MoodleSite
from tests.support.demo import DISTRICT, Connect, Connected

SIZES = [
    pytest.param(60, id="60"),
    pytest.param(2_000, id="2000", marks=[pytest.mark.thorough, pytest.mark.timeout(900)]),
]
Figure = Callable[[str, float, str], None]


@pytest.fixture
def load(connect: Connect, moodle_site: MoodleSite) -> Callable[[int], Connected]:
    def made(students: int) -> Connected:
        district = point_at(connect(students=students, settings={"safety": {"preview": "never"}}), moodle_site)
        if students > 500:
            # A thousand accounts at once take the server some time, and no test waits for a retry.
            district.service.clock = Patient()
        # In a large district some share an address; that Moodle refuses them otherwise is for the adoption to see.
        moodle_site.switches.allow_same_email = True
        return district

    return made


def _expected(district: Connected) -> Truth:
    return truth(district.server.database, district.server.today, DISTRICT)


def _right(run: Run, district: Connected, site: MoodleSite) -> None:
    assert (run.error, run.refused) == (None, 0)
    assert differences(site.picture(), _expected(district)) == []


def _nothing_to_do(district: Connected, site: MoodleSite) -> None:
    site.calls.clear()
    assert sync(district).changes == {}
    assert list(site.calls.writes) == []


def _rows(picture: dict[str, Any], kind: str) -> set[Any]:
    return set(picture[kind])


@pytest.mark.parametrize("students", SIZES)
def test_two_percent_of_change_arrive_and_nothing_else(
    load: Callable[[int], Connected], moodle_site: MoodleSite, students: int, record_figure: Figure
) -> None:
    district = load(students)
    _right(sync(district), district, moodle_site)
    _nothing_to_do(district, moodle_site)
    before, people = moodle_site.picture(), _people(_expected(district))
    for kind in ("names", "leavers", "class-changes", "new-students"):
        district.server.change_district(kind, count=max(1, students // 200))

    moodle_site.calls.clear()
    run = sync(district)
    writes = len(moodle_site.calls.writes)

    _right(run, district, moodle_site)
    after, now = moodle_site.picture(), _people(_expected(district))
    touched = {number for number in people.keys() | now.keys() if people.get(number) != now.get(number)}
    assert touched
    changed = {row[4] for row in _rows(before, "users") ^ _rows(after, "users")}
    assert changed == touched
    assert len(after["users"]) == len(before["users"]) + len(now.keys() - people.keys()), "nobody is deleted"
    assert _rows(before, "courses") == _rows(after, "courses")
    record_figure(f"Moodle, {students:,} students, 2 % changed: people", len(touched), "people")
    record_figure(f"Moodle, {students:,} students, 2 % changed: requests that write", writes, "requests")
    _nothing_to_do(district, moodle_site)


def _people(expected: Truth) -> dict[str, tuple[str, ...]]:
    shown = ("givenName", "familyName", "email", "username")
    return {
        number: tuple(record[name] for name in shown)
        for entity in ("student", "teacher", "admin")
        for number, record in expected[entity].items()
        if record["email"]
    }


@pytest.mark.parametrize("students", SIZES)
def test_a_rollover_keeps_everybody_and_hides_what_is_over(
    load: Callable[[int], Connected], moodle_site: MoodleSite, students: int
) -> None:
    district = load(students)
    sync(district)
    before = moodle_site.picture()
    outcome = district.server.change_district("rollover")
    assert outcome.today
    district.clock.time = datetime.combine(outcome.today, time(17, 30), UTC)
    if isinstance(district.service.clock, Patient):
        district.service.clock = district.clock

    run = sync(district)

    _right(run, district, moodle_site)
    after = moodle_site.picture()
    gone = {row[4] for row in before["users"]} - {row[4] for row in after["users"]}
    assert gone == set(), "accounts are suspended, never deleted"
    old = {row[3] for row in before["courses"]}
    still = [row for row in after["courses"] if row[3] in old]
    assert len(still) == len(old), "courses are hidden, never deleted"
    assert any(not row[6] for row in still)
    assert any(row[6] and row[3] not in old for row in after["courses"])
    _nothing_to_do(district, moodle_site)


@pytest.mark.parametrize("students", SIZES)
def test_accounts_that_are_there_are_taken_over_and_nobody_is_doubled(
    load: Callable[[int], Connected], moodle_site: MoodleSite, students: int
) -> None:
    """Up to 500 accounts by ID number, by user name or by address; in traps only the address is the same."""
    district = load(students)
    moodle_site.switches.allow_same_email = False
    everybody = _with_account(_expected(district))
    shared = Counter(row["email"].casefold() for row in everybody.values())
    alone = sorted(number for number, row in everybody.items() if shared[row["email"].casefold()] == 1)
    some = alone[:: max(1, len(alone) // 500)]
    chance = random.Random(students)
    ways = {number: chance.choice(("number", "name", "address", "trap")) for number in some}
    for number, way in ways.items():
        moodle_site.add_user(**_account(everybody[number], way))
    traps = {number for number, way in ways.items() if way == "trap"}

    run = sync(district)

    assert run.error is None
    assert run.adopted >= len(some) - len(traps)
    own = [user for user in moodle_site.users if user.idnumber and not user.username.startswith("other")]
    there = {user.idnumber for user in own}
    assert len(moodle_site.users) == len(shared), "an address that somebody else has makes no second account"
    assert there <= everybody.keys() - traps
    assert there >= set(alone) - traps
    assert len(own) == len(there)
    assert run.refused >= len(traps)


def _with_account(expected: Truth) -> dict[str, dict[str, str]]:
    people = {number: row for entity in ("student", "teacher", "admin") for number, row in expected[entity].items()}
    return {number: row for number, row in people.items() if row["email"] and row["username"]}


def _account(record: dict[str, str], way: str) -> dict[str, str]:
    number, own = record["sourcedId"], {"firstname": record["givenName"], "lastname": record["familyName"]}
    old = {"username": f"old{number.lower()}", "email": f"old{number}@example.org"}
    if way == "number":
        return {**own, **old, "idnumber": number}
    if way == "name":
        return {**own, **old, "username": record["username"].lower()}
    if way == "address":
        return {**own, **old, "email": record["email"]}
    other = {"firstname": "Somebody", "lastname": "Else", "username": f"other{number.lower()}"}
    return {**other, "email": record["email"]}
