"""Values of any JSON type become the same texts, and a key that came twice is refused (docs/powerschool.md 19)."""

from __future__ import annotations

import json
import random
from typing import Any

import msgspec
import pytest

from psconnect.http import Answer
from psconnect.model.errors import BadRecord
from psconnect.powerschool import streams as s
from psconnect.powerschool.rows import RowDecoder, decode_count, table_rows
from psconnect.wording.errors import word
from tests.powerschool.conftest import Open, Reading

STREAM = s.SCHOOL_STAFF
_TEXTS = [("12345", '"12345"'), ("12345", "12345"), ("12345", "12345.0"), ("12345", "1.2345E4"), ("0", "-0"),
          ("0", "-0.0"), ("-3", "-3"), ("-3", "-3.0"), ("1", "true"), ("0", "false"), ("", "null"), ("1.5", "1.5"),
          ("0.00015", "1.5e-4"), ("12345678901234567890123", "12345678901234567890123"),
          ("12345678901234567", "12345678901234567.0"), ("1000000000000000000000", "1e21")]  # fmt: skip


@pytest.mark.parametrize(("text", "written"), _TEXTS)
def test_a_value_of_any_type_has_the_same_text(text: str, written: str) -> None:
    (row,) = RowDecoder(STREAM)(b'{"record":[{"dcid":7,"schoolid":%s}]}' % written.encode())
    assert (row.dcid, row.schoolid, row.status) == ("7", text, "")
    body = b'{"record":[{"id":7,"name":"t","tables":{"t":{"dcid":7,"schoolid":%s}}}]}' % written.encode()
    assert table_rows("t")(body) == [{"dcid": "7", "schoolid": text} if text else {"dcid": "7"}]


@pytest.mark.parametrize("written", ["[]", "{}", '["1"]', '{"a":"1"}', "1e400", "1e-400", "9" * 41, "9" * 20_000])
def test_what_is_no_value_is_refused(written: str) -> None:
    for decode, body in (
        (RowDecoder(STREAM), b'{"record":[{"dcid":7,"schoolid":%s}]}'),
        (table_rows("t"), b'{"record":[{"id":7,"name":"t","tables":{"t":{"schoolid":%s}}}]}'),
    ):
        with pytest.raises(msgspec.DecodeError) as caught:
            decode(body % written.encode())
        assert written not in str(caught.value)


def test_rows_of_one_stream_are_of_one_type_however_they_came() -> None:
    """Or a row that is listed twice, once as text and once as numbers, would count as two different ones (D02)."""
    decode = RowDecoder(STREAM)
    texts = decode(b'{"record":[{"dcid":"7","schoolid":"100"}]}')
    mixed = decode(b'{"record":[{"dcid":7,"schoolid":100.0}]}')
    assert texts == mixed == decode(b'{"record":[{"dcid":"7","schoolid":"100"}]}')


@pytest.mark.parametrize("body", [b'{"count":5}', b'{"count":"5"}', b'{"count":5.0}'])
def test_a_count_of_any_type(body: bytes) -> None:
    assert decode_count(body) == 5


# --- keys that came twice (N17) --------------------------------------------------------------------------------------

_ROW = '{"_id":7,"_name":"schoolstaff","dcid":"7","schoolid":"100","status":"1"}'
_TWICE = [
    '{"_id":7,"_name":"schoolstaff","dcid":"7","schoolid":"100","schoolid":"200"}',
    '{"_id":7,"_name":"schoolstaff","dcid":"7","schoolid":"100","schoolid":"100","status":"1"}',
    '{"_id":7,"_id":8,"_name":"schoolstaff","dcid":"7","schoolid":"100"}',
    '{"dcid":"7", "schoolid" : "100", "schoolid" : "200"}',
    '{"dcid":"6","dcid":"7"}',
    '{"dcid":7,"schoolid":100,"schoolid":200}',
]


@pytest.mark.parametrize("twice", _TWICE)
@pytest.mark.parametrize("place", [0, 1, 5])
def test_N17_a_key_that_came_twice_is_refused_wherever_it_stands(twice: str, place: int) -> None:
    rows = [_ROW] * 5
    rows.insert(place, twice)
    with pytest.raises(msgspec.ValidationError, match="came twice"):
        RowDecoder(STREAM)(f'{{"name":"schoolstaff","record":[{",".join(rows)}],"@extensions":""}}'.encode())
    inner = [f'{{"id":7,"name":"t","tables":{{"t":{row}}}}}' for row in rows]
    with pytest.raises(msgspec.ValidationError, match="came twice"):
        table_rows("t")(f'{{"name":"t","record":[{",".join(inner)}],"@extensions":""}}'.encode())


@pytest.mark.parametrize(
    "body",
    ['{"record":[%s],"record":[%s]}', '{"record":[%s],"record":[]}', '{"name":"x","record":[%s],"name":"y"}'],
)
def test_a_list_that_came_twice_is_refused(body: str) -> None:
    for decode, row in (
        (RowDecoder(STREAM), _ROW),
        (table_rows("t"), '{"id":7,"name":"t","tables":{"t":{"dcid":"7"}}}'),
    ):
        with pytest.raises(msgspec.ValidationError, match="came twice"):
            decode(body.replace("%s", row).encode())


@pytest.mark.parametrize(
    "row",
    [
        {"dcid": "7", "schoolid": 'a":b', "status": '":":"'},
        {"dcid": "7", "schoolid": "", "status": None},
        {"dcid": "7", "other": {"dcid": "8", "list": [{"dcid": "9"}]}},
        {"dcid": "7", "other": "]}["},
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_other_shapes_are_no_keys_that_came_twice(row: dict[str, Any], indent: int | None) -> None:
    answer = {"name": "x", "record": [{"dcid": "1", "_name": "x"}, row], "@extensions": "a,b]"}
    assert [one.dcid for one in RowDecoder(STREAM)(json.dumps(answer, indent=indent).encode())] == ["1", "7"]


# --- over HTTP -------------------------------------------------------------------------------------------------------


def _mixed(value: object, drawn: random.Random) -> object:
    """A value as another server might write it."""
    if not isinstance(value, str):
        return value
    if value in ("0", "1") and drawn.random() < 0.3:
        return value == "1"
    if value.lstrip("-").isdecimal() and str(int(value)) == value:
        return drawn.choice([value, int(value), float(value)])
    return value


def _rewriting(reading: Reading) -> None:
    """Let each answer with rows come with values of mixed types."""
    drawn, call = random.Random(9), reading.client.http.call

    def rewritten(method: str, path: str, **more: Any) -> Answer:
        answer = call(method, path, **more)
        if "/ws/schema/" not in path or b'"record"' not in answer.body:
            return answer
        body = json.loads(answer.body)
        for record in body["record"]:
            for values in record["tables"].values() if "tables" in record else [record]:
                values.update({key: _mixed(value, drawn) for key, value in values.items()})
        return Answer(answer.status, answer.headers, json.dumps(body).encode())

    reading.client.http.call = rewritten  # type: ignore[method-assign]


@pytest.mark.parametrize("way", ["queries", "tables"])
@pytest.mark.parametrize("name", ["terms", "section_teachers", "enrollments", "relationships"])
def test_a_server_that_writes_numbers_gives_the_same_rows(name: str, way: str, open_reading: Open) -> None:
    plain, reading = open_reading(students=60), open_reading(students=60)
    _rewriting(reading)
    expected = plain.read(name, getattr(plain, way)())
    found = reading.read(name, getattr(reading, way)())
    assert expected.rows
    assert found.rows == expected.rows


def test_a_key_that_came_twice_stops_the_reading_by_name(reading: Reading) -> None:
    call = reading.client.http.call

    def doubled(method: str, path: str, **more: Any) -> Answer:
        answer = call(method, path, **more)
        body = answer.body.replace(b'"enroll_status":"0"', b'"enroll_status":"3","enroll_status":"0"', 1)
        return Answer(answer.status, answer.headers, body)

    reading.client.http.call = doubled  # type: ignore[method-assign]
    for reader in (reading.queries(), reading.tables()):
        with pytest.raises(BadRecord) as caught:
            reading.read("students", reader)
        assert "enroll_status" in word(caught.value).happened
