"""The application: one window a home, the demo district in its place, mistakes shown calmly."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psconnect.desktop.app import Desktop
from psconnect.desktop.demo import DemoSize, start_demo
from psconnect.desktop.mistakes import MistakeDialog
from psconnect.desktop.oneinstance import OneInstance
from psconnect.desktop.shell import MainWindow
from psconnect.desktop.widgets.demo_strip import DemoStrip
from psconnect.desktop.wizard.flow import can_save
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.desktop.wizard.steps.credentials import CredentialsPart
from psconnect.model.connection import Connection, from_dict
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from tests.desktop.conftest import OpenWindow, close, settled
from tests.desktop.test_closing import begin_slow_run
from tests.support.demo import Connected
from tests.support.logs import ExpectLog

LONG_MS = 60_000
CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def desktop(qapp: QApplication, qtbot: QtBot, tmp_path: Path, theme) -> Iterator[Desktop]:
    made = Desktop(qapp, home_at(tmp_path))
    yield made
    for window in (made.demo, made.main):
        if window:
            close(qtbot, window)
    made.release()
    made.deleteLater()


def test_what_was_read_for_a_set_up_that_is_gone_is_wiped_at_start(desktop: Desktop, qtbot: QtBot, tmp_path: Path):
    left = tmp_path / "data" / "live" / "0123456789abcdef.1a2b3c4d.rows"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"somebody's name")
    os.utime(left, (0, 0))
    desktop.open_main()
    qtbot.waitUntil(lambda: not left.exists(), timeout=LONG_MS)


def test_a_removal_that_was_stopped_is_finished_at_start(desktop: Desktop, qtbot: QtBot, tmp_path: Path) -> None:
    service = Service(home_at(tmp_path))
    service.save_connection(Connection(name="Old roster", preset="oneroster"))

    def stop(step: str) -> None:
        if step == "removal disclosed":
            raise KeyboardInterrupt

    service.on_step = stop
    with pytest.raises(KeyboardInterrupt):
        service.remove_connection("Old roster")
    assert service.connections()
    window = desktop.open_main()
    settled(qtbot, window)
    assert service.connections() == []
    assert "Old roster" in window.banner.label.text()
    assert window.places.connections.message_shown


def test_the_second_start_raises_the_first(qtbot: QtBot, tmp_path: Path, qapp: QApplication) -> None:
    raised: list[bool] = []
    first = OneInstance(home_at(tmp_path), lambda: raised.append(True))
    assert first.claim()
    second = OneInstance(home_at(tmp_path), lambda: pytest.fail("the second is not the one to raise"))
    assert not second.claim()
    qtbot.waitUntil(lambda: raised == [True])
    elsewhere = OneInstance(home_at(tmp_path / "elsewhere"), lambda: None)
    assert elsewhere.claim(), "another home has a window of its own"
    first.release()
    assert second.claim()
    second.release()
    elsewhere.release()


def test_two_that_start_before_either_listens_make_one_window(tmp_path: Path, qapp: QApplication) -> None:
    begun = (
        "import sys, filelock; lock = filelock.FileLock(sys.argv[1]); lock.acquire(); "
        "print('held', flush=True); sys.stdin.read()"
    )
    place = home_at(tmp_path)
    late = OneInstance(place, lambda: None)
    with subprocess.Popen(
        [sys.executable, "-c", begun, str(place.config / "window.lock")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        assert not late.claim()
        other.communicate("")
    assert late.claim()
    late.release()


def test_a_folder_that_can_not_be_written_to_does_not_keep_the_window_from_opening(
    tmp_path: Path, qapp: QApplication
) -> None:
    (tmp_path / "config").write_text("a file in the way")
    assert OneInstance(home_at(tmp_path), lambda: None).claim()


def shown_windows() -> list[MainWindow]:
    return [
        window for window in QApplication.topLevelWidgets() if isinstance(window, MainWindow) and window.isVisible()
    ]


def test_try_the_demo_district(desktop: Desktop, qtbot: QtBot, tmp_path: Path) -> None:
    main = desktop.open_main()
    settled(qtbot, main)
    main.resize(1000, 700)
    main.try_demo()
    qtbot.waitUntil(lambda: desktop.demo is not None, timeout=LONG_MS)
    demo = desktop.demo
    assert isinstance(demo, MainWindow)
    assert shown_windows() == [demo], "one window, the demo district in it"
    assert demo.size() == QSize(1000, 700)
    settled(qtbot, demo)
    session = demo.places.set_up.session
    assert session
    draft = session.draft
    assert draft.step == "summary"
    assert can_save(draft, session.known)
    assert draft.of(CredentialsPart).url.startswith("http://127.0.0.1:")
    assert session.secrets
    assert draft.of(ConnectPart).name == "Demo district"
    assert "Demo district" in demo.windowTitle()
    strip = demo.findChild(DemoStrip)
    assert strip
    assert strip.isVisible()
    url = draft.of(CredentialsPart).url
    qtbot.mouseClick(strip.leave_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: desktop.main is not None and desktop.demo is None, timeout=LONG_MS)
    own = desktop.main
    assert own
    settled(qtbot, own)
    assert shown_windows() == [own]
    assert own.context.service.connections() == [], "the user's connections are never touched"
    with pytest.raises(AssertionError):
        assert_answers(url)


def test_the_demo_district_waits_for_a_run(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> None:
    window = open_window(connected.service)
    begin_slow_run(connected, qtbot, window)
    with qtbot.assertNotEmitted(window.demo_wanted):
        window.try_demo()
    assert "is going on" in window.banner.label.text()
    qtbot.mouseClick(window.banner.buttons[0], Qt.MouseButton.LeftButton)
    assert window.places.key == "run"


def assert_answers(url: str) -> None:
    host, _, port = url.removeprefix("http://").partition(":")
    with socket.socket() as connection:
        connection.settimeout(2)
        assert connection.connect_ex((host, int(port))) == 0


def test_a_connection_of_an_earlier_demo_signs_in_again(tmp_path: Path) -> None:
    home = home_at(tmp_path)
    first = start_demo(home, DemoSize(students=200))
    try:
        destination = {"kind": "oneroster-csv", "folder": str(first.place.roster_folder)}
        source = {"url": first.server.url, "client_id": first.plugin.client_id}
        first.service.save_connection(
            from_dict({"name": "Mine", "preset": "oneroster", "source": source, "destination": destination})
        )
    finally:
        first.stop()
    second = start_demo(home, DemoSize(students=200))
    try:
        findings = second.service.check("Mine", lambda _finding: None)
        assert {finding.state for finding in findings} == {"ok"}, findings
        assert second.unused_plugin().connection_id != second.service.connection("Mine").id
    finally:
        second.stop()


def test_a_mistake_is_shown_calmly_wherever_it_happens(
    desktop: Desktop, qtbot: QtBot, expect_log: ExpectLog, capsys: pytest.CaptureFixture[str]
) -> None:
    expect_log("mistake", logger="psconnect", level=logging.ERROR)
    window = desktop.open_main()
    settled(qtbot, window)

    def dialog() -> MistakeDialog | None:
        return next((found for found in window.findChildren(MistakeDialog) if found.isVisible()), None)

    def breaks() -> None:
        raise LookupError("Abara, Chidi")

    thread = threading.Thread(target=breaks)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: dialog() is not None)
    shown = dialog()
    assert shown is not None
    assert "LookupError" in shown.details
    assert "Chidi" not in shown.details
    assert not shown.isModal() or shown.parent() is window
    shown.accept()
    qtbot.waitUntil(lambda: not shiboken6.isValid(shown))
    window.bridge.call(breaks, lambda _none: None, lambda _error: None, owner=window)
    qtbot.waitUntil(lambda: dialog() is not None)
    again = dialog()
    assert again is not None
    again.accept()
    qtbot.waitUntil(lambda: not shiboken6.isValid(again))
    # Tests say which mistake it was; the program itself says that nowhere.
    assert capsys.readouterr().err.count("LookupError: Abara, Chidi\n") >= len((shown, again))


@pytest.mark.parametrize("arguments", [[], ["demo", "--students", "200"]])
def test_the_command_opens_a_window_and_ends_with_it(tmp_path: Path, arguments: list[str]) -> None:
    """In a process of its own, where the window is closed as soon as it stands."""
    code = f"""
import sys
from PySide6.QtCore import QTimer
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication
from psconnect.cli import main
from psconnect.desktop.app import make_application
app = make_application()
seen = []
def look():
    shown = [w.windowTitle() for w in app.topLevelWidgets() if w.isVisible()]
    if shown:
        seen.extend(shown)
        app.closeAllWindows()
timer = QTimer()
timer.timeout.connect(look)
timer.start(200)
code = main({arguments!r})
print(sorted(set(seen)), code)
"""
    environment = {**os.environ, "PSCONNECT_HOME": str(tmp_path), "DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}
    environment.pop("PSCONNECT_HEADLESS", None)
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith(" 0"), done.stdout
    assert ("Demo district" in done.stdout) == bool(arguments)
    assert "Traceback" not in done.stderr
