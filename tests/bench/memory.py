"""How much memory a process has taken at most."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def peak_mb() -> float:
    """The most memory that this process has taken so far, in MB.

    Linux is asked for the peak of this program alone: what getrusage tells begins with that of the process that started
    it, which is that of a whole test run.
    """
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
        assert found
        return int(found[1]) / 1024
    import resource  # noqa: PLC0415 - not there on Windows, where this file is imported all the same

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
