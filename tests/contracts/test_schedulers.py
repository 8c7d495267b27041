"""Every system's scheduler keeps to the contract, with its tools as they are documented; the real ones that can run
here are tried in tests/schedule/systems."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from psconnect.schedule.systems.cron import Cron
from psconnect.schedule.systems.launchd import Launchd
from psconnect.schedule.systems.task_scheduler import TaskScheduler
from psconnect.schedule.systems.windows_arguments import split
from tests.contracts.scheduler_contract import HOME, OTHER_HOME, SchedulerCase, check_scheduler
from tests.support.schedulers import MadeUpScheduler
from tests.support.system_tools.installed import install_tool


def kept(*folders: Path) -> Callable[[], object]:
    def trace() -> object:
        files = [file for folder in folders for file in folder.rglob("*") if file.name != "started"]
        return sorted((str(file), b"" if file.is_dir() else file.read_bytes()) for file in files)

    return trace


def test_a_made_up_one() -> None:
    started: list[list[str]] = []
    scheduler = MadeUpScheduler(on_start=lambda entry: started.append([*entry.command[1:]]))
    other = MadeUpScheduler()
    trace = lambda: dict(scheduler.entries)  # noqa: E731 - a function of one expression
    check_scheduler(SchedulerCase(scheduler, other, ("/opt/psconnectw",), lambda: started[-1], trace))


@pytest.mark.parametrize("code_page", ["", "cp437"])
def test_task_scheduler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code_page: str) -> None:
    state = install_tool("schtasks", tmp_path, monkeypatch)
    if code_page:
        (state / "code-page").write_text(code_page)

    def started() -> list[str]:
        program, arguments = (state / "started").read_text(encoding="utf-8").split("\n", 1)
        assert program == r"\\server\Prögramme\psconnectw.exe"
        return list(split(arguments))

    one, other = (TaskScheduler(home, user=lambda: "SCHULE\\Jörg Ångström") for home in (HOME, OTHER_HOME))
    case = SchedulerCase(one, other, (r"\\server\Prögramme\psconnectw.exe",), started, kept(state))
    check_scheduler(case)


def test_launchd(tmp_path: Path, moved_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = install_tool("launchctl", tmp_path, monkeypatch)
    monkeypatch.setattr("psconnect.schedule.systems.launchd._TRY_SECONDS", 0.01)
    started = lambda: (state / "started").read_text(encoding="utf-8").split("\n")[1:]  # noqa: E731
    trace = kept(state, moved_home)
    check_scheduler(SchedulerCase(Launchd(HOME), Launchd(OTHER_HOME), ("/Apps/ps connect",), started, trace))


@pytest.mark.parametrize("own", [b"", b"# mine\n*/5 * * * * echo \xff 50\\% \t\n\n@reboot x\n"])
def test_cron(tmp_path: Path, moved_home: Path, monkeypatch: pytest.MonkeyPatch, own: bytes) -> None:
    """The tool only keeps the table: what the shell makes of its line is asked of the shell itself."""
    state = install_tool("crontab", tmp_path, monkeypatch)
    if own:
        (state / "table").write_bytes(own)

    def started() -> list[str]:
        lines = (state / "table").read_text(errors="replace").splitlines()
        command = next(one for one in lines if "$HOME 50" in one).split(" ", 5)[5].replace("\\%", "%")
        shown = command.replace(">/dev/null 2>&1", "").replace("/opt/psconnectw", "printf '%s\\n'")
        return subprocess.run(["/bin/sh", "-c", shown], capture_output=True, text=True, check=True).stdout.splitlines()

    trace = kept(state, moved_home)
    check_scheduler(SchedulerCase(Cron(HOME), Cron(OTHER_HOME), ("/opt/psconnectw",), started, trace))
