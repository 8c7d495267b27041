"""A list of ids, exported from a system that already has accounts: each row gives an id and whose it is.

Any spreadsheet's dialect is read: with or without a byte order mark; commas, semicolons or tabs; any line ends; columns
in any order and spelling. Nothing is guessed: an ambiguous column is refused.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from psconnect.model.errors import FixSettings

LARGEST_LIST = 64 * 1024 * 1024
"""The largest list that is read, in bytes."""
LIST_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "sourcedid", "sisid", "userid", "externalid", "destinationid", "idatthedestination"),
    "dcid": ("dcid", "studentdcid", "studentsdcid", "usersdcid", "powerschooldcid"),
    "number": (
        "number",
        "identifier",
        "studentnumber",
        "teachernumber",
        "schoolnumber",
        "coursenumber",
        "coursecode",
        "classcode",
        "localid",
    ),
    "username": ("username", "loginid", "login", "user"),
    "email": ("email", "mail", "emailaddress"),
}
"""Meaning of a column -> its possible names, in lower case without blanks and punctuation."""
KEYS = ("dcid", "number", "username", "email")
"""Columns that can tell whose id it is."""


@dataclass(frozen=True)
class IdRow:
    """A row: its line in the file, the id at the destination, and the given values that tell whose it is."""

    line: int
    sourced_id: str
    keys: Mapping[str, str]


@dataclass(frozen=True)
class IdList:
    """A list: its rows, and the columns that were not used."""

    rows: tuple[IdRow, ...]
    unused: tuple[str, ...]


def read_id_list(content: bytes) -> IdList:
    """Reads an exported list, skipping blank rows; raises FixSettings that says what is wrong with it."""
    if len(content) > LARGEST_LIST:
        raise FixSettings("PSC-ADOPT-FILE/more-mb", where="file", number=LARGEST_LIST // (1024 * 1024))
    text = _decoded(content)
    if "\x00" in text:
        raise FixSettings("PSC-ADOPT-FILE/text-file", where="file")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[IdRow] = []
    try:
        header = next(reader, [])
        places, unused = _places(header)
        for cells in reader:
            values = {name: cells[place].strip() if place < len(cells) else "" for name, place in places.items()}
            if any(cell.strip() for cell in cells):
                keys = {name: values[name] for name in KEYS if values.get(name)}
                rows.append(IdRow(reader.line_num, values["id"], keys))
    except csv.Error as error:
        raise FixSettings(
            "PSC-ADOPT-FILE/line-cant-read", where="file", line_num=reader.line_num, error=str(error)
        ) from None
    return IdList(tuple(rows), unused)


def _decoded(content: bytes) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise FixSettings("PSC-ADOPT-FILE/utf-8-text", where="file") from None


def _delimiter(text: str) -> str:
    """The column separator: the one most frequent in the first line."""
    first = text.lstrip().partition("\n")[0]
    return max(",;\t", key=first.count)


def _places(header: list[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    meanings = {name: meaning for meaning, names in LIST_COLUMNS.items() for name in names}
    places: dict[str, int] = {}
    unused: list[str] = []
    for place, title in enumerate(header):
        meaning = meanings.get("".join(ch for ch in title.casefold() if ch.isalnum()))
        if meaning is None:
            unused.append(title.strip())
        elif meaning in places:
            raise FixSettings(
                "PSC-ADOPT-FILE/columns-both-tell",
                where="file",
                first=header[places[meaning]].strip(),
                second=title.strip(),
                meaning=meaning,
            )
        else:
            places[meaning] = place
    if "id" not in places or not any(key in places for key in KEYS):
        raise FixSettings("PSC-ADOPT-FILE/no-owner" if "id" in places else "PSC-ADOPT-FILE/no-id", where="file")
    return places, tuple(title for title in unused if title)
