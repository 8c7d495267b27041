"""``dev.py package``: what a district installs, made from this checkout for the system it runs on."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from workbench import linux_packages, mac_packages, signing, windows_packages
from workbench.errors import WorkbenchError
from workbench.freezing import freeze
from workbench.release import Release, release_of

_HERE = {"linux": "linux", "win32": "windows", "darwin": "macos"}


def package(checkout: Path, system: str) -> list[Path]:
    """Make the packages of a system (``linux``, ``windows``; empty: this one); returns them. Raises WorkbenchError."""
    here = _HERE.get(sys.platform, sys.platform)
    wanted = system or here
    if wanted not in _SYSTEMS:
        raise WorkbenchError(f"There are no packages for {wanted}; there are for {', '.join(_SYSTEMS)}.")
    if wanted != here:
        raise WorkbenchError(f"Packages for {wanted} are made on {wanted}: start this command there.")
    make, signs = _SYSTEMS[wanted]
    release = replace(release_of(checkout), signed=signs(os.environ))
    release.folder.mkdir(parents=True, exist_ok=True)
    made = make(release)
    _write_checksums(release, made)
    return made


def _linux(release: Release) -> list[Path]:
    frozen = freeze(release)
    return [linux_packages.make_archive(release, frozen), linux_packages.make_deb(release, frozen)]


def _windows(release: Release) -> list[Path]:
    frozen = freeze(release)
    icon = release.folder / "work" / "psconnect" / "psconnect.ico"
    return [windows_packages.make_setup(release, frozen, icon)]


def _macos(release: Release) -> list[Path]:
    return [mac_packages.make_image(release, freeze(release))]


def _never(_environ: Mapping[str, str]) -> bool:
    return False


def _write_checksums(release: Release, made: list[Path]) -> None:
    lines = [f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.name}\n" for one in made]
    (release.folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


_SYSTEMS: Mapping[str, tuple[Callable[[Release], list[Path]], Callable[[Mapping[str, str]], bool]]] = {
    "linux": (_linux, _never),
    "windows": (_windows, signing.signs),
    "macos": (_macos, mac_packages.signs),
}
"""System -> what makes its packages, and whether the environment has something to sign them with."""
