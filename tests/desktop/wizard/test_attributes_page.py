"""Step *Attributes* against the real demo district: samples at each keystroke, mistakes in their rows, lists, roles."""

from __future__ import annotations

import json

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from psconnect.desktop.wizard.pages.attribute_row import AttributeRow
from psconnect.desktop.wizard.pages.attributes import AttributesPage
from psconnect.desktop.wizard.pages.template_editor import TemplateLine
from psconnect.desktop.wizard.pages.value_list import ValueListPanel
from psconnect.desktop.wizard.steps.roster import AttributesPart
from tests.desktop.wizard.conftest import MakeSetting, Setting


def page_of(setting: Setting) -> AttributesPage:
    page = setting.window.pages["attributes"]
    assert isinstance(page, AttributesPage)
    return page


def opened(setting: Setting) -> AttributesPage:
    """The page, with the reading done."""
    setting.open()
    setting.to("attributes")
    setting.settled()
    return page_of(setting)


def values(row: AttributeRow) -> list[str]:
    return [cell.text() for cell in row.cells if cell.text()]


def advice(row: AttributeRow) -> list[str]:
    return [one.text for one in row.advice_shown]


def edited(setting: Setting, key: str, text: str) -> AttributeRow:
    """Open a row and paste over its template."""
    row = page_of(setting).table.rows[key]
    if not row.is_open:
        setting.press(row.template)
    line_of(row).selectAll()
    QGuiApplication.clipboard().setText(text)
    line_of(row).paste()
    setting.settled()
    return row


def line_of(row: AttributeRow) -> TemplateLine:
    assert row.editor is not None
    return row.editor.line


def use(setting: Setting, row: AttributeRow, text: str) -> None:
    """Press what an advice offers."""
    act = next(act for one in row.advice_shown for caption, act in one.actions if caption == text)
    act()
    setting.settled()


def mapping(setting: Setting) -> dict[str, dict[str, str]]:
    return setting.session.draft.of(AttributesPart).mapping


def test_three_records_of_ones_own_stand_beside_the_templates(setting: Setting):
    page = opened(setting)
    first = values(page.table.rows["identifier"])
    assert len(first) == 3
    assert values(page.table.rows["grade"])
    assert page.table.names[0].below.text().startswith(first[0])
    setting.press(page.others)
    assert len(values(page.table.rows["identifier"])) == 3
    assert not set(first) & set(values(page.table.rows["identifier"]))
    page.choose("teacher")
    setting.settled()
    assert len(values(page.table.rows["username"])) == 3


def test_the_sample_follows_each_keystroke_and_the_marked_field(setting: Setting):
    page = opened(setting)
    row = page.table.rows["username"]
    setting.press(row.template)
    numbers = values(page.table.rows["identifier"])
    setting.type(line_of(row), "{Students.Student_Nu")
    setting.settled()
    assert row.editor is not None
    assert row.editor.choices.marked is not None
    assert values(row) == numbers, "the marked field, while its name is not complete"
    setting.qtbot.keyClick(line_of(row), Qt.Key.Key_Return)
    setting.settled()
    assert line_of(row).text() == "{Students.Student_Number}"
    setting.press(row.editor.functions["lower"])
    assert line_of(row).text() == "{Students.Student_Number|lower}"
    setting.type(line_of(row), "S-{Students.Student_Number|last:2}")
    setting.settled()
    assert values(row) == [f"S-{number[-2:]}" for number in numbers]
    assert mapping(setting) == {"student": {"username": "S-{Students.Student_Number|last:2}"}}
    setting.qtbot.keyClick(line_of(row), Qt.Key.Key_Return)
    setting.settled()
    assert not row.is_open
    assert row.template.hasFocus()
    assert setting.session.draft.step == "attributes"


def test_back_to_the_presets_value_states_nothing(setting: Setting):
    opened(setting)
    row = edited(setting, "username", "{Students.Student_Number}")
    assert row.name.text() == "username •"
    use(setting, row, "Back to the preset’s value")
    assert mapping(setting) == {}
    assert line_of(row).text() == "{Students.Student_Web_ID}"
    edited(setting, "username", "{Students.Student_Number}")
    edited(setting, "username", "{Students.Student_Web_ID}")
    assert mapping(setting) == {}, "typed out, the preset's value is the preset's"


def test_a_mistake_is_told_once_the_row_is_left_and_use_it_mends_it(setting: Setting):
    page = opened(setting)
    row = edited(setting, "username", "{Student.Student_Web_ID}")
    assert not any("no table" in text for text in advice(row)), "not while it is typed"
    setting.press(page.table.rows["grade"].template)
    assert any("no table" in text for text in advice(row))
    assert values(row) == []
    assert "1" in page.tabs.buttons["student"].text()
    setting.press(setting.window.next_button)
    assert setting.session.draft.step == "attributes"
    use(setting, row, "Use it")
    assert mapping(setting) == {}
    assert advice(row) == []
    setting.press(setting.window.next_button)
    assert setting.session.draft.step == "requirements"


def test_next_opens_the_tab_with_the_mistake(setting: Setting):
    page = opened(setting)
    page.choose("class")
    edited(setting, "title", "{Courses.Course_Nam")
    page.choose("student")
    setting.settled()
    setting.press(setting.window.next_button)
    assert page.entity == "class"
    assert page.table.rows["title"].template.hasFocus()


def test_a_field_that_is_not_listed_is_doubted_and_one_not_read_leads_to_the_plugin(setting: Setting):
    page = opened(setting)
    row = edited(setting, "email", "{Students.Email}")
    assert any("EmailAddress.EmailAddress" in text for text in advice(row))
    assert any("was not read" in text for text in advice(row))
    assert values(row) == ["?", "?", "?"]
    use(setting, row, "Use it")
    assert mapping(setting)["student"]["email"] == "{EmailAddress.EmailAddress}"
    setting.settled()
    assert values(row)
    assert "?" not in values(row)
    edited(setting, "email", "{Students.GuardianEmail}")
    use(setting, row, "Open Plugin")
    assert setting.session.draft.step == "plugin"
    assert not page.isVisible()


def test_odd_input_is_taken_as_typed_and_never_breaks_the_page(setting: Setting):
    page, long = opened(setting), "x" * 5000
    for text in ("{", "}", "{}", "{{}}", "a {b} c}", "{Students.First_Name|first:0}", "{Users.LoginID}", long, "שלום"):
        row = edited(setting, "stateId", text)
        assert line_of(row).text() == text
        setting.press(page.table.rows["grade"].template)
        assert mapping(setting)["student"]["stateId"] == text
        assert bool(advice(row)) == (text not in (long, "שלום")), text


def panel_of(setting: Setting, key: str) -> ValueListPanel:
    panel = page_of(setting).table.rows[key].panel
    assert isinstance(panel, ValueListPanel)
    return panel


def test_a_value_list_is_edited_in_its_place_and_tells_what_it_lacks(setting: Setting):
    setting.district.sql("UPDATE Students SET Grade_Level = 14 WHERE Student_Number IN (204000, 204003)")
    page = opened(setting)
    setting.press(page.table.rows["grade"].list_button)
    panel = panel_of(setting, "grade")
    assert panel.unlisted.text() == "all others → Other: 2 students with 14"
    assert values(page.table.rows["grade"])[:2] == ["Other", "Other"]
    setting.press(panel.edit_button)
    setting.type(panel.added, "14")
    setting.press(panel.add_button)
    assert panel.unlisted.text() == ""
    setting.type(panel.fields["14"], "PG")
    setting.settled()
    assert setting.session.draft.of(AttributesPart).values == {"grade": {"14": "PG"}}
    assert values(page.table.rows["grade"])[:2] == ["PG", "PG"]
    setting.type(panel.fields["1"], "First")
    setting.type(panel.fields["1"], "01")
    setting.settled()
    assert setting.session.draft.of(AttributesPart).values == {"grade": {"14": "PG"}}, "only what differs"
    setting.press(page.table.rows["grade"].list_button)
    assert page.table.rows["grade"].panel is None


def test_custom_fields_are_completed_labelled_and_sampled(setting: Setting):
    page = opened(setting)
    row = edited(setting, "custom", "Student_Number|number, Student_Web")
    setting.qtbot.keyClick(line_of(row), Qt.Key.Key_Return)
    setting.settled()
    assert line_of(row).text() == "Student_Number|number, Students.Student_Web_ID|student_web_id"
    setting.qtbot.keyClick(line_of(row), Qt.Key.Key_Return)
    setting.settled()
    numbers, names = values(page.table.rows["identifier"]), values(page.table.rows["username"])
    assert values(row) == [f"{number} · {name}" for number, name in zip(numbers, names, strict=True)]
    edited(setting, "custom", "Nowhere.Field|x")
    setting.press(page.table.rows["grade"].template)
    assert any("Nowhere" in text for text in advice(row))
    setting.press(setting.window.next_button)
    assert setting.session.draft.step == "attributes"


def test_the_districts_own_roles_are_counted_and_mapped(setting: Setting):
    setting.district.sql("UPDATE ROLEDEF SET NAME = 'Math Coach', ROLEKEY = 'MC' WHERE NAME <> 'Lead Teacher'")
    page = opened(setting)
    cards = page.roles.choices
    assert "Lead Teacher" in cards
    coaches = [name for name in cards if name.startswith("Math Coach")]
    assert coaches
    box = cards[coaches[0]]
    assert box.currentIndex() == -1
    fields = [need.field for need in setting.session.needs("attributes")]
    assert [field for field in fields if field.startswith("role.")]
    box.setCurrentIndex(1)
    box.activated.emit(1)
    setting.settled()
    assert setting.session.draft.of(AttributesPart).roles == {"Math Coach": "co-teacher"}
    assert not [need for need in setting.session.needs("attributes") if need.field.startswith("role.")]


def test_what_is_not_read_yet_says_so_and_can_be_filled_in_all_the_same(setting: Setting):
    window = setting.open()
    setting.to("credentials")
    setting.fill_credentials("wrong")
    setting.to("attributes", fill=False)
    setting.settled()
    page = page_of(setting)
    assert page.strip.label.property("state") == "bad"
    assert [button.text() for button in page.strip.buttons] == ["Try again", "Open Credentials"]
    assert values(page.table.rows["username"]) == []
    edited(setting, "username", "{Students.Student_Number}")
    assert mapping(setting) == {"student": {"username": "{Students.Student_Number}"}}
    setting.press(page.strip.buttons[1])
    assert setting.session.draft.step == "credentials"
    assert window.isVisible()


def test_what_is_not_included_stands_last_and_says_so(make_setting: MakeSetting):
    setting = make_setting()
    setting.open()
    setting.to("attributes")
    setting.session.choose_preset("dyknow")
    setting.settled()
    page = page_of(setting)
    tabs = list(page.tabs.buttons)
    assert set(tabs[-2:]) == {"contact", "relationship"}
    assert "not included" in page.tabs.buttons["contact"].text()
    page.choose("contact")
    setting.settled()
    assert "not included" in page.strip.label.text()


def test_with_little_room_one_sample_is_shown_at_a_time(setting: Setting):
    page = opened(setting)
    setting.window.resize(860, 600)
    setting.settled()
    setting.qtbot.waitUntil(page.table.stepper.isVisible)
    row = page.table.rows["identifier"]
    shown = [cell for cell in row.cells if cell.isVisible()]
    assert len(shown) == 1
    first = shown[0].text()
    setting.press(page.table.after)
    (second,) = [cell for cell in row.cells if cell.isVisible()]
    assert second.text() != first
    assert within(page.table.stepper, page.table)


def within(inner: QWidget, outer: QWidget) -> bool:
    return outer.rect().contains(inner.mapTo(outer, inner.rect().bottomRight()))


def test_a_draft_of_before_these_steps_opens(setting: Setting):
    setting.open()
    setting.to("schools")
    setting.close()
    (draft_id,) = setting.service.drafts()
    text = setting.service.drafts()[draft_id].decode()
    assert '"attributes"' in text
    stored = json.loads(text)
    for step in ("attributes", "requirements", "uniqueness"):
        del stored["parts"][step]
    setting.service.save_draft(draft_id, json.dumps(stored).encode())
    setting.again()
    assert setting.session.draft.step == "schools"
    setting.to("attributes", fill=False)
    assert mapping(setting) == {}
