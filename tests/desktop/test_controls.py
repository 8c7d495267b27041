"""Every control of every page: it has a name and a role, the keyboard reaches it, and nothing is cut off at 200 %."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from psconnect.desktop.mistakes import MistakeDialog
from psconnect.desktop.shell import MainWindow
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.control_checks import controls, cut_off, untold
from tests.desktop.district import held_by_removals, other_connection
from tests.support.demo import Connected, connecting

_IDS = ("ids", "ids list", "ids choices", "ids plan")
PAGES = ("connections", "overview", "history", "find_record", "settings", *_IDS, "run", "summary", "review", "help")


@pytest.fixture(scope="module")
def _held(_districts: Callable[[int, int], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connected]:
    """A connection on hold, and one that was never run; the tests that share them only look."""
    with connecting(tmp_path_factory.mktemp("held"), _districts) as connect:
        yield _on_hold(connect())


def _on_hold(connected: Connected) -> Connected:
    held_by_removals(connected)
    other_connection(connected, "Visitor kiosks")
    return connected


@pytest.fixture
def window(request: pytest.FixtureRequest, open_window: OpenWindow) -> MainWindow:
    """A window over the shared connections, or over its own where the page is that of a run."""
    runs = request.node.callspec.params.get("page") == "run" if hasattr(request.node, "callspec") else False
    shown = _on_hold(request.getfixturevalue("connected")) if runs else request.getfixturevalue("_held")
    return open_window(shown.service)


def show(qtbot: QtBot, window: MainWindow, page: str) -> None:
    """Bring a page up with something on it."""
    run = window.context.service.runs("Lincoln roster")[0]
    values = {
        "summary": ("Lincoln roster", run.id),
        "review": ("Lincoln roster", run.id),
        "connections": (),
        "help": (),
    }
    if page == "run":
        window.runs.start("Lincoln roster", plan_only=True)
        qtbot.waitUntil(lambda: not window.runs.working("Lincoln roster"), timeout=60_000)
        window.running("Lincoln roster")
    elif page.startswith("ids "):
        show_ids(qtbot, window, page.removeprefix("ids "))
    else:
        getattr(window, page)(*values.get(page, ("Lincoln roster",)))
    settled(qtbot, window)
    QApplication.processEvents()


def show_ids(qtbot: QtBot, window: MainWindow, part: str) -> None:
    """Bring the page of ids up with a list that was compared, with its choices, or with what they come to."""
    window.ids("Lincoln roster")
    settled(qtbot, window)
    page, service = window.places.ids, window.context.service
    page.adopt.forget()
    page.rekey.leave()
    if part == "list":
        student = next(one for one in service.find("Lincoln roster", "ma") if one.entity == "student")
        path = service.home.connections().parent / "accounts with a long name, exported from the other system.csv"
        path.write_text(f"id,dcid,room\nmo-1,{student.key},1\nmo-2,999999999,1\nmo-3,,1\n", encoding="utf-8")
        page.adopt.compare(path)
        return
    page.rekey.begin_button.click()
    if part == "plan":
        for name, field in page.rekey.choices.fields.items():
            field.setText(f"{name}-")
        page.rekey.choices.fields["id_prefix"].returnPressed.emit()


@pytest.mark.parametrize("page", PAGES)
def test_every_control_has_a_role_a_name_of_its_own_and_a_place(window: MainWindow, qtbot: QtBot, page: str) -> None:
    show(qtbot, window, page)
    assert len(controls(window)) > 5
    assert untold(window) == []


def test_tab_goes_as_the_eye_does(window: MainWindow, qtbot: QtBot) -> None:
    """Also to what was put on a page after the window was made."""
    window.banner.tell("News", "good", [("Close", window.banner.hide)])
    show(qtbot, window, "connections")
    window.activateWindow()
    window.side.findChild(QPushButton).setFocus()
    names = []
    for _ in range(12):
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        names.append(window.focusWidget().accessibleName())
    expected = ["Lincoln roster: On hold", "Visitor kiosks: Not run yet", "New connection", "Help", "Preferences"]
    expected += ["Close", "Set up a connection", "Open Lincoln roster", "Review the waiting run of Lincoln roster"]
    expected += ["Run sync of Lincoln roster", "Open Visitor kiosks", "Run sync of Visitor kiosks"]
    assert names == expected
    for name in expected[-2::-1]:
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Backtab)
        assert window.focusWidget().accessibleName() == name


def test_every_label_shows_plain_text(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> None:
    window = open_window(_on_hold(connected).service)
    for page in PAGES:
        show(qtbot, window, page)
    rich = [
        label.text() for label in window.findChildren(QLabel) if label.text() and label.textFormat().name != "PlainText"
    ]
    assert rich == []


def test_the_mistake_dialog_is_named_and_copies_without_data(qtbot: QtBot, theme, qapp: QApplication) -> None:
    def breaks(name: str) -> None:
        raise ValueError(name)

    def dialog_of_a_mistake() -> MistakeDialog:
        try:
            breaks("Abara, Chidi")
        except ValueError as error:
            return MistakeDialog(error)
        raise AssertionError

    dialog = dialog_of_a_mistake()
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.mouseClick(dialog.copy_button, Qt.MouseButton.LeftButton)
    copied = qapp.clipboard().text()
    assert "ValueError" in copied
    assert "in breaks" in copied
    assert "psconnect" in copied
    assert "Chidi" not in copied
    assert os.sep + "tests" not in copied
    dialog.close()


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_cut_off_in_the_smallest_window(window: MainWindow, qtbot: QtBot, page: str) -> None:
    window.resize(window.minimumSize())
    show(qtbot, window, page)
    assert cut_off(window) == []
    assert window.width() == window.minimumWidth(), "a page makes the window wider than its smallest size"


class _Frames(QObject):
    """Looks at a window just before each of its frames is painted."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.count = 0
        self.squeezed: list[str] = []
        self.empty = 0
        self._window = window
        window.installEventFilter(self)

    def more_than(self, count: int) -> bool:
        return self.count > count

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.UpdateRequest:
            self.count += 1
            self.squeezed += cut_off(self._window)
            shown = self._window.side.findChildren(QPushButton)
            self.empty += not any(button.text() == "New connection" and button.isVisible() for button in shown)
        return False


def test_no_frame_of_a_run_is_painted_squeezed(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> None:
    """Qt lays out step by step; nobody may see the steps between (they were seen: lines of 12 instead of 17 pixels)."""
    window = open_window(_on_hold(connected).service)
    window.resize(window.minimumSize())
    QApplication.processEvents()
    frames = _Frames(window)
    show(qtbot, window, "run")
    for page in ("connections", "overview", "run"):
        window.places.go(page, *(() if page == "connections" else ("Lincoln roster",)))
        settled(qtbot, window)
        window.update()
        qtbot.waitUntil(partial(frames.more_than, frames.count))
    assert frames.squeezed == []
    assert frames.empty == 0, "the navigation is made anew after a run, and nobody may see it without its lines"


def test_a_long_name_pushes_nothing_out_of_the_smallest_window(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    name = "Adult education centre and evening classes of the whole district, north and south"
    other_connection(connected, name)
    window = open_window(connected.service)
    window.resize(window.minimumSize())
    QApplication.processEvents()
    card = window.places.connections.cards[name]
    right = card.run_button.mapTo(window, card.run_button.rect().topRight()).x()
    assert right < window.width()
    assert card.name_button.text().endswith("…")
    assert card.name_button.toolTip() == name
    assert cut_off(window) == []


@pytest.mark.thorough
@pytest.mark.parametrize("scale", ["2", "1.5"])
def test_nothing_is_cut_off_when_scaled(scale: str) -> None:
    """The scaling is decided when Qt starts: the same tests once more in a process of their own."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__, "-k", "smallest or squeezed"]
    environment = {**os.environ, "QT_SCALE_FACTOR": scale}
    done = subprocess.run(command, env=environment, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stdout
