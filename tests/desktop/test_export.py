"""Exporting from the window: formats, masks, a worker that can be cancelled, and the ways to the file."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from psconnect.desktop.places import PlaceStack
from psconnect.desktop.widgets import export_menu
from psconnect.model.clock import CancelToken
from psconnect.model.printed import PrintedReport
from psconnect.model.runs import Run
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.test_screens import Grab, grab
from tests.support.demo import Connected

__all__ = ["grab"]


@pytest.fixture
def delivered(connected: Connected) -> Run:
    return connected.delivered()


@pytest.fixture
def places(connected: Connected, delivered: Run, open_window: OpenWindow, qtbot: QtBot) -> PlaceStack:
    window = open_window(connected.service)
    window.summary(connected.name, delivered.id)
    settled(qtbot, window)
    return window.places


def test_the_file_is_saved_with_the_ways_to_it_and_a_warning(
    places: PlaceStack, delivered: Run, qtbot: QtBot, tmp_path: Path, opened: list[str], grab: Grab
) -> None:
    page, path = places.summary, tmp_path / "r.pdf"
    page.export_button.entries.actions()[1].trigger()
    dialog = page.findChild(QFileDialog)
    assert dialog.windowTitle() == "Save (the file will hold student records)"
    assert dialog.selectedFiles()[0].endswith(f"Run report {delivered.id}.pdf")
    dialog.fileSelected.emit(str(path))
    dialog.close()
    assert not page.export_button.isEnabled(), "one at a time"
    qtbot.waitUntil(page.export_button.isEnabled)
    assert path.read_bytes().startswith(b"%PDF")
    assert page.outcome.label.text().startswith(f"Saved: {path}. It holds student records")
    assert [button.text() for button in page.outcome.buttons] == ["Open", "Show in folder"]
    window = page.window()
    assert window.focusWidget() is page.outcome.buttons[0]
    grab(window, "export-saved")
    window.resize(860, 600)
    grab(window, "export-saved-smallest")
    grab(page.export_button.entries, "export-menu")
    page.outcome.buttons[0].click()
    assert opened == [path.as_uri()]


def test_masked_the_dialog_and_the_name_say_so_and_the_file_names_nobody(
    places: PlaceStack, connected: Connected, qtbot: QtBot, tmp_path: Path
) -> None:
    page, path = places.summary, tmp_path / "r.html"
    page.export_button.masked.setChecked(True)
    page.export_button.entries.actions()[0].trigger()
    dialog = page.findChild(QFileDialog)
    assert "masks instead of names" in dialog.windowTitle()
    assert dialog.selectedFiles()[0].endswith(" masked.html")
    dialog.fileSelected.emit(str(path))
    dialog.close()
    qtbot.waitUntil(page.export_button.isEnabled)
    assert "Names are masked" in page.outcome.label.text()
    told = path.read_text(encoding="utf-8")
    numbers = {str(one) for (one,) in connected.sql("SELECT STUDENT_NUMBER FROM STUDENTS")}
    assert not [number for number in numbers if len(number) > 4 and number in told]


def test_a_cancelled_export_writes_nothing(
    places: PlaceStack, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def draw(_report: PrintedReport, cancel: CancelToken) -> bytes:
        begun.set()
        cancel.wait()
        return b""

    monkeypatch.setattr(export_menu, "draw_report", draw)
    page, path = places.summary, tmp_path / "r.pdf"
    page.export_to(path)
    qtbot.waitUntil(begun.is_set)
    assert [button.text() for button in page.outcome.buttons] == ["Cancel"]
    page.outcome.buttons[0].click()
    qtbot.waitUntil(page.export_button.isEnabled)
    assert page.outcome.label.text() == "Cancelled; no file was written."
    assert list(tmp_path.glob("*r.pdf*")) == []


def test_lists_for_each_school_go_to_a_folder(
    places: PlaceStack, qtbot: QtBot, tmp_path: Path, opened: list[str]
) -> None:
    page, folder = places.summary, tmp_path / "lists"
    page.export_button.export_per_school(folder)
    qtbot.waitUntil(page.export_button.isEnabled)
    files = list(folder.iterdir())
    assert len(files) > 1
    assert all(file.suffix == ".pdf" for file in files)
    assert f"{len(files)} lists in {folder}" in page.outcome.label.text()
    page.outcome.buttons[0].click()
    assert opened == [folder.as_uri()]


def test_what_can_t_be_compared_is_refused_in_words(places: PlaceStack, qtbot: QtBot, tmp_path: Path) -> None:
    page = places.summary
    page.export_button.since_last.setChecked(True)
    page.export_to(tmp_path / "r.csv")
    qtbot.waitUntil(page.export_button.isEnabled)
    assert "Nothing was delivered before" in page.outcome.label.text()
    assert not (tmp_path / "r.csv").exists()


def test_new_accounts_are_offered_for_a_run_that_has_some(
    places: PlaceStack, connected: Connected, delivered: Run, qtbot: QtBot, tmp_path: Path, grab: Grab
) -> None:
    page, path = places.summary, tmp_path / "new.csv"
    button = page.export_button
    assert button.new_accounts.isVisible()
    grab(button.entries, "export-menu-new-accounts")
    button.masked.setChecked(True)
    button.new_accounts.trigger()
    dialog = page.findChild(QFileDialog)
    assert dialog.windowTitle() == "Save (the file will hold student records)", "masks are for the others"
    assert dialog.selectedFiles()[0].endswith(f"New accounts {delivered.id}.csv")
    dialog.fileSelected.emit(str(path))
    dialog.close()
    qtbot.waitUntil(button.isEnabled)
    assert "It holds student records" in page.outcome.label.text()
    assert len(path.read_text(encoding="utf-8-sig").splitlines()) == delivered.new_people + 1
    nothing_new = connected.service.sync(connected.name)
    page.load(connected.name, nothing_new.id)
    qtbot.waitUntil(lambda: not button.new_accounts.isVisible())
