"""Linux: the frozen folder as an archive to unpack anywhere, and as a package of Debian and Ubuntu."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import tarfile
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.release import Release

_SHARED = {
    "packaging/linux/psconnect.desktop": "applications/psconnect.desktop",
    "packaging/linux/psconnect.metainfo.xml": "metainfo/psconnect.metainfo.xml",
    "resources/brand/psconnect.svg": "icons/hicolor/scalable/apps/psconnect.svg",
}
_PLACE = Path("opt", "psconnect")
# What the program takes from the system: the C library it was made with, what draws, fonts, and time zones.
_DEPENDS = (
    "libc6 (>= {glibc})",
    *("libegl1", "libgl1", "libxcb1", "libx11-6", "libx11-xcb1", "libwayland-client0"),
    *("fontconfig", "fonts-dejavu-core | fonts-noto-core", "tzdata"),
)
_CONTROL = """\
Package: psconnect
Version: {version}
Architecture: {architecture}
Maintainer: psconnect <psconnect@localhost>
Installed-Size: {size}
Depends: {depends}
Recommends: gnome-keyring | kwalletmanager | keepassxc, xdg-utils
Section: education
Priority: optional
Description: Connect PowerSchool SIS to the other systems of a school district
 psconnect reads the roster from PowerSchool, shows what would change in the
 other system, waits for an approval if a change looks wrong, delivers, and
 reports what was left out and why.
"""


def make_archive(release: Release, frozen: Path) -> Path:
    """``.tar.xz`` with one folder; the files that desktops read are in its ``share``."""
    _share(release, frozen / "share")
    target = release.folder / f"{release.name('linux')}.tar.xz"

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        entry.mtime = release.date
        entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
        return entry

    with tarfile.open(target, "w:xz", format=tarfile.PAX_FORMAT, preset=6) as archive:
        # tarfile adds what is in a folder sorted by name.
        archive.add(frozen, arcname=f"psconnect-{release.version}", filter=plain)
    return target


def make_deb(release: Release, frozen: Path) -> Path:
    """``.deb``: the folder in /opt, both programs in /usr/bin, and what desktops read in /usr/share."""
    if shutil.which("dpkg-deb") is None:
        raise WorkbenchError("A .deb is made with dpkg-deb, which is not here. On Debian and Ubuntu it always is.")
    root = release.folder / "deb"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(frozen, root / _PLACE, symlinks=True, ignore=shutil.ignore_patterns("share"))
    _share(release, root / "usr" / "share")
    _link_programs(root)
    shutil.copytree(frozen / "licences", root / "usr" / "share" / "doc" / "psconnect" / "licences")
    size = sum(one.stat().st_size for one in root.rglob("*") if one.is_file()) // 1024
    control = root / "DEBIAN" / "control"
    control.parent.mkdir()
    filled = {"version": release.version, "architecture": _architecture(), "size": size}
    depends = ", ".join(_DEPENDS).format(glibc=platform.libc_ver()[1])
    control.write_text(_CONTROL.format(**filled, depends=depends), encoding="utf-8")
    _plain(root, release.date)
    target = release.folder / f"{release.name('linux')}.deb"
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(root), str(target)]
    done = subprocess.run(command, env=os.environ | release.variables(), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise WorkbenchError(f"dpkg-deb failed: {done.stderr.strip()}")
    return target


def _share(release: Release, share: Path) -> None:
    for source, place in _SHARED.items():
        (share / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(release.checkout / source, share / place)


def _link_programs(root: Path) -> None:
    programs = root / "usr" / "bin"
    programs.mkdir(parents=True)
    for name in ("psconnect", "psconnectw"):
        (programs / name).symlink_to(Path("/", _PLACE, name))


def _architecture() -> str:
    done = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _plain(root: Path, date: int) -> None:
    """The same rights and times whoever builds it."""
    for path in [root, *root.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        os.utime(path, (date, date), follow_symlinks=False)
