"""What a connection can go without: the streams that are left, and the way out that a refusal names."""

from __future__ import annotations

from typing import get_args

import pytest

from psconnect.model.errors import FixSettings
from psconnect.model.phrases import Value
from psconnect.model.sections import PieceName
from psconnect.powerschool import streams as s
from psconnect.powerschool.pieces import BY_NAME, PIECES, Piece, advised, piece_of, pieces_in
from psconnect.powerschool.rows import row_type
from psconnect.powerschool.stream import Stream
from psconnect.powerschool.streams import streams_for
from psconnect.wording.errors import word
from psconnect.wording.pieces import piece_lost

WHOLE = streams_for(contacts=True, portal=True, fields={"student": ["EmailAddress.EmailAddress"]})


def test_every_name_in_the_settings_is_a_piece() -> None:
    assert set(get_args(PieceName)) == set(BY_NAME)


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.name)
def test_without_a_piece_nothing_of_it_is_asked_for_and_all_else_is(piece: Piece) -> None:
    left = WHOLE.going_without([piece])
    lost = set(WHOLE.grants()) - set(left.grants())
    assert not [one for one in left.grants() if piece.covers(*one)]
    assert [one for one in lost if piece.covers(*one)]
    if piece.name not in ("contacts", "sectionteacher"):
        own = {table for table, _field in lost}
        # Beside its own fields, only the ways to them go.
        assert {one for one in lost if not piece.covers(*one)} == set(), own
    for name, stream in left.by_name.items():
        before = WHOLE.by_name[name]
        assert set(row_type(stream).__struct_fields__) == set(row_type(before).__struct_fields__)
        assert set(stream.always) <= {column.name for column in stream.columns}
        if stream != before:
            assert {column.name for column in stream.absent}


def test_what_is_gone_takes_along_what_it_led_to() -> None:
    left = WHOLE.going_without([BY_NAME["emailaddress"]]).by_name[s.STUDENTS.name]
    assert left.lookups == ()
    assert [column.name for column in left.absent] == ["email"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("roledef", "roledef"),
        ("ROLEDEF", "roledef"),
        ("ROLEDEF NAME: Invalid Column", "roledef"),
        (" RoleDef.Name ", "roledef"),
        ("SectionTeacher", "sectionteacher"),
        ("USERS LOGINID: Excluded Column", "loginid"),
        ("users.loginid", "loginid"),
        ("PCAS_Account.IsEnabled", "guardianpersonassoc"),
        ("PersonPhoneNumberAssoc", "phonenumber"),
        ("codeset", "contacts"),
    ],
)
def test_a_piece_is_known_by_what_powerschool_calls_it(text: str, name: str) -> None:
    assert piece_of(text).name == name


@pytest.mark.parametrize("text", ["students", "STUDENTS LAST_NAME: Invalid Column", "U_X.FIELD", "users", ""])
def test_what_is_needed_can_not_be_left_out(text: str) -> None:
    with pytest.raises(FixSettings) as caught:
        piece_of(text)
    assert caught.value.code == "PSC-SETTINGS-WITHOUT"
    assert "calendar_day" in word(caught.value).to_do


_SAID: dict[str, Value] = {
    "host": "sis.example",
    "what": "it",
    "names": ["A.B"],
    "message": "Invalid field",
    "status": 403,
}


def refusal(key: str, where: str) -> FixSettings:
    error = FixSettings(key, where=where)
    error.values = _SAID.copy()
    return error


@pytest.mark.parametrize(
    ("stream", "key", "where", "names"),
    [
        (s.SECTION_TEACHERS, "PSC-ACCESS-FIELD", "roledef.name", ["roledef"]),
        (s.SECTION_TEACHERS, "PSC-ACCESS-NO-FIELD/unnamed", "the table ROLEDEF", ["roledef"]),
        (s.SECTION_TEACHERS, "PSC-ACCESS-NOT-FOUND/query", "the query section_teachers", ["roledef", "sectionteacher"]),
        (s.SECTION_TEACHERS, "PSC-ACCESS-FIELD", "sections.termid", []),
        (s.SECTION_TEACHERS, "PSC-HTTP-REFUSED/silent", "roledef.name", []),
        (s.USERS, "PSC-ACCESS-FIELD", "users.loginid", ["loginid"]),
        (s.USERS, "PSC-ACCESS-FIELD", "users.last_name", []),
        (s.SCHOOLS, "PSC-ACCESS-NOT-FOUND/query", "the query schools", []),
    ],
)
def test_a_refusal_names_the_way_without(stream: Stream, key: str, where: str, names: list[str]) -> None:
    error = advised(refusal(key, where), stream)
    assert [piece.name for piece in PIECES if f"--without {piece.name} " in word(error).to_do] == names
    assert all(piece_lost(name) in word(error).to_do for name in names)
    assert (error.key, word(error).happened) == (key, word(refusal(key, where)).happened)
    assert {piece.name for piece in pieces_in(stream)} >= set(names)
