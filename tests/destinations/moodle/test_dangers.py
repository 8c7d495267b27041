"""What could double or hide people: rights taken away, another site at the same address, a token that ends."""

from __future__ import annotations

import pytest

from psconnect.model.runs import Run
from tests.destinations.moodle.support import Patient
from tests.destinations.moodle.test_whole_runs import doubles, point_at, sync
from tests.moodle.server import MoodleSite
from tests.support.demo import NAME, Connect, Connected

_HIDING = (
    *("moodle/user:viewdetails", "moodle/user:viewalldetails", "moodle/site:viewuseridentity"),
    *("moodle/course:view", "moodle/course:update", "moodle/category:manage", "moodle/course:managegroups"),
)


@pytest.fixture
def district(connect: Connect, moodle_site: MoodleSite) -> Connected:
    made = point_at(connect(students=60, settings={"safety": {"preview": "never"}}), moodle_site)
    made.service.clock = Patient()
    return made


def _some_leave(district: Connected) -> None:
    active = "SELECT dcid FROM students WHERE enroll_status = 0"
    district.sql(f"UPDATE students SET enroll_status = 2 WHERE dcid IN ({active} ORDER BY dcid LIMIT 3)")
    district.sql(f"UPDATE students SET last_name = 'Ng' WHERE dcid IN ({active} ORDER BY dcid DESC LIMIT 9)")


def _key(run: Run) -> str:
    return str(run.error and run.error["code"])


@pytest.mark.parametrize("capability", _HIDING)
def test_without_a_right_that_hides_accounts_nothing_is_written(
    district: Connected, moodle_site: MoodleSite, capability: str
) -> None:
    sync(district)
    _some_leave(district)
    before = moodle_site.picture()
    moodle_site.calls.clear()
    moodle_site.revoke(capability)

    run = sync(district)

    assert capability in str(run.error)
    assert not moodle_site.calls.writes
    assert moodle_site.picture() == before

    moodle_site.grant(capability)
    again = sync(district)
    assert (again.error, again.refused) == (None, 0)
    assert sum(user.suspended for user in moodle_site.users) == 3
    assert doubles(moodle_site) == []


def test_a_right_that_goes_before_a_plan_is_approved_stops_the_delivery(
    connect: Connect, moodle_site: MoodleSite
) -> None:
    district = point_at(connect(students=60), moodle_site)
    held = district.service.sync(NAME)
    assert held.state == "held"
    moodle_site.revoke("moodle/user:viewalldetails")

    run = district.service.approve(held.id, "as planned")

    assert _key(run) == "PSC-MOODLE-CAPABILITIES"
    assert not moodle_site.calls.writes


def _takes_the_place_of(new: MoodleSite, old: MoodleSite, district: Connected) -> None:
    """Another Moodle answers at the address, set up at another second."""
    old.stop()
    new._port = old._port
    home = new.state.courses.get(1)
    new.state.courses.change(home, timecreated=home.timecreated + 100)
    new.start()
    district.service.keep_secret(NAME, "destination.token", new.token)


def test_a_site_set_up_anew_at_the_address_waits_for_an_approval_and_gets_all(
    district: Connected, moodle_site: MoodleSite
) -> None:
    sync(district)
    full = moodle_site.picture()
    new = MoodleSite()
    _takes_the_place_of(new, moodle_site, district)
    try:
        run = district.service.sync(NAME)
        assert run.state == "held", "nobody finds out otherwise that the site is another one"
        assert not new.calls.writes
        run = district.service.approve(run.id, "the site was set up anew")
        assert (run.error, run.refused) == (None, 0)
        assert new.picture() == full
    finally:
        new.stop()


def test_a_token_that_ends_in_the_middle_is_told_and_the_next_run_goes_on(
    district: Connected, moodle_site: MoodleSite
) -> None:
    first = moodle_site.token
    moodle_site.faults.add("nothing", nth=6, writes_only=True, on_hit=lambda _call: moodle_site.tokens.withdraw(first))

    run = sync(district)

    assert _key(run).startswith("PSC-MOODLE-TOKEN")
    assert len(moodle_site.users) > 0
    district.service.keep_secret(NAME, "destination.token", moodle_site.tokens.make())
    again = sync(district)
    assert (again.error, again.refused) == (None, 0)
    assert doubles(moodle_site) == []


@pytest.mark.parametrize("limit", [200, 1000])
def test_a_server_that_cuts_requests_off_gets_smaller_ones(
    district: Connected, moodle_site: MoodleSite, limit: int
) -> None:
    moodle_site.switches.max_input_vars = limit
    run = sync(district)
    assert (run.error, run.refused) == (None, 0)
    assert doubles(moodle_site) == []
    moodle_site.calls.clear()
    assert sync(district).changes == {}


def test_no_log_or_error_names_a_person_or_the_token(
    district: Connected, moodle_site: MoodleSite, caplog: pytest.LogCaptureFixture
) -> None:
    """A site with debugging on puts values into its answers; each call has a chance to fail."""
    district.sql("UPDATE students SET last_name = 'Quetzalcanary' WHERE enroll_status = 0")
    moodle_site.switches.debug = True
    moodle_site.faults.seeded(7, 0.3)
    caplog.set_level("DEBUG")
    runs = [sync(district) for _ in range(3)]
    moodle_site.faults.clear()
    sync(district)

    assert moodle_site.faults.happened
    assert sum(user.lastname == "Quetzalcanary" for user in moodle_site.users) > 40
    told = [str(run.error) for run in runs] + [str(vars(record)) for record in caplog.records]
    assert len(caplog.records) > 3
    assert not [text for text in told if "Quetzalcanary" in text or moodle_site.token in text]
