"""Missing packages of Debian and Ubuntu are installed as root, and otherwise named in one line."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from workbench import system

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Debian's tools are shell commands")

_DPKG_QUERY = """#!/bin/sh
for package in "$@"; do
  case $package in
    dbus) echo "dbus installed" ;;
    removed) echo "removed config-files" ;;
  esac
done
exit 1
"""

_APT_GET = """#!/bin/sh
echo "$DEBIAN_FRONTEND $*" >> "$APT_LOG"
case "$*" in *"$APT_FAILS"*) echo "E: made-up reason"; exit 100 ;; esac
"""


@pytest.fixture
def apt_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system on which dbus is installed; the file that lists the calls of apt-get, made by the first one."""
    for name, content in {"dpkg-query": _DPKG_QUERY, "apt-get": _APT_GET}.items():
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(content, encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("APT_LOG", str(tmp_path / "apt.log"))
    monkeypatch.setenv("APT_FAILS", "nothing fails")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return tmp_path / "apt.log"


def test_nothing_is_done_when_all_is_there(apt_log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert system.ensure(("dbus",)) is True
    assert not apt_log.exists()
    assert capsys.readouterr().out == ""


def test_root_gets_the_missing_ones_installed(apt_log: Path) -> None:
    assert system.ensure(("dbus", "removed", "unknown")) is True
    update, install = apt_log.read_text(encoding="utf-8").splitlines()
    assert update.startswith("noninteractive ")
    assert update.endswith(" update")
    assert install.endswith(" install --no-install-recommends removed unknown")
    assert " -y " in install


@pytest.mark.parametrize("step", ["update", "install"])
def test_what_apt_says_is_passed_on_when_it_fails(
    apt_log: Path, step: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("APT_FAILS", step)
    assert system.ensure(("unknown",)) is False
    said = capsys.readouterr().out
    assert f"apt-get {step} failed:\nE: made-up reason\n" in said
    assert "apt-get install unknown" in said
    assert len(apt_log.read_text(encoding="utf-8").splitlines()) == ["update", "install"].index(step) + 1


def test_others_are_told_in_one_line(
    apt_log: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert system.ensure(("dbus", "removed", "unknown")) is False
    assert capsys.readouterr().out == (
        "Missing system packages: removed unknown. Install them with: sudo apt-get install removed unknown\n"
    )
    assert not apt_log.exists()


def test_other_systems_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert system.ensure(("unknown",)) is True


@pytest.mark.parametrize(("variable", "screen"), [("DISPLAY", ":0"), ("WAYLAND_DISPLAY", "wayland-0")])
def test_a_screen_is_seen(variable: str, screen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert system.has_screen() is False
    monkeypatch.setenv(variable, screen)
    assert system.has_screen() is True
