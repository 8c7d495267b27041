"""The pages about stored data: diagnostics, the storage card, and pictures of both and of removal."""

from __future__ import annotations

import zipfile
from pathlib import Path

from pytestqt.qtbot import QtBot

from psconnect.desktop.preferences.storage import StorageCard
from psconnect.desktop.shell import SIZE
from psconnect.service import DIAGNOSTICS_FILE, Service
from psconnect.store.at_rest.computer import Computer
from psconnect.store.settings.home import home_at
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.control_checks import squeezed
from tests.desktop.test_screens import Grab, grab  # noqa: F401 - a fixture
from tests.support.demo import Connected


def test_the_diagnostics_that_are_shown_are_those_that_are_saved(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window(connected.service)
    window.diagnostics()
    settled(qtbot, window)
    page = window.places.diagnostics
    assert window.focusWidget() is page.save_button
    shown = page.text.toPlainText()
    assert connected.service.connection(connected.name).id in shown
    assert connected.name not in shown
    page.save_to(tmp_path / "out.zip")
    settled(qtbot, window)
    assert str(tmp_path / "out.zip") in page.outcome.label.text()
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.read(DIAGNOSTICS_FILE).decode() == shown
    page.save_to(tmp_path / "nowhere" / "out.zip")
    settled(qtbot, window)
    assert page.outcome.property("state") == "bad"


def test_the_storage_card_says_where_data_is_and_what_is_wrong_with_the_place(
    open_window: OpenWindow,
    tmp_path: Path,
    qtbot: QtBot,
    grab: Grab,  # noqa: F811
) -> None:
    folder = tmp_path / "OneDrive - Lincoln Unified" / "psconnect"
    computer = Computer("darwin", {}, tmp_path, run=lambda _command: "FileVault is Off.")
    service = Service(home_at(folder), computer=computer)
    window = open_window(service)
    window.places.go("preferences")
    settled(qtbot, window)
    card = next(card for card in window.places.preferences.cards if isinstance(card, StorageCard))
    assert card.place.text() == str(service.home.data)
    said = card.said
    assert [state for state, _text in said] == ["warning", "warning", "good"]
    assert "OneDrive" in said[0][1]
    grab(window, "preferences-storage")
    assert squeezed(window) == []
    window.resize(860, 600)
    grab(window, "preferences-storage-narrow")


def test_pictures_of_removal_and_diagnostics(
    open_window: OpenWindow,
    connected: Connected,
    qtbot: QtBot,
    grab: Grab,  # noqa: F811
) -> None:
    connected.delivered()
    connected.service.set_value(connected.name, "options.district_name", '"Another"')
    window = open_window(connected.service)
    window.diagnostics()
    settled(qtbot, window)
    grab(window, "diagnostics")
    window.settings(connected.name)
    settled(qtbot, window)
    window.places.settings.manage_button.click()
    settled(qtbot, window)
    grab(window, "settings-remove")
    window.resize(860, 600)
    grab(window, "settings-remove-narrow")
    card = window.places.settings.remove_card
    card.confirm.setText(connected.name)
    card.button.click()
    settled(qtbot, window)
    assert window.places.removed.proof
    grab(window, "removed-narrow")
    window.resize(SIZE)
    grab(window, "removed")
