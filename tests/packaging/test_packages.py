"""Packages that are made here: named, dated and filled as they say, and the same twice; of a small made-up folder."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.support.home import CHECKOUT
from workbench.errors import WorkbenchError
from workbench.linux_packages import make_archive, make_deb
from workbench.package import package
from workbench.release import Release, release_of
from workbench.windows_packages import make_setup

_DATE = 1_750_000_000
_LINUX = CHECKOUT / "packaging" / "linux"
only_linux = pytest.mark.skipif(sys.platform != "linux", reason="made with Debian's own tools")


@pytest.fixture
def release(tmp_path: Path) -> Release:
    """A release of a checkout that has only what packages take from it."""
    checkout = tmp_path / "checkout"
    for part in ("packaging/linux", "packaging/windows", "resources/brand"):
        (checkout / part).mkdir(parents=True)
        for file in (CHECKOUT / part).iterdir():
            (checkout / part / file.name).write_bytes(file.read_bytes())
    made = Release(checkout, "1.2.3", _DATE)
    made.folder.mkdir(parents=True)
    return made


def _frozen(folder: Path) -> Path:
    (folder / "_internal").mkdir(parents=True)
    (folder / "licences" / "httpx").mkdir(parents=True)
    (folder / "licences" / "httpx" / "LICENSE").write_text("BSD", encoding="utf-8")
    (folder / "_internal" / "base.zip").write_bytes(b"library")
    for name in ("psconnect", "psconnectw"):
        (folder / name).write_bytes(b"#!/bin/sh\necho 1.2.3\n")
        (folder / name).chmod(0o700)
    return folder


def test_the_version_is_the_programs_own_and_the_date_the_last_commits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(_DATE))
    found = release_of(CHECKOUT)
    assert (found.version, found.date) == ("0.1.0", _DATE)
    assert found.name("linux").endswith("-unsigned")
    assert not Release(CHECKOUT, "1.0", _DATE, signed=True).name("linux").endswith("-unsigned")


def test_no_package_is_made_for_another_system() -> None:
    other = "windows" if sys.platform != "win32" else "linux"
    with pytest.raises(WorkbenchError):
        package(CHECKOUT, other)


@only_linux
def test_the_archive_is_the_same_whoever_makes_it_and_when(release: Release, tmp_path: Path) -> None:
    first = make_archive(release, _frozen(tmp_path / "one" / "psconnect")).read_bytes()
    other = _frozen(tmp_path / "two" / "psconnect")
    for path in other.rglob("*"):
        os.utime(path, (1, 1))
    assert make_archive(release, other).read_bytes() == first

    with tarfile.open(release.folder / f"{release.name('linux')}.tar.xz") as archive:
        entries = {entry.name: entry for entry in archive}
    assert all(name.split("/")[0] == "psconnect-1.2.3" for name in entries)
    assert {entry.mtime for entry in entries.values()} == {_DATE}
    assert {entry.uname for entry in entries.values()} == {"root"}
    assert entries["psconnect-1.2.3/psconnectw"].mode == 0o755
    assert entries["psconnect-1.2.3/_internal/base.zip"].mode == 0o644
    assert "psconnect-1.2.3/share/applications/psconnect.desktop" in entries


@only_linux
def test_the_debian_package_is_the_same_twice_and_keeps_to_its_places(release: Release, tmp_path: Path) -> None:
    first = make_deb(release, _frozen(tmp_path / "one" / "psconnect")).read_bytes()
    made = make_deb(release, _frozen(tmp_path / "two" / "psconnect"))
    assert made.read_bytes() == first

    unpacked = tmp_path / "unpacked"
    subprocess.run(["dpkg-deb", "--raw-extract", made, unpacked], check=True)
    there = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if not path.is_dir()}
    places = ("DEBIAN/", "opt/psconnect/", "usr/bin/psconnect", "usr/share/")
    assert [one for one in there if not one.startswith(places)] == []
    assert (unpacked / "usr/bin/psconnectw").readlink() == Path("/opt/psconnect/psconnectw")
    assert not [one for one in there if one.startswith("DEBIAN/") and one != "DEBIAN/control"], "nothing runs as root"
    listed = subprocess.run(["dpkg-deb", "--contents", made], capture_output=True, text=True, check=True).stdout
    assert {line.split()[1] for line in listed.splitlines()} == {"root/root"}
    shown = subprocess.run(["dpkg-deb", "--field", made, "Version"], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "1.2.3"


@only_linux
def test_desktops_take_the_entry_and_the_description() -> None:
    entry = ["desktop-file-validate", str(_LINUX / "psconnect.desktop")]
    # There is no domain yet that the id could be named after.
    described = ["appstreamcli", "validate", "--no-net", "--override=cid-desktopapp-is-not-rdns=info"]
    for command in (entry, [*described, str(_LINUX / "psconnect.metainfo.xml")]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, "error" in done.stdout + done.stderr) == (0, False), done.stdout + done.stderr


ICON = CHECKOUT / "tests" / "packaging" / "plain.ico"


@only_linux
def test_the_setup_for_windows_is_a_64_bit_program_that_asks_for_no_administrator(
    release: Release, tmp_path: Path
) -> None:
    """That it installs is tried under Wine (docs/installing.md)."""
    frozen = _frozen(tmp_path / "psconnect")
    for name in ("psconnect", "psconnectw"):
        (frozen / name).rename(frozen / f"{name}.exe")
    setup = make_setup(release, frozen, ICON)
    assert setup.name == f"{release.name('windows')}.exe"
    held = setup.read_bytes()
    head = int.from_bytes(held[0x3C:0x40], "little")
    assert (held[:2], held[head : head + 6]) == (b"MZ", b"PE\0\0\x64\x86")
    assert b'requestedExecutionLevel level="asInvoker"' in held
    assert b"requireAdministrator" not in held
    again = make_setup(release, frozen, ICON).read_bytes()
    assert len(again) == len(held)


@only_linux
def test_a_setup_that_nsis_refuses_is_told(release: Release, tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="NSIS"):
        make_setup(release, tmp_path / "not-there", ICON)
