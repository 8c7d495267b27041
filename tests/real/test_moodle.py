"""Moodle's acceptance on any site: load, nothing to do, change, rollover, taken over by another ledger.

Set PSCONNECT_MOODLE_URL and PSCONNECT_MOODLE_TOKEN (docs/moodle.md says what to set up), and PSCONNECT_MOODLE_STUDENTS
for more than 60. Use a site that can be thrown away: accounts and courses stay. It can be used again: what an earlier
trial left is taken over. The site has to allow accounts that share an address, because some in a large district do.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime, time

import msgspec
import pytest

from psconnect.model.clock import Clock
from psconnect.model.runs import Run
from tests.destinations.moodle.test_whole_runs import sync
from tests.judges.moodle import differences
from tests.judges.sql_truth import Truth, truth
from tests.real.moodle_site import NamedSite
from tests.support.demo import DISTRICT, NAME, Connect, Connected

pytestmark = pytest.mark.timeout(3_600)
# Tests have none of a developer's own variables, so these are read before.
_ADDRESS, _TOKEN, _STUDENTS = (os.environ.get(f"PSCONNECT_MOODLE_{name}", "") for name in ("URL", "TOKEN", "STUDENTS"))
_PEOPLE = ("student", "teacher", "admin")


@pytest.fixture
def named_site() -> NamedSite:
    if not (_ADDRESS and _TOKEN):
        pytest.skip("No real Moodle was tried: PSCONNECT_MOODLE_URL and PSCONNECT_MOODLE_TOKEN name none.")
    return NamedSite(_ADDRESS.rstrip("/"), _TOKEN, int(_STUDENTS or 60))


@pytest.fixture
def district(connect: Connect, named_site: NamedSite) -> Connected:
    made = connect(students=named_site.students, settings={"safety": {"preview": "never"}})
    cohorts = [{"people": "student", "field": "grade", "name": "Grade {value}"}]
    destination = {"kind": "moodle", "url": named_site.address, "cohorts": cohorts}
    connection = msgspec.structs.replace(made.service.connection(NAME), destination=destination)
    made.service.save_connection(connection)
    made.service.keep_secret(NAME, "destination.token", named_site.token)
    for name in ("first_name", "last_name", "middle_name"):
        made.sql(f"UPDATE students SET {name} = replace({name}, '<', '')")  # refused: test_users.py
    return made


def _expected(district: Connected) -> Truth:
    return truth(district.server.database, district.server.today, DISTRICT)


def _right(run: Run, district: Connected, site: NamedSite) -> None:
    assert (run.error, run.refused) == (None, 0)
    expected = _expected(district)
    people = {number for entity in _PEOPLE for number in expected[entity]}
    assert differences(site.picture(people, expected["class"].keys()), expected) == []


def _for_real(district: Connected) -> None:
    """Waits are waits from here on: the site's answers take time, and the district's clock would stand still."""

    class Real(Clock):
        now: Callable[[], datetime] = district.clock.now

    district.service.clock = Real()


def test_a_year_with_a_real_moodle(district: Connected, named_site: NamedSite, record_figure) -> None:
    _for_real(district)
    found = {one.key: one.state for one in district.service.check(district.name, lambda _finding: None)}
    assert found["moodle-writing/proved"] == "ok"
    first = sync(district)
    _right(first, district, named_site)
    record_figure("real Moodle: people", sum(len(_expected(district)[entity]) for entity in _PEOPLE), "people")
    assert sync(district).changes == {}

    for kind in ("names", "leavers", "class-changes", "new-students"):
        district.server.change_district(kind, count=max(1, named_site.students // 200))
    _right(sync(district), district, named_site)
    assert sync(district).changes == {}

    outcome = district.server.change_district("rollover")
    assert outcome.today
    district.clock.time = datetime.combine(outcome.today, time(17, 30), UTC)
    _right(sync(district), district, named_site)

    district.rosters.unlink()
    again = sync(district)
    _right(again, district, named_site)
    assert again.adopted > first.changes["student"].create // 2
