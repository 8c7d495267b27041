"""psconnect as a folder with everything it needs: frozen by PyInstaller, with licences and a bill of materials."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from workbench.environment import FREEZE, Environment
from workbench.errors import WorkbenchError
from workbench.release import Release

SPEC = Path("packaging", "freeze", "psconnect.spec")
CONTENTS = Path("packaging", "freeze", "contents.py")


def freeze(release: Release) -> Path:
    """Freeze the checkout's psconnect for this system; returns the folder with the programs, or macOS' application.

    Raises:
        WorkbenchError: PyInstaller failed, or something is inside that may not be; the text says what.
    """
    environment = Environment(release.checkout, FREEZE)
    environment.ensure("freeze")
    work = release.folder / "work"
    frozen = release.folder / "psconnect"
    app = release.folder / "psconnect.app"
    for old in (frozen, app):
        shutil.rmtree(old, ignore_errors=True)
    paths = ["--distpath", str(release.folder), "--workpath", str(work)]
    spec = str(release.checkout / SPEC)
    _run(environment, release, "-m", "PyInstaller", "--noconfirm", "--clean", "--log-level", "WARN", *paths, spec)
    contents, made = str(release.checkout / CONTENTS), app / "Contents" / "Resources" if app.exists() else frozen
    _run(environment, release, contents, str(made), str(work / "psconnect" / "COLLECT-00.toc"), release.version)
    return app if app.exists() else frozen


def _run(environment: Environment, release: Release, *arguments: str) -> None:
    variables = {**environment.variables(), **release.variables()}
    # The checkout is on the path of the spec alone: psconnect is never imported by what freezes it.
    variables.pop("PYTHONPATH", None)
    command = [str(environment.python), *arguments]
    done = subprocess.run(command, cwd=release.checkout, env=os.environ | variables, check=False)
    if done.returncode != 0:
        raise WorkbenchError("The program could not be frozen; see above.")
