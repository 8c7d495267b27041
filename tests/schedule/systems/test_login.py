"""The start at login on each system: registered, read back, switched off by the user, removed."""

from __future__ import annotations

import plistlib
import subprocess
import sys
from pathlib import Path

import pytest

from psconnect.model.errors import LocalStorage
from psconnect.schedule.systems.autostart import Autostart
from psconnect.schedule.systems.here import VARIABLE
from psconnect.schedule.systems.login import start_at_login
from psconnect.schedule.systems.login_agent import LoginAgent
from psconnect.schedule.systems.login_item import LoginItem, LoginState
from psconnect.schedule.systems.run_key import APPROVED, RUN, RunKey

_HOME_ID = "1a2b3c4d" * 4
_COMMAND = ("/opt/my apps/psconnectw", "--home", 'Søn\'s "50 %" $HOME `x` \\ %f', "", "--tray")
_GENERATOR = Path("/usr/lib/systemd/user-generators/systemd-xdg-autostart-generator")


class MadeUpRegistry:
    """The user's registry in memory."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], str | bytes] = {}
        self.forbidden = False

    def read(self, key: str, name: str) -> str | bytes | None:
        return self.values.get((key, name))

    def write(self, key: str, name: str, text: str) -> None:
        if self.forbidden:
            raise PermissionError(13, "Zugriff verweigert")
        self.values[key, name] = text

    def delete(self, key: str, name: str) -> None:
        self.values.pop((key, name), None)


def check_login_item(item: LoginItem) -> None:
    assert item.read_back() is None
    item.remove()
    for command in (_COMMAND, _COMMAND[:1]):
        item.register(command)
        assert item.read_back() == LoginState(command)
    item.remove()
    assert item.read_back() is None


def test_windows() -> None:
    registry = MadeUpRegistry()
    item = RunKey("psconnect-tray-1a2b3c4d", registry)
    check_login_item(item)
    assert registry.values == {}


@pytest.mark.parametrize(("note", "on"), [(b"\x02" + bytes(11), True), (b"\x03" + bytes(11), False), (b"", True)])
def test_switched_off_in_the_task_manager(note: bytes, on: bool) -> None:
    registry = MadeUpRegistry()
    item = RunKey("psconnect", registry)
    item.register(_COMMAND)
    registry.values[APPROVED, "psconnect"] = note
    assert item.read_back() == LoginState(_COMMAND, enabled=on)
    item.register(_COMMAND)
    assert item.read_back() == LoginState(_COMMAND)
    assert registry.values.keys() == {(RUN, "psconnect")}


def test_a_policy_that_forbids_it() -> None:
    registry = MadeUpRegistry()
    registry.forbidden = True
    with pytest.raises(LocalStorage) as refused:
        RunKey("psconnect", registry).register(_COMMAND)
    assert refused.value.code == "PSC-SCHEDULE-REGISTRY"


def test_macos(moved_home: Path) -> None:
    item = start_at_login(_HOME_ID, {"HOME": str(moved_home)}, "darwin")
    assert isinstance(item, LoginAgent)
    check_login_item(item)
    item.register(_COMMAND)
    agent = plistlib.loads(item.file.read_bytes())
    assert agent["Label"] == item.file.stem
    assert (agent["RunAtLoad"], agent["ProcessType"], "KeepAlive" in agent) == (True, "Interactive", False)
    item.remove()
    assert not item.file.parent.exists()


def test_linux(moved_home: Path) -> None:
    item = start_at_login(_HOME_ID, {"HOME": str(moved_home)}, "linux")
    assert isinstance(item, Autostart)
    check_login_item(item)
    assert not item.file.parent.exists()
    other = start_at_login("5e6f7a8b" * 4, {"HOME": str(moved_home)}, "linux")
    item.register(_COMMAND)
    assert other.read_back() is None, "another home of the same user"


@pytest.mark.parametrize("line", ["Hidden=true", "X-GNOME-Autostart-enabled=false"])
def test_switched_off_in_the_desktops_settings(moved_home: Path, line: str) -> None:
    item = Autostart("psconnect-tray", {"HOME": str(moved_home)})
    item.register(_COMMAND)
    text = item.file.read_text(encoding="utf-8").replace("X-GNOME-Autostart-enabled=true\n", "")
    item.file.write_text(f"{text}{line}\n", encoding="utf-8")
    assert item.read_back() == LoginState(_COMMAND, enabled=False)


@pytest.mark.parametrize("damaged", ["", "x", "[Other]\nExec=x\n", "\x00"])
def test_a_damaged_file(moved_home: Path, damaged: str) -> None:
    item = Autostart("psconnect-tray", {"HOME": str(moved_home)})
    item.file.parent.mkdir()
    item.file.write_text(damaged)
    assert item.read_back() == LoginState((), enabled=False)


def test_none_where_there_is_to_be_none() -> None:
    assert start_at_login(_HOME_ID, {VARIABLE: "none"}) is None


@pytest.mark.skipif(sys.platform != "linux", reason="desktop files are Linux's")
def test_what_systemd_makes_of_the_desktop_file(moved_home: Path, tmp_path: Path) -> None:
    """Desktops start these files through systemd's own reader of them, which judges ours here.

    Of the specification's own way to write $, ` and backslashes it knows nothing; GLib's reader does.
    """
    item = Autostart("psconnect-tray", {"HOME": str(moved_home)})
    item.register(("/bin/echo", "--home", "/home/Søn's & Co; 50 %f", "", 'a "b"', "--tray"))
    subprocess.run([_GENERATOR, tmp_path, tmp_path, tmp_path], check=True)
    unit = next(tmp_path.glob("app-psconnect*tray@autostart.service")).read_text(encoding="utf-8")
    line = next(one for one in unit.splitlines() if one.startswith("ExecStart="))
    assert line == r"""ExecStart=:/bin/echo --home "/home/Søn's & Co; 50 %%f" "" "a \"b\"" --tray"""
