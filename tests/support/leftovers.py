"""Fails a test that leaves threads behind which would keep the program alive, or a kind that other tests would see."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from psconnect.destinations import KINDS
from psconnect.model.entities import BY_KEY, BY_RANK

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


@pytest.fixture(autouse=True)
def _no_kind_left() -> Iterator[None]:
    before = list(KINDS), list(BY_KEY), list(BY_RANK)
    yield
    if before != (list(KINDS), list(BY_KEY), list(BY_RANK)):
        pytest.fail("A kind of destination was left known: use kinds_for_tests", pytrace=False)
