"""The page *Check access*: from the menu and from failures, live, to copy, to save, and stopped when it is left."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QGuiApplication
from pytestqt.qtbot import QtBot

from psconnect.desktop.pages.check import CheckPage
from psconnect.desktop.shell import MainWindow
from psconnect.store.settings.secrets import CLIENT_SECRET
from tests.desktop.conftest import OpenWindow, settled
from tests.support.demo import Connected


@pytest.fixture
def window(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> MainWindow:
    """A window on the overview of the only connection."""
    shown = open_window(connected.service)
    shown.overview(connected.name)
    settled(qtbot, shown)
    return shown


def checked(window: MainWindow, qtbot: QtBot) -> CheckPage:
    (entry,) = [action for action in window.findChildren(QAction) if action.text() == "Check access"]
    entry.trigger()
    settled(qtbot, window)
    return window.places.check


def test_it_begins_at_once_and_tells_source_and_destination(window: MainWindow, qtbot: QtBot, connected: Connected):
    page = checked(window, qtbot)
    assert window.open_name == connected.name
    steps = [found.step for found in page.check.findings]
    assert steps[:3] == ["Server", "Version", "Sign-in"]
    assert steps[-2:] == ["Estimate", "Destination"]
    assert page.check.count.text() == f"{len(steps)} of {len(steps)} passed"
    assert page.check_button.text() == "Check again"
    assert page.check_button.hasFocus() or page.focusWidget() is page.check_button


def test_what_failed_is_mended_and_checked_again(window: MainWindow, qtbot: QtBot, connected: Connected):
    good = connected.service.secrets.get(connected.name, CLIENT_SECRET)
    connected.service.set_secret(connected.name, CLIENT_SECRET, "made-up-wrong")
    page = checked(window, qtbot)
    failed = next(row for row in page.check.rows if row.finding.state == "failed")
    assert failed.finding.code == "PSC-AUTH-401"
    qtbot.mouseClick(failed.copy_button, Qt.MouseButton.LeftButton)
    assert "Data Provider Configuration" in QGuiApplication.clipboard().text()
    connected.service.set_secret(connected.name, CLIENT_SECRET, good)
    qtbot.mouseClick(failed.again_button, Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    assert {found.state for found in page.check.findings} == {"ok"}
    qtbot.mouseClick(page.credentials_button, Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    assert window.places.key == "settings"


@pytest.mark.parametrize("ending", ["html", "txt"])
def test_the_findings_are_saved_without_secrets(
    window: MainWindow, qtbot: QtBot, connected: Connected, tmp_path: Path, ending: str
):
    connected.server.set_page_size(connected.plugin, 50)
    page = checked(window, qtbot)
    path = tmp_path / f"check.{ending}"
    page.save_to(path)
    settled(qtbot, window)
    text = path.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>") == (ending == "html")
    for found in page.check.findings:
        assert found.step in text
    assert "only 50 rows" in text
    assert "Data Configuration" in text
    source = connected.service.connection(connected.name).source
    for secret in (connected.service.secrets.get(connected.name, CLIENT_SECRET), source.client_id):
        assert secret
        assert secret not in text
    assert str(path) in page.outcome.label.text()


def test_leaving_the_page_stops_the_check(window: MainWindow, qtbot: QtBot, connected: Connected):
    connected.server.set_latency(300)
    window.check(connected.name)
    page = window.places.check
    assert page.check_button.text() == "Stop"
    window.connections()
    settled(qtbot, window)
    assert len(page.check.findings) < 10


def test_failures_that_it_explains_lead_to_it(window: MainWindow, connected: Connected):
    ways = window.context.ways_out("PSC-AUTH-401", connected.name)
    assert [text for text, _act in ways] == ["Check access"]
    ways[0][1]()
    assert window.places.key == "check"
    assert window.context.ways_out("PSC-GUARD-EMPTY", connected.name) == []
    assert window.context.ways_out("PSC-AUTH-401", "") == []
