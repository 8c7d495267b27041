"""Runs that deliver single changes, as pictures and words: refused, delivered in part, adopted, of derived entities."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import msgspec
import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from psconnect.desktop.sentences import changes_in_words
from psconnect.desktop.shell import MainWindow
from psconnect.model.runs import Run
from psconnect.wording.run_sentence import signed
from tests.contracts.kinds.known import kinds_for_tests
from tests.contracts.test_writer import Accounts, accounts, made_by_hand, stop_after
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.test_screens import Grab, grab
from tests.desktop.test_screens_of_data import review_of, shown
from tests.support.demo import NAME, Connect, Connected

__all__ = ["accounts", "grab"]
_WAIT_MS = 60_000


@pytest.fixture(autouse=True)
def _kinds() -> Iterator[None]:
    with kinds_for_tests():
        yield


@pytest.fixture
def into_database(connect: Connect) -> Connected:
    """A connection that has delivered 60 students to a database."""
    connected = connect(students=60, settings={"safety": {"preview": "never"}})
    connection = connected.service.connection(NAME)
    file = connected.folder / "roster" / "roster.sqlite"
    destination = {"kind": "database", "file": str(file)}
    connected.service.save_connection(msgspec.structs.replace(connection, destination=destination))
    assert connected.service.sync(NAME).error is None
    return connected


def run_in(window: MainWindow, qtbot: QtBot) -> Run:
    """Run the connection by the window's own button, and wait for the end."""
    window.overview(NAME)
    settled(qtbot, window)
    window.sync(NAME)
    settled(qtbot, window)
    window.places.sync.run_button.click()
    active = window.runs.of(NAME)
    assert active
    qtbot.waitUntil(lambda: active.ended, timeout=_WAIT_MS)
    settled(qtbot, window)
    assert active.run
    return active.run


def test_a_database_that_refuses_some_changes(
    open_window: OpenWindow, into_database: Connected, qtbot: QtBot, grab: Grab
) -> None:
    refuse = (
        "CREATE TRIGGER no_ng BEFORE UPDATE ON student WHEN new.family_name LIKE '%-Ng' "
        "BEGIN SELECT RAISE(ABORT, 'no') ; END"
    )
    with closing(sqlite3.connect(into_database.folder / "roster" / "roster.sqlite", isolation_level=None)) as db:
        db.execute(refuse)
    into_database.sql(
        "UPDATE students SET last_name = last_name || '-Ng' WHERE dcid IN "
        "(SELECT dcid FROM students WHERE enroll_status = 0 ORDER BY dcid LIMIT 2)"
    )
    into_database.sql(
        "UPDATE students SET first_name = first_name || 'a' WHERE dcid IN "
        "(SELECT dcid FROM students WHERE enroll_status = 0 ORDER BY dcid LIMIT 3 OFFSET 2)"
    )
    window = open_window(into_database.service)

    run = run_in(window, qtbot)

    assert run.set_aside == {"refused": 2}
    page = window.places.run
    assert page.outcome.isVisible()
    said = f"{page.title.text()} {page.outcome.label.text()}"
    assert "3 changes were delivered, 2 were not" in said
    assert "othing was delivered" not in said
    shown(qtbot, window, grab, "run-refused")
    window.overview(NAME)
    shown(qtbot, window, grab, "overview-refused")
    window.history(NAME)
    shown(qtbot, window, grab, "history-refused")
    window.connections()
    shown(qtbot, window, grab, "connections-refused")
    window.summary(NAME, run.id)
    shown(qtbot, window, grab, "summary-refused")
    grab(window.places.summary.findings, "summary-refused-findings")

    into_database.sql("UPDATE students SET first_name = 'Mia' WHERE dcid = (SELECT min(dcid) FROM students)")
    run = run_in(window, qtbot)

    assert (run.changes, run.refused) == ({}, 2), "a record that is refused again, and nothing else"
    assert "2 changes could not be delivered" in page.title.text()
    shown(qtbot, window, grab, "run-all-refused")


@pytest.mark.parametrize("how", ["cancelled", "failed"])
def test_a_run_that_ends_in_the_middle_says_what_was_delivered(
    open_window: OpenWindow, accounts: Accounts, qtbot: QtBot, grab: Grab, how: str
) -> None:
    window = open_window(accounts.connected.service)

    def act() -> None:
        active = window.runs.of(NAME)
        assert active
        if how == "cancelled":
            active.cancel()
        else:
            accounts.fault(gone=[])

    stop_after(accounts, "settled", 4, act)
    run = run_in(window, qtbot)

    assert (run.state, run.in_part) == (how, True)
    page = window.places.run
    for text in (page.title.text(), page.outcome.label.text()):
        assert "othing was delivered" not in text
    assert "Delivered in part: " in page.title.text()
    shown(qtbot, window, grab, f"run-part-{how}")
    window.overview(NAME)
    settled(qtbot, window)
    said = [label.text() for label in window.places.overview.findChildren(QLabel)]
    assert [one for one in said if one.startswith("What stands in ")], "the numbers are those of what was delivered"
    assert [one for one in said if "Delivered in part: " in one]
    shown(qtbot, window, grab, f"overview-part-{how}")
    window.summary(NAME, run.id)
    settled(qtbot, window)
    assert window.places.summary.undo_button.isVisible()
    assert window.places.summary.undo_button.isEnabled()
    shown(qtbot, window, grab, f"summary-part-{how}")


def test_derived_and_adopted_records_in_the_review(
    open_window: OpenWindow, accounts: Accounts, qtbot: QtBot, grab: Grab
) -> None:
    service = accounts.connected.service
    planned = accounts.sync(plan_only=True)
    username = next(change.record["username"] for change in service.changes(planned.id) if change.entity == "student")
    made_by_hand(accounts, username)
    run = accounts.sync(plan_only=True)
    assert (planned.adopted, run.adopted) == (0, 1)
    assert run.reconciled["student"].adopted == 1
    assert "1 taken over" in changes_in_words(run), "what is there already is not counted as created"
    assert signed(run.changes["student"], run.reconciled["student"].adopted).endswith("1 taken over")
    window = open_window(service)
    window.overview(NAME)
    shown(qtbot, window, grab, "overview-derived")
    window.summary(NAME, run.id)
    shown(qtbot, window, grab, "summary-taken-over")
    changes = [line[-1].text for line in window.places.summary.standing.lines]
    assert [text for text in changes if text.endswith("1 taken over")], "said in the line, not below the table alone"
    review_of(qtbot, window, grab, run, "derived")
    names = [one.entity for one in window.places.review.limits.limits]
    assert names[-2:] == ["grade-group", "grade-member"], "what the destination makes of the roster comes after it"
    window.places.review.limits.show_limits(window.places.review.limits.limits, "grade-member")
    shown(qtbot, window, grab, "review-derived-members")
