"""Presets: the settings that a known system starts from. Data, not code: TOML files in resources/presets.

A preset may have every section of the connection file but name and address, credentials and what else belongs to one
connection alone. It gives defaults: what the connection's file says goes before it, setting by setting.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

import msgspec

from psconnect.model.connection import Connection, from_dict, to_dict
from psconnect.model.errors import FixSettings
from psconnect.model.sections import POWERSCHOOL

Settings = Mapping[str, Any]
"""Tables of a connection file."""

_OF_ONE_CONNECTION = ("format", "name", "id", "preset", "disabled", "schedule", "notices")
_SOURCE = ("read", "compare", "without")
"""What a preset can say of the source: how it is read, not whose it is."""
_DEEPER = {"mapping": 1, "values": 1, "requirements": 1, "safety": 2}
"""Sections that have tables in them which are merged key by key, and how deep; all other values count as one."""


class Preset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person reads of a preset, and its settings.

    Attributes:
        label, summary: a name and a line.
        base: another preset, whose settings lie beneath; empty for none.
        needs: what a person has to have at hand besides PowerSchool's administrator, a line each.
        hints: sentences about what is different from the vendor's own integration, or has to be looked at.
        verified: whether the vendor has confirmed that its system reads what the preset delivers.
        settings: sections of a connection file.
    """

    label: str
    summary: str
    base: str = ""
    needs: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    verified: bool = True
    settings: dict[str, Any] = msgspec.field(default_factory=dict)

    @property
    def mapping(self) -> dict[str, dict[str, str]]:
        """Entity key -> attribute -> template."""
        return self.settings.get("mapping", {})  # type: ignore[no-any-return] # checked by parse_preset

    @property
    def requirements(self) -> dict[str, dict[str, str]]:
        """Entity key -> attribute -> ``report`` or ``skip``."""
        return self.settings.get("requirements", {})  # type: ignore[no-any-return] # checked by parse_preset

    @property
    def values(self) -> dict[str, dict[str, str]]:
        """The value lists by name."""
        return self.settings.get("values", {})  # type: ignore[no-any-return] # checked by parse_preset

    def beneath(self, connection: Connection) -> Connection:
        """The connection's settings, with the preset's where the connection says nothing; raises FixSettings."""
        return from_dict(layered(self.settings, to_dict(connection)))

    def fixed_in(self, connection: Connection) -> Connection:
        """The connection with those of the preset's settings in its own that may not change with a later preset.

        That is what ids are made of, and the destination: records were delivered under these ids and to this place. A
        connection that says nothing of its destination stays without one: where to is never decided by the preset.
        """
        options = self.settings.get("options", {})
        fixed: dict[str, Any] = {name: self.settings.get(name, {}) for name in ("ids", "destination")}
        if not connection.destination:
            fixed["destination"] = {}
        fixed["options"] = {name: value for name, value in options.items() if name.endswith("_prefix")}
        fixed = {name: table for name, table in fixed.items() if table}
        return from_dict(layered(fixed, to_dict(connection))) if fixed else connection

    def with_settings(self, more: Settings) -> Preset:
        """The preset with settings that go before its own."""
        return msgspec.structs.replace(self, settings=layered(self.settings, more))

    def on(self, base: Preset) -> Preset:
        """The preset with the settings of another one beneath its own."""
        return msgspec.structs.replace(self, settings=layered(base.settings, self.settings))


# Made here and not when first needed: msgspec crashes when two threads work the same type out at once.
msgspec.json.Decoder(Preset)


def layered(lower: Settings, upper: Settings) -> dict[str, Any]:
    """Two sets of sections in one: what ``upper`` says, and what only ``lower`` says.

    Sections are merged setting by setting, those with tables of entities attribute by attribute; a list or a table
    that is one setting counts as a whole. A [source] or [destination] of another kind takes nothing over.
    """
    result: dict[str, Any] = {**lower, **upper}
    for name in lower.keys() & upper.keys():
        one, other = lower[name], upper[name]
        if name == "destination" and one.get("kind", other.get("kind")) != other.get("kind", one.get("kind")):
            continue
        if name == "source" and other.get("kind", POWERSCHOOL) != one.get("kind", POWERSCHOOL):
            continue
        result[name] = _merged(one, other, _DEEPER.get(name, 0))
    return result


def _merged(lower: Any, upper: Any, depth: int) -> Any:
    if not (isinstance(lower, dict) and isinstance(upper, dict)):
        return upper
    both = lower.keys() & upper.keys()
    result: dict[str, Any] = {**lower, **upper}
    if depth:
        result |= {key: _merged(lower[key], upper[key], depth - 1) for key in both}
    return result


def _check_keys(tables: Settings) -> None:
    own = [key for key in tables if key in _OF_ONE_CONNECTION]
    own += [f"source.{key}" for key in tables.get("source", {}) if key not in _SOURCE]
    if own:
        raise FixSettings("PSC-SETTINGS-INVALID/of-one-connection", where=own[0], name=own[0])


def parse_preset(name: str, text: str) -> Preset:
    """A preset from its TOML text; raises FixSettings that names the preset and the key which is wrong."""
    tables = tomllib.loads(text)
    about: dict[str, Any] = {
        key: tables.pop(key) for key in ("label", "summary", "base", "needs", "hints", "verified") if key in tables
    }
    try:
        preset = msgspec.convert({**about, "settings": tables}, Preset)
        _check_keys(tables)
        from_dict({"name": name, "preset": name, **tables})
    except msgspec.ValidationError as error:
        raise FixSettings("PSC-PRESET-SETTING/form", where=f"{name}.toml", name=name, problem=str(error)) from None
    except FixSettings as error:
        where = f"{name}.toml: {error.where}" if error.where else f"{name}.toml"
        raise FixSettings("PSC-PRESET-SETTING/setting", where=where, name=name, cause=error.said) from None
    return preset
