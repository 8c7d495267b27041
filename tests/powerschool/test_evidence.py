"""What a district can send us holds the shapes of answers and nothing that anybody wrote."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from psconnect import __version__
from psconnect.demo import Fault, Quirks
from psconnect.demo.district.schema import TABLES
from psconnect.powerschool.shapes import describe, size_class
from psconnect.store.settings.secrets import CLIENT_SECRET
from tests.support.demo import Connect, Connected

MARK = "Qzx"
MAPPED = {"mapping": {"student": {"middleName": "{U_STUDENTS_EXTENSION.Locker}"}}}


def mark(connected: Connected) -> set[str]:
    """Write markers into every text of the district; returns the numbers of its people, which must not show either."""
    for table in TABLES:
        texts = [name for name, kind in table.columns if kind.startswith("VARCHAR") and name not in _KEPT]
        for name in texts:
            connected.sql(f"UPDATE {table.name} SET {name} = '{MARK}' || rowid WHERE {name} IS NOT NULL")
    keys: set[str] = set()
    for sql in ("SELECT DCID, Student_Number FROM Students", "SELECT DCID, ID FROM Users JOIN SchoolStaff USING (DCID)",
                "SELECT ID, DCID FROM Person", "SELECT School_Number, DCID FROM Schools"):  # fmt: skip
        keys.update(str(value) for row in connected.sql(sql) for value in row)
    return {key for key in keys if len(key) > 3}


_KEPT = ("AccountIdentifier", "PCAS_AccountToken")


def report_of(connected: Connected, path: Path) -> tuple[str, Any]:
    connected.service.check(connected.name, lambda _finding: None, report=path)
    text = path.read_text(encoding="utf-8")
    return text, json.loads(text)


def nothing_told(connected: Connected, text: str, keys: set[str]) -> None:
    assert MARK.lower() not in text.lower()
    source = connected.service.connection(connected.name).source
    secret = connected.service.secrets.get(connected.name, CLIENT_SECRET)
    connection = connected.service.connection(connected.name)
    for one in (source.client_id, secret, connection.id, connection.name, "127.0.0.1", "localhost", "Demo Unified",
                "America", str(connected.folder), "U_STUDENTS", "locker", "Chicago"):  # fmt: skip
        assert one
        assert one.lower() not in text.lower(), one
    numbers = set(re.findall(r"\d{4,}", re.sub(r'"(powerschool|psconnect)": "[^"]*"', "", text)))
    assert not numbers & keys


@pytest.mark.parametrize("way", ["queries", "tables", "auto", "v1"])
def test_nobodys_data_is_in_it(connect: Connect, tmp_path: Path, way: str) -> None:
    connected = connect(students=200, settings={**MAPPED, "source": {"read": way}})
    keys = mark(connected)
    if way == "v1":
        connected.server.set_quirks(server_version="25.1.0.0")
    text, _data = report_of(connected, tmp_path / "report.json")
    nothing_told(connected, text, keys)


def test_what_it_tells(connect: Connect, tmp_path: Path) -> None:
    connected = connect(students=200, settings=MAPPED)
    connected.server.set_page_size(connected.plugin, 60)
    _text, data = report_of(connected, tmp_path / "report.json")
    assert (data["psconnect"], data["powerschool"]) == (__version__, "25.9.0.0.252611238")
    assert data["page_sizes"]["schema_table_query_max_page_size"] == 60
    assert {"step": "page-size/small-beside", "stream": "", "state": "warning", "code": ""} in data["findings"]
    assert {"stream": "students", "by": "queries", "result": "ok"} in data["samples"]
    calls = {call["call"]: call for call in data["calls"] if call["status"] == 200}
    token = calls["POST /oauth/access_token"]["shape"][0]["object"]
    assert token["expires_in"] == {"in": "all", "is": ["text, digits, 4 to 15 characters"]}
    full = [call for call in data["calls"] if "record" in json.dumps(call.get("shape"))]
    terms = next(c for c in full if c["call"] == "POST /ws/schema/query/(terms)" and c["status"] == 200)
    (rows,) = terms["shape"][0]["object"]["record"]["is"]
    assert rows["of"][0]["object"]["firstday"]["is"][0].startswith("text, a date like 9999-99-99")
    students = next(c for c in full if c["call"] == "POST /ws/schema/query/(students)")
    keys = students["shape"][0]["object"]["record"]["is"][0]["of"][0]["object"]
    assert keys["last_name"]["in"] == "all"
    assert keys["(another key)"]["in"] in ("all", "some"), "a field of an extension is counted, not named"
    assert "GET /ws/schema/table/schools" in calls


def test_what_was_refused_is_named(connect: Connect, tmp_path: Path) -> None:
    connected = connect(students=200)
    fault = Fault("N10", path="/ws/schema/query/*.section_teachers*", field="roledef.name")
    connected.server.set_faults([fault])
    _text, data = report_of(connected, tmp_path / "report.json")
    assert {"step": "stream", "stream": "section_teachers", "state": "failed", "code": "PSC-ACCESS-FIELD"} in data[
        "findings"
    ]
    refused = [call for call in data["calls"] if call.get("refused")]
    assert {call["call"] for call in refused} == {
        "POST /ws/schema/query/(section_teachers)/count", "POST /ws/schema/query/(section_teachers)",
    }  # fmt: skip
    assert all(call["refused"] == ["ROLEDEF.NAME"] and call["status"] == 403 for call in refused)
    assert all(call["said"] == ["Validation Failed"] for call in refused)
    assert {"stream": "section_teachers", "by": "queries", "result": "PSC-ACCESS-FIELD"} in data["samples"]


def test_a_sign_in_that_fails_is_reported_too_and_asked_for_once(connect: Connect, tmp_path: Path) -> None:
    connected = connect(students=200, quirks=Quirks(server_version=f"{MARK} 25"))
    connected.service.set_secret(connected.name, CLIENT_SECRET, f"{MARK}-wrong-secret")
    connected.server.reset_calls()
    text, data = report_of(connected, tmp_path / "report.json")
    assert MARK not in text
    assert data["powerschool"] == "not told in numbers"
    assert {"step": "sign-in", "stream": "", "state": "failed", "code": "PSC-AUTH-401"} in data["findings"]
    assert connected.server.calls.to("/oauth/access_token") == 1
    (token,) = [call for call in data["calls"] if call["call"] == "POST /oauth/access_token"]
    assert token["status"] == 401


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (True, "boolean"),
        (7, "whole number"),
        (-7, "negative whole number"),
        (1.5, "number with decimals"),
        ("", "empty text"),
        ("2026-08-18", "text, a date like 9999-99-99"),
        ("2026-08-18 00:00:00.0", "text, a date like 9999-99-99 99:99:99.9"),
        ("8/18/2026", "text, a date like 9/99/9999"),
        ("12", "text, digits, 1 to 3 characters"),
        ("2.0260818E+007", "text, a number with an exponent, 4 to 15 characters"),
        ("true", "text, true or false, 4 to 15 characters"),
        (" Ana", "text, blanks at an edge, 4 to 15 characters"),
        ("O&#39;Malley", "text, escaped signs, 4 to 15 characters"),
        ("##9911", "text, a placeholder, 4 to 15 characters"),
        ("x" * 300, "text, more than 250 characters"),
    ],
)
def test_a_value_becomes_its_kind(value: object, expected: str) -> None:
    assert describe([value], lambda _key: True) == [expected]


def test_objects_of_a_list_are_described_together_and_unknown_keys_are_not_named() -> None:
    rows = [{"dcid": "1", "Smith": 5}, {"dcid": 2}]
    assert describe([rows], lambda key: key == "dcid") == [
        {
            "list": ["1 to 9"],
            "of": [
                {
                    "object": {
                        "(another key)": {"in": "some", "is": ["whole number"]},
                        "dcid": {"in": "all", "is": ["text, digits, 1 to 3 characters", "whole number"]},
                    }
                }
            ],
        }
    ]


@pytest.mark.parametrize(("count", "words"), [(0, "0"), (1, "1 to 9"), (10, "10 to 99"), (54321, "10,000 to 99,999")])
def test_numbers_are_given_by_class(count: int, words: str) -> None:
    assert size_class(count) == words
