"""Whole files side by side, where a worker that crashes costs the test it ran, and nothing else.

What xdist 3.8 has for this (``--dist=loadfile``) runs the test that crashed a worker again, until no worker may be
replaced any more; and it hands the crashed worker's finished files on as empty work, on which the others wait for ever
(its issues 1189, 1323, 1327, 1371 and 1378, not all of them mended yet).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

try:
    from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]
except ImportError:  # the tests run without xdist, too
    LoadFileScheduling = object


class WholeFiles(LoadFileScheduling):  # type: ignore[misc]
    """Gives each worker whole files; the files of one that crashed go to those that are left."""

    def remove_node(self, node: Any) -> str | None:
        """Forget a worker; returns the test at which it crashed, None where it was done."""
        units = self.assigned_work.pop(node)
        waiting = [test for unit in units.values() for test in unfinished(unit)]
        for file, unit in units.items():
            if left := dict.fromkeys(unfinished(unit, waiting[:1]), False):
                self.workqueue[file] = left
        for other in list(self.assigned_work):
            self._reschedule(other)
        return waiting[0] if waiting else None

    def _reschedule(self, node: Any) -> None:
        """Give a worker more, or tell it to end: it begins its last test only when it has the next or is to end."""
        # One that replaces another has not found its tests yet.
        if node not in self.registered_collections:
            return
        super()._reschedule(node)
        while not node.shutting_down and self._pending_of(self.assigned_work[node]) < 2:
            super()._reschedule(node)


def unfinished(unit: Mapping[str, bool], but: Iterable[str] = ()) -> list[str]:
    """The tests of a file that have not run yet."""
    return [test for test, done in unit.items() if not done and test not in but]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """In place of xdist's own for whole files."""
    return WholeFiles(config, log) if config.getvalue("dist") == "loadfile" else None
