"""The summary: what stands there, what the first run would deliver, and all ways to save."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from psconnect.desktop.wizard import flow, steps
from psconnect.desktop.wizard.pages.safety import SafetyPage
from psconnect.desktop.wizard.pages.summary import SummaryPage
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.desktop.wizard.steps.destination import DestinationPart
from psconnect.desktop.wizard.steps.schools import SchoolsPart
from psconnect.destinations import KINDS
from tests.desktop.wizard.conftest import Setting


def summary(setting: Setting) -> SummaryPage:
    page = setting.window.pages["summary"]
    assert isinstance(page, SummaryPage)
    return page


@pytest.mark.parametrize("wish", ["save", "preview", "sync"])
def test_mission_m21_saving_tells_what_is_wished_with_it(setting: Setting, wish: str) -> None:
    setting.open()
    setting.to("summary")
    setting.press(setting.way(wish))
    assert setting.wishes == [("Lincoln roster", wish)]
    assert setting.service.connection("Lincoln roster").destination["folder"] == str(setting.folder)


def test_mission_m22_a_part_is_synced_only_after_a_full_run(setting: Setting) -> None:
    setting.open()
    setting.to("summary")
    for wish in ("users", "courses"):
        assert not setting.way(wish).isEnabled()
        assert setting.way(wish).effect == "After the first full run"
        assert setting.way(wish).accessibleDescription() == "After the first full run"


def test_enter_presses_the_filled_way(setting: Setting) -> None:
    setting.open()
    setting.to("summary")
    assert setting.way("preview").hasFocus()
    setting.qtbot.keyClick(setting.way("preview"), Qt.Key.Key_Return)
    setting.settled()
    assert setting.wishes == [("Lincoln roster", "preview")]


def test_what_is_missing_is_counted_and_has_the_focus(setting: Setting) -> None:
    setting.open()
    setting.to("destination")
    setting.press(setting.window.side.buttons["schools"])
    setting.session.update(SchoolsPart, all_schools=False, numbers="")
    setting.session.become(flow._at(setting.session.draft, "summary"))
    setting.window._open()
    page = summary(setting)
    needs = [need.step for need in flow.needs(setting.session.draft, setting.session.known) if need.blocks]
    assert page.heading().title == f"{len(needs)} things to fix before it can be saved"
    assert page.first_field().property("step") == needs[0]
    assert not setting.way("preview").isEnabled()
    assert setting.way("preview").effect == "When nothing is left to fix"
    first = next(button for button in page.links if button.property("step") == "schools")
    setting.press(first)
    assert setting.session.draft.step == "schools"
    assert setting.schools.rows["numbers"].error


def test_what_the_first_run_would_deliver_is_counted_when_asked_for(setting: Setting) -> None:
    setting.open()
    setting.to("summary")
    page = summary(setting)
    assert page.first_run
    if page.first_run.button.isVisible():
        assert "Not counted" in page.first_run.said.text()
        setting.press(page.first_run.button)
        setting.settled()
    shown = {key: label.text().replace(",", "") for key, label in page.first_run.figures.items()}
    setting.press(setting.way("sync"))
    run = setting.service.sync("Lincoln roster")
    made = {key: counts.create for key, counts in run.changes.items()}
    assert shown["students"] == str(made["student"])
    assert shown["staff"] == str(made["teacher"] + made.get("admin", 0))
    assert shown["classes"] == str(made["class"])
    assert shown["enrollments"] == str(made["enrollment"])


def test_a_count_that_fails_says_why(setting: Setting) -> None:
    setting.open()
    setting.to("summary")
    page = summary(setting)
    assert page.first_run
    setting.session.live.wipe()
    setting.district.server.stop()
    page.first_run._count()
    setting.settled()
    setting.settled()
    assert "refused the connection" in page.first_run.said.text()
    assert page.first_run.button.text() == "Try again"


def test_mission_g26_finish_comes_once_the_rest_has_defaults(setting: Setting) -> None:
    """From the last required step on; what is skipped stays as the preset has it."""
    last = max(place for place, spec in enumerate(steps.STEPS) if spec.required)
    window = setting.open()
    for place, spec in enumerate(steps.STEPS[:-2]):
        setting.session.become(flow._at(setting.session.draft, spec.key))
        window._open()
        assert window.finish_button.isVisible() == (place > last), spec.key


def test_a_line_says_of_the_credentials_which_server_it_is(setting: Setting) -> None:
    setting.open()
    setting.to("summary")
    link = next(button for button in summary(setting).links if button.property("step") == "credentials")
    server = setting.district.server.url.removeprefix("http://")
    assert link.accessibleName() == f"Credentials: {server}"


def test_what_the_other_system_does_stands_below_and_if_that_is_verified(setting: Setting) -> None:
    setting.open()
    setting.to("summary")
    note, session = summary(setting).receiver, setting.session
    assert note.received.text() == KINDS["oneroster-csv"].receives
    assert not note.unverified.isVisibleTo(setting.window)

    session.update(ConnectPart, preset="clever")
    folder = session.draft.of(DestinationPart).destination["folder"]
    for given, told in (({}, "10 %"), ({"receiver_hold": 25}, "25 %"), ({"receiver_hold": 0}, "")):
        session.update(DestinationPart, destination={"kind": "clever-csv", "folder": folder, **given})
        summary(setting).show_draft()
        assert note.unverified.isVisibleTo(setting.window)
        assert f"removes more than {told}" in note.received.text() if told else "psconnect" not in note.received.text()
        safety = setting.window.pages["safety"]
        assert isinstance(safety, SafetyPage)
        safety.show_draft()
        assert safety.received.text() == note.received.text()
