"""Step *Schedule*: times as people type them, what they come to, until when, and whether a scheduled start works."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QDate, Qt

from psconnect.desktop.wizard import flow
from psconnect.desktop.wizard.draft import new_draft
from psconnect.desktop.wizard.forms import ConnectionForms
from psconnect.desktop.wizard.pages.schedule import SchedulePage
from psconnect.desktop.wizard.settings import from_connection, onto
from psconnect.desktop.wizard.steps.schedule import (
    SchedulePart,
    ScheduleStep,
    clock_typed,
    typed_schedule,
    wrong_times,
)
from psconnect.desktop.wizard.steps.spec import Known
from psconnect.model.connection import Connection, from_dict, to_dict
from psconnect.model.errors import FixSettings
from psconnect.model.schedule import REPEATS, ScheduleSettings
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from psconnect.store.settings.secrets import Secrets
from tests.desktop.made_up_schedule import NO_SECRET, WORKS, MadeUpSchedule, scheduled
from tests.desktop.wizard.conftest import Setting
from tests.desktop.wizard.test_screens_of_schedule import having, on_the_step

__all__ = ["scheduled"]
NEVER = Known((), ())
FULL = {
    "name": "Lincoln roster",
    "preset": "oneroster",
    "id": "k7mzqw",
    "schedule": {
        "every": "week",
        "days": ["mon", "sat"],
        "at": ["05:30", "17:30"],
        "zone": "America/Denver",
        "off_peak": ["23:00", "04:00"],
        "off_peak_minute": 41,
        "new_year": True,
        "until": date(2027, 6, 15),
    },
}


def needs(part: SchedulePart) -> dict[str, str]:
    return {need.field: need.text for need in ScheduleStep().needs(new_draft(part), NEVER)}


# --- settings ----


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *(("05:30", "05:30"), ("5:30", "05:30"), ("530", "05:30"), ("0530", "05:30"), ("17.30", "17:30")),
        *(("5:30 pm", "17:30"), ("5:30PM", "17:30"), ("5 p.m.", "17:00"), ("12 am", "00:00"), ("12:15 pm", "12:15")),
        *(("17", "17:00"), ("17h30", "17:30"), (" 6:05 ", "06:05"), ("24:00", ""), ("5:3", ""), ("5", "")),
        *(("13 pm", ""), ("0 am", ""), ("5:60", ""), ("noon", ""), ("", ""), ("05:30:00", ""), ("٠٥:٣٠", "")),
    ],
)
def test_times_as_people_type_them(typed: str, meant: str) -> None:
    assert clock_typed(typed) == meant


def test_an_empty_part_is_what_a_connection_without_settings_has() -> None:
    assert ScheduleStep().out_of(Connection("", "")) == SchedulePart()


def test_all_of_it_comes_from_the_file_and_goes_back_with_the_minute_that_was_drawn(tmp_path) -> None:
    service = Service(home_at(tmp_path), Secrets({}))
    known = Known(tuple(service.presets()), tuple(service.destinations()))
    connection = from_dict(FULL)
    before = from_connection(connection)
    assert to_dict(onto(before, before, known, connection)) == to_dict(connection)
    later = flow.changed(before, SchedulePart, at=("6:00 am", "06:00", "18:00"), until="")
    saved = onto(later, before, known, connection).schedule
    assert (saved.at, saved.until, saved.off_peak_minute) == (["06:00", "18:00"], None, 41)


def test_what_is_missing_is_said_where_it_is_missing() -> None:
    assert needs(SchedulePart()) == {}
    assert needs(SchedulePart("day")).keys() == {"at"}
    assert needs(SchedulePart("day", new_year=True)) == {}
    assert needs(SchedulePart("week", days=(), at=("05:3",))).keys() == {"at", "days"}
    assert "“05:3” is not a time" in needs(SchedulePart("day", at=("05:3",)))["at"]
    assert "twice" in needs(SchedulePart("day", at=("5:30", "05:30")))["at"]
    assert needs(SchedulePart("day", at=("05:30",), zone="America/Lincoln")).keys() == {"zone"}
    assert needs(SchedulePart(off_peak=("22:00", "22:00"))).keys() == {"off_peak"}
    assert needs(SchedulePart(off_peak=("22:00", "late"))).keys() == {"off_peak"}


def test_what_runs_again_has_a_last_time_after_the_first() -> None:
    assert needs(SchedulePart("day", at=("05:30",), repeat=30)) == {}
    assert "late" in needs(SchedulePart("day", at=("05:30",), repeat=30, repeat_until="late"))["repeat"]
    assert "05:30" in needs(SchedulePart("day", at=("05:30",), repeat=30, repeat_until="05:00"))["repeat"]
    assert "64 times" in needs(SchedulePart("day", at=("05:30",), repeat=10))["repeat"]
    assert needs(SchedulePart("never", at=("05:30",), repeat=10)) == {}


def test_what_is_typed_wrong_is_kept_from_nobody_who_does_not_need_it() -> None:
    """Somebody typed half a time, then chose not to run by itself: nothing is in the way of saving."""
    part = SchedulePart("never", days=(), at=("5:3", "05:30"))
    assert needs(part) == {}
    settings: dict[str, dict[str, object]] = {}
    ScheduleStep().into(part, settings)
    assert settings["schedule"]["at"] == ["05:30"]
    assert wrong_times(part.at).keys() == {0}


def test_the_summary_has_it_in_a_line() -> None:
    step = ScheduleStep()

    def brief(part: SchedulePart) -> str:
        return step.brief(new_draft(part), NEVER)

    assert brief(SchedulePart()) == "Not by itself"
    part = SchedulePart("week", at=("17:30", "5:30"), new_year=True, until="2027-06-15")
    assert brief(part) == "Mon–Fri at 05:30 and 17:30; new school year at 00:00; until 15 June 2027"
    assert [label for label, _value in step.lines(new_draft(part), NEVER)] == ["Runs", "New school year", "Until"]


# --- the page ----


def test_mission_l06_daily_has_a_time_and_the_computers_zone_and_one_press_makes_it_twice(
    setting: Setting, scheduled: MadeUpSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("psconnect.desktop.wizard.pages.times_card.zone_of_computer", lambda: "America/Chicago")
    page = on_the_step(setting)
    assert page.times.every.buttons["never"].hasFocus()
    assert page.upcoming.lines == []
    setting.press(page.times.every.buttons["day"])
    part = setting.session.draft.of(SchedulePart)
    assert (part.every, part.at, part.zone) == ("day", ("05:30",), "America/Chicago")
    assert page.times.often.text() == "7 runs a week"
    setting.press(page.times.times.add_button)
    assert [edit.text() for edit in page.times.times.edits] == ["05:30", "17:30"]
    assert page.times.times.edits[1].hasFocus()
    assert page.times.often.text() == "14 runs a week"
    assert [line.split()[1] for line in page.upcoming.lines][:3] in (
        ["05:30", "17:30", "05:30"],
        ["17:30", "05:30", "17:30"],
    )
    assert page.times.zone_button.text().startswith("Chicago time (UTC−")


def test_a_time_is_written_as_it_is_meant_and_a_wrong_one_is_said_once_it_is_left(
    setting: Setting, scheduled: MadeUpSchedule
) -> None:
    page = on_the_step(setting)
    setting.press(page.times.every.buttons["week"])
    times, row = page.times.times, page.rows["at"]
    setting.type(times.edits[0], "6:1")
    assert row.error == "", "nobody is told while the time is typed"
    assert "can be used" in page.upcoming.none.text()
    setting.press(setting.window.next_button)
    assert setting.session.draft.step == "schedule"
    assert "“6:1” is not a time" in row.error
    assert times.edits[0].hasFocus()
    setting.type(times.edits[0], "6:15 pm")
    setting.qtbot.keyClick(times.edits[0], Qt.Key.Key_Tab)
    assert times.edits[0].text() == "18:15"
    assert row.error == ""
    setting.press(times.drops[0])
    assert setting.session.draft.of(SchedulePart).at == ()
    assert "no time" in row.error
    setting.press(page.times.days.buttons["sat"])
    assert "sat" in setting.session.draft.of(SchedulePart).days


def test_a_zone_is_chosen_by_its_city(setting: Setting, scheduled: MadeUpSchedule) -> None:
    page = on_the_step(setting)
    setting.press(page.times.every.buttons["day"])
    setting.press(page.times.zone_button)
    edit = page.times.zone.lineEdit()
    assert edit is not None
    assert edit.isVisible()
    setting.type(edit, "Pacific/Honolulu")
    setting.qtbot.keyClick(edit, Qt.Key.Key_Tab)
    assert setting.session.draft.of(SchedulePart).zone == "Pacific/Honolulu"
    assert page.times.zone_button.text() == "Honolulu time (UTC−10)"
    having(setting, replace(setting.session.draft.of(SchedulePart), zone="Pacific/Lincoln"))
    setting.press(page.times.zone_button)
    setting.window._next()
    assert "no time zone “Pacific/Lincoln”" in page.rows["zone"].error
    assert page.rows["zone"].isVisible()


def test_mission_g31_a_last_day_before_the_new_year_is_struck_out_and_one_press_mends_it(
    setting: Setting, scheduled: MadeUpSchedule
) -> None:
    scheduled.new_year_day = date(2027, 8, 16)
    opened = Saved(setting, ScheduleSettings("day", at=["05:30"], zone="America/Denver", new_year=True))
    page = opened.page
    assert page.end.ends.isHidden()
    setting.press(page.end.add_button)
    page.end.until.setDate(QDate(2027, 6, 15))
    assert "new year would not start" in page.end.ends.label.text()
    assert page.upcoming.lines[-2:] == ["Tue 15 Jun 2027 05:30 the last one", "Mon 16 Aug 2027 00:00 after the end"]
    (mend,) = page.end.ends.buttons
    assert mend.text() == "End on 30 September 2027"
    setting.press(mend)
    assert opened.part.until == "2027-09-30"
    assert page.end.ends.isHidden()
    assert "Mon 16 Aug 2027 00:00 first day of school" in page.upcoming.lines
    assert opened.saved().until == date(2027, 9, 30)
    setting.press(page.end.drop_button)
    assert opened.saved().until is None


def test_a_schedule_that_has_ended_says_so_and_offers_a_later_day(setting: Setting, scheduled: MadeUpSchedule) -> None:
    opened = Saved(setting, ScheduleSettings("day", at=["05:30"], until=date(2020, 6, 15)))
    page = opened.page
    assert "has ended" in page.end.ends.label.text()
    assert page.upcoming.lines == []
    setting.press(page.end.ends.buttons[0])
    assert page.upcoming.lines


def test_the_new_year_is_not_known_before_the_first_reading(setting: Setting, scheduled: MadeUpSchedule) -> None:
    page = on_the_step(setting)
    setting.press(page.times.every.buttons["day"])
    setting.press(page.end.new_year)
    assert "once a run has read them" in page.end._option.help.text()
    assert page.end.ends.isHidden()
    setting.press(page.times.times.drops[0])
    assert needs(setting.session.draft.of(SchedulePart)) == {}
    assert page.upcoming.lines == []


@pytest.mark.parametrize(
    ("system", "words"),
    [("task-scheduler", "Windows"), ("launchd", "login keychain"), ("systemd", "keyring"), ("cron", "keyring")],
)
def test_only_while_signed_in_is_said_as_the_system_has_it(
    setting: Setting, scheduled: MadeUpSchedule, system: str, words: str
) -> None:
    scheduled.system = system
    page = on_the_step(setting)
    setting.press(page.times.every.buttons["day"])
    assert words in page.signed_in.why.text()
    assert page.signed_in.heading.text().startswith("Only while you are")


def test_without_a_scheduler_it_is_said_that_psconnect_has_to_be_open(
    setting: Setting, scheduled: MadeUpSchedule
) -> None:
    scheduled.system = ""
    page = on_the_step(setting)
    setting.press(page.times.every.buttons["day"])
    assert page.signed_in.heading.text() == "Only while psconnect is open"
    assert page.proof.chip.text() == "No scheduler"
    assert not page.proof.again_button.isVisible()


# --- a scheduled start works ----


class Saved:
    """The settings of a connection with a schedule, open on it."""

    def __init__(self, setting: Setting, schedule: ScheduleSettings) -> None:
        self.setting, self.service, self.name = setting, setting.district.service, setting.district.name
        self.service.save_connection(replace(self.service.connection(self.name), schedule=schedule))
        self.forms = ConnectionForms(setting.bridge, self.service)
        setting.qtbot.addWidget(self.forms)
        self.forms.resize(900, 900)
        self.forms.load(self.name)
        self.forms.show()
        setting.settled()
        self.page = next(one for one in self.forms.pages if isinstance(one, SchedulePage))
        self.forms.list.open("schedule")
        setting.settled()

    @property
    def part(self) -> SchedulePart:
        assert self.forms.session
        return self.forms.session.draft.of(SchedulePart)

    def saved(self) -> ScheduleSettings:
        """Save, and what is stored then."""
        self.forms.save()
        self.setting.settled()
        self.setting.settled()
        return self.service.connection(self.name).schedule


DAILY = ScheduleSettings("day", at=["05:30"])


def test_a_schedule_that_is_switched_on_is_proved_once_when_it_is_saved(
    setting: Setting, scheduled: MadeUpSchedule
) -> None:
    scheduled.proof = None
    opened = Saved(setting, ScheduleSettings())
    page = opened.page
    setting.press(page.times.every.buttons["day"])
    assert page.proof.chip.text() == "Not tried yet"
    assert not page.proof.again_button.isVisible(), "what is not saved can’t be tried"
    assert opened.saved().every == "day"
    setting.settled()
    assert scheduled.proved == [opened.name]
    assert page.proof.heading.text() == "A scheduled start works"
    assert page.proof.said == ["Started by the Windows Task Scheduler", "PowerSchool: client secret read"]
    setting.press(page.times.times.add_button)
    opened.saved()
    assert scheduled.proved == [opened.name], "another time needs no other proof"


def test_a_start_that_does_not_work_is_said_with_what_helps_and_tried_again(
    setting: Setting, scheduled: MadeUpSchedule
) -> None:
    scheduled.proof = NO_SECRET
    opened = Saved(setting, DAILY)
    page = opened.page
    assert page.proof.heading.text() == "Does a scheduled start work?"
    assert page.proof.chip.text() == "Would not start"
    assert "is not known on this computer" in page.proof.text.text()
    assert page.proof.said[-1] == "PowerSchool: client secret not found"
    setting.press(page.proof.credentials_button)
    assert opened.forms.list.step == "credentials"
    opened.forms.list.open("schedule")
    setting.settled()
    setting.press(page.proof.again_button)
    setting.settled()
    assert scheduled.proved == [opened.name]
    assert page.proof.chip.text().startswith("Proved")
    assert page.proof.again_button.hasFocus()


def test_a_proof_that_can_not_even_begin_is_said(setting: Setting, scheduled: MadeUpSchedule) -> None:
    scheduled.next_proof = FixSettings("PSC-SCHEDULE-NO-TIME", where="schedule.at")
    opened = Saved(setting, DAILY)
    setting.press(opened.page.proof.again_button)
    setting.settled()
    assert opened.page.proof.chip.text() == "Could not be tried"
    assert opened.page.proof.heading.text() == "Does a scheduled start work?"
    scheduled.next_proof = WORKS
    setting.press(opened.page.proof.again_button)
    setting.settled()
    assert opened.page.proof.heading.text() == "A scheduled start works"


def test_what_is_typed_is_what_is_saved(setting: Setting, scheduled: MadeUpSchedule) -> None:
    opened = Saved(setting, DAILY)
    page = opened.page
    setting.press(page.times.every.buttons["week"])
    setting.press(page.times.days.buttons["fri"])
    setting.type(page.times.times.edits[0], "6 am")
    setting.type(page.times.off_peak[0], "11 pm")
    setting.press(page.end.new_year)
    setting.press(page.times.repeat_button)
    page.times.repeat.activated.emit(REPEATS.index(15))
    setting.type(page.times.repeat_until, "2:30 pm")
    saved = opened.saved()
    assert saved.off_peak_minute is not None
    expected = typed_schedule(
        SchedulePart(
            *("week", ("mon", "tue", "wed", "thu"), ("06:00",), 15, "14:30"),
            *(saved.zone, ("23:00", "05:00")),
            new_year=True,
        )
    )
    assert replace(saved, off_peak_minute=None) == expected
    assert (
        f"at {(23 * 60 + saved.off_peak_minute) // 60 % 24:02}:{saved.off_peak_minute % 60:02}"
        in page.times.tonight.text()
    )
