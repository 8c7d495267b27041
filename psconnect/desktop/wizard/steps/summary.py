"""Step *Summary*: everything on one page, and the ways to save. It holds nothing of the draft."""

from __future__ import annotations

from psconnect.desktop.text import tr
from psconnect.desktop.wizard.draft import Draft, DraftPart
from psconnect.desktop.wizard.steps.spec import Known, StepSpec, StepText


class SummaryStep(StepSpec[DraftPart]):
    """The end of the set-up; in the settings of a connection it is left out."""

    key = "summary"
    symbol = "summary"

    def text(self, draft: Draft, known: Known) -> StepText:  # noqa: ARG002 - always the same
        """Its words."""
        return StepText(
            tr("Summary"), tr("Check and save"), tr("Nothing is sent yet: the first sync shows you what it would do.")
        )
