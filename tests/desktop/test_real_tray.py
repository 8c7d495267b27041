"""The icon and a notice on a real session bus, as a desktop with a tray gets them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.home import CHECKOUT

_DRIVER = """
import subprocess, sys, threading
from pathlib import Path
from PySide6.QtCore import QTimer
from psconnect.desktop.app import Desktop, make_application
from psconnect.store.settings.home import home_at
host = subprocess.Popen([sys.executable, "-m", "tests.desktop.tray_host"], stdout=subprocess.PIPE, text=True)
assert host.stdout.readline() == "ready\\n"
app = make_application()
desktop = Desktop(app, home_at(Path(sys.argv[1])))
window = desktop.open_main(in_tray=True)
lines = []
def listen():
    for line in host.stdout:
        lines.append(line.split(" ")[0])
        print(line, end="", flush=True)
threading.Thread(target=listen, daemon=True).start()
def look():
    if lines == ["icon"]:
        print("told", desktop.tray.tell("Kiosks: Failed", "76 students", "bad"), window.isHidden(), flush=True)
        lines.append("told")
    if "notice" in lines:
        window.quit()
timer = QTimer()
timer.timeout.connect(look)
timer.start(50)
app.exec()
timer.stop()
desktop.release()
host.kill()
"""


@pytest.mark.thorough
def test_the_icon_and_a_notice_reach_the_desktop(tmp_path: Path) -> None:
    command = ["xvfb-run", "-a", "dbus-run-session", "--", sys.executable, "-c", _DRIVER, str(tmp_path)]
    environment = {**os.environ, "QT_QPA_PLATFORM": "xcb", "PYTHONPATH": str(CHECKOUT)}
    done = subprocess.run(
        command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=90
    )
    lines = done.stdout.splitlines()
    assert lines[0].startswith("icon :"), done.stderr
    assert sorted(lines[1:]) == ["notice Kiosks: Failed | 76 students", "told True True"]
