"""Answers with a few characters that are none (fault D12): mended where that is all, and as broken as before else."""

from __future__ import annotations

import json

import msgspec
import pytest

from psconnect.powerschool.json_repair import _UNREADABLE, mended_json, readings


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb'"Ana\ud83d"', f"Ana{_UNREADABLE}"),
        (rb'"\ude00Ana"', f"{_UNREADABLE}Ana"),
        (rb'"\ud83d\ud83d\ude00"', f"{_UNREADABLE}\U0001f600"),
        (rb'"\ud83d\ude00"', "\U0001f600"),
        (rb'"\\ud83d"', r"\ud83d"),
        (rb'"\\\ud83d"', f"\\{_UNREADABLE}"),
        (b'"Jos\xe9"', f"Jos{_UNREADABLE}"),
        (b'"A\xed\xa0\xbdB"', f"A{_UNREADABLE}B"),
        (b'"A\x01B"', f"A{_UNREADABLE}B"),
        (b'\xef\xbb\xbf"Ana"', "Ana"),
        (rb'"A\u0000B"', f"A{_UNREADABLE}B"),
        (rb'"A\\u0000B"', r"A\u0000B"),
        (rb'"A\\\u0000B"', f"A\\{_UNREADABLE}B"),
        ('"José \U0001f600 \ufffd"'.encode(), "José \U0001f600 \ufffd"),
    ],
)
def test_what_is_no_character_is_marked_and_nothing_else_changes(body: bytes, text: str) -> None:
    assert msgspec.json.decode(mended_json(body), type=str) == text


@pytest.mark.parametrize(
    "body", [b'{"a": "Jos\xc3', b'{"a": "\\ud83', b"{", b"", b"\xff\xfe", b'{"a": NaN}', b"<html>"]
)
def test_a_body_that_broke_off_or_is_no_json_stays_broken(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(mended_json(body))


def test_a_good_body_is_read_as_it_came_and_never_searched() -> None:
    body = json.dumps({"name": "Ana"}).encode()
    reading = readings(body)
    assert next(reading) is body
    assert mended_json(body) == body


def test_a_nul_is_never_read_though_it_is_json() -> None:
    assert [msgspec.json.decode(one, type=str) for one in readings(rb'"A\u0000B"')] == [f"A{_UNREADABLE}B"]
