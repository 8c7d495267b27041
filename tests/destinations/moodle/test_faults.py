"""One fault at a seeded call of a run, or a kill there: after the next run the site is what it is without the fault.

A district is loaded and then changed; the fault comes in the one run or the other. The site that never had a fault is
loaded from the same district, and judged by plain SQL.
"""

from __future__ import annotations

import copy
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import pytest

from psconnect.store.settings.secrets import CLIENT_SECRET, variable
from tests.destinations.moodle.support import Patient
from tests.destinations.moodle.test_whole_runs import doubles, point_at, sync
from tests.moodle.server import MoodleSite
from tests.support.demo import NAME, Connect, Connected
from tests.support.home import CHECKOUT

Picture = dict[str, Any]
Phase = Literal["load", "change"]
_ONCE = ("cut before", "cut after", "cut mid", "503 before", "503 after", "504 after")
_KINDS = (*_ONCE, "deadlock", "invalidresponse", "maintenance")
_LONG = 5
"""Calls in a row that fail at most: longer than the client tries."""
_QUICK, _ALL = 8, 40
_CALLS = {"load": 38, "change": 17}
"""A run of this district makes at least as many calls."""


@dataclass(frozen=True)
class Point:
    """Where a run is hurt: in which of the two, at which of its calls, how, and for how many calls."""

    run: Phase
    kind: str
    nth: int
    times: int


def _points(kill: bool) -> Iterator[Any]:
    chance = random.Random(20_260_914 + kill)
    phases: tuple[Phase, ...] = ("load", "change")
    for number in range(_ALL // 4 if kill else _ALL):
        run = chance.choice(phases)
        kind = "kill" if kill else _KINDS[number % len(_KINDS)]
        times = 1 if kind in ("kill", "invalidresponse") else chance.randint(1, _LONG)
        point = Point(run, kind, chance.randint(1, _CALLS[run]), times)
        quick = number < (_QUICK // 4 if kill else _QUICK)
        name = f"{run}-{kind}-{point.nth}-{times}".replace(" ", "-")
        yield pytest.param(point, id=name, marks=() if quick else pytest.mark.thorough)


def _changed(connected: Connected) -> None:
    """Some leave, some are renamed, some change grade; a class gets another teacher."""
    active = "SELECT dcid FROM students WHERE enroll_status = 0"
    connected.sql(f"UPDATE students SET enroll_status = 2 WHERE dcid IN ({active} ORDER BY dcid LIMIT 3)")
    connected.sql(f"UPDATE students SET last_name = 'Ng' WHERE dcid IN ({active} ORDER BY dcid DESC LIMIT 9)")
    connected.sql(f"UPDATE students SET grade_level = 12 WHERE dcid IN ({active} ORDER BY dcid LIMIT 5 OFFSET 20)")


def _district(connect: Connect, site: MoodleSite) -> Connected:
    made = point_at(connect(students=60, settings={"safety": {"preview": "never"}}), site)
    made.service.clock = Patient()
    return made


def _hurt(connected: Connected, site: MoodleSite, point: Point) -> None:
    """A run with the fault; how it ends is its own affair."""
    if point.kind == "kill":
        _killed_at(connected, site, point.nth)
        return
    site.faults.add(point.kind, nth=point.nth, times=point.times)  # type: ignore[arg-type]
    sync(connected)
    assert site.faults.happened
    site.faults.clear()


def _killed_at(connected: Connected, site: MoodleSite, nth: int) -> None:
    """A run in a process of its own, killed when its ``nth`` call has arrived: the site carries that one out."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(CHECKOUT),
        variable(CLIENT_SECRET): connected.service.secrets.get(NAME, CLIENT_SECRET),
        variable("destination.token"): site.token,
    }
    command = [sys.executable, "-m", "tests.contracts.writer_driver", str(connected.folder / "home"), NAME]
    with subprocess.Popen(
        command, cwd=CHECKOUT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        site.faults.add("nothing", nth=nth, on_hit=lambda _call: process.send_signal(signal.SIGKILL))
        assert process.wait(60) == -signal.SIGKILL
    site.faults.clear()


def _differences(site: Picture, wanted: Picture) -> list[str]:
    """What stands in the one picture and not in the other, or more often, by kind."""
    found = []
    for kind in wanted.keys() | site.keys():
        there, due = list(site.get(kind, ())), list(wanted.get(kind, ()))
        for row in due:
            if row in there:
                there.remove(row)
            else:
                found.append(f"{kind} lacks a row")
        found += [f"{kind} has one too many" for _row in there]
    return found


@pytest.mark.parametrize("point", [*_points(kill=False), *_points(kill=True)])
def test_after_one_fault_the_next_run_ends_with_the_roster(
    connect: Connect, moodle_site: MoodleSite, point: Point
) -> None:
    district = _district(connect, moodle_site)
    if point.run == "load":
        _hurt(district, moodle_site, point)
        sync(district)
        _changed(district)
    else:
        sync(district)
        _changed(district)
        _hurt(district, moodle_site, point)

    run = sync(district)

    assert (run.error, run.refused) == (None, 0)
    assert doubles(moodle_site) == []
    moodle_site.calls.clear()
    assert sync(district).changes == {}
    assert not moodle_site.calls.writes
    with MoodleSite() as untouched:
        other = _district(connect, untouched)
        sync(other)
        _changed(other)
        sync(other)
        assert _differences(moodle_site.picture(), untouched.picture()) == []
    _judge_by_sql(district, moodle_site)


def _judge_by_sql(district: Connected, site: MoodleSite) -> None:
    """Each account is a person of the district, and suspended exactly if the person has left."""
    rows = district.sql("SELECT dcid, enroll_status, last_name FROM students")
    status = {str(dcid): (state, name) for dcid, state, name in rows}
    pupils = [user for user in site.users if user.department != "Staff" and user.idnumber in status]
    assert len(pupils) > 40
    for user in pupils:
        state, name = status[user.idnumber]
        assert user.suspended == (state != 0)
        assert user.suspended or user.lastname == name.strip()


def _without(kind: str) -> Callable[[Picture], None]:
    return lambda picture: picture[kind].pop()


def _twice(kind: str) -> Callable[[Picture], None]:
    return lambda picture: picture[kind].append(picture[kind][0])


def _other(kind: str, place: int) -> Callable[[Picture], None]:
    def change(picture: Picture) -> None:
        row = list(picture[kind][0])
        row[place] = "changed"
        picture[kind][0] = tuple(row)

    return change


def test_the_judge_sees_each_row_that_is_gone_doubled_or_other(connect: Connect, moodle_site: MoodleSite) -> None:
    sync(_district(connect, moodle_site))
    right = moodle_site.picture()
    assert _differences(right, right) == []
    for kind in ("users", "courses", "enrolments", "cohorts", "categories"):
        for change in (_without(kind), _twice(kind), _other(kind, 1)):
            wrong = copy.deepcopy(right)
            change(wrong)
            assert _differences(wrong, right), kind
