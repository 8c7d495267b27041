"""Find a record with a sign-in type: as pictures and words, set by hand, taken back, refused, and not there at all."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from psconnect.desktop.pages.sign_in_row import SignInRow
from psconnect.desktop.shell import SIZE, SMALLEST, MainWindow
from psconnect.model.errors import LocalStorage
from psconnect.model.sign_in import FOLLOW
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.test_screens import Grab, grab
from tests.support.demo import Connect, Connected

__all__ = ["grab"]
BY_HAND = "Sign-in type: User name and password (set by hand on 18 November 2026 by jlee)"


@pytest.fixture
def signed(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> Connected:
    monkeypatch.setenv("LOGNAME", "jlee")
    connected = connect(settings={"sign_in": {"google": ["students.example.org"]}, "safety": {"preview": "never"}})
    connected.service.sync(connected.name)
    return connected


def google_student(connected: Connected) -> int:
    for (key,) in connected.sql("SELECT DCID FROM STUDENTS WHERE ENROLL_STATUS = 0 ORDER BY DCID"):
        now = connected.service.sign_in(connected.name, "student", int(key))
        if now and now.type == "google":
            return int(key)
    raise AssertionError


def shown_row(window: MainWindow, qtbot: QtBot, connected: Connected, entity: str, key: int) -> SignInRow:
    window.find_record(connected.name, entity, key)
    settled(qtbot, window)
    return window.places.finder.record.sign_in


def choose(window: MainWindow, qtbot: QtBot, row: SignInRow, text: str) -> None:
    menu = row.button.menu()
    assert isinstance(menu, QMenu)
    (entry,) = [one for one in menu.actions() if one.text() == text]
    entry.trigger()
    settled(qtbot, window)


def choices(row: SignInRow) -> list[str]:
    menu = row.button.menu()
    assert isinstance(menu, QMenu)
    return [one.text() for one in menu.actions()]


def test_a_type_is_set_by_hand_and_taken_back(
    open_window: OpenWindow, signed: Connected, qtbot: QtBot, grab: Grab
) -> None:
    window, key = open_window(signed.service), google_student(signed)
    row = shown_row(window, qtbot, signed, "student", key)
    assert row.isVisible()
    assert row.type.text() == "Sign-in type: Google (follows the e-mail domain)"
    assert choices(row) == ["Google", "Microsoft", "User name and password"]
    grab(window, "find-sign-in")
    choose(window, qtbot, row, "User name and password")
    assert (row.type.text(), row.waits.text()) == (BY_HAND, "The next run delivers this sign-in type.")
    assert choices(row) == ["Google", "Microsoft", "Follow the e-mail domain"]
    assert window.focusWidget() is row.button
    assert window.places.finder.record.parts, "the record is still there"
    grab(window, "find-sign-in-by-hand")
    window.resize(SMALLEST)
    settled(qtbot, window)
    grab(window, "find-sign-in-smallest")
    window.resize(SIZE)
    signed.service.sync(signed.name)
    row = shown_row(window, qtbot, signed, "student", key)
    assert (row.type.text(), row.waits.isVisible()) == (BY_HAND, False)
    choose(window, qtbot, row, "Follow the e-mail domain")
    assert row.type.text() == "Sign-in type: Google (follows the e-mail domain)"
    assert row.waits.isVisible()
    now = signed.service.sign_in(signed.name, "student", key)
    assert now is not None
    assert now.decision is not None
    assert now.decision.value == FOLLOW


def test_the_menu_is_reached_and_used_by_keys(open_window: OpenWindow, signed: Connected, qtbot: QtBot) -> None:
    window, key = open_window(signed.service), google_student(signed)
    row = shown_row(window, qtbot, signed, "student", key)
    page = window.places.finder
    page.field.setFocus()
    for _press in range(4):
        if window.focusWidget() is row.button:
            break
        qtbot.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
    assert window.focusWidget() is row.button
    assert row.button.accessibleName() == "Change sign-in type"


def test_who_has_none_and_what_has_none(open_window: OpenWindow, signed: Connected, qtbot: QtBot, grab: Grab) -> None:
    window = open_window(signed.service)
    ((course,),) = signed.sql("SELECT min(DCID) FROM COURSES")
    keys = [int(key) for (key,) in signed.sql("SELECT DCID FROM STUDENTS WHERE ENROLL_STATUS = 0 ORDER BY DCID")]
    nobody = next(k for k in keys if (now := signed.service.sign_in(signed.name, "student", k)) and not now.type)
    row = shown_row(window, qtbot, signed, "student", nobody)
    assert row.type.text().startswith("Sign-in type: none (")
    grab(window, "find-sign-in-none")
    assert not shown_row(window, qtbot, signed, "course", int(course)).isVisible()
    shown_row(window, qtbot, signed, "student", nobody)
    page = window.places.finder
    page.field.setText("Qqqqzzz")
    page.field.returnPressed.emit()
    settled(qtbot, window)
    assert not row.isVisible(), "nothing was found, so nobody signs in"


def test_without_domains_a_bundle_says_nothing_of_it(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    connected.delivered()
    window = open_window(connected.service)
    ((key,),) = connected.sql("SELECT min(DCID) FROM STUDENTS WHERE ENROLL_STATUS = 0")
    assert not shown_row(window, qtbot, connected, "student", int(key)).isVisible()


def test_what_can_not_be_stored_is_said_and_can_be_tried_again(
    open_window: OpenWindow, signed: Connected, qtbot: QtBot, grab: Grab, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, key = open_window(signed.service), google_student(signed)
    row = shown_row(window, qtbot, signed, "student", key)

    def busy(*_who: object) -> None:
        raise LocalStorage("PSC-DATA-BUSY", name="x", seconds=10.0)

    with monkeypatch.context() as patch:
        patch.setattr(type(signed.service), "set_sign_in", busy)
        choose(window, qtbot, row, "Microsoft")
    assert "locked for 10 seconds" in row.error.text()
    assert row.type.text() == "Sign-in type: Google (follows the e-mail domain)"
    grab(window, "find-sign-in-refused")
    choose(window, qtbot, row, "Microsoft")
    assert not row.error.isVisible()
    assert row.type.text() == "Sign-in type: Microsoft (set by hand on 18 November 2026 by jlee)"
