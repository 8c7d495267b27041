"""What a report tells of a run: facts, order, schools, and what is no longer kept."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import msgspec
import pytest

from psconnect.model.errors import FixSettings
from psconnect.model.problems import Problem
from psconnect.model.runs import ChangeCounts, Compared
from psconnect.reports.content import ReportedFinding
from psconnect.reports.problems import ALL, FoundIn
from psconnect.reports.view import RunView, view_of
from psconnect.wording.times import duration, full_moment
from tests.reports.conftest import STARTED, District
from tests.support.errors import raises_saying

RUN: Mapping[str, Any] = MappingProxyType(
    {"plan_hash": "0123456789abcdef", "way": "queries", "calls": 1058, "school_year": "2026-2027"}
)


@pytest.fixture
def chicago(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This computer's clock is Chicago's."""
    if sys.platform == "win32":
        pytest.skip("the system can't change its time zone for one process")
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "CST6CDT,M3.2.0,M11.1.0")
        time.tzset()
        yield
    time.tzset()


def rows_of(district: District, number: int, most: int = ALL) -> list[ReportedFinding]:
    content = district.content(number)
    return list(content.rows(content.found, content.schools(content.found), most))


def facts(view: RunView) -> dict[str, str]:
    return {fact.label: fact.value for fact in view.facts}


@pytest.mark.usefixtures("chicago")
def test_facts_of_a_finished_run(district: District) -> None:
    number = district.run(**RUN, delivered="/srv/roster/Lincoln.zip: 9 rows in 8 files", scope="users")
    found = facts(view_of(district.db, district.connection, number))
    run_id = district.db.execute("SELECT id FROM run").fetchone()[0]
    assert found == {
        "Connection": "Lincoln roster",
        "From": "PowerSchool at lincoln.example:8443",
        "To": "OneRoster CSV bundle, folder /srv/roster",
        "Delivered": "/srv/roster/Lincoln.zip: 9 rows in 8 files",
        "School year": "2026-2027",
        "Started": "21 November 2026, 05:30:00 CST (UTC-06:00)",
        "Ended": "21 November 2026, 05:34:12 CST (UTC-06:00)",
        "Took": "4 min 12 s",
        "Started by": "Schedule",
        "Scope": "Users only",
        "Read": "By the plugin’s queries, 1,058 calls",
        "Run id": run_id,
        "Plan": "0123456789ab",
    }


def test_a_run_that_failed_early_shows_no_fact_that_is_not_known(district: District) -> None:
    error = {
        "family": "try later",
        "code": "PSC-NET",
        "title": "No answer",
        "happened": "H.",
        "to_do": "T.",
        "where": "W",
    }
    number = district.run(state="failed", planned=None, error=error, failed_in="reading")
    view = view_of(district.db, district.connection, number)
    assert not {"Plan", "Read", "School year", "Delivered", "Approval"} & set(facts(view))
    assert view.failure
    assert view.failure.stopped == "The run stopped while reading from PowerSchool."
    assert (view.failure.title, view.failure.happened, view.failure.to_do) == ("No answer", "H.", "T.")
    assert (view.failure.where, view.failure.code) == ("W", "PSC-NET")


@pytest.mark.parametrize(
    ("state", "label"), [("held", ""), ("previewed", ""), ("discarded", "Discarded"), ("expired", "Expired")]
)
@pytest.mark.usefixtures("chicago")
def test_waiting_for_a_person_is_not_counted_as_work(district: District, state: str, label: str) -> None:
    ended = STARTED + timedelta(hours=20) if label else None
    found = facts(view_of(district.db, district.connection, district.run(state=state, ended=ended)))
    assert found["Took"] == "1 min 40 s"
    assert found["Plan ready"] == "21 November 2026, 05:31:40 CST (UTC-06:00)"
    assert "Ended" not in found
    assert not label or found[label] == "22 November 2026, 01:30:00 CST (UTC-06:00)"


def test_an_approval_is_told_without_the_words_that_somebody_typed(district: District) -> None:
    view = view_of(district.db, district.connection, district.run(reason="the Canary family moved"))
    assert facts(view)["Approval"] == "Approved by hand; the reason is in the history"
    assert facts(view)["Took"] == "1 min 40 s"
    assert "Canary" not in repr(view)


@pytest.mark.usefixtures("chicago")
def test_times_in_summer_and_spans() -> None:
    assert full_moment(STARTED.replace(month=6)) == "21 June 2026, 06:30:00 CDT (UTC-05:00)"
    spans = [duration(seconds) for seconds in (0.4, 59.9, 60, 3599, 3600, 90_061)]
    assert spans == ["under 1 s", "59 s", "1 min 0 s", "59 min 59 s", "1 h 0 min", "25 h 1 min"]


def test_lists_have_labels_and_an_order_and_keys_without_words_are_spelled_out(district: District) -> None:
    number = district.run(
        changes={"enrollment": ChangeCounts(1), "student": ChangeCounts(2), "school": ChangeCounts(3)},
        read={"school_staff": 4, "new_stream": 5, "students": 6, "schools": 7},
        left_out={"student-inactive": 9, "missing-required": 1, "newer-rule": 2, "orphan": 3, "goes-along": 10},
    )
    view = view_of(district.db, district.connection, number)
    assert [label for label, _ in view.changes] == ["Schools", "Students", "Enrollments"]
    assert view.read == [("Schools", 7), ("Staff positions", 4), ("Students", 6), ("New stream", 5)]
    assert [(rule.severity, rule.title, count) for rule, count in ((row.rule, row.count) for row in view.left_out)] == [
        ("error", "Required attribute is empty", 1),
        ("warning", "Refers to a record that does not exist", 3),
        ("warning", "Newer rule", 2),
        ("info", "Goes along with another record", 10),
        ("info", "Student not active", 9),
    ]


def test_problems_go_by_school_then_severity_and_schools_of_one_name_stay_apart(district: District) -> None:
    for key, name in {100: "north", 600: "South", 601: "South", 602: "  ", 0: "Lincoln Unified"}.items():
        district.school(key, name)
    schools = [None, 601, 100, 600, 602, 999, 0]
    problems = [Problem("missing-reported", "student", 1 + n, school, "email") for n, school in enumerate(schools)]
    problems += [
        Problem("missing-required", "teacher", 50, 600, "username"),
        Problem("orphan", "enrollment", -7, None, "class"),
    ]
    number = district.run(problems)
    groups = FoundIn(district.db, number).by_school()
    assert [(group.name, group.key, group.total) for group in groups] == [
        ("Lincoln Unified", 0, 1),
        ("north", 100, 1),
        ("School with id 602", 602, 1),
        ("School with id 999", 999, 1),
        ("South", 600, 2),
        ("South", 601, 1),
        ("In no school of this roster", None, 2),
    ]
    assert [rule.rule.key for rule in groups[4].rules] == ["missing-required", "missing-reported"]
    rows = [row for row in rows_of(district, number) if row.line.school_key is None]
    assert [(row.record.entity, row.sourced_id, row.record.detail) for row in rows] == [
        ("student", "1", "email"),
        ("enrollment", "T7", "class"),
    ]


def test_rows_come_in_one_order_and_at_most_so_many_of_each_rule(district: District) -> None:
    problems = [
        Problem("missing-reported", entity, first + key, school, detail)
        for school, first in ((600, 10), (None, 20), (100, 0))
        for entity in ("class", "student")
        for key in (3, 2, 1)
        for detail in ("email", "a")
    ]
    number = district.run([*problems, Problem("orphan", "student", 9, 100)])

    def told(rows: Iterable[ReportedFinding]) -> list[tuple[int | None, str, str, str, str]]:
        return [
            (row.line.school_key, row.line.rule.key, row.record.entity, row.sourced_id, row.record.detail)
            for row in rows
        ]

    def every(school: int | None, first: int) -> list[tuple[int | None, str, str, str, str]]:
        return [
            (school, "missing-reported", kind, str(first + key), detail)
            for kind in ("class", "student")
            for detail in ("a", "email")
            for key in (1, 2, 3)
        ]

    expected = [*every(100, 0), (100, "orphan", "student", "9", ""), *every(600, 10), *every(None, 20)]
    assert told(rows_of(district, number)) == expected
    assert told(rows_of(district, number, 2)) == [expected[n] for n in (0, 1, 12, 13, 14, 25, 26)]


def test_a_rule_of_another_version_is_a_warning_and_nothing_is_lost(district: District) -> None:
    number = district.run()
    district.db.execute("INSERT INTO problem VALUES (?, 'future-rule', 5, 41, NULL, '')", [number])
    (row,) = rows_of(district, number)
    assert (row.line.rule.severity, row.line.rule.title, row.sourced_id) == ("warning", "Future rule", "41")


@pytest.mark.parametrize("url", ["", "javascript:alert(1)//", "file:///etc", "lincoln.example", "https://"])
def test_links_lead_to_web_pages_only(district: District, url: str) -> None:
    number = district.run([Problem("missing-reported", "student", 41, None, "email")])
    source = msgspec.structs.replace(district.connection.source, url=url)
    connection = msgspec.structs.replace(district.connection, source=source)
    (row,) = rows_of(District(district.db, connection), number)
    assert row.record.link == ""


def test_people_have_a_link_and_other_records_none(district: District) -> None:
    problems = [
        Problem("missing-reported", entity, 41, None, "email")
        for entity in ("student", "teacher", "admin", "contact", "class")
    ]
    rows = rows_of(district, district.run(problems))
    assert {row.record.entity: row.record.link for row in rows} == {
        "student": "https://lincoln.example:8443/admin/students/home.html?frn=00141",
        "teacher": "https://lincoln.example:8443/admin/faculty/home.html?frn=20441",
        "admin": "https://lincoln.example:8443/admin/faculty/home.html?frn=20441",
        "contact": "",
        "class": "",
    }


def test_problems_past_their_time_are_counted_not_denied(district: District) -> None:
    number = district.run([Problem("missing-reported", "student", 41, None, "email")])
    assert view_of(district.db, district.connection, number).forgotten == 0
    district.db.execute("DELETE FROM problem")
    assert view_of(district.db, district.connection, number).forgotten == 1


def test_a_run_that_does_not_exist_is_refused_in_words(district: District) -> None:
    with raises_saying(FixSettings, "no run with the number 7") as refused:
        view_of(district.db, district.connection, 7)
    assert refused.value.code == "PSC-REPORT-RUN"


def test_a_destination_without_a_kind_or_of_an_unknown_one_is_no_obstacle(district: District) -> None:
    number = district.run(changes={"student": ChangeCounts(1)})
    for destination, shown in ({}, None), ({"kind": "no-such-kind", "token": "x"}, "no-such-kind"):
        view = view_of(district.db, msgspec.structs.replace(district.connection, destination=destination), number)
        assert facts(view).get("To") == shown
        assert view.sentence.text == "1 record was delivered"


@pytest.mark.parametrize(
    ("compared", "told"),
    [
        (Compared("bulk"), "Everything was read"),
        (Compared("incremental", "weekly"), "Everything was read, because everything is read once a week"),
        (Compared("incremental", "some-day"), "Everything was read, because some-day"),
        (Compared("incremental"), "Everything was read, because something had changed in all of it"),
        (
            Compared("incremental", "", {"enrollments": 12_345, "students": 1}),
            "students (1 row) and enrollments (12,345 rows)",
        ),
    ],
)
def test_what_was_read_and_what_was_taken_over(district: District, compared: Compared, told: str) -> None:
    number = district.run(**RUN, compared=compared)
    if compared.taken_over:
        told = f"Taken over from the run before, because nothing in them had changed: {told}. Everything else was read"
    assert facts(view_of(district.db, district.connection, number))["Compared"] == told


def test_a_run_of_an_older_version_does_not_say_how_it_compared(district: District) -> None:
    number = district.run(**RUN)
    assert "Compared" not in facts(view_of(district.db, district.connection, number))
