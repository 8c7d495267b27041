"""Work beside the window: answers and news come back on the GUI thread, and closing does not wait for ever."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from psconnect.desktop.bridge import Bridge
from psconnect.model.clock import CancelToken
from psconnect.model.errors import Cancelled, PsconnectError, TryLater
from psconnect.model.events import OnEvent, RunEvent


@pytest.fixture
def bridge(qapp) -> Iterator[Bridge]:
    made = Bridge()
    yield made
    made.close()


def fail(error: PsconnectError) -> None:
    pytest.fail(f"was not to fail: {error}")


def test_work_is_done_elsewhere_and_answered_here(bridge: Bridge, qtbot: QtBot) -> None:
    found: list[object] = []
    bridge.call(threading.current_thread, lambda thread: found.extend([thread, threading.current_thread()]), fail)
    qtbot.waitUntil(lambda: bool(found))
    assert found[0] is not threading.main_thread()
    assert found[1] is threading.main_thread()
    assert not bridge.busy


def test_an_error_is_brought_as_it_is(bridge: Bridge, qtbot: QtBot) -> None:
    known = TryLater("PSC-HTTP-MAINTENANCE", host="sis.example")

    def work() -> None:
        raise known

    errors: list[PsconnectError] = []
    bridge.call(work, lambda _none: pytest.fail("was to fail"), errors.append)
    qtbot.waitUntil(lambda: bool(errors))
    assert errors == [known]


def test_a_mistake_of_ours_is_told_twice_and_without_its_text(bridge: Bridge, qtbot: QtBot) -> None:
    def work() -> None:
        raise ValueError("Abara, Chidi")

    errors: list[PsconnectError] = []
    mistakes: list[Exception] = []
    bridge.unexpected.connect(mistakes.append)
    bridge.call(work, lambda _none: pytest.fail("was to fail"), errors.append)
    qtbot.waitUntil(lambda: bool(mistakes))
    assert errors[0].code == "PSC-BUG"
    assert "Chidi" not in str(errors[0].as_dict())


def test_news_are_the_newest_of_each_kind_and_few(bridge: Bridge, qtbot: QtBot) -> None:
    batches: list[list[RunEvent]] = []
    done: list[int] = []

    def work(on_event: OnEvent, _cancel: CancelToken) -> int:
        for count in range(20_000):
            on_event(RunEvent("reading", "student", count, 20_000))
        on_event(RunEvent("reading", message="Slow down."))
        on_event(RunEvent("reading", message="Go on."))
        return 7

    bridge.run(work, batches.append, done.append, fail)
    qtbot.waitUntil(lambda: bool(done), timeout=10_000)
    events = [event for batch in batches for event in batch]
    assert [event.done for event in events if event.entity][-1] == 19_999
    assert [event.message for event in events if event.message] == ["Slow down.", "Go on."]
    assert len(events) < 200
    assert done == [7]


def test_cancelling_is_no_error(bridge: Bridge, qtbot: QtBot) -> None:
    ended: list[str] = []

    def work(_on_event: OnEvent, cancel: CancelToken) -> None:
        cancel.wait(60)

    task = bridge.run(
        work,
        lambda _events: None,
        lambda _none: ended.append("done"),
        fail,
        on_cancelled=lambda: ended.append("cancelled"),
    )
    task.cancel.cancel()
    qtbot.waitUntil(lambda: bool(ended))
    assert ended == ["cancelled"]


def test_the_answer_for_somebody_gone_is_dropped(bridge: Bridge, qtbot: QtBot) -> None:
    owner, go = QObject(), threading.Event()
    answers: list[object] = []
    bridge.call(go.wait, answers.append, fail, owner=owner)
    owner.deleteLater()
    qtbot.waitUntil(lambda: not _alive(owner))
    go.set()
    qtbot.waitUntil(lambda: not bridge.busy)
    assert answers == []


def _alive(owner: QObject) -> bool:
    import shiboken6  # noqa: PLC0415

    return shiboken6.isValid(owner)


def test_closing_stops_what_listens_and_leaves_what_does_not(qapp, qtbot: QtBot) -> None:
    stopped, go = threading.Event(), threading.Event()

    def listens(_on_event: OnEvent, cancel: CancelToken) -> None:
        try:
            cancel.wait(60)
        except Cancelled:
            stopped.set()

    bridge = Bridge()
    bridge.run(listens, lambda _events: None, lambda _none: None, fail)
    assert bridge.close()
    assert stopped.is_set()
    deaf = Bridge()
    answers: list[object] = []
    task = deaf.call(go.wait, answers.append, fail)
    assert not deaf.close(0.05)
    go.set()
    assert task.thread
    task.thread.join(5)
    qapp.processEvents()
    assert answers == [], "after closing nobody is called"


def test_what_work_refers_to_is_let_go_of_here(bridge: Bridge, qtbot: QtBot) -> None:
    """A worker that lets go of a page last would do so while Qt deletes it, which crashes."""
    where: list[threading.Thread] = []
    for _time in range(50):
        page = QObject()
        weakref.finalize(page, lambda: where.append(threading.current_thread()))
        bridge.call(partial(id, page), _taken, partial(_refused, page))
        del page
    qtbot.waitUntil(lambda: len(where) == 50)
    assert set(where) == {threading.main_thread()}


def _taken(_answer: object) -> None:
    """Nothing is done with it."""


def _refused(_page: QObject, _error: PsconnectError) -> None:
    """Never called: it only refers to the page."""
