"""``psconnect explain``: one match is explained, several are listed, nobody is said so."""

from __future__ import annotations

import sys
import time

import pytest

from tests.cli.conftest import Psconnect
from tests.support.demo import Connected

ACTIVE = "SELECT DCID, STUDENT_NUMBER FROM STUDENTS WHERE ENROLL_STATUS = 0 ORDER BY DCID LIMIT 1"


def test_one_match_is_explained(connected: Connected, psconnect: Psconnect) -> None:
    connected.delivered()
    ((dcid, number),) = connected.sql(ACTIVE)
    said = psconnect("explain", connected.name, str(number), "--entity", "student", connected=connected)
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0].startswith(f"Student {dcid}: ")
    assert lines[1] == "Delivered as PowerSchool shows it, last changed on 18 November 2026."
    assert any(line.split()[:2] == ["Compared", "ok"] for line in lines)
    assert f"frn=001{dcid}" in said.err
    document = psconnect(
        "explain", connected.name, str(number), "--entity", "student", "--json", connected=connected
    ).document
    assert document["matches"] == 1
    assert (document["entity"], document["key"], document["included"]) == ("student", int(dcid), True)
    assert document["values"]["identifier"] == str(number)
    assert document["happenings"][0]["action"] == "create"


def test_several_matches_are_listed_and_nobody_is_said_so(connected: Connected, psconnect: Psconnect) -> None:
    connected.delivered()
    ((first,),) = connected.sql(
        "SELECT FIRST_NAME FROM STUDENTS WHERE ENROLL_STATUS = 0 GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    )
    said = psconnect("explain", connected.name, first, connected=connected)
    assert said.code == 0
    assert said.out.splitlines()[0].split()[:2] == ["What", "Id"]
    assert "matches. Give the id" in said.err
    document = psconnect("explain", connected.name, first, "--json", connected=connected).document
    assert len(document["matches"]) == len(said.out.splitlines()) - 1 > 1
    assert {"entity", "key", "sourced_id", "title", "number", "fate", "delivered"} == set(document["matches"][0])
    said = psconnect("explain", connected.name, "Qqqxyz", connected=connected)
    assert (said.code, said.out) == (0, "No record that was read or delivered matches “Qqqxyz”.\n")


def test_before_the_first_run_the_reason_is_said(connected: Connected, psconnect: Psconnect) -> None:
    said = psconnect("explain", connected.name, "Smith", connected=connected)
    assert said.code == 2
    assert "Nothing was read yet" in said.err


def test_the_list_for_the_registrar_has_names_and_a_masked_report_has_none(
    connected: Connected, psconnect: Psconnect
) -> None:
    run = connected.delivered()
    report, listed = connected.folder / "report.csv", connected.folder / "registrar.csv"
    assert psconnect("report", run.id, "-o", str(report), "--masked", connected=connected).code == 0
    assert psconnect("report", run.id, "-o", str(listed), "--for-registrar", connected=connected).code == 0
    group = next(g for g in connected.service.problems(run.id) if g.records[0].entity == "student")
    ((last,),) = connected.sql("SELECT LAST_NAME FROM STUDENTS WHERE DCID = ?", group.records[0].key)
    assert last in listed.read_text(encoding="utf-8-sig")
    assert last not in report.read_text(encoding="utf-8-sig")


def test_more_matches_than_are_listed_are_not_denied(connected: Connected, psconnect: Psconnect) -> None:
    connected.service.sync(connected.name, plan_only=True)
    said = psconnect("explain", connected.name, "a", connected=connected)
    assert len(said.out.splitlines()) == 51
    assert "More than 50 matches." in said.err


@pytest.mark.skipif(sys.platform == "win32", reason="the system can't change its time zone for one process")
def test_times_are_this_computers(connected: Connected, psconnect: Psconnect, monkeypatch: pytest.MonkeyPatch) -> None:
    run = connected.delivered()
    ((_dcid, number),) = connected.sql(ACTIVE)
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "CST6CDT,M3.2.0,M11.1.0")
        time.tzset()
        said = psconnect("explain", connected.name, str(number), "--entity", "student", connected=connected)
        runs = psconnect("runs", connected.name, connected=connected).out.splitlines()
    time.tzset()
    assert run.started.hour == 17
    assert "2026-11-18 11:30" in runs[1]
    assert any(line.startswith("2026-11-18 11:30") for line in said.out.splitlines())
