"""What cron gets, and what must never happen to a crontab."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from psconnect.model.clock import CancelToken, Clock
from psconnect.model.errors import FixSettings
from psconnect.schedule.systems.cron import Cron
from psconnect.schedule.systems.kind import Entry, LocalTime
from tests.contracts.scheduler_contract import HOME
from tests.support.schedulers import registered_as
from tests.support.system_tools.installed import install_tool

_ENTRY = Entry("kx3f9q", "Lincoln", ("/opt/psconnectw", "sync", "50 % of"), (LocalTime(5, 30, ("sun", "tue")),))


@pytest.fixture
def state(tmp_path: Path, moved_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("LANG", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/1000")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:abstract=/tmp/dbus-x,guid=1")
    return install_tool("crontab", tmp_path, monkeypatch)


def test_what_a_line_says(state: Path) -> None:
    Cron(HOME).register(_ENTRY)
    assert (state / "table").read_text() == (
        "# begin psconnect-kx3f9q-1a2b3c4d, written by psconnect\n"
        "30 5 * * 2,0 DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus XDG_RUNTIME_DIR=/run/user/1000"
        " /opt/psconnectw sync '50 \\% of' >/dev/null 2>&1\n"
        "# end psconnect-kx3f9q-1a2b3c4d\n"
    )


def test_who_chose_cron_gets_cron_in_what_is_started(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PSCONNECT_SCHEDULER", "cron")
    Cron(HOME).register(_ENTRY)
    assert " PSCONNECT_SCHEDULER=cron /opt/psconnectw " in (state / "table").read_text()
    assert registered_as(Cron(HOME), _ENTRY) == "yes"


@pytest.mark.parametrize("said", ["crontab: you are not allowed to use this program\n", "crontab: disk error\n", ""])
def test_a_refusal_is_never_taken_for_an_empty_table(state: Path, said: str) -> None:
    """Whatever crontab -l says but that there is none, nothing is written: the user's own lines would be gone."""
    (state / "table").write_bytes(b"1 2 3 4 5 mine\n")
    (state / "refuses-to-list").write_text(said)
    with pytest.raises(FixSettings) as refused:
        Cron(HOME).register(_ENTRY)
    assert refused.value.code == "PSC-SCHEDULE-TOOL"
    assert (state / "table").read_bytes() == b"1 2 3 4 5 mine\n"


def test_writing_is_refused(state: Path) -> None:
    (state / "refuses-to-write").write_text("ana is not allowed to\n")
    with pytest.raises(FixSettings) as refused:
        Cron(HOME).register(_ENTRY)
    assert refused.value.values["detail"] == "ana is not allowed to"
    assert Cron(HOME).listed() == []


def test_other_lines_stay_byte_for_byte(state: Path) -> None:
    before, after = b"# \xff mine\nMAILTO=a@b\n*/5 * * * * x \t \n", b"\n5 5 5 5 5 \xe9\n# end\n"
    (state / "table").write_bytes(before)
    cron = Cron(HOME)
    cron.register(_ENTRY)
    (state / "table").write_bytes((state / "table").read_bytes() + after)
    cron.register(replace(_ENTRY, times=(LocalTime(6, 0),)))
    cron.start_now("kx3f9q")
    cron.register(_ENTRY)
    table = (state / "table").read_bytes()
    assert table.startswith(before)
    assert table.endswith(after)
    cron.remove("kx3f9q")
    assert (state / "table").read_bytes() == before + after


def test_lines_that_a_person_took_out(state: Path) -> None:
    cron = Cron(HOME)
    cron.register(_ENTRY)
    table = (state / "table").read_text()
    (state / "table").write_text(table.replace("\n30 5 ", "\n# 30 5 "))
    assert registered_as(cron, _ENTRY) == "switched-off"
    (state / "table").write_text(table.replace("\n30 5 ", "\n31 5 "))
    assert registered_as(cron, _ENTRY) == "differs"
    (state / "table").write_text(table.replace("# end ", "# "))
    assert registered_as(cron, _ENTRY) == "no"


def test_the_users_lines_stay_where_the_end_of_a_block_was_deleted(state: Path) -> None:
    cron = Cron(HOME)
    cron.register(_ENTRY)
    block = (state / "table").read_text()
    torn = block[: block.index("# end ")] + "5 5 * * * mine\n"
    (state / "table").write_text(torn)
    cron.register(_ENTRY)
    cron.register(replace(_ENTRY, times=(LocalTime(6, 0),)))
    assert (state / "table").read_text().startswith(torn)
    assert registered_as(cron, replace(_ENTRY, times=(LocalTime(6, 0),))) == "yes"
    cron.remove("kx3f9q")
    assert (state / "table").read_text() == torn


def test_a_line_that_cron_would_cut_off(state: Path) -> None:
    with pytest.raises(FixSettings) as refused:
        Cron(HOME).register(replace(_ENTRY, command=("/" + "x" * 900,)))
    assert refused.value.code == "PSC-SCHEDULE-LONG"
    assert not (state / "table").exists()


@pytest.mark.parametrize(("second", "minute"), [(0, 31), (1, 31), (49, 31), (50, 32), (59, 32)])
def test_a_start_on_demand_comes_with_a_minute_that_cron_still_sees(state: Path, second: int, minute: int) -> None:
    now = datetime(2026, 11, 30, 19, 30, second, tzinfo=UTC)
    waited = [0.0]

    class Standing(Clock):
        def now(self) -> datetime:
            return now + timedelta(seconds=sum(waited))

        def wait(self, seconds: float, cancel: CancelToken) -> None:
            waited.append(seconds)

    cron = Cron(HOME, clock=Standing())
    cron.register(replace(_ENTRY, times=()))
    cron.start_now("kx3f9q")
    local = now.astimezone().replace(minute=minute)
    line = f"\n{minute} {local.hour} {local.day} {local.month} * "
    assert (state / "table").read_text().count(line) == 1
    assert second + sum(waited) >= 2, "a table that changes in the second in which cron reads it stays unread"
