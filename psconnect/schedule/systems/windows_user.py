"""Who is signed in to Windows."""

from __future__ import annotations

import sys

_SAM_COMPATIBLE = 2
_LONGEST = 512


def windows_user() -> str:
    r"""The user as ``DOMAIN\name`` (GetUserNameEx), which tasks and login triggers name; only on Windows."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - only Windows has these libraries
        from ctypes import wintypes  # noqa: PLC0415 - same

        buffer = ctypes.create_unicode_buffer(_LONGEST)
        size = wintypes.ULONG(_LONGEST)
        if not ctypes.windll.secur32.GetUserNameExW(_SAM_COMPATIBLE, buffer, ctypes.byref(size)):
            raise ctypes.WinError()
        return buffer.value
    raise OSError("only Windows has such users")
