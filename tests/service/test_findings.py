"""What became of the records with a finding, and whom a finding is about."""

from __future__ import annotations

import pytest

from psconnect.model.found import FoundState
from psconnect.model.review import FindingQuery, Findings, FoundRecord
from psconnect.wording.found import finding_detail, findings_headline, named_finding
from tests.support.demo import Connect, Connected

IN_SCHOOL = "enroll_status = 0 AND schoolid <> 999999"
NEVER = {"safety": {"preview": "never", "thresholds": {"student": {"rejected": "off"}}}}


def found_of(connected: Connected, rule: str) -> tuple[Findings, list[FoundRecord]]:
    run = connected.service.sync(connected.name)
    found = connected.service.findings(run.id, FindingQuery(rule), most=1_000)
    return found, [one for group in found.groups for one in group.records]


def students(connected: Connected, count: int) -> list[int]:
    return [
        dcid for (dcid,) in connected.sql(f"SELECT dcid FROM students WHERE {IN_SCHOOL} ORDER BY dcid LIMIT {count}")
    ]


def test_a_record_that_stands_as_last_delivered_is_not_said_to_be_left_out(connect: Connect) -> None:
    connected = connect(settings=NEVER)
    connected.service.sync(connected.name)
    one, other, *_rest = students(connected, 2)
    connected.sql("UPDATE students SET last_name = ? WHERE dcid IN (?, ?)", "x" * 5_000, one, other)
    found, records = found_of(connected, "too-long")
    assert sorted(record.key for record in records if record.entity == "student") == [one, other]
    assert {record.state for record in records} == {FoundState.KEPT}
    assert found.counts[FoundState.LEFT_OUT] == 0
    assert findings_headline(dict(found.counts))[0] == "2 records are kept as last delivered until they are corrected"


def test_one_that_never_was_delivered_is_left_out_beside_those_that_are_kept(connect: Connect) -> None:
    connected = connect(settings=NEVER)
    one, other, *_rest = students(connected, 2)
    connected.sql("UPDATE students SET last_name = ? WHERE dcid = ?", "x" * 5_000, one)
    connected.service.sync(connected.name)
    connected.sql("UPDATE students SET last_name = ? WHERE dcid = ?", "x" * 5_000, other)
    found, records = found_of(connected, "too-long")
    assert {record.key: record.state for record in records} == {one: FoundState.LEFT_OUT, other: FoundState.KEPT}
    assert [(group.state, group.count) for group in found.groups] == [(FoundState.LEFT_OUT, 1), (FoundState.KEPT, 1)]
    title, more = findings_headline(dict(found.counts))
    assert title == "1 record is left out until it is corrected"
    assert more == "1 is kept as last delivered."


@pytest.mark.parametrize("rule", ["uniqueness-conflict", "uniqueness-owner"])
def test_a_finding_about_two_people_says_with_whom(connect: Connect, rule: str) -> None:
    connected = connect(settings={**NEVER, "uniqueness": {"student": ["givenName", "familyName"]}})
    one, other = students(connected, 2)
    connected.sql("UPDATE students SET first_name = 'Ada', last_name = 'Quimby' WHERE dcid IN (?, ?)", one, other)
    numbers = dict(connected.sql("SELECT dcid, student_number FROM students WHERE dcid IN (?, ?)", one, other))
    _found, records = found_of(connected, rule)
    (record,) = [record for record in records if record.key in (one, other)]
    with_whom = other if record.key == one else one
    assert finding_detail(record) == f"with Quimby, Ada ({numbers[with_whom]})"
    assert named_finding(record) == "Quimby, Ada"


def test_a_finding_about_a_user_name_says_with_whom(connect: Connect) -> None:
    connected = connect(settings={**NEVER, "mapping": {"student": {"username": "{Students.Last_Name}"}}})
    one, other = students(connected, 2)
    connected.sql("UPDATE students SET first_name = 'Ada', last_name = 'Quimby' WHERE dcid IN (?, ?)", one, other)
    _found, records = found_of(connected, "username-taken")
    told = {record.key: finding_detail(record) for record in records}
    assert told[other].startswith("with Quimby, Ada (")


def test_another_record_of_which_nothing_is_known_is_named_by_its_id() -> None:
    lost = FoundRecord("uniqueness-conflict", "student", 1, "903")
    assert finding_detail(lost) == "with the student that has the id 903"
    admin = FoundRecord("username-taken", "teacher", 1, "staff member T7")
    assert finding_detail(admin) == "with the staff member that has the id T7"


def test_an_attribute_is_told_in_a_persons_words() -> None:
    assert finding_detail(FoundRecord("ends-before-it-begins", "class", 1, "endDate")) == "last day"
    assert finding_detail(FoundRecord("orphan", "enrollment", 1, "class")) == "Class"
    assert finding_detail(FoundRecord("missing-required", "student", 1, "givenName")) == "", "it is in the title"
