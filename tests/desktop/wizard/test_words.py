"""Vendors' words: under the setting while their preset is chosen, and always found by search."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from psconnect.desktop.widgets.form import FormRow
from psconnect.desktop.wizard.findable import SETTING_LABELS, find_settings
from psconnect.desktop.wizard.flow import spec_of, step_keys
from psconnect.desktop.wizard.forms import ConnectionForms
from psconnect.desktop.wizard.pages.base import StepPage
from psconnect.wording.vendor_words import vendor_words
from tests.desktop.wizard.conftest import Setting

MISSION = {
    "D08": ("Integration URL", "Integration Key", "Integration Secret"),
    "D10": ("Student Devices",),
    "D18": ("Import Thresholds",),
    "G12": ("Service URL", "OAuth Client ID", "OAuth Client Secret"),
    "G13": ("SIS ID Prefix",),
    "G14": ("Do not use Contact Module",),
    "G15": ("Co-teachers",),
    "G16": ("Bulk Upload Mode",),
    "G18": ("Compare records by domains of uniqueness",),
    "G19": ("Preview of data upload",),
    "G20": ("Sync Hold Threshold",),
    "G21": ("Prior Data Consumption",),
    "G23": ("Incremental Sync",),
    "G25": ("Auto Mapping",),
    "G26": ("Attributes Mapping",),
    "G27": ("Data Requirements",),
    "G28": ("Filter Rules",),
    "L05": ("Admin URL",),
    "L07": ("Import Start Year",),
    "L08": ("Refresh Cached Values",),
    "L09": ("Ignore Parents from SIS",),
    "L13": ("Autogenerate Usernames",),
    "M03": ("Schools Number",),
    "M04": ("Username Prefix", "Course Number Prefix"),
    "M05": ("Schema for section name",),
    "M08": ("Custom Student Fields",),
    "M17": ("Terms to Sync",),
    "M18": ("Courses to Sync",),
    "N07": ("Visible Student ID",),
}
"""The vendors' words in the mission check, by its lines."""


@pytest.fixture
def forms(setting: Setting) -> ConnectionForms:
    """The settings of the demo district's connection, all pages of them."""
    shown = ConnectionForms(setting.bridge, setting.district.service)
    setting.qtbot.addWidget(shown)
    shown.resize(1000, 700)
    with setting.qtbot.waitExposed(shown):
        shown.show()
    shown.activateWindow()
    shown.load(setting.district.name)
    setting.settled()
    return shown


def controls(forms: ConnectionForms) -> dict[str, tuple[StepPage, QWidget]]:
    found = {}
    for page in forms.pages:
        for setting in SETTING_LABELS:
            step, _, key = setting.partition(".")
            control = page.control_of(key) if step == page.step else None
            if control is not None:
                found[setting] = page, control
    return found


@pytest.mark.parametrize("word", [word for words in MISSION.values() for word in words])
def test_every_vendors_word_finds_its_setting_or_is_no_choice_yet(word: str):
    (known,) = {known.setting for known in vendor_words() if known.word == word}
    found = [one for one in find_settings(word) if one.setting == known]
    built = known in SETTING_LABELS or (known in step_keys() and spec_of(known).part is not None)
    assert bool(found) == built
    if found:
        assert word in [named.word for named in found[0].words]


def test_what_can_be_found_is_on_its_page_under_that_name(forms: ConnectionForms):
    shown = controls(forms)
    assert shown.keys() == SETTING_LABELS.keys(), "listed, but on no page"
    for setting, (_page, control) in shown.items():
        assert control.accessibleName() == SETTING_LABELS[setting]


def test_mission_d08_the_words_of_a_preset_stand_under_our_settings(setting: Setting):
    setting.open()
    setting.to("credentials")
    row = setting.credentials.rows["client_id"]
    assert row.hint.isHidden()
    setting.session.choose_preset("dyknow")
    assert row.hint.isVisible()
    hints = {key: setting.credentials.rows[key].hint.text() for key in ("url", "client_id", "secret")}
    assert hints == {
        "url": "DyKnow: Integration URL",
        "client_id": "DyKnow: Integration Key",
        "secret": "DyKnow: Integration Secret",
    }
    assert "DyKnow: Integration Key" in row.field.accessibleDescription()
    row.set_error("Wrong.")
    assert row.field.accessibleDescription() == "Wrong.\nDyKnow: Integration Key"
    setting.session.choose_preset("oneroster")
    assert row.hint.isHidden()
    assert "DyKnow" not in row.field.accessibleDescription()


def test_a_note_says_what_a_value_means_also_for_a_preset_that_is_not_there():
    (year,) = find_settings("import start year")
    assert year.setting == "schools.start_year"
    assert year.below.endswith("PowerSchool Learning: Import Start Year (2016–17 = 2016)")


def test_a_word_opens_its_page_with_the_focus_on_the_setting(forms: ConnectionForms, setting: Setting):
    forms.finder.search.setFocus()
    setting.qtbot.keyClicks(forms.finder.search, "integration key")
    setting.qtbot.keyClick(forms.finder.search, Qt.Key.Key_Return)
    page, control = controls(forms)["credentials.client_id"]
    assert forms.tabs.currentWidget() is page
    assert control.hasFocus()
    assert forms.finder.search.text() == ""
    setting.qtbot.keyClicks(forms.finder.search, "preset")
    setting.press(forms.finder.buttons[0])
    assert forms.tabs.currentWidget() is forms.pages[0]
    assert isinstance(forms.pages[0].control_of("name"), QWidget)


def test_what_nothing_is_called_is_said(forms: ConnectionForms, setting: Setting):
    setting.qtbot.keyClicks(forms.finder.search, "flux capacitor")
    assert forms.finder.found == []
    labels = [label.text() for label in forms.finder.findChildren(QWidget) if hasattr(label, "text")]
    assert "No setting here is called that." in labels


def test_a_marked_row_shows_its_hint_as_the_others_do(setting: Setting):
    setting.open()
    setting.to("schools")
    page = setting.schools
    assert isinstance(page.year_row, FormRow)
    setting.session.choose_preset("school-passport")
    assert page.all_box.accessibleDescription().endswith("School Passport: Auto Mapping")
