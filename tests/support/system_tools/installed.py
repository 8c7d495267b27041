"""Puts such a tool first on PATH."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import pytest

_HERE = Path(__file__).parent


def install_tool(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let programs call the tool by its name; returns the folder of its state, in which a test may change something."""
    state, programs = folder / f"{name}-state", folder / "bin"
    for place in (state, programs):
        place.mkdir(exist_ok=True)
    program = programs / name
    call = shlex.join([sys.executable, "-S", "-E", str(_HERE / f"{name}.py"), str(state)])
    program.write_text(f'#!/bin/sh\nexec {call} "$@"\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    return state
