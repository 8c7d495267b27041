"""Every value of ``/ws/v1`` becomes the text it was made from, in whatever form the wire has it (5.1 to 5.3)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psconnect.demo import Quirks
from psconnect.demo.server.v1.wire import to_json
from psconnect.powerschool import v1_wire as wire


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'"0419"', "0419"), (b"419", "419"), (b"-1", "-1"), (b"3.5", "3.5"), (b"12345678.9", "12345678.9"),
        (b"1.0E10", "1.0E10"), (b"true", "true"), (b'"True"', "True"), (b'""', ""), (b"null", ""),
        (b"9223372036854775807", "9223372036854775807"), (b'"\xc3\xa9"', "\u00e9"),
    ],
)  # fmt: skip
def test_a_value_is_the_text_it_was(body: bytes, text: str) -> None:
    assert wire.at(wire.decode(b'{"a":{"b":' + body + b"}}"), "a.b") == text


@given(
    st.one_of(
        st.text(), st.integers().map(str), st.floats(allow_nan=False).map(str), st.sampled_from(["true", "false"])
    )
)
def test_any_text_comes_back(text: str) -> None:
    for typing in (True, False):
        body = msgspec.json.encode({"item": to_json({"name": text}, Quirks(v1_typing=typing))})
        assert wire.at(wire.decode(body), "item.name") == text


@pytest.mark.parametrize(
    ("value", "found"),
    [({"id": 1}, [{"id": 1}]), ([{"id": 1}, {"id": 2}], [{"id": 1}, {"id": 2}]), ("", []), (None, []), ([], [])],
)
def test_one_many_or_none(value: Any, found: list[dict[str, int]]) -> None:
    assert wire.items(value) == found


def test_a_container_without_content_has_nothing_in_it() -> None:
    assert wire.at({"phones": ""}, "phones.main.number") == ""
    assert wire.at({"phones": {"main": ""}}, "phones.main.number") == ""
    assert wire.at({}, "phones.main.number") == ""


def test_names_with_and_without_blanks() -> None:
    assert (
        wire.wire_names("demographics, addresses")
        == wire.wire_names("Addresses,demographics")
        == {"demographics", "addresses"}
    )
    assert wire.wire_names("") == wire.wire_names(None) == frozenset()


def test_extension_fields_in_all_forms() -> None:
    one = {"name": "U_Students_Extension", "_field": {"name": "Locker", "type": "String", "value": 419}}
    two = {"name": "studentcorefields", "_field": [{"name": "a", "value": ""}, {"name": "b"}]}
    expected = [("u_students_extension", "locker", "419")]
    assert list(wire.extension_fields({"_extension_data": {"_table_extension": one}})) == expected
    expected += [("studentcorefields", "a", ""), ("studentcorefields", "b", "")]
    assert list(wire.extension_fields({"_extension_data": {"_table_extension": [one, two]}})) == expected
    assert list(wire.extension_fields({"_extension_data": ""})) == list(wire.extension_fields({})) == []
