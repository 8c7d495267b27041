"""Step *Destination*: the kind of destination, and the settings which that kind declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from psconnect.desktop.text import tr
from psconnect.desktop.wizard.draft import Draft, Part
from psconnect.desktop.wizard.steps.spec import Known, Line, Need, StepSpec, StepText
from psconnect.model.connection import Connection
from psconnect.service import Kind, SettingField

Value = str | int | bool


class DestinationPart(Part, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """``destination`` holds ``kind`` and the settings it declares; a number that was typed wrong stays a text."""

    destination: dict[str, Value] = msgspec.field(default_factory=dict)

    @property
    def kind(self) -> str:
        """The chosen kind of destination; empty while none is chosen."""
        return str(self.destination.get("kind", ""))

    def declared_by(self, known: Known) -> Kind | None:
        """What the chosen kind declares; None while none is chosen."""
        return next((one for one in known.destinations if one.name == self.kind), None)


class DestinationStep(StepSpec[DestinationPart]):
    """Where the roster goes."""

    key = "destination"
    part = DestinationPart

    def text(self, draft: Draft, known: Known) -> StepText:  # noqa: ARG002 - always the same
        """Its words."""
        return StepText(
            tr("Destination"),
            tr("Where does the roster go?"),
            tr("Each sync puts the whole roster there, complete or not at all."),
        )

    def needs(self, draft: Draft, known: Known) -> Iterator[Need]:
        """A kind, and what it can't do without."""
        part = draft.of(DestinationPart)
        declaration = part.declared_by(known)
        if declaration is None:
            yield self.need("kind", tr("Choose where the roster goes."))
            return
        for setting in declaration.fields:
            problem = setting_problem(setting, part.destination.get(setting.key, setting.default))
            if problem:
                yield self.need(f"destination.{setting.key}", problem)

    def lines(self, draft: Draft, known: Known) -> list[Line]:
        """The kind and its settings."""
        part = draft.of(DestinationPart)
        declaration = part.declared_by(known)
        if declaration is None:
            return [(tr("Kind"), "")]
        found = [(tr("Kind"), declaration.label)]
        for setting in declaration.fields:
            value = part.destination.get(setting.key, setting.default)
            shown = (tr("on") if value else tr("off")) if isinstance(value, bool) else str(value)
            found.append((setting.label, shown))
        return found

    def into(self, part: DestinationPart, settings: dict[str, Any]) -> None:
        """The [destination] section."""
        settings["destination"] = dict(part.destination)

    def out_of(self, connection: Connection) -> DestinationPart:
        """As the connection has it."""
        return DestinationPart(dict(connection.destination))


def setting_problem(setting: SettingField, value: Value) -> str:
    """What is wrong with a destination's setting, in a sentence; an empty text when it can be used."""
    if setting.required and value == "":
        return setting.help
    if setting.kind == "number" and (not isinstance(value, int) or value < 0):
        return tr("Type a whole number, 0 or more.")
    if setting.choices and value not in setting.choices:
        return tr("Choose one of: {choices}.", choices=", ".join(setting.choices))
    return ""
