"""How a record is stored: the one place that encodes and decodes it.

A record is its attributes as one JSON list of texts, in the order of ``Entity.attributes``. Plan and staging compare
the bytes, so a record has exactly one encoding. Every file that holds records says in its header (SQLite's
``user_version``) which format they have; 0, from before there was a number, stands for the first one.

To add, rename or remove an attribute: change the entity, append a ``RecordFormat`` here, and append a migration to
``store/schema.py`` that calls ``convert_rosters`` with its number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from psconnect.model.entities import Entity
from psconnect.model.id_attributes import SEPARATOR, pointers_in

encode_record = msgspec.json.Encoder().encode
decode_record = msgspec.json.Decoder(list[str]).decode


def record_by_name(entity: Entity, record: bytes) -> dict[str, str]:
    """The attributes of a stored record, by name."""
    return dict(zip(entity.attributes, decode_record(record), strict=True))


def record_id(record: str) -> str:
    """SQL for the id (``sourcedId``) of the record in that column."""
    return value_at(record, 0)


def value_at(record: str, place: int) -> str:
    """SQL for the value at a place of the record in that column."""
    return f"json_extract(CAST({record} AS TEXT), '$[{place}]')"


def attribute_value(entity: Entity, name: str, record: str = "record") -> str:
    """SQL for the value of an attribute of the record in that column."""
    return value_at(record, entity.attributes.index(name))


def needed_id(entity: Entity, place: int, record: str) -> str:
    """SQL for the id at a place of a record that can't do without it; of a list of ids, the first one."""
    ids = value_at(record, place)
    several = any(pointer.place == place and pointer.several for pointer in pointers_in(entity))
    return f"substr({ids}, 1, instr({ids} || '{SEPARATOR}', '{SEPARATOR}') - 1)" if several else ids


def each_id(ids: str) -> str:
    """SQL for a table of the single ids (column ``value``) in a list of ids."""
    return f"json_each('[\"' || replace({ids}, '{SEPARATOR}', '\",\"') || '\"]')"


def plain_csv(records: Sequence[bytes], blanks: int) -> bytes | None:
    """Stored records as lines of CSV, with ``blanks`` empty values behind the id; None if a value needs quotes.

    Without a backslash, no value holds a quote or a line break; without a comma of its own, none needs quotes.
    """
    gap = b"," * (blanks + 1)
    joined = b"\n".join([record.replace(b'","', gap, 1) for record in records])
    if b"\\" in joined or joined.count(b",") != joined.count(b'","') + len(gap) * len(records):
        return None
    return joined[2:-2].replace(b'","', b",").replace(b'"]\n["', b"\r\n") + b"\r\n"


@dataclass(frozen=True)
class RecordFormat:
    """A form in which records are or were stored.

    Attributes:
        attributes: per entity key, its attributes in their order. An attribute that the format before lacks is empty in
            converted records.
        renamed: per entity key, new name -> name in the format before.
    """

    attributes: Mapping[str, tuple[str, ...]]
    renamed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


_PERSON = ("username", "givenName", "familyName", "middleName", "identifier", "email")
_STAFF = ("sourcedId", "schoolSourcedIds", *_PERSON, "extra")

RECORD_FORMATS: tuple[RecordFormat, ...] = (
    RecordFormat(
        {
            "school": ("sourcedId", "type", "parentSourcedId", "name", "identifier", "extra"),
            "calendar": (
                *("sourcedId", "schoolSourcedId", "parentSourcedId", "schoolYear"),
                *("title", "type", "startDate", "endDate"),
            ),
            "course": ("sourcedId", "orgSourcedId", "title", "courseCode", "extra"),
            "class": (
                *("sourcedId", "courseSourcedId", "schoolSourcedId", "termSourcedId", "deliverAs", "category"),
                *("title", "classCode", "classType", "location", "periods", "extra"),
            ),
            "student": ("sourcedId", "schoolSourcedIds", *_PERSON, "stateId", "grade", "extra"),
            "teacher": _STAFF,
            "admin": _STAFF,
            "contact": ("sourcedId", *_PERSON, "phone", "extra"),
            "relationship": (
                *("sourcedId", "studentSourcedId", "contactSourcedId", "relation", "role"),
                *("custodial", "emergency", "livesWith", "schoolPickup", "receivesMail"),
            ),
            "enrollment": (
                *("sourcedId", "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary"),
                *("beginDate", "endDate"),
            ),
        }
    ),
)
"""Every format that was ever released; the first has number 1. They are never changed: files of theirs exist."""


def record_format() -> int:
    """The number of the present format."""
    return len(RECORD_FORMATS)


def record_converter(entity_key: str, before: int, after: int) -> Callable[[bytes], bytes] | None:
    """What turns a record of the format ``before`` into one of the format ``after``; None where both are the same."""
    old = RECORD_FORMATS[before - 1].attributes[entity_key]
    places: list[int | None] = list(range(len(old)))
    for number in range(before, after):
        known, following = RECORD_FORMATS[number - 1].attributes[entity_key], RECORD_FORMATS[number]
        renamed = following.renamed.get(entity_key, {})
        sources = [renamed.get(name, name) for name in following.attributes[entity_key]]
        places = [places[known.index(name)] if name in known else None for name in sources]
    if places == list(range(len(old))):
        return None

    def convert(record: bytes) -> bytes:
        values = decode_record(record)
        return encode_record(["" if place is None else values[place] for place in places])

    return convert
