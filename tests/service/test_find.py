"""Find a record: what is found by name, number and id, and what is said about it, against plain SQL on the district."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from psconnect.model.errors import FixSettings
from psconnect.model.problems import Fate
from psconnect.service import Explanation
from psconnect.wording.errors import word
from tests.support.demo import Connect, Connected, connecting

ACTIVE = (
    "SELECT DCID, STUDENT_NUMBER, FIRST_NAME, LAST_NAME FROM STUDENTS WHERE ENROLL_STATUS = 0 ORDER BY DCID LIMIT 1"
)


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory, _districts: Callable[[int, int], Path]) -> Iterator[Connected]:
    with connecting(tmp_path_factory.mktemp("find"), _districts) as connect:
        connected = connect()
        connected.delivered()
        yield connected


def outcome(found: Explanation, step: str) -> str:
    return next(one.outcome for one in found.steps if one.name == step)


def test_a_student_is_found_by_number_id_and_name(delivered: Connected) -> None:
    ((dcid, number, first, last),) = delivered.sql(ACTIVE)
    by_number = delivered.service.find(delivered.name, str(number))
    assert [(match.entity, match.key) for match in by_number][:1] == [("student", int(dcid))]
    by_id = delivered.service.find(delivered.name, str(dcid), entity="student")
    assert by_id[0].key == int(dcid)
    by_name = delivered.service.find(delivered.name, f"{first} {last}")
    assert ("student", int(dcid)) in [(match.entity, match.key) for match in by_name]
    beginnings = delivered.service.find(delivered.name, f"{last[:3].lower()} {first[:2].upper()}", most=500)
    assert int(dcid) in [match.key for match in beginnings if match.entity == "student"]


def test_accents_do_not_count(delivered: Connected) -> None:
    names = delivered.sql("SELECT DCID, LAST_NAME FROM STUDENTS WHERE ENROLL_STATUS = 0")
    accented = [(int(dcid), last) for dcid, last in names if any(ch in last for ch in "éñüöíáó")]
    assert accented, "the district has no accented name any more"
    dcid, last = accented[0]
    plain = last.translate(str.maketrans("éñüöíáó", "enuoiao"))
    found = delivered.service.find(delivered.name, plain, entity="student", most=500)
    assert dcid in [match.key for match in found]


def test_a_number_that_is_only_a_grade_or_a_school_finds_nobody_by_chance(delivered: Connected) -> None:
    found = delivered.service.find(delivered.name, "12", most=10_000)
    numbers = [(match.sourced_id, match.number) for match in found if match.entity == "student"]
    assert all(any(value.startswith("12") for value in pair) for pair in numbers)


def test_a_delivered_student_passed_every_step(delivered: Connected) -> None:
    ((dcid, number, *_names),) = delivered.sql(ACTIVE)
    found = delivered.service.explain(delivered.name, "student", int(dcid))
    assert found.sentence.startswith("Delivered as PowerSchool shows it, last changed on 18 November 2026")
    assert found.included
    assert {one.outcome for one in found.steps} <= {"passed", "noticed"}
    assert dict(found.values)["identifier"] == str(number)
    assert [(one.action, one.done) for one in found.happenings] == [("create", True)]
    assert ("identifier", "", str(number)) in found.happenings[0].differences
    assert found.link.endswith(f"/admin/students/home.html?frn=001{dcid}")


def test_an_inactive_student_is_not_included_and_it_is_said_where(delivered: Connected) -> None:
    ((dcid,),) = delivered.sql(
        "SELECT min(DCID) FROM STUDENTS WHERE ENROLL_STATUS = 2 AND SCHOOLID IN (SELECT SCHOOL_NUMBER FROM SCHOOLS)"
    )
    found = delivered.service.explain(delivered.name, "student", int(dcid))
    assert found.sentence == "Not in the OneRoster CSV bundle, because the student’s enrollment status is not active."
    assert not found.included
    assert outcome(found, "Mapped") == "passed"
    assert outcome(found, "Who is in") == "stopped"
    assert outcome(found, "Compared") == "not reached"
    (match,) = [m for m in delivered.service.find(delivered.name, found.sourced_id) if m.key == int(dcid)]
    assert match.fate == Fate.LEFT_OUT


def test_an_empty_mail_is_noticed_at_the_requirements(delivered: Connected) -> None:
    run = delivered.service.runs(delivered.name)[0]
    groups = [g for g in delivered.service.problems(run.id) if g.rule.key == "missing-reported"]
    record = next(one for group in groups for one in group.records if one.entity == "student")
    found = delivered.service.explain(delivered.name, "student", record.key)
    (step,) = [one for one in found.steps if one.name == "Requirements"]
    assert (step.outcome, step.text) == ("noticed", "An attribute is empty (email).")
    assert found.sentence.startswith("Delivered")


def test_the_classes_a_student_dropped_are_listed_with_the_reason(delivered: Connected) -> None:
    ((dcid,),) = delivered.sql(
        "SELECT min(s.DCID) FROM CC c JOIN STUDENTS s ON s.ID = c.STUDENTID "
        "WHERE c.SECTIONID < 0 AND s.ENROLL_STATUS = 0 AND abs(c.TERMID) >= 3600 AND c.DATELEFT > c.DATEENROLLED"
    )
    found = delivered.service.explain(delivered.name, "student", int(dcid))
    assert "the student dropped the class" in [one.because for one in found.missing]
    assert all(one.title.strip() and found.title in one.title for one in found.missing), "class and person"


def test_who_is_no_longer_listed_is_found_and_said_to_be_removed(connected: Connected) -> None:
    connected.delivered()
    ((dcid, number, *_names),) = connected.sql(ACTIVE)
    connected.sql("DELETE FROM CC WHERE STUDENTID = (SELECT ID FROM STUDENTS WHERE DCID = ?)", dcid)
    connected.sql("DELETE FROM STUDENTCONTACTASSOC WHERE STUDENTDCID = ?", dcid)
    connected.sql("DELETE FROM STUDENTS WHERE DCID = ?", dcid)
    run = connected.service.sync(connected.name)
    assert run.state == "finished_with_problems"
    (match,) = [m for m in connected.service.find(connected.name, str(number)) if m.entity == "student"]
    assert (match.key, match.fate) == (int(dcid), None)
    found = connected.service.explain(connected.name, "student", int(dcid))
    removed = "removed on 18 November 2026."
    because = "PowerSchool no longer lists the student, or lists the student as graduated"
    assert found.sentence == f"Not in the OneRoster CSV bundle, because {because}; {removed}"
    assert [one.action for one in found.happenings] == ["remove", "create"]
    assert outcome(found, "Read") == "stopped"


def test_a_school_that_is_not_chosen_takes_its_classes_along_and_each_says_why(connect: Connect) -> None:
    connected = connect()
    ((school, dcid),) = connected.sql(
        "SELECT SCHOOL_NUMBER, DCID FROM SCHOOLS WHERE SCHOOL_NUMBER IN (SELECT SCHOOLID FROM SECTIONS) LIMIT 1"
    )
    others = connected.sql("SELECT SCHOOL_NUMBER FROM SCHOOLS WHERE SCHOOL_NUMBER NOT IN (?, 999999)", school)
    connected.service.set_value(connected.name, "scope.schools", json.dumps([int(n) for (n,) in others]))
    run = connected.service.sync(connected.name)
    assert run.state == "held"
    found = connected.service.explain(connected.name, "school", int(dcid))
    assert found.sentence == "Not in the OneRoster CSV bundle, because its school is not among the chosen schools."
    ((section,),) = connected.sql("SELECT min(DCID) FROM SECTIONS WHERE SCHOOLID = ? AND TERMID >= 3600", school)
    found = connected.service.explain(connected.name, "class", int(section))
    assert found.sentence.startswith("Not in the OneRoster CSV bundle, because ")
    assert "its school is not among the chosen schools" in found.sentence


def test_what_waits_says_so(connect: Connect) -> None:
    connected = connect()
    connected.service.sync(connected.name)
    ((dcid, *_rest),) = connected.sql(ACTIVE)
    found = connected.service.explain(connected.name, "student", int(dcid))
    assert (found.sentence, found.delivered, found.now) == ("Not delivered yet.", False, ())
    assert found.over == "The plan that waits would create it."


@pytest.mark.parametrize("how", ["held", "discarded", "rehearsal"])
def test_what_lies_over_a_delivered_student_never_says_that_the_student_is_not_there(
    connect: Connect, how: str
) -> None:
    connected = connect()
    connected.delivered()
    ((dcid, number, *_rest),) = connected.sql(ACTIVE)
    stood = connected.service.explain(connected.name, "student", int(dcid))
    connected.sql("UPDATE Students SET Enroll_Status = 2 WHERE DCID = ?", dcid)
    run = connected.service.sync(connected.name, plan_only=how != "rehearsal", rehearse=how == "rehearsal")
    if how == "discarded":
        connected.service.discard(run.id)
    found = connected.service.explain(connected.name, "student", int(dcid))
    assert found.delivered
    assert found.sentence.startswith("Delivered")
    assert found.now == stood.now
    assert len(found.missing) <= len(stood.missing), "its enrollments stand there, too"
    because = "the student’s enrollment status is not active"
    subjects = {
        "held": "The plan that waits would remove it",
        "discarded": "The plan that was discarded would have removed it",
        "rehearsal": "The rehearsal of next school year would remove it",
    }
    assert found.over == f"{subjects[how]}, because {because}."
    (match,) = [m for m in connected.service.find(connected.name, str(number)) if m.key == int(dcid)]
    assert match.delivered
    if how == "discarded":
        assert connected.service.sync(connected.name).state.startswith("finished")
        found = connected.service.explain(connected.name, "student", int(dcid))
        assert found.sentence.startswith(f"Not in the OneRoster CSV bundle, because {because}")
        assert (found.delivered, found.over) == (False, "")
        assert dict(found.now)["identifier"] == str(number), "what stood there until it was removed"
        assert found.missing


def test_a_record_created_by_a_delivery_is_found_after_a_preview_that_lacks_it(connected: Connected) -> None:
    connected.delivered()
    ((dcid, number, *_names),) = connected.sql(ACTIVE)
    connected.sql("DELETE FROM CC WHERE STUDENTID = (SELECT ID FROM STUDENTS WHERE DCID = ?)", dcid)
    connected.sql("DELETE FROM STUDENTCONTACTASSOC WHERE STUDENTDCID = ?", dcid)
    connected.sql("DELETE FROM STUDENTS WHERE DCID = ?", dcid)
    preview = connected.service.sync(connected.name, plan_only=True)
    connected.service.discard(preview.id)
    found = [m for m in connected.service.find(connected.name, str(number)) if m.key == int(dcid)]
    assert [(m.fate, m.delivered) for m in found] == [(None, True)]
    assert connected.service.explain(connected.name, "student", int(dcid)).delivered


def test_a_requirement_names_the_attribute_at_the_left_and_its_choice_at_the_right(delivered: Connected) -> None:
    run = delivered.service.runs(delivered.name)[0]
    groups = [g for g in delivered.service.problems(run.id) if g.rule.key == "missing-reported"]
    record = next(one for group in groups for one in group.records if one.entity == "student")
    found = delivered.service.explain(delivered.name, "student", record.key)
    (step,) = [one for one in found.steps if one.name == "Requirements"]
    assert (step.value, step.rule) == (f"{record.detail}: empty", "rule: Report if missing")


def test_before_the_first_run_there_is_nothing_to_search(connected: Connected) -> None:
    with pytest.raises(FixSettings) as refused:
        connected.service.find(connected.name, "Smith")
    assert refused.value.code == "PSC-FIND-NOTHING-READ"


def test_nobody_and_an_unknown_entity(delivered: Connected) -> None:
    assert delivered.service.find(delivered.name, "Qqqxyz") == []
    assert delivered.service.find(delivered.name, " -- ") == []
    with pytest.raises(FixSettings) as refused:
        delivered.service.find(delivered.name, "x", entity="studnt")
    assert word(refused.value).to_do == "Did you mean “student”?"
    with pytest.raises(FixSettings) as refused:
        delivered.service.explain(delivered.name, "student", 999_999_999)
    assert refused.value.code == "PSC-FIND-NOBODY"


def test_quotes_and_operators_are_only_text(delivered: Connected) -> None:
    for text in ('"', "a OR b", "NEAR(x", "*", "O'Brien", "x AND", "-1"):
        delivered.service.find(delivered.name, text)


def test_windows_that_search_first_at_the_same_moment_all_find(connect: Connect) -> None:
    connected = connect()
    connected.delivered()
    ((dcid, number, *_names),) = connected.sql(ACTIVE)
    start = threading.Barrier(4)

    def search() -> int:
        start.wait()
        return connected.service.find(connected.name, str(number))[0].key

    with ThreadPoolExecutor(4) as pool:
        found = [one.result() for one in [pool.submit(search) for _ in range(4)]]
    assert found == [int(dcid)] * 4
