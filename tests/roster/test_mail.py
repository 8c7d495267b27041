"""E-mail addresses as districts type them."""

from __future__ import annotations

import pytest

from psconnect.roster.mail import mended

MIA = "mia@example.org"


@pytest.mark.parametrize(
    "text",
    [
        MIA, "Mia.O'Brien+x@mail.example.org", "ana@münchen.example", "josé@example.org", "a/b@example.org",
        "MIA@EXAMPLE.ORG", "4012@k12.example.us", "a_b%c@sub-domain.example.org",
    ],
)  # fmt: skip
def test_an_address_stays_as_it_is(text: str) -> None:
    assert mended(text) == text


@pytest.mark.parametrize(
    "text",
    [
        f" {MIA} ", f"{MIA}\r\n", f"\u200b{MIA}", f"{MIA}\ufeff", f"\u00a0{MIA}\u00a0", "mia@exam\u00adple.org",
        "m\u200bia@example.org", f"mailto:{MIA}", f"MailTo: {MIA}?subject=Hi", f"Mia Lee <{MIA}>", f"<{MIA}>",
        f'"Lee, Mia" <mailto:{MIA}>', f"{MIA};", f"{MIA}, ", f"{MIA}.", f"'{MIA}'", "mia＠example.org",
    ],
)  # fmt: skip
def test_what_surrounds_an_address_is_taken_away(text: str) -> None:
    assert mended(text) == MIA


@pytest.mark.parametrize("between", [";", "; ", ",", ", ", " / ", "/", " ", "\n", " or ", " | "])
def test_of_several_addresses_the_first_is_taken(between: str) -> None:
    assert mended(f"{MIA}{between}ben@example.org") == MIA


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "\u200b", "N/A", "none", "@example.org", "mia@", "mia", "mia@example", "mia@@example.org",
        "mia lee@example.org", "mia@example,org", "mia@example..org", "mia@.org", "555-1234", "mia(at)example.org",
        "mia@-example.org", f"{'x' * 250}@example.org", "Mia <>", "mia@exa mple.org",
    ],
)  # fmt: skip
def test_what_is_no_address_gives_none(text: str) -> None:
    assert mended(text) == ""


def test_what_could_not_be_read_is_no_missing_address() -> None:
    assert mended("mia\uffff@example.org") == "mia\uffff@example.org"
