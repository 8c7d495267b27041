"""launchd's agents: what the file says, and what is reported of launchctl."""

from __future__ import annotations

import contextlib
import plistlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from psconnect.model.errors import FixSettings, TryLater
from psconnect.schedule.systems.agent_file import agent_file, entry_in_agent
from psconnect.schedule.systems.kind import Entry, LocalTime
from psconnect.schedule.systems.launchd import Launchd
from tests.contracts.scheduler_contract import HOME
from tests.support.schedulers import registered_as
from tests.support.system_tools.installed import install_tool

_ENTRY = Entry("kx3f9q", "Lincoln", ("/Apps/psconnectw", "sync", "Søn & Co"), (LocalTime(5, 30),), at_login=True)
_LABEL = "org.psconnect.kx3f9q-1a2b3c4d"


@pytest.fixture
def state(tmp_path: Path, moved_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("psconnect.schedule.systems.launchd._TRY_SECONDS", 0.01)
    return install_tool("launchctl", tmp_path, monkeypatch)


def file_of(home: Path) -> Path:
    return home / "Library" / "LaunchAgents" / f"{_LABEL}.plist"


def test_what_an_agent_says() -> None:
    times = (LocalTime(5, 30, ("sun", "fri")), LocalTime(22, 17, on=date(2028, 2, 29)), LocalTime(18, 0))
    agent = plistlib.loads(agent_file(_LABEL, replace(_ENTRY, times=times)))
    assert agent == {
        "Label": _LABEL,
        "ProgramArguments": ["/Apps/psconnectw", "sync", "Søn & Co"],
        "RunAtLoad": True,
        "ProcessType": "Background",
        "StartCalendarInterval": [
            {"Weekday": 5, "Hour": 5, "Minute": 30},
            {"Weekday": 0, "Hour": 5, "Minute": 30},
            {"Hour": 18, "Minute": 0},
            {"Month": 2, "Day": 29, "Hour": 22, "Minute": 17},
        ],
    }


@pytest.mark.parametrize("damaged", [b"", b"<plist", b"<plist><string>x</string></plist>"])
def test_a_damaged_file_is_another_entry(damaged: bytes) -> None:
    assert entry_in_agent("kx3f9q", damaged) == Entry("kx3f9q", "", ())


@pytest.mark.parametrize(
    "interval", [{"Hour": 5}, {"Hour": 5, "Minute": 30, "Day": 1}, "05:30", {"Hour": 25, "Minute": 0}]
)
def test_a_time_that_ours_never_say_is_left_out(interval: object) -> None:
    document = plistlib.dumps(
        {"ProgramArguments": ["/x"], "StartCalendarInterval": [interval, {"Hour": 1, "Minute": 2}]}
    )
    times = entry_in_agent("kx3f9q", document).times
    assert LocalTime(1, 2) in times
    assert LocalTime(5, 30) not in times


def test_an_agent_that_login_items_forbid(state: Path, moved_home: Path) -> None:
    launchd = Launchd(HOME)
    launchd.register(_ENTRY)
    assert file_of(moved_home).stat().st_mode & 0o777 == 0o644
    (state / _LABEL).unlink()
    assert registered_as(launchd, _ENTRY) == "switched-off"
    launchd.register(_ENTRY)
    assert registered_as(launchd, _ENTRY) == "yes"


def test_nobody_is_logged_in_at_the_screen(state: Path, moved_home: Path) -> None:
    launchd = Launchd(HOME)
    launchd.register(_ENTRY)
    (state / "nobody-logged-in").touch()
    for ask in (lambda: launchd.read_back("kx3f9q"), lambda: launchd.register(_ENTRY)):
        with pytest.raises(TryLater) as refused:
            ask()
        assert refused.value.key == "PSC-SCHEDULE-NO-SESSION/launchd"


def test_launchd_refuses_for_good_and_nothing_is_left(state: Path, moved_home: Path) -> None:
    (state / "refuses").touch()
    with pytest.raises(FixSettings) as refused:
        Launchd(HOME).register(_ENTRY)
    assert refused.value.key == "PSC-SCHEDULE-TOOL/refused"
    assert refused.value.values["code"] == 5
    assert not file_of(moved_home).exists()


def test_an_unchanged_agent_is_left_alone(state: Path, moved_home: Path) -> None:
    launchd = Launchd(HOME)
    launchd.register(_ENTRY)
    (state / "at-work").touch()
    launchd.register(_ENTRY)
    assert not (state / "killed").exists()


def test_a_run_at_work_ends_by_itself_when_its_agent_is_removed(state: Path, moved_home: Path) -> None:
    """The last start of a schedule removes its own agent, and has to note what it did."""
    launchd = Launchd(HOME)
    launchd.register(_ENTRY)
    (state / "at-work").touch()
    launchd.remove("kx3f9q")
    assert not file_of(moved_home).exists()
    assert (state / _LABEL).exists()
    (state / "at-work").unlink()
    while launchd._is_loaded("kx3f9q"):  # pytest ends a test that takes too long
        pass
    assert not (state / "killed").exists()


def test_a_run_at_work_goes_on_when_its_schedule_is_changed(state: Path, moved_home: Path) -> None:
    """launchd ends the job of an agent that is taken out: the changed one is loaded when the job has ended."""
    launchd = Launchd(HOME)
    launchd.register(_ENTRY)
    (state / "at-work").touch()
    changed = replace(_ENTRY, command=("/Apps/psconnectw", "changed"))
    launchd.register(changed)
    assert registered_as(launchd, changed) == "yes"
    assert "changed" not in (state / _LABEL).read_text()
    (state / "at-work").unlink()
    loaded = ""
    while "changed" not in loaded:  # pytest ends a test that takes too long
        with contextlib.suppress(FileNotFoundError):  # between the former one and the new one
            launchd._is_loaded("kx3f9q")
            loaded = (state / _LABEL).read_text()
    assert not (state / "killed").exists()
