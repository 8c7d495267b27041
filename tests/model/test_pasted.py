"""What clings to a pasted ID or secret goes, and what hides inside is named without showing the rest."""

from __future__ import annotations

import pytest

from psconnect.model.connection import from_dict
from psconnect.model.errors import FixSettings
from psconnect.model.pasted import pasted, stripped
from psconnect.model.server_address import normalise_url
from psconnect.wording.errors import word
from tests.support.errors import raises_saying

ID = "9f0a6b1c-4d2e-4a7b-8c3d-5e6f7a8b9c0d"
CLINGING = {
    "blanks": f"  {ID} \t",
    "line ends": f"\r\n{ID}\r\n",
    "straight quotes": f'"{ID}"',
    "single quotes": f"'{ID}'",
    "typographic quotes": f"“{ID}”",
    "German quotes": f"„{ID}“",
    "guillemets": f"«\u00a0{ID}\u00a0»",
    "backticks": f"`{ID}`",
    "a byte order mark": f"\ufeff{ID}",
    "a zero width space": f"{ID}\u200b",
    "a no-break space": f"\u00a0{ID}\u00a0",
    "a word joiner and a mark of direction": f"\u2060{ID}\u200e",
    "all at once": f"\ufeff \u200b“\u00a0{ID}\u200b” \r\n",
}


@pytest.mark.parametrize("what", CLINGING)
def test_what_clings_to_the_edges_goes(what: str) -> None:
    assert pasted(CLINGING[what], "client ID", "") == ID


@pytest.mark.parametrize("text", ["", " ", "\ufeff", '""', "\u200b\r\n"])
def test_nothing_is_left_of_nothing(text: str) -> None:
    assert stripped(text) == ""


@pytest.mark.parametrize("text", ["two words", "pass'word", "a“b", "ünïcödé", "漢字"])
def test_what_can_be_seen_stays(text: str) -> None:
    assert pasted(text, "client ID", "") == text


@pytest.mark.parametrize(
    ("hidden", "name"),
    [
        ("\u200b", "U+200B ZERO WIDTH SPACE"),
        ("\ufeff", "U+FEFF ZERO WIDTH NO-BREAK SPACE"),
        ("\u00a0", "U+00A0 NO-BREAK SPACE"),
        ("\u00ad", "U+00AD SOFT HYPHEN"),
        ("\u202e", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("\n", "U+000A LINE FEED"),
        ("\t", "U+0009 TAB"),
        ("\0", "U+0000 NUL"),
        ("\x1b", "U+001B (a character without a name)"),
        ("\udcff", "U+DCFF (a character without a name)"),
    ],
)
def test_what_hides_inside_is_named_and_nothing_else_is_shown(hidden: str, name: str) -> None:
    with pytest.raises(FixSettings) as caught:
        pasted(f" {ID[:12]}{hidden}{ID[12:]} ", "client secret", "source.client_secret")
    error = caught.value
    assert error.code == "PSC-SETTINGS-INVISIBLE"
    assert f"After the 12th character of the client secret stands {name}, " in word(error).happened
    assert ID[:4] not in str(error.as_dict())


@pytest.mark.parametrize(
    ("place", "said"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (21, "21st")]
)
def test_the_place_is_said_as_people_count(place: int, said: str) -> None:
    with raises_saying(FixSettings, f"After the {said} character"):
        pasted("x" * place + "\u200b" + "x", "client ID", "")


def settings(client_id: str, url: str = "lincoln.powerschool.com") -> dict[str, object]:
    return {"name": "Lincoln", "preset": "oneroster", "source": {"url": url, "client_id": client_id}}


def test_a_client_id_in_a_connection() -> None:
    assert from_dict(settings(CLINGING["all at once"])).source.client_id == ID
    with raises_saying(FixSettings, "client ID") as caught:
        from_dict(settings(f"{ID[:12]}\u200b{ID[12:]}"))
    assert caught.value.where == "source.client_id"


def test_an_address() -> None:
    assert normalise_url("\ufeff“https://lincoln.powerschool.com/admin/”\u200b") == "https://lincoln.powerschool.com"
