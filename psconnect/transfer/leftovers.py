"""Finds and deletes what a killed delivery leaves beside its place, by names that say whose it is.

A temporary file carries the mark of its home, so that two homes that share a folder never delete what the other is
writing. Unmarked files of older versions are deleted a day after they were last written.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_DAY = 24 * 60 * 60
_RANDOM = "[a-z0-9_]{8}"
"""The random part that tempfile adds to a name."""
_STAMP = r"\d{8}T\d{6}-\d{6}Z"


@dataclass(frozen=True)
class TemporaryNames:
    """The names of one bundle's temporary files.

    Attributes:
        name: the bundle's name.
        home: id of the home; empty if nobody delivers (a check of settings).
    """

    name: str
    home: str

    @property
    def bundle(self) -> str:
        """The prefix of a bundle that is being written, or of a copy that is being kept."""
        return f".{self.name}.{self._mark}."

    @property
    def small(self) -> str:
        """The prefix of a small file without personal data: a trial, or the ownership file."""
        return f".psconnect-{self._mark}-"

    @property
    def _mark(self) -> str:
        return self.home[:12] or "0"

    def left_in(self, folder: Path) -> Iterator[Path]:
        """The leftovers in a folder; call it only while no other delivery of the same bundle and home is running."""
        stem, _, _ending = self.name.rpartition(".")
        ours = re.compile(rf"({re.escape(self.bundle)}|{re.escape(self.small)}){_RANDOM}\.tmp")
        unmarked = re.compile(
            rf"\.{re.escape(self.name)}\.{_RANDOM}\.tmp|\.psconnect-{_RANDOM}\.tmp|{re.escape(stem)} {_STAMP}\.tmp"
        )
        for path in folder.iterdir() if folder.is_dir() else ():
            if ours.fullmatch(path.name) or (unmarked.fullmatch(path.name) and _old(path)):
                yield path


def _old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > _DAY
    except FileNotFoundError:
        return False
