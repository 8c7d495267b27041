"""Step *Plugin*: what PowerSchool's plugin asks for beyond the choices made before, and how far its installation is."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from psconnect.desktop.text import tr
from psconnect.desktop.wizard.draft import Draft, DraftPart
from psconnect.desktop.wizard.steps.spec import Known, Line, StepSpec, StepText, section
from psconnect.model.connection import Connection
from psconnect.model.sections import POWERSCHOOL, PieceName
from psconnect.wording.pieces import read_without


class PluginPart(DraftPart, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the plugin asks for, and its installation.

    Attributes:
        without: what PowerSchool refuses and the connection goes without.
        custom: further fields per entity key, as in the connection file: ``Field Name|label, Table.Field|label``.
        ticked: numbers of the install steps that are done.
        menus: whose navigation the install steps describe, ``new`` or ``classic``.
    """

    progress = frozenset({"ticked", "menus"})

    without: tuple[PieceName, ...] = ()
    custom: dict[str, str] = msgspec.field(default_factory=dict)
    ticked: tuple[int, ...] = ()
    menus: Literal["new", "classic"] = "new"


class PluginStep(StepSpec[PluginPart]):
    """What psconnect may read in PowerSchool."""

    key = "plugin"
    part = PluginPart

    def text(self, draft: Draft, known: Known) -> StepText:  # noqa: ARG002 - always the same
        """Its words."""
        return StepText(
            tr("Plugin"),
            tr("Install the plugin in PowerSchool"),
            tr("It lets psconnect read the fields that your choices need, and nothing else."),
        )

    def lines(self, draft: Draft, known: Known) -> list[Line]:  # noqa: ARG002 - the same signature everywhere
        """What is asked for in addition, and what is not asked for."""
        part = draft.of(PluginPart)
        added = [field for entity in part.custom.values() for field in entity.split(",") if field.strip()]
        lines = [(tr("Further fields"), tr("{count} fields", count=len(added)))] if added else []
        return [*lines, (tr("Goes without"), read_without(part.without))] if part.without else lines

    def into(self, part: PluginPart, settings: dict[str, Any]) -> None:
        """``without`` of the [source] section, and [custom]."""
        source = section(settings, "source")
        if source.get("kind", POWERSCHOOL) != POWERSCHOOL:
            # The window sets up PowerSchool alone; what a file says of another source stays as it is.
            return
        source["without"] = list(part.without)
        settings["custom"] = {entity: text for entity, text in part.custom.items() if text.strip()}

    def out_of(self, connection: Connection) -> PluginPart:
        """As the connection has it."""
        return PluginPart(tuple(connection.source.without), dict(connection.custom))
