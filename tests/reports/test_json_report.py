"""The JSON report: as its own schema and docs/reports.md say, whole, in pieces."""

from __future__ import annotations

import json
from typing import Any

import pytest

from psconnect.model.problems import Problem
from psconnect.model.review import FindingQuery
from psconnect.model.runs import ChangeCounts
from psconnect.reports.json_report import json_report
from tests.judges.json_schema import offences
from tests.reports.conftest import District
from tests.support.home import CHECKOUT

SCHEMA = json.loads((CHECKOUT / "docs" / "report.schema.json").read_text(encoding="utf-8"))


def made(district: District, number: int, **wish: Any) -> dict[str, Any]:
    return json.loads(b"".join(json_report(district.content(number, **wish))))


@pytest.fixture
def number(district: District) -> int:
    district.school(100, "Jefferson Middle")
    district.run([Problem("missing-reported", "student", 40, 100, "email")])
    number = district.run(
        [Problem("missing-required", "student", 41, 100, "username"), Problem("orphan", "class", 7, None, "calendar")],
        changes={"student": ChangeCounts(1, 1, 1)},
    )
    district.student_changes(number, 1, None, {"familyName": "Ñandú", "givenName": "李"})
    district.student_changes(number, 2, {"grade": "06"}, {"grade": "07"})
    district.student_changes(number, 3, {"familyName": "Gone"}, None)
    return number


@pytest.mark.parametrize(
    "wish",
    [{}, {"masked": True}, {"since_last": True}, {"since_last": True, "masked": True}, {"listed": FindingQuery()}],
)
def test_every_document_is_as_the_schema_says(district: District, number: int, wish: dict[str, Any]) -> None:
    document = made(district, number, **wish)
    assert offences(document, SCHEMA) == []
    assert ("changes" in document) is ("listed" not in wish)
    assert len(document["findings"]) == 2


def test_the_judge_sees_what_is_wrong(district: District, number: int) -> None:
    document = made(district, number)
    assert offences({**document, "extra": 1}, SCHEMA) == ["$: has extra, of which the schema knows nothing"]
    del document["findings"][0]["rule"]
    document["changes"][0]["action"] = "invent"
    assert [one.partition(":")[0] for one in offences(document, SCHEMA)] == ["$.findings[0]", "$.changes[0].action"]


def test_changes_tell_what_was_and_what_is(district: District, number: int) -> None:
    new, updated, gone = made(district, number)["changes"]
    assert (new["name"], new["values"]["givenName"]) == ("Ñandú, 李", {"before": "", "after": "李"})
    assert updated["values"] == {"grade": {"before": "06", "after": "07"}}
    assert (gone["action"], gone["values"]["familyName"]) == ("remove", {"before": "Gone", "after": ""})


def test_findings_of_a_run_are_new_or_known_by_the_run_before(district: District, number: int) -> None:
    document = made(district, number, since_last=True)
    assert document["before"]["new"] == 2
    assert [one["new"] for one in document["findings"]] == [True, True]
    assert [(one["rule"], one["id"]) for one in document["corrected"]] == [("missing-reported", "40")]
