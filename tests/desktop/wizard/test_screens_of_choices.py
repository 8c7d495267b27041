"""Who and what, filter rules and safety in their states, as pictures to look at: build/screens/wizard-*.png."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QApplication

from psconnect.desktop.widgets.page import ScrollPage
from psconnect.desktop.wizard.forms import ConnectionForms
from psconnect.desktop.wizard.pages.safety import SafetyPage
from psconnect.desktop.wizard.steps.filters import FiltersPart
from psconnect.desktop.wizard.steps.safety import SafetyPart
from psconnect.desktop.wizard.steps.who_part import WhoPart
from tests.desktop.wizard.conftest import Setting
from tests.desktop.wizard.test_filters import NESTED, counted, filters_page
from tests.desktop.wizard.test_screens import grab  # noqa: F401 - a fixture
from tests.desktop.wizard.test_who import who_page

Grab = Callable[..., None]
LONG = [{"attribute": "email", "op": "does not contain", "value": f"made-up-{one}.org"} for one in range(12)]


def narrow(setting: Setting) -> None:
    setting.window.resize(860, 600)
    QApplication.processEvents()


def test_who_and_what_is_drawn(setting: Setting, grab: Grab):  # noqa: F811
    page = who_page(setting, "school-passport")
    grab("2-who-first")
    setting.press(page.names.make)
    setting.type(page.names.domains["google"], "students.lincoln.org, lincoln.org/staff")
    setting.press(page.included.options["contact_module"].control)
    setting.session.update(WhoPart, section_move="Sectoins.Room", co_teachers=True, co_teacher_classes="none")
    setting.press(setting.window.next_button)
    setting.settled()
    grab("2-who-errors")
    setting.press(page.strip.open_button)
    narrow(setting)
    grab("2-who-narrow")


def test_filter_rules_are_drawn(setting: Setting, grab: Grab):  # noqa: F811
    page = filters_page(setting)
    grab("8-filters-first")
    own = [
        {"attribute": "email", "op": "contains", "value": "virtual"},
        {"field": "Students.Track", "op": "equals", "value": "ONLINE"},
    ]
    rules = [{"template": "grades", "value": ["9", "10", "11"]}, {"action": "exclude", "any": own}, NESTED]
    setting.session.update(FiltersPart, rules={"student": rules})
    page.rules.open_rule(1)
    counted(setting, page)
    grab("8-filters-rules")
    narrow(setting)
    grab("8-filters-narrow")
    setting.window.resize(1180, 760)
    setting.session.update(FiltersPart, rules={"student": [*LONG, {"attribute": "emial", "op": "is empty"}]})
    setting.press(setting.window.next_button)
    grab("8-filters-many-and-wrong")


def test_filter_rules_without_a_reading_are_drawn(setting: Setting, grab: Grab):  # noqa: F811
    setting.open()
    setting.to("credentials")
    setting.fill_credentials("wrong")
    setting.press(setting.window.next_button)
    setting.to("filters", fill=False)
    setting.settled()
    grab("8-filters-failed")


def test_safety_is_drawn(setting: Setting, grab: Grab):  # noqa: F811
    setting.open()
    setting.to("safety")
    grab("10-safety-first")
    page = setting.window.pages["safety"]
    assert isinstance(page, SafetyPage)
    setting.press(page.advanced_button)
    setting.session.update(
        SafetyPart,
        limits={"student": {"remove": "many"}},
        freeze=(("2026-12-21", "2027-01-04"), ("2027-06-09", "2027-06-01")),
    )
    setting.press(setting.window.next_button)
    grab("10-safety-errors")
    setting.press(page.limits.more_button)
    narrow(setting)
    grab("10-safety-narrow")


def test_safety_against_the_last_run_is_drawn(setting: Setting, grab: Grab):  # noqa: F811
    district = setting.district
    district.delivered()
    district.sql("UPDATE students SET enroll_status = 2 WHERE dcid % 5 = 0")
    district.service.sync(district.name)
    forms = ConnectionForms(setting.bridge, district.service)
    around = ScrollPage("Settings")
    around.body.addWidget(forms)
    setting.qtbot.addWidget(around)
    around.resize(932, 760)
    forms.load(district.name)
    around.show()
    setting.settled()
    page = next(one for one in forms.pages if isinstance(one, SafetyPage))
    forms.list.open(page.step)
    setting.settled()
    setting.type(page.limits.cells["student", "remove"].edit, "50% and 200")
    grab("10-safety-replayed", around)
    around.hide()
