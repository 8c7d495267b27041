"""One at a time: a file lock that ends with the processes that hold it, however they end."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt
    import time

    def _try(file: IO[bytes]) -> bool:
        try:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _wait(file: IO[bytes]) -> None:
        while not _try(file):
            time.sleep(0.5)

else:
    import fcntl

    def _try(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _wait(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX)


@contextmanager
def exclusive(path: Path, on_wait: Callable[[], None]) -> Iterator[None]:
    """Holds the lock file `path` during the block; calls `on_wait` once if another process has it.

    Processes that are started in the block with `close_fds=False` hold it, too (not on Windows): should this process be
    killed, the next one still waits for what it started.
    """
    with path.open("ab") as file:
        if not _try(file):
            on_wait()
            _wait(file)
        os.set_inheritable(file.fileno(), True)  # noqa: FBT003 (that is its only argument)
        yield
