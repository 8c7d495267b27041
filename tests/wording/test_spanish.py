"""The translations: complete, with the same holes and plurals, and compiled as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from tests.wording.conftest import CHECKOUT
from workbench.translations import mo_bytes, po_bytes, read, translations, updated

FILES = translations(CHECKOUT)
_HOLE = re.compile(r"\{[^{}]*\}")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_SAME = Path(__file__).with_name("same_in_spanish.txt")
"""Texts that are the same in Spanish, one a line; every other one has to differ."""


def holes(text: str) -> set[str]:
    """The holes of a text; ``{entity:Records}`` may become ``{entity:records}`` where the word moves."""
    return {hole.lower() for hole in _HOLE.findall(text)}


def same_holes(message: Message) -> bool:
    """Whether each form of a translation has the holes of its text; a singular may spell its one number out."""
    one, *many = (message.id,) if isinstance(message.id, str) else message.id
    strings = (message.string,) if isinstance(message.string, str) else message.string
    wanted = set().union(*(holes(form) for form in (one, *many)))
    least = set.intersection(*(holes(form) for form in (one, *many)))
    return all(least <= holes(string) <= wanted for string in strings) and (
        not many or holes(strings[-1]) == holes(many[0])
    )


@pytest.fixture(scope="module", params=FILES, ids=lambda path: path.parent.parent.name)
def translation(request: pytest.FixtureRequest) -> Catalog:
    return read(request.param)


def test_spanish_is_there() -> None:
    assert [path.parent.parent.name for path in FILES] == ["es"]


def test_every_text_is_translated(texts: Catalog, translation: Catalog) -> None:
    fresh = updated(translation, texts)
    missing = [text.id for text in fresh if text.id and not (text.string and all(text.string))]
    assert missing == [], "python3 dev.py translations lists what is new; translate it in the .po file"


def test_the_files_are_as_the_command_writes_them(texts: Catalog) -> None:
    for path in FILES:
        fresh = updated(read(path), texts)
        assert path.read_bytes() == po_bytes(fresh), "run python3 dev.py translations"
        assert path.with_suffix(".mo").read_bytes() == mo_bytes(fresh), "run python3 dev.py translations"


def test_each_translation_has_the_holes_of_its_text(translation: Catalog) -> None:
    assert [text.id for text in translation if text.id and not same_holes(text)] == []


def test_plurals_have_their_two_forms(translation: Catalog) -> None:
    assert translation.num_plurals == 2
    for text in translation:
        if isinstance(text.id, tuple):
            assert len(text.string) == 2, text.id


def test_no_text_is_left_in_english(translation: Catalog) -> None:
    listed = set(_SAME.read_text(encoding="utf-8").splitlines())
    alike = {
        one
        for text in translation
        for one, other in zip(
            *((each,) if isinstance(each, str) else each for each in (text.id, text.string)), strict=True
        )
        if one and one == other and _LETTERS.search(_HOLE.sub("", one))
    }
    assert alike == listed


@pytest.mark.parametrize(
    ("text", "string", "good"),
    [
        ("Called {name}", "Se llama {name}", True),
        ("Called {name}", "Se llama {nombre}", False),
        ("Called {name}", "Se llama", False),
        (("1 school", "{count} schools"), ("1 escuela", "{count} escuelas"), True),
        (("1 school", "{count} schools"), ("{count} escuela", "{count} escuelas"), True),
        (("1 school", "{count} schools"), ("1 escuela", "escuelas"), False),
        (("{name}: 1 school", "{name}: {count} schools"), ("1 escuela", "{name}: {count} escuelas"), False),
    ],
)
def test_a_translation_that_loses_a_hole_is_noticed(
    text: str | tuple[str, str], string: str | tuple[str, str], good: bool
) -> None:
    assert same_holes(Message(text, string)) is good
