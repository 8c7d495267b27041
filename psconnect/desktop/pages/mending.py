"""What mends a schedule that would not start: registered again, tried again, or the page where the cause is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

from psconnect.desktop.context import PageContext
from psconnect.desktop.pages.failure import settings_page
from psconnect.desktop.text import counted, tr
from psconnect.desktop.widgets.banner import Action
from psconnect.model.errors import PsconnectError
from psconnect.model.schedule_state import ScheduleState
from psconnect.service import NoticeNotes, Service
from psconnect.wording.next_run import NextRun


def schedules_of(service: Service, names: Sequence[str]) -> dict[str, ScheduleState]:
    """How the schedules of connections stand, without those that can't be read: their connections say so. Work."""
    found: dict[str, ScheduleState] = {}
    for name in names:
        with suppress(PsconnectError):
            found[name] = service.schedule_state(name)
    return found


def mail_trouble(notes: NoticeNotes) -> str:
    """What of a connection's notices did not go out although it was tried; empty for nothing."""
    tried = sum(one.error is not None for one in notes.waiting)
    if tried:
        return counted(
            tried, "1 mail about its runs could not be sent.", "{count} mails about its runs could not be sent."
        )
    return tr("The monitoring service could not be called after the last run.") if notes.ping_error else ""


def ways_to_mend(context: PageContext, name: str, found: NextRun) -> list[Action]:
    """The buttons beside what is wrong with a connection's schedule; the first one is what helps most."""
    if not found.trouble:
        return []
    step, words = settings_page(found.code)
    opens: list[Action] = [(words, partial(context.go.settings, name, step))] if step else []
    service = context.service
    ways: dict[str, Action] = {
        "register": (
            tr("Register again"),
            partial(_do, context, name, lambda: service.switch_schedule(name, on=True)),
        ),
        "again": (tr("Run tonight"), partial(_do, context, name, lambda: service.run_tonight(name))),
        "prove": (tr("Try a start"), partial(context.proving.prove, name)),
    }
    return [*opens, ways[found.way]]


def _do(context: PageContext, name: str, work: Callable[[], object]) -> None:
    """Let the service do it, see whether a start works now, and show what came of it."""

    def done(_answer: object) -> None:
        context.proving.prove_once(name)
        context.go.refresh()

    context.bridge.call(work, done, context.go.refuse, owner=context.proving)
