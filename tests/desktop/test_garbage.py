"""Cyclic garbage goes away while the window lives, and always on the GUI thread."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest
from pytestqt.qtbot import QtBot

from psconnect.desktop.garbage import Garbage


@pytest.fixture(autouse=True)
def _garbage() -> None:
    """These tests have collectors of their own."""
    assert gc.isenabled()


class _Ring:
    """Holds itself, so that only the collector can free it."""

    def __init__(self) -> None:
        self.me = self


def test_rings_are_collected_by_the_gui_thread_alone(qtbot: QtBot) -> None:
    garbage = Garbage()
    threads: set[int] = set()

    def watch(phase: str, _info: dict[str, int]) -> None:
        if phase == "stop":
            threads.add(threading.get_ident())

    gc.callbacks.append(watch)
    try:
        gone = threading.Event()

        def work() -> None:
            weakref.finalize(_Ring(), gone.set)
            for _number in range(2_000):
                _Ring()

        worker = threading.Thread(target=work)
        worker.start()
        worker.join()
        assert not threads, "a worker's allocations started a collection"
        qtbot.waitUntil(gone.is_set, timeout=5_000)
    finally:
        gc.callbacks.remove(watch)
        garbage.release()
    assert threads == {threading.get_ident()}


def test_release_leaves_it_to_python_again(qapp: object) -> None:
    assert qapp is not None
    Garbage().release()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
