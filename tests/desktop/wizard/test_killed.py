"""Killed on each step and started again: the same step, and everything typed but secrets."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from psconnect.desktop.wizard import flow, steps
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import Secrets
from tests.desktop.wizard.conftest import MakeSetting
from tests.desktop.wizard.killed import SECRET, TYPED
from tests.support.home import CHECKOUT

# One that keeps a text, one that keeps a secret, one that keeps tables; the others run with the thorough tests.
_EVERY_RUN = ("connect", "credentials", "filters")


@pytest.mark.parametrize(
    "step", [pytest.param(one, marks=() if one in _EVERY_RUN else pytest.mark.thorough) for one in flow.step_keys()]
)
def test_a_process_that_is_killed_loses_nothing_typed(make_setting: MakeSetting, tmp_path: Path, step: str) -> None:
    home = tmp_path / "killed"
    command = [sys.executable, "-m", "tests.desktop.wizard.killed", str(home), step]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT, env=environment) as process:
        assert process.stdout
        draft_id = process.stdout.readline().strip()
        process.send_signal(signal.SIGKILL)
    assert draft_id, "it ended before anything was kept"
    holding = [path.name for path in home.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert not holding, "a secret belongs into the keyring alone"
    setting = make_setting()
    window = setting.open(service=Service(home_at(home), Secrets({})), draft_id=draft_id)
    draft = setting.session.draft
    assert (draft.step, draft.of(ConnectPart).name) == (step, f"Killed on {step}")
    part, values = TYPED.get(step, (ConnectPart, {}))
    assert {name: getattr(draft.of(part), name) for name in values} == values
    assert setting.session.secrets == {}
    assert window.pages[step].isVisible()
    setting.close()


def test_something_is_typed_on_every_step() -> None:
    assert list(TYPED) == [spec.key for spec in steps.STEPS if spec.part]
    assert {key: part for key, (part, _values) in TYPED.items()} == {
        spec.key: spec.part for spec in steps.STEPS if spec.part
    }
