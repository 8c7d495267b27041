"""Value lists: other spellings are the same value, and what stands in no list is noticed."""

from __future__ import annotations

import pytest

from psconnect.roster.value_lists import ListedValues, unlisted

ROLES = {"Mother": "parent", "Legal Guardian": "guardian", "*": "relative"}


@pytest.mark.parametrize(
    ("value", "becomes"),
    [
        ("Mother", "parent"), ("mother", "parent"), ("MOTHER", "parent"), (" Mother ", "parent"),
        ("legal guardian", "guardian"), ("Legal Guardian\u200b", "guardian"), ("", ""),
        ("  ", ""), ("Aunt", "relative"),
    ],
)  # fmt: skip
def test_capitals_and_blanks_make_no_difference(value: str, becomes: str) -> None:
    assert ListedValues(ROLES)[value] == becomes


def test_only_what_is_in_the_list_in_no_spelling_is_noticed() -> None:
    heard: list[str] = []
    listed = ListedValues(ROLES, heard.append)
    for value in ("Mother", "FATHER", "mother", "", " ", "FATHER", "Aunt"):
        assert listed[value] is not None
    assert heard == ["FATHER", "FATHER", "Aunt"]


def test_a_star_in_the_field_is_no_value_of_the_list() -> None:
    heard: list[str] = []
    assert ListedValues(ROLES, heard.append)["*"] == "relative"
    assert heard == ["*"]


def test_two_spellings_that_are_both_listed_stay_two() -> None:
    listed = ListedValues({"f": "female", "F": "full"})
    assert (listed["f"], listed["F"], listed[" F "]) == ("female", "full", "female")


def test_a_value_that_could_not_be_read_is_not_made_another() -> None:
    assert ListedValues({"1": "01", "*": "Other"})["\uffff1"] == "\uffff1"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("99", "role “99”"), ("-5", "role “-5”"), ("FATHER", "role “FATHER”"), ("K4/PK", "role “K4/PK”"),
        ("Jane Lee, 555-0142", "role (a text of 3 words and 18 characters)"),
        ("jane@example.org", "role (a text of 1 word and 16 characters)"),
        ("555-0142", "role (a text of 1 word and 8 characters)"),
        ("x" * 13, "role (a text of 1 word and 13 characters)"),
    ],
)  # fmt: skip
def test_a_code_is_named_and_any_other_text_is_told_by_its_shape(value: str, told: str) -> None:
    notices: list[tuple[str, str]] = []
    unlisted("role", notices)(value)
    assert notices == [("value-unlisted", told)]


def test_a_field_that_is_no_code_at_all_does_not_fill_pages() -> None:
    notices: list[tuple[str, str]] = []
    noticed = unlisted("role", notices)
    for number in range(500):
        noticed(f"a{number}")
    assert len(set(notices)) == 51
    assert notices[-1] == ("value-unlisted", "role (further values)")
