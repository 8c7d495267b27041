"""Whole names split into their parts, user names made of parts, and how a person signs in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psconnect.model.entities import STUDENT
from psconnect.model.errors import FixSettings
from psconnect.model.text import folded
from psconnect.roster.sign_in import SignIn
from psconnect.roster.usernames import Usernames, compile_usernames
from psconnect.roster.whole_names import DEFAULT_WAYS, compile_names
from psconnect.wording.errors import word

WHERE = "options.contact_names"


def split(pattern: str, name: str) -> tuple[str, str, str] | None:
    parts = compile_names(pattern, WHERE)(name)
    return (parts["givenName"], parts["middleName"], parts["familyName"]) if parts else None


@pytest.mark.parametrize(
    ("pattern", "name", "parts"),
    [
        (DEFAULT_WAYS, "Garcia Lopez, Maria", ("Maria", "", "Garcia Lopez")),
        (DEFAULT_WAYS, "Garcia,Maria", ("Maria", "", "Garcia")),
        (DEFAULT_WAYS, "Garcia, Maria Luz", ("Maria", "Luz", "Garcia")),
        (DEFAULT_WAYS, "  Maria   Garcia ", ("Maria", "", "Garcia")),
        (DEFAULT_WAYS, "Maria Garcia Lopez", ("Maria", "", "Garcia Lopez")),
        (DEFAULT_WAYS, "Cher", None),
        (DEFAULT_WAYS, "", None),
        (DEFAULT_WAYS, "O’Brien-Ní, Áine", ("Áine", "", "O’Brien-Ní")),
        ("{givenName} {familyName}", "Garcia, Maria", ("Garcia,", "", "Maria")),
        ("{familyName}; {givenName}", "Garcia; Maria", ("Maria", "", "Garcia")),
        ("{familyName}; {givenName}", "Garcia, Maria", None),
        ("{familyName}", "Garcia", ("", "", "Garcia")),
        ("{givenName} - {familyName}", "Maria - Garcia", ("Maria", "", "Garcia")),
    ],
)
def test_a_name_is_split(pattern: str, name: str, parts: tuple[str, str, str] | None) -> None:
    assert split(pattern, name) == parts


def test_a_very_long_text_is_no_name() -> None:
    assert split(DEFAULT_WAYS, "a " * 400) is None


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("name", "has no name in it"),
        ("{firstName} {familyName}", "There is no part “firstName”"),
        ("{givenName}{familyName}", "nothing separates two parts"),
        ("{givenName} {givenName}", "A part stands twice"),
    ],
)
def test_a_pattern_that_can_not_be_used(pattern: str, says: str) -> None:
    with pytest.raises(FixSettings) as refused:
        compile_names(pattern, WHERE)
    assert says in word(refused.value).happened


@given(st.text(alphabet="abcXYZ ,;", max_size=80))
def test_whatever_is_split_loses_no_letter(name: str) -> None:
    parts = compile_names(DEFAULT_WAYS, WHERE)(name)
    if parts is not None:
        assert sorted("".join(parts.values()).replace(" ", "").replace(",", "")) == sorted(
            name.replace(" ", "").replace(",", "")
        )


# --- user names ------------------------------------------------------------------------------------------------------

PATTERN = "{givenName|first|ascii|lower}{familyName|ascii|lower|alnum}"


def named(given_name: str, family_name: str) -> dict[str, str]:
    return dict.fromkeys(STUDENT.attributes, "") | {"givenName": given_name, "familyName": family_name}


def test_a_user_name_is_made_of_attributes() -> None:
    make = compile_usernames(PATTERN, STUDENT, "usernames.student")
    assert make(named("Zoë", "O’Brien-Nuñez")) == "zobriennunez"
    assert make(named("", "")) == ""


def test_the_same_name_gets_a_number_and_none_is_given_twice() -> None:
    names = Usernames(["JSmith", "", "jsmith3"])
    assert [names.give("jsmith") for _ in range(3)] == ["jsmith2", "jsmith4", "jsmith5"]
    assert names.give("nobody") == "nobody"
    assert names.give("") == ""


@given(st.lists(st.text(alphabet="aAé1 2", max_size=3)), st.lists(st.text(alphabet="aAé12", min_size=1, max_size=3)))
def test_given_names_are_unique_whatever_was_taken(taken: list[str], wanted: list[str]) -> None:
    names = Usernames(taken)
    given_names = [folded(names.give(one)) for one in wanted]
    assert len(set(given_names)) == len(given_names)
    assert not set(given_names) & {folded(one) for one in taken if one}


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("fixed", "It has no attribute in it"),
        ("{username}", "no attribute “username”"),
        ("{firstName}", "no attribute “firstName”"),
    ],
)
def test_a_pattern_for_user_names_that_can_not_be_used(pattern: str, says: str) -> None:
    with pytest.raises(FixSettings) as refused:
        compile_usernames(pattern, STUDENT, "usernames.student")
    assert says in word(refused.value).happened
    assert refused.value.where == "usernames.student"


# --- sign-in ---------------------------------------------------------------------------------------------------------


def test_the_domain_tells_how_somebody_signs_in() -> None:
    sign_in = SignIn({"google": ["@Lincoln.org", "students.lincoln.org"], "microsoft": ["lincoln.onmicrosoft.com"]})
    assert sign_in
    assert sign_in.of("Jo@LINCOLN.org") == "google"
    assert sign_in.of("jo@students.lincoln.org") == "google"
    assert sign_in.of("jo@lincoln.onmicrosoft.com") == "microsoft"
    assert sign_in.of("jo@evil-lincoln.org") == ""
    assert sign_in.of("jo@lincoln.org.evil.com") == ""
    assert sign_in.of("") == ""
    assert not SignIn({})


def test_domains_that_can_not_be_used() -> None:
    for domains, says in (
        ({"google": ["lincoln"]}, "not an e-mail domain"),
        ({"google": ["a@b.org"]}, "“a@b.org” is not a domain"),
        ({"google": ["x.org"], "microsoft": ["X.org"]}, "two kinds"),
    ):
        with pytest.raises(FixSettings) as refused:
            SignIn(domains)
        assert says in word(refused.value).happened
