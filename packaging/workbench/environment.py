"""The checkout's own virtual environments with exactly what a lock file names: `.venv`, and one for other programs.

A stamp in it says for which Python, place and locks it was made. It is written last, so an environment without a stamp
(a start that was killed) or with another one is made anew.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench import system
from workbench.errors import WorkbenchError
from workbench.exclusive import exclusive

# Settings of pip that would send the packages elsewhere, or would not let it work in a virtual environment.
_PIP_SETTINGS_DROPPED = (
    "PIP_CONSTRAINT",
    "PIP_NO_BINARY",
    "PIP_PREFIX",
    "PIP_REQUIRE_VIRTUALENV",
    "PIP_ROOT",
    "PIP_TARGET",
    "PIP_USER",
)

LOCKS = Path("packaging", "locks")
"""Where a checkout keeps its lock files."""

JUDGES = ".venv.judges"
"""The environment of clients by others that judge the demo server: psconnect's own never sees their libraries."""

DOCS = ".venv.docs"
"""The environment that makes the documentation's pages of docs."""

FREEZE = ".venv.freeze"
"""The environment in which psconnect is frozen: what it runs with, and what freezes it."""

# Installing one lock brings all of these.
_BRINGS = {
    "run": ("run",),
    "dev": ("dev", "run"),
    "judges": ("judges",),
    "docs": ("docs",),
    "freeze": ("freeze", "run"),
}

# The judges' lock leaves out what is there as source alone and is never imported by what the tests call.
_OPTIONS = {"judges": ("--no-deps",)}


@dataclass(frozen=True)
class Environment:
    """A virtual environment of one checkout; `folder` is the checkout, `name` that of the environment in it."""

    folder: Path
    name: str = ".venv"
    _venv: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_venv", self.folder / self.name)

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self._programs / ("python.exe" if sys.platform == "win32" else "python")

    def program(self, name: str) -> str:
        """A program that a package brought, as text for a command line."""
        return str(self._programs / (f"{name}.exe" if sys.platform == "win32" else name))

    def has_package(self, name: str) -> bool:
        """Whether an importable top-level package is installed."""
        return any(self._venv.glob(f"lib/python3.*/site-packages/{name}")) or any(
            self._venv.glob(f"Lib/site-packages/{name}")
        )

    def variables(self) -> dict[str, str]:
        """Environment variables for programs of this checkout: they find its code, and no other's."""
        dropped = {"PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__"}
        kept = {name: value for name, value in os.environ.items() if name not in dropped}
        return kept | {"PYTHONPATH": str(self.folder)}

    def ensure(self, lock: str) -> None:
        """Makes the environment hold what `<lock>.txt` in `LOCKS` names; instant when it does.

        Raises:
            WorkbenchError: it could not be made; the text says why.
        """
        if self._holds(lock):
            return
        with exclusive(
            self.folder / f"{self.name}.lock",
            lambda: print("Another start is preparing the environment; waiting for it.", flush=True),
        ):
            if self._holds(lock):
                return
            stamp = self._stamp()
            if stamp is None or stamp["locks"] != self._digests(stamp["locks"]):
                self._make_anew()
                stamp = {**self._identity(), "locks": {}}
            self._stamp_file.unlink(missing_ok=True)
            self._install(lock)
            stamp["locks"] |= self._digests(_BRINGS[lock])
            _write_whole(self._stamp_file, json.dumps(stamp))

    @property
    def _programs(self) -> Path:
        return self._venv / ("Scripts" if sys.platform == "win32" else "bin")

    @property
    def _stamp_file(self) -> Path:
        return self._venv / "psconnect-stamp.json"

    def _lock_file(self, lock: str) -> Path:
        return self.folder / LOCKS / f"{lock}.txt"

    def _digests(self, locks: Iterable[str]) -> dict[str, str]:
        return {lock: hashlib.sha256(self._lock_file(lock).read_bytes()).hexdigest() for lock in locks}

    def _identity(self) -> dict[str, Any]:
        version = ".".join(str(part) for part in sys.version_info[:3])
        return {"python": version, "base": sys.base_prefix, "place": str(self.folder)}

    def _stamp(self) -> dict[str, Any] | None:
        """The stamp, if it is whole and of this Python and place."""
        try:
            stamp = json.loads(self._stamp_file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        fits = self.python.exists() and isinstance(stamp, dict) and isinstance(stamp.get("locks"), dict)
        return stamp if fits and stamp.items() >= self._identity().items() else None

    def _holds(self, lock: str) -> bool:
        stamp = self._stamp()
        return stamp is not None and stamp["locks"].items() >= self._digests([lock]).items()

    def _make_anew(self) -> None:
        self._remove()
        base = getattr(sys, "_base_executable", None) or sys.executable
        command = [base, "-m", "venv", str(self._venv)]
        if not _has_ensurepip():
            if _has_pip():
                command.append("--without-pip")
            elif not system.ensure(system.for_venv()):
                raise WorkbenchError(
                    "This Python can't make virtual environments: it has neither ensurepip nor pip. "
                    "Install what is named above, then start again."
                )
        made = subprocess.run(command, capture_output=True, text=True, check=False, close_fds=False)
        if made.returncode != 0:
            raise WorkbenchError(f"{made.stdout}{made.stderr}\nThe virtual environment {self._venv} can't be made.")

    def _remove(self) -> None:
        try:
            if self._venv.is_symlink():
                self._venv.unlink()
            elif self._venv.exists():
                shutil.rmtree(self._venv)
        except OSError as error:
            raise WorkbenchError(
                f"{self._venv} has to be made anew, but can't be removed ({error.strerror}). "
                "Close psconnect and every program that was started from it, then start again."
            ) from error

    def _install(self, lock: str) -> None:
        print(f"Preparing the environment (once, about a minute): {lock}.txt", flush=True)
        # Without a pip of its own, that of the outer Python works on it.
        pip = [str(self.python), "-m", "pip"]
        if not self.has_package("pip"):
            pip = [sys.executable, "-m", "pip", "--python", str(self.python)]
        options = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-warn-script-location"]
        options += ["--require-hashes", "--only-binary", ":all:", *_OPTIONS.get(lock, ())]
        variables = {name: value for name, value in self.variables().items() if name not in _PIP_SETTINGS_DROPPED}
        done = subprocess.run(
            [*pip, "install", *options, "-r", str(self._lock_file(lock))], env=variables, check=False, close_fds=False
        )
        if done.returncode != 0:
            raise WorkbenchError(
                "The libraries could not be installed; pip says why above. "
                "Check the internet connection and the proxy, then start again."
            )


def _has_ensurepip() -> bool:
    return importlib.util.find_spec("ensurepip") is not None


def _has_pip() -> bool:
    return importlib.util.find_spec("pip") is not None


def _write_whole(path: Path, text: str) -> None:
    """Writes a file so that it is there as a whole or not at all."""
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
