"""The record of the last green thorough run: tests/THOROUGH.md."""

from __future__ import annotations

import ctypes
import datetime as dt
import json
import os
import platform
import subprocess
import sys
from pathlib import Path


def record(checkout: Path, figures_file: Path, passed: int) -> None:
    """Writes tests/THOROUGH.md: which commit was tested when and where, and the figures that tests measured.

    Args:
        checkout: the checkout that was tested.
        figures_file: JSON list of [name, value, unit], as `record_figure` collected them.
        passed: number of tests.
    """
    figures = json.loads(figures_file.read_text(encoding="utf-8"))
    lines = [
        "# The last thorough run",
        "",
        "Written by `python3 dev.py test --thorough` after a green run; not edited by hand.",
        "",
        f"- Commit: {_commit(checkout)}",
        f"- Date: {dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC",
        f"- Tests passed: {passed}",
        f"- Machine: {os.cpu_count()} processors, {_memory_gib():.0f} GiB of memory, {platform.platform()}",
        f"- Python: {platform.python_version()}",
        "",
    ]
    if figures:
        lines += ["| figure | value | unit |", "|---|---:|---|"]
        lines += [f"| {name} | {value:,.6g} | {unit} |" for name, value, unit in figures]
    else:
        lines += ["No test recorded a figure."]
    report = checkout / "tests" / "THOROUGH.md"
    report.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    print(f"Recorded in {report}", flush=True)


def _commit(checkout: Path) -> str:
    """The commit's id, with a word on changes that are not in it; "unknown" outside of git."""
    try:
        commit = _git(checkout, "rev-parse", "HEAD")
        changed = _git(checkout, "status", "--porcelain", "--", ".", ":!tests/THOROUGH.md")
    except (OSError, subprocess.CalledProcessError):
        return "unknown (not a git checkout)"
    return f"{commit} with uncommitted changes" if changed else commit


def _git(checkout: Path, *args: str) -> str:
    done = subprocess.run(["git", *args], cwd=checkout, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _memory_gib() -> float:
    """Physical memory in GiB."""
    if sys.platform == "win32":
        kilobytes = ctypes.c_ulonglong()
        if not ctypes.windll.kernel32.GetPhysicallyInstalledSystemMemory(ctypes.byref(kilobytes)):
            return 0.0
        return kilobytes.value / 1024**2
    else:  # noqa: RET505 (without it, mypy takes one platform's branch for unreachable)
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
