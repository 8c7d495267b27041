"""The step *Schedule* in its states, as pictures to look at: build/screens/wizard-12-schedule-*.png."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QApplication

from psconnect.desktop.widgets.page import Scrolling, ScrollPage
from psconnect.desktop.wizard.forms import ConnectionForms
from psconnect.desktop.wizard.pages.schedule import SchedulePage
from psconnect.desktop.wizard.steps.schedule import SchedulePart, typed_schedule
from psconnect.model.errors import FixSettings, PsconnectError
from psconnect.model.schedule_state import Proof
from tests.desktop.made_up_schedule import NO_SECRET, WORKS, MadeUpSchedule, scheduled
from tests.desktop.wizard.conftest import Setting
from tests.desktop.wizard.test_screens import Grab, grab

__all__ = ["grab", "scheduled"]
TWICE = SchedulePart("week", at=("05:30", "17:30"), zone="America/Denver", new_year=True, until="2027-06-15")


def on_the_step(setting: Setting) -> SchedulePage:
    """A new set-up, on its step *Schedule*."""
    setting.open()
    setting.to("schedule")
    page = setting.window.pages["schedule"]
    assert isinstance(page, SchedulePage)
    return page


def having(setting: Setting, part: SchedulePart) -> None:
    """Let that be typed."""
    setting.session.become(setting.session.draft.having(part))


def test_the_schedule_is_drawn(setting: Setting, grab: Grab, scheduled: MadeUpSchedule):
    page = on_the_step(setting)
    grab("12-schedule-none")
    setting.press(page.times.every.buttons["day"])
    grab("12-schedule-first")
    having(setting, TWICE)
    grab("12-schedule-twice")
    area = next(one for one in setting.window.findChildren(Scrolling) if one.isAncestorOf(page))
    assert area.verticalScrollBar().maximum() == 0, "two times a week fit into the window as it opens"
    setting.window.resize(860, 600)
    QApplication.processEvents()
    grab("12-schedule-narrow")
    setting.press(page.times.repeat_button)
    grab("12-schedule-again-narrow")
    setting.type(page.times.repeat_until, "05:00")
    setting.press(setting.window.next_button)
    grab("12-schedule-again-wrong")
    setting.window.resize(1180, 760)
    many = tuple(f"{hour:02}:15" for hour in range(0, 24, 2))
    having(setting, SchedulePart("day", at=many, zone="Pacific/Honolulu"))
    setting.press(page.times.zone_button)
    grab("12-schedule-many")
    setting.press(page.times.zone_button)
    having(setting, SchedulePart("week", days=(), at=("5:3", "05:30")))
    setting.press(setting.window.next_button)
    grab("12-schedule-wrong")
    scheduled.system = ""
    having(setting, SchedulePart("day", at=("05:30",), until="2026-06-15"))
    page.entered()
    setting.settled()
    grab("12-schedule-no-scheduler")


@pytest.mark.parametrize("system", ["task-scheduler", "launchd", "systemd", "cron"])
def test_a_saved_schedule_is_drawn(setting: Setting, grab: Grab, scheduled: MadeUpSchedule, system: str):
    service = setting.district.service
    scheduled.system, scheduled.new_year_day = system, date(2027, 8, 16)
    connection = service.connection(setting.district.name)
    service.save_connection(replace(connection, schedule=typed_schedule(TWICE)))
    forms = ConnectionForms(setting.bridge, service)
    page = ScrollPage("Settings", scrolls=False)
    page.body.addWidget(forms)
    setting.qtbot.addWidget(page)
    page.resize(932, 1200)
    forms.load(setting.district.name)
    page.show()
    setting.settled()
    forms.list.open("schedule")
    setting.settled()
    grab(f"12-schedule-saved-{system}", page)
    shown = next(one for one in forms.pages if isinstance(one, SchedulePage))
    answers: dict[str, Proof | PsconnectError] = {
        "launchd": NO_SECRET,
        "systemd": FixSettings("PSC-SCHEDULE-NO-TIME"),
        "cron": NO_SECRET,
    }
    scheduled.next_proof = answers.get(system, WORKS)
    setting.press(shown.proof.again_button)
    setting.settled()
    grab(f"12-schedule-tried-again-{system}", page)
    page.hide()
