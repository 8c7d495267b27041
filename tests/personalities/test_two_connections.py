"""Two connections with different choices on one server: both plugins are installed, and both bundles are right."""

from __future__ import annotations

from pathlib import Path

import pytest

from psconnect.demo import Personality, draw
from tests.judges.oneroster11 import read_bundle
from tests.judges.sql_truth import Truth, differences, truth
from tests.personalities.job import NAME, Districts, connect, finish
from tests.support.demo import DISTRICT, TODAY

OTHER = {"options": {"parents": "none", "admins": False}}


def without_contacts_and_admins(expected: Truth) -> Truth:
    """The truth of a connection that delivers neither."""
    students = {key: {**record, "agentSourcedIds": ""} for key, record in expected["student"].items()}
    return {**expected, "contact": {}, "relationship": {}, "admin": {}, "student": students}


@pytest.mark.parametrize("seed", [None, 101, 102, 103])
def test_both_are_right(districts: Districts, tmp_path: Path, seed: int | None) -> None:
    # The judge's SQL is for the district with its usual habits.
    personality = Personality() if seed is None else Personality(draw(seed, same_bundle=True).switches)
    with districts.serving(tmp_path, personality) as server:
        first = connect(server, tmp_path / "first", NAME, {})
        second = connect(server, tmp_path / "second", "Second", OTHER)
        assert [one.enabled for one in server.plugins()] == [True, True]
        whole = finish(first, server, tmp_path / "first")
        part = finish(second, server, tmp_path / "second", "Second")
        expected = truth(server.database, TODAY, DISTRICT)
    # A server may keep its version to itself: a warning, whatever the connection.
    usual = [finding for finding in whole.findings + part.findings if finding.key != "version/unsaid"]
    assert {finding.state for finding in usual} == {"ok"}
    assert differences(read_bundle(whole.bundle), expected) == []
    assert differences(read_bundle(part.bundle), without_contacts_and_admins(expected)) == []
