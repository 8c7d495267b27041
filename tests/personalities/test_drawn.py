"""The whole job under drawn combinations of every switch and habit that must not matter: always the same bundle."""

from __future__ import annotations

import pytest

from psconnect.demo import Personality, draw
from psconnect.wording.checks import word_finding
from tests.personalities.conftest import Job
from tests.personalities.job import Done

EVERY_RUN = 12
THOROUGH = 300


def outcome(job: Job, usual: Done, drawn: Personality) -> object:
    """None where the job came to the usual bundle; else what it came to."""
    done = job(drawn)
    failed = [word_finding(finding).text for finding in done.findings if finding.state == "failed"]
    if failed or done.run.state != usual.run.state:
        return failed, done.run.state, done.run.error, drawn.public()
    return None if done.content == usual.content else ("another bundle", drawn.public())


@pytest.mark.parametrize("seed", range(EVERY_RUN))
def test_drawn_personality(job: Job, usual: Done, seed: int) -> None:
    assert outcome(job, usual, draw(seed, same_bundle=True)) is None


@pytest.mark.thorough
@pytest.mark.parametrize("first", range(EVERY_RUN, THOROUGH, EVERY_RUN))
def test_many_drawn_personalities(job: Job, usual: Done, first: int) -> None:
    seeds = range(first, first + EVERY_RUN)
    found = {seed: outcome(job, usual, draw(seed, same_bundle=True)) for seed in seeds}
    assert {seed: one for seed, one in found.items() if one is not None} == {}
