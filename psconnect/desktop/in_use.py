"""Disabling a connection in the window, and enabling it again: nothing runs meanwhile, and everything is kept."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from psconnect.desktop.context import PageContext
from psconnect.desktop.text import tr
from psconnect.wording.catalogue import marked, translated

_DISABLED = marked("This connection is disabled: nothing runs, on schedule or otherwise. Everything is kept.")


def disabled_in_words() -> str:
    """What it means that a connection is disabled."""
    return translated(_DISABLED)


def switch_use(context: PageContext, name: str, *, disabled: bool, owner: QObject) -> None:
    """Disable a connection, and stop its run, or enable it again; then say so and read what is shown anew."""
    active = context.runs.of(name)
    if disabled and active and not active.ended:
        active.cancel()

    def switched(_none: object) -> None:
        context.go.refresh()
        context.go.notice(
            tr("“{name}” is disabled: nothing runs, and everything is kept.", name=name)
            if disabled
            else tr("“{name}” is enabled again. What was missed meanwhile is not made up.", name=name)
        )

    work = partial(context.service.set_disabled, name, disabled=disabled)
    context.bridge.call(work, switched, context.go.refuse, owner=owner)
