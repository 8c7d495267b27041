"""A writer that delivers to the local Moodle, without waiting for anything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.destinations.moodle.support import Delivery
from tests.moodle.server import MoodleSite


@pytest.fixture
def delivery(moodle_site: MoodleSite) -> Iterator[Delivery]:
    made = Delivery(moodle_site)
    yield made
    made.close()
