"""Which language is shown: the chosen one, else the system's, and English where nothing fits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from psconnect.wording.catalogue import language, use_language
from psconnect.wording.languages import LANGUAGES, before_english, choose_language, system_languages


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    yield
    use_language([])


@pytest.mark.parametrize(
    ("chosen", "of_system", "shown"),
    [
        ("", ["es_MX.UTF-8"], "es"),
        ("", ["es-US", "en-US"], "es"),
        ("", ["en_US", "es"], ""),
        ("", ["fr", "es"], "es"),
        ("", ["fr"], ""),
        ("", ["C.UTF-8"], ""),
        ("", [], ""),
        ("es", ["en_US"], "es"),
        ("en", ["es_US"], ""),
        ("tlh", ["es"], ""),
    ],
)
def test_the_chosen_language_goes_before_the_systems(chosen: str, of_system: list[str], shown: str) -> None:
    choose_language(chosen, of_system)
    assert language() == shown


def test_english_ends_the_search() -> None:
    assert before_english(["pt-BR", "en-US", "es"]) == ["pt_BR"]


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({"LANG": "es_US.UTF-8"}, ["es_US.UTF-8"]),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "es_MX"}, ["es_MX"]),
        ({"LANG": "de", "LANGUAGE": "es:en"}, ["es", "en"]),
    ],
)
def test_the_environment_names_the_languages_of_the_user(variables: dict[str, str], found: list[str]) -> None:
    assert system_languages(variables) == found


def test_each_language_that_can_be_chosen_is_there() -> None:
    for key in LANGUAGES:
        choose_language(key, [])
        assert (language() or "en") == key
