"""Linting and testing: each step named as it starts, a summary at the end, one closing line with the counts."""

from __future__ import annotations

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree as ET

from workbench import house, thorough
from workbench.environment import Environment

# What the static checks look at.
_CODE = ("psconnect", "packaging/workbench", "tests", "dev.py")
# Whole files side by side, so that what a file's tests share is made once. Not where something is measured, and not
# where a person looks for a mistake with arguments of their own.
SIDE_BY_SIDE = ["--numprocesses=auto", "--maxprocesses=4", "--dist=loadfile"]
# A test that waits inside a library never sees pytest-timeout's signal. Its process ends here, with a trace of what it
# waited for. Another one goes on behind that test (tests/support/side_by_side.py); after five, the run ends.
HARD_LIMIT = ["--max-worker-restart=4", "-o", "faulthandler_timeout=300", "-o", "faulthandler_exit_on_timeout=true"]
# More than the quick run takes on a slow computer, so only a run that hangs meets it.
RUN_LIMIT = 3_300
# What an interrupted step has to tell what it knows.
LAST_WORDS = 60
# Files in memory, where the system has such a folder: tests flush thousands of small ones for fear of power cuts.
_IN_MEMORY, _ROOM = Path("/dev/shm"), 3 * 2**30  # noqa: S108 (a folder of a name of its own is made there)


@dataclass(frozen=True)
class Counts:
    """How many tests came out how."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0


def lint(environment: Environment) -> int:
    """Runs the static checks; returns the exit code."""
    results = _static_steps(environment)
    _summarise(results)
    _close(Counts(sum(results.values()), list(results.values()).count(False)))
    return 0 if all(results.values()) else 1


def test(environment: Environment, *, with_thorough: bool, pytest_args: list[str]) -> int:
    """Runs the static checks and the tests; returns the exit code.

    A thorough run of everything that comes out green is recorded in tests/THOROUGH.md.
    """
    results = _static_steps(environment)
    quick = not with_thorough and not pytest_args
    with tempfile.TemporaryDirectory(prefix="t-", dir=place_of_files() if quick else None) as folder:
        Path(folder).chmod(0o755)  # the accounts of database servers go through it
        outcome, figures = Path(folder, "outcome.xml"), Path(folder, "figures.json")
        options = [f"--junit-xml={outcome}"]
        if with_thorough:
            options += ["--thorough", f"--figures={figures}"]
        elif quick:
            options += SIDE_BY_SIDE + HARD_LIMIT
        command = [str(environment.python), "-m", "pytest", *options, *pytest_args]
        place = {"TMPDIR": folder} if quick else {}
        results["pytest"] = _step(environment, "pytest", command, RUN_LIMIT if quick else None, place)
        counts = read_counts(outcome)
        green = all(results.values())
        if with_thorough and green and not pytest_args:
            thorough.record(environment.folder, figures, counts.passed)
    _summarise(results)
    broken = [name for name, good in results.items() if not good]
    # Every failed step counts once; pytest's failure is that of its tests, unless it failed without one.
    unseen = len(broken) - (1 if "pytest" in broken and counts.failed else 0)
    _close(Counts(counts.passed, counts.failed + unseen, counts.skipped))
    return 0 if green else 1


def place_of_files() -> Path | None:
    """Where the quick run's files go: into memory where there is room, else where files of the moment go anyway."""
    roomy = _IN_MEMORY.is_dir() and shutil.disk_usage(_IN_MEMORY).free > _ROOM
    return _IN_MEMORY if roomy else None


def read_counts(junit_file: Path) -> Counts:
    """The counts in a JUnit file of pytest; all zero when pytest did not get as far as writing one."""
    if not junit_file.exists():
        return Counts()
    suites = ET.parse(junit_file).getroot().iter("testsuite")  # noqa: S314 (written by our own pytest, just now)
    total = failed = skipped = 0
    for suite in suites:
        total += int(suite.get("tests", "0"))
        failed += int(suite.get("failures", "0")) + int(suite.get("errors", "0"))
        skipped += int(suite.get("skipped", "0"))
    return Counts(max(total - failed - skipped, 0), failed, skipped)


def _static_steps(environment: Environment) -> dict[str, bool]:
    steps = {
        "ruff check": [environment.program("ruff"), "check", "."],
        "ruff format --check": [environment.program("ruff"), "format", "--check", "."],
        "mypy --strict": [environment.program("mypy"), *_CODE],
        "lint-imports": [environment.program("lint-imports"), "--no-logo"],
    }
    results = {name: _step(environment, name, command) for name, command in steps.items()}
    results["rules of the house"] = _house(environment)
    return results


def _house(environment: Environment) -> bool:
    print("\n== rules of the house", flush=True)
    broken = house.broken_rules(environment.folder)
    print("\n".join(broken or ["Sizes, public names and imports keep to them."]), flush=True)
    return not broken


def _step(
    environment: Environment,
    name: str,
    command: list[str],
    limit: float | None = None,
    variables: Mapping[str, str] = MappingProxyType({}),
) -> bool:
    """Runs one step, at most `limit` seconds long, with more variables; returns whether it came out well."""
    print(f"\n== {name}", flush=True)
    with subprocess.Popen(command, cwd=environment.folder, env={**environment.variables(), **variables}) as process:
        try:
            return process.wait(limit) == 0
        except subprocess.TimeoutExpired:
            print(f"\n{name} took longer than {limit:g} seconds and was ended.", flush=True)
            process.send_signal(signal.SIGINT)
            return _ended(process)


def _ended(process: subprocess.Popen[bytes]) -> bool:
    """Gives an interrupted step a moment to tell what it knows; its outcome is a failure in any case."""
    try:
        process.wait(LAST_WORDS)
    except subprocess.TimeoutExpired:
        process.kill()
    return False


def _summarise(results: dict[str, bool]) -> None:
    print("\n== summary", flush=True)
    for name, good in results.items():
        print(f"{'ok' if good else 'FAILED':<8}{name}", flush=True)


def _close(counts: Counts) -> None:
    skipped = f", {counts.skipped} skipped" if counts.skipped else ""
    print(f"{counts.passed} passed, {counts.failed} failed{skipped}", flush=True)
