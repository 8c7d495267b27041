"""What the step *Plugin* asks of a session: what the plugin needs, and what was saved last. Knows no Qt."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import msgspec

from psconnect.desktop.wizard.session import Session
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.desktop.wizard.steps.plugin import PluginPart
from psconnect.model.access import AccessList, PluginGap
from psconnect.model.clock import CancelToken
from psconnect.model.sections import BuiltPlugin
from psconnect.service import CLIENT_SECRET, FieldState, FoundField, PluginPackage

_INSTALLING = 2
"""Place of the step of the installation that a newer plugin begins with (resources/help/en/install-plugin.toml)."""


@dataclass(frozen=True)
class PluginNeeds:
    """What the plugin asks for, and how the one saved last differs."""

    access: AccessList
    gap: PluginGap


@dataclass(frozen=True)
class PluginWork:
    """The plugin of a session. ``needs``, ``find``, ``examine`` and ``save_list`` may wait or raise: work."""

    session: Session

    @property
    def part(self) -> PluginPart:
        """What is chosen on the step."""
        return self.session.draft.of(PluginPart)

    @property
    def built(self) -> BuiltPlugin:
        """The plugin that was saved last, as far as it is known."""
        return self.session.base.plugin if self.session.base else self.part.built

    def note(self, package: PluginPackage) -> None:
        """The plugin was saved. After a new version, the steps from its installation on are to be done again."""
        session, part = self.session, self.part
        again = package.built != self.built
        ticked = tuple(place for place in part.ticked if place < _INSTALLING) if again else part.ticked
        if session.base:
            session.base = msgspec.structs.replace(session.base, plugin=package.built)
            session.update(PluginPart, ticked=ticked)
        else:
            session.update(PluginPart, ticked=ticked, built=package.built)

    def needs(self) -> PluginNeeds:
        """What the plugin asks for with the choices made so far, and what the one saved last lacks."""
        settings = self.session.settled("plugin")
        return PluginNeeds(self.session.service.plugin_access(settings), self.session.service.plugin_gap(settings))

    def leave_out(self, refused: str) -> None:
        """Go without a table or field that PowerSchool refused, as it named it; FixSettings for what is needed."""
        connection, _pieces = self.session.service.left_out(self.session.settled("plugin"), [refused])
        self.session.update(PluginPart, without=tuple(connection.source.without))

    def find(self, text: str, entity: str) -> list[FoundField]:
        """Fields by name or meaning, the district's own that are used included."""
        return self.session.service.find_fields(text, entity=entity, connection=self.session.settled("plugin"))

    @property
    def can_examine(self) -> bool:
        """Whether there are credentials to ask the server with."""
        return not any(need.blocks for need in self.session.needs("credentials"))

    def examine(self, names: Collection[str], cancel: CancelToken) -> dict[str, FieldState]:
        """Whether fields exist on the server, with the credentials as typed."""
        secret = self.session.secrets.get(CLIENT_SECRET, "")
        return self.session.service.examine_fields(self.session.settled("credentials"), names, secret, cancel)

    def save_list(self, path: Path) -> None:
        """Write what the plugin may view as a page to print."""
        session = self.session
        name = session.base.name if session.base else session.draft.of(ConnectPart).name or session.draft.id
        settings = msgspec.structs.replace(session.settled("plugin"), name=name)
        session.service.save_access_list(settings, path)
