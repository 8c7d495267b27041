"""Real file systems of a given size, for what only a full or read-only disk shows."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Mount = Callable[[Path, int], Path]
"""Mounts an empty file system of so many bytes over a folder, which is made if need be, and gives the folder back."""


@pytest.fixture
def mount() -> Iterator[Mount]:
    """A ``Mount``; what it mounted goes with the test. Skips the test where only an administrator may mount."""
    mounted: list[Path] = []

    def act(place: Path, size: int) -> Path:
        place.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "psconnect-test", str(place)]
        if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("Only an administrator may mount a file system here.")
        mounted.append(place)
        return place

    yield act
    for place in reversed(mounted):
        subprocess.run(["umount", str(place)], check=True)


def make_read_only(place: Path, *, wanted: bool) -> None:
    """Remount a mounted file system read-only, or writable again."""
    subprocess.run(["mount", "-o", f"remount,{'ro' if wanted else 'rw'}", str(place)], check=True)


Hold = Callable[[Path], Callable[[], None]]
"""Keeps a file from being replaced, as a reader on Windows does; gives back what lets it go."""


@pytest.fixture
def hold() -> Iterator[Hold]:
    """``hold(path)``: nobody can replace it, as while a reader on Windows has it open; gives back what lets it go."""
    held: set[Path] = set()

    def let_go(path: Path) -> None:
        subprocess.run(["umount", str(path)], check=True)
        held.discard(path)

    def act(path: Path) -> Callable[[], None]:
        command = ["mount", "--bind", str(path), str(path)]
        if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("Only an administrator may hold a file here.")
        held.add(path)
        return lambda: let_go(path)

    yield act
    for path in list(held):
        let_go(path)
