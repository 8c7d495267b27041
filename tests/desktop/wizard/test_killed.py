"""Killed on each step and started again: the same step, and everything typed but secrets."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from psconnect.desktop.wizard import flow
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import Secrets
from tests.desktop.wizard.conftest import MakeSetting
from tests.support.home import CHECKOUT


@pytest.mark.parametrize("step", flow.step_keys())
def test_a_process_that_is_killed_loses_nothing_typed(make_setting: MakeSetting, tmp_path: Path, step: str) -> None:
    home = tmp_path / "killed"
    command = [sys.executable, "-m", "tests.desktop.wizard.killed", str(home), step]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT, env=environment) as process:
        assert process.stdout
        draft_id = process.stdout.readline().strip()
        process.send_signal(signal.SIGKILL)
    assert draft_id, "it ended before anything was kept"
    setting = make_setting()
    window = setting.open(service=Service(home_at(home), Secrets({})), draft_id=draft_id)
    draft = setting.session.draft
    part = draft.of(ConnectPart)
    assert (draft.step, part.name, part.district_name) == (step, f"Killed on {step}", "Lincoln Unified")
    assert window.pages[step].isVisible()
    setting.close()
