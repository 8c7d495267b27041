"""No wait for a tool is unbounded, and each way in which one fails is a sentence."""

from __future__ import annotations

import getpass
from pathlib import Path

import pytest

from psconnect.model.errors import FixSettings, PsconnectError, TryLater
from psconnect.schedule.systems import here, systemd
from psconnect.schedule.systems.cron import Cron
from psconnect.schedule.systems.launchd import Launchd
from psconnect.schedule.systems.systemd import Systemd
from psconnect.schedule.systems.task_scheduler import TaskScheduler
from psconnect.schedule.systems.tools import ask
from psconnect.wording.errors import word


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "tool"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return program


def refused(program: Path, script: str) -> PsconnectError:
    program.write_text(f"#!/bin/sh\n{script}\n")
    with pytest.raises(PsconnectError) as error:
        ask(["tool"], seconds=0.3).done()
    assert word(error.value).happened
    return error.value


def test_ways_to_fail(tool: Path) -> None:
    said = refused(tool, "echo 'Zugriff verweigert.' >&2; exit 7")
    assert (said.key, said.values["code"], said.values["detail"]) == (
        "PSC-SCHEDULE-TOOL/refused",
        7,
        "Zugriff verweigert.",
    )
    assert refused(tool, "exit 1").key == "PSC-SCHEDULE-TOOL/refused-silently"
    silent = refused(tool, "exec sleep 30")
    assert isinstance(silent, TryLater)
    assert silent.key == "PSC-SCHEDULE-TOOL/silent"
    tool.chmod(0o600)
    with pytest.raises(FixSettings) as forbidden:
        ask([str(tool)])
    assert forbidden.value.key == "PSC-SCHEDULE-TOOL/not-started"
    tool.unlink()
    with pytest.raises(FixSettings) as missing:
        ask(["tool"])
    assert missing.value.key == "PSC-SCHEDULE-TOOL/missing"


def test_words_of_a_tool_are_asked_for_in_english_and_cut(tool: Path) -> None:
    tool.write_text('#!/bin/sh\necho "$LC_ALL"\n')
    assert ask(["tool"]).done().out == b"C\n"
    assert len(str(refused(tool, "printf '%02000d' 1 >&2; exit 1").values["detail"])) == 300


@pytest.mark.parametrize(
    ("chosen", "system", "kind"),
    [
        ("none", "linux", type(None)),
        ("cron", "darwin", Cron),
        ("", "darwin", Launchd),
        ("", "win32", TaskScheduler),
        ("systemd", "win32", Systemd),
    ],
)
def test_which_scheduler_a_computer_has(chosen: str, system: str, kind: type) -> None:
    assert isinstance(here.scheduler_here("1a2b", {here.VARIABLE: chosen}, system), kind)


def test_linux_with_and_without_systemd(tool: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(here, "_BOOTED", tmp_path)
    assert here.scheduler_here("1a2b", {}, "linux") is None
    tool.rename(tmp_path / "crontab")
    assert isinstance(here.scheduler_here("1a2b", {}, "linux"), Cron)
    (tmp_path / "systemctl").symlink_to(tmp_path / "crontab")
    assert isinstance(here.scheduler_here("1a2b", {}, "linux"), Systemd)
    monkeypatch.setattr(here, "_BOOTED", tmp_path / "not-booted-with-systemd")
    assert isinstance(here.scheduler_here("1a2b", {}, "linux"), Cron)


def test_a_scheduler_that_there_is_not() -> None:
    with pytest.raises(FixSettings) as wrong:
        here.scheduler_here("1a2b", {here.VARIABLE: "at"})
    assert wrong.value.code == "PSC-SCHEDULE-CHOICE"


def test_a_user_who_lingers_is_served_while_logged_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systemd, "LINGER", tmp_path)
    assert not Systemd("1a2b").runs_logged_out
    (tmp_path / getpass.getuser()).touch()
    assert Systemd("1a2b").runs_logged_out
