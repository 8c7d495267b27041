"""Windows: the frozen folder as a setup for one user. NSIS makes it, on Windows or on Linux."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.release import Release
from workbench.signing import sign

PROGRAMS = ("psconnect.exe", "psconnectw.exe")
UNINSTALLER = (sys.executable, str(Path(__file__).with_name("signing.py")))
"""The command that NSIS signs the uninstaller with, whose name stands behind it."""
SCRIPT = Path("packaging", "windows", "psconnect.nsi")
_PATH = {"PYTHONPATH": str(Path(__file__).parents[1])}
"""With which NSIS finds what signs the uninstaller."""


def make_setup(release: Release, frozen: Path, icon: Path) -> Path:
    """The setup of a folder that was frozen on Windows; raises WorkbenchError."""
    makensis = shutil.which("makensis")
    if makensis is None:
        raise WorkbenchError(
            "The setup is made by NSIS, and makensis is not on the path. Install NSIS 3, then start again."
        )
    target = release.folder / f"{release.name('windows')}.exe"
    given: dict[str, object] = {"VERSION": release.version, "SOURCE": frozen, "ICON": icon, "TARGET": target}
    if release.signed:
        for program in PROGRAMS:
            sign(frozen / program, os.environ)
        given["SIGN"] = " ".join(f'"{part}"' for part in UNINSTALLER)
    defines = [f"-D{name}={value}" for name, value in given.items()]
    # NSIS makes 32-bit setups unless it is told; psconnect is 64-bit.
    command = [makensis, "-V2", "-WX", "-XTarget amd64-unicode", *defines, str(release.checkout / SCRIPT)]
    variables = os.environ | release.variables() | _PATH
    done = subprocess.run(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise WorkbenchError(f"NSIS could not make the setup:\n{done.stdout.decode(errors='replace').strip()}")
    if release.signed:
        sign(target, os.environ)
    return target
