"""Step *Who and what*: what is chosen, what it adds to the plugin, and what is wrong with what is typed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from PySide6.QtCore import Qt

from psconnect.desktop.bridge import Bridge
from psconnect.desktop.wizard import drafts, flow
from psconnect.desktop.wizard.forms import ConnectionForms
from psconnect.desktop.wizard.pages.who import WhoPage
from psconnect.desktop.wizard.settings import from_connection, onto, to_connection, written
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.desktop.wizard.steps.destination import DestinationPart
from psconnect.desktop.wizard.steps.spec import Known
from psconnect.desktop.wizard.steps.who import WhoStep
from psconnect.desktop.wizard.steps.who_checks import problems
from psconnect.desktop.wizard.steps.who_part import WhoPart
from psconnect.model.connection import Connection, from_dict, to_dict
from psconnect.model.entities import STUDENT
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import Secrets
from tests.desktop.wizard.conftest import WAIT_MS, Setting
from tests.desktop.wizard.test_other_source import BUNDLE
from tests.support.demo import Connected

FULL = {
    "name": "Lincoln roster",
    "preset": "oneroster",
    "id": "k7mzqw",
    "source": {"compare": "incremental"},
    "options": {
        "parents": "all",
        "contact_module": False,
        "contact_fields": {"Mother": "Students.Mother", "Guardian": "Students.GuardianFN"},
        "contact_names": "{familyName}, {givenName}",
        "co_teacher_classes": 25,
        "admins": False,
        "enroll_status": [0, -1],
        "guest_students": "bring-in",
        "merge_terms": True,
        "only_taught_classes": True,
        "only_used_courses": True,
        "section_move": "U_DEF_EXT_SECTIONS.moveto",
        "id_prefix": "LU-",
        "username_prefix": "lu.",
        "course_prefix": "LU",
        "student_identifier": "id",
    },
    "usernames": {"student": "{givenName|lower}", "teacher": "{familyName|lower}"},
    "sign_in": {"google": ["students.lincoln.org", "lincoln.org"], "microsoft": ["lincoln.onmicrosoft.com"]},
}


@pytest.fixture
def known(tmp_path) -> Known:
    """The presets and destinations of this version."""
    service = Service(home_at(tmp_path), Secrets({}))
    return Known(tuple(service.presets()), tuple(service.destinations()))


def who_page(setting: Setting, preset: str = "oneroster") -> WhoPage:
    """The step of a new set-up with that preset, its figures counted."""
    setting.open()
    setting.type(setting.connect.name, "Lincoln roster")
    setting.press(setting.connect.cards[preset])
    while setting.session.draft.step != "who":
        setting.press(setting.window.next_button)
    page = setting.window.pages["who"]
    assert isinstance(page, WhoPage)
    counted(setting, page)
    return page


def counted(setting: Setting, page: WhoPage) -> None:
    """Wait until the figures are those of what is chosen."""
    setting.qtbot.waitUntil(lambda: page._counted == setting.session.draft, timeout=WAIT_MS)
    setting.settled()


def total(page: WhoPage) -> int:
    """The fields that the page says are asked for."""
    found = re.match(r"(\d+) fields in \d+ tables", page.strip.total.text())
    assert found, page.strip.total.text()
    return int(found[1])


def asked(setting: Setting) -> int:
    """The fields that the plugin of the set-up asks for."""
    connection = to_connection(setting.session.draft, setting.session.known, only={"connect", "who", "plugin"})
    return len(setting.service.plugin_for(connection).access)


# --- settings ----


def test_an_empty_part_is_what_a_connection_without_settings_has() -> None:
    assert WhoStep().out_of(Connection("", "")) == WhoPart()


def test_every_choice_comes_from_the_file_and_goes_back_into_it(known: Known) -> None:
    before = from_connection(from_dict(FULL))
    empty = from_dict({key: FULL[key] for key in ("name", "preset", "id")})
    again = onto(before, from_connection(empty), known, empty)
    assert to_dict(again) == to_dict(from_dict(FULL))


def test_settings_that_nobody_touched_stay_as_they_are(known: Known) -> None:
    for data in (FULL, {"name": "Lincoln", "preset": "school-passport", "id": "k7mzqw"}):
        connection = from_dict(data)
        draft = from_connection(connection)
        assert to_dict(onto(draft, draft, known, connection)) == to_dict(connection)


def test_what_a_preset_says_is_the_default_and_only_the_rest_is_stated(known: Known) -> None:
    passport = from_connection(known.defaults("school-passport"))
    assert not passport.of(WhoPart).co_teachers
    assert passport.of(WhoPart).merge_terms
    assert from_connection(known.defaults("dyknow")).of(WhoPart).parents == "none"
    draft = passport.having(ConnectPart("Lincoln", "school-passport"), DestinationPart({"kind": "oneroster-csv"}))
    assert "options" not in to_dict(to_connection(draft, known))
    changed = flow.changed(draft, WhoPart, co_teachers=True, co_teacher_classes="25")
    assert to_dict(to_connection(changed, known))["options"] == {"co_teachers": True, "co_teacher_classes": 25}


def test_a_draft_from_before_the_step_was_there_goes_on_as_its_preset_says(setting: Setting) -> None:
    old = b'{"id": "0a1b", "step": "connect", "reached": "connect", "parts": {"connect": {"preset": "oneroster"}}}'
    setting.service.save_draft("0a1b", old)
    setting.open(draft_id="0a1b")
    assert setting.session.draft.of(WhoPart).parents == "all"
    flat = b'{"id": "0a1c", "preset": "oneroster", "name": "Lincoln"}'
    setting.service.save_draft("0a1c", flat)
    assert WhoPart not in next(draft for draft in drafts.all_of(setting.service) if draft.id == "0a1c").parts


def test_what_a_source_leaves_no_choice_in_is_neither_offered_nor_written(known: Known, setting: Setting) -> None:
    before = from_connection(BUNDLE)
    changed = flow.changed(before, WhoPart, admins=False)
    assert "compare" not in written(changed, known, BUNDLE)["source"]
    setting.service.save_connection(BUNDLE)
    forms = ConnectionForms(setting.bridge, setting.service)
    setting.qtbot.addWidget(forms)
    forms.load(BUNDLE.name)
    setting.settled()
    page = next(page for page in forms.pages if isinstance(page, WhoPage))
    assert set(page.included.options) == {"admins"}
    assert page.included.parents["portal"].isHidden()
    assert set(page.more.options) == {"only_taught_classes", "only_used_courses"}
    assert page.names.compare == {}
    assert page.strip.isHidden()


# --- what is wrong ----

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "co_teacher_classes": ({"co_teacher_classes": "0"}, "from 1 to 1000"),
    "enroll_status": ({"enroll_status": "0, active"}, "“active”"),
    "id_prefix": ({"id_prefix": "LU,"}, "letters"),
    "username_prefix": ({"username_prefix": "x" * 31}, "30"),
    "course_prefix": ({"course_prefix": "a b"}, "letters"),
    "google": ({"google": "students.lincoln.org, lincoln.org/staff"}, "“lincoln.org/staff” is not a domain"),
    "microsoft": ({"google": "lincoln.org", "microsoft": "@LINCOLN.org"}, "stands under Google"),
    "usernames.student": ({"make_usernames": True, "usernames": {"student": "{givenNam}"}}, "givenName"),
    "usernames.contact": ({"make_usernames": True, "parents": "all", "usernames": {"contact": "me"}}, ""),
    "section_move": ({"section_move": "Sectoins.Room"}, "Sections"),
    "parents": ({"parents": "portal", "contact_module": False}, "Contacts module"),
    "name_fields": (
        {"parents": "all", "contact_module": False, "name_fields": (("Mother", "Users.First_Name"),)},
        "Students.Mother",
    ),
    "contact_names": ({"parents": "all", "contact_module": False, "contact_names": "{givenName}{familyName}"}, ""),
}


@pytest.mark.parametrize("control", WRONG)
def test_what_is_wrong_is_said_at_its_control(control: str) -> None:
    values, said = WRONG[control]
    found = problems(WhoPart(**values), "powerschool")
    assert list(found) == [control]
    assert said in found[control]
    with pytest.raises(Exception, match=r".+"):
        # What the page refuses, the file refuses, too; what is only doubtful it must not refuse.
        service_refuses(values)


def service_refuses(values: dict[str, Any]) -> None:
    from psconnect.sync.compose import choices_of  # noqa: PLC0415 - the engine's own check

    data: dict[str, Any] = {"name": "Lincoln", "preset": "oneroster"}
    WhoStep().into(WhoPart(**values), data)
    choices_of(from_dict(data))


@pytest.mark.parametrize(
    "values",
    [
        {"make_usernames": False, "usernames": {"student": "{nothing}"}},
        {"co_teachers": False, "co_teacher_classes": "many"},
        {"contact_module": False, "contact_names": "{}"},
        {"google": "Lincoln.ORG; @students.lincoln.org münchen.example"},
        {"enroll_status": "0, \u22121"},
        {"make_usernames": True, "usernames": {"student": "{givenName}", "contact": "nobody"}},
    ],
)
def test_what_is_switched_off_or_only_unusual_is_not_wrong(values: dict[str, Any]) -> None:
    assert problems(WhoPart(**values), "powerschool") == {}


# --- the page ----


def test_the_total_is_the_plugins_and_recounts_with_every_choice(setting: Setting) -> None:
    page = who_page(setting, "dyknow")
    assert total(page) == asked(setting)
    said = {name: label.text() for name, label in page.included.figures.items()}
    least, added = total(page), 0
    for choice in ("all", "portal"):
        added = int(said[f"parents.{choice}"].removeprefix("would add "))
        setting.press(page.included.parents[choice])
        counted(setting, page)
        assert total(page) == asked(setting) == least + added
        assert page.included.figures[f"parents.{choice}"].text() == f"+{added}"
    setting.press(page.included.options["school_days"].control)
    counted(setting, page)
    assert total(page) == asked(setting) < least + added
    setting.press(page.strip.open_button)
    model = page.strip.table.model()
    assert model.rowCount() == total(page)
    shown = {model.index(row, 0).data().upper() for row in range(model.rowCount())}
    assert not any(name.startswith("CALENDAR_DAY") for name in shown)


def test_a_choice_that_the_plugin_does_without_says_why_it_cannot_be_made(setting: Setting) -> None:
    page = who_page(setting, "dyknow")
    setting.session.update(WhoPart, contact_module=False, parents="all")
    counted(setting, page)
    assert page.included.figures["parents.portal"].text() == "–"
    assert "portal" in page.included.figures["parents.portal"].toolTip()


def test_a_domain_with_a_path_is_mended_by_one_press(setting: Setting) -> None:
    page = who_page(setting)
    google = page.names.domains["google"]
    setting.type(google, "students.lincoln.org, lincoln.org/staff")
    assert page.rows["google"].error == ""
    setting.press(setting.window.next_button)
    assert setting.session.draft.step == "who"
    assert page.rows["google"].error == "“lincoln.org/staff” is not a domain."
    assert google.hasFocus()
    assert page.names.meant["google"].text() == "Use lincoln.org"
    setting.press(page.names.meant["google"])
    assert google.text() == "students.lincoln.org, lincoln.org"
    assert page.rows["google"].error == ""
    assert page.names.meant["google"].isHidden()


def test_made_user_names_have_an_example_with_the_prefix(setting: Setting) -> None:
    page = who_page(setting)
    setting.press(page.names.make)
    assert "mokafor" in page.rows["usernames.student"].help.text()
    assert "mokafor2" in page.rows["usernames.student"].help.text()
    setting.type(page.names.prefixes["username_prefix"], "lu.")
    assert "lu.mokafor2" in page.rows["usernames.student"].help.text()
    assert page.rows["usernames.contact"].isVisibleTo(page)
    setting.press(page.included.parents["none"])
    assert not page.rows["usernames.contact"].isVisibleTo(page)


def test_what_is_folded_away_opens_where_it_is_wrong(setting: Setting) -> None:
    page = who_page(setting)
    setting.session.update(WhoPart, section_move="Sectoins.Room")
    assert not page.more.inside.isVisibleTo(page)
    assert page.more.changed.text() == "1 not as usual"
    setting.press(setting.window.next_button)
    assert page.more.inside.isVisibleTo(page)
    assert page.more.moved_by.hasFocus()


def test_the_words_beside_a_switch_switch_it(setting: Setting) -> None:
    page = who_page(setting)
    before = page.part.admins
    setting.qtbot.mouseClick(page.included.options["admins"].title, Qt.MouseButton.LeftButton)
    assert page.part.admins is not before


# --- the mission ----


def saved(setting: Setting) -> Connection:
    """What the set-up makes of what is typed."""
    draft = setting.session.draft.having(DestinationPart({"kind": "oneroster-csv"}))
    return to_connection(draft, setting.session.known, only={"connect", "who", "plugin", "destination"})


def test_mission_g13_a_prefix_keeps_the_records_of_two_servers_apart(setting: Setting) -> None:
    page = who_page(setting)
    setting.type(page.names.prefixes["id_prefix"], "LU-")
    assert saved(setting).id_rules.make(STUDENT, 4711) == "LU-4711"
    assert Connection("Other", "oneroster").id_rules.make(STUDENT, 4711) == "4711"


def test_mission_g14_names_come_from_the_module_unless_it_is_switched_off(setting: Setting) -> None:
    page = who_page(setting, "school-passport")
    module = page.included.options["contact_module"]
    assert module.control.isChecked(), "“Do not use Contact Module” is off by default"
    assert not page.included.names.isVisibleTo(page)
    setting.press(module.control)
    assert page.included.names.isVisibleTo(page)
    ways = page.included.names.ways
    for place, example in (
        (1, "“Okafor, Maya Ada” becomes Maya Ada Okafor."),
        (2, "“Maya Okafor” becomes Maya Okafor."),
    ):
        ways.setCurrentIndex(place)
        ways.activated.emit(place)
        assert page.included.names.ways_row.help.text() == example
    assert saved(setting).options.contact_names == "{givenName} {familyName}"
    assert saved(setting).options.contact_module is False
    setting.press(page.included.parents["none"])
    assert not module.isEnabled()


def test_mission_g15_co_teachers_are_off_for_school_passport_and_say_what_they_add(setting: Setting) -> None:
    page = who_page(setting, "school-passport")
    row = page.included.options["co_teachers"]
    assert not row.control.isChecked()
    before, said = total(page), row.figure.text()
    setting.press(row.control)
    counted(setting, page)
    assert total(page) == asked(setting)
    assert said == (f"would add {total(page) - before}" if total(page) > before else "adds none")
    assert saved(setting).options.co_teachers is True


def test_mission_g16_bulk_reads_everything_and_is_the_default(setting: Setting) -> None:
    page = who_page(setting, "school-passport")
    assert page.names.compare["bulk"].isChecked()
    assert (saved(setting).source.compare or "bulk") == "bulk"


def test_mission_g23_only_what_changed_is_a_choice_of_its_own(setting: Setting) -> None:
    page = who_page(setting)
    setting.press(page.names.compare["incremental"])
    assert saved(setting).source.compare == "incremental"
    assert "Once a week everything is read" in page.names.reading.text()


def test_it_is_a_page_of_the_settings(connected: Connected, bridge: Bridge, qtbot) -> None:
    forms = ConnectionForms(bridge, connected.service)
    qtbot.addWidget(forms)
    forms.show()
    forms.load(connected.name)
    qtbot.waitUntil(lambda: not bridge.busy, timeout=WAIT_MS)
    page = next(page for page in forms.pages if isinstance(page, WhoPage))
    forms.list.open(page.step)
    qtbot.waitUntil(lambda: not bridge.busy, timeout=WAIT_MS)
    assert not forms.dirty
    assert total(page) == len(connected.service.build_plugin(connected.name).access)
    page.included.options["admins"].control.click()
    assert forms.dirty
    forms.save_button.click()
    qtbot.waitUntil(lambda: not bridge.busy, timeout=WAIT_MS)
    assert connected.service.connection(connected.name).options.admins is False
    forms.hide()
