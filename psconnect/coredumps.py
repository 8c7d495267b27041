"""No picture of this process is left on the disk when it crashes: secrets and people's data are in its memory."""

from __future__ import annotations

import ctypes
import sys

_PR_SET_DUMPABLE = 4
_NO_REPORT = 0x0001 | 0x0002
"""Windows' SEM_FAILCRITICALERRORS and SEM_NOGPFAULTERRORBOX: Error Reporting is not started, so it writes no dump."""


def forbid() -> None:
    """Write no core file, whatever happens; to be called before a secret is read."""
    if sys.platform == "win32":
        ctypes.windll.kernel32.SetErrorMode(_NO_REPORT)
        return
    import resource  # noqa: PLC0415 - there is none on Windows

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # The limit is for files alone; a program that collects crashes (apport, systemd) gets a core all the same.
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
