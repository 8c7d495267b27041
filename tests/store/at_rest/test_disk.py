"""Whether a disk is encrypted, asked on made-up computers: never a false "on"."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PureWindowsPath

import pytest

from psconnect.store.at_rest.computer import Computer, run_quietly
from psconnect.store.at_rest.disk import disk_encryption


class Machine:
    """A Linux whose block devices are made up: ``device("254:0", "dm-0", uuid="CRYPT-…", on=["259:2"])``."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "proc" / "self").mkdir(parents=True)
        (root / "sys" / "dev" / "block").mkdir(parents=True)

    def device(self, number: str, name: str, uuid: str = "", on: Sequence[str] = ()) -> None:
        place = self.root / "sys" / "devices" / name
        (place / "slaves").mkdir(parents=True)
        if uuid:
            (place / "dm").mkdir()
            (place / "dm" / "uuid").write_text(f"{uuid}\n")
        for below in on:
            target = (self.root / "sys" / "dev" / "block" / below).resolve()
            (place / "slaves" / target.name).symlink_to(target)
        (self.root / "sys" / "dev" / "block" / number).symlink_to(place)

    def state(self, device: str, kind: str = "ext4", source: str = "/dev/x") -> str:
        line = f"25 1 {device} / / rw,relatime - {kind} {source} rw\n"
        (self.root / "proc" / "self" / "mountinfo").write_text(line)
        return disk_encryption(self.root, Computer("linux", {}, root=self.root))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "machine")


def test_linux_disks(machine: Machine) -> None:
    machine.device("8:1", "sda1")
    machine.device("8:2", "sda2")
    machine.device("254:0", "dm-0", "CRYPT-LUKS2-3f2a-luks", ["8:1"])
    machine.device("254:1", "dm-1", "LVM-abcdef", ["254:0"])
    machine.device("254:2", "dm-2", "LVM-abcdef", ["254:0", "8:2"])
    machine.device("254:3", "dm-3", "LVM-abcdef", ["8:2"])
    machine.device("7:0", "loop0")
    assert machine.state("8:1") == "off"
    assert machine.state("254:0") == "on"
    assert machine.state("254:1") == "on", "LVM on LUKS"
    assert machine.state("254:2") == "off", "one part of the volume is not encrypted"
    assert machine.state("254:3") == "off"
    assert machine.state("7:0") == "unknown", "a file on a disk that nobody knows"
    assert machine.state("0:35", "zfs", "pool/home") == "unknown"
    assert machine.state("0:35", "btrfs", "/dev/not-there") == "unknown"
    assert machine.state("0:36", "ecryptfs", "/home/.x") == "on"
    assert machine.state("0:37", "overlay", "overlay") == "unknown"


def test_a_linux_that_does_not_say(tmp_path: Path) -> None:
    assert disk_encryption(tmp_path, Computer("linux", {}, root=tmp_path)) == "unknown"


def test_this_computer_answers() -> None:
    assert disk_encryption(Path(__file__)) in ("on", "off", "unknown")


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("FileVault is On.\n", "on"),
        ("FileVault is Off.\n", "off"),
        ("FileVault is Off.\nEncryption in progress: Percent completed = 12\n", "unknown"),
        ("FileVault is On.\nDecryption in progress: Percent completed = 12\n", "unknown"),
        ("FileVault is Off, but will be enabled after the next restart.\n", "unknown"),
        ("", "unknown"),
    ],
)
def test_filevault(tmp_path: Path, answer: str, state: str) -> None:
    asked: list[Sequence[str]] = []

    def run(command: Sequence[str]) -> str:
        asked.append(command)
        return answer

    assert disk_encryption(tmp_path, Computer("darwin", {}, run=run)) == state
    assert asked == [["/usr/bin/fdesetup", "status"]]
    assert disk_encryption(Path("/Volumes/Stick/data"), Computer("darwin", {}, run=run)) == "unknown"


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        *[(str(value), "unknown") for value in (0, 3, 4, 5, 7, 8)],
        ("1\r\n", "on"),
        ("6", "on"),
        ("2", "off"),
        ("", "unknown"),
    ],
)
def test_bitlocker(answer: str, state: str) -> None:
    asked: list[Sequence[str]] = []

    def run(command: Sequence[str]) -> str:
        asked.append(command)
        return answer

    computer = Computer("win32", {"SystemRoot": r"C:\Windows"}, run=run)
    assert disk_encryption(PureWindowsPath(r"D:\psconnect"), computer) == state  # type: ignore[arg-type]
    assert asked[0][0] == r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"
    assert "NameSpace('D:\\')" in asked[0][-1]
    assert disk_encryption(PureWindowsPath(r"\\server\share\x"), computer) == "unknown"  # type: ignore[arg-type]


def test_a_program_that_is_not_there_or_fails_says_nothing() -> None:
    assert run_quietly(["/nowhere/fdesetup", "status"]) == ""
    assert run_quietly(["false"]) == ""
    assert run_quietly(["echo", "yes"]) == "yes\n"
