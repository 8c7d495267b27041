"""Names of files made of schools' names: safe on Windows, macOS and Linux, readable, and unlike each other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psconnect.reports.file_names import file_name, unlike


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Lincoln High", "Lincoln High"),
        ("St. Mary's / K-8: “North” <1>", "St. Mary's K-8 “North” 1"),
        ("中学校 Ñandú", "中学校 Ñandú"),
        ("CON", "CON_"),
        ("nul.txt", "nul.txt_"),
        ("../../etc/passwd", "etc passwd"),
        ("\u202eloohcS\x00\n", "loohcS"),
        ("...", "_"),
        (
            "=cmd|'/c calc'!A0",
            "=cmd '",
        ),
    ],
)
def test_names_are_safe_and_readable(text: str, name: str) -> None:
    found = file_name(text)
    assert found == name or found.startswith(name.rstrip("'"))


@given(st.text(max_size=200))
def test_no_text_makes_a_name_that_a_system_refuses(text: str) -> None:
    name = file_name(text)
    assert name
    assert not set(name) & set('<>:"/\\|?*\0\n\r\t')
    assert not name.startswith(".")
    assert name == name.rstrip(" .")
    assert len(name.encode()) <= 190
    assert name.casefold() not in {"con", "prn", "aux", "nul", "com1", "lpt1"}


@given(st.lists(st.sampled_from(["South", "south", "South/", "Süd", "S" * 120, "S" * 121]), max_size=8))
def test_no_two_are_alike_on_a_system_that_knows_no_case(texts: list[str]) -> None:
    names = [file_name(one).casefold() for one in unlike(texts)]
    assert len(set(names)) == len(texts)
