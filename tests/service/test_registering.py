"""What the system's own scheduler is given for the connections of a home, and when; the scheduler is made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from psconnect.model.errors import FixSettings, TryLater
from psconnect.model.schedule import ScheduleSettings
from psconnect.schedule.systems.kind import Entry, LocalTime
from psconnect.service import Service
from psconnect.store.settings.home import home_at
from tests.support.demo import Connected
from tests.support.logs import ExpectLog
from tests.support.schedulers import MadeUpScheduler

DAILY = ScheduleSettings(every="day", at=["05:30", "17:30"], zone="America/Chicago")
CHICAGO, PHOENIX, TOKYO = ZoneInfo("America/Chicago"), ZoneInfo("America/Phoenix"), ZoneInfo("Asia/Tokyo")


class Computer:
    """A connection on a computer with a made-up scheduler and a time zone of its own."""

    def __init__(self, connected: Connected, scheduler: MadeUpScheduler) -> None:
        self.connected, self.scheduler = connected, scheduler
        self.service, self.name = connected.service, connected.name
        self.service.find_scheduler = lambda _home: scheduler
        self.move(CHICAGO)

    def move(self, zone: tzinfo) -> None:
        self.connected.clock.zone = lambda: zone  # type: ignore[method-assign]

    def at(self, text: str) -> None:
        """Set the clock to a time of Chicago."""
        self.connected.clock.time = datetime.fromisoformat(text).replace(tzinfo=CHICAGO).astimezone(UTC)

    def save(self, settings: ScheduleSettings) -> None:
        connection = self.service.connection(self.name)
        self.service.save_connection(msgspec.structs.replace(connection, schedule=settings))

    @property
    def id(self) -> str:
        return self.service.connection(self.name).id

    @property
    def entry(self) -> Entry | None:
        return self.scheduler.entries.get(self.id)

    @property
    def registered(self) -> str:
        return self.service.schedule_state(self.name).registered

    def times(self) -> list[str]:
        return [f"{time.hour:02}:{time.minute:02} {time.on or ' '.join(time.days)}" for time in self.entry.times]


EVERY = "mon tue wed thu fri sat sun"


@pytest.fixture
def computer(connected: Connected) -> Computer:
    found = Computer(connected, MadeUpScheduler())
    found.at("2026-11-18T12:00")
    return found


def test_saving_a_schedule_registers_it_and_switching_it_off_removes_the_entry(computer: Computer) -> None:
    assert computer.registered == "no"
    computer.save(DAILY)
    assert computer.times() == [f"05:30 {EVERY}", f"17:30 {EVERY}"]
    assert computer.entry.command[-4:] == ("sync", computer.id, "--trigger", "schedule")
    assert computer.entry.at_login
    state = computer.service.schedule_state(computer.name)
    assert (state.system, state.registered) == ("systemd", "yes")
    computer.service.switch_schedule(computer.name, on=False)
    assert computer.entry is None
    computer.service.switch_schedule(computer.name, on=True)
    assert computer.registered == "yes"


def test_switching_it_on_again_mends_what_the_system_lost_and_what_was_switched_off_there(computer: Computer) -> None:
    computer.save(DAILY)
    computer.scheduler.entries.clear()
    assert computer.registered == "no"
    computer.service.switch_schedule(computer.name, on=True)
    assert computer.registered == "yes"
    computer.scheduler.switch_off(computer.id)
    assert computer.registered == "switched-off"
    computer.service.switch_schedule(computer.name, on=True)
    assert computer.registered == "yes"


def test_settings_that_have_nothing_to_do_with_it_do_not_touch_the_system(computer: Computer) -> None:
    computer.save(DAILY)
    computer.scheduler.registered.clear()
    computer.service.set_value(computer.name, "safety.preview", "always")
    assert not computer.scheduler.registered


def test_a_disabled_connection_has_no_entry_and_an_enabled_one_has_it_again(computer: Computer) -> None:
    computer.save(DAILY)
    computer.service.set_disabled(computer.name, disabled=True)
    assert computer.entry is None
    computer.service.set_disabled(computer.name, disabled=False)
    assert computer.registered == "yes"


def test_a_removed_connection_leaves_no_entry(computer: Computer) -> None:
    computer.save(DAILY)
    entry_id = computer.id
    proof = computer.service.remove_connection(computer.name)
    assert not computer.scheduler.entries
    assert [one.name for one in proof.before.of("schedule")] == [entry_id]
    assert not proof.after.of("schedule")


def test_an_entry_that_the_system_keeps_is_in_the_proof_of_the_removal(computer: Computer) -> None:
    computer.save(DAILY)
    computer.scheduler.refusal = TryLater("PSC-SCHEDULE-ENTRY-MISSING")
    proof = computer.service.remove_connection(computer.name)
    assert [(one.kind, one.error.code) for one in proof.not_deleted] == [("schedule", "PSC-SCHEDULE-ENTRY-MISSING")]
    computer.scheduler.refusal = None
    assert computer.service.finish_removals()
    assert not computer.scheduler.entries


def test_the_districts_times_are_registered_in_the_computers_zone_with_their_weekdays(computer: Computer) -> None:
    computer.move(TOKYO)
    computer.save(msgspec.structs.replace(DAILY, every="week", days=["mon"]))
    assert computer.times() == ["08:30 tue", "20:30 mon"]


def test_before_the_clocks_change_in_one_zone_both_times_are_registered(computer: Computer) -> None:
    computer.move(PHOENIX)
    computer.save(DAILY)
    assert computer.times() == [f"04:30 {EVERY}", f"16:30 {EVERY}"]
    computer.at("2027-03-05T05:30:02")
    assert computer.service.run_scheduled(computer.name)
    assert [line[:5] for line in computer.times()] == ["03:30", "04:30", "15:30", "16:30"]
    computer.at("2027-03-15T05:30:02")
    assert computer.service.run_scheduled(computer.name)
    assert computer.times() == [f"03:30 {EVERY}", f"15:30 {EVERY}"]


def test_a_start_after_the_computer_moved_to_another_zone_registers_anew(computer: Computer) -> None:
    computer.save(DAILY)
    computer.move(PHOENIX)
    assert computer.registered == "differs"
    computer.at("2026-11-18T16:31")  # 05:30 by Phoenix's clock was nothing of Chicago's
    assert computer.service.run_scheduled(computer.name) is None
    assert computer.registered == "yes"
    assert computer.times() == [f"04:30 {EVERY}", f"16:30 {EVERY}"]


def test_the_first_day_of_school_and_tonight_come_once(computer: Computer) -> None:
    computer.save(msgspec.structs.replace(DAILY, new_year=True, at=[]))
    assert computer.entry is None  # the day is not known before the first reading
    computer.service.sync(computer.name)
    state = computer.service.schedule_state(computer.name)
    assert state.new_year_day
    assert state.next.why == "new-year"
    assert computer.times() == [f"00:00 {state.new_year_day}"]
    at = computer.service.run_tonight(computer.name).astimezone(CHICAGO)
    assert computer.times()[0] == f"{at:%H:%M} {at:%Y-%m-%d}"
    computer.service.cancel_tonight(computer.name)
    assert computer.times() == [f"00:00 {state.new_year_day}"]


def test_mission_g31_the_system_knows_the_last_day(computer: Computer) -> None:
    computer.save(msgspec.structs.replace(DAILY, until=date(2027, 6, 15)))
    assert computer.entry.until == date(2027, 6, 15)
    computer.move(TOKYO)
    computer.save(msgspec.structs.replace(DAILY, until=date(2027, 6, 16)))
    assert computer.entry.until == date(2027, 6, 17)
    computer.at("2027-06-17T05:00")
    assert computer.service.run_scheduled(computer.name).state == "skipped"
    assert computer.entry is None  # some systems know no last day


def test_a_refusal_of_the_system_loses_no_settings_and_is_told(computer: Computer, expect_log: ExpectLog) -> None:
    expect_log("schedule not registered")
    computer.scheduler.refusal = FixSettings("PSC-SCHEDULE-ENTRY-MISSING")
    computer.save(DAILY)
    assert computer.service.connection(computer.name).schedule.at == DAILY.at
    state = computer.service.schedule_state(computer.name)
    assert (state.registered, state.trouble["code"]) == ("unknown", "PSC-SCHEDULE-ENTRY-MISSING")
    computer.scheduler.refusal = None
    assert computer.registered == "no"
    computer.service.reconcile_schedules()
    state = computer.service.schedule_state(computer.name)
    assert (state.registered, state.trouble) == ("yes", None)


def test_entries_without_a_connection_are_removed_and_missing_ones_registered(computer: Computer) -> None:
    computer.save(DAILY)
    gone = replace(computer.entry, id="gone1234")
    computer.scheduler.entries = {gone.id: gone}
    computer.service.reconcile_schedules()
    assert list(computer.scheduler.entries) == [computer.id]


def test_no_entry_is_removed_while_a_connection_file_can_not_be_read(computer: Computer) -> None:
    computer.save(DAILY)
    other = replace(computer.entry, id="gone1234")
    computer.scheduler.entries[other.id] = other
    (computer.service.home.connections() / "broken.toml").write_text("not toml")
    computer.service.reconcile_schedules()
    assert other.id in computer.scheduler.entries


def test_the_entry_of_a_removed_connection_starts_once_more_and_is_removed(computer: Computer) -> None:
    computer.save(DAILY)
    other = replace(computer.entry, id="gone1234")
    computer.scheduler.entries[other.id] = other
    with pytest.raises(FixSettings, match="PSC-CONNECTION-UNKNOWN"):
        computer.service.run_scheduled(other.id)
    assert list(computer.scheduler.entries) == [computer.id]


def test_what_the_user_switched_off_in_the_system_stays_off(computer: Computer) -> None:
    computer.save(DAILY)
    computer.scheduler.switch_off(computer.id)
    assert computer.registered == "switched-off"
    computer.move(PHOENIX)
    computer.service.reconcile_schedules()
    assert not computer.entry.enabled
    computer.at("2026-11-18T17:30:02")
    assert computer.service.run_scheduled(computer.name)  # noticed by the window
    assert not computer.entry.enabled
    computer.service.switch_schedule(computer.name, on=True)
    assert computer.registered == "yes"


def test_switching_on_what_is_on_mends_the_entry(computer: Computer) -> None:
    computer.save(DAILY)
    computer.scheduler.entries.clear()
    computer.service.switch_schedule(computer.name, on=True)
    assert computer.registered == "yes"


def test_a_file_imported_on_another_computer_runs_there_once_it_is_switched_on(
    computer: Computer, tmp_path: Path
) -> None:
    computer.save(DAILY)
    file = tmp_path / "lincoln.toml"
    computer.service.export_connection(computer.name, file)
    other = Service(home_at(tmp_path / "other"), clock=computer.connected.clock)
    scheduler = MadeUpScheduler()
    other.find_scheduler = lambda _home: scheduler
    imported = other.import_connection(file)
    assert not scheduler.entries, "two schedules would deliver to the same place"
    other.switch_schedule(imported.name, on=True)
    assert list(scheduler.entries) == [imported.id] == [computer.id]
    assert str(tmp_path / "other") in scheduler.entries[imported.id].command
    assert other.run_scheduled(imported.name) is None  # nothing is made up from before


def test_a_psconnect_that_was_moved_is_registered_anew_and_another_one_keeps_its_own(
    computer: Computer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    computer.save(DAILY)
    own = computer.entry
    program = tmp_path_factory.mktemp("elsewhere") / "psconnectw"
    program.write_text("")
    computer.scheduler.entries[own.id] = replace(own, command=(str(program), *own.command[-4:]))
    assert computer.registered == "differs"
    computer.service.reconcile_schedules()
    assert computer.entry.command[0] == str(program)
    program.unlink()
    computer.service.reconcile_schedules()
    assert computer.entry == own


def test_a_connection_imported_under_another_id_has_one_entry(computer: Computer) -> None:
    computer.save(DAILY)
    before = computer.id
    file = computer.connected.folder / "copy.toml"
    computer.service.export_connection(computer.name, file)
    text = file.read_text().replace(f'id = "{before}"', 'id = "abcd1234"')
    file.write_text(text)
    computer.service.import_connection(file)
    assert list(computer.scheduler.entries) == ["abcd1234"]


def test_a_copy_with_the_same_id_gets_an_id_and_an_entry_of_its_own(computer: Computer) -> None:
    computer.save(DAILY)
    file = computer.connected.folder / "copy.toml"
    computer.service.export_connection(computer.name, file)
    file.write_text(file.read_text().replace(computer.name, "Second roster"))
    copy = computer.service.import_connection(file)
    assert copy.id != computer.id
    assert list(computer.scheduler.entries) == [computer.id], "two schedules would deliver to the same place"
    computer.service.switch_schedule(copy.name, on=True)
    assert sorted(computer.scheduler.entries) == sorted([copy.id, computer.id])


def test_a_computer_without_a_scheduler_says_so(computer: Computer) -> None:
    computer.service.find_scheduler = lambda _home: None
    computer.save(DAILY)
    state = computer.service.schedule_state(computer.name)
    assert (state.system, state.registered, state.trouble) == ("", "no", None)
    assert computer.service.run_tonight(computer.name)


def test_a_run_is_what_it_is_even_if_registering_fails_after_it(computer: Computer, expect_log: ExpectLog) -> None:
    expect_log("schedule not registered")
    computer.save(DAILY)
    computer.at("2026-11-18T17:30:02")
    computer.scheduler.refusal = TryLater("PSC-SCHEDULE-ENTRY-MISSING")
    assert computer.service.run_scheduled(computer.name).state == "held"


def test_more_times_than_needed_do_no_harm_and_fewer_do(computer: Computer) -> None:
    computer.save(DAILY)
    entry = computer.entry
    computer.scheduler.entries[entry.id] = replace(entry, times=(*entry.times, LocalTime(3, 30)))
    assert computer.registered == "yes"
    computer.scheduler.entries[entry.id] = replace(entry, times=entry.times[:1])
    assert computer.registered == "differs"
