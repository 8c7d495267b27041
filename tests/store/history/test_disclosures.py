"""The disclosure log: only added to, whatever happens to it, and it shows what was changed by hand."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from psconnect.model.disclosures import Disclosure
from psconnect.model.runs import ChangeCounts
from psconnect.store.history.disclosures import DisclosureLog

_OLD = '{"date": "2026-01-05", "destination": "oneroster-csv", "removed": {"student": 120, "contact": 80}}\n'


@pytest.fixture
def log(tmp_path: Path) -> DisclosureLog:
    return DisclosureLog(tmp_path / "disclosures.jsonl", tmp_path / "lock")


def _delivery(run: str) -> Disclosure:
    return Disclosure(
        datetime(2026, 11, 18, 5, 30, tzinfo=UTC),
        "delivered",
        "oneroster-csv",
        "Lincoln\u2028roster",
        "c1",
        "/srv/roster/Lincoln.zip",
        run,
        records={"student": 150, "teacher": 12, "class": 40},
        changes={"student": ChangeCounts(2, 3, 1)},
    )


def _add(log: DisclosureLog, run: str) -> None:
    log.add(lambda known: [] if run in known else [_delivery(run)])


def test_what_is_added_is_read_back_and_never_doubled(log: DisclosureLog) -> None:
    for run in ("r1", "r2", "r1"):
        _add(log, run)
    assert log.entries() == [_delivery("r1"), _delivery("r2")]
    assert (log.state().lines, log.state().altered, log.entries()[0].people) == (2, 0, 162)
    if os.name == "posix":
        assert stat.S_IMODE(log.path.stat().st_mode) == 0o600


def test_a_log_of_an_older_version_is_read_and_covered_by_the_first_new_line(log: DisclosureLog) -> None:
    log.path.write_text(_OLD, encoding="utf-8")
    (old,) = log.entries()
    assert (old.event, old.kind, old.people, old.at.date().isoformat()) == (
        "removed",
        "oneroster-csv",
        200,
        "2026-01-05",
    )
    log.add(lambda _known: [_delivery("r1")])
    assert log.state().altered == 0
    log.path.write_text(log.path.read_text(encoding="utf-8").replace("120", "119"), encoding="utf-8")
    assert log.state().altered == 2, "the first line with a digest tells of what stands before it"


@pytest.mark.parametrize("how", ["changed", "taken out", "swapped"])
def test_a_line_that_was_tampered_with_shows(log: DisclosureLog, how: str) -> None:
    for run in ("r1", "r2", "r3", "r4"):
        _add(log, run)
    lines = [f"{line}\n" for line in log.path.read_text(encoding="utf-8").split("\n")[:-1]]
    changed = {
        "changed": [lines[0], lines[1].replace('"student": 150', '"student": 15'), *lines[2:]],
        "taken out": [lines[0], *lines[2:]],
        "swapped": [lines[0], lines[2], lines[1], lines[3]],
    }
    log.path.write_text("".join(changed[how]), encoding="utf-8")
    assert log.state().altered == 2


def test_a_torn_line_is_counted_and_the_next_one_stands_by_itself(log: DisclosureLog) -> None:
    log.add(lambda _known: [_delivery("r1")])
    whole = log.path.read_bytes()
    log.path.write_bytes(whole + whole[:40])
    log.add(lambda _known: [_delivery("r2")])
    assert [one.run for one in log.entries()] == ["r1", "r2"]
    assert (log.state().unreadable, log.state().altered) == (1, 0)
    assert json.loads(log.path.read_bytes().splitlines()[-1])["run"] == "r2"
