"""Step *Plugin*: what PowerSchool's plugin asks for beyond the choices made before, and how far its installation is."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from psconnect.desktop.text import counted, tr
from psconnect.desktop.wizard.draft import Draft, DraftPart
from psconnect.desktop.wizard.steps.spec import Known, Line, StepSpec, StepText, section, sentence
from psconnect.model.connection import Connection
from psconnect.model.sections import POWERSCHOOL, BuiltPlugin, PieceName
from psconnect.wording.pieces import pieces_what, read_without

ENABLE_STEP = 3
"""The place of *Enable* among the steps of the installation (resources/help/en/install-plugin.toml)."""


class PluginPart(DraftPart, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the plugin asks for, and its installation.

    Attributes:
        without: what PowerSchool refuses and the connection goes without.
        custom: further fields per entity key, as in the connection file: ``Field Name|label, Table.Field|label``.
        ticked: numbers of the install steps that are done.
        menus: whose navigation the install steps describe, ``new`` or ``classic``.
        built: the plugin that was saved last, of a connection that does not exist yet; one that exists notes it itself.
    """

    progress = frozenset({"ticked", "menus", "built"})

    without: tuple[PieceName, ...] = ()
    custom: dict[str, str] = msgspec.field(default_factory=dict)
    ticked: tuple[int, ...] = ()
    menus: Literal["new", "classic"] = "new"
    built: BuiltPlugin = BuiltPlugin()

    @property
    def added(self) -> list[tuple[str, str]]:
        """The further fields: entity key and name as written, without its label."""
        return [
            (entity, written.partition("|")[0].strip())
            for entity, text in self.custom.items()
            for written in text.split(",")
            if written.strip()
        ]

    def has(self, entity: str, full_name: str) -> bool:
        """Whether a field is among the further ones of an entity; a name without a dot is of its standard table."""
        _table, _, field = full_name.lower().partition(".")
        return any(key == entity and name.lower() in (full_name.lower(), field) for key, name in self.added)

    def adding(self, entity: str, full_name: str) -> dict[str, str]:
        """``custom`` with one field more; a name that another field of the entity has gets its table in front."""
        if self.has(entity, full_name):
            return self.custom
        _table, _, field = full_name.partition(".")
        taken = [name.rpartition(".")[2].lower() for key, name in self.added if key == entity]
        written = f"{full_name}|{full_name}" if field.lower() in taken else full_name
        return {**self.custom, entity: ", ".join(filter(None, (self.custom.get(entity, ""), written)))}

    def dropping(self, entity: str, full_name: str) -> dict[str, str]:
        """``custom`` without a field."""
        _table, _, field = full_name.lower().partition(".")
        kept = [
            written.strip()
            for written in self.custom.get(entity, "").split(",")
            if written.partition("|")[0].strip().lower() not in (full_name.lower(), field)
        ]
        return {**self.custom, entity: ", ".join(kept)}


class PluginStep(StepSpec[PluginPart]):
    """What psconnect may read in PowerSchool."""

    key = "plugin"
    symbol = "plugin"
    part = PluginPart

    def text(self, draft: Draft, known: Known) -> StepText:  # noqa: ARG002 - always the same
        """Its words."""
        return StepText(
            tr("Plugin"),
            tr("Install the plugin in PowerSchool"),
            tr("It lets psconnect read the fields that your choices need, and nothing else."),
        )

    def applies(self, draft: Draft, known: Known) -> bool:  # noqa: ARG002 - the same signature everywhere
        """Only PowerSchool has plugins."""
        return known.source == POWERSCHOOL

    def lines(self, draft: Draft, known: Known) -> list[Line]:  # noqa: ARG002 - the same signature everywhere
        """What is asked for in addition, and what is not asked for."""
        part = draft.of(PluginPart)
        added = [field for entity in part.custom.values() for field in entity.split(",") if field.strip()]
        lines = [(tr("Further fields"), tr("{count} fields", count=len(added)))] if added else []
        return [*lines, (tr("Goes without"), read_without(part.without))] if part.without else lines

    def brief(self, draft: Draft, known: Known) -> str:  # noqa: ARG002 - the same signature everywhere
        """The version that was saved, how many further fields are asked for, and what psconnect goes without."""
        part = draft.of(PluginPart)
        added = sum(bool(field.strip()) for entity in part.custom.values() for field in entity.split(","))
        said = [tr("version {version}", version=part.built.version)] if part.built.version else [tr("not saved yet")]
        if added:
            said.append(counted(added, "{count} further field", "{count} further fields"))
        if part.without:
            said.append(tr("without {what}", what=pieces_what(part.without)))
        return sentence(tr("; ").join(said))

    def into(self, part: PluginPart, settings: dict[str, Any]) -> None:
        """``without`` of the [source] section, and [custom]."""
        source = section(settings, "source")
        if source.get("kind", POWERSCHOOL) != POWERSCHOOL:
            # The window sets up PowerSchool alone; what a file says of another source stays as it is.
            return
        source["without"] = list(part.without)
        settings["custom"] = {entity: text for entity, text in part.custom.items() if text.strip()}
        if part.built.version:
            settings["plugin"] = msgspec.to_builtins(part.built)

    def out_of(self, connection: Connection) -> PluginPart:
        """As the connection has it."""
        return PluginPart(tuple(connection.source.without), dict(connection.custom))
