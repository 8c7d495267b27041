"""What a person does from beginning to end, through the window and against the real demo server."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from psconnect.desktop.shell import MainWindow
from psconnect.desktop.widgets.card import Card
from psconnect.desktop.widgets.label import Label
from psconnect.model.connection import from_dict, to_dict
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.wording.errors import word
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.district import held_by_removals
from tests.support.demo import Connected

LONG_MS = 60_000


def ended(qtbot: QtBot, window: MainWindow, name: str) -> None:
    """Wait until the run of the window has ended and the window has shown it."""
    qtbot.waitUntil(lambda: not window.runs.working(name), timeout=LONG_MS)
    settled(qtbot, window)


def press(qtbot: QtBot, button) -> None:
    assert button.isVisible(), button.text()
    assert button.isEnabled(), button.text()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def choose(window: MainWindow, text: str) -> None:
    """Choose a way to run from the menu beside *Run now*."""
    menu = window.places.sync.more_button.menu()
    next(action for action in menu.actions() if action.text() == text).trigger()


def test_first_run_review_approve_bundle_report(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, opened: list[str], tmp_path: Path
) -> None:
    name, window = connected.name, open_window(connected.service)
    card = window.places.connections.cards[name]
    assert card.summary == "The first run reads everything, then waits for your approval."
    press(qtbot, card.run_button)
    settled(qtbot, window)
    assert window.places.currentWidget() is window.places.sync
    assert connected.service.runs(name) == [], "the button opens the summary of the last run first"
    press(qtbot, window.places.sync.run_button)
    assert window.places.currentWidget() is window.places.run
    ended(qtbot, window, name)
    assert window.places.run.title.text().endswith("records would be created")
    assert not connected.bundle.exists(), "nothing is delivered before the approval"

    press(qtbot, window.places.run.next_button)
    settled(qtbot, window)
    review = window.places.review
    students = connected.sql("SELECT count(*) FROM Students WHERE Enroll_Status = 0")[0][0]
    assert 0 < review.changes.model.rowCount() <= students
    assert not review.decision.approve_button.isEnabled(), "an approval needs a reason"
    qtbot.keyClicks(review.decision.reason, "Checked with the registrar")
    press(qtbot, review.decision.approve_button)
    ended(qtbot, window, name)

    run = connected.service.runs(name)[0]
    assert run.state == "finished_with_problems"
    assert run.reason == "Checked with the registrar"
    with zipfile.ZipFile(connected.bundle) as bundle:
        assert "users.csv" in bundle.namelist()
    assert window.places.run.title.text().endswith("changes were delivered")

    press(qtbot, window.places.run.next_button)
    settled(qtbot, window)
    report = tmp_path / "report.csv"
    window.places.summary.export_to(report)
    settled(qtbot, window)
    rows = list(csv.DictReader(report.read_text(encoding="utf-8-sig").splitlines()))
    assert sum(row["Part"] == "Finding" for row in rows) == sum(run.problems.values())
    assert sum(row["Part"] == "Change" for row in rows) == run.all_changes.total
    press(qtbot, window.places.summary.outcome.buttons[0])
    assert opened == [report.as_uri()]


def test_preview_delivers_nothing_and_discarding_gives_it_up(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    window = open_window(connected.service)
    window.sync(connected.name)
    settled(qtbot, window)
    choose(window, "Preview only, deliver nothing")
    ended(qtbot, window, connected.name)
    press(qtbot, window.places.run.next_button)
    settled(qtbot, window)
    press(qtbot, window.places.review.decision.discard_button)
    press(qtbot, window.places.review.decision.keep_button)
    assert connected.service.runs(connected.name)[0].state == "previewed"
    press(qtbot, window.places.review.decision.discard_button)
    press(qtbot, window.places.review.decision.confirm_button)
    settled(qtbot, window)
    assert connected.service.runs(connected.name)[0].state == "discarded"
    assert not connected.bundle.exists()
    assert "discarded" in window.banner.label.text()


def test_parts_are_offered_once_everything_was_delivered(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    def offered(window: MainWindow) -> list[str]:
        menu = window.places.sync.more_button.menu()
        assert isinstance(menu, QMenu)
        return [action.text() for action in menu.actions()]

    window = open_window(connected.service)
    window.sync(connected.name)
    settled(qtbot, window)
    assert "Sync users only" not in offered(window)
    connected.delivered()
    window.refresh()
    settled(qtbot, window)
    assert "Sync users only" in offered(window)
    choose(window, "Sync users only")
    ended(qtbot, window, connected.name)
    assert connected.service.runs(connected.name)[0].scope == "users"


def test_the_review_finds_filters_and_sorts(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> None:
    run = held_by_removals(connected)
    window = open_window(connected.service)
    window.review(connected.name, run.id)
    settled(qtbot, window)
    page = window.places.review
    assert (
        page.title.text() == f"{run.changes['student'].remove} students would be removed from the OneRoster CSV bundle"
    )
    press(qtbot, page.limits.more_button)
    shown = [page.limits.table.model().index(row, 5).data() for row in range(page.limits.table.model().rowCount())]
    assert any(text.endswith(" of 2,329, limit 10 % (233)") for text in shown)
    changes = page.changes
    press(qtbot, changes.pills["update"])
    settled(qtbot, window)
    assert changes.model.rowCount() == run.changes["student"].update
    first = changes.model.row(0)
    assert first is not None
    assert first.action == "update"
    assert [name for name, _before, _after in first.values] == ["givenName"]
    number = changes.model.row(changes.model.rowCount() - 1).number
    qtbot.keyClicks(changes.filter, number)
    qtbot.keyClick(changes.filter, Qt.Key.Key_Return)
    settled(qtbot, window)
    assert [changes.model.row(0).number, changes.model.rowCount()] == [number, 1]
    changes.filter.clear()
    qtbot.keyClick(changes.filter, Qt.Key.Key_Return)
    settled(qtbot, window)
    changes.table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    settled(qtbot, window)
    titles = [changes.model.row(place).title.casefold() for place in range(changes.model.rowCount())]
    assert titles[0] > titles[-1]


def test_a_person_with_a_problem_is_opened_in_powerschool(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, opened: list[str]
) -> None:
    run = connected.delivered()
    window = open_window(connected.service)
    window.summary(connected.name, run.id)
    settled(qtbot, window)
    summary = window.places.summary.findings
    place = next(row for row in range(summary.model.rowCount()) if summary.model.index(row, 2).data() == "students")
    told = [summary.model.index(place, column).data() for column in (0, 1)]
    summary.table.selectRow(place)
    qtbot.keyClick(summary.table, Qt.Key.Key_Return)
    settled(qtbot, window)
    tree = window.places.findings.tree
    model = tree.model()
    assert model.rowCount() == 1, "the line leads to its own records"
    group = model.index(0, 0)
    assert [group.data(), model.index(0, 1).data().split()[0]] == told
    tree.setCurrentIndex(model.index(0, 0, group))
    qtbot.keyClick(tree, Qt.Key.Key_Return)
    base = connected.service.connection(connected.name).source.url
    assert len(opened) == 1
    assert opened[0].startswith((f"{base}/admin/students/home.html?frn=001", f"{base}/admin/faculty/home.html?frn=204"))


def test_cancelling_is_said_at_once_and_delivers_nothing(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot
) -> None:
    connected.fault("N05", path="/ws/schema/query/*", amount=2)
    window = open_window(connected.service)
    window.overview(connected.name)
    settled(qtbot, window)
    press(qtbot, window.places.overview.run_button)
    settled(qtbot, window)
    press(qtbot, window.places.sync.run_button)
    qtbot.waitUntil(lambda: any("query" in path for _m, path, _s in connected.server.calls.counts), timeout=LONG_MS)
    press(qtbot, window.places.run.cancel_button)
    assert window.places.run.cancel_button.text() == "Stopping …"
    ended(qtbot, window, connected.name)
    assert connected.service.runs(connected.name)[0].state == "cancelled"
    assert window.places.run.title.text() == "You stopped this run"
    assert not connected.bundle.exists()


def test_a_run_that_fails_says_why_and_what_to_do(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> None:
    connected.server.disable(connected.plugin)
    window = open_window(connected.service)
    window.run_for(connected.name)
    ended(qtbot, window, connected.name)
    run = connected.service.runs(connected.name)[0]
    assert run.error
    assert window.places.run.title.text() == word(run.error).title
    assert word(run.error).to_do in window.places.run.outcome.label.text()
    assert run.error["code"] in window.places.run.outcome.label.text()


def test_settings_export_disable_remove(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, tmp_path: Path
) -> None:
    name, window = connected.name, open_window(connected.service)
    window.settings(name)
    settled(qtbot, window)
    page = window.places.settings
    press(qtbot, page.manage_button)
    page.export_to(tmp_path / "out.toml")
    settled(qtbot, window)
    assert "client_secret" not in (tmp_path / "out.toml").read_text(encoding="utf-8")
    press(qtbot, page.disable_button)
    settled(qtbot, window)
    assert connected.service.connection(name).disabled
    window.overview(name)
    settled(qtbot, window)
    assert not window.places.overview.run_button.isVisible()


def test_removing_shows_what_is_wiped_and_proves_it(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, tmp_path: Path
) -> None:
    name, window = connected.name, open_window(connected.service)
    page = window.places.settings
    window.settings(name)
    settled(qtbot, window)
    remove = page.remove_card
    if not remove.button.isVisible():
        press(qtbot, page.manage_button)
    assert not remove.button.isEnabled(), "the name has to be typed first"
    assert "Settings: 1 file" in remove.wiped.text()
    rosters = str(connected.rosters)
    qtbot.keyClicks(remove.confirm, name)
    press(qtbot, remove.button)
    settled(qtbot, window)
    assert connected.service.connections() == []
    proof = window.places.removed
    assert window.places.currentWidget() is proof
    before, after = [card.findChildren(Label)[-1].text() for card in proof.findChildren(Card)][-3:-1]
    assert str(connected.folder / "home" / "config") in before
    assert after == "Nothing is left."
    assert rosters not in after
    proof.save_to(tmp_path / "proof.txt")
    settled(qtbot, window)
    assert name in (tmp_path / "proof.txt").read_text(encoding="utf-8")
    window.back()
    settled(qtbot, window)
    assert window.places.currentWidget() is window.places.connections, "no way leads back to what is gone"
    assert window.places.connections.message_shown


def test_import_opens_the_settings(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window(Service(home_at(tmp_path / "home")))
    data = {"name": "Imported", "preset": "oneroster", "source": {"url": "https://district.example"}}
    source = Service(home_at(tmp_path / "other"))
    source.save_connection(from_dict(to_dict(from_dict(data))))
    source.export_connection("Imported", tmp_path / "in.toml")
    window.importing.begin(tmp_path / "in.toml")
    settled(qtbot, window)
    assert window.places.currentWidget() is window.places.settings
    assert [state.connection.name for state in window.context.service.connections()] == ["Imported"]
    (tmp_path / "bad.toml").write_text("name = 1\n", encoding="utf-8")
    window.importing.begin(tmp_path / "bad.toml")
    settled(qtbot, window)
    assert window.banner.property("state") == "bad"


@pytest.mark.parametrize("place", ["overview", "history", "settings"])
def test_back_leads_to_where_one_was(open_window: OpenWindow, connected: Connected, qtbot: QtBot, place: str) -> None:
    window = open_window(connected.service)
    window.show_of_open(place) if window.open_name else getattr(window, place)(connected.name)
    settled(qtbot, window)
    window.help()
    window.back()
    settled(qtbot, window)
    assert window.open_name == connected.name
    window.back()
    settled(qtbot, window)
    assert window.places.currentWidget() is window.places.connections


def test_the_keyboard_alone_runs_a_connection(open_window: OpenWindow, connected: Connected, qtbot: QtBot) -> None:
    window = open_window(connected.service)
    window.activateWindow()
    button = window.places.connections.cards[connected.name].run_button
    window.side.setFocus()
    for _ in range(60):
        focused = window.focusWidget()
        if focused is button:
            break
        qtbot.keyClick(focused or window, Qt.Key.Key_Tab)
    assert window.focusWidget() is button
    qtbot.keyClick(button, Qt.Key.Key_Space)
    settled(qtbot, window)
    assert window.focusWidget() is window.places.sync.run_button
    qtbot.keyClick(window.places.sync.run_button, Qt.Key.Key_Space)
    assert window.places.currentWidget() is window.places.run
    ended(qtbot, window, connected.name)
    assert connected.service.runs(connected.name)[0].state == "held"
