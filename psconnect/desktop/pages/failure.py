"""What helps after a failure: the page where the cause is mended, the run again, the details to copy."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtGui import QGuiApplication

from psconnect.desktop.advice import DAMAGED
from psconnect.desktop.context import PageContext
from psconnect.desktop.text import exact, tr
from psconnect.desktop.widgets.banner import Action
from psconnect.model.errors import PsconnectError
from psconnect.model.runs import Run
from psconnect.wording.catalogue import marked, translated
from psconnect.wording.errors import word

_PAGES = (
    (("PSC-AUTH", "PSC-SECRET", "PSC-HTTP", "PSC-TLS", "PSC-ACCESS"), "credentials", marked("Open credentials")),
    (("PSC-FOLDER", "PSC-BUNDLE", "PSC-DATABASE", "PSC-DESTINATION"), "destination", marked("Open destination")),
    (("PSC-SCOPE",), "schools", marked("Open schools")),
)
"""Beginnings of error codes, the page of the settings that mends them, and the button that opens it."""


def settings_page(code: str) -> tuple[str, str]:
    """Key of the settings' page where the cause of an error is mended, and the button's words; empty for none."""
    for beginnings, step, words in _PAGES:
        if code.startswith(beginnings):
            return step, translated(words)
    return "", ""


def ways_on(
    context: PageContext, name: str, error: PsconnectError | Mapping[str, Any], run: Run | None
) -> list[Action]:
    """The buttons shown with what made a run fail; the first one is what helps most."""
    told = word(error)
    known = context.ways_out(told.code, name)
    copy: Action = (tr("Copy details"), partial(copy_details, name, error, run))
    if told.code == DAMAGED:
        return [*known, copy]
    step, words = settings_page(told.code)
    opens: list[Action] = [(words, partial(context.go.settings, name, step))] if step else []
    return [*opens, *known, (tr("Run again"), partial(run_again, context, name, run)), copy]


def run_again(context: PageContext, name: str, run: Run | None) -> None:
    """Start the same run once more and show it."""
    scope, rehearse = (run.scope, run.kind == "rehearsal") if run else ("all", False)
    context.runs.start(name, scope=scope, rehearse=rehearse)
    context.go.running(name)


def copy_details(name: str, error: PsconnectError | Mapping[str, Any], run: Run | None) -> None:
    """Put what support needs on the clipboard: codes, times and ids, nobody's data."""
    told = word(error)
    lines = [told.title, told.happened, told.to_do, tr("Code: {code}", code=told.code)]
    if told.where:
        lines.append(tr("Where: {where}", where=told.where))
    lines.append(tr("Connection: {name}", name=name))
    if run:
        lines.append(tr("Run: {id}, started {when}", id=run.id, when=exact(run.started)))
    QGuiApplication.clipboard().setText("\n".join(lines))
