"""Every control of every page: it has a name and a role, the keyboard reaches it, and nothing is cut off at 200 %."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from psconnect.desktop.mistakes import MistakeDialog
from psconnect.desktop.shell import MainWindow
from psconnect.desktop.widgets.label import ElidedLabel
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.district import held_by_removals, other_connection
from tests.support.demo import Connected

PAGES = ("connections", "overview", "history", "settings", "run", "summary", "review", "help")
_NO_ROLES = (QAccessible.Role.NoRole, QAccessible.Role.Client)


@pytest.fixture
def window(open_window: OpenWindow, connected: Connected) -> MainWindow:
    held_by_removals(connected)
    other_connection(connected, "Visitor kiosks")
    return open_window(connected.service)


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
    else:
        getattr(window, page)(*values.get(page, ("Lincoln roster",)))
    settled(qtbot, window)
    QApplication.processEvents()


def controls(window: QWidget) -> list[QWidget]:
    """What can take the focus by the keyboard and is seen."""
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisibleTo(window)
        and widget.isEnabled()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.focusProxy() is None
    ]


def reached(window: QWidget) -> set[QWidget]:
    """What the tab order leads to, all round."""
    found, widget = set(), window.nextInFocusChain()
    while widget is not window and widget not in found:
        found.add(widget)
        widget = widget.nextInFocusChain()
    return found


@pytest.mark.parametrize("page", PAGES)
def test_every_control_has_a_name_a_role_and_a_place(window: MainWindow, qtbot: QtBot, page: str) -> None:
    show(qtbot, window, page)
    found = [widget for widget in controls(window) if not _part_of_tabs(widget)]
    assert len(found) > 5
    order = reached(window)
    for widget in found:
        interface = QAccessible.queryAccessibleInterface(widget)
        assert interface is not None, widget
        assert interface.text(QAccessible.Text.Name), f"without a name: {widget!r} {widget.parent()!r}"
        assert interface.role() not in _NO_ROLES, f"without a role: {widget!r}"
        assert widget in order, f"out of the tab order: {widget!r}"


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
    expected = ["Lincoln roster: On hold", "Visitor kiosks: Not run yet", "New connection", "Help", "Close"]
    expected += ["Set up a connection", "Open Lincoln roster", "Review the waiting run of Lincoln roster"]
    expected += ["More ways to run Lincoln roster", "Run Lincoln roster now", "Open Visitor kiosks"]
    expected += ["More ways to run Visitor kiosks"]
    assert names == expected
    for name in expected[-2::-1]:
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Backtab)
        assert window.focusWidget().accessibleName() == name


def _part_of_tabs(widget: QWidget) -> bool:
    """A tab bar is named by its tabs, one by one."""
    return widget.metaObject().className() == "QTabBar"


@pytest.mark.parametrize("page", PAGES)
def test_names_of_buttons_are_told_apart(window: MainWindow, qtbot: QtBot, page: str) -> None:
    show(qtbot, window, page)
    names = [button.accessibleName() for button in window.findChildren(QPushButton) if button.isVisibleTo(window)]
    twice = {name for name in names if names.count(name) > 1}
    assert not twice


def test_every_label_shows_plain_text(window: MainWindow, qtbot: QtBot) -> None:
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


def cut_off(window: QWidget) -> list[str]:
    """Labels and buttons that are smaller than their text."""
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisibleTo(window) or isinstance(widget, ElidedLabel):
            continue
        if isinstance(widget, QLabel) and widget.text():
            needed = widget.heightForWidth(widget.width()) if widget.wordWrap() else widget.sizeHint().height()
            if widget.height() < needed or (not widget.wordWrap() and widget.width() < widget.sizeHint().width()):
                found.append(f"label {widget.text()!r}: {widget.size()} for {widget.sizeHint()}")
        elif (
            isinstance(widget, QAbstractButton) and widget.text() and widget.width() < widget.minimumSizeHint().width()
        ):
            found.append(f"button {widget.text()!r}")
    return found


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_cut_off_in_the_smallest_window(window: MainWindow, qtbot: QtBot, page: str) -> None:
    window.resize(window.minimumSize())
    show(qtbot, window, page)
    # A page is laid out by the event loop, not at once.
    qtbot.waitUntil(lambda: cut_off(window) == [], timeout=20_000)
    assert window.width() == window.minimumWidth(), "a page makes the window wider than its smallest size"


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


def test_nothing_is_cut_off_at_200_percent() -> None:
    """The scaling is decided when Qt starts: the same test once more in a process of its own."""
    if os.environ.get("QT_SCALE_FACTOR"):
        pytest.skip("This is that process.")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__, "-k", "smallest"]
    environment = {**os.environ, "QT_SCALE_FACTOR": "2"}
    done = subprocess.run(command, env=environment, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stdout
