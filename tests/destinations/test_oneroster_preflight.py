"""What doesn't fit into OneRoster files is told before the delivery, with how many records it is about."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.entities import BY_KEY
from psconnect.model.errors import Cancelled
from psconnect.model.problems import RULES, without_count
from psconnect.wording.rules import rule_of
from tests.contracts.opening import open_snapshot
from tests.contracts.rosters import ListRoster, Tables, small
from tests.judges.oneroster11 import check_bundle, read_bundle
from tests.judges.oneroster12 import check_bundle_12, read_bundle_12

Found = dict[tuple[str, str, str], int]
WITH_DEMOGRAPHICS = {
    "birthDate": "2012-02-29",
    "sex": "F",
    "americanIndianOrAlaskaNative": "A",
    "asian": "A",
    "demographicRaceTwoOrMoreRaces": "A",
    "white": "false",
    "hispanicOrLatinoEthnicity": "1",
    "countryOfBirthCode": "us",
    "stateOfBirthAbbreviation": "IL",
    "cityOfBirth": "Testville",
    "publicSchoolResidenceStatus": "01652",
}


def findings(tables: Tables, further: dict[str, tuple[str, ...]] | None = None, **settings: Any) -> Found:
    """Rule, entity and detail -> number of records."""
    destination = open_snapshot("r", {"kind": "oneroster-csv", "folder": "/nowhere", **settings})
    found: Found = {}
    for problem in destination.preflight(ListRoster(tables, further=further or {}), CancelToken()):
        detail, count = without_count(problem.settled.detail)
        found[problem.rule, problem.entity, detail] = count
        assert RULES[problem.rule].counted
    return found


def given(entity: str, *extras: dict[str, str]) -> tuple[Tables, dict[str, tuple[str, ...]]]:
    """The small district with these custom fields of its first records of an entity."""
    tables = small()
    for record, extra in zip(tables[entity], extras, strict=False):
        record["extra"] = json.dumps(extra)
    return tables, {entity: tuple(dict.fromkeys(label for extra in extras for label in extra))}


def demographics(
    folder: Path, values: dict[str, str], version: str = "1.1", *, wanted: bool = True
) -> list[dict[str, str]]:
    """The rows of demographics.csv of a conforming bundle."""
    settings = {"kind": "oneroster-csv", "folder": str(folder), "version": version, "demographics": wanted}
    tables, further = given("student", values)
    open_snapshot("r", settings).prepare(ListRoster(tables, further=further), CancelToken()).publish()
    path = folder / "r.zip"
    assert (check_bundle_12 if version == "1.2" else check_bundle)(path) == []
    rows = (read_bundle_12 if version == "1.2" else read_bundle)(path)
    assert not [column for column in rows["users"][0] if column.startswith("metadata.")]
    return rows.get("demographics", [])


def test_an_ordinary_roster_has_only_the_state_id_that_can_not_be_told() -> None:
    assert findings(small()) == {("state-id-left-out", "student", "stateId"): 1}


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_demographics_are_off_unless_switched_on(tmp_path: Path, version: str) -> None:
    assert demographics(tmp_path, WITH_DEMOGRAPHICS, version, wanted=False) == []

    (row,) = demographics(tmp_path, WITH_DEMOGRAPHICS, version)

    assert row["sourcedId"] == "431"
    assert {column: row[column] for column in WITH_DEMOGRAPHICS} == WITH_DEMOGRAPHICS | {
        "sex": "female",
        "americanIndianOrAlaskaNative": "false",
        "asian": "true",
        "demographicRaceTwoOrMoreRaces": "false",
        "hispanicOrLatinoEthnicity": "true",
        "countryOfBirthCode": "US",
    }


def test_demographics_that_are_switched_off_are_told() -> None:
    tables, further = given("student", {"birthDate": "2012-02-29"}, {"birthDate": "2011-01-01"}, {"birthDate": " "})

    assert findings(tables, further)["demographics-held-back", "student", "birthDate"] == 2
    on = findings(tables, further, demographics=True)
    assert not [rule for rule, _entity, _detail in on if rule in ("demographics-held-back", "column-value-refused")]


@pytest.mark.parametrize(
    ("column", "value", "version"),
    [
        ("birthDate", "02/29/2012", "1.1"),
        ("birthDate", "2011-02-29", "1.1"),
        ("birthDate", "2012-02-29T13:00:00", "1.1"),
        ("sex", "X", "1.1"),
        ("sex", "boy", "1.2"),
        ("asian", "Asian", "1.1"),
        ("white", "2", "1.2"),
        ("hispanicOrLatinoEthnicity", "H", "1.1"),
        ("countryOfBirthCode", "USA", "1.1"),
        ("publicSchoolResidenceStatus", "1652", "1.2"),
    ],
)
def test_a_wrong_value_is_left_blank_and_told(tmp_path: Path, column: str, value: str, version: str) -> None:
    values = {column: value, "cityOfBirth": "Testville"}

    (row,) = demographics(tmp_path, values, version)

    assert (row[column], row["cityOfBirth"]) == ("", "Testville")
    tables, further = given("student", values)
    told = findings(tables, further, version=version, demographics=True)
    assert told["column-value-refused", "student", column] == 1


@pytest.mark.parametrize(
    ("column", "value", "version", "delivered"),
    [
        ("sex", "X", "1.2", "other"),
        ("sex", "Male", "1.1", "male"),
        ("birthDate", "2012-02-29 00:00:00", "1.1", "2012-02-29"),
        ("birthDate", "2012-02-29T00:00:00.000Z", "1.1", "2012-02-29"),
        ("hispanicOrLatinoEthnicity", "0", "1.1", "false"),
        ("hispanicOrLatinoEthnicity", "-1", "1.1", ""),
        ("white", "W", "1.1", "true"),
        ("white", "b", "1.1", "false"),
        ("demographicRaceTwoOrMoreRaces", "M", "1.1", "true"),
        ("blackOrAfricanAmerican", "yes", "1.1", "true"),
    ],
)
def test_powerschools_way_of_saying_it_is_understood(
    tmp_path: Path, column: str, value: str, version: str, delivered: str
) -> None:
    (row,) = demographics(tmp_path, {column: value, "cityOfBirth": "Testville"}, version)

    assert row[column] == delivered
    tables, further = given("student", {column: value})
    told = findings(tables, further, version=version, demographics=True)
    assert not [rule for rule, _entity, _detail in told if rule == "column-value-refused"]


def test_a_student_of_whom_nothing_is_known_has_no_row(tmp_path: Path) -> None:
    assert demographics(tmp_path, {"sex": "?", "asian": ""}) == []


@pytest.mark.parametrize(
    ("entity", "column", "value"),
    [
        ("course", "grades", "9"),
        ("class", "subjects", "Algebra,"),
        ("course", "subjectCodes", "02052"),
        ("teacher", "userIds", "StateID:12"),
        ("student", "enabledUser", "perhaps"),
        ("admin", "role", "Secretary"),
    ],
)
def test_a_column_that_can_not_have_the_value_is_told(entity: str, column: str, value: str) -> None:
    tables, further = given(entity, {column: value})

    assert findings(tables, further)["column-value-refused", entity, column] == 1


@pytest.mark.parametrize("entity", ["school", "calendar", "course", "class", "student", "teacher", "admin", "contact"])
@pytest.mark.parametrize("wrong", ["1 2", "Ä1", "9" * 256, "1,2"])
def test_an_id_that_oneroster_forbids_is_told(entity: str, wrong: str) -> None:
    tables = small()
    tables[entity][0]["sourcedId"] = wrong

    assert findings(tables)["id-forbidden", entity, "sourcedId"] == 1


@pytest.mark.parametrize("entity", ["student", "teacher", "admin"])
def test_a_user_without_a_school_is_told(entity: str) -> None:
    tables = small()
    tables[entity][0]["schoolSourcedIds"] = ""

    assert findings(tables)["user-without-school", entity, "schoolSourcedIds"] == 1


def test_line_breaks_are_told_where_they_stand() -> None:
    tables, further = given("student", {"house": "north\nwing"})
    tables["school"][1]["name"] = "Maple\rSchool"
    tables["class"][0]["title"] = r"No \n break"

    told = {about for about in findings(tables, further) if about[0] == "line-break-replaced"}

    assert told == {("line-break-replaced", "school", "name"), ("line-break-replaced", "student", "extra")}


def test_staff_whose_role_is_only_assumed_are_counted_in_1_2() -> None:
    tables, further = given("admin", {"role": "principal"})
    tables["admin"].append({**tables["admin"][0], "sourcedId": "T70", "extra": ""})

    assert findings(tables, further, version="1.2")["staff-role-assumed", "admin", "role"] == 1
    assert ("staff-role-assumed", "admin", "role") not in findings(tables, further)


def test_a_cancel_stops_it() -> None:
    cancel = CancelToken()
    cancel.cancel()
    destination = open_snapshot("r", {"kind": "oneroster-csv", "folder": "/nowhere"})

    with pytest.raises(Cancelled):
        list(destination.preflight(ListRoster(small()), cancel))


@pytest.mark.parametrize(
    "rule",
    [
        *("column-value-refused", "demographics-held-back", "state-id-left-out", "id-forbidden"),
        *("user-without-school", "staff-role-assumed", "line-break-replaced"),
    ],
)
def test_each_finding_says_why_and_what_to_do(rule: str) -> None:
    told = rule_of(rule)

    assert told.title[0].isupper()
    assert told.because
    assert told.to_do


def test_every_entity_of_the_files_is_looked_at() -> None:
    tables = small()
    for entity in ("school", "calendar", "course", "class", "student", "teacher", "admin", "contact"):
        assert BY_KEY[entity].attributes[0] == "sourcedId"
        for record in tables[entity]:
            record["sourcedId"] = f"{record['sourcedId']} x"

    told = {about[1]: count for about, count in findings(tables).items() if about[0] == "id-forbidden"}

    assert told == {key: len(rows) for key, rows in tables.items() if key not in ("relationship", "enrollment")}
