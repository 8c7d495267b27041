"""Disable: nothing runs, everything is kept, and it is said wherever the connection is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from psconnect.model.errors import FixSettings
from psconnect.model.events import RunEvent
from psconnect.service import Service, while_enabled
from tests.desktop.conftest import OpenInTray, OpenWindow, settled
from tests.desktop.test_closing import begin_slow_run
from tests.desktop.tray_place import MadeUpTray
from tests.support.demo import Connected


def kept(connected: Connected) -> tuple[object, ...]:
    """What a disabled connection keeps."""
    service = connected.service
    secrets = service.secrets.get(connected.name, "source.client_secret")
    return connected.ledger(), len(service.runs(connected.name)), secrets, connected.bundle.read_bytes()


def test_mission_d21_a_switch_stops_runs_and_keeps_data(
    open_with_tray: OpenInTray, connected: Connected, tray: MadeUpTray, qtbot: QtBot
) -> None:
    connected.delivered()
    before = kept(connected)
    window = open_with_tray(connected.service)
    window.settings(connected.name)
    settled(qtbot, window)
    page = window.places.settings
    page.manage_button.click()
    page.disable_button.click()
    settled(qtbot, window)
    assert page.disable_button.text() == "Enable"
    assert tray.tip == f"psconnect – {connected.name}: Disabled"
    assert "Run sync …" not in tray.texts()
    with pytest.raises(FixSettings) as refused:
        connected.service.sync(connected.name)
    assert refused.value.code == "PSC-CONNECTION-DISABLED"
    assert kept(connected) == before
    window.overview(connected.name)
    settled(qtbot, window)
    overview = window.places.overview
    assert "nothing runs" in overview.over.label.text()
    assert not overview.run_button.isVisible()
    window.connections()
    settled(qtbot, window)
    card = window.places.connections.cards[connected.name]
    assert not card.run_button.isVisible()
    qtbot.mouseClick(card.enable_button, Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    assert window.places.connections.cards[connected.name].run_button.isVisible()
    assert "Up to date" in tray.tip or "up to date" in tray.tip
    assert connected.service.sync(connected.name).state.startswith("finished")


def test_from_the_overview_it_is_enabled_again(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> None:
    connected.service.set_disabled(connected.name, disabled=True)
    window = open_window(connected.service)
    window.overview(connected.name)
    settled(qtbot, window)
    qtbot.mouseClick(window.places.overview.over.buttons[0], Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    assert not connected.service.connection(connected.name).disabled
    assert window.places.overview.run_button.isVisible()


def test_a_run_of_the_window_stops_when_its_connection_is_disabled(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    window = open_window(connected.service)
    begin_slow_run(connected, qtbot, window)
    window.settings(connected.name)
    qtbot.waitUntil(lambda: window.places.settings.disable_button.text() == "Disable", timeout=30_000)
    window.places.settings.disable_button.click()
    qtbot.waitUntil(lambda: not window.runs.working(connected.name), timeout=10_000)
    settled(qtbot, window)
    assert connected.service.runs(connected.name)[0].state == "cancelled"
    assert connected.service.connection(connected.name).disabled


def test_a_run_of_another_process_stops_at_its_next_safe_point(
    connected: Connected, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    connected.delivered()
    monkeypatch.setattr(while_enabled, "LOOK_SECONDS", 0.0)
    window = Service(connected.service.home, connected.service.secrets, connected.clock)

    def disabled_while_it_reads(event: RunEvent) -> None:
        if event.stage == "reading" and not window.connection(connected.name).disabled:
            window.set_disabled(connected.name, disabled=True)

    before = connected.ledger(), connected.bundle.read_bytes()
    run = connected.service.sync(connected.name, trigger="schedule", on_event=disabled_while_it_reads)
    assert run.state == "cancelled"
    assert (connected.ledger(), connected.bundle.read_bytes()) == before
