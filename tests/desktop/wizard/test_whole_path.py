"""The whole way to a saved connection: by mouse, filled in by the demo district, and by keyboard alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget

from psconnect.desktop.widgets.button import Button
from psconnect.desktop.wizard import flow
from psconnect.desktop.wizard.flow import State
from psconnect.desktop.wizard.pages.filters import FiltersPage
from psconnect.desktop.wizard.pages.summary import SummaryPage
from psconnect.store.settings.secrets import CLIENT_SECRET
from tests.desktop.wizard.conftest import Setting, last_test


def test_from_nothing_to_a_saved_connection(setting: Setting):
    window = setting.open()
    setting.to("summary")
    secret = str(setting.district.server.plugins()[0].client_secret)
    assert {button.state for step, button in window.side.buttons.items() if step != "summary"} == {State.DONE}
    setting.press(setting.way("preview"))
    assert setting.wishes == [("Lincoln roster", "preview")]
    assert not window.isVisible()
    connection = setting.service.connection("Lincoln roster")
    assert connection.source.url == setting.district.server.url
    assert connection.destination == {"kind": "oneroster-csv", "folder": str(setting.folder)}
    assert setting.keyring.entries == {("psconnect", f"Lincoln roster/{CLIENT_SECRET}"): secret}
    assert list((setting.service.home.config / "drafts").iterdir()) == []
    run = setting.service.sync("Lincoln roster", plan_only=True)
    assert run.state == "previewed"


def test_the_demo_district_is_filled_in_already(setting: Setting):
    setting.open(setting.prefill())
    setting.to("summary", fill=False)
    setting.press(setting.way("sync"))
    assert setting.wishes == [("Demo district", "sync")]
    assert setting.service.connection("Demo district").destination["folder"] == str(setting.folder)
    assert setting.service.kept_secrets("Demo district")


def test_a_name_that_is_taken_is_refused_beside_its_field(setting: Setting):
    setting.open(setting.prefill())
    setting.to("summary", fill=False)
    setting.press(setting.way("save"))
    window = setting.open()
    setting.type(setting.connect.name, "DEMO district")
    setting.press(window.next_button)
    assert "already a connection" in setting.connect.rows["name"].error


def press_tab_until(setting: Setting, name: str) -> None:
    """Press Tab until the control with that accessible name has the focus."""
    for _press in range(60):
        focused = QApplication.focusWidget()
        if focused and focused.accessibleName() == name:
            return
        setting.qtbot.keyClick(focused or setting.window, Qt.Key.Key_Tab)
    pytest.fail(f"Tab never comes to “{name}”.")


def keys(setting: Setting, text: str) -> None:
    setting.qtbot.keyClicks(QApplication.focusWidget(), text)


def key(setting: Setting, which: Qt.Key) -> None:
    setting.qtbot.keyClick(QApplication.focusWidget(), which)
    setting.settled()


def arrow_to(setting: Setting, card: QWidget) -> None:
    """Press the arrows that lead to a card of the same choice."""
    for _press in range(20):
        focused = QApplication.focusWidget()
        if focused is card:
            return
        down, right = card.y() - focused.y(), card.x() - focused.x()
        across = Qt.Key.Key_Right if right > 0 else Qt.Key.Key_Left
        key(setting, Qt.Key.Key_Down if down > 0 else Qt.Key.Key_Up if down < 0 else across)
    pytest.fail(f"No arrow leads to “{card.accessibleName()}”.")


def test_the_whole_path_by_keyboard_alone(setting: Setting):
    plugin = setting.district.server.plugins()[0]
    setting.open()
    keys(setting, "Lincoln roster")
    # Tab comes to the first of the presets, arrows to the others.
    press_tab_until(setting, next(card.accessibleName() for card in setting.connect.cards.values()))
    arrow_to(setting, setting.connect.cards["oneroster"])
    key(setting, Qt.Key.Key_Space)
    key(setting, Qt.Key.Key_Return)
    press_tab_until(setting, "Next: Plugin")
    key(setting, Qt.Key.Key_Return)
    press_tab_until(setting, "Next: Credentials")
    key(setting, Qt.Key.Key_Return)
    press_tab_until(setting, "PowerSchool address")
    keys(setting, setting.district.server.url)
    press_tab_until(setting, "Client ID")
    keys(setting, str(plugin.client_id))
    press_tab_until(setting, "Client secret")
    keys(setting, str(plugin.client_secret))
    press_tab_until(setting, "Test connection")
    key(setting, Qt.Key.Key_Space)
    assert last_test(setting) == "passed"
    press_tab_until(setting, "Next: Schools, terms, courses")
    key(setting, Qt.Key.Key_Return)
    press_tab_until(setting, "School numbers")
    keys(setting, "100,120")
    key(setting, Qt.Key.Key_Return)
    while (step := setting.session.draft.step) != "destination":
        draft, known = setting.session.draft, setting.session.known
        after = flow.spec_of(flow.following(draft, known, step)).text(draft, known)
        press_tab_until(setting, f"Next: {after.label}")
        key(setting, Qt.Key.Key_Return)
    press_tab_until(setting, "Folder")
    keys(setting, str(setting.folder))
    key(setting, Qt.Key.Key_Return)
    press_tab_until(setting, "Next: Summary")
    key(setting, Qt.Key.Key_Return)
    press_tab_until(setting, "Save and preview")
    key(setting, Qt.Key.Key_Return)
    assert setting.wishes == [("Lincoln roster", "preview")]
    assert setting.service.connection("Lincoln roster").scope.schools == [100, 120]


def rule_pill(setting: Setting, name: str) -> Button:
    page = setting.window.pages["filters"]
    assert isinstance(page, FiltersPage)
    (pill,) = [one for one in page.rules.findChildren(Button) if one.accessibleName() == f"Add a rule: {name}"]
    return pill


def link_to(setting: Setting, step: str) -> Button:
    page = setting.window.pages["summary"]
    assert isinstance(page, SummaryPage)
    (link,) = [one for one in page.links if one.property("step") == step]
    return link


def test_the_shortest_way_takes_few_clicks_and_a_rule_three_more(setting: Setting):
    """As `test_real_window` walks on a real screen; there, opening the set-up and the review add two."""
    window = setting.open()
    clicks: list[str] = []

    def click(button: QAbstractButton) -> None:
        clicks.append(button.accessibleName())
        setting.press(button)

    def on_to(step: str) -> None:
        while setting.session.draft.step != step:
            click(window.next_button)

    click(setting.connect.cards["oneroster"])
    setting.type(setting.connect.name, "Lincoln roster")
    key(setting, Qt.Key.Key_Return)
    on_to("plugin")
    clicks.append("Save plugin ZIP")
    on_to("credentials")
    setting.fill_credentials()
    click(setting.credentials.test_button)
    assert {finding.state for finding in setting.credentials.check.findings} == {"ok"}
    on_to("attributes")
    assert window.finish_button.isVisible()
    shortest = len(clicks)
    on_to("filters")
    click(rule_pill(setting, "Has an email address"))
    assert len(clicks) - shortest == 3
    clicks = clicks[:shortest]
    click(window.finish_button)
    click(link_to(setting, "destination"))
    folder = setting.destination.settings["folder"].control
    assert isinstance(folder, QLineEdit)
    setting.type(folder, str(setting.folder))
    key(setting, Qt.Key.Key_Return)
    click(window.next_button)
    click(setting.way("preview"))
    assert len(clicks) <= 12, clicks
    connection = setting.service.connection("Lincoln roster")
    assert [rule.template for rule in connection.filters["student"]] == ["has email"]
    assert setting.service.sync("Lincoln roster", plan_only=True).state == "previewed"
