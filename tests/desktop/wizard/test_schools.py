"""Schools, terms and courses from the one reading: chosen, counted, kept, and asked about when they are new."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit

from psconnect.desktop.wizard.course_choices import course_states, with_courses
from psconnect.desktop.wizard.flow import needs_of, spec_of
from psconnect.desktop.wizard.pages.term_menu import TermMenu, terms_in_words, with_term
from psconnect.desktop.wizard.settings import from_connection
from psconnect.desktop.wizard.steps.destination import DestinationPart
from psconnect.desktop.wizard.steps.schools import SchoolsPart
from psconnect.model.connection import from_dict
from psconnect.model.scope import CourseChoice
from psconnect.service import OfferedCourse, OfferedTerm
from tests.desktop.wizard.conftest import WAIT_MS, Setting, checked

MAPLE, CEDAR, RIVERSIDE = 100, 110, 120


def part(setting: Setting) -> SchoolsPart:
    return setting.session.draft.of(SchoolsPart)


def cell(setting: Setting, row: int, column: int) -> str:
    return str(setting.schools.filter.index(row, column).data())


def course_row(setting: Setting, number: str) -> int:
    numbers = setting.schools.courses.filter.shown()
    return numbers.index(number)


def click(setting: Setting, table: Any, row: int, column: int, x: int = 12) -> None:
    place = table.visualRect(table.model().index(row, column))
    table.scrollTo(table.model().index(row, column))
    place = table.visualRect(table.model().index(row, column))
    setting.qtbot.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place.left() + x, place.center().y())
    )


# --- years, schools --------------------------------------------------------------------------------------------------


def test_mission_l07_years_come_from_powerschool_and_schools_are_many(setting: Setting):
    setting.open()
    setting.to("schools")
    page = setting.schools
    years = [page.year.itemText(place) for place in range(page.year.count())]
    known = setting.district.sql("SELECT DISTINCT yearid + 1990 FROM terms WHERE isyearrec = 1 ORDER BY 1 DESC")
    assert years[1:] == [f"{year}–{year + 1}" for (year,) in known]
    assert years[0] == "The current one (2026–2027)"
    page.year.setCurrentIndex(years.index("2026–2027"))
    page.year.activated.emit(page.year.currentIndex())
    assert part(setting).start_year == 2026
    setting.session.choose_preset("school-passport")
    assert page.rows["start_year"].hint.text() == ""
    assert setting.session.settled("schools").scope.start_year == 2026


def test_mission_l08_refresh_cached_values_reads_schools_and_years_again(setting: Setting):
    setting.open()
    setting.to("schools")
    page = setting.schools
    sql = setting.district.sql
    new = "INSERT INTO schools SELECT {} FROM schools WHERE school_number = 100"
    columns = [name for _id, name, *_rest in sql("PRAGMA table_info(schools)")]
    values = {"dcid": "777", "id": "777", "school_number": "640", "name": "'Lakeside Early College'"}
    sql(new.format(", ".join(values.get(name.lower(), name) for name in columns)))
    rows = [name for _id, name, *_rest in sql("PRAGMA table_info(terms)")]
    later = {
        "dcid": "dcid + 900000", "id": "id + 900000", "yearid": "yearid + 3",
    }  # fmt: skip
    sql(
        f"INSERT INTO terms SELECT {', '.join(later.get(name.lower(), name) for name in rows)} FROM terms "
        "WHERE isyearrec = 1 AND schoolid = 100 AND yearid = 36"
    )
    assert "Lakeside Early College" not in checked(setting)
    setting.press(page.refresh_button)
    assert "Lakeside Early College" in checked(setting)
    assert page.year.findData(2029) > 0
    assert page.read_state.label.text().startswith("Read ")


def test_mission_m03_numbers_are_typed_and_where_they_stand_is_said(setting: Setting):
    setting.open()
    setting.to("schools")
    page = setting.schools
    setting.type(page.numbers, "100,600")
    assert part(setting).numbers == "100,600"
    setting.press(setting.window.next_button)
    assert page.rows["numbers"].error == "PowerSchool has no school with the number 600."
    setting.type(page.numbers, "100, 120")
    assert [name for name, on in checked(setting).items() if on] == [
        "Maple Elementary School",
        "Riverside High School",
    ]
    assert setting.session.settled("schools").scope.schools == [100, 120]
    assert "District Setup > Schools/School Info" in page.rows["numbers"].help.text()


def test_mission_g25_auto_mapping_switches_all_schools_on(setting: Setting):
    setting.open()
    setting.to("schools")
    page = setting.schools
    assert page.all_box.isChecked()
    click(setting, page.table, 0, 0, x=18)
    assert list(checked(setting).values()) == [False, True, True]
    assert not page.all_box.isChecked()
    setting.press(page.all_box)
    assert all(checked(setting).values())
    assert setting.session.settled("schools").scope.schools == "all"


def test_a_school_that_appeared_is_a_question_unless_all_take_part(setting: Setting):
    setting.open()
    setting.to("schools")
    page, session = setting.schools, setting.session
    known = part(setting).found
    session.update(SchoolsPart, all_schools=False, numbers="110", found=known[:1] + known[2:])
    assert page.question.isHidden()
    appeared = known[1]
    setting.press(page.refresh_button)
    assert page.question.isVisible()
    assert page.question.label.text().startswith(f"{appeared.name} is new in PowerSchool and has ")
    setting.press(page.question.buttons[1])
    assert part(setting).has(appeared.number)
    assert page.question.isHidden()
    assert part(setting).new == ()
    session.update(SchoolsPart, all_schools=False, numbers="110", found=known[:1] + known[2:])
    setting.press(page.refresh_button)
    setting.press(page.question.buttons[0])
    assert not part(setting).has(appeared.number)
    assert page.question.isHidden()
    setting.press(page.refresh_button)
    assert page.question.isHidden()


def test_counts_are_not_known_before_they_are_read(setting: Setting):
    setting.open()
    setting.to("credentials")
    setting.fill_credentials()
    setting.press(setting.credentials.test_button)
    setting.district.fault("N05", "/ws/schema/query/*.students*", amount=0)
    live = setting.session.live
    setting.qtbot.mouseClick(setting.window.next_button, Qt.MouseButton.LeftButton)
    page = setting.schools
    setting.qtbot.waitUntil(lambda: "Maple Elementary School" in checked(setting), timeout=WAIT_MS)
    assert {cell(setting, row, 3) for row in range(3)} == {"…"}
    assert "students" not in page.total.text()
    setting.qtbot.waitUntil(page.read_state.stop_button.isVisible, timeout=WAIT_MS)
    assert not page.refresh_button.isEnabled()
    setting.qtbot.mouseClick(page.read_state.stop_button, Qt.MouseButton.LeftButton)
    setting.settled()
    assert live.status.state == "cancelled"
    assert page.read_state.label.text().startswith("Reading was stopped.")
    assert page.refresh_button.isEnabled()
    assert "Maple Elementary School" in checked(setting)


# --- prior data ------------------------------------------------------------------------------------------------------


def test_mission_g21_prior_data_is_a_switch_with_days(setting: Setting):
    setting.open()
    setting.to("schools")
    page = setting.schools
    assert setting.session.settled("schools").scope.prior_data_days is None
    assert page.rows["prior_days"].isHidden()
    setting.press(page.choice.prior)
    assert setting.session.settled("schools").scope.prior_data_days == 0
    setting.type(page.choice.prior_days, "400")
    setting.press(setting.window.next_button)
    assert page.rows["prior_days"].error == "Type a number of days from 0 to 330."
    setting.type(page.choice.prior_days, "14")
    assert setting.session.settled("schools").scope.prior_data_days == 14
    setting.press(page.choice.prior)
    assert setting.session.settled("schools").scope.prior_data_days is None


# --- terms -----------------------------------------------------------------------------------------------------------


def test_mission_m17_terms_are_chosen_for_each_school(setting: Setting):
    setting.open()
    setting.to("schools")
    page = setting.schools
    row = next(row for row in range(3) if cell(setting, row, 1) == str(RIVERSIDE))
    before = cell(setting, row, 5)
    assert before.startswith("all ")
    click(setting, page.table, row, 5)
    menu = page.term_menu
    assert isinstance(menu, TermMenu)
    actions = menu.actions()
    assert all(action.isChecked() for action in actions)
    for action in actions[1:]:
        action.trigger()
    assert [action.isChecked() for action in actions] == [True, *[False] * (len(actions) - 1)]
    chosen = part(setting).terms
    assert list(chosen) == [str(RIVERSIDE)]
    assert len(chosen[str(RIVERSIDE)]) == 1
    actions[0].trigger()
    assert part(setting).terms == chosen, "a school delivers one term at least"
    assert actions[0].isChecked()
    assert cell(setting, row, 5) == chosen[str(RIVERSIDE)][0]
    other = next(row for row in range(3) if cell(setting, row, 1) == str(MAPLE))
    assert cell(setting, other, 5).startswith("all ")
    assert setting.session.settled("schools").scope.terms == {str(RIVERSIDE): list(chosen[str(RIVERSIDE)])}
    menu.close()


def test_terms_follow_those_of_all_schools_and_come_back_to_all():
    terms = [OfferedTerm(1, name, name[0], "2026-08-17", "2027-05-28", name == "Year") for name in ("Year", "S1", "S2")]
    assert terms_in_words({}, 1, terms) == "all 3"
    assert terms_in_words({"all": ["s1"]}, 1, terms) == "S1"
    assert terms_in_words({"1": ["Quarter 1"]}, 1, terms) == "none of these"
    assert with_term({}, 1, terms, "S2", on=False) == {"1": ("Year", "S1")}
    assert with_term({"1": ("Year", "S1")}, 1, terms, "S2", on=True) == {}
    assert with_term({"all": ("Year",)}, 1, terms, "S1", on=True) == {"all": ("Year",), "1": ("Year", "S1")}


# --- courses ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def courses(setting: Setting) -> Setting:
    """The tab *Courses* of a set-up whose destination takes groups and categories."""
    setting.open()
    setting.to("schools")
    setting.session.choose_kind("database")
    setting.schools.tabs.setCurrentIndex(1)
    return setting


def test_mission_m18_courses_are_chosen_for_each_school_as_class_or_group(courses: Setting):
    page = courses.schools.courses
    school = page.school.currentData()
    first, second, third = page.filter.shown()[:3]
    click(courses, page.table, course_row(courses, first), 0, x=18)
    click(courses, page.table, course_row(courses, second), 3)
    scope = courses.session.settled("schools").scope
    states = course_states(scope.courses, school, courses.schools._offer.courses)
    assert states[first] is None
    assert (states[second].deliver_as, states[third].deliver_as) == ("group", "class")
    assert {one.school for one in scope.courses} == {school}
    page.school.setCurrentIndex(1)
    page.school.activated.emit(1)
    other = course_states(scope.courses, page.school.currentData(), courses.schools._offer.courses)
    assert all(state.deliver_as == "class" for state in other.values())
    said = dict(spec_of("schools").lines(courses.session.draft, courses.session.known))
    assert said["Courses"].endswith("1 of them as groups")


def test_a_category_is_typed_in_its_place(courses: Setting):
    page = courses.schools.courses
    page.table.setFocus()
    page.table.selectRow(0)
    courses.qtbot.keyClick(page.table, Qt.Key.Key_Return)
    editor = page.table.findChild(QLineEdit)
    assert editor is not None
    courses.qtbot.keyClicks(editor, "Mathematics")
    courses.qtbot.keyClick(editor, Qt.Key.Key_Return)
    number = page.filter.shown()[0]
    courses.qtbot.waitUntil(lambda: bool(part(courses).courses), timeout=WAIT_MS)
    (choice,) = [one for one in part(courses).courses if number in one.courses]
    assert choice.category == "Mathematics"
    assert courses.session.draft.step == "schools"


def test_groups_and_categories_are_offered_only_where_there_is_a_place_for_them(courses: Setting):
    table = courses.schools.courses.table
    assert not table.isColumnHidden(3)
    courses.session.choose_kind("oneroster-csv")
    assert table.isColumnHidden(3)
    assert table.isColumnHidden(4)
    courses.session.choose_kind("database")
    click(courses, table, 0, 3)
    courses.session.choose_kind("oneroster-csv")
    assert not table.isColumnHidden(3), "what is chosen stays in sight"
    told = [need.text for need in needs_of(courses.session.draft, courses.session.known, "destination")]
    assert any("takes no groups of users" in text for text in told)


def test_a_school_keeps_one_course_at_least(courses: Setting):
    page = courses.schools.courses
    courses.press(page.all_off)
    assert page.row.error == "Leave one course on, or switch the school off."
    assert part(courses).courses == ()
    courses.type(page.search, page.filter.shown()[0])
    shown = len(page.filter.shown())
    courses.press(page.all_off)
    school = page.school.currentData()
    states = course_states(part(courses).courses, school, courses.schools._offer.courses)
    assert sum(state is None for state in states.values()) == shown
    courses.press(page.all_on)
    assert part(courses).courses == ()


def test_numbers_that_a_school_has_not_today_keep_their_choice():
    offered = [OfferedCourse(1, "ALG1", "Algebra 1", 3), OfferedCourse(1, "HR9", "Homeroom 9", 2)]
    before = (CourseChoice(["alg1", "OLD1"], school=1), CourseChoice(["BIO"], school=2))
    after = with_courses(before, 1, offered, {"HR9": CourseChoice(["HR9"], deliver_as="group")})
    assert after == (
        CourseChoice(["BIO"], school=2),
        CourseChoice(["ALG1", "OLD1"], school=1),
        CourseChoice(["HR9"], school=1, deliver_as="group"),
    )
    everything = with_courses((), 1, offered, {"HR9": CourseChoice(["HR9"])})
    assert everything == ()


def test_what_a_connection_has_is_on_the_page_and_goes_back_unchanged():
    scope = {
        "schools": [100],
        "prior_data_days": 14,
        "terms": {"100": ["Semester 1"]},
        "courses": [{"school": 100, "courses": ["ALG1"], "deliver_as": "group"}],
    }
    connection = from_dict({"name": "x", "preset": "database", "scope": scope})
    draft = from_connection(connection)
    found = draft.of(SchoolsPart)
    assert (found.prior, found.prior_days) == (True, "14")
    assert found.terms == {"100": ("Semester 1",)}
    settings: dict[str, Any] = {}
    spec_of("schools").into(found, settings)
    assert from_dict({"name": "x", "preset": "database", **settings}).scope == connection.scope
    assert draft.of(DestinationPart).kind == ""


def test_another_years_classes_are_read_when_they_are_wanted(courses: Setting):
    page, tab = courses.schools, courses.schools.courses
    assert tab.read_button.isHidden()
    page.year.setCurrentIndex(page.year.findData(2025))
    page.year.activated.emit(page.year.currentIndex())
    courses.settled()
    assert tab.message.isVisible()
    assert tab.table.isHidden() or not tab.table.isVisible()
    courses.press(tab.read_button)
    assert tab.read_button.isHidden()
    assert page._offer is not None
    assert page._offer.year == 2025
    assert page._offer.courses is not None
