"""Windows: the frozen folder as a setup for one user. NSIS makes it, on Windows or on Linux."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.release import Release

SCRIPT = Path("packaging", "windows", "psconnect.nsi")


def make_setup(release: Release, frozen: Path, icon: Path) -> Path:
    """The setup of a folder that was frozen on Windows; raises WorkbenchError."""
    makensis = shutil.which("makensis")
    if makensis is None:
        raise WorkbenchError(
            "The setup is made by NSIS, and makensis is not on the path. Install NSIS 3, then start again."
        )
    target = release.folder / f"{release.name('windows')}.exe"
    given = {"VERSION": release.version, "SOURCE": frozen, "ICON": icon, "TARGET": target}
    defines = [f"-D{name}={value}" for name, value in given.items()]
    # NSIS makes 32-bit setups unless it is told; psconnect is 64-bit.
    command = [makensis, "-V2", "-WX", "-XTarget amd64-unicode", *defines, str(release.checkout / SCRIPT)]
    done = subprocess.run(
        command, env=os.environ | release.variables(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode != 0:
        raise WorkbenchError(f"NSIS could not make the setup:\n{done.stdout.decode(errors='replace').strip()}")
    return target
