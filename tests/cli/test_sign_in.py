"""``psconnect sign-in``: shown, set, taken back and listed, with the words of the window."""

from __future__ import annotations

import pytest

from psconnect.wording.sign_ins import sign_in_text
from tests.cli.conftest import Psconnect
from tests.support.demo import Connect, Connected

SETTINGS = {"sign_in": {"google": ["students.example.org"]}}


@pytest.fixture
def signed(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> Connected:
    monkeypatch.setenv("LOGNAME", "jlee")
    connected = connect(settings=SETTINGS)
    connected.delivered()
    return connected


def who(connected: Connected) -> tuple[str, int]:
    """Number and key of a student who signs in with Google."""
    for number, dcid in connected.sql("SELECT STUDENT_NUMBER, DCID FROM STUDENTS WHERE ENROLL_STATUS = 0"):
        now = connected.service.sign_in(connected.name, "student", int(dcid))
        if now and now.type == "google":
            return str(number), int(dcid)
    raise AssertionError


def test_it_is_set_shown_listed_and_taken_back(signed: Connected, psconnect: Psconnect) -> None:
    number, key = who(signed)
    name = signed.name
    shown = psconnect("sign-in", name, number, "--entity", "student", connected=signed)
    assert (shown.code, shown.out.splitlines()[1]) == (0, "Sign-in type: Google (follows the e-mail domain)")
    said = psconnect("sign-in", name, number, "password", "--entity", "student", connected=signed)
    assert said.code == 0
    by_hand = "Sign-in type: User name and password (set by hand on 18 November 2026 by jlee)"
    assert said.out.splitlines()[1:] == [by_hand, "The next run delivers this sign-in type."]
    now = signed.service.sign_in(name, "student", key)
    assert now is not None
    assert sign_in_text(now) == by_hand, "the window's words"
    explained = psconnect("explain", name, number, "--entity", "student", connected=signed)
    assert by_hand in explained.out.splitlines()
    listed = psconnect("sign-in", name, connected=signed)
    assert len(listed.out.splitlines()) == 2
    assert "User name and password" in listed.out
    signed.service.sync(name)
    document = psconnect("sign-in", name, number, "--entity", "student", "--json", connected=signed).document
    assert (document["type"], document["source"], document["waits"]) == ("password", "hand", False)
    assert (document["decided"]["type"], document["decided"]["account"]) == ("password", "jlee")
    said = psconnect("sign-in", name, number, "follow", "--entity", "student", connected=signed)
    assert said.out.splitlines()[1] == "Sign-in type: Google (follows the e-mail domain)"
    document = psconnect("sign-in", name, "--json", connected=signed).document
    assert [(one["key"], one["type"]) for one in document["set_by_hand"]] == [(key, "follow")]
    data = psconnect("explain", name, number, "--entity", "student", "--json", connected=signed).document
    assert data["sign_in"]["source"] == "domain"


@pytest.mark.parametrize(("value", "says"), [("gogle", "“gogle” is not a sign-in type"), ("", "is not a sign-in type")])
def test_what_is_no_type_is_refused(signed: Connected, psconnect: Psconnect, value: str, says: str) -> None:
    number, _key = who(signed)
    said = psconnect("sign-in", signed.name, number, value, "--entity", "student", connected=signed)
    assert said.code == 2
    assert says in said.err
    assert signed.service.signed_in_by_hand(signed.name) == []


def test_of_several_people_none_is_set(signed: Connected, psconnect: Psconnect) -> None:
    ((first,),) = signed.sql(
        "SELECT FIRST_NAME FROM STUDENTS WHERE ENROLL_STATUS = 0 GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    )
    said = psconnect("sign-in", signed.name, first, "google", connected=signed)
    assert said.code == 2
    assert "matches. Give the id" in said.err
    assert psconnect("sign-in", signed.name, first, connected=signed).code == 0
    assert signed.service.signed_in_by_hand(signed.name) == []


def test_where_there_are_no_types_it_says_so(connected: Connected, psconnect: Psconnect) -> None:
    connected.delivered()
    ((number,),) = connected.sql("SELECT STUDENT_NUMBER FROM STUDENTS WHERE ENROLL_STATUS = 0 LIMIT 1")
    for words in ((), (str(number), "--entity", "student"), (str(number), "google", "--entity", "student")):
        said = psconnect("sign-in", connected.name, *words, connected=connected)
        assert said.code == 2
        assert "There are no sign-in types" in said.err
    explained = psconnect("explain", connected.name, str(number), "--entity", "student", connected=connected)
    assert "Sign-in type" not in explained.out
