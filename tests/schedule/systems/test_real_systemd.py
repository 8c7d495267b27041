"""The real systemd and the real cron, in namespaces of their own: their timers fire and start this psconnect."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.namespaces import run_apart

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="systemd and these namespaces are Linux's")
_SESSION = "tests.schedule.systems.real_session"


def test_the_real_systemd(tmp_path: Path) -> None:
    run_apart(_SESSION, tmp_path, "systemd")


def test_the_real_crontab(tmp_path: Path) -> None:
    run_apart(_SESSION, tmp_path, "cron")


@pytest.mark.thorough
@pytest.mark.timeout(300)
@pytest.mark.parametrize("system", ["systemd", "cron"])
def test_a_minute_by_the_clock(tmp_path: Path, system: str) -> None:
    run_apart(_SESSION, tmp_path, system, "minute", seconds=280)
