"""Connection settings: every mistake is named by its key, and what is written is what was read."""

from __future__ import annotations

import re
import tomllib
from typing import Any
from urllib.parse import urlsplit

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from psconnect.model.bad_setting import hint_at
from psconnect.model.connection import Connection, from_dict, to_dict
from psconnect.model.entities import ENTITIES
from psconnect.model.errors import FixSettings
from psconnect.model.phrases import phrase
from psconnect.model.scope import ScopeSettings
from psconnect.model.sections import EntityThresholds, OptionSettings, SafetySettings, SourceSettings
from psconnect.model.server_address import is_loopback, normalise_url
from psconnect.wording.errors import word

LEAST: dict[str, Any] = {"name": "Lincoln roster", "preset": "oneroster"}


def refused(data: dict[str, Any]) -> FixSettings:
    with pytest.raises(FixSettings) as caught:
        from_dict({**LEAST, **data})
    return caught.value


def test_the_least_connection() -> None:
    connection = from_dict(LEAST)
    assert connection == Connection("Lincoln roster", "oneroster")
    assert connection.destination_kind == ""
    assert to_dict(connection) == {"format": 1, **LEAST}


def test_the_file_of_the_design() -> None:
    text = """
format = 1
name = "  Lincoln roster "
preset = "oneroster"
[source]
kind = "powerschool"
url = "lincoln.powerschool.com/admin/home.html"
client_id = "abc"
ca_file = "/path/to/private-ca.pem"
[scope]
schools = [100, 600]
start_year = 2026
[options]
co_teachers = false
parents = "none"
[mapping.student]
username = "{Students.Student_Web_ID|lower}"
[requirements.student]
email = "skip"
[safety]
preview = "always"
[safety.thresholds.student]
remove = "3% and 25, or 500"
[destination]
kind = "oneroster-csv"
folder = "/srv/roster"
keep = 3
"""
    connection = from_dict(tomllib.loads(text))
    assert connection.name == "Lincoln roster"
    assert connection.source == SourceSettings(
        url="https://lincoln.powerschool.com", client_id="abc", ca_file="/path/to/private-ca.pem"
    )
    assert connection.scope == ScopeSettings([100, 600], start_year=2026)
    assert connection.options == OptionSettings(co_teachers=False, parents="none")
    assert connection.mapping == {"student": {"username": "{Students.Student_Web_ID|lower}"}}
    assert connection.requirements == {"student": {"email": "skip"}}
    assert connection.safety == SafetySettings("always", {"student": EntityThresholds(remove="3% and 25, or 500")})
    assert connection.destination == {"kind": "oneroster-csv", "folder": "/srv/roster", "keep": 3}
    assert connection.destination_kind == "oneroster-csv"
    assert from_dict(to_dict(connection)) == connection


@pytest.mark.parametrize(
    ("data", "where", "to_do"),
    [
        # unknown keys name the nearest known one
        ({"sorce": {}}, "sorce", "Did you mean “source”?"),
        ({"source": {"urll": "x"}}, "source.urll", "Did you mean “url”?"),
        ({"source": {"client_secret": "x"}}, "source.client_secret", "psconnect secret set NAME source.client_secret"),
        ({"scope": {"school": "all"}}, "scope.school", "Did you mean “schools”?"),
        ({"options": {"parent": "all"}}, "options.parent", "Did you mean “parents”?"),
        ({"options": {"zzz": 1}}, "options.zzz", "Known: admins, co_teacher_classes, co_teachers, "),
        ({"safety": {"previw": "first"}}, "safety.previw", "Did you mean “preview”?"),
        ({"safety": {"thresholds": {"studnt": {"removes": "1"}}}}, "safety.thresholds.studnt.removes",
         "Did you mean “remove”?"),
        ({"safety": {"thresholds": {"student": {"removes": "1"}}}}, "safety.thresholds.student.removes",
         "Did you mean “remove”?"),
        ({"mapping": {"studnt": {}}}, "mapping.studnt", "Did you mean “student”?"),
        ({"mapping": {"org": {}}}, "mapping.org", "Known: admin, calendar"),
        ({"requirements": {"pupils": {}}}, "requirements.pupils", "Known: "),
        # wrong values name the key, also inside tables
        ({"name": 5}, "name", "Give a text."),
        ({"disabled": "yes"}, "disabled", "Give true or false."),
        ({"source": {"read": "magic"}}, "source.read", "Give one of “auto”, “queries”, “tables”, “v1”."),
        ({"source": "x"}, "source", "Write it as a section, like [source]."),
        ({"scope": {"start_year": "2026"}}, "scope.start_year", "Give a whole number from 1991 to 2200."),
        ({"scope": {"start_year": 1990}}, "scope.start_year", "Give a whole number from 1991 to 2200."),
        ({"scope": {"start_year": True}}, "scope.start_year", "Give a whole number from 1991 to 2200."),
        ({"scope": {"schools": "some"}}, "scope.schools", "Give “all” or a list of whole numbers, like [100, 600]."),
        ({"scope": {"schools": ["100"]}}, "scope.schools", "Give a whole number."),
        ({"options": {"co_teachers": "yes"}}, "options.co_teachers", "Give true or false."),
        ({"options": {"parents": "some"}}, "options.parents", "Give one of “none”, “portal”, “all”."),
        ({"mapping": {"student": {"username": 5}}}, "mapping.student.username", "Give a text."),
        ({"mapping": {"student": "x"}}, "mapping.student", "Write it as [mapping.student]"),
        ({"mapping": 5}, "mapping", "[mapping.student]"),
        ({"requirements": {"student": {"email": "maybe"}}}, "requirements.student.email", "Give one of “report”"),
        ({"requirements": ["student"]}, "requirements", "[requirements.student]"),
        ({"safety": 5}, "safety", "Write it as a section, like [safety]."),
        ({"safety": {"thresholds": 5}}, "safety.thresholds", "[safety.thresholds.student]"),
        ({"safety": {"thresholds": {"student": {"remove": 5}}}}, "safety.thresholds.student.remove",
         "Give a text."),
        ({"destination": "x"}, "destination", "Write it as a section, like [destination]."),
        # what is missing or not there yet
        ({"name": "  "}, "name", "Give it a name"),
        ({"name": "Lincoln\u200b roster"}, "name", "Give it a name"),
        ({"name": "a\nb"}, "name", "Give it a name"),
        ({"preset": ""}, "preset", "Set preset"),
        ({"schedule": {"evry": "day"}}, "schedule.evry", "every"),
        ({"schedule": {"at": ["25:00"]}}, "schedule.at", "a time, as 05:30"),
        ({"notices": {"results": "some"}}, "notices.results", "“all”"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_its_key(data: dict[str, Any], where: str, to_do: str) -> None:
    error = refused(data)
    assert error.code == "PSC-SETTINGS-INVALID"
    assert error.where.partition("[")[0] == where
    assert to_do in word(error).to_do
    assert word(error).happened.count("..") == 0
    assert "`$" not in word(error).happened


def test_an_unknown_word_is_repeated_in_the_sentence() -> None:
    assert "“source.urll”" in word(refused({"source": {"urll": "x"}})).happened
    assert "“studnt”" in word(refused({"mapping": {"studnt": {}}})).happened


def test_the_name_and_the_preset_have_to_be_there() -> None:
    for missing in LEAST:
        with pytest.raises(FixSettings) as caught:
            from_dict({key: value for key, value in LEAST.items() if key != missing})
        assert missing in word(caught.value).happened


@pytest.mark.parametrize("file_format", [0, 2, "1", 99, None, [1]])
def test_another_format_is_refused_in_one_sentence(file_format: object) -> None:
    error = refused({"format": file_format, "something": "new"})
    assert error.code == "PSC-SETTINGS-NEWER"
    assert "newest version" in word(error).to_do


def test_empty_reserved_sections_are_nothing() -> None:
    assert from_dict({**LEAST, "filters": {}, "schedule": {}, "uniqueness": {}}) == from_dict(LEAST)


def test_the_tables_given_are_left_as_they_are() -> None:
    data = {**LEAST, "format": 1, "source": {"url": "lincoln.org/x"}, "filters": {}}
    before = tomli_w.dumps(data)
    from_dict(data)
    assert tomli_w.dumps(data) == before


names = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda text: text.strip() and text.isprintable())
texts = st.text(st.characters(codec="utf-8"))
entities = st.sampled_from([entity.key for entity in ENTITIES])
tables = st.dictionaries(entities, st.dictionaries(texts, texts, max_size=2), max_size=2)
connections = st.builds(
    Connection,
    name=names.map(str.strip),
    preset=texts.filter(bool),
    source=st.builds(
        SourceSettings,
        url=st.sampled_from(["", "https://lincoln.powerschool.com", "http://127.0.0.1:8080", "https://[::1]:1"]),
        client_id=st.uuids().map(str),
        ca_file=names,
        read=st.sampled_from(["auto", "queries", "tables", "v1"]),
    ),
    scope=st.builds(
        ScopeSettings,
        schools=st.just("all") | st.lists(st.integers(0, 10**9)),
        start_year=st.none() | st.integers(1991, 2200),
    ),
    options=st.builds(
        OptionSettings,
        co_teachers=st.none() | st.booleans(),
        parents=st.sampled_from([None, "none", "all"]),
        district_name=texts,
    ),
    mapping=tables,
    requirements=st.dictionaries(entities, st.dictionaries(texts, st.sampled_from(["report", "skip", "off"]))),
    safety=st.builds(
        SafetySettings,
        preview=st.sampled_from(["always", "first", "never"]),
        # A file can have limits of entities that only a kind of destination knows.
        thresholds=st.dictionaries(
            entities | st.just("school-view"), st.builds(EntityThresholds, remove=st.none() | texts), max_size=2
        ),
    ),
    destination=st.dictionaries(texts, names | st.integers(-(2**63), 2**63 - 1) | st.booleans(), max_size=3),
    disabled=st.booleans(),
)


@given(connections)
def test_what_is_written_is_what_was_there(connection: Connection) -> None:
    assert from_dict(to_dict(connection)) == connection
    assert from_dict(tomllib.loads(tomli_w.dumps(to_dict(connection)))) == connection


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("lincoln.powerschool.com", "https://lincoln.powerschool.com"),
        ("  lincoln.powerschool.com/  ", "https://lincoln.powerschool.com"),
        ("https://Lincoln.PowerSchool.com/admin/home.html?x=1#top", "https://lincoln.powerschool.com"),
        ("HTTPS://lincoln.powerschool.com", "https://lincoln.powerschool.com"),
        ("https://lincoln.powerschool.com:443", "https://lincoln.powerschool.com:443"),
        ("ps.lincoln.k12.il.us:8443/public", "https://ps.lincoln.k12.il.us:8443"),
        ("powerschool", "https://powerschool"),
        ("https://schüle.example", "https://schüle.example"),
        ("https://10.0.0.7", "https://10.0.0.7"),
        ("https://[2001:db8::7]:8443/x", "https://[2001:db8::7]:8443"),
        ("[::1]", "https://[::1]"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.255.0.9", "http://127.255.0.9"),
        ("http://[::1]:80", "http://[::1]:80"),
        ("https://lincoln.powerschool.com\n", "https://lincoln.powerschool.com"),
    ],
)
def test_an_address_as_typed_or_pasted(typed: str, url: str) -> None:
    assert normalise_url(typed) == url
    assert normalise_url(url) == url


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "https://",
        "://x",
        "/admin/home.html",
        "//lincoln.powerschool.com",
        "https:/lincoln.powerschool.com",
        "http:lincoln.powerschool.com",
        "Our PowerSchool",
        "https://lincoln powerschool.com",
        "https://lincoln..com",
        f"https://{'a' * 64}.com",
        "https://<script>",
        "https://lincoln\\powerschool.com",
        "https://lin%63oln.com",
        "https://lincoln.powerschool.com:port",
        "https://lincoln.powerschool.com:99999",
        "https://[::1",
        "::1",
        "user:password@lincoln.powerschool.com",
        "https://user@lincoln.powerschool.com",
        "https://:secret@lincoln.powerschool.com",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_address(typed: str) -> None:
    with pytest.raises(FixSettings) as caught:
        normalise_url(typed)
    assert (caught.value.code, caught.value.where) == ("PSC-SETTINGS-INVALID", "source.url")
    assert "secret" not in word(caught.value).happened + word(caught.value).to_do
    assert "password" not in word(caught.value).happened + word(caught.value).to_do


@pytest.mark.parametrize(
    "typed",
    [
        "http://lincoln.powerschool.com",
        "http://10.0.0.7",
        "http://127.0.0.1.example.org",
        "http://localhost.example.org",
        "http://0.0.0.0",
        "http://[::2]",
        "ftp://lincoln.powerschool.com",
        "file://lincoln.powerschool.com/etc",
        "ws://localhost",
    ],
)
def test_plain_http_is_for_this_computer_alone(typed: str) -> None:
    with pytest.raises(FixSettings) as caught:
        normalise_url(typed)
    assert caught.value.code == "PSC-SETTINGS-HTTPS"
    assert word(caught.value).to_do.startswith("Use https://")


pieces = st.sampled_from(
    [
        "http",
        "https",
        ":",
        "/",
        "//",
        "@",
        "[",
        "]",
        "::1",
        "127.0.0.1",
        "localhost",
        "x.org",
        ".",
        "%",
        ":80",
        "?",
        "#",
    ]
)


@given(st.text() | st.lists(pieces).map("".join))
def test_any_text_is_an_address_or_a_clear_refusal(typed: str) -> None:
    try:
        url = normalise_url(typed)
    except FixSettings as error:
        refused_where = error.where
    else:
        refused_where = "source.url"
        assert normalise_url(url) == url
        assert url.startswith("https://") or is_loopback(urlsplit(url).hostname or "")
    assert refused_where == "source.url"


def test_this_computer() -> None:
    assert all(map(is_loopback, ["localhost", "127.0.0.1", "127.1.2.3", "::1"]))
    assert not any(map(is_loopback, ["", "localhost.", "127.0.0", "128.0.0.1", "127.0.0.1.example", "::2"]))


def test_the_nearest_word() -> None:
    assert hint_at("usrname", ["username", "email"]) == phrase("did-you-mean", name="username")
    assert hint_at("qqq", ["b", "a"]) == phrase("known", names=["a", "b"])


@pytest.mark.parametrize(
    ("data", "happened", "to_do"),
    [
        ({"safety": {"freeze": [{"from": "2026-12-01"}]}}, "“safety.freeze[0]” lacks “until”.", "Add until: a date"),
        ({"safety": {"freeze": [{"from": "x", "until": "y"}]}}, "“safety.freeze[0].from”", "Give a date like"),
        ({"safety": {"freeze": [{"from": "2026-12-01", "til": 1}]}}, "“safety.freeze[0].til”", "Did you mean “until”?"),
        ({"sign_in": {"gogle": ["a.b"]}}, "There is no setting “sign_in.gogle”.", "Did you mean “google”?"),
        ({"sign_in": {"google": "a.b"}}, "A value in “sign_in”", "Give a list of texts"),
        ({"values": {"gender": {"M": 1}}}, "A value in “values”", "Give a text."),
        (
            {"scope": {"courses": [{"school": 1}]}},
            "“scope.courses[0]” lacks “courses”.",
            "Add courses: a list of texts",
        ),
        ({"options": {"id_prefix": "a b"}}, "“options.id_prefix”", "at most 30 characters (letters, digits and"),
        (
            {"uniqueness": {"confirmed": [{"entity": "student", "keys": [1, 10**30], "verdict": "same"}]}},
            "“uniqueness.confirmed[0].keys[1]”",
            "Give a whole number from 1",
        ),
        ({"uniqueness": {"confirmed": [{"entity": "student", "keys": [1], "verdict": "same"}]}}, "keys", "of 2 values"),
    ],
)
def test_what_a_setting_has_to_be_is_said_without_a_programmers_words(
    data: dict[str, Any], happened: str, to_do: str
) -> None:
    error = refused({"name": "Lincoln", "preset": "oneroster", **data})
    assert happened in word(error).happened
    assert to_do in word(error).to_do
    assert not re.search(r"`|Expected|enum|object|null|str\b|int\b|array", word(error).happened + word(error).to_do)
