"""P01: a process that is killed while it puts loose files in place."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.destination_kit import Delivery
from tests.contracts.rosters import changed, small
from tests.contracts.test_destinations import LISTED_LOOSE
from tests.support.home import CHECKOUT

QUICK = ("set-noted", "in-place-5", "all-in-place")


def _child(settings: Mapping[str, Any], step: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.contracts.child", "killed", "test-listing", json.dumps(settings), step]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)


def _steps() -> list[Any]:
    places = [f"in-place-{number}" for number in range(1, 11)]
    every = [
        "set-ready",
        "set-noted",
        *places,
        "earlier-gone",
        "all-in-place",
        "set-recorded",
    ]
    return [step if step in QUICK else pytest.param(step, marks=pytest.mark.thorough) for step in every]


@pytest.mark.parametrize("step", _steps())
def test_P01_a_process_that_is_killed_leaves_what_the_next_one_finishes(tmp_path: Path, step: str) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    delivery = Delivery(LISTED_LOOSE, folder)
    before = delivery.deliver(small()).receipt
    given = delivery.subject.given(folder)

    killed = _child(given, step)

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    stood = delivery.make().standing()
    assert (stood == before) is (step == "set-ready")
    delivery.make().sweep()
    assert delivery.make().standing() == stood
    assert delivery.subject.faults(folder) == []
    assert [path.name for path in folder.glob(".*")] == []
    assert delivery.deliver(changed()).receipt == delivery.make().standing()
