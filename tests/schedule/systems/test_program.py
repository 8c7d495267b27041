"""Which command line an entry gets, and that it starts psconnect without a console and for the right home."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from psconnect.cli import windowless
from psconnect.model.errors import FixSettings
from psconnect.schedule.systems.program import Installation, own_command, this_installation
from psconnect.store.settings.home import Home, find_home, home_at
from tests.support.home import CHECKOUT

_USERS = find_home({})


def installation(folder: Path, *files: str, system: str = "linux") -> Installation:
    for file in files:
        place = folder / file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    return Installation(folder / files[0], folder / "bin", folder / "psconnect", system=system)


def test_an_installed_one(tmp_path: Path) -> None:
    here = installation(tmp_path, "bin/python", "bin/psconnectw", "psconnect/__main__.py")
    assert own_command(_USERS, ["sync", "x"], here) == (str(tmp_path / "bin" / "psconnectw"), "sync", "x")


def test_an_installed_one_on_windows(tmp_path: Path) -> None:
    here = installation(tmp_path, "bin/python.exe", "bin/psconnectw.exe", system="win32")
    assert own_command(_USERS, [], here) == (str(tmp_path / "bin" / "psconnectw.exe"),)


def test_a_program_of_its_own(tmp_path: Path) -> None:
    here = replace(installation(tmp_path, "app/psconnect.exe", "app/psconnectw.exe", system="win32"), frozen=True)
    assert own_command(_USERS, [], here) == (str(tmp_path / "app" / "psconnectw.exe"),)
    (tmp_path / "app" / "psconnectw.exe").unlink()
    with pytest.raises(FixSettings) as missing:
        own_command(_USERS, [], here)
    assert missing.value.code == "PSC-SCHEDULE-PROGRAM"


def test_a_checkout_on_windows(tmp_path: Path) -> None:
    here = installation(tmp_path, "s/python.exe", "s/pythonw.exe", "psconnect/__main__.py", system="win32")
    main = str(tmp_path / "psconnect" / "__main__.py")
    assert own_command(_USERS, ["x"], here) == (str(tmp_path / "s" / "pythonw.exe"), main, "x")


def test_a_home_that_was_moved_is_named(tmp_path: Path) -> None:
    here = installation(tmp_path, "bin/python", "bin/psconnectw")
    command = own_command(home_at(tmp_path / "my home"), ["sync", "x"], here)
    assert command[1:] == ("--home", str(tmp_path / "my home"), "sync", "x")
    scattered = Home(tmp_path / "a", tmp_path / "b", tmp_path / "c", tmp_path / "d")
    with pytest.raises(FixSettings) as wrong:
        own_command(scattered, [], here)
    assert wrong.value.code == "PSC-SCHEDULE-HOME"


def test_this_checkout_starts_from_anywhere_with_next_to_no_variables(tmp_path: Path) -> None:
    """As a scheduler starts it: another folder, no PYTHONPATH, no streams; it finds its home, and its own modules."""
    checkout = replace(this_installation(), scripts=tmp_path, package=CHECKOUT / "psconnect")
    command = own_command(home_at(tmp_path / "my home"), ["connection", "list", "--json"], checkout)
    assert command[:2] == (sys.executable, str(CHECKOUT / "psconnect" / "__main__.py"))
    variables = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    ended = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, check=False, timeout=60)
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == {"connections": []}
    assert (tmp_path / "my home" / "logs").is_dir()


def test_without_streams(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows gives psconnectw no streams at all."""
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    code = windowless.main(["connection", "show", "nobody"])
    opened = [sys.stdin, sys.stdout, sys.stderr]
    assert code == 2
    assert all(stream.name == os.devnull for stream in opened)
    for stream in opened:
        stream.close()


def test_the_windowless_entry_point_is_declared() -> None:
    import tomllib  # noqa: PLC0415 - for this test alone

    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["gui-scripts"] == {"psconnectw": "psconnect.cli.windowless:main"}
