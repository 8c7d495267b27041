"""The plugin package: built with the least access for the choices, and what it may view, with the reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from psconnect.model.access import AccessList, FieldUse, PluginGap, Why
from psconnect.model.connection import Connection
from psconnect.model.entities import ADMIN, ENTITIES
from psconnect.model.errors import Bug, FixSettings
from psconnect.model.sections import BuiltPlugin
from psconnect.powerschool.access_list import access_list, plugin_gap
from psconnect.powerschool.pieces import Piece, piece_of
from psconnect.powerschool.plugin import PluginPackage, build_plugin, plugin_name
from psconnect.powerschool.plugin_check import check_names, faults_of
from psconnect.powerschool.plugin_versions import built_later, version_for
from psconnect.powerschool.streams import StreamSet
from psconnect.reports.access_page import access_page
from psconnect.roster.filters import filter_fields
from psconnect.service.base import Base
from psconnect.sources.powerschool import PowerSchoolReads
from psconnect.store.files import write_atomically
from psconnect.sync.compose import Choices, choices_of, compare_of

LONE = ".xml"
"""The ending of a file that holds plugin.xml alone; any other is the whole package."""


class Plugins(Base):
    """What a user can do about a connection's plugin; settings may be unsaved where it takes a ``Connection``."""

    def build_plugin(self, name: str) -> PluginPackage:
        """Build the plugin package with the least access the connection needs.

        Its version is noted in the connection's file, so that it rises only when the content changes, also on another
        computer.
        """
        return self._built(self._files.with_kept_id(name), alone=False)

    def write_plugin(self, name: str, path: Path) -> PluginPackage:
        """Build a connection's plugin package and write its ZIP, or the lone plugin.xml if ``path`` ends so."""
        return self.save_plugin(self._files.with_kept_id(name), path)

    def save_plugin(self, connection: Connection, path: Path) -> PluginPackage:
        """Build the plugin package of possibly unsaved settings and write it, as ``write_plugin`` does."""
        package = self._built(connection, alone=path.suffix.lower() == LONE)
        write_atomically(path.absolute(), package.content)
        return package

    def plugin_for(self, connection: Connection, *, alone: bool = False) -> PluginPackage:
        """Build the plugin package of possibly unsaved settings, without noting it; they get an id if they have none.

        ``alone`` builds the lone plugin.xml, which has no queries.
        """
        connection = self.with_id(connection)
        choices, kept, now = choices_of(connection), self._built_last(connection), self.clock.now()
        streams = powerschool_streams(choices)
        for table, field in streams.grants():
            check_names(table, field)
        package = build_plugin(
            streams,
            lambda content: version_for(kept, content, now),
            connection,
            data_versions=compare_of(choices) == "incremental",
            alone=alone,
        )
        faults = faults_of(package.content)
        if faults:
            raise Bug("PSC-PLUGIN-CHECK", faults="; ".join(faults[:5]))
        return package

    def _built(self, connection: Connection, *, alone: bool) -> PluginPackage:
        package = self.plugin_for(connection, alone=alone)
        stored = self._stored_with(self.with_id(connection).id)
        if stored and stored.plugin != package.built:
            self._files.save(msgspec.structs.replace(stored, plugin=package.built))
        return package

    def _built_last(self, connection: Connection) -> BuiltPlugin:
        """What was built last for a connection: of the settings given and those stored, the newer one."""
        stored = self._stored_with(connection.id)
        return built_later(connection.plugin, *([stored.plugin] if stored else []))

    def _stored_with(self, connection_id: str) -> Connection | None:
        return next((one for one in self._files.all() if one.id == connection_id), None)

    def plugin_access(self, connection: Connection) -> AccessList:
        """Every field that the plugin of these settings asks to view, with what each is for."""
        choices = choices_of(connection)
        uses: dict[str, list[FieldUse]] = {}
        for name, use in _uses(choices):
            uses.setdefault(name, []).append(use)
        return access_list(powerschool_streams(choices), uses)

    def save_access_list(self, connection: Connection, path: Path) -> AccessList:
        """Write every field that the plugin asks to view, with what each is for, as an HTML page to print."""
        access = self.plugin_access(connection)
        page = access_page(access, connection.name, plugin_name(self.with_id(connection).id))
        write_atomically(path.absolute(), page.encode())
        return access

    def plugin_gap(self, connection: Connection) -> PluginGap:
        """How the plugin that was built last differs from the one that these settings need."""
        kept = self._built_last(self.with_id(connection))
        content = self.plugin_for(connection, alone=kept.file == "xml").built.content
        return plugin_gap(self.plugin_access(connection), content, kept)

    def go_without(self, name: str, refused: Iterable[str]) -> tuple[Piece, ...]:
        """Make a connection do without what PowerSchool refuses; returns everything it does without.

        ``refused`` are names of pieces, or of tables or fields in PowerSchool. Raises FixSettings for what can't be
        left out or is needed by another choice.
        """
        connection = self._files.get(name)
        changed, pieces = self.left_out(connection, refused)
        if changed != connection:
            self._files.save(changed)
        return pieces

    def left_out(self, connection: Connection, refused: Iterable[str]) -> tuple[Connection, tuple[Piece, ...]]:
        """The settings, possibly unsaved, without what is refused, and everything they do without.

        Raises the same errors as ``go_without``.
        """
        wanted = dict.fromkeys([*connection.source.without, *(piece_of(text).name for text in refused)])
        source = msgspec.structs.replace(connection.source, without=list(wanted))
        changed = msgspec.structs.replace(connection, source=source)
        return changed, powerschool_streams(choices_of(changed)).without


def _uses(choices: Choices) -> Iterator[tuple[str, FieldUse]]:
    """Each field that the settings name, as ``Table.Field``, with what it is used for."""
    why: Why
    for why, texts in (("attribute", choices.mapping.templates), ("custom", choices.mapping.custom)):
        for entity, templates in texts.items():
            for name, template in templates.items():
                yield from ((field, FieldUse(why, entity, name)) for field in template.fields)
    for entity, names in filter_fields(choices.selection.filters).items():
        yield from ((field, FieldUse("filter", entity)) for field in names)
    made_of = {one.key: choices.selection.ids.field_of(one) for one in ENTITIES if one is not ADMIN}
    yield from ((field, FieldUse("number", entity)) for entity, field in made_of.items() if field)
    options = choices.connection.options
    if options.section_move:
        yield options.section_move, FieldUse("move", "class")
    if choices.wanted.contacts and not options.contact_module:
        yield from ((field, FieldUse("contact-name", "contact")) for field in options.name_fields.values())


def powerschool_streams(choices: Choices) -> StreamSet:
    """The streams to read from PowerSchool; raises FixSettings for a connection with another source."""
    if not isinstance(choices.reads, PowerSchoolReads):
        raise FixSettings(
            "PSC-SOURCE-NO-PLUGIN",
            where="source.kind",
            name=choices.connection.name,
            label=choices.kind.label,
        )
    return choices.reads.streams
