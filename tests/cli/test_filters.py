"""``psconnect filters``: counts who passes, and lists who is caught by which rule."""

from __future__ import annotations

from tests.cli.conftest import Psconnect
from tests.support.demo import Connect, Connected

OLDER = {"filters": {"student": [{"template": "grades", "value": [9, 10, 11, 12], "name": "High school"}]}}
ACTIVE = "SELECT count(*) FROM Students WHERE Enroll_Status = 0 AND SchoolID <> 999999"


def test_who_passes_and_who_is_caught(connect: Connect, psconnect: Psconnect) -> None:
    connected = connect(settings=OLDER)
    (total,) = connected.sql(ACTIVE)[0]
    (passing,) = connected.sql(f"{ACTIVE} AND Grade_Level BETWEEN 9 AND 12")[0]
    said = psconnect("filters", connected.name, "student", "--most", "3", connected=connected)
    assert (said.code, said.out.splitlines()[0]) == (0, f"Students: {passing:,} of {total:,} pass.")
    assert said.out.count("High school") == 3
    assert f"… and {total - passing - 3:,} more." in said.err
    document = psconnect("filters", connected.name, "student", "--json", connected=connected).document
    assert (document["entity"], document["total"], document["passing"]) == ("student", total, passing)
    assert len(document["caught"]) == min(200, total - passing)
    assert {"key", "sourced_id", "title", "number", "school", "filter"} == set(document["caught"][0])


def test_without_rules_everybody_passes(connected: Connected, psconnect: Psconnect) -> None:
    said = psconnect("filters", connected.name, "calendar", connected=connected)
    assert said.code == 0
    assert len(said.out.splitlines()) == 1


def test_what_is_not_read_can_not_be_filtered(connect: Connect, psconnect: Psconnect) -> None:
    connected = connect(settings={"options": {"parents": "none"}})
    said = psconnect("filters", connected.name, "contact", connected=connected)
    assert (said.code, "Set options.parents" in said.err) == (2, True)
