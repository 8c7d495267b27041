"""What the programs of Windows and macOS say of themselves in their properties: picture, name, version."""

from __future__ import annotations

import plistlib
import re
import sys
from pathlib import Path
from typing import Any

BUNDLE = "org.psconnect.psconnect"
"""The identifier of the application; the keychain of macOS keeps secrets by it and the signature."""
_VERSION = re.compile(r'^__version__ = "((\d+)\.(\d+)\.(\d+)[^"]*)"$', re.MULTILINE)


def of_programs(checkout: Path, work: Path) -> dict[str, Any]:
    """Arguments of PyInstaller's EXE for this system; none on Linux, where the desktop entry says it."""
    svg = checkout / "resources" / "brand" / "psconnect.svg"
    if sys.platform == "win32":
        from pictures import write_ico  # noqa: PLC0415 - Qt is of no use on Linux

        return {"icon": str(write_ico(svg, work / "psconnect.ico")), "version": _version_info(checkout)}
    if sys.platform == "darwin":
        from pictures import write_icns  # noqa: PLC0415 - as above

        return {"icon": str(write_icns(svg, work / "psconnect.icns"))}
    return {}


def info_plist(checkout: Path) -> dict[str, Any]:
    """What macOS is told of the application. PyInstaller knows two programs, and takes it for one without a window."""
    given = plistlib.loads((checkout / "packaging" / "macos" / "Info.plist").read_bytes())
    version = _version(checkout)[1]
    numbers = {"CFBundleShortVersionString": version, "CFBundleVersion": version}
    return {**given, **numbers, "CFBundleExecutable": "psconnectw", "LSBackgroundOnly": False}


def _version(checkout: Path) -> re.Match[str]:
    found = _VERSION.search((checkout / "psconnect" / "__init__.py").read_text(encoding="utf-8"))
    if found is None:
        raise SystemExit("psconnect/__init__.py has no version of three numbers.")
    return found


def _version_info(checkout: Path) -> Any:
    from PyInstaller.utils.win32 import versioninfo as win  # noqa: PLC0415 - Windows alone

    found = _version(checkout)
    numbers = (*map(int, found.groups()[1:]), 0)
    texts = {
        "CompanyName": "psconnect",
        "FileDescription": "psconnect",
        "FileVersion": found[1],
        "InternalName": "psconnect",
        "ProductName": "psconnect",
        "ProductVersion": found[1],
    }
    strings = [win.StringStruct(name, text) for name, text in texts.items()]
    return win.VSVersionInfo(
        ffi=win.FixedFileInfo(filevers=numbers, prodvers=numbers),
        kids=[
            win.StringFileInfo([win.StringTable("040904B0", strings)]),
            win.VarFileInfo([win.VarStruct("Translation", [0x409, 1200])]),
        ],
    )
