"""Step *Connect what*: the connection's name, the preset, the district's name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from psconnect.desktop.text import tr
from psconnect.desktop.wizard.draft import Draft, DraftPart
from psconnect.desktop.wizard.steps.spec import Known, Line, Need, StepSpec, StepText, section
from psconnect.model.connection import LONGEST_NAME, Connection


class ConnectPart(DraftPart, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Name, preset (its name in files) and the district's name, as typed, and what students work on.

    ``devices`` is as in [options] of the connection file; empty for what the preset says without being asked.
    """

    name: str = ""
    preset: str = ""
    district_name: str = ""
    devices: Literal["", "chromebooks", "other", "mix"] = ""


class ConnectStep(StepSpec[ConnectPart]):
    """What is connected, and what it is called."""

    key = "connect"
    symbol = "connections"
    part = ConnectPart
    required = True

    def text(self, draft: Draft, known: Known) -> StepText:  # noqa: ARG002 - always the same
        """Its words."""
        return StepText(
            tr("Connect what?"),
            tr("What do you want to connect?"),
            tr("The preset fills in what that system expects; you can change every setting later."),
        )

    def needs(self, draft: Draft, known: Known) -> Iterator[Need]:
        """A name that is free, and a preset."""
        part = draft.of(ConnectPart)
        problem = _name_problem(part.name.strip(), known)
        if problem:
            yield self.need("name", problem)
        if part.preset not in [preset.name for preset in known.presets]:
            yield self.need("preset", tr("Choose what you want to connect."))

    def lines(self, draft: Draft, known: Known) -> list[Line]:
        """Name, preset, district."""
        part = draft.of(ConnectPart)
        chosen = next((preset for preset in known.presets if preset.name == part.preset), None)
        label = chosen.label if chosen else ""
        if chosen and not chosen.verified:
            label = tr("{preset} (not verified with the vendor)", preset=label)
        return [
            (tr("Name"), part.name.strip()),
            (tr("Preset"), label),
            (tr("Student devices"), device_words()[part.devices]),
            (tr("District name"), part.district_name.strip() or tr("taken from the address")),
        ]

    def brief(self, draft: Draft, known: Known) -> str:
        """The preset, and what students work on."""
        part = draft.of(ConnectPart)
        chosen = next((preset for preset in known.presets if preset.name == part.preset), None)
        if not chosen:
            return ""
        devices = device_words()[part.devices]
        return tr("{preset}: {devices}", preset=chosen.label, devices=devices) if part.devices else chosen.label

    def into(self, part: ConnectPart, settings: dict[str, Any]) -> None:
        """Name, preset and [options] district_name."""
        settings["name"], settings["preset"] = part.name, part.preset
        options = section(settings, "options")
        options["district_name"] = part.district_name.strip()
        if part.devices:
            options["devices"] = part.devices
        else:
            options.pop("devices", None)

    def out_of(self, connection: Connection) -> ConnectPart:
        """As the connection has it."""
        options = connection.options
        return ConnectPart(connection.name, connection.preset, options.district_name, options.devices or "")


def device_words() -> dict[str, str]:
    """The answers to what students work on, by their values; the empty one for no answer."""
    return {
        "chromebooks": tr("only Chromebooks"),
        "other": tr("no Chromebooks"),
        "mix": tr("a mix of both"),
        "": tr("not said"),
    }


def _name_problem(name: str, known: Known) -> str:
    if not name:
        return tr("Give the connection a name, for example “Lincoln roster”.")
    if not name.isprintable():
        return tr("The name has an invisible character in it. Type it again.")
    if len(name) > LONGEST_NAME:
        return tr("The name has {count} characters. Type one of at most {most}.", count=len(name), most=LONGEST_NAME)
    if name.casefold() in known.taken:
        return tr("There is already a connection with this name. Choose another one.")
    return ""
