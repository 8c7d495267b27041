"""The typing rule and the shapes of ``/ws/v1`` JSON and XML (docs/powerschool.md 5.1 to 5.3)."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from psconnect.demo import Quirks
from psconnect.demo.server.v1.wire import to_json, to_xml, typed

NUMBERS = [
    ("5550100", 5550100),
    ("85250", 85250),
    ("-1", -1),
    ("0", 0),
    ("3.5", 3.5),
    ("-0.5", -0.5),
    ("0.001", 0.001),
    ("1.0E-4", 0.0001),
    ("1.23456789E7", 12345678.9),
    ("9223372036854775807", 9223372036854775807),
    ("-9223372036854775808", -9223372036854775808),
]
TEXTS = [
    "", "0.00", "12.50", "12345678.9", "0.0001", "050010", "-0", "+1 555", "1e3", "1.0E400", "555-0100", "-",
    "2012-03-09", "9223372036854775808", "99999999999999999999", " 1", "1 ", "1_000", "True", "FALSE", "NaN",
    "-Infinity", "٣", "10.", ".5",
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), NUMBERS)
def test_a_number_that_java_prints_alike_becomes_a_number(text, value):
    assert typed(text) == value
    assert type(typed(text)) is type(value)


@pytest.mark.parametrize("text", TEXTS)
def test_any_other_text_stays_one(text):
    assert typed(text) == text
    assert type(typed(text)) is str


@pytest.mark.parametrize(("text", "value"), [("true", True), ("false", False)])
def test_booleans_in_lower_case(text, value):
    assert typed(text) is value


def test_without_the_rule_all_are_texts():
    tree = {"id": 431, "zip": "60601", "dropped": False, "share": 0.5}
    assert to_json(tree, Quirks(v1_typing=False)) == {"id": "431", "zip": "60601", "dropped": "false", "share": "0.5"}
    assert to_json(tree, Quirks()) == {"id": 431, "zip": 60601, "dropped": False, "share": 0.5}


def test_repeated_elements_and_empty_ones():
    tree = {"one": [{"a": "x"}], "two": ["1", "x"], "none": [], "empty": {}, "inner": {"deep": {}, "single": ["7"]}}
    assert to_json(tree, Quirks()) == {
        "one": {"a": "x"},
        "two": [1, "x"],
        "empty": "",
        "inner": {"deep": "", "single": 7},
    }


@pytest.mark.parametrize(("collapsed", "value"), [(True, {"name": "a"}), (False, [{"name": "a"}])])
def test_the_single_field_of_an_extension(collapsed, value):
    quirks = replace(Quirks(), single_field_as_object=collapsed)
    assert to_json({"_field": [{"name": "a"}]}, quirks)["_field"] == value
    assert to_json({"other": [{"name": "a"}]}, quirks)["other"] == {"name": "a"}, "only fields are in doubt"


def test_xml_has_attributes_texts_and_repeated_elements():
    tree = {
        "@expansions": "a, b",
        "student": [{"id": 1, "name": {"last": "<&\x00>"}}, {"id": 2, "ok": True, "none": {}}],
    }
    root = ET.fromstring(to_xml("students", tree))
    assert (root.tag, root.attrib) == ("students", {"expansions": "a, b"})
    assert [one.findtext("id") for one in root.findall("student")] == ["1", "2"]
    assert root.findtext("student/name/last") == "<&>", "without what XML cannot hold"
    assert root.findtext("student/ok") == "true"
    assert root.find("student/none").text is None
