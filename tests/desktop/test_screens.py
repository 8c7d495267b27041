"""Every page in each of its states, as pictures to look at: build/screens/*.png (see docs/screens.md)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from psconnect.desktop.mistakes import MistakeDialog
from psconnect.desktop.shell import SIZE
from psconnect.desktop.theme.apply import Theme
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.model.errors import TryLater
from psconnect.model.events import RunEvent
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.district import held_by_removals, list_of_ids, other_connection
from tests.support.demo import Connected

SCREENS = Path(__file__).resolve().parents[2] / "build" / "screens"
_ENOUGH_COLOURS = 5
_ALSO_SCALED = (
    "test_findings.py",
    "test_screens_of_data.py",
    "test_screens_of_help.py",
    "test_screens_of_history.py",
    "test_screens_of_sign_in.py",
    "test_screens_of_writers.py",
)
Grab = Callable[[QWidget, str], None]


@pytest.fixture
def grab(qapp: QApplication, theme: Theme, pytestconfig: pytest.Config) -> Grab:
    """Stores a picture of a widget and proves that something is on it; with ``--thorough``, light and dark."""
    schemes = ("light", "dark") if pytestconfig.getoption("--thorough") else ("light",)
    SCREENS.mkdir(parents=True, exist_ok=True)
    scale = round(qapp.devicePixelRatio() * 100)
    ending = "" if scale == 100 else f"-{scale}"

    def store(widget: QWidget, name: str) -> None:
        for scheme in schemes:
            theme.set_scheme(scheme)
            QApplication.processEvents()
            picture = widget.grab().toImage()
            assert len(set(memoryview(picture.constBits()).cast("I"))) > _ENOUGH_COLOURS, name
            picture.save(str(SCREENS / f"{name}{'-dark' if scheme == 'dark' else ''}{ending}.png"))
        theme.set_scheme("light")

    return store


def test_start_empty(open_window: OpenWindow, tmp_path: Path, grab: Grab) -> None:
    window = open_window(Service(home_at(tmp_path)))
    grab(window, "connections-empty")


def test_start_loading(open_window: OpenWindow, tmp_path: Path, grab: Grab) -> None:
    window = open_window(Service(home_at(tmp_path)))
    window.places.connections.show_loading()
    grab(window, "connections-loading")


def test_start_error(open_window: OpenWindow, tmp_path: Path, grab: Grab) -> None:
    service = Service(home_at(tmp_path))
    (service.home.connections() / "broken.toml").write_text("format = 1\nnam = 'x'\n", encoding="utf-8")
    window = open_window(service)
    assert window.places.connections.damaged.isVisibleTo(window)
    grab(window, "connections-error")


def test_start_filled(open_window: OpenWindow, connected: Connected, qtbot: QtBot, grab: Grab) -> None:
    held_by_removals(connected)
    other_connection(connected, "Visitor kiosks")
    other_connection(connected, "Adult education", disabled=True)
    other_connection(connected, "Library")
    connected.service.set_value("Library", "source.client_id", json.dumps("wrong"))
    connected.service.sync("Library")
    window = open_window(connected.service)
    grab(window, "connections-filled")
    window.resize(860, 600)
    grab(window, "connections-narrow")
    window.resize(SIZE)
    window.notice("“Old roster” is removed from this computer.")
    grab(window, "connections-notice")


def test_start_with_a_long_name(open_window: OpenWindow, connected: Connected, grab: Grab) -> None:
    other_connection(connected, "Adult education centre and evening classes of the whole district, north and south")
    window = open_window(connected.service)
    grab(window, "connections-long-name")


def test_overview(open_window: OpenWindow, connected: Connected, qtbot: QtBot, grab: Grab) -> None:
    other_connection(connected, "Visitor kiosks")
    connected.delivered()
    window = open_window(connected.service)
    window.overview("Visitor kiosks")
    settled(qtbot, window)
    grab(window, "overview-new")
    window.overview(connected.name)
    settled(qtbot, window)
    grab(window, "overview-filled")
    window.resize(860, 600)
    grab(window, "overview-narrow")
    window.sync(connected.name)
    settled(qtbot, window)
    grab(window, "sync-narrow")
    window.resize(SIZE)
    grab(window, "sync")
    window.sync("Visitor kiosks")
    settled(qtbot, window)
    grab(window, "sync-first")
    window.records(connected.name, "student", "left_out")
    settled(qtbot, window)
    grab(window, "records")
    connected.service.set_value(connected.name, "source.client_id", json.dumps("wrong"))
    connected.service.sync(connected.name)
    window.overview(connected.name)
    settled(qtbot, window)
    grab(window, "overview-failed")
    window.places.overview.show_loading()
    grab(window, "overview-loading")
    window.places.overview.show_error(TryLater("PSC-HTTP-UNREACHABLE/refused", host="sis.example"))
    grab(window, "overview-error")


def test_overview_and_review_of_a_held_run(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, grab: Grab
) -> None:
    run = held_by_removals(connected)
    window = open_window(connected.service)
    window.overview(connected.name)
    settled(qtbot, window)
    grab(window, "overview-held")
    window.review(connected.name, run.id)
    settled(qtbot, window)
    grab(window, "review-held")
    window.places.review.changes.pills["update"].click()
    settled(qtbot, window)
    window.places.review.changes.table.setFocus()
    window.places.review.decision.reason.setText("The leavers are right")
    grab(window, "review-updates")
    window.places.review.changes.filter.setText("nobody is called like this")
    window.places.review.changes.filter.returnPressed.emit()
    settled(qtbot, window)
    grab(window, "review-nothing-found")
    window.places.review.decision.discard_button.click()
    grab(window, "review-discard")
    window.history(connected.name)
    settled(qtbot, window)
    grab(window, "history-filled")
    window.summary(connected.name, run.id)
    settled(qtbot, window)
    grab(window, "summary-held")


def test_first_review_summary_history(open_window: OpenWindow, connected: Connected, qtbot: QtBot, grab: Grab) -> None:
    window = open_window(connected.service)
    window.history(connected.name)
    settled(qtbot, window)
    grab(window, "history-empty")
    run = connected.service.sync(connected.name)
    window.review(connected.name, run.id)
    settled(qtbot, window)
    assert window.places.review.received.text().startswith("What the other system does: ")
    assert window.places.review.received.isVisible()
    grab(window, "review-first")
    run = connected.service.approve(run.id, "Checked with the registrar")
    window.summary(connected.name, run.id)
    settled(qtbot, window)
    grab(window, "summary-filled")
    grab(window.places.summary.findings, "summary-findings")
    window.review(connected.name, run.id)
    settled(qtbot, window)
    grab(window, "review-over")


def test_exclusion_and_left_alone(open_window: OpenWindow, connected: Connected, qtbot: QtBot, grab: Grab) -> None:
    run = held_by_removals(connected)
    students = [
        one.key for one in connected.service.changes(run.id) if (one.entity, one.action) == ("student", "remove")
    ]
    window = open_window(connected.service)
    window.review(connected.name, run.id)
    settled(qtbot, window)
    settled(qtbot, window)
    page = window.places.review
    page.changes.pills["remove"].click()
    settled(qtbot, window)
    page.changes.table.setFocus()
    for _row in range(3):
        qtbot.keyClick(page.changes.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    grab(window, "review-selected")
    qtbot.keyClick(page.changes.table, Qt.Key.Key_Delete)
    settled(qtbot, window)
    settled(qtbot, window)
    grab(window, "review-excluded")
    page.changes.open_drawer(0)
    grab(window, "review-drawer")
    page.changes.drawer.shut()
    page.changes.show_entity("enrollment", "")
    settled(qtbot, window)
    grab(window, "review-left-alone")
    window.resize(window.minimumSize())
    grab(window, "review-left-alone-smallest")
    page.changes.show_entity("student", "")
    settled(qtbot, window)
    grab(window, "review-smallest")
    left = {one.key for one in connected.service.excluded(run.id) if one.entity == "student"}
    connected.service.exclude(run.id, "student", [key for key in students if key not in left])
    connected.clock.time += timedelta(hours=25)
    window.resize(1180, 760)
    window.refresh()
    settled(qtbot, window)
    settled(qtbot, window)
    grab(window, "review-too-old")


def test_schools_limits_undo_and_rehearsal(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, grab: Grab
) -> None:
    connected.delivered()
    connected.sql("UPDATE STUDENTS SET ENROLL_STATUS = 2 WHERE SCHOOLID = (SELECT max(SCHOOLID) FROM STUDENTS)")
    connected.sql("UPDATE STUDENTS SET STUDENT_NUMBER = STUDENT_NUMBER + 500000 WHERE DCID % 4 = 0")
    run = connected.service.sync(connected.name)
    window = open_window(connected.service)
    window.review(connected.name, run.id)
    settled(qtbot, window)
    grab(window, "review-schools")
    run = connected.service.approve(run.id, "test")
    window.summary(connected.name, run.id)
    settled(qtbot, window)
    grab(window, "summary-applied")
    window.places.summary.undo_button.click()
    grab(window, "summary-undo-asked")
    undo = connected.service.undo(run.id)
    window.review(connected.name, undo.id)
    settled(qtbot, window)
    grab(window, "review-undo")
    connected.service.approve(undo.id, "test")
    window.overview(connected.name)
    settled(qtbot, window)
    grab(window, "overview-after-undo")
    window.summary(connected.name, undo.id)
    settled(qtbot, window)
    grab(window, "summary-undo")
    rehearsal = connected.service.sync(connected.name, rehearse=True)
    window.review(connected.name, rehearsal.id)
    settled(qtbot, window)
    grab(window, "review-rehearsal")


def test_find(open_window: OpenWindow, connected: Connected, qtbot: QtBot, grab: Grab) -> None:
    window = open_window(connected.service)
    window.find_record(connected.name)
    settled(qtbot, window)
    grab(window, "find-nothing-read")
    held_by_removals(connected)
    ((inactive,),) = connected.sql("SELECT min(STUDENT_NUMBER) FROM STUDENTS WHERE ENROLL_STATUS = 2")
    ((changed,),) = connected.sql("SELECT max(DCID) FROM STUDENTS WHERE FIRST_NAME LIKE '%aa' OR FIRST_NAME LIKE '%na'")
    window.find_record(connected.name)
    settled(qtbot, window)
    page = window.places.finder
    for name, text in (("empty", ""), ("nothing-found", "Nobody"), ("left-out", str(inactive)), ("many", "ma")):
        page.field.setText(text)
        page.field.returnPressed.emit()
        settled(qtbot, window)
        settled(qtbot, window)
        grab(window, f"find-{name}")
    window.find_record(connected.name, "student", int(changed))
    settled(qtbot, window)
    grab(window, "find-included")
    window.resize(window.minimumSize())
    grab(window, "find-smallest")


def test_ids_adoption(open_window: OpenWindow, connected: Connected, qtbot: QtBot, grab: Grab, tmp_path: Path) -> None:
    window = open_window(connected.service)
    window.ids(connected.name)
    settled(qtbot, window)
    grab(window, "ids-never-run")
    connected.delivered()
    window.refresh()
    settled(qtbot, window)
    grab(window, "ids")
    page, path = window.places.ids, tmp_path / "accounts.csv"
    lists = {"list": list_of_ids(connected), "list-refused": "id\nx\n", "nothing-to-adopt": "id,dcid\nx,999999999\n"}
    for name, text in lists.items():
        path.write_text(text, encoding="utf-8")
        page.adopt.compare(path)
        settled(qtbot, window)
        grab(window, f"ids-{name}")
        if page.adopt.adopt_button.isVisible():
            page.adopt.pills["matched"].click()
            grab(window, "ids-list-taken")
            window.resize(window.minimumSize())
            grab(window, "ids-list-smallest")
            window.resize(SIZE)
        page.adopt.forget()


def test_ids_re_key(open_window: OpenWindow, connected: Connected, qtbot: QtBot, grab: Grab) -> None:
    connected.delivered()
    window = open_window(connected.service)
    window.ids(connected.name)
    settled(qtbot, window)
    card = window.places.ids.rekey
    card.begin_button.click()
    grab(window, "ids-choices")
    choose(card.choices.boxes["class"], 1)
    card.work_out_button.click()
    grab(window, "ids-reading")
    settled(qtbot, window)
    grab(window, "ids-plugin-needed")
    choose(card.choices.boxes["class"], 0)
    choose(card.choices.boxes["student"], 2)
    card.choices.fields["username_prefix"].setText("u.")
    window.resize(window.minimumSize())
    grab(window, "ids-choices-smallest")
    card.work_out_button.click()
    settled(qtbot, window)
    grab(window, "ids-new-ids-smallest")
    window.resize(SIZE)
    grab(window, "ids-new-ids")
    card.new_ids.tick.click()
    card.store_button.click()
    settled(qtbot, window)
    settled(qtbot, window)
    grab(window, "ids-stored")
    window.runs.start(connected.name)
    grab(window, "ids-running")
    qtbot.waitUntil(lambda: not window.runs.working(connected.name), timeout=30_000)
    settled(qtbot, window)
    grab(window, "ids-pending")


def choose(box: QComboBox, place: int) -> None:
    box.setCurrentIndex(place)
    box.activated.emit(place)


def test_run_view(open_window: OpenWindow, connected: Connected, qtbot: QtBot, grab: Grab) -> None:
    window = open_window(connected.service)
    window.running(connected.name)
    grab(window, "run-none")
    connected.fault("N05", path="/ws/schema/query/*", amount=2)
    active = window.runs.start(connected.name)
    window.running(connected.name)
    now = active.progress.began
    events = [
        RunEvent("reading", "school", 19, 19),
        RunEvent("reading", "calendar", 42, 42),
        RunEvent("reading", "calendar_days", 970, 970),
        RunEvent("reading", "course", 1120, 1120),
        RunEvent("reading", "class", 3940, 3940),
        RunEvent("reading", "student", 8000, 11482),
        RunEvent("reading", "enrollment", 50000, 86205),
        RunEvent("reading", message="PowerSchool asked us to slow down for 5 seconds. Carried on."),
    ]
    active.progress.take(events, now + 100)
    window.runs.changed.emit(connected.name)
    grab(window, "run-working")
    window.connections()
    grab(window, "connections-running")
    window.close()
    grab(window, "closing-question")
    window.banner.hide()
    window.running(connected.name)
    window.places.run.cancel_button.click()
    grab(window, "run-stopping")
    qtbot.waitUntil(lambda: active.ended, timeout=30_000)
    grab(window, "run-cancelled")
    connected.server.clear_faults()
    active = window.runs.start(connected.name)
    qtbot.waitUntil(lambda: active.ended, timeout=30_000)
    window.running(connected.name)
    grab(window, "run-held")
    connected.fault("N09")
    active = window.runs.start(connected.name)
    window.running(connected.name)
    qtbot.waitUntil(lambda: active.ended, timeout=30_000)
    settled(qtbot, window)
    grab(window, "run-failed")
    assert active.run
    window.summary(connected.name, active.run.id)
    settled(qtbot, window)
    grab(window, "summary-failed")


def test_settings_help_and_mistake(open_window: OpenWindow, connected: Connected, qtbot: QtBot, grab: Grab) -> None:
    window = open_window(connected.service)
    window.settings(connected.name)
    settled(qtbot, window)
    grab(window, "settings")
    window.places.settings.manage_button.click()
    grab(window, "settings-manage")
    window.places.settings.manage_button.click()
    window.places.settings.forms.session.update(ConnectPart, district_name="Lincoln Unified")
    window.close()
    settled(qtbot, window)
    grab(window, "settings-unsaved")
    window.help()
    grab(window, "help")
    dialog = MistakeDialog(ValueError("x"), window)
    dialog.show()
    grab(dialog, "mistake")
    dialog.close()


@pytest.mark.thorough
@pytest.mark.parametrize("scale", ["1.5", "2"])
def test_scaled(scale: str) -> None:
    """The scaling is decided when Qt starts: the same pictures once more in a process of their own."""
    here = Path(__file__)
    files = [str(here), *(str(here.with_name(name)) for name in _ALSO_SCALED)]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files, "-k", "not scaled"]
    done = subprocess.run(
        command, env={**os.environ, "QT_SCALE_FACTOR": scale}, capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stdout
    assert (SCREENS / f"review-held-{round(float(scale) * 100)}.png").exists()
