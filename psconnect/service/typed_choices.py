"""Choices while they are typed: what they come to for a made-up person, or what is wrong with them.

Everything here is pure and quick; errors are those that saving the connection would raise. ``source`` is the key of the
connection's kind of source.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from psconnect.model.connection import Connection
from psconnect.model.entities import BY_KEY
from psconnect.model.filter_rules import parse_filters
from psconnect.model.sections import OptionSettings, SourceSettings
from psconnect.roster.filter_templates import FilterTemplate, templates_for
from psconnect.roster.filters import label_of, settle_filters
from psconnect.roster.usernames import Usernames, compile_usernames
from psconnect.roster.whole_names import DEFAULT_WAYS, compile_names
from psconnect.sources import source_kind_of
from psconnect.sources.kind import SourceKind
from psconnect.sources.powerschool.contact_names import whole_names
from psconnect.wording.declared import in_language

MADE_UP = {
    "sourcedId": "4711",
    "givenName": "Maya",
    "familyName": "Okafor",
    "middleName": "Ada",
    "identifier": "204417",
    "email": "maya.okafor@example.org",
    "stateId": "9912034417",
    "grade": "09",
    "phone": "555-0134",
}
"""A person who does not exist, for examples."""


def made_usernames(entity: str, pattern: str, prefix: str = "") -> tuple[str, str]:
    """The user names of the made-up person and of a second one of that name; raises FixSettings.

    Both are empty where the pattern gives nothing for that person.
    """
    made = compile_usernames(pattern, BY_KEY[entity], f"usernames.{entity}")
    wanted = made({**dict.fromkeys(BY_KEY[entity].attributes, ""), **MADE_UP})
    names, wanted = Usernames(()), prefix + wanted if wanted else ""
    return names.give(wanted), names.give(wanted)


def split_name(patterns: str, name: str) -> Mapping[str, str] | None:
    """A whole name split by patterns (empty: the usual ways); None where none fits. Raises FixSettings."""
    return compile_names(patterns or DEFAULT_WAYS, "options.contact_names")(name)


def check_name_fields(fields: Mapping[str, str]) -> None:
    """Raise FixSettings unless whole names of contacts can be read from these fields, by relationship."""
    options = OptionSettings(contact_module=False, contact_fields=dict(fields))
    whole_names(msgspec.structs.replace(Connection("", ""), options=options), "all", {})


def known_field(source: str, name: str, entity: str, where: str) -> str:
    """A field's full name from the name as written; raises FixSettings that names the nearest one."""
    return _kind(source).resolve(name, entity, where)


def filter_label(source: str, entity: str, rule: Mapping[str, Any]) -> str:
    """What a filter rule is called, as the tables of a connection file have it; raises FixSettings for a wrong one."""
    (parsed,) = parse_filters({entity: [dict(rule)]})[entity]
    settle_filters({entity: [parsed]}, _kind(source).resolve)
    return label_of(parsed)


def offered_templates(entity: str) -> list[FilterTemplate]:
    """The ready-made conditions for an entity's filter rules, in the chosen language."""
    return [in_language(template) for template in templates_for(entity)]


def fixed_options(source: str) -> frozenset[str]:
    """Names of the choices that this kind of source leaves open to nobody (sources.kind.SourceKind.fixed)."""
    return _kind(source).fixed


def _kind(source: str) -> SourceKind:
    return source_kind_of(msgspec.structs.replace(Connection("", ""), source=SourceSettings(kind=source)))
