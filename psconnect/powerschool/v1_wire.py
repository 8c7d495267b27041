"""Reads the wire format of ``/ws/v1``: XML converted to JSON (docs/powerschool.md 5.1 to 5.3).

The conversion turned a list of one item into an object, an empty container into an empty string, digits into numbers,
and exact ``true`` and ``false`` into booleans. All of these are reversible, so every value is turned back into its
text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

Item = dict[str, Any]

# A decimal number is kept as written: 12345678.9 would come back in another notation (5.3, rule 4).
_decoder = msgspec.json.Decoder(dict[str, Any], float_hook=str)


def decode(body: bytes) -> Item:
    """An answer of ``/ws/v1``; raises msgspec.DecodeError if it isn't a JSON object."""
    return _decoder.decode(body)


def text(value: Any) -> str:
    """The text a value was made from; empty for None."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


def items(value: Any) -> list[Item]:
    """A repeated element as a list, whether it is missing, one object, or a list."""
    if isinstance(value, dict):
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def block(value: Any) -> Item:
    """A container; empty if it came as an empty string."""
    return value if isinstance(value, dict) else {}


def at(item: Item, path: str) -> str:
    """The text at a dotted path; empty if there is nothing."""
    *blocks, last = path.split(".")
    for name in blocks:
        item = block(item.get(name))
    return text(item.get(last))


def wire_names(value: Any) -> frozenset[str]:
    """The names in ``@expansions`` or ``@extensions``, with or without blanks between them."""
    return frozenset(part for part in text(value).replace(",", " ").lower().split())


def extension_fields(item: Item) -> Iterator[tuple[str, str, str]]:
    """The extension fields of an item as (table, field, text), names in lower case (5.6)."""
    for table in items(block(item.get("_extension_data")).get("_table_extension")):
        for one in items(table.get("_field")):
            yield text(table.get("name")).lower(), text(one.get("name")).lower(), text(one.get("value"))
