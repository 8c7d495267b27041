"""What is pressed twice happens once: two set-ups would work on the same draft, two districts on the same folder."""

from __future__ import annotations

import logging

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psconnect.desktop.app import Desktop
from psconnect.desktop.mistakes import MistakeDialog
from psconnect.desktop.wizard.drafts import all_of
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.service import Service
from psconnect.store.settings.home import Home
from tests.desktop.conftest import settled
from tests.desktop.test_app import LONG_MS, desktop  # noqa: F401 - a fixture
from tests.support.logs import ExpectLog


def test_new_connection_pressed_twice_opens_one_set_up(desktop: Desktop, qtbot: QtBot) -> None:  # noqa: F811
    main = desktop.open_main()
    settled(qtbot, main)
    main.set_up()
    main.set_up()
    settled(qtbot, main)
    first = main.places.set_up.draft_id
    assert first
    main.set_up()
    settled(qtbot, main)
    assert main.places.set_up.draft_id == first, "nothing was typed yet: there is nothing to begin anew"
    main.connections()
    settled(qtbot, main)
    assert all_of(main.context.service) == [], "nothing was typed, so nothing waits"


def test_the_demo_district_wished_twice_is_started_once(desktop: Desktop, qtbot: QtBot) -> None:  # noqa: F811
    main = desktop.open_main()
    settled(qtbot, main)
    main.try_demo()
    main.try_demo()
    qtbot.waitUntil(lambda: desktop.demo is not None, timeout=LONG_MS)
    shown = [window.windowTitle() for window in QApplication.topLevelWidgets() if window.isVisible()]
    assert sum("Demo district" in title for title in shown) == 1
    assert desktop.demo
    settled(qtbot, desktop.demo)


def test_closing_the_window_keeps_what_was_typed_in_the_set_up(
    desktop: Desktop,  # noqa: F811
    qtbot: QtBot,
) -> None:
    main = desktop.open_main()
    settled(qtbot, main)
    main.set_up()
    settled(qtbot, main)
    session = main.places.set_up.session
    assert session
    session.update(ConnectPart, name="Half a connection")
    home: Home = main.context.service.home
    main.close()
    qtbot.waitUntil(lambda: desktop.main is None)
    assert [draft.of(ConnectPart).name for draft in all_of(Service(home))] == ["Half a connection"]


def test_a_mistake_that_comes_again_and_again_opens_one_dialog(
    desktop: Desktop,  # noqa: F811
    qtbot: QtBot,
    expect_log: ExpectLog,
) -> None:
    expect_log("mistake", logger="psconnect", level=logging.ERROR)
    main = desktop.open_main()
    settled(qtbot, main)
    for _time in range(3):
        desktop._mistake.emit(LookupError("x"))
    qtbot.waitUntil(lambda: bool(main.findChildren(MistakeDialog)))
    settled(qtbot, main)
    shown = main.findChildren(MistakeDialog)
    assert len(shown) == 1
    shown[0].accept()
