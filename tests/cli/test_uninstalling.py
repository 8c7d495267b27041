"""``uninstall``, as uninstallers call it: nothing is started any more, and data goes only when asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from psconnect.cli import codes
from psconnect.schedule.systems.autostart import Autostart
from psconnect.service import Service
from tests.cli.conftest import Psconnect
from tests.service.test_schedules import schedule, set_time
from tests.support.demo import Connected
from tests.support.schedulers import MadeUpScheduler


@pytest.fixture
def scheduler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> MadeUpScheduler:
    """The scheduler and the login programs of every service that the command line opens, made up."""
    found = MadeUpScheduler()
    real = Service.__init__

    def opened(self: Service, *more: object, **how: object) -> None:
        real(self, *more, **how)  # type: ignore[arg-type]
        self.find_scheduler = lambda _home: found
        self.find_login_item = lambda home: Autostart(f"psconnect-{home}", {"XDG_CONFIG_HOME": str(tmp_path / "login")})

    monkeypatch.setattr(Service, "__init__", opened)
    return found


@pytest.fixture
def scheduled(connected: Connected, scheduler: MadeUpScheduler, tmp_path: Path) -> Connected:
    """A connection with a schedule that is registered, and psconnect in the tray from the login on."""
    connected.service.find_scheduler = lambda _home: scheduler
    connected.service.find_login_item = lambda home: Autostart(
        f"psconnect-{home}", {"XDG_CONFIG_HOME": str(tmp_path / "login")}
    )
    set_time(connected, "2026-11-18T12:00")
    schedule(connected)
    connected.service.switch_schedule(connected.name, on=True)
    connected.service.set_login_start(on=True)
    assert scheduler.listed()
    assert list(tmp_path.rglob("*.desktop"))
    return connected


def test_nothing_starts_psconnect_afterwards_and_everything_else_stays(
    psconnect: Psconnect, scheduled: Connected, scheduler: MadeUpScheduler, tmp_path: Path
) -> None:
    gone = psconnect("uninstall", "--json", connected=scheduled)
    assert (gone.code, gone.document["schedules"], gone.document["at_login"]) == (codes.DONE, 1, True)
    assert not scheduler.listed()
    assert not list(tmp_path.rglob("*.desktop"))
    again = psconnect("uninstall", "--json", connected=scheduled)
    assert (again.code, again.document["schedules"], again.document["at_login"]) == (codes.DONE, 0, False)

    assert scheduled.service.connection(scheduled.name).schedule.is_on
    scheduled.service.reconcile_schedules()
    assert scheduler.listed(), "the next psconnect that opens its window has it registered again"


def test_data_goes_only_with_a_yes(psconnect: Psconnect, scheduled: Connected, scheduler: MadeUpScheduler) -> None:
    refused = psconnect("uninstall", "--data", connected=scheduled)
    assert refused.code == codes.USAGE
    assert "PSC-UNINSTALL-YES" in refused.err
    assert scheduler.listed()

    gone = psconnect("uninstall", "--data", "--yes", "--json", connected=scheduled)
    assert (gone.code, gone.document["removed"]) == (codes.DONE, [scheduled.name])
    assert not scheduler.listed()
    assert scheduled.service.connections() == []


def test_a_connection_that_cant_be_read_is_named_and_not_called_gone(
    psconnect: Psconnect, scheduled: Connected
) -> None:
    for path in (scheduled.folder / "home" / "config" / "connections").iterdir():
        path.write_bytes(b"[[[")
    left = psconnect("uninstall", "--data", "--yes", "--json", connected=scheduled)
    assert (left.code, left.document["removed"]) == (codes.REFUSED, [])
    assert left.err.strip()
