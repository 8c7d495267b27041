"""A schedule that is switched on in the settings is registered with the scheduler, and a start is really made once."""

from __future__ import annotations

from psconnect.model.schedule import ScheduleSettings
from psconnect.schedule.systems.kind import Entry
from tests.desktop.wizard.conftest import Setting
from tests.desktop.wizard.test_schedule import Saved
from tests.support.schedulers import MadeUpScheduler


def test_saving_registers_the_schedule_and_says_what_the_start_found(setting: Setting) -> None:
    service, name = setting.district.service, setting.district.name
    scheduler = MadeUpScheduler()

    def start(_entry: Entry) -> None:
        service.prove_start(service.connection(name).id)

    scheduler.on_start = start
    service.find_scheduler = lambda _home: scheduler
    opened = Saved(setting, ScheduleSettings())
    setting.press(opened.page.times.every.buttons["day"])
    assert opened.saved().every == "day"
    setting.settled()
    assert service.schedule_state(name).registered == "yes"
    assert opened.page.proof.heading.text() == "A scheduled start works"
    assert opened.page.proof.said[0] == "Started by systemd"
