"""A masked report: nobody's data in any format, any property, any name of a sheet or key; one mask for one person."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest

from psconnect.model.entities import ENTITIES, EXTRA, SCHOOL
from psconnect.model.problems import Problem
from psconnect.model.review import FindingQuery
from psconnect.model.runs import ChangeCounts, Hold
from psconnect.reports import FORMATS, write_report
from psconnect.service import report_name
from tests.reports.conftest import District

KEY, OTHER = 8_675_309, 8_675_310
LIMIT: dict[str, Any] = {
    "entity": "enrollment",
    "kind": "remove_per_class",
    "count": 9,
    "base": 10,
    "share": 90.0,
    "limit": "75% and 8",
}
WISHES: list[dict[str, Any]] = [
    {},
    {"since_last": True},
    {"listed": FindingQuery()},
    {"listed": FindingQuery(text="canary")},
]


@pytest.fixture
def number(district: District) -> int:
    """See run_of_canaries."""
    return run_of_canaries(district)


def canaries_in(told: str) -> list[str]:
    """The lines of a text that hold anybody's data, or a key that leads to somebody."""
    data = ("canary", "555-0100", str(KEY), str(OTHER))
    return [line for line in told.splitlines() if any(one in line.casefold() for one in data)]


def run_of_canaries(district: District) -> int:
    """A run in which every value of every record, and everything that people typed, is a canary."""
    district.school(100, "Jefferson Middle")
    district.run([Problem("missing-reported", "student", OTHER, 100, "email")])
    place = district.connection.destination
    place["folder"] = "/home/canary-user/roster"
    problems = [
        Problem("missing-required", "student", KEY, 100, "username"),
        Problem("username-taken", "student", KEY, 100, f"student {OTHER}"),
        Problem("uniqueness-conflict", "student", KEY, 100, "canary-id"),
        Problem("value-unlisted", "student", KEY, 100, "canary-code: 3 records"),
        Problem("change-refused", "student", KEY, 100, "canary@example.org is taken"),
        Problem("missing-reported", "contact", KEY, None, "phone"),
        Problem("orphan", "enrollment", KEY, None, "class"),
        Problem("class-without-teacher", "class", KEY, 100),
    ]
    number = district.run(
        problems,
        changes={entity.key: ChangeCounts(0, 1) for entity in ENTITIES},
        holds=[Hold("class-remove-enrollment", values={**LIMIT, "place": "canary class"})],
        state="finished_with_problems",
        reason="canary typed this",
        delivered="/home/canary-user/roster/x.zip: 9 rows",
    )
    for entity in ENTITIES:
        if entity is SCHOOL:
            continue
        old, new = (
            {name: f"canary-{entity.key}-{name}-{side}-555-0100@2011-02-03" for name in entity.attributes}
            for side in ("before", "after")
        )
        if entity.extensible:
            old[EXTRA], new[EXTRA] = '{"canary label": "canary-1"}', '{"canary label": "canary-2"}'
        district.changes(number, entity, KEY, old, new)
        record = msgspec.json.encode([new[name] for name in entity.attributes])
        district.db.execute("INSERT INTO ledger VALUES (?, ?, ?)", [entity.rank, KEY, record])
    return number


def whole(path: Path, raw: bytes) -> str:
    """Everything that is in a file, unpacked."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return "\n".join([*archive.namelist(), *(archive.read(name).decode() for name in archive.namelist())])
    return raw.decode("utf-8", "replace")


@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("ending", FORMATS)
def test_no_canary_is_in_a_masked_report(
    district: District, number: int, tmp_path: Path, ending: str, wish: dict[str, Any]
) -> None:
    path = tmp_path / f"{report_name('20261121-1', masked=True)}{ending}"
    write_report(district.content(number, masked=True, **wish), path)
    told = whole(path, path.read_bytes())
    assert canaries_in(told) == []
    assert len(told) > 200


@pytest.mark.parametrize("ending", [".html", ".csv", ".xlsx", ".json"])
def test_the_canaries_are_in_one_that_is_not_masked(
    district: District, number: int, tmp_path: Path, ending: str
) -> None:
    path = write_report(district.content(number), tmp_path / f"r{ending}")
    told = whole(path, path.read_bytes())
    assert "canary-student-familyName-after" in told
    assert "canary-contact-familyName-after" in told


def test_the_same_person_has_the_same_mask_and_another_one_another(district: District, number: int) -> None:
    document = json.loads(b"".join(_json(district, number)))
    named = {(one["entity"], one["name"]) for one in [*document["findings"], *document["changes"]]}
    students = {name for entity, name in named if entity == "student"}
    assert len(students) == 1, "all findings and the change of the student are about one person"
    assert all(re.fullmatch(r"\D+ \d+", name) for _entity, name in named)
    assert len({name for _entity, name in named}) == len(named)
    (taken,) = [one for one in document["findings"] if one["rule"] == "username-taken"]
    assert taken["other"] not in students | {""} or taken["other"] == ""


def _json(district: District, number: int) -> Any:
    from psconnect.reports.json_report import json_report  # noqa: PLC0415 - one use

    return json_report(district.content(number, masked=True))


def test_what_may_be_known_stays(district: District, number: int) -> None:
    page = district.page(number, masked=True).decode()
    assert "Jefferson Middle" in page
    assert "User name is empty" in page
    assert "first name; last name" in page, "which attributes changed, without their values"
    assert "Names are masked" in page
