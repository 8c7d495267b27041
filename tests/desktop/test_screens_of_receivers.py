"""What is known of the system that is delivered to, on Overview and Review: before the first run, and on hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from psconnect.desktop.shell import MainWindow
from psconnect.model.connection import from_dict, to_dict
from psconnect.model.runs import Run
from psconnect.store.settings.secrets import CLIENT_SECRET
from tests.desktop.conftest import OpenWindow
from tests.desktop.test_screens import Grab, grab
from tests.desktop.test_screens_of_data import shown
from tests.support.demo import Connect, Connected

__all__ = ["grab"]
ACTIVE = "enroll_status = 0 AND schoolid <> 999999"


def to_clever(connected: Connected, **destination: object) -> None:
    """The connection delivers to Clever, with Clever's preset."""
    settings = to_dict(connected.service.connection(connected.name))
    table = {"kind": "clever-csv", "folder": str(connected.folder), **destination}
    connected.service.save_connection(from_dict({**settings, "preset": "clever", "destination": table}))
    assert connected.service.secrets.get(connected.name, CLIENT_SECRET)


def very_many(connected: Connected) -> None:
    connected.sql("UPDATE users SET email_addr = NULL")
    connected.sql("UPDATE students SET street = NULL, student_web_id = NULL WHERE dcid % 2 = 0")
    connected.sql("UPDATE courses SET course_name = NULL WHERE dcid % 4 = 0")


def leaving(connected: Connected) -> Run:
    """A third of the students leave: the other system would hold that."""
    connected.sql(f"UPDATE students SET enroll_status = 2 WHERE {ACTIVE} AND dcid % 3 = 0")
    run = connected.service.sync(connected.name)
    assert "receiver-student" in [hold.rule for hold in run.holds], [hold.rule for hold in run.holds]
    return run


def overview(window: MainWindow, connected: Connected) -> tuple[str, bool]:
    """What Overview says of the other system, and whether it is not verified."""
    note = window.places.overview.receiver
    return note.received.text() if note.received.isVisibleTo(window) else "", note.unverified.isVisibleTo(window)


@pytest.mark.parametrize("untidy", [lambda _connected: None, very_many], ids=["usual", "very-many"])
def test_a_delivery_that_the_other_system_would_hold(
    open_window: OpenWindow,
    connect: Connect,
    qtbot: QtBot,
    grab: Grab,
    untidy: Callable[[Connected], None],
    request: pytest.FixtureRequest,
) -> None:
    name = request.node.callspec.id
    connected = connect()
    to_clever(connected)
    untidy(connected)
    connected.service.approve(connected.service.sync(connected.name).id, "test")
    run = leaving(connected)
    window = open_window(connected.service)
    window.overview(connected.name)
    shown(qtbot, window, grab, f"overview-receiver-{name}")
    window.places.overview.bring_in_sight(window.places.overview.receiver)
    grab(window, f"overview-receiver-{name}-below")
    received, unverified = overview(window, connected)
    assert unverified
    assert "more than 10 % of schools" in received
    window.review(connected.name, run.id)
    shown(qtbot, window, grab, f"review-receiver-{name}")
    assert "what is missing is deleted there" in window.places.review.received.text()


def test_what_is_verified_says_nothing_about_that_and_a_hold_that_is_off_is_not_told(
    open_window: OpenWindow, connected: Connected, qtbot: QtBot, grab: Grab
) -> None:
    window = open_window(connected.service)
    window.overview(connected.name)
    shown(qtbot, window, grab, "overview-receiver-verified")
    received, unverified = overview(window, connected)
    assert received.endswith("Some systems hold an import that removes too many.")
    assert not unverified

    to_clever(connected, receiver_hold=0)
    window.overview(connected.name)
    shown(qtbot, window, grab, "overview-receiver-no-hold")
    received, unverified = overview(window, connected)
    assert unverified
    assert "psconnect asks you" not in received
