"""What the window says on any other page of a run that ended."""

from __future__ import annotations

from functools import partial

from psconnect.desktop.context import Navigator
from psconnect.desktop.runs import ActiveRun
from psconnect.desktop.text import tr
from psconnect.desktop.widgets.banner import Action
from psconnect.model.runs import WAITING
from psconnect.wording.errors import word


def told_of_end(go: Navigator, name: str, active: ActiveRun) -> tuple[str, str, list[Action]] | None:
    """Sentence, state and what can be opened; None for a run that was cancelled here, which nobody need be told."""
    run, error = active.run, active.error
    if error:
        text = tr("The run of {name} was refused: {happened}", name=name, happened=word(error).happened)
        return text, "bad", [(tr("Open the run"), partial(go.running, name))]
    if run and run.state in WAITING:
        text = tr("The run of {name} waits for you.", name=name)
        return text, "warning", [(tr("Review"), partial(go.review, name, run.id))]
    if run:
        failed = run.state == "failed"
        text = tr("The run of {name} failed.", name=name) if failed else tr("The run of {name} ended.", name=name)
        return text, "bad" if failed else "accent", [(tr("Open the summary"), partial(go.summary, name, run.id))]
    return None
