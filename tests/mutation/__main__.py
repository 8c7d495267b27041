"""The mutation check: ``python -m tests.mutation [OPTIONS] [MODULE …]`` prints what survived.

Each mutant goes into a copy of the checkout; the tests of its module run there in a process of their own until one
fails. With ``--sample N`` only so many of all mutants, chosen by ``--seed N``; ``--workers N`` copies at a time.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from tests.mutation.judging import passes
from tests.mutation.mutants import Mutant, mutants_of
from tests.support.home import CHECKOUT

_PLAN = ("tests/store/test_aside_and_undo.py", "tests/store/test_plan.py")
_DECIDED = ("tests/sync/test_decisions.py", "tests/sync/test_identity.py", "tests/sync/test_run.py")
_INCREMENTAL = ("tests/sync/test_incremental.py",)
MODULES: dict[str, tuple[str, ...]] = {
    "sync/thresholds.py": ("tests/sync/test_guard.py",),
    "sync/guard.py": ("tests/sync/test_guard.py",),
    "sync/sentences.py": ("tests/sync/test_guard.py",),
    "sync/measures.py": ("tests/sync/test_guard.py", "tests/store/plan/test_change_groups.py"),
    "store/plan/change_groups.py": ("tests/store/plan/test_change_groups.py",),
    "store/plan/ledger.py": _PLAN,
    "store/plan/cascade.py": ("tests/store/plan/test_cascade.py", *_PLAN),
    "store/plan/integrity.py": _PLAN,
    "store/plan/exclusions.py": _PLAN,
    "store/plan/undo_plan.py": _PLAN,
    "store/reading/references.py": (
        "tests/store/reading/test_references.py",
        "tests/store/reading/test_uniqueness.py",
        *_PLAN,
    ),
    "store/plan/tombstones.py": ("tests/store/plan/test_tombstones.py",),
    "store/reading/uniqueness.py": ("tests/store/reading/test_uniqueness.py",),
    "store/reading/id_clashes.py": ("tests/store/reading/test_id_clashes.py", "tests/store/plan/test_record_ids.py"),
    "store/plan/rekey_plan.py": ("tests/store/plan/test_rekey_plan.py", "tests/store/plan/test_record_ids.py"),
    "store/reading/carry_over.py": ("tests/store/reading/test_carry_over.py", *_INCREMENTAL),
    "sync/incremental.py": _INCREMENTAL,
    "sync/undo.py": ("tests/sync/test_decisions.py", "tests/sync/test_identity.py"),
    "sync/approvals.py": _DECIDED,
    "sync/planning.py": (
        *("tests/sync/test_planning.py", "tests/sync/test_v1_run.py", "tests/sync/test_holds.py"),
        *("tests/sync/test_identity.py", "tests/sync/test_run.py", *_INCREMENTAL),
    ),
}
"""The modules that decide what is removed, held and taken back; and the tests that have to notice a defect in them."""

WORKERS = 2
LONGEST = 300.0
_COPIED = ("psconnect", "tests", "resources", "pyproject.toml", "README.md", "ARCHITECTURE.md")


@dataclass(frozen=True)
class Judged:
    """A mutant, its module, and whether a test noticed it."""

    module: str
    mutant: Mutant
    killed: bool


def check(modules: Iterable[str], sample: int | None = None, seed: int = 1, workers: int = WORKERS) -> Iterator[Judged]:
    """Judge the mutants of these modules (keys of MODULES), or a sample of them, so many side by side.

    Raises RuntimeError when the tests fail without any defect.
    """
    chosen = [(module, mutant) for module in modules for mutant in mutants_of(_path(CHECKOUT, module).read_text())]
    if sample is not None and sample < len(chosen):
        chosen = random.Random(seed).sample(chosen, sample)
    with tempfile.TemporaryDirectory() as folder:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(workers):
            copies.put(_copy(Path(folder) / str(number)))
        first = copies.get()
        tests = tuple(dict.fromkeys(test for module, _ in chosen for test in MODULES[module]))
        if chosen and not passes(first, tests, 4 * LONGEST):
            raise RuntimeError("The tests fail without any defect.")
        copies.put(first)

        def judge(one: tuple[str, Mutant]) -> Judged:
            copy = copies.get()
            try:
                return _judged(copy, *one)
            finally:
                copies.put(copy)

        with ThreadPoolExecutor(workers) as pool:
            yield from pool.map(judge, chosen)


def _judged(copy: Path, module: str, mutant: Mutant) -> Judged:
    path = _path(copy, module)
    original, written = path.read_bytes(), path.stat()
    path.write_text(mutant.source, encoding="utf-8")
    try:
        return Judged(module, mutant, killed=not passes(copy, MODULES[module], LONGEST))
    finally:
        path.write_bytes(original)
        os.utime(path, ns=(written.st_atime_ns, written.st_mtime_ns))


def _copy(place: Path) -> Path:
    place.mkdir()
    for name in _COPIED:
        source = CHECKOUT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, place / name)
    return place


def _path(root: Path, module: str) -> Path:
    return root / "psconnect" / module


def share_killed(judged: list[Judged]) -> float:
    """The share of mutants that a test noticed."""
    return sum(one.killed for one in judged) / len(judged) if judged else 1.0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=", ".join(MODULES))
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=WORKERS)
    options = parser.parse_args()
    judged = []
    for one in check(options.modules or MODULES, options.sample, options.seed, options.workers):
        judged.append(one)
        if not one.killed:
            _say(f"survived  {one.module}:{one.mutant.line}  {one.mutant.what}")
    totals, killed = Counter(one.module for one in judged), Counter(one.module for one in judged if one.killed)
    for module, total in totals.items():
        _say(f"{killed[module]:>5} of {total:>4}  {module}")
    _say(f"{share_killed(judged):.1%} of {len(judged)} mutants killed")


if __name__ == "__main__":
    main()
