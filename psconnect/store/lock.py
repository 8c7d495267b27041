"""One run at a time per connection: a lock that the operating system frees when its owner dies (fault P07)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import filelock

from psconnect.model.errors import AnotherRunActive
from psconnect.store.files import storage_errors


@contextlib.contextmanager
def run_lock(path: Path, connection: str) -> Iterator[None]:
    """Hold the connection's lock; raises AnotherRunActive at once if somebody else holds it."""
    lock = filelock.FileLock(path, timeout=0, mode=0o600)
    with storage_errors(path):
        try:
            lock.acquire()
        except filelock.Timeout:
            raise AnotherRunActive("PSC-RUN-ACTIVE", where=connection, connection=connection) from None
    try:
        yield
    finally:
        lock.release()
