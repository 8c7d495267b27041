"""What goes wrong on the way or between calls: cut connections, pages, races, late errors (moodle-api.md 9)."""

from __future__ import annotations

import http.client
import threading
import urllib.error
from collections.abc import Callable
from typing import Any

import pytest

from tests.moodle.client import Plain
from tests.moodle.server import Call, MoodleSite

CREATE = "core_user_create_users"
LOST = (http.client.RemoteDisconnected, http.client.IncompleteRead, urllib.error.URLError, ConnectionError)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What these answer when they are under way at the same time."""
    answers: list[Any] = [None] * len(calls)

    def run(place: int) -> None:
        answers[place] = calls[place]()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def together(site: MoodleSite, function: str, number: int) -> None:
    """Hold calls of this function back until so many of them are under way."""
    barrier = threading.Barrier(number, timeout=20)
    site.faults.add("hold", function, times=number, on_hold=barrier.wait)


@pytest.mark.parametrize(("kind", "saved"), [("cut before", 0), ("cut after", 1), ("cut mid", 1)])
def test_a_cut_connection_leaves_the_outcome_open(plain: Plain, moodle_site: MoodleSite, kind: Any, saved: int) -> None:
    moodle_site.faults.add(kind, CREATE)
    with pytest.raises(LOST):
        plain.make_user()
    assert len(moodle_site.users) == saved
    assert moodle_site.calls[-1].fault == kind
    assert moodle_site.calls[-1].outcome == ("ok" if saved else "cut")
    plain.make_user("bob")


@pytest.mark.parametrize(
    ("kind", "status", "saved"),
    [("503 before", 503, 0), ("503 after", 503, 1), ("504 after", 504, 1), ("maintenance", 503, 0), ("html", 200, 0)],
)
def test_a_page_comes_instead_of_an_answer(
    plain: Plain, moodle_site: MoodleSite, kind: Any, status: int, saved: int
) -> None:
    moodle_site.faults.add(kind, CREATE)
    answer = plain.answer(CREATE, users=[plain.person("ann")])
    assert (answer.status, answer.headers["Content-Type"][:9]) == (status, "text/html")
    assert len(moodle_site.users) == saved


@pytest.mark.parametrize(("kind", "saved"), [("deadlock", 0), ("invalidresponse", 1)])
def test_an_error_before_and_after_everything_is_written(
    plain: Plain, moodle_site: MoodleSite, kind: Any, saved: int
) -> None:
    moodle_site.faults.add(kind, CREATE)
    code = {"deadlock": "dmlwriteexception", "invalidresponse": "invalidresponse"}[kind]
    assert plain.refused(CREATE, users=[plain.person("ann")]) == code
    assert len(moodle_site.users) == saved


def test_a_fault_happens_at_the_nth_call_of_its_function(plain: Plain, moodle_site: MoodleSite) -> None:
    moodle_site.faults.add("deadlock", CREATE, nth=2, times=2)
    outcomes = []
    for word in ("ann", "bob", "cid", "dan"):
        plain.by_field("id", 2)
        plain.call(CREATE, users=[plain.person(word)])
        outcomes.append(moodle_site.calls[-1].outcome)
    assert outcomes == ["ok", "dmlwriteexception", "dmlwriteexception", "ok"]
    assert len(moodle_site.faults.happened) == 2


def test_seeded_faults_are_the_same_for_the_same_seed() -> None:
    def run(seed: int) -> list[str]:
        with MoodleSite() as site:
            site.faults.seeded(seed, 0.5, ("deadlock",), writes_only=True)
            plain = Plain(site.address, site.token)
            for number in range(12):
                plain.by_field("id", 2)
                plain.call(CREATE, users=[plain.person(f"s{number}")])
            assert not any(call.fault for call in site.calls.reads)
            return [call.outcome for call in site.calls.writes]

    assert run(1) == run(1)
    assert run(1) != run(2)
    assert {"ok", "dmlwriteexception"} == set(run(1))


def test_a_test_is_told_when_a_fault_happens(plain: Plain, moodle_site: MoodleSite) -> None:
    seen: list[Call] = []
    moodle_site.faults.add("nothing", CREATE, on_hit=seen.append)
    plain.make_user()
    assert [call.function for call in seen] == [CREATE]


def test_an_unknown_fault_is_a_mistake_of_the_test(moodle_site: MoodleSite) -> None:
    with pytest.raises(ValueError, match="no fault"):
        moodle_site.faults.add("cut afterwards")  # type: ignore[arg-type]


def test_identical_courses_created_at_once_become_doubles(plain: Plain, moodle_site: MoodleSite) -> None:
    """Fact 6: checks in code don't see what others are about to write; one after another they do."""
    function = "core_course_create_courses"
    together(moodle_site, function, 4)
    course = {"fullname": "x", "shortname": "ALG1", "idnumber": "C1", "categoryid": 1}
    answers = at_once(*[lambda: plain.call(function, courses=[course])] * 4)
    assert [answer[0]["shortname"] for answer in answers] == ["ALG1"] * 4
    assert len(moodle_site.courses) == 4
    assert plain.refused(function, courses=[course]) == "shortnametaken"


def test_of_identical_users_created_at_once_one_wins(plain: Plain, moodle_site: MoodleSite) -> None:
    together(moodle_site, CREATE, 3)
    answers = at_once(*[lambda: plain.call(CREATE, users=[plain.person("ann")])] * 3)
    lost = [answer["errorcode"] for answer in answers if isinstance(answer, dict)]
    assert lost == ["dmlwriteexception"] * 2
    assert len(moodle_site.users) == 1


def test_a_switch_makes_checks_see_everything(plain: Plain, moodle_site: MoodleSite) -> None:
    moodle_site.switches.overlapping_creates = False
    function = "core_cohort_create_cohorts"
    together(moodle_site, function, 2)
    cohort = {"categorytype": {"type": "system", "value": ""}, "name": "x", "idnumber": "g9"}
    at_once(*[lambda: plain.call(function, cohorts=[cohort])] * 2)
    assert len(moodle_site.cohorts) == 1


@pytest.mark.parametrize(("shared", "failed"), [(2, 1), (1, 0), (0, 0)])
def test_enrolments_at_once_that_share_users_deadlock(
    plain: Plain, moodle_site: MoodleSite, shared: int, failed: int
) -> None:
    function = "enrol_manual_enrol_users"
    people = [moodle_site.add_user(f"s{number}") for number in range(4)]
    course = moodle_site.add_course("ALG1")
    halves = [people[:2], people[2 - shared : 4 - shared]]
    together(moodle_site, function, 2)

    def enrol(half: list[Any]) -> Any:
        rows = [{"roleid": 5, "userid": user.id, "courseid": course.id} for user in half]
        return plain.call(function, enrolments=rows)

    answers = at_once(lambda: enrol(halves[0]), lambda: enrol(halves[1]))
    assert [answer["errorcode"] for answer in answers if answer] == ["dmlwriteexception"] * failed


def test_a_late_call_still_writes_when_its_caller_has_gone(plain: Plain, moodle_site: MoodleSite) -> None:
    """A request that timed out may still be running: a look-up finds nothing yet (moodle-api.md 9)."""
    release = threading.Event()
    moodle_site.faults.add("hold", CREATE, on_hold=lambda: release.wait(20))
    thread = threading.Thread(target=plain.make_user)
    thread.start()
    assert plain.by_field("username", plain.name("ann")) == []
    release.set()
    thread.join()
    assert len(plain.by_field("username", plain.name("ann"))) == 1


def test_calls_are_logged_with_items_and_fields(plain: Plain, moodle_site: MoodleSite) -> None:
    plain.make_users(*(plain.person(word) for word in ("ann", "bob")))
    plain.by_field("username", "a", "b", "c")
    assert [(call.function, call.items, call.fields, call.writes, call.outcome) for call in moodle_site.calls] == [
        (CREATE, 2, 15, True, "ok"),
        ("core_user_get_users_by_field", 3, 7, False, "ok"),
    ]
    assert moodle_site.calls.of(CREATE)[0].arguments["users"][1]["firstname"] == "Bob"
    assert "wstoken" not in moodle_site.calls[0].arguments
    moodle_site.calls.clear()
    assert len(moodle_site.calls) == 0
