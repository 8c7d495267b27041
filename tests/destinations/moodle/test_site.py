"""The site itself: its check, faults on the way, limits, and what is taken over."""

from __future__ import annotations

import pytest

from psconnect.destinations.moodle.address import site_address
from psconnect.model.entities import STUDENT
from psconnect.model.errors import FixSettings, PsconnectError, SignInAgain, TryLater
from psconnect.model.outcomes import Done
from psconnect.wording.errors import word
from tests.destinations.moodle.support import Delivery, enrolled, student
from tests.destinations.moodle.test_whole_runs import point_at
from tests.moodle.server import MoodleSite
from tests.moodle.server.faults import Kind
from tests.support.demo import NAME, Connect


def test_a_site_in_order_passes(delivery: Delivery, moodle_site: MoodleSite) -> None:
    delivery.course("c1")
    moodle_site.calls.clear()

    assert [found.state for found in delivery.writer.check()] == ["ok"] * 4
    assert list(moodle_site.calls.writes) == []


@pytest.mark.parametrize(
    "capability",
    [
        *("moodle/user:viewdetails", "moodle/user:viewalldetails", "moodle/site:viewuseridentity"),
        *("moodle/category:manage", "moodle/course:update", "moodle/course:view", "moodle/course:enrolreview"),
        "moodle/course:managegroups",
    ],
)
def test_a_capability_that_is_missing_is_named(delivery: Delivery, moodle_site: MoodleSite, capability: str) -> None:
    delivery.course("c1")
    moodle_site.revoke(capability)

    *_before, last = delivery.writer.check()

    assert last.state == "failed"
    assert last.error is not None
    assert capability in str(last.error.values["names"])


@pytest.mark.parametrize("why", ["policy", "password", "profile"])
def test_a_robot_account_that_is_blocked_is_told(delivery: Delivery, moodle_site: MoodleSite, why: str) -> None:
    moodle_site.blocked = why  # type: ignore[assignment]

    last = delivery.writer.check()[-1]

    assert last.error is not None
    assert last.error.key == f"PSC-MOODLE-ROBOT/{why}"


def test_a_function_that_is_not_in_the_service_is_named(delivery: Delivery, moodle_site: MoodleSite) -> None:
    moodle_site.service.discard("core_cohort_get_cohorts")

    last = delivery.writer.check()[-1]

    assert last.error is not None
    assert last.error.values["names"] == ["core_cohort_get_cohorts"]


def _error(delivery: Delivery) -> PsconnectError:
    with pytest.raises(PsconnectError) as caught:
        delivery.writer.standing()
    return caught.value


def test_what_is_wrong_with_the_site_is_told_by_what_one_can_do(delivery: Delivery, moodle_site: MoodleSite) -> None:
    moodle_site.switches.web_services = False
    assert isinstance(_error(delivery), FixSettings)
    moodle_site.switches.web_services = True
    for kind in ("cli", "web", "database"):
        moodle_site.switches.maintenance = kind
        assert isinstance(_error(delivery), TryLater)
    moodle_site.switches.maintenance = ""
    moodle_site.tokens.withdraw(moodle_site.token)
    assert isinstance(_error(delivery), SignInAgain)


def test_a_redirect_is_told_and_not_followed(delivery: Delivery, moodle_site: MoodleSite) -> None:
    moodle_site.switches.wrong_address = "https://moodle.elsewhere.example.org"

    error = _error(delivery)

    assert error.code == "PSC-MOODLE-ADDRESS"
    assert isinstance(error, FixSettings)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("moodle.lincoln.example.org", "https://moodle.lincoln.example.org"),
        ("https://Lincoln.example.org/moodle/ ", "https://lincoln.example.org/moodle"),
        ("https://lincoln.example.org/moodle/login/index.php?x=1", "https://lincoln.example.org/moodle"),
        ("http://127.0.0.1:8080/moodle", "http://127.0.0.1:8080/moodle"),
        ("https://lincoln.example.org:443", "https://lincoln.example.org"),
    ],
)
def test_an_address_keeps_its_path(typed: str, address: str) -> None:
    assert site_address(typed) == address


@pytest.mark.parametrize("typed", ["http://moodle.lincoln.example.org", "https://a b", "ftp://x.example.org", ""])
def test_mission_m06_plain_http_is_for_this_computer_alone(typed: str) -> None:
    with pytest.raises(FixSettings):
        site_address(typed)


_UNKNOWN: tuple[Kind, ...] = (
    *(
        "cut before",
        "cut after",
        "cut mid",
        "503 before",
        "503 after",
        "504 after",
        "deadlock",
        "invalidresponse",
        "html",
    ),
)


@pytest.mark.parametrize("kind", _UNKNOWN)
def test_what_gave_no_answer_is_looked_up_and_nothing_is_made_twice(
    delivery: Delivery, moodle_site: MoodleSite, kind: Kind
) -> None:
    for function in ("core_user_create_users", "core_course_create_courses", "core_cohort_create_cohorts"):
        moodle_site.faults.add(kind, function)
    moodle_site.faults.add(kind, "enrol_manual_enrol_users")

    users = delivery.create("student", *(student(number) for number in range(60)))
    delivery.course("c1")
    cohorts = delivery.create("moodle-cohort", {"sourcedId": "k1", "title": "One"})
    places = delivery.create("moodle-enrollment", *(enrolled("c1", f"S{number}") for number in range(60)))

    assert all(isinstance(one, Done) and one.remote_id for one in (*users, *cohorts, *places))
    assert (len(moodle_site.users), len(moodle_site.courses), len(moodle_site.cohorts)) == (60, 1, 1)
    assert len(moodle_site.enrolments) == 60


def test_a_request_that_the_server_cuts_off_is_sent_in_smaller_ones(
    delivery: Delivery, moodle_site: MoodleSite
) -> None:
    moodle_site.switches.max_input_vars = 200

    outcomes = delivery.create("student", *(student(number) for number in range(60)))

    assert all(isinstance(one, Done) for one in outcomes)
    assert len(moodle_site.users) == 60
    assert delivery.writer.client.budget <= 201


def test_accounts_are_taken_over_by_number_name_and_address_and_never_guessed(
    delivery: Delivery, moodle_site: MoodleSite
) -> None:
    by_number = moodle_site.add_user("a", idnumber="S1", email="a@district.example.org")
    by_name = moodle_site.add_user("pupil2", email="b@district.example.org")
    by_mail = moodle_site.add_user("c", email="pupil3@district.example.org", lastname="learner 3")
    moodle_site.add_user("mother", email="pupil7@district.example.org", lastname="Parent")
    moodle_site.add_user("pupil4", idnumber="OTHER-4", email="d@district.example.org")
    moodle_site.add_user("e", idnumber="S5", email="e@district.example.org")
    moodle_site.add_user("f", idnumber="S5", email="f@district.example.org")
    own = moodle_site.add_user("pupil6", idnumber="100006", email="g@district.example.org")
    records = {n: dict.fromkeys(STUDENT.attributes, "") | student(n) for n in range(1, 8)}

    links = delivery.writer.adopt(STUDENT, records)

    assert {key: link.remote_id for key, link in links.items()} == {
        1: str(by_number.id),
        2: str(by_name.id),
        3: str(by_mail.id),
        6: str(own.id),
    }


def test_one_account_is_never_two_records(delivery: Delivery, moodle_site: MoodleSite) -> None:
    moodle_site.add_user("pupil1", email="pupil2@district.example.org", firstname="Kim")
    records = {n: dict.fromkeys(STUDENT.attributes, "") | student(n) for n in (1, 2)}

    assert delivery.writer.adopt(STUDENT, records) == {}


def test_the_robots_own_account_is_nobodys(delivery: Delivery, moodle_site: MoodleSite) -> None:
    record = dict.fromkeys(STUDENT.attributes, "") | student(1, username=moodle_site.robot.user.username)

    assert delivery.writer.adopt(STUDENT, {1: record}) == {}


def test_the_rights_to_write_are_proved_without_a_change(delivery: Delivery, moodle_site: MoodleSite) -> None:
    before = moodle_site.picture()

    (found,) = delivery.writer.check_writing()

    assert found.state == "ok"
    assert moodle_site.picture() == before
    assert moodle_site.mails == []


@pytest.mark.parametrize(
    "capability", ["moodle/user:create", "moodle/user:update", "moodle/course:create", "enrol/manual:enrol"]
)
def test_a_right_to_write_that_is_missing_is_named(
    delivery: Delivery, moodle_site: MoodleSite, capability: str
) -> None:
    moodle_site.revoke(capability)
    assert not any(found.error for found in delivery.writer.check()), "reading does not show it"

    (found,) = delivery.writer.check_writing()

    assert found.error is not None
    assert found.error.values["names"] == [capability]
    assert moodle_site.users == []


def test_a_role_that_may_not_be_given_is_named(delivery: Delivery, moodle_site: MoodleSite) -> None:
    moodle_site.robot.assignable.discard(4)

    (found,) = delivery.writer.check_writing()

    assert found.error is not None
    assert (found.error.key, found.error.values["names"]) == ("PSC-MOODLE-ROLES", ["4"])


def test_a_person_who_asks_is_told_and_a_run_writes_nothing(connect: Connect, moodle_site: MoodleSite) -> None:
    connected = point_at(connect(students=60), moodle_site)
    moodle_site.revoke("moodle/user:create")

    found = connected.service.check(NAME, lambda _finding: None)

    assert [one.error.key for one in found if one.error] == ["PSC-MOODLE-CAPABILITIES/to-write"]
    with pytest.raises(FixSettings) as refused:
        connected.service.check_destination(connected.service.connection(NAME))
    assert "moodle/user:create" in word(refused.value).happened
    moodle_site.calls.clear()
    assert connected.service.sync(NAME, plan_only=True).error is None
    assert list(moodle_site.calls.writes) == []
