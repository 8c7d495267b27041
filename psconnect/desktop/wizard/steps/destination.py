"""Step *Destination*: the kind of destination, and the settings which that kind declares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from psconnect.desktop.text import counted, entity_label, tr
from psconnect.desktop.wizard.draft import Draft, DraftPart
from psconnect.desktop.wizard.steps.schools import SchoolsPart
from psconnect.desktop.wizard.steps.spec import Known, Line, Need, StepSpec, StepText, told
from psconnect.model.connection import Connection, placed_table
from psconnect.model.errors import FixSettings
from psconnect.model.setting_fields import FieldCheck
from psconnect.service import Kind, SecretField, SettingField

SettingValue = str | int | bool | list[dict[str, str | int | bool]]
"""A setting's value as typed; that of a table is its rows."""


class DestinationPart(DraftPart, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """``destination`` holds ``kind`` and the settings it declares; a number that was typed wrong stays a text."""

    destination: dict[str, SettingValue] = msgspec.field(default_factory=dict)

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
    symbol = "deliver"
    part = DestinationPart

    def text(self, draft: Draft, known: Known) -> StepText:  # noqa: ARG002 - always the same
        """Its words."""
        return StepText(
            tr("Destination"),
            tr("Where does the roster go?"),
            tr("Nothing is sent yet: this only says where, and how to get in."),
        )

    def needs(self, draft: Draft, known: Known) -> Iterator[Need]:
        """A kind, and what it can't do without."""
        part = draft.of(DestinationPart)
        declaration = part.declared_by(known)
        if declaration is None:
            yield self.need("kind", tr("Choose where the roster goes."))
            return
        unplaced = _unplaced(declaration, draft.of(SchoolsPart))
        if unplaced:
            yield self.need("kind", unplaced)
        for setting in declaration.asked(part.destination):
            problem = setting_problem(setting, part.destination.get(setting.key, setting.initial))
            if problem:
                yield self.need(f"destination.{setting.key}", problem)
        for secret in declaration.asked_secrets(part.destination):
            key = secret_key(secret)
            problem = known.secrets.get(key, _enter(secret) if secret.required else "")
            if problem:
                yield self.need(key, problem)

    def lines(self, draft: Draft, known: Known) -> list[Line]:
        """The kind and its settings."""
        part = draft.of(DestinationPart)
        declaration = part.declared_by(known)
        if declaration is None:
            return [(tr("Kind"), "")]
        given = part.destination
        values = ((one, given.get(one.key, one.initial)) for one in declaration.asked(given))
        places = (
            (one.label, known.secret_place if secret_key(one) in known.secrets else "")
            for one in declaration.asked_secrets(given)
        )
        return [(tr("Kind"), declaration.label), *((one.label, _shown(one, value)) for one, value in values), *places]

    def brief(self, draft: Draft, known: Known) -> str:
        """The kind, and the place."""
        part = draft.of(DestinationPart)
        declaration = part.declared_by(known)
        if declaration is None:
            return ""
        where = (
            one
            for one in declaration.asked(part.destination)
            if one.required and one.kind in ("folder", "file", "text")
        )
        place = next((str(part.destination.get(one.key, "")).strip() for one in where), "")
        return tr("{kind}: {place}", kind=declaration.label, place=place) if place else declaration.label

    def into(self, part: DestinationPart, settings: dict[str, Any]) -> None:
        """The [destination] section."""
        settings["destination"] = placed_table(part.destination)

    def out_of(self, connection: Connection) -> DestinationPart:
        """As the connection has it."""
        return DestinationPart(dict(connection.destination))


def _unplaced(kind: Kind, schools: SchoolsPart) -> str:
    """What was chosen for courses that this kind has no place for, in a sentence; an empty text for nothing."""
    if "groups" not in kind.takes and any(one.deliver_as == "group" for one in schools.courses):
        return tr("{label} takes no groups of users, which some courses are delivered as.", label=kind.label)
    if "categories" not in kind.takes and any(one.category for one in schools.courses):
        return tr("{label} takes no categories, which some courses have.", label=kind.label)
    return ""


_SHOWS_KEY = ("sftp.host", "sftp.port")


def with_setting(given: dict[str, SettingValue], key: str, value: SettingValue) -> dict[str, SettingValue]:
    """The settings with one changed; another server has another key, which nobody has accepted yet."""
    changed = {**given, key: value}
    if key in _SHOWS_KEY:
        changed.pop("sftp.host_key", None)
    return changed


def secret_key(secret: SecretField) -> str:
    """The full key of a secret that a destination declares."""
    return f"destination.{secret.key}"


def _enter(secret: SecretField) -> str:
    return tr("Enter the secret “{label}”.", label=secret.label)


def row_labels(setting: SettingField, draft: Draft, known: Known) -> dict[str, str]:
    """What the rows of a table can be about, by key: fixed ones, the chosen schools, or what is delivered."""
    if setting.rows == "schools":
        part = draft.of(SchoolsPart)
        return {str(school.number): school.name for school in part.found if part.has(school.number)}
    if setting.rows == "entities":
        kind = draft.of(DestinationPart).declared_by(known)
        return {key: entity_label(key) for key in kind.entities} if kind else {}
    return dict(setting.row_labels)


def setting_problem(setting: SettingField, value: Any) -> str:
    """What is wrong with a destination's setting, in a sentence; an empty text when it can be used."""
    if (setting.required or setting.kind == "pinned") and value in ("", []):
        return setting.help
    if setting.kind == "table":
        try:
            FieldCheck("", "destination", "PSC-DESTINATION-SETTING").value(setting, value)
        except FixSettings as error:
            return told(error)
    if setting.kind == "number" and (not isinstance(value, int) or value < 0):
        return tr("Type a whole number, 0 or more.")
    if setting.choices and value not in setting.choices:
        return tr("Choose one of: {choices}.", choices=", ".join(_shown(setting, one) for one in setting.choices))
    return ""


def _shown(setting: SettingField, value: Any) -> str:
    if isinstance(value, bool):
        return tr("on") if value else tr("off")
    if isinstance(value, list):
        return counted(len(value), "{count} row", "{count} rows")
    return dict(setting.choice_labels).get(value, str(value))
