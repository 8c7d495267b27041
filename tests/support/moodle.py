"""A Moodle site over real HTTP, made for one test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.moodle.server import MoodleSite


@pytest.fixture
def moodle_site() -> Iterator[MoodleSite]:
    with MoodleSite() as site:
        yield site
