"""A small checkout with the real dev.py, whose libraries come from a folder instead of a package index."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.support.home import CHECKOUT
from workbench.environment import LOCKS

WORKBENCH = Path("packaging", "workbench")

_MAIN = """
import json, os, sys
found = {"args": sys.argv[1:], "cwd": os.getcwd(), "file": __file__}
for name in ("library_a", "library_b"):
    try:
        found[name] = __import__(name).VERSION
    except ImportError:
        found[name] = None
print(json.dumps(found))
sys.exit(7)
"""


class SmallCheckout:
    """A checkout in which `dev.py demo` prints, as JSON, what it was started with, and exits with 7."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "checkout"
        self._wheels = folder / "wheels"
        for part in ("psconnect", LOCKS):
            (self.folder / part).mkdir(parents=True)
        self._wheels.mkdir()
        shutil.copy(CHECKOUT / "dev.py", self.folder)
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(CHECKOUT / WORKBENCH, self.folder / WORKBENCH, ignore=ignored)
        (self.folder / "psconnect" / "__init__.py").touch()
        (self.folder / "psconnect" / "__main__.py").write_text(_MAIN, encoding="utf-8")

    @property
    def stamp(self) -> Path:
        """The file that says the environment is whole."""
        return self.folder / ".venv" / "psconnect-stamp.json"

    def lock(self, lock: str, *versions: str, spoil: bool = False) -> None:
        """Writes a lock file of made-up libraries such as "library-a==1.0"; spoilt, its hashes are wrong."""
        lines = []
        for pinned in versions:
            name, _, version = pinned.partition("==")
            digest = self._wheel(name.replace("-", "_"), version)
            lines.append(f"{pinned} --hash=sha256:{'0' * 64 if spoil else digest}\n")
        (self.folder / LOCKS / f"{lock}.txt").write_text("".join(lines), encoding="utf-8")

    def _variables(self) -> dict[str, str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
        return env | {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(self._wheels)}

    def start(self, *args: str, cwd: Path | None = None) -> subprocess.Popen[str]:
        """Starts `dev.py` with this Python."""
        return subprocess.Popen(
            [sys.executable, str(self.folder / "dev.py"), *args],
            cwd=cwd or self.folder,
            env=self._variables(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *args: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Runs `dev.py` to its end."""
        with self.start(*args, cwd=cwd) as process:
            output, errors = process.communicate(timeout=100)
        return subprocess.CompletedProcess(args, process.returncode, output, errors)

    def run_python(self, code: str) -> subprocess.CompletedProcess[str]:
        """Runs a line of Python in the checkout, where it can import the workbench."""
        command = [sys.executable, "-c", f"import sys; sys.path.insert(0, 'packaging'); {code}"]
        return subprocess.run(
            command, cwd=self.folder, env=self._variables(), capture_output=True, text=True, check=False, timeout=100
        )

    def _wheel(self, module: str, version: str) -> str:
        """Makes a wheel with one module; returns its sha256."""
        wheel = self._wheels / f"{module}-{version}-py3-none-any.whl"
        info = f"{module}-{version}.dist-info"
        files = {
            f"{module}.py": f"VERSION = {version!r}\n",
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {module}\nVersion: {version}\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        files[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
        with zipfile.ZipFile(wheel, "w") as archive:
            for name, content in files.items():
                archive.writestr(zipfile.ZipInfo(name), content)
        return hashlib.sha256(wheel.read_bytes()).hexdigest()
