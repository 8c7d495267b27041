"""When the command line opens the window, and when it says why it does not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from psconnect.cli import window
from tests.cli.conftest import Psconnect


def test_headless_is_a_wish(psconnect: Psconnect) -> None:
    said = psconnect()
    assert "PSCONNECT_HEADLESS is set" in said.err
    assert "usage: psconnect" in said.err


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="These always have a screen.")
def test_without_a_screen_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("PySide6")
    assert not window.can_open({})
    assert "no screen" in capsys.readouterr().err
    assert window.can_open({"DISPLAY": ":7"})
    assert window.can_open({"WAYLAND_DISPLAY": "wayland-0"})


def test_the_command_line_does_not_load_qt() -> None:
    code = "import sys, psconnect.cli; sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
