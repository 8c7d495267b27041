"""Step *Attributes*: what fills each attribute, value lists, and what roles in a class mean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from psconnect.desktop.text import counted, entity_label, tr
from psconnect.desktop.wizard.draft import Draft
from psconnect.desktop.wizard.steps.destination import DestinationPart
from psconnect.desktop.wizard.steps.roster import AttributesPart, roster_of
from psconnect.desktop.wizard.steps.spec import Known, Line, Need, StepSpec, StepText, told
from psconnect.model.connection import Connection
from psconnect.service import AttributeSetting, EntitySettings

CUSTOM_ROW, _ROLE = "custom", "role"


class AttributesStep(StepSpec[AttributesPart]):
    """What is delivered about each record."""

    key = "attributes"
    symbol = "attributes"
    part = AttributesPart
    stated = True

    def text(self, draft: Draft, known: Known) -> StepText:  # noqa: ARG002 - always the same
        """Its words."""
        return StepText(
            tr("Attributes"),
            tr("What is delivered about each record?"),
            tr("Each attribute is filled from a PowerSchool field. Beside it, records of your own."),
        )

    def needs(self, draft: Draft, known: Known) -> Iterator[Need]:
        """Templates that can be used; roles that mean something are advised."""
        found = roster_of(draft, known)
        for entity in found.entities.values():
            for attribute in entity.attributes:
                yield from self._needs_of(attribute, draft, known)
            for name in entity.unknown:
                yield self.need(f"{entity.entity}.{name}", unknown_attribute(entity, name))
            if entity.custom_error:
                yield self.need(f"{entity.entity}.{CUSTOM_ROW}", told(entity.custom_error))
        for name, error in found.list_errors.items():
            yield self.need(f"values.{name}", told(error))
        for name in draft.of(AttributesPart).open_roles:
            text = tr("The role “{name}” is not mapped: who has it is not delivered as a teacher.", name=name)
            yield self.need(f"{_ROLE}.{name}", text, blocks=False)

    def _needs_of(self, one: AttributeSetting, draft: Draft, known: Known) -> Iterator[Need]:
        field = f"{one.entity}.{one.attribute}"
        if one.error:
            yield self.need(field, told(one.error))
        elif one.needed and not one.text.strip():
            kind = draft.of(DestinationPart).declared_by(known)
            label = kind.label if kind else ""
            text = tr("{destination} needs this attribute. Name the field that fills it.", destination=label)
            yield self.need(field, text)
        for name, nearest in one.unlisted.items():
            yield self.need(field, doubtful_field(name, nearest), blocks=False)

    def lines(self, draft: Draft, known: Known) -> list[Line]:  # noqa: ARG002 - all in the part
        """What differs from the preset."""
        part = draft.of(AttributesPart)
        own = sum(len(texts) for texts in part.mapping.values())
        shown = counted(own, "{count} differs from the preset", "{count} differ from the preset")
        lines = [(tr("Attributes"), shown if own else tr("as in the preset"))]
        lines += [(tr("Value lists"), ", ".join(part.values))] if part.values else []
        lines += [(tr("Roles of your own"), ", ".join(part.roles))] if part.roles else []
        return lines

    def brief(self, draft: Draft, known: Known) -> str:  # noqa: ARG002 - the same signature everywhere
        """How many attributes, value lists and roles are not the preset's."""
        part = draft.of(AttributesPart)
        own = sum(len(texts) for texts in part.mapping.values())
        said = [
            counted(own, "{count} attribute of your own", "{count} attributes of your own") if own else "",
            counted(len(part.values), "{count} value list", "{count} value lists") if part.values else "",
            counted(len(part.roles), "{count} role", "{count} roles") if part.roles else "",
        ]
        return tr(", ").join(text for text in said if text) or tr("As in the preset")

    def into(self, part: AttributesPart, settings: dict[str, Any]) -> None:
        """[mapping], [values] and [roles]; custom fields are the plugin's."""
        for name in ("mapping", "values", "roles"):
            table = getattr(part, name)
            if table or name in settings:
                settings[name] = {key: dict(one) if isinstance(one, dict) else one for key, one in table.items()}

    def out_of(self, connection: Connection) -> AttributesPart:
        """What the connection states itself."""
        return AttributesPart(connection.mapping, connection.values, connection.roles)


def unknown_attribute(entity: EntitySettings, name: str) -> str:
    """What to say of an attribute in a file that the entity does not have."""
    return tr("{entity} have no attribute “{name}”. Take it out.", entity=entity_label(entity.entity), name=name)


def doubtful_field(name: str, nearest: str) -> str:
    """What to say of a field that is not in psconnect's list."""
    if nearest:
        return tr("{field} is not in the list of PowerSchool’s fields. Nearest: {nearest}", field=name, nearest=nearest)
    return tr("{field} is not in the list of PowerSchool’s fields. The test of the connection finds out.", field=name)
