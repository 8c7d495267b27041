"""One job on a server as it comes, and as many more as the tests ask for; how many and how long is recorded."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from psconnect.demo import Personality
from tests.personalities.job import Districts, Done, whole_job

Job = Callable[..., Done]


@pytest.fixture(scope="session")
def districts(tmp_path_factory: pytest.TempPathFactory) -> Districts:
    """The districts of 60 students."""
    return Districts(tmp_path_factory.mktemp("personalities"))


@pytest.fixture(scope="session")
def job(
    districts: Districts,
    tmp_path_factory: pytest.TempPathFactory,
    record_figure: Callable[[str, float, str], None],
) -> Iterator[Job]:
    """Does whole jobs: ``job(Personality(...), settings={...})``."""
    folder = tmp_path_factory.mktemp("jobs")
    numbers = itertools.count(1)
    spent: list[float] = []

    def do(personality: Personality | None = None, settings: Mapping[str, Any] | None = None) -> Done:
        began = time.perf_counter()
        try:
            return whole_job(districts, folder / str(next(numbers)), personality or Personality(), settings)
        finally:
            spent.append(time.perf_counter() - began)

    yield do
    record_figure("whole jobs under personalities", len(spent), "jobs")
    record_figure("time of whole jobs under personalities", round(sum(spent), 1), "s")


@pytest.fixture(scope="session")
def usual(job: Job) -> Done:
    """The job on the server and the district as they come."""
    return job()
