"""Step *Data requirements*: what becomes of a record that lacks an attribute."""

from __future__ import annotations

from typing import Any

from psconnect.desktop.text import counted, entity_label, tr
from psconnect.desktop.wizard.draft import Draft
from psconnect.desktop.wizard.steps.roster import RequirementsPart, roster_of
from psconnect.desktop.wizard.steps.spec import Known, Line, StepSpec, StepText, sentence
from psconnect.model.connection import Connection
from psconnect.model.sections import Requirement


class RequirementsStep(StepSpec[RequirementsPart]):
    """What must be there."""

    key = "requirements"
    symbol = "requirements"
    part = RequirementsPart
    stated = True

    def text(self, draft: Draft, known: Known) -> StepText:  # noqa: ARG002 - always the same
        """Its words."""
        return StepText(
            tr("Data requirements"),
            tr("What if an attribute is missing?"),
            tr("A record can be delivered without it and reported, or left out until somebody fills it in."),
        )

    def lines(self, draft: Draft, known: Known) -> list[Line]:
        """What is reported and what is skipped, besides what the destination needs."""
        found: dict[Requirement, list[str]] = {"skip": [], "report": []}
        for entity in roster_of(draft, known).entities.values():
            for one in entity.attributes:
                if entity.included and not one.needed and one.requirement != "off":
                    named = tr(
                        "{attribute} of {entity}", attribute=one.attribute, entity=entity_label(one.entity).lower()
                    )
                    found[one.requirement].append(named)
        labels: dict[Requirement, str] = {"skip": tr("Skip if missing"), "report": tr("Report if missing")}
        return [(label, ", ".join(found[key]) or tr("nothing more")) for key, label in labels.items()]

    def brief(self, draft: Draft, known: Known) -> str:
        """For how many attributes a record is skipped or reported, besides what the destination needs."""
        attributes = [
            one for entity in roster_of(draft, known).entities.values() if entity.included for one in entity.attributes
        ]
        wishes = [one.requirement for one in attributes if not one.needed]
        skipped, reported = wishes.count("skip"), wishes.count("report")
        said = [
            counted(
                skipped, "skipped if {count} attribute is missing", "skipped if one of {count} attributes is missing"
            )
            if skipped
            else "",
            counted(reported, "reported if {count} attribute is missing", "reported if one of {count} is missing")
            if reported
            else "",
        ]
        return sentence(tr(", ").join(text for text in said if text)) or tr("What the destination needs")

    def into(self, part: RequirementsPart, settings: dict[str, Any]) -> None:
        """[requirements]."""
        if part.requirements or "requirements" in settings:
            settings["requirements"] = {key: dict(wishes) for key, wishes in part.requirements.items()}

    def out_of(self, connection: Connection) -> RequirementsPart:
        """What the connection states itself."""
        return RequirementsPart(connection.requirements)
