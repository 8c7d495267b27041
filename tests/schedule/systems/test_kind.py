"""What an entry is, and how one stands with a system."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from psconnect.schedule.systems.kind import Entry, LocalTime
from tests.support.schedulers import MadeUpScheduler, registered_as

_ENTRY = Entry("kx3f9q", "Lincoln", ("/opt/psconnectw", "sync", "Lincoln"), (LocalTime(5, 30), LocalTime(18, 0)))


def test_equal_entries_are_equal_however_they_were_put_together() -> None:
    friday = LocalTime(5, 30, ("fri", "mon"))
    assert friday == LocalTime(5, 30, ("mon", "fri"))
    assert replace(_ENTRY, times=(LocalTime(18, 0), LocalTime(5, 30), LocalTime(5, 30))) == _ENTRY
    assert LocalTime(0, 0, (), date(2027, 8, 16)) == LocalTime(0, 0, on=date(2027, 8, 16))


def test_times_of_a_day_and_times_of_one_day_can_be_sorted_together() -> None:
    once = LocalTime(22, 17, on=date(2026, 11, 30))
    assert replace(_ENTRY, times=(once, LocalTime(5, 30))).times == (LocalTime(5, 30), once)


@pytest.mark.parametrize("wrong", ["", "KX3F9Q", "../kx3f9q", "kx3f9q-", "kx3f9q proof", "kx3f9q-proof-x"])
def test_an_id_that_could_be_anything_else_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="no id"):
        replace(_ENTRY, id=wrong)


def test_how_an_entry_stands() -> None:
    system = MadeUpScheduler()
    assert registered_as(system, _ENTRY) == "no"
    system.register(_ENTRY)
    assert registered_as(system, _ENTRY) == "yes"
    assert registered_as(system, replace(_ENTRY, times=(LocalTime(5, 31),))) == "differs"
    system.switch_off(_ENTRY.id)
    assert registered_as(system, _ENTRY) == "switched-off"
    assert registered_as(system, replace(_ENTRY, command=("/opt/psconnectw",))) == "differs"


def test_a_name_is_only_shown() -> None:
    assert replace(_ENTRY, name="Lincoln 2") == _ENTRY


def test_a_last_day_and_a_year_count_only_where_the_system_keeps_them() -> None:
    last = replace(_ENTRY, times=(*_ENTRY.times, LocalTime(0, 0, on=date(2028, 2, 29))), until=date(2028, 6, 4))
    for keeps in (True, False):
        system = MadeUpScheduler(keeps_until=keeps)
        system.register(last)
        assert registered_as(system, last) == "yes"
        ended = replace(last, until=date(2029, 6, 4))
        assert registered_as(system, ended) == ("differs" if keeps else "yes")
        assert registered_as(system, _ENTRY) == "differs"
