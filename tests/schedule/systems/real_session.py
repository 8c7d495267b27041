"""What is run in namespaces of their own: the contract and real starts, with the real systemd and the real cron."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace as replace_struct

from psconnect.model.clock import CancelToken, Clock
from psconnect.model.errors import FixSettings, PsconnectError, TryLater
from psconnect.model.schedule import ScheduleSettings
from psconnect.schedule.systems.cron import Cron
from psconnect.schedule.systems.here import scheduler_here
from psconnect.schedule.systems.kind import Entry, LocalTime, Scheduler
from psconnect.schedule.systems.once import start_once
from psconnect.schedule.systems.program import own_command
from psconnect.schedule.systems.systemd import Systemd
from psconnect.service import Service
from psconnect.store.settings.home import find_home
from tests.contracts.scheduler_contract import HOME, OTHER_HOME, SchedulerCase, check_scheduler
from tests.support.schedulers import registered_as
from tests.support.servers import ending_with_us

_NOTES = """\
#!{python} -SE
import json, os, sys
with open({file!r} + ".part", "w") as noted:
    json.dump([sys.argv[1:], dict(os.environ)], noted)
os.rename({file!r} + ".part", {file!r})
"""
_SETTINGS = """\
format = 1
name = "Lincoln"
preset = "oneroster"
[source]
kind = "oneroster-csv"
folder = "/nowhere"
[destination]
kind = "oneroster-csv"
folder = "/nowhere-else"
"""
_LONGEST_SECONDS = 40.0
_A_MINUTE_AND_MORE = 100.0


def until(asked: Callable[[], Any], seconds: float = _LONGEST_SECONDS) -> Any:
    """What ``asked`` gives as soon as it gives something."""
    latest = time.monotonic() + seconds
    while (found := asked()) is None:
        assert time.monotonic() < latest, "nothing came"
        time.sleep(0.05)
    return found


class Notes:
    """A program that notes how it was started, in a folder and under a name that need quoting."""

    def __init__(self, folder: Path) -> None:
        place = folder / "Prögramme & 'co' 5%"
        place.mkdir()
        self.file = place / "noted.json"
        self.program = place / 'the "windowless" $one'
        self.program.write_text(_NOTES.format(python=sys.executable, file=str(self.file)), encoding="utf-8")
        self.program.chmod(0o700)

    def arguments(self, seconds: float = _LONGEST_SECONDS) -> list[str]:
        """The arguments of a start, once it came."""
        return self.noted(seconds)[0]

    def noted(self, seconds: float) -> tuple[list[str], dict[str, str]]:
        """The arguments and variables of a start, once it came."""
        until(lambda: self.file.exists() or None, seconds)
        arguments, variables = json.loads(self.file.read_text(encoding="utf-8"))
        self.file.unlink()
        return arguments, variables


def _quiet(command: list[str]) -> subprocess.Popen[bytes]:
    kept = ending_with_us("KILL", *command)
    return subprocess.Popen(kept, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def user_systemd() -> Iterator[None]:
    """The user's bus and systemd, as a login starts them."""
    runtime = f"/run/user/{os.getuid()}"
    os.environ["XDG_RUNTIME_DIR"] = runtime
    bus = ["dbus-daemon", "--session", "--nofork", "--nosyslog", f"--address=unix:path={runtime}/bus"]
    with _quiet(bus) as daemon, _quiet(["/lib/systemd/systemd", "--user"]) as own:
        until(lambda: True if Systemd(HOME)._reached() else None)
        try:
            yield
        finally:
            for process in (own, daemon):
                process.kill()
    # The next thing that asks finds no session.
    del os.environ["XDG_RUNTIME_DIR"]
    (Path(runtime) / "bus").unlink()


def files_of_the_user() -> list[str]:
    """Everything in the user's home."""
    return sorted(str(file) for file in Path(os.environ["HOME"]).rglob("*"))


def systemd(folder: Path, *options: str) -> None:
    """The contract with the user's real systemd, and a timer that starts this psconnect."""
    assert isinstance(scheduler_here(HOME), Systemd), "systemd runs this computer"
    _without_a_session()
    notes = Notes(folder)
    with user_systemd():
        one = Systemd(HOME)
        trace = lambda: (files_of_the_user(), _loaded())  # noqa: E731 - a function of one expression
        check_scheduler(SchedulerCase(one, Systemd(OTHER_HOME), (str(notes.program),), notes.arguments, trace))
        before = trace()
        _a_folder_that_is_not_read(folder)
        _a_timer_starts_psconnect(folder, one)
        _a_changed_time_counts(one, notes)
        _a_start_at_work_goes_on(one, notes)
        _switched_off(one)
        _a_proof(one, notes)
        _a_connection()
        if "minute" in options:
            _at_the_next_minute(one, notes)
        assert trace() == before, "something was left behind"


def cron(folder: Path, *options: str) -> None:
    """The contract with the real crontab; with ``minute`` also with the real daemon."""
    os.environ["PSCONNECT_SCHEDULER"] = "cron"
    assert isinstance(scheduler_here(HOME), Cron)
    own = b"# mine\n5 4 1 1 * echo 50\\% \t\n\n"
    subprocess.run(["crontab", "-"], input=own, check=True)
    notes = Notes(folder)
    trace = lambda: (subprocess.run(["crontab", "-l"], capture_output=True, check=True).stdout, files_of_the_user())  # noqa: E731
    assert trace()[0] == own
    if "minute" not in options:
        one, other = Cron(HOME), Cron(OTHER_HOME)
        check_scheduler(SchedulerCase(one, other, (str(notes.program),), lambda: _as_cron_would(notes), trace))
        return
    with _quiet(["cron", "-f"]) as daemon:
        try:
            # cron tells tables apart by whole seconds: one changed in the second in which it began is read no more.
            begun = time.time()
            until(lambda: time.time() > begun + 2 or None)
            entry = Entry("kx3f9q-proof", "Lincoln", (str(notes.program), "50% of Søn's", "$HOME"))
            found = start_once(Cron(HOME), entry, lambda: notes.file.exists() or None, Clock(), CancelToken())
        finally:
            daemon.kill()
    assert found, "cron did not start it"
    arguments, variables = notes.noted(1)
    assert arguments == ["50% of Søn's", "$HOME"]
    assert variables["DBUS_SESSION_BUS_ADDRESS"] == f"unix:path=/run/user/{os.getuid()}/bus"
    assert trace()[0] == own


def _as_cron_would(notes: Notes) -> list[str]:
    """The arguments of the line for the coming minute, run as cron does: what follows a bare % would be its input."""
    table = subprocess.run(["crontab", "-l"], capture_output=True, check=True).stdout.decode()
    once = table.partition(" at once, written by psconnect\n")[2].partition("\n")[0]
    command = once.split(" ", 5)[5]
    assert "%" not in command.replace("\\%", "")
    subprocess.run(["/bin/sh", "-c", command.replace("\\%", "%")], env={"HOME": os.environ["HOME"]}, check=True)
    return notes.arguments()


def _without_a_session() -> None:
    with pytest.raises(TryLater) as refused:
        Systemd(HOME).register(Entry("kx3f9q", "x", ("/bin/true",)))
    assert refused.value.key == "PSC-SCHEDULE-NO-SESSION/systemd"
    assert Systemd(HOME).listed() == []


def _a_folder_that_is_not_read(folder: Path) -> None:
    """A shell may have set XDG_CONFIG_HOME, which the user's systemd, started at login, doesn't know."""
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    with pytest.raises(FixSettings) as refused:
        Systemd(HOME, {**os.environ, "XDG_CONFIG_HOME": str(elsewhere)}).register(Entry("kx3f9q", "x", ("/bin/true",)))
    assert refused.value.code == "PSC-SCHEDULE-UNREAD"
    assert not list(elsewhere.rglob("*psconnect*"))


def _loaded() -> list[str]:
    asked = ["systemctl", "--user", "list-units", "--all", "--plain", "--no-legend", "psconnect*"]
    return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()


def _soon(one: Systemd, entry_id: str) -> Path:
    """Let the entry's own timer elapse in a second, by a file beside it; returns that file."""
    timer = one._timer(entry_id)
    more = one._units / f"{timer}.d" / "soon.conf"
    more.parent.mkdir()
    more.write_text("[Timer]\nOnActiveSec=1s\n")
    for ask in (["daemon-reload"], ["restart", timer]):
        subprocess.run(["systemctl", "--user", *ask], check=True)
    return more


def _a_timer_starts_psconnect(folder: Path, one: Systemd) -> None:
    """A timer starts this very psconnect for a home that was moved, and it does what its arguments say."""
    file = folder / "Lincoln's settings.toml"
    file.write_text(_SETTINGS)
    home = find_home()
    entry = Entry("kx3f9q", "Lincoln", own_command(home, ["connection", "import", str(file)]), (LocalTime(5, 30),))
    assert "--home" in entry.command
    one.register(entry)
    assert registered_as(one, entry) == "yes"
    more = _soon(one, entry.id)
    until(lambda: next(home.connections().glob("lincoln-*"), None))
    more.unlink()
    more.parent.rmdir()
    one.remove(entry.id)


def _a_changed_time_counts(one: Systemd, notes: Notes) -> None:
    """A timer that is registered anew has its new times, and starts with the next of them."""
    entry = Entry("kx3f9q", "Lincoln", (str(notes.program), "first"), (LocalTime(5, 30),))
    one.register(entry)
    changed = replace(entry, command=(str(notes.program), "second"), times=(LocalTime(18, 0),))
    one.register(changed)
    shown = one._shown(one._timer(entry.id), "TimersCalendar", "Persistent", "AccuracyUSec")
    assert shown["Persistent"] == ["yes"]
    assert shown["AccuracyUSec"] == ["1s"]
    assert " 18:00:00" in shown["TimersCalendar"][0].partition("next_elapse=")[2]
    one.start_now(entry.id)
    assert notes.arguments() == ["second"]
    one.remove(entry.id)


def _a_start_at_work_goes_on(one: Systemd, notes: Notes) -> None:
    """A run registers its own entry anew (the computer's zone changed), and is not ended by that."""
    stays = ("/bin/sh", "-c", '"$0"; exec sleep 60', str(notes.program))
    entry = Entry("kx3f9q", "Lincoln", stays, (LocalTime(5, 30),))
    one.register(entry)
    one.start_now(entry.id)
    assert notes.arguments() == []
    service = one._service(entry.id)
    before = one._shown(service, "MainPID", "ActiveState")
    assert before["ActiveState"] == ["active"]
    one.register(replace(entry, times=(LocalTime(4, 30),)))
    assert one._shown(service, "MainPID", "ActiveState") == before
    subprocess.run(["systemctl", "--user", "stop", service], check=True)
    one.remove(entry.id)


def _switched_off(one: Systemd) -> None:
    entry = Entry("kx3f9q", "Lincoln", ("/bin/true",), (LocalTime(5, 30),))
    one.register(entry)
    for how in (["disable"], ["stop"]):
        subprocess.run(["systemctl", "--user", "--quiet", *how, one._timer(entry.id)], check=True)
        assert registered_as(one, entry) == "switched-off", how
        one.register(entry)
        assert registered_as(one, entry) == "yes", how
    one.remove(entry.id)


def _a_proof(one: Scheduler, notes: Notes) -> None:
    """An entry without times, started once and gone; a changed one is what counts."""
    one.register(Entry("kx3f9q-proof", "Lincoln", ("/bin/false",)))
    entry = Entry("kx3f9q-proof", "Lincoln", (str(notes.program), "proof"))
    assert start_once(one, entry, lambda: notes.file.exists() or None, Clock(), CancelToken())
    assert notes.arguments() == ["proof"]
    assert one.listed() == []


def _a_connection() -> None:
    """A connection's schedule is switched on, proved by a start of this psconnect, changed, and gone with it."""
    service = Service(find_home())
    settings = ScheduleSettings(every="week", days=["mon", "fri"], at=["05:30", "18:00"], zone="America/Chicago")
    service.save_connection(replace_struct(service.connection("Lincoln"), schedule=settings))
    assert service.schedule_state("Lincoln").registered == "yes"
    proof = service.prove_schedule("Lincoln")
    assert (proof.trouble, proof.started_by) == (None, "systemd")
    service.run_tonight("Lincoln")
    assert service.schedule_state("Lincoln").registered == "yes"
    assert Systemd(service.home_id).listed() == [service.connection("Lincoln").id]
    home_id = service.home_id
    service.remove_connection("Lincoln")
    assert Systemd(home_id).listed() == []


def _at_the_next_minute(one: Systemd, notes: Notes) -> None:
    """A time of day by the computer's clock, waited for."""
    soon = datetime.now().astimezone() + timedelta(seconds=62)
    entry = Entry("kx3f9q", "Lincoln", (str(notes.program), "by the clock"), (LocalTime(soon.hour, soon.minute),))
    one.register(replace(entry, times=(LocalTime(5, 30),)))
    one.register(entry)
    assert notes.arguments(_A_MINUTE_AND_MORE) == ["by the clock"]
    one.remove(entry.id)


if __name__ == "__main__":
    try:
        {"systemd": systemd, "cron": cron}[sys.argv[2]](Path(sys.argv[1]), *sys.argv[3:])
    except PsconnectError as error:
        raise AssertionError(error.values) from error
