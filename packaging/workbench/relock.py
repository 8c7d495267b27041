"""Rewrites the lock files: what pyproject.toml asks for, as exact versions with hashes, for all systems and Pythons."""

from __future__ import annotations

import json
import subprocess
import tempfile
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from workbench.environment import LOCKS, Environment
from workbench.errors import WorkbenchError

_PROJECT = "pyproject.toml"

# Lock -> what it holds: the run dependencies, the same with the tests' tools, or a group alone.
_LOCKS: dict[str, tuple[str, ...]] = {
    "run": (_PROJECT,),
    "dev": (_PROJECT, "--group", "dev"),
    "freeze": (_PROJECT, "--group", "freeze"),
    "docs": ("--group", f"{_PROJECT}:docs"),
    "judges": ("--group", f"{_PROJECT}:judges", "--no-emit-package", "fiql-parser"),
}

_OPTIONS = ("--universal", "--python-version", "3.11", "--generate-hashes", "--upgrade", "--quiet", "--no-header")


def relock(environment: Environment) -> None:
    """Writes the lock files and wheels.json (package -> [file name, sha256] of each wheel).

    Raises:
        WorkbenchError: there is no solution, or the index can't be reached; uv's words are on standard error.
    """
    locks = environment.folder / LOCKS
    with tempfile.TemporaryDirectory(prefix="psconnect-lock-") as folder:
        constraint: list[str] = []
        wheels: dict[str, list[list[str]]] = {}
        for lock, extra in _LOCKS.items():
            text = Path(folder, f"{lock}.txt")
            # What is used together keeps to the versions of the first lock.
            keep = constraint if _PROJECT in extra else []
            _compile(environment, *extra, *keep, "--no-annotate", "--output-file", str(text))
            constraint = ["--constraint", str(Path(folder, "run.txt"))]
            # The same solution once more, in the form that names the files.
            listing = Path(folder, f"pylock.{lock}.toml")
            exactly = ["--constraint", str(text), "--format", "pylock.toml", "--output-file", str(listing)]
            _compile(environment, *extra, *exactly)
            _add_wheels(wheels, tomllib.loads(listing.read_text(encoding="utf-8")))
        for lock in _LOCKS:
            content = Path(folder, f"{lock}.txt").read_text(encoding="utf-8")
            (locks / f"{lock}.txt").write_text(content, encoding="utf-8", newline="\n")
    (locks / "wheels.json").write_text(_one_wheel_a_line(wheels), encoding="utf-8", newline="\n")


def _compile(environment: Environment, *options: str) -> None:
    command = [environment.program("uv"), "pip", "compile", *_OPTIONS, *options]
    done = subprocess.run(command, cwd=environment.folder, env=environment.variables(), check=False)
    if done.returncode != 0:
        raise WorkbenchError("The locks were not rewritten; uv says why above.")


def _add_wheels(wheels: dict[str, list[list[str]]], listing: dict[str, Any]) -> None:
    """Adds the wheels of a pylock.toml, by file name alone: where they lie is the business of who installs."""
    for package in listing["packages"]:
        known = {tuple(wheel) for wheel in wheels.get(package["name"], [])}
        for wheel in package.get("wheels", []):
            name = unquote(urlsplit(wheel["url"]).path.rpartition("/")[2])
            known.add((name, wheel["hashes"]["sha256"]))
        wheels[package["name"]] = [list(wheel) for wheel in sorted(known)]


def _one_wheel_a_line(wheels: dict[str, list[list[str]]]) -> str:
    """JSON that shows in a diff which wheels came and went."""
    packages = (
        f"{json.dumps(name)}: [\n  " + ",\n  ".join(json.dumps(wheel) for wheel in wheels[name]) + "\n ]"
        for name in sorted(wheels)
    )
    return "{\n " + ",\n ".join(packages) + "\n}\n"
