"""What people are told of a delivery adds up to what stands in the site: a class and the course of it are one thing."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from psconnect.cli import output
from psconnect.wording.documents import run_document
from tests.destinations.moodle.test_whole_runs import point_at, sync
from tests.moodle.server import MoodleSite
from tests.support.demo import NAME, Connect, Connected

NOT_THERE = {"school", "calendar", "course", "class", "enrollment"}
"""The roster's kinds of which Moodle has nothing by that name: courses and enrollments there have their own."""


@pytest.fixture
def connected(connect: Connect, moodle_site: MoodleSite) -> Connected:
    return point_at(connect(students=60, settings={"safety": {"preview": "never"}}), moodle_site)


def in_site(site: MoodleSite) -> int:
    """How many things a person can count in the site."""
    named = [one for one in (*site.state.categories, *site.state.groups) if one.idnumber]
    whole = (site.users, site.courses, site.enrolments, site.cohorts, site.state.cohort_members, named)
    return sum(len(one) for one in whole)


def figure(text: str) -> int:
    return int(text.replace(",", "") or 0)


def test_every_list_of_a_run_sums_to_what_stands_in_the_site(
    connected: Connected, moodle_site: MoodleSite, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = sync(connected)
    there = in_site(moodle_site)
    assert there > len(moodle_site.users) > 0

    standing = connected.service.standing(NAME).rows
    assert sum(one.delivered for one in standing.values()) == there
    assert not NOT_THERE & standing.keys()
    assert run.all_changes.create == there
    told: dict[str, Any] = dict(run_document(run))
    assert sum(one["delivered"] for one in told["reconciled"].values()) == there
    assert sum(one["create"] for one in told["changes"].values()) == there

    output.show_run(run)
    lines = capsys.readouterr().out.splitlines()
    (altogether,) = [line.split() for line in lines if line.startswith("All records")]
    assert figure(altogether[5]) == there

    service = connected.service
    html = service.report(run.id, tmp_path / "run.html").read_text(encoding="utf-8")
    (row,) = re.findall(r"<bdi>All records</bdi></th>(.*?)</tr>", html)
    assert figure(re.sub("<[^>]*>", "", re.findall(r"<td[^>]*>(.*?)</td>", row)[3])) == there
    document = json.loads(service.report(run.id, tmp_path / "run.json").read_text(encoding="utf-8"))
    assert len(document["changes"]) == there
    text = service.report(run.id, tmp_path / "run.csv").read_text(encoding="utf-8-sig")
    assert len([line for line in csv.reader(io.StringIO(text)) if line and line[0] == "Change"]) == there


def test_a_limit_still_counts_the_classes(connected: Connected) -> None:
    sync(connected)
    connected.sql("DELETE FROM cc WHERE abs(sectionid) % 2 = 0")
    connected.sql("DELETE FROM sectionteacher WHERE sectionid % 2 = 0")
    connected.sql("DELETE FROM sections WHERE id % 2 = 0")

    held = connected.service.sync(NAME)

    assert held.error is None
    assert held.state == "held"
    assert "class" not in held.changes
    limits = {one.entity: one for one in connected.service.limits(held.id)}
    removed = limits["class"].changes.remove
    assert limits["class"].crossed
    assert removed == held.planned_changes["class"].remove > 0
    assert "calendar" not in limits, "no limit is crossed"
    kinds = {kind for kind, _action, _why in connected.service.left_alone(held.id)}
    assert not kinds & NOT_THERE
