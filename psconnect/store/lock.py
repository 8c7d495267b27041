"""Locks that the operating system frees when their owner dies (fault P07): one run at a time per connection."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import filelock

from psconnect.model.errors import AnotherRunActive
from psconnect.store.files import storage_errors


@contextlib.contextmanager
def held_alone(path: Path, seconds: float = 0) -> Iterator[bool]:
    """Be the one process that holds a lock; False if another one still does after so many seconds."""
    lock = filelock.FileLock(path, timeout=seconds, mode=0o600)
    with storage_errors(path):
        try:
            lock.acquire()
        except filelock.Timeout:
            yield False
            return
    try:
        yield True
    finally:
        lock.release()


@contextlib.contextmanager
def run_lock(path: Path, connection: str) -> Iterator[None]:
    """Hold the connection's lock; raises AnotherRunActive at once if somebody else holds it."""
    with held_alone(path) as held:
        if not held:
            raise AnotherRunActive("PSC-RUN-ACTIVE", where=connection, connection=connection)
        yield
