"""Texts compared and trimmed as people see them."""

from __future__ import annotations

import pytest

from psconnect.model.text import caseless, trimmed


@pytest.mark.parametrize(
    "around", [" ", "\t\r\n", "\u00a0", "\u200b", "\ufeff", "\u00ad", "\u3000", "\u2028", "\u2800", "\ufe0f", "\x00"]
)
def test_what_shows_nothing_is_trimmed_at_both_ends_and_left_inside(around: str) -> None:
    assert trimmed(f"{around}pat{around}lee{around}") == f"pat{around}lee"
    assert trimmed(around) == ""


@pytest.mark.parametrize("text", ["pat.lee", "", "a", "(x)", "李", "~~x", "e\u0301"])
def test_what_shows_something_stays(text: str) -> None:
    assert trimmed(text) == text


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("Pat.Lee", "pat.lee", True), ("é", "e\u0301", True), ("STRASSE", "Straße", True), ("jose", "josé", False)],
)
def test_capitals_and_how_letters_are_composed_make_no_difference(one: str, other: str, same: bool) -> None:
    assert (caseless(one) == caseless(other)) is same
