"""Step *Filter rules*: templates and own conditions for seven entities, counted live on what was read."""

from __future__ import annotations

from typing import Any

import pytest

from psconnect.desktop.widgets.button import Button
from psconnect.desktop.wizard import flow
from psconnect.desktop.wizard.pages.filters import FiltersPage
from psconnect.desktop.wizard.settings import from_connection, onto, to_connection
from psconnect.desktop.wizard.steps.destination import DestinationPart
from psconnect.desktop.wizard.steps.filters import (
    SHOWN,
    FiltersPart,
    FiltersStep,
    condition_value,
    conditions_of,
    filtered_entities,
    rule_problem,
    template_value,
    with_conditions,
)
from psconnect.desktop.wizard.steps.spec import Known
from psconnect.desktop.wizard.steps.who_part import WhoPart
from psconnect.model.connection import Connection, from_dict, to_dict
from psconnect.model.filter_rules import FILTERED, OPERATIONS
from psconnect.service import Service, offered_templates
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import Secrets
from tests.desktop.wizard.conftest import WAIT_MS, Setting

NESTED = {
    "any": [
        {"attribute": "email", "op": "is empty"},
        {"all": [{"field": "Students.SchoolID", "op": "equals", "value": 100}]},
    ]
}
FULL: dict[str, Any] = {
    "name": "Lincoln roster",
    "preset": "oneroster",
    "id": "k7mzqw",
    "filters": {
        "student": [
            {"name": "High school", "field": "Students.Grade_Level", "op": "between", "value": [9, 12]},
            {
                "action": "exclude",
                "any": [
                    {"attribute": "email", "op": "contains", "value": "virtual"},
                    {"attribute": "identifier", "op": "starts with", "value": "99"},
                ],
            },
            NESTED,
        ],
        "class": [{"template": "schools", "value": [100]}],
    },
}


@pytest.fixture
def known(tmp_path) -> Known:
    """The presets and destinations of this version."""
    service = Service(home_at(tmp_path), Secrets({}))
    return Known(tuple(service.presets()), tuple(service.destinations()))


def filters_page(setting: Setting) -> FiltersPage:
    """The step of a new set-up, PowerSchool read and counted."""
    setting.open()
    setting.to("filters")
    page = setting.window.pages["filters"]
    assert isinstance(page, FiltersPage)
    counted(setting, page)
    return page


def counted(setting: Setting, page: FiltersPage) -> None:
    """Wait until the figures are those of what is typed."""

    def settled() -> bool:
        return page._asked == setting.session.draft and not setting.bridge.busy

    setting.qtbot.waitUntil(settled, timeout=WAIT_MS)


def pill(page: FiltersPage, text: str) -> Button:
    """The button that adds such a rule."""
    layout = page.rules.adding.layout()
    pills = [layout.itemAt(place).widget() for place in range(layout.count())]
    return next(one for one in pills if isinstance(one, Button) and one.text() == text)


def rules_of(setting: Setting, entity: str = "student") -> list[dict[str, Any]]:
    """The rules as they would be saved."""
    draft = setting.session.draft.having(DestinationPart({"kind": "oneroster-csv"}))
    made = to_connection(draft, setting.session.known, only={"connect", "who", "filters", "destination"})
    return to_dict(made).get("filters", {}).get(entity, [])


# --- settings ----


def test_an_empty_part_is_what_a_connection_without_rules_has() -> None:
    assert FiltersStep().out_of(Connection("", "")) == FiltersPart()


def test_rules_of_the_file_stay_as_they_are_also_those_that_the_page_can_not_show(known: Known) -> None:
    connection = from_dict(FULL)
    before = from_connection(connection)
    assert to_dict(onto(before, before, known, connection)) == to_dict(connection)
    empty = from_dict({key: FULL[key] for key in ("name", "preset", "id")})
    assert to_dict(onto(before, from_connection(empty), known, empty))["filters"] == to_dict(connection)["filters"]
    assert conditions_of(NESTED) is None
    without = flow.changed(before, FiltersPart, rules={"student": [], "class": []})
    assert to_dict(onto(without, before, known, connection)).get("filters", {}) == {"student": [], "class": []}


VALUES = {
    "equals": ("100", 100),
    "not equals": ("007", "007"),
    "in": ("9, 10,K", [9, 10, "K"]),
    "not in": ("a,b", ["a", "b"]),
    "between": ("6, 12", [6, 12]),
    "contains": (" virtual ", "virtual"),
    "does not contain": ("12", "12"),
    "starts with": ("99", "99"),
    "ends with": (".org", ".org"),
    "matches": ("^A[0-9]+$", "^A[0-9]+$"),
    "is empty": ("", None),
    "is not empty": ("left over", None),
    "before": ("2026-08-17", "2026-08-17"),
    "after": ("today", "today"),
    "at least": ("9", 9),
    "at most": ("3.5", 3.5),
    "in the last": ("30", 30),
}


def test_every_operation_takes_what_is_typed() -> None:
    assert VALUES.keys() == set(OPERATIONS)
    for op, (text, value) in VALUES.items():
        assert condition_value(op, text) == value
        condition = {"field": "Students.Grade_Level", "op": op}
        rule = condition if value is None else {**condition, "value": value}
        assert rule_problem("powerschool", "student", rule) == "", op


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"attribute": "emial", "op": "is empty"}, "email"),
        ({"field": "Studnets.Track", "op": "is empty"}, "Students"),
        ({"field": "Students.Track", "op": "at least", "value": "nine"}, "number"),
        ({"field": "Students.Track", "op": "between", "value": [12, 6]}, "lower one first"),
        ({"attribute": "", "op": "equals", "value": ""}, ""),
        ({"attribute": "email", "op": "matches", "value": "(a+)+"}, "simpler pattern"),
        ({"template": "grades"}, "grades"),
        ({"template": "grades", "value": ["nine"]}, "grades"),
    ],
)
def test_what_is_wrong_with_a_rule_is_said(rule: dict[str, Any], said: str) -> None:
    problem = rule_problem("powerschool", "student", rule)
    assert problem
    assert said in problem


def test_templates_take_what_is_typed() -> None:
    assert template_value("grades", "K, 9 ,10") == ["K", "9", "10"]
    assert template_value("entered in the last days", "30") == 30
    assert template_value("entered since", "2026-08-17") == "2026-08-17"
    assert template_value("schools", " ") is None


def test_a_single_condition_needs_no_group() -> None:
    one, two = {"attribute": "email", "op": "is empty"}, {"attribute": "username", "op": "is empty"}
    rule = with_conditions({"name": "x", "action": "exclude", **one}, [one, two], "any")
    assert rule == {"name": "x", "action": "exclude", "any": [one, two]}
    assert with_conditions(rule, [two], "any") == {"name": "x", "action": "exclude", **two}


# --- the page ----


def test_mission_g28_rules_for_exactly_seven_entities_by_template_and_own_conditions(setting: Setting) -> None:
    page = filters_page(setting)
    assert set(page.tabs) == set(FILTERED) == set(SHOWN)
    assert len(page.tabs) == 7
    for entity, tab in page.tabs.items():
        assert tab.isEnabled()
        page.choose(entity)
        offered = page.rules.adding.layout().count()
        assert offered == 1 + len(offered_templates(entity))
        assert f"{page.counts[entity].total:,}" in tab.text()
    page.choose("student")
    everybody = page.counts["student"].total
    setting.press(pill(page, "Grades"))
    setting.type(page.rules.editor.values[0], "9, 10")
    counted(setting, page)
    by_grade = page.counts["student"].passing
    assert 0 < by_grade < everybody
    assert page.caught.figure.text() == f"{by_grade:,} of {everybody:,} pass"
    setting.press(pill(page, "Own conditions"))
    setting.type(page.rules.editor.names[0], "givenName")
    page.rules.editor.operations[0].setCurrentIndex(OPERATIONS.index("starts with"))
    page.rules.editor.operations[0].activated.emit(OPERATIONS.index("starts with"))
    setting.type(page.rules.editor.values[0], "a")
    counted(setting, page)
    found = page.counts["student"]
    assert found.passing < by_grade
    assert found.total - found.passing == sum(rule.loss for rule in found.rules)
    assert [label.text() for label in page.rules.losses] == [f"−{rule.loss:,}" for rule in found.rules]
    assert rules_of(setting) == [
        {"template": "grades", "value": ["9", "10"]},
        {"attribute": "givenName", "op": "starts with", "value": "a"},
    ]


def test_who_is_caught_is_listed_with_the_rule_and_searched(setting: Setting) -> None:
    page = filters_page(setting)
    setting.session.update(
        FiltersPart,
        rules={"student": [{"template": "grades", "value": ["9"]}, {"attribute": "email", "op": "is not empty"}]},
    )
    counted(setting, page)
    found = page.counts["student"]
    assert len(page.caught.shown) == min(200, found.total - found.passing)
    someone = page.caught.shown[0]
    page.caught.search.setText(someone.number)
    assert someone in page.caught.shown
    assert all(someone.number in f"{one.title} {one.number} {one.school}" for one in page.caught.shown)
    page.caught.search.setText("")
    page.caught.by.setCurrentIndex(2)
    page.caught.by.activated.emit(2)
    assert all(one.rule == 2 for one in page.caught.shown)


def test_a_field_that_the_plugin_can_not_read_is_no_guess(setting: Setting) -> None:
    page = filters_page(setting)
    before = page.counts["student"].passing
    setting.session.update(
        FiltersPart, rules={"student": [{"field": "Students.Track", "op": "equals", "value": "ONLINE"}]}
    )
    counted(setting, page)
    assert page.rules.losses[0].text() == "?"
    assert page.counts["student"].passing == before
    assert "Students.Track" in page.rules.unread.text()
    assert page.rules.plugin_button.isVisibleTo(page)


def test_a_wrong_rule_keeps_one_on_the_page_with_the_nearest_name(setting: Setting) -> None:
    page = filters_page(setting)
    page.choose("teacher")
    setting.press(pill(page, "Own conditions"))
    setting.type(page.rules.editor.names[0], "emial")
    setting.type(page.rules.editor.values[0], "x")
    page.choose("student")
    setting.press(setting.window.next_button)
    assert setting.session.draft.step == "filters"
    assert page.entity == "teacher"
    assert "email" in page.rules.errors[0].text()
    assert page.rules.editor.names[0].hasFocus()
    assert page.rules.editor.names[0].text() == "emial"


def test_conditions_are_added_joined_and_taken_out(setting: Setting) -> None:
    page = filters_page(setting)
    setting.session.update(FiltersPart, rules={"student": [{"attribute": "email", "op": "is empty"}]})
    page.rules.open_rule(0)
    editor = page.rules.editor
    assert not editor.how.isEnabled()
    editor._add()
    editor = page.rules.editor
    setting.type(editor.names[1], "username")
    setting.type(editor.values[1], "x")
    editor.how.setCurrentIndex(1)
    editor.how.activated.emit(1)
    editor.action.setCurrentIndex(1)
    editor.action.activated.emit(1)
    assert rules_of(setting) == [
        {
            "any": [{"attribute": "email", "op": "is empty"}, {"attribute": "username", "op": "equals", "value": "x"}],
            "action": "exclude",
        }
    ]
    counted(setting, page)
    assert len([label for label in editor.losses if label.text()]) == 2
    editor._drop(0)
    assert rules_of(setting) == [{"attribute": "username", "op": "equals", "value": "x", "action": "exclude"}]


def test_a_rule_that_the_page_can_not_show_says_so_and_can_be_taken_out(setting: Setting) -> None:
    page = filters_page(setting)
    setting.session.update(FiltersPart, rules={"student": [NESTED, {"template": "has email"}]})
    counted(setting, page)
    page.rules.open_rule(0)
    assert page.rules.editor is None
    assert page.rules.labels[1].text() == "has email"
    page.rules._drop(0)
    assert rules_of(setting) == [{"template": "has email"}]


def test_what_is_not_included_has_no_rules_to_show(setting: Setting) -> None:
    page = filters_page(setting)
    setting.session.update(WhoPart, parents="none", admins=False)
    assert filtered_entities(setting.session.draft) == ["student", "teacher", "course", "class", "calendar"]
    assert not page.tabs["contact"].isEnabled()
    assert "not included" in page.tabs["contact"].text()


def test_a_reading_that_fails_says_why_and_is_tried_again(setting: Setting) -> None:
    setting.open()
    setting.to("credentials")
    setting.fill_credentials("wrong")
    setting.press(setting.window.next_button)
    setting.to("filters", fill=False)
    page = setting.window.pages["filters"]
    assert isinstance(page, FiltersPage)
    setting.settled()
    assert page.caught.figure.text() == "PowerSchool could not be read"
    assert page.caught.button.text() == "Try again"
    assert not page.caught.table.isVisibleTo(page)
    plugin = setting.district.server.plugins()[0]
    setting.session.type_secret("source.client_secret", str(plugin.client_secret))
    setting.press(page.caught.button)
    counted(setting, page)
    assert page.counts["student"].total > 0


# --- student devices ----


def nameless(setting: Setting) -> list[str]:
    """Some students lose their Student_Web_ID; the DCIDs of those."""
    setting.district.sql("UPDATE students SET student_web_id = '' WHERE dcid % 40 = 0 AND enroll_status = 0")
    rows = setting.district.sql("SELECT dcid FROM students WHERE dcid % 40 = 0 AND enroll_status = 0 AND schoolid > 0")
    return [str(dcid) for (dcid,) in rows]


def without_username(setting: Setting, run_id: str) -> set[str]:
    """DCIDs of the students that a run leaves out for want of a user name, as its findings list them."""
    groups = [group for group in setting.service.problems(run_id) if group.rule.key == "missing-required"]
    records = [record for group in groups for record in group.records]
    return {str(one.key) for one in records if (one.entity, one.detail) == ("student", "username")}


def test_mission_d10_the_question_on_devices_has_exactly_three_answers(setting: Setting) -> None:
    setting.open()
    cards = setting.connect.devices.cards
    assert {key: card.accessibleName() for key, card in cards.items()} == {
        "chromebooks": "Only Chromebooks",
        "other": "No Chromebooks",
        "mix": "A mix of both",
    }


def test_mission_d11_who_has_no_student_web_id_is_listed_before_the_first_run(setting: Setting) -> None:
    gone = nameless(setting)
    setting.open()
    setting.press(setting.connect.cards["dyknow"])
    setting.press(setting.connect.devices.cards["mix"])
    setting.type(setting.connect.name, "Lincoln roster")
    setting.press(setting.window.next_button)
    setting.to("filters")
    page = setting.window.pages["filters"]
    assert isinstance(page, FiltersPage)
    counted(setting, page)
    setting.qtbot.waitUntil(lambda: page.caught.missing.text() != "", timeout=WAIT_MS)
    said = page.caught.missing.text()
    assert page.caught.missing.isVisibleTo(page)
    setting.to("summary")
    setting.press(setting.way("save"))
    run = setting.service.sync("Lincoln roster")
    assert run.state == "held"
    listed = without_username(setting, run.id)
    assert set(gone) <= listed
    assert said.startswith(f"{len(listed)} students who pass have no Student_Web_ID")


def test_mission_d12_only_chromebooks_needs_no_user_name(setting: Setting) -> None:
    nameless(setting)
    setting.open()
    setting.press(setting.connect.cards["dyknow"])
    setting.press(setting.connect.devices.cards["chromebooks"])
    setting.type(setting.connect.name, "Lincoln roster")
    setting.press(setting.window.next_button)
    setting.to("filters")
    page = setting.window.pages["filters"]
    assert isinstance(page, FiltersPage)
    counted(setting, page)
    assert page.caught.missing.text() == ""
    setting.to("summary")
    setting.press(setting.way("save"))
    run = setting.service.sync("Lincoln roster")
    assert without_username(setting, run.id) == set()
