"""Connections that share a destination: their ids must not clash."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from psconnect.destinations import KINDS
from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings
from psconnect.model.phrases import Phrase, phrase
from psconnect.model.setting_fields import SettingField
from psconnect.store.settings.home import slug

_MADE_OF_KEYS = re.compile(r"[tc]?[0-9]*|d(i(s(t(r(i(c(t)?)?)?)?)?)?)?", re.IGNORECASE)
"""How ids made of keys begin: a number, perhaps after a letter, or the word for the district."""
_SAME_PREFIX = {
    "username_prefix": "PSC-SETTINGS-SHARED/user-names",
    "course_prefix": "PSC-SETTINGS-SHARED/course-numbers",
}


def check_sharing(connection: Connection, others: Iterable[Connection]) -> None:
    """Raise FixSettings for prefixes that don't keep two PowerSchool servers apart at one destination."""
    for other in sharing(connection, others):
        if _overlap(connection, other):
            own, theirs = (_shown(one.options.id_prefix) for one in (connection, other))
            raise mixed_up("PSC-SETTINGS-SHARED/ids", "id_prefix", connection, other, own=own, theirs=theirs)
        for prefix, code in _SAME_PREFIX.items():
            own, theirs = getattr(connection.options, prefix), getattr(other.options, prefix)
            if own and own.casefold() == theirs.casefold():
                raise mixed_up(code, prefix, connection, other, own=own)


def sharing(connection: Connection, others: Iterable[Connection]) -> Iterator[Connection]:
    """Those of the others that deliver to the same place from another PowerSchool server."""
    for other in others:
        if slug(other.name) == slug(connection.name) or not _same_destination(connection, other):
            continue
        if not connection.source.url or connection.source.url != other.source.url:
            yield other


def _same_destination(one: Connection, other: Connection) -> bool:
    if not one.destination_kind or one.destination_kind != other.destination_kind:
        return False
    return _place(one) is not None and _place(one) == _place(other)


def _place(connection: Connection) -> tuple[Any, ...] | None:
    """Identifies a destination by the settings that say where it is, else by all its settings; None while unset."""
    settings: Mapping[str, Any] = connection.destination
    kind = KINDS.get(connection.destination_kind)
    places = [field for field in (kind.asked(settings) if kind else ()) if field.is_place]
    if places:
        given = [(field, str(settings.get(field.key, field.initial)).strip()) for field in places]
        if not all(value for field, value in given if field.required):
            return None
        return tuple(_compared(field, value) for field, value in given)
    return tuple(sorted((key, str(value)) for key, value in settings.items()))


def _compared(field: SettingField, value: str) -> str:
    """The value in the form in which two of them are compared."""
    if field.normal:
        with suppress(FixSettings):  # a value that is no address is refused where it is checked
            return field.normal(value)
    return _plain(value) if field.kind in ("folder", "file") else value.casefold()


def _plain(folder: str) -> str:
    """A folder path in normal form: without links, dots and (where the system ignores case) capitals."""
    try:
        return os.path.normcase(Path(folder).expanduser().resolve())
    except (OSError, RuntimeError):
        return os.path.normcase(folder)


def _overlap(one: Connection, other: Connection) -> bool:
    """Whether an id of one connection could be one of the other."""
    prefixes = sorted((one.options.id_prefix.casefold(), other.options.id_prefix.casefold()), key=len)
    shorter, longer = prefixes
    if not longer.startswith(shorter):
        return False
    rest = longer[len(shorter) :]
    if one.id_rules.numbers or other.id_rules.numbers:
        # PowerSchool's numbers can contain any letters and digits.
        return not rest or rest.isalnum()
    return _MADE_OF_KEYS.fullmatch(rest) is not None


def _shown(prefix: str) -> str | Phrase:
    return prefix or phrase("no-prefix")


def mixed_up(code: str, prefix: str, connection: Connection, other: Connection, **values: Any) -> FixSettings:
    """The error of two connections that would be mixed up; ``prefix`` is the option that keeps them apart."""
    place, values["letter"] = f"options.{prefix}", connection.name[:1].upper()
    values |= {"name": connection.name, "other": other.name, "place": place}
    return FixSettings(code, where=place, **values)
