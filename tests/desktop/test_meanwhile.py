"""What happens beside the page that is open: other runs, the command line, damaged files, answers that come late."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from pytestqt.qtbot import QtBot

from psconnect.desktop.shell import MainWindow
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.service import Service
from psconnect.store.settings.home import home_at, slug
from psconnect.wording.errors import word
from psconnect.wording.window import in_window
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.district import held_by_removals, other_connection
from tests.support.demo import Connected

LONG_MS = 60_000
OTHER = "Visitor kiosks"
_NO_PIPES = not hasattr(os, "mkfifo")


def file_of(connected: Connected, name: str) -> Path:
    """The connection's file."""
    return connected.service.home.connections() / f"{slug(name)}.toml"


class Slow:
    """A connection's file on a disk that does not answer, until it is told to."""

    def __init__(self, path: Path) -> None:
        self._path, self._content = path, path.read_text(encoding="utf-8")
        path.unlink()
        os.mkfifo(path)

    def answer(self, content: str = "") -> None:
        """Who reads the file now gets this content, or what stood in it."""
        self._path.write_text(content or self._content, encoding="utf-8")


def held(connected: Connected, qtbot: QtBot, open_window: OpenWindow) -> tuple[MainWindow, str]:
    """A window that shows the review of a waiting run."""
    run = held_by_removals(connected)
    window = open_window(connected.service)
    window.review(connected.name, run.id)
    settled(qtbot, window)
    settled(qtbot, window)
    return window, run.id


# --- other runs ------------------------------------------------------------------------------------------------------


def test_an_approval_that_is_refused_is_told_on_any_page(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    window, run_id = held(connected, qtbot, open_window)
    student = next(one.key for one in connected.service.changes(run_id) if one.entity == "student")
    connected.service.exclude(run_id, "student", [student])
    window.places.review.decision.reason.setText("The leavers are right")
    window.places.review.decision.approve_button.click()
    window.connections()
    qtbot.waitUntil(lambda: not window.runs.working(connected.name), timeout=LONG_MS)
    settled(qtbot, window)
    assert window.runs.of(connected.name).error is not None
    assert window.banner.isVisible()
    assert connected.name in window.banner.label.text()
    qtbot.mouseClick(window.banner.buttons[0], Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    assert (window.places.key, window.places.name) == ("run", connected.name)
    assert not window.banner.isVisible()


def test_nothing_is_decided_while_a_run_goes_on(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> None:
    window, run_id = held(connected, qtbot, open_window)
    connected.fault("N05", path="/ws/schema/query/*", amount=2)
    active = window.runs.start(connected.name)
    page = window.places.review
    page.decision.reason.setText("The leavers are right")
    page.decision.reason.returnPressed.emit()
    assert window.places.key == "review", "an approval that can't be made must not look as if it had been"
    for button in (page.decision.approve_button, page.decision.discard_button, page.revalidate_button):
        assert not button.isEnabled()
    assert not page.changes.exclude_all.isEnabled()
    assert "run" in page.decision.note.text()
    active.cancel()
    qtbot.waitUntil(lambda: active.ended, timeout=LONG_MS)
    settled(qtbot, window)
    settled(qtbot, window)
    assert page.decision.approve_button.isEnabled()
    assert page.decision.reason.text() == "The leavers are right"
    assert page.changes.exclude_all.isEnabled()
    assert run_id


def test_the_end_of_a_run_is_told_beside_another_connections_run(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    other_connection(connected, OTHER)
    window = open_window(connected.service)
    window.run_for(connected.name)
    qtbot.waitUntil(lambda: not window.runs.working(connected.name), timeout=LONG_MS)
    window.run_for(OTHER)
    window.running(connected.name)
    window.banner.hide()
    qtbot.waitUntil(lambda: not window.runs.working(OTHER), timeout=LONG_MS)
    settled(qtbot, window)
    assert window.banner.isVisible()
    assert OTHER in window.banner.label.text()


def test_news_that_goes_by_itself_takes_no_other_with_it(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    window = open_window(connected.service)
    window.run_for(connected.name)
    window.connections()
    window.notice("The run was discarded.")
    qtbot.waitUntil(lambda: not window.runs.working(connected.name), timeout=LONG_MS)
    settled(qtbot, window)
    assert "waits for you" in window.banner.label.text()
    window._notice_timer.setInterval(0) if window._notice_timer.isActive() else None
    qtbot.wait(20)
    assert window.banner.isVisible()


# --- the command line ------------------------------------------------------------------------------------------------


def edited(connected: Connected, qtbot: QtBot, open_window: OpenWindow) -> MainWindow:
    """A window with settings that are changed and not saved."""
    window = open_window(connected.service)
    window.settings(connected.name)
    settled(qtbot, window)
    window.places.settings.forms.session.update(ConnectPart, district_name="Lincoln Unified")
    return window


def test_saving_keeps_what_was_changed_elsewhere_meanwhile(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    window = edited(connected, qtbot, open_window)
    connected.service.set_value(connected.name, "safety.preview", json.dumps("always"))
    connected.service.set_value(connected.name, "scope.start_year", "2025")
    window.places.settings.forms.save_button.click()
    settled(qtbot, window)
    stored = connected.service.connection(connected.name)
    assert stored.options.district_name == "Lincoln Unified"
    assert stored.scope.start_year == 2025
    assert stored.safety.preview == "always"
    assert not window.places.settings.forms.dirty


def test_saving_does_not_bring_a_removed_connection_back(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    window = edited(connected, qtbot, open_window)
    connected.service.remove_connection(connected.name)
    window.places.settings.forms.save_button.click()
    settled(qtbot, window)
    assert connected.service.connections() == []
    assert connected.name in window.places.settings.forms.banner.label.text()
    assert window.places.settings.forms.banner.isVisible()


def test_a_connection_that_is_gone_is_not_offered_to_be_run(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    other_connection(connected, OTHER)
    window = open_window(connected.service)
    window.overview(OTHER)
    settled(qtbot, window)
    connected.service.remove_connection(connected.name)
    window.overview(connected.name)
    settled(qtbot, window)
    page = window.places.overview
    assert page.message_shown
    assert page.title.text() == connected.name
    assert not page.run_button.isVisibleTo(window) or not page.run_button.isEnabled()
    window.overview(OTHER)
    settled(qtbot, window)
    assert page.run_button.isVisibleTo(window)
    assert page.run_button.isEnabled()


# --- files -----------------------------------------------------------------------------------------------------------


def test_a_damaged_connection_is_told_and_hides_no_other(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    other_connection(connected, OTHER)
    path = file_of(connected, OTHER)
    path.with_suffix(".last-good").unlink(missing_ok=True)
    path.write_text("format = 1\nnam = 'x'\n", encoding="utf-8")
    window = open_window(connected.service)
    page = window.places.connections
    assert list(page.cards) == [connected.name]
    assert page.damaged.isVisibleTo(window)
    assert str(path) in page.damaged.label.text()
    path.unlink()
    window.refresh()
    settled(qtbot, window)
    assert not page.damaged.isVisibleTo(window)


def test_only_damaged_connections_are_not_none(open_window: OpenWindow, tmp_path: Path) -> None:
    service = Service(home_at(tmp_path))
    path = service.home.connections() / "broken.toml"
    path.write_text("format = 1\nnam = 'x'\n", encoding="utf-8")
    window = open_window(service)
    page = window.places.connections
    assert page.damaged.isVisibleTo(window)
    assert str(path) in page.damaged.label.text()


def test_a_damaged_place_of_the_window_is_no_obstacle(open_window: OpenWindow, tmp_path: Path) -> None:
    service = Service(home_at(tmp_path))
    settings = QSettings(str(service.home.config / "window.ini"), QSettings.Format.IniFormat)
    settings.setValue("geometry", "half a line")
    settings.sync()
    assert open_window(service).isVisible()


# --- answers that come late ------------------------------------------------------------------------------------------


@pytest.mark.skipif(_NO_PIPES, reason="needs named pipes, to have a file that does not answer")
@pytest.mark.parametrize("page", ["overview", "settings"])
def test_the_error_of_a_page_that_was_left_is_not_shown_on_the_next(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, page: str
) -> None:
    other_connection(connected, OTHER)
    window = open_window(connected.service)
    path = file_of(connected, connected.name)
    path.with_suffix(".last-good").unlink(missing_ok=True)
    slow = Slow(path)
    window.places.go("help")
    show = {"overview": window.overview, "settings": window.settings}[page]
    show(connected.name)
    show(OTHER)
    current = {"overview": window.places.overview, "settings": window.places.settings}[page]
    qtbot.waitUntil(lambda: not current.message_shown, timeout=LONG_MS)
    slow.answer("nam = 'x'")
    path.unlink()
    path.write_text("nam = 'x'", encoding="utf-8")
    settled(qtbot, window)
    assert not current.message_shown
    assert OTHER in current.title.text() + current.subtitle.text()


def test_a_review_that_was_left_opens_the_roster_no_more(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    run = held_by_removals(connected)
    window = open_window(connected.service)
    window.review(connected.name, run.id)
    window.connections()
    settled(qtbot, window)
    settled(qtbot, window)
    assert window.places.review.changes.model.rowCount() == 0
    assert window.places.review.changes.model.wanted is None


def test_a_summary_offers_nothing_of_the_run_before(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    connected.delivered()
    run = connected.service.runs(connected.name)[0]
    window = open_window(connected.service)
    window.summary(connected.name, run.id)
    settled(qtbot, window)
    page = window.places.summary
    assert page.undo_button.isVisibleTo(window)
    window.summary(connected.name, "20260101T000000-none")
    for _moment in ("while it is read", "after it was not found"):
        assert page.message_shown
        for button in (page.undo_button, page.export_button, page.review_button):
            assert not button.isVisibleTo(window)
        assert run.id not in page.title.text() + page.subtitle.text()
        settled(qtbot, window)
    window.summary(connected.name, run.id)
    settled(qtbot, window)
    assert page.undo_button.isVisibleTo(window)


def test_reading_the_history_again_stays_at_the_run(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    connected.delivered()
    for _again in range(3):
        connected.service.sync(connected.name, plan_only=True)
    window = open_window(connected.service)
    window.history(connected.name)
    settled(qtbot, window)
    table = window.places.history.table
    table.selectRow(2)
    table.setFocus()
    run = connected.service.runs(connected.name)[2]
    connected.service.sync(connected.name, plan_only=True)
    window.refresh()
    settled(qtbot, window)
    assert connected.service.runs(connected.name)[table.currentIndex().row()].id == run.id


def test_reading_the_start_page_again_keeps_the_focus(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    other_connection(connected, OTHER)
    window = open_window(connected.service)
    window.activateWindow()
    page = window.places.connections
    page.cards[OTHER].run_button.setFocus()
    window.refresh()
    settled(qtbot, window)
    assert window.focusWidget() is page.cards[OTHER].run_button


def test_importing_replaces_no_settings_without_asking(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, tmp_path: Path
) -> None:
    connected.service.export_connection(connected.name, tmp_path / "then.toml")
    connected.service.set_value(connected.name, "options.district_name", json.dumps("Lincoln Unified"))
    window = open_window(connected.service)

    def district() -> str:
        return connected.service.connection(connected.name).options.district_name

    window.importing.begin(tmp_path / "then.toml")
    settled(qtbot, window)
    assert district() == "Lincoln Unified"
    assert connected.name in window.banner.label.text()
    leave = window.banner.buttons[1]
    assert window.focusWidget() is leave, "Enter must replace nothing by accident"
    qtbot.mouseClick(leave, Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    assert district() == "Lincoln Unified"
    window.importing.begin(tmp_path / "then.toml")
    settled(qtbot, window)
    qtbot.mouseClick(window.banner.buttons[0], Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    assert district() == "Demo Unified School District"
    assert (window.places.key, window.places.name) == ("settings", connected.name)


def test_roster_data_that_cannot_be_read_hides_no_other_connection(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    connected.delivered()
    other_connection(connected, OTHER)
    connected.rosters.write_bytes(b"not a database, and long enough to be looked at as one" * 100)
    window = open_window(connected.service)
    cards = window.places.connections.cards
    assert set(cards) == {connected.name, OTHER}
    assert cards[OTHER].summary == "The first run reads everything, then waits for your approval."
    state = next(one for one in connected.service.connections() if one.connection.name == connected.name)
    assert state.trouble
    assert in_window(word(state.trouble).to_do) in cards[connected.name].summary
    assert "Can’t be read" in window.side._buttons[connected.name].accessibleName()
