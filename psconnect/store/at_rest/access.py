"""Who else on this computer may read a folder: POSIX modes, and Windows' access lists."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

_OTHERS = 0o077
_MOST = 10
_ACE = re.compile(r"\(([A-Z]+);[^;]*;([^;]*);[^;]*;[^;]*;([^;)]+)[^)]*\)")
_EVERYBODY = {
    *("WD", "BU", "AU", "BG", "AN", "IU", "NU", "DU", "DG"),
    *("S-1-1-0", "S-1-5-32-545", "S-1-5-11", "S-1-5-32-546", "S-1-5-7", "S-1-5-4", "S-1-5-2"),
}
"""Everyone, users, authenticated, guests, anonymous, interactive, network, the domain's users and guests: as SDDL
names them, by letters or by number, never by a word in the system's language."""
_ALLOWS = {"A", "XA", "OA"}


def readable_by_others(folder: Path) -> list[str]:
    """Files and folders of ours, the folder among them, that other users may read; the first ten.

    What lies in a folder that only its owner opens can't be reached by others, but a backup keeps its own mode.
    """
    found: list[str] = []
    for path in _all_in(folder):
        if open_to_others(path):
            found.append(str(path))
            if len(found) == _MOST:
                break
    return found


def _all_in(folder: Path) -> Iterator[Path]:
    if folder.exists():
        yield folder
        yield from sorted(folder.rglob("*"))


def open_to_others(path: Path) -> bool:
    """Whether others than the user, the system and administrators may read a file or folder."""
    if sys.platform == "win32":
        return sddl_lets_others_in(_sddl_of(str(path)))
    try:
        status = path.lstat()
    except OSError:
        return False
    return not path.is_symlink() and bool(status.st_mode & _OTHERS)


def sddl_lets_others_in(sddl: str) -> bool:
    """Whether an access list, as Windows writes it in SDDL, lets a group in that everybody is in.

    ``O:BAG:SYD:AI(A;OICIID;FA;;;SY)(A;OICIID;0x1200a9;;;BU)`` does: BU are all users of the computer. One without a
    list (``D:NO_ACCESS_CONTROL``) lets everybody in.
    """
    _owner, has_list, entries = sddl.partition("D:")
    if not has_list:
        return False
    if entries.startswith("NO_ACCESS_CONTROL"):
        return True
    return any(kind in _ALLOWS and who in _EVERYBODY for kind, _rights, who in _ACE.findall(entries.partition("S:")[0]))


def _sddl_of(path: str) -> str:
    """The access list of a file or folder; empty if it can't be read."""
    found = ""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - its windll is Windows' own
        from ctypes import wintypes  # noqa: PLC0415

        a_file, the_list, revision = 1, 4, 1
        descriptor, text = ctypes.c_void_p(), wintypes.LPWSTR()
        security, kernel = ctypes.windll.advapi32, ctypes.windll.kernel32
        asked = security.GetNamedSecurityInfoW(path, a_file, the_list, None, None, None, None, ctypes.byref(descriptor))
        if asked == 0 and security.ConvertSecurityDescriptorToStringSecurityDescriptorW(
            descriptor, revision, the_list, ctypes.byref(text), None
        ):
            found = str(text.value or "")
            kernel.LocalFree(text)
        kernel.LocalFree(descriptor)
    return found
