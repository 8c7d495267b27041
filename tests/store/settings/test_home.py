"""Where things lie, and names as file names (fault D16)."""

from __future__ import annotations

import re
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psconnect.store.settings.home import find_home, home_at, slug

HOSTILE = [
    "../../etc/passwd",
    "C:\\Windows\\System32",
    "CON",
    "con.txt",
    "NUL.",
    "LPT1",
    "trailing dot.",
    "trailing blank ",
    ".",
    "..",
    "~",
    "/",
    "a/b",
    "a:b",
    "a\x00b",
    "a\nb",
    "-rf",
    "x" * 5000,
    "😀" * 100,
    "李",
    "שלום",
    "\u202eevil",
    "",
    "%2e%2e",
    "name:stream",
    "$HOME",
]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_D16_a_name_is_never_a_path(name: str, tmp_path: Path) -> None:
    made = slug(name)
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}-[0-9a-f]{8}", made)
    path = tmp_path / f"{made}.toml"
    path.write_text("x")
    assert path.resolve().parent == tmp_path.resolve()


def test_names_that_differ_have_files_that_differ() -> None:
    names = [*HOSTILE, "Lincoln", "Lincoln 2", "Lincoln-2", "Lincoln_2", "李一", "李二", "x" * 4999]
    assert len({slug(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    "other", ["LINCOLN SCHOOL ÉCOLE STRASSE", "lincoln school école straße", "Lincoln School E\u0301cole Straße"]
)
def test_case_and_spelling_of_accents_do_not_count(other: str) -> None:
    assert slug(other) == slug("Lincoln School École Straße")
    assert slug(other).startswith("lincoln-school-ecole-strasse-")


@given(st.text(), st.text())
def test_same_slug_same_name(a: str, b: str) -> None:
    def folded(name: str) -> str:
        return unicodedata.normalize("NFC", name).casefold()

    assert (slug(a) == slug(b)) == (folded(a) == folded(b))
    assert slug(unicodedata.normalize("NFD", a)) == slug(unicodedata.normalize("NFC", a))


def test_everything_lies_below_psconnect_home(tmp_path: Path) -> None:
    home = find_home({"PSCONNECT_HOME": str(tmp_path / "möved")})
    assert home == home_at(tmp_path / "möved")
    made = [home.connections(), home.rosters(), home.log_folder()]
    assert all(folder.is_dir() and folder.is_relative_to(tmp_path / "möved") for folder in made)
    assert home.demo.is_relative_to(tmp_path / "möved")
    assert len({*made, home.demo}) == 4
    if sys.platform != "win32":
        assert {folder.stat().st_mode & 0o777 for folder in made} == {0o700}


def test_a_relative_home_is_made_absolute_and_the_users_sign_is_understood() -> None:
    assert find_home({"PSCONNECT_HOME": "here"}).config == Path.cwd() / "here" / "config"
    assert find_home({"PSCONNECT_HOME": "~/there"}).config == Path.home() / "there" / "config"


def test_without_it_the_systems_own_places_are_taken() -> None:
    home = find_home({})
    assert all(path.is_absolute() for path in (home.config, home.data, home.logs, home.demo))
    assert all("psconnect" in path.parts for path in (home.config, home.data, home.demo))
    assert home.demo.parent == home.data


def test_the_environment_counts_unless_another_is_given(home: Path) -> None:
    assert find_home() == home_at(home)
