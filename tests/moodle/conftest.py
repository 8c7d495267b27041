"""Clients of a site: the local one of the test, or any Moodle that the environment names.

With `PSCONNECT_MOODLE_URL` and `PSCONNECT_MOODLE_TOKEN` the tests that use `anywhere` run on that site instead, which
should be one for tests: they leave users, courses and cohorts with made-up names behind.
"""

from __future__ import annotations

import os

import pytest

from tests.moodle.client import Plain
from tests.moodle.server import MoodleSite


@pytest.fixture
def plain(moodle_site: MoodleSite) -> Plain:
    """A client of the local site."""
    return Plain(moodle_site.address, moodle_site.token)


@pytest.fixture
def anywhere(request: pytest.FixtureRequest) -> Plain:
    """A client of the site that the environment names, otherwise of the local one."""
    address = os.environ.get("PSCONNECT_MOODLE_URL")
    if address:
        return Plain(address.rstrip("/"), os.environ["PSCONNECT_MOODLE_TOKEN"])
    return request.getfixturevalue("plain")
