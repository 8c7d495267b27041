"""Pieces that a connection can do without if a server does not let a plugin ask for them.

PowerSchool refuses a whole plugin because of one table or field that it lacks or excludes (docs/powerschool.md 15.4,
15.8, 19). A refusal costs only that piece: the plugin is built without it, it is not read, and the report says what is
lost. A piece is never dropped silently: it takes a setting (``source.without``), and a refusal without one stops the
run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from psconnect.model.errors import FixSettings
from psconnect.model.phrases import phrase
from psconnect.model.sections import PieceName
from psconnect.powerschool.stream import Stream

_REFUSALS = ("PSC-ACCESS-FIELD", "PSC-ACCESS-NO-FIELD", "PSC-ACCESS-NOT-FOUND")


@dataclass(frozen=True)
class Piece:
    """A piece that can be left out.

    Attributes:
        name: its name in settings and on the command line.
        tables: the tables that belong only to it.
        fields: fields of other tables that belong to it, as TABLE.FIELD.
    """

    name: PieceName
    tables: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()

    def covers(self, table: str, field: str = "") -> bool:
        """Whether a table, or a field of it, belongs to the piece; both in upper case."""
        return table in self.tables or f"{table}.{field}" in self.fields


PIECES = (
    Piece("roledef", frozenset({"ROLEDEF"})),
    Piece("sectionteacher", frozenset({"SECTIONTEACHER"})),
    Piece("calendar_day", frozenset({"CALENDAR_DAY"})),
    Piece("loginid", fields=frozenset({"USERS.LOGINID"})),
    Piece("student_web_id", fields=frozenset({"STUDENTS.STUDENT_WEB_ID"})),
    Piece("emailaddress", frozenset({"PERSONEMAILADDRESSASSOC", "EMAILADDRESS"}), frozenset({"STUDENTS.PERSON_ID"})),
    Piece("phonenumber", frozenset({"PERSONPHONENUMBERASSOC", "PHONENUMBER"})),
    Piece("guardianpersonassoc", frozenset({"GUARDIANPERSONASSOC", "GUARDIAN", "PCAS_ACCOUNT", "PCAS_EMAILCONTACT"})),
    Piece("contacts", frozenset({"PERSON", "STUDENTCONTACTASSOC", "STUDENTCONTACTDETAIL", "CODESET"})),
)
BY_NAME: dict[str, Piece] = {piece.name: piece for piece in PIECES}


def piece_of(text: str) -> Piece:
    """The piece that a person means: by name, or by a table or field as PowerSchool names it in a refusal.

    ``roledef``, ``ROLEDEF``, ``ROLEDEF.NAME`` and ``ROLEDEF NAME: Invalid Column`` mean the same. Raises FixSettings
    for anything that can't be left out.
    """
    words = re.findall(r"\w+", text.upper())
    table, field = [*words, "", ""][:2]
    if text.strip().lower() in BY_NAME:
        return BY_NAME[text.strip().lower()]
    for piece in PIECES:
        if piece.covers(table, field):
            return piece
    known = ", ".join(piece.name for piece in PIECES)
    raise FixSettings("PSC-SETTINGS-WITHOUT", where="source.without", text=text, known=known)


def go_without(stream: Stream, pieces: Iterable[Piece]) -> Stream | None:
    """The stream without these pieces: their columns are empty; None if nothing is left."""
    for piece in pieces:
        if piece.covers(stream.table):
            return None
        stream = _without(stream, piece)
    return stream


def _without(stream: Stream, piece: Piece) -> Stream:
    gone: set[str] = set()
    for lookup in stream.lookups:
        way, _, column = lookup.local.rpartition(".")
        if piece.covers(lookup.table) or way in gone or (not way and piece.covers(stream.table, column)):
            gone.add(lookup.alias)
    kept = tuple(c for c in stream.columns if c.lookup not in gone and not piece.covers(c.table, c.field))
    absent = tuple(column for column in stream.columns if column not in kept)
    names = {column.name for column in absent}
    return replace(
        stream,
        columns=kept,
        absent=(*stream.absent, *absent),
        lookups=tuple(lookup for lookup in stream.lookups if lookup.alias not in gone),
        always=tuple(name for name in stream.always if name not in names),
        dates=tuple(name for name in stream.dates if name not in names),
    )


def pieces_in(stream: Stream) -> list[Piece]:
    """The pieces that reading the stream touches."""
    grants = stream.grants()
    return [piece for piece in PIECES if any(piece.covers(table, field) for table, field in grants)]


def advised(error: FixSettings, stream: Stream, refused: FixSettings | None = None) -> FixSettings:
    """The error of a refused stream, with the piece to do without and what is lost by it.

    ``refused`` is a further error that names the exact table or field. The error is returned unchanged if it is not a
    refusal, or concerns something indispensable.
    """
    if error.code not in _REFUSALS:
        return error
    named = f"{error.where} {refused.where if refused else ''}".upper()
    words = re.findall(r"\w+", named)
    touched = pieces_in(stream)
    found = [p for p in touched if any(p.covers(a, b) for a, b in zip(words, [*words[1:], ""], strict=True))]
    if not found and error.code == "PSC-ACCESS-NOT-FOUND" and refused is None:
        found = touched
    if not found:
        return error
    return error.again(FixSettings, more=[phrase(f"piece/{piece.name}") for piece in found])


@contextmanager
def advising(stream: Stream) -> Iterator[None]:
    """Add to a refusal of the stream which piece the connection could do without."""
    try:
        yield
    except FixSettings as error:
        raise advised(error, stream) from None
