"""What a connection's settings say about user names, sign-in, devices and custom fields, ready for a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from psconnect.model.bad_setting import hint_at
from psconnect.model.connection import Connection
from psconnect.model.entities import BY_KEY, SIGN_IN_TYPE
from psconnect.model.errors import FixSettings
from psconnect.roster.mapping import RosterMapping, requirements_for
from psconnect.roster.presets import Preset
from psconnect.roster.sign_in import SignIn, SignInTypes
from psconnect.roster.usernames import compile_usernames
from psconnect.store.reading.assigned_values import PEOPLE
from psconnect.sync.generated_values import Naming

Pattern = Callable[[Mapping[str, str]], str]
_PEOPLE = [entity.key for entity in PEOPLE]
_CHROMEBOOKS = "EmailAddress.EmailAddress|email|else:Students.Student_Web_ID"
_NUMBER = "|else:Students.Student_Number|else:Students.DCID"
"""Fallbacks for the user name where people sign in to Chromebooks with their e-mail. The file still needs a user
name, so the last fallback is a number everybody has, unless missing user names are generated."""


def said_by_options(connection: Connection) -> dict[str, Any]:
    """What the options imply for students' user names and numbers, as sections of a connection file.

    Only devices other than Chromebooks need PowerSchool's user name.
    """
    devices, identifier = connection.options.devices, connection.options.student_identifier
    mapping: dict[str, str] = {}
    if devices == "chromebooks":
        last = "" if connection.usernames.get("student") else _NUMBER
        mapping["username"] = f"{{{_CHROMEBOOKS}{last}}}"
    elif devices:
        mapping["username"] = "{Students.Student_Web_ID}"
    if identifier:
        mapping["identifier"] = _NUMBERS[identifier]
    settings: dict[str, Any] = {"mapping": {"student": mapping}} if mapping else {}
    if devices and devices != "chromebooks":
        settings["requirements"] = {"student": {"username": "skip"}}
    return settings


_NUMBERS = {"dcid": "{Students.DCID}", "id": "{Students.ID}", "number": "{Students.Student_Number}"}
"""Choice of student number -> the field that holds it."""


def with_prefix(pattern: Pattern, prefix: str) -> Pattern:
    """A user name pattern that puts the prefix in front of its result, unless that is empty."""
    if not prefix:
        return pattern

    def prefixed(named: Mapping[str, str]) -> str:
        made = pattern(named)
        return prefix + made if made else ""

    return prefixed


def naming_of(
    connection: Connection, preset: Preset, needed: Mapping[str, frozenset[str]], types: SignInTypes
) -> Naming:
    """How missing values are filled in; raises FixSettings for an unusable pattern or domain.

    ``needed`` are the attributes the destination requires, per entity key; ``types`` its sign-in types.
    """
    for entity in connection.usernames:
        if entity not in _PEOPLE:
            raise FixSettings(
                "PSC-SETTINGS-INVALID/user-names",
                where=f"usernames.{entity}",
                entity=entity,
                hint=hint_at(entity, _PEOPLE),
            )
    patterns = {
        key: with_prefix(compile_usernames(text, BY_KEY[key], f"usernames.{key}"), connection.options.username_prefix)
        for key, text in connection.usernames.items()
        if text
    }
    skipped, reported = set(), set()
    for key in patterns:
        wanted = requirements_for(
            BY_KEY[key], needed.get(key, frozenset()), preset.requirements, connection.requirements
        )
        skipped |= {key for _place, name in wanted.skip if name == "username"}
        reported |= {key for _place, name in wanted.report if name == "username"}
    sign_in = sign_in_of(connection)
    return Naming(patterns, sign_in, types.in_effect(sign_in), frozenset(skipped), frozenset(reported))


def sign_in_of(connection: Connection) -> SignIn:
    """The e-mail domains of each sign-in type; raises FixSettings for an unusable one."""
    return SignIn({kind: list(domains) for kind, domains in connection.sign_in.items()})


def custom_labels(naming: Naming, mapping: RosterMapping) -> dict[str, tuple[str, ...]]:
    """The labels of each entity's extra values, in delivered order."""
    labels = {key: tuple(fields) for key, fields in mapping.custom.items() if fields}
    if naming.sign_in:
        for key in _PEOPLE:
            labels[key] = (*labels.get(key, ()), SIGN_IN_TYPE)
    return labels
