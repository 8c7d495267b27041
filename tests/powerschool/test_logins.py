"""Placeholders in login fields."""

from __future__ import annotations

from typing import Any

import pytest

from psconnect.powerschool import streams as s
from psconnect.powerschool.logins import without_placeholders
from psconnect.powerschool.rows import row_type
from psconnect.powerschool.stream import Stream


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("##12345", ""),
        ("~~12345", ""),
        (" \t##12345", ""),
        ("##", ""),
        ("#1", "#1"),
        ("~1", "~1"),
        ("a##b", "a##b"),
        ("mia~~", "mia~~"),
        ("", ""),
        (" mia ", " mia "),
    ],
)
@pytest.mark.parametrize(
    ("stream", "column"), [(s.STUDENTS, "student_web_id"), (s.USERS, "loginid"), (s.USERS, "teacherloginid")]
)
def test_a_placeholder_is_an_empty_login(stream: Stream, column: str, value: str, left: str) -> None:
    rows = [row_type(stream)(**{"dcid": "1", column: text}) for text in ("lee", value, "~kim")]
    without_placeholders(stream)(rows)
    assert [getattr(row, column) for row in rows] == ["lee", left, "~kim"]


def test_other_fields_keep_such_values() -> None:
    row: Any = row_type(s.USERS)(dcid="1", teachernumber="##1", last_name="~~Lee", teacherloginid="##1")
    without_placeholders(s.USERS)([row])
    assert (row.teachernumber, row.last_name, row.teacherloginid) == ("##1", "~~Lee", "")
