"""Step *Domains of uniqueness*: which attributes together must differ from record to record."""

from __future__ import annotations

from typing import Any

from psconnect.desktop.text import entity_label, tr
from psconnect.desktop.wizard.draft import Draft
from psconnect.desktop.wizard.steps.roster import UniquenessPart, roster_of
from psconnect.desktop.wizard.steps.spec import Known, Line, StepSpec, StepText, section
from psconnect.model.connection import Connection
from psconnect.model.roster_rules import DOMAINS


class UniquenessStep(StepSpec[UniquenessPart]):
    """Which records count as the same."""

    key = "uniqueness"
    symbol = "uniqueness"
    part = UniquenessPart
    stated = True

    def text(self, draft: Draft, known: Known) -> StepText:  # noqa: ARG002 - always the same
        """Its words."""
        return StepText(
            tr("Domains of uniqueness"),
            tr("Which records count as the same?"),
            tr("Two records that agree in all these attributes are reported, and one of them is left out."),
        )

    def lines(self, draft: Draft, known: Known) -> list[Line]:
        """The domains."""
        found = roster_of(draft, known).entities
        return [
            (entity_label(key), " + ".join(found[key].domain) or tr("not compared"))
            for key in DOMAINS
            if found[key].included and (found[key].domain or found[key].default_domain)
        ]

    def brief(self, draft: Draft, known: Known) -> str:
        """What makes the records of each kind one."""
        said = [tr("{entity} by {attributes}", entity=entity, attributes=by) for entity, by in self.lines(draft, known)]
        return tr(", ").join(said)

    def into(self, part: UniquenessPart, settings: dict[str, Any]) -> None:
        """[uniqueness]; what people confirmed of pairs stays."""
        if not part.domains and "uniqueness" not in settings:
            return
        table = section(settings, "uniqueness")
        for key in DOMAINS:
            table.pop(key, None)
        table |= {key: list(names) for key, names in part.domains.items()}

    def out_of(self, connection: Connection) -> UniquenessPart:
        """What the connection states itself."""
        return UniquenessPart({key: tuple(names) for key, names in connection.uniqueness.domains().items()})
