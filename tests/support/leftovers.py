"""Fails a test that leaves threads behind which would keep the program alive."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

# A thread that was told to end may still be on its way; one that was not told never ends.
GRACE_SECONDS = 2.0


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    for thread in set(threading.enumerate()) - before:
        if thread.daemon:
            continue
        thread.join(GRACE_SECONDS)
        if thread.is_alive():
            pytest.fail(f"A thread was left running: {thread.name}", pytrace=False)
