"""Moodle in the window, as pictures and words: a first run with records that it refuses."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from psconnect.desktop.wizard.pages.destination import DestinationPage
from psconnect.wording.catalogue import use_language
from psconnect.wording.records import record_label, records_label
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.test_screens import SCREENS, Grab
from tests.desktop.test_screens_of_data import review_of, shown
from tests.destinations.moodle.test_whole_runs import point_at
from tests.moodle.server import MoodleSite
from tests.support.demo import NAME, Connect, Connected


@pytest.fixture
def grab() -> Grab:
    """Stores a picture, in the light scheme alone: another one restyles some 3,500 widgets each time."""
    SCREENS.mkdir(parents=True, exist_ok=True)

    def store(widget: QWidget, name: str) -> None:
        assert widget.grab().save(str(SCREENS / f"{name}.png"))

    return store


@pytest.fixture
def into_moodle(connect: Connect, moodle_site: MoodleSite) -> Connected:
    made = point_at(connect(students=60), moodle_site)
    made.service.save_connection(msgspec.structs.replace(made.service.connection(NAME), preset="moodle"))
    return made


def test_a_first_run_with_records_that_moodle_refuses(
    open_window: OpenWindow, into_moodle: Connected, moodle_site: MoodleSite, qtbot: QtBot, grab: Grab
) -> None:
    """Somebody has the address of one student, so that an account is refused, and what hangs on it waits."""
    service = into_moodle.service
    moodle_site.add_user("somebody", email=into_moodle.sql("SELECT EmailAddress FROM EmailAddress LIMIT 1")[0][0])
    window = open_window(service)
    window.settings(NAME)
    settled(qtbot, window)
    window.places.settings.forms.lead_to("destination")
    shown(qtbot, window, grab, "moodle-settings")
    grab(window.findChild(DestinationPage), "moodle-settings-whole")
    run = service.sync(NAME)
    window.overview(NAME)
    shown(qtbot, window, grab, "moodle-overview-held")
    review_of(qtbot, window, grab, run, "moodle")
    run = service.approve(run.id, "Checked with the registrar")
    assert run.set_aside == {"refused": 1, "waits": 9}
    window.summary(NAME, run.id)
    shown(qtbot, window, grab, "moodle-summary")
    grab(window.places.summary.findings, "moodle-summary-findings")
    window.overview(NAME)
    shown(qtbot, window, grab, "moodle-overview")
    said = [label.text() for label in window.places.overview.findChildren(QLabel) if label.isVisible()]
    assert [one for one in said if "What stands in Moodle" in one], said
    window.findings(NAME)
    shown(qtbot, window, grab, "moodle-findings")


def test_names_of_what_moodle_makes_keep_their_capital_and_are_translated() -> None:
    assert (records_label("moodle-enrollment"), record_label("moodle-course")) == (
        "Moodle enrollments",
        "Moodle course",
    )
    assert records_label("moodle-category") == "course categories"
    use_language(["es"])
    try:
        assert records_label("moodle-category") == "categorías de cursos"
    finally:
        use_language(["en"])
