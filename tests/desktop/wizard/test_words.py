"""Vendors' words: under the setting while their preset is chosen, and always found by search."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from psconnect.desktop.widgets.card import column
from psconnect.desktop.widgets.form import FormRow
from psconnect.desktop.wizard.find_setting import FindSetting
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
    "G27": ("Data Requirements", "Report if Missing", "Skip if Missing"),
    "G28": ("Filter Rules",),
    "G31": ("Expiration Date",),
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
    "G24": ("Terms Merging",),
    "N07": ("Visible Student ID",),
    "N10": ("PowerSchool URL",),
}
"""The vendors' words in the mission check, by its lines."""


Opened = tuple[ConnectionForms, FindSetting]


@pytest.fixture
def opened(setting: Setting) -> Iterator[Opened]:
    """The settings of the demo district's connection, all pages of them, and the search above."""
    shown = ConnectionForms(setting.bridge, setting.district.service)
    finder = FindSetting(lambda found: shown.lead_to(found.setting))
    around = column(finder, shown)
    setting.qtbot.addWidget(around)
    around.resize(1000, 700)
    with setting.qtbot.waitExposed(around):
        around.show()
    around.activateWindow()
    shown.load(setting.district.name)
    setting.settled()
    yield shown, finder
    around.close()


def controls(forms: ConnectionForms) -> dict[str, tuple[StepPage, QWidget]]:
    found = {}
    for page in forms.pages:
        for setting in SETTING_LABELS:
            step, _, key = setting.partition(".")
            control = page.control_of(key) if step == page.step else None
            if control is not None:
                found[setting] = page, control
    return found


OURS = {
    "Auto mapping": "schools.all",
    "Refresh cached values": "schools.refresh",
    "Domains of uniqueness": "uniqueness",
    "Report if missing": "requirements",
    "Skip if missing": "requirements",
}
"""Words of the pages themselves, with the setting that each has to find."""
NOT_YET = ("Master Fields",)
"""Words of the mission check whose setting is not built yet: there is one source only."""


@pytest.mark.parametrize("word", [word for words in MISSION.values() for word in words])
def test_every_vendors_word_finds_its_setting_first(word: str):
    (known,) = {known.setting for known in vendor_words() if known.word == word}
    found = find_settings(word)
    assert found, f"nothing is found by “{word}”"
    assert known in SETTING_LABELS or spec_of(known).part is not None, "it leads to nothing"
    assert known in [one.setting for one in found[:2]]
    (there,) = [one for one in found if one.setting == known]
    assert word in [named.word for named in there.words]


def test_every_word_in_the_list_leads_to_a_setting_that_is_there():
    assert {one.setting for one in vendor_words()} <= {*SETTING_LABELS, *step_keys()}


@pytest.mark.parametrize("word", OURS)
def test_the_pages_own_words_find_them(word: str):
    assert find_settings(word)[0].setting == OURS[word]


@pytest.mark.parametrize("word", NOT_YET)
def test_what_is_not_built_is_not_found(word: str):
    assert find_settings(word) == []


def test_whatever_is_found_opens_with_the_focus_on_it(opened: Opened, setting: Setting):
    """Every setting with a name of its own or a vendor's, and every page: the keyboard is where it was asked to be."""
    forms, _finder = opened
    wrong = []
    for asked in sorted({*SETTING_LABELS, *(one.setting for one in vendor_words()), *OURS.values()}):
        step, _, key = asked.partition(".")
        forms.list.buttons["connect"].setFocus()
        forms.lead_to(asked)
        setting.settled()
        (page,) = [one for one in forms.pages if one.step == forms.list.step]
        wanted = page.control_of(key) if key else page
        focused = QApplication.focusWidget()
        inside = wanted is not None and focused is not None and (focused is wanted or wanted.isAncestorOf(focused))
        if page.step != step or not inside or not focused.isVisible():
            wrong.append(f"{asked}: {page.step}, {focused!r}")
    assert wrong == []


def test_what_can_be_found_is_on_its_page_under_that_name(opened: Opened):
    shown = controls(opened[0])
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


def test_a_word_opens_its_page_with_the_focus_on_the_setting(opened: Opened, setting: Setting):
    forms, finder = opened
    finder.search.setFocus()
    setting.qtbot.keyClicks(finder.search, "integration key")
    setting.qtbot.keyClick(finder.search, Qt.Key.Key_Return)
    page, control = controls(forms)["credentials.client_id"]
    assert forms.list.step == page.step
    assert control.hasFocus()
    assert finder.search.text() == ""
    assert finder.results.isHidden()
    setting.qtbot.keyClicks(finder.search, "preset")
    setting.press(finder.buttons[0])
    assert forms.list.step == forms.pages[0].step


def test_the_list_is_gone_through_with_the_arrows_and_closes_with_escape(opened: Opened, setting: Setting):
    forms, finder = opened
    before = forms.geometry()
    finder.search.setFocus()
    setting.qtbot.keyClicks(finder.search, "client")
    assert len(finder.buttons) > 1
    assert finder.results.isVisible()
    for label in finder.results.findChildren(QLabel):
        assert label.isHidden() or label.height() >= label.heightForWidth(label.width())
    assert forms.geometry() == before, "the page stays where it is"
    setting.qtbot.keyClick(finder.search, Qt.Key.Key_Down)
    assert finder.buttons[0].hasFocus()
    setting.qtbot.keyClick(finder.buttons[0], Qt.Key.Key_Up)
    assert finder.search.hasFocus()
    setting.qtbot.keyClick(finder.search, Qt.Key.Key_Escape)
    assert finder.results.isHidden()
    setting.qtbot.keyClicks(finder.search, "client")
    forms.list.buttons["connect"].setFocus()
    assert finder.results.isHidden()


def test_what_nothing_is_called_is_said(opened: Opened, setting: Setting):
    _forms, finder = opened
    setting.qtbot.keyClicks(finder.search, "flux capacitor")
    assert finder.found == []
    assert "No setting here is called that." in [label.text() for label in finder.results.findChildren(QLabel)]


def test_a_marked_row_shows_its_hint_as_the_others_do(setting: Setting):
    setting.open()
    setting.to("schools")
    page = setting.schools
    assert isinstance(page.rows["start_year"], FormRow)
    setting.session.choose_preset("school-passport")
    assert page.all_box.accessibleDescription().endswith("School Passport: Auto Mapping")
