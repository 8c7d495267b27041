"""Runs the tests of a copy in a process of its own, on libraries that are loaded once for all of them."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_LOADED = (
    *("pytest", "_pytest.assertion.rewrite", "hypothesis.strategies", "hypothesis.stateful", "msgspec", "httpx"),
    *("jinja2", "keyring", "truststore", "trustme", "sqlite_utils", "filelock", "platformdirs", "tomli_w"),
)


def passes(copy: Path, tests: Sequence[str], longest: float) -> bool:
    """Whether the tests pass in that copy of the checkout; tests that take longer than so many seconds don't."""
    methods = multiprocessing.get_all_start_methods()
    context: Any = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if "forkserver" in methods:
        context.set_forkserver_preload(list(_LOADED))
    process = context.Process(target=_run, args=(str(copy), list(tests)))
    process.start()
    process.join(longest)
    if process.is_alive():
        process.kill()
        process.join()
    return process.exitcode == 0


def _run(copy: str, tests: list[str]) -> None:
    """Ends the process with pytest's exit code; psconnect and the tests are those of the copy alone."""
    os.chdir(copy)
    sys.dont_write_bytecode = True
    sys.path[:] = [copy, *(place for place in sys.path if not (Path(place) / "psconnect").is_dir())]
    for name in [name for name in sys.modules if name.partition(".")[0] in ("tests", "psconnect")]:
        del sys.modules[name]
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    import pytest  # noqa: PLC0415 - loaded already where that is possible

    # Folders of its own: who cleans up the shared ones at the same time can make a run fail that has passed.
    # A defect can make a loop endless; none of the tests takes a quarter of that time.
    options = ["-x", "-q", "-p", "no:cacheprovider", f"--basetemp={copy}/.tests", "--timeout=40"]
    os._exit(int(pytest.main([*options, "-W", "ignore::pytest.PytestAssertRewriteWarning", *tests], [_NoShrinking()])))


class _NoShrinking:
    """A pytest plugin: the first counter-example decides, nobody reads it."""

    def pytest_collection(self) -> None:
        """Before the test modules are imported, and after the conftest that chooses the profile."""
        from hypothesis import Phase, settings  # noqa: PLC0415

        only = (Phase.explicit, Phase.generate)
        settings.register_profile("mutation", settings.get_profile("psconnect"), phases=only)
        settings.load_profile("mutation")
