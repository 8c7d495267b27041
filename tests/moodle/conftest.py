"""Clients of a site: the local one of the test, or any Moodle that the environment names.

With `PSCONNECT_MOODLE_URL` and `PSCONNECT_MOODLE_TOKEN` the tests that use `anywhere` run on that site instead, which
should be one for tests: they leave users, courses and cohorts with made-up names behind.
"""

from __future__ import annotations

import os

import pytest

from tests.moodle.client import Plain
from tests.moodle.server import MoodleSite

# Read at once: while tests run, the environment holds nothing of psconnect's.
_ADDRESS = os.environ.get("PSCONNECT_MOODLE_URL", "").rstrip("/")
_TOKEN = os.environ.get("PSCONNECT_MOODLE_TOKEN", "")


def pytest_report_header() -> str:
    """Say which site the tests with `anywhere` speak to."""
    return f"Moodle: {_ADDRESS or 'a local web-service server'}"


@pytest.fixture
def plain(moodle_site: MoodleSite) -> Plain:
    """A client of the local site."""
    return Plain(moodle_site.address, moodle_site.token)


@pytest.fixture
def anywhere(request: pytest.FixtureRequest) -> Plain:
    """A client of the site that the environment names, otherwise of the local one."""
    if _ADDRESS:
        return Plain(_ADDRESS, _TOKEN)
    return request.getfixturevalue("plain")
