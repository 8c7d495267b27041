"""Windows for tests: offscreen, against the real demo server, and nothing may be left behind by any of them."""

from __future__ import annotations

import gc
import os
import threading
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
pytest.importorskip("PySide6.QtWidgets")

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication, QBoxLayout, QGridLayout, QLayout, QWidget
from pytestqt.qtbot import QtBot

from psconnect.desktop.app import Desktop
from psconnect.desktop.bridge import Bridge, OnError
from psconnect.desktop.garbage import Garbage
from psconnect.desktop.shell import MainWindow
from psconnect.desktop.theme.apply import Theme
from psconnect.service import Service
from tests.desktop.screen import screen  # noqa: F401 - a fixture
from tests.desktop.tray_place import MadeUpTray
from tests.reports.conftest import district, pdf_text  # noqa: F401 - fixtures

_WAIT_MS = 30_000
# What the offscreen platform says of itself when a window is shown again, or raised.
_OFFSCREEN_REMARK = "This plugin does not support "


@pytest.fixture
def district_size() -> int:
    """Enough for a screen that is full, and for changes that go over the limits."""
    return 300


@pytest.fixture(autouse=True)
def _garbage(qapp: QApplication) -> Iterator[Garbage]:
    """Collect on the GUI thread, as the application does: a worker that did so while Qt deletes a page would crash."""
    garbage = Garbage()
    yield garbage
    garbage.release()


@pytest.fixture(autouse=True)
def _nothing_left(qapp: QApplication, qtlog, _garbage: Garbage) -> Iterator[None]:
    """Fails a test that leaves top-level windows, running timers or working threads, or at which Qt complained."""
    before = set(map(id, QApplication.topLevelWidgets()))
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QCoreApplication.processEvents()
    left = [f"window {widget!r}" for widget in QApplication.topLevelWidgets() if _stands(widget, before)]
    for thread in threading.enumerate():
        if thread.name == "psconnect-work":
            thread.join(2.0)
            left += [f"thread {thread.name}"] if thread.is_alive() else []
    # Of what was made since the test began: `Garbage` has set the hundreds of thousands of older objects apart.
    timers = [found for found in gc.get_objects() if type(found) is QTimer and shiboken6.isValid(found)]
    left += [
        f"timer of {timer.parent()!r}, {timer.interval()} ms"
        for timer in timers
        if timer.isActive() and timer.parent() is not _garbage
    ]
    said = [record.message for record in qtlog.records if not record.ignored]
    left += [f"Qt said: {message}" for message in said if _OFFSCREEN_REMARK not in message]
    if left:
        pytest.fail("Left behind: " + "; ".join(left), pytrace=False)


def _stands(widget: QWidget, before: set[int]) -> bool:
    return id(widget) not in before and shiboken6.isValid(widget) and widget.isVisible()


@pytest.fixture(scope="session", autouse=True)
def _layouts_are_added_empty() -> Iterator[None]:
    """Fails what adds a layout that is filled already: see psconnect/desktop/widgets/layout_parts.py."""
    with pytest.MonkeyPatch.context() as patch:
        for kind, name in ((QBoxLayout, "addLayout"), (QBoxLayout, "insertLayout"), (QGridLayout, "addLayout")):
            patch.setattr(kind, name, _only_empty(getattr(kind, name)))
        yield


def _only_empty(add: Callable[..., None]) -> Callable[..., None]:
    def added(self: QLayout, *values: Any) -> None:
        filled = [one for one in values if isinstance(one, QLayout) and one.count()]
        assert not filled, "a layout is added first and filled then"
        add(self, *values)

    return added


@pytest.fixture(autouse=True)
def _mistakes_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Print each mistake of ours with its text: the log and the dialog leave that out, as it may quote a record."""
    show, tell = Desktop._show_mistake, Bridge._tell_mistake

    def shown(self: Desktop, error: BaseException) -> None:
        traceback.print_exception(error)
        show(self, error)

    def told(self: Bridge, mistake: Exception, on_error: OnError) -> None:
        traceback.print_exception(mistake)
        tell(self, mistake, on_error)

    monkeypatch.setattr(Desktop, "_show_mistake", shown)
    monkeypatch.setattr(Bridge, "_tell_mistake", told)


@pytest.fixture(scope="session")
def _theme(qapp: QApplication) -> Theme:
    return Theme(qapp)


@pytest.fixture
def theme(_theme: Theme) -> Iterator[Theme]:
    """The look, light; a test may change it."""
    _theme.set_scheme("light")
    yield _theme
    _theme.set_scheme("light")


OpenWindow = Callable[[Service], MainWindow]


@pytest.fixture
def opened() -> list[str]:
    """Addresses that a window opened in the browser."""
    return []


@pytest.fixture
def open_window(qtbot: QtBot, theme: Theme, opened: list[str], tmp_path: Path) -> Iterator[OpenWindow]:
    """Opens main windows over a service and closes them in the end, runs and all.

    The folder is asked for so that it goes after the windows: a run that is stopped still writes its end.
    """
    windows: list[MainWindow] = []

    def make(service: Service) -> MainWindow:
        window = MainWindow(service, open_url=opened.append)
        windows.append(window)
        window.show()
        qtbot.waitUntil(lambda: not window.bridge.busy, timeout=_WAIT_MS)
        return window

    yield make
    for window in windows:
        close(qtbot, window)


def close(qtbot: QtBot, window: MainWindow) -> None:
    """Close a window and stop what it does."""
    if shiboken6.isValid(window):
        window.closing.stop_and_close()
        qtbot.waitUntil(lambda: not shiboken6.isValid(window) or not window.isVisible(), timeout=_WAIT_MS)
    if shiboken6.isValid(window):
        window.deleteLater()
    for thread in threading.enumerate():
        # A run that was stopped still writes its end: its files must not go before.
        if thread.name == "psconnect-work":
            thread.join(_WAIT_MS / 1_000)


def settled(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until nothing is being worked on."""
    qtbot.waitUntil(lambda: not window.bridge.busy, timeout=_WAIT_MS)


OpenInTray = Callable[..., MainWindow]


@pytest.fixture
def tray() -> MadeUpTray:
    return MadeUpTray()


@pytest.fixture
def open_with_tray(
    qapp: QApplication, qtbot: QtBot, tray: MadeUpTray, theme, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[OpenInTray]:
    """Opens the application over a service, as its own start does, with the made-up tray."""
    made: list[Desktop] = []

    def open_it(service: Service, *, in_tray: bool = False) -> MainWindow:
        monkeypatch.setattr("psconnect.desktop.app.Service", lambda _home: service)
        desktop = Desktop(qapp, service.home, tray.make, tray.is_there)
        made.append(desktop)
        window = desktop.open_main(in_tray=in_tray)
        if desktop.background:
            # Tests say themselves when it looks.
            desktop.background.stop()
        settled(qtbot, window)
        return window

    yield open_it
    for desktop in made:
        if desktop.main:
            close(qtbot, desktop.main)
        desktop.release()
        desktop.deleteLater()
