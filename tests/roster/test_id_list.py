"""Lists of ids as spreadsheets and other systems write them."""

from __future__ import annotations

import pytest

from psconnect.model.errors import FixSettings
from psconnect.roster.id_list import LARGEST_LIST, IdRow, read_id_list
from psconnect.wording.errors import word

ROWS = (IdRow(2, "old-1", {"number": "100"}), IdRow(3, "old-2", {"number": "200", "email": "b@x.org"}))


@pytest.mark.parametrize(
    "content",
    [
        b"id,number,email\nold-1,100,\nold-2,200,b@x.org\n",
        b"\xef\xbb\xbfSourcedId;Student_Number;E-Mail\r\nold-1;100;\r\nold-2;200;b@x.org\r\n",
        b"EMAIL\tIdentifier\tSIS ID\n\t100\told-1\nb@x.org\t200\told-2",
        "id,number,email\nold-1,100,\nold-2,200,b@x.org\n".encode("utf-16"),
        b'"id","number","email"\n" old-1 ","100"\n"old-2","200","b@x.org"\n,,\n\n',
    ],
    ids=["plain", "bom, semicolons, crlf", "tabs, another order", "utf-16", "quotes, blanks, blank rows"],
)
def test_any_spelling_of_a_list_gives_the_same_rows(content: bytes) -> None:
    assert read_id_list(content).rows == ROWS


def test_columns_that_tell_nothing_are_named() -> None:
    assert read_id_list(b"Room,id,dcid,Name\n1,x,5,Ann\n").unused == ("Room", "Name")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "No column has the ids at the destination"),
        (b"number,email\n1,a@x.org\n", "No column has the ids at the destination"),
        (b"id,name\n1,Ann\n", "No column says whose id it is"),
        (b"id,number,Student Number\n1,2,3\n", "“number” and “Student Number” both tell the number"),
        (b"id,number\n1,J\xf6rg\n", "not UTF-8"),
        (b'id,number\n1,"2\n', "Line 2 can’t be read"),
        (b"id,number\n1,2\x00\n", "not a text file"),
        (b"x" * (LARGEST_LIST + 1), "64 MB"),
    ],
    ids=["empty", "no id", "no key", "twice", "encoding", "quote", "binary", "huge"],
)
def test_a_list_that_can_be_misread_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(FixSettings) as refused:
        read_id_list(content)
    assert refused.value.code == "PSC-ADOPT-FILE"
    assert words in word(refused.value).happened
