"""The verbs that decide about a run: exclude, include, revalidate, undo, rehearse; what they print and how they end."""

from __future__ import annotations

import pytest

from psconnect.cli import codes
from psconnect.transfer.folder import PATIENCE
from psconnect.transfer.ownership import OWNER_FILE
from tests.cli.conftest import Psconnect, Said
from tests.contracts.disks import Hold, hold
from tests.judges.oneroster11 import read_bundle
from tests.support.demo import Connected

__all__ = ["hold"]


@pytest.fixture
def waiting(connected: Connected, psconnect: Psconnect) -> tuple[str, str]:
    """A held run that removes one student, and that student's id."""
    connected.delivered()
    connected.service.set_value(connected.name, "safety.preview", '"always"')
    student = max(int(row["sourcedId"]) for row in read_bundle(connected.bundle)["users"] if row["role"] == "student")
    connected.sql("UPDATE students SET enroll_status = 2 WHERE dcid = ?", student)
    said = psconnect("sync", connected.name, "--json", connected=connected)
    assert said.code == codes.HELD
    return said.document["id"], str(student)


def test_exclude_and_include(psconnect: Psconnect, connected: Connected, waiting: tuple[str, str]) -> None:
    run, student = waiting

    def verb(what: str, *more: str) -> Said:
        return psconnect("run", what, run, "student", student, *more, connected=connected)

    before = psconnect("run", "show", run, "--json", connected=connected).document
    excluded = verb("exclude")
    assert excluded.code == codes.HELD
    lines = [line.split() for line in excluded.out.splitlines()]
    assert ["student", student, "remove", "excluded", "by", "you"] in lines
    assert any(line[:1] == ["enrollment"] and line[3:5] == ["belongs", "to"] for line in lines)
    assert "Planned and not done:" in excluded.out
    shown = psconnect("run", "show", run, connected=connected)
    assert ["student", student, "remove", "excluded", "by", "you"] in [line.split() for line in shown.out.splitlines()]
    assert verb("exclude").code == codes.USAGE
    included = verb("include", "--json")
    assert included.document["set_aside"] == {}
    assert included.document["plan_hash"] == before["plan_hash"]
    assert verb("exclude", "--json").document["set_aside"]["chosen"] == 1
    approved = psconnect("run", "approve", run, "--reason", "all but one", "--json", connected=connected)
    assert approved.code == codes.DONE
    assert student in {row["sourcedId"] for row in read_bundle(connected.bundle)["users"]}


def test_what_is_not_in_the_run_is_named(psconnect: Psconnect, connected: Connected, waiting: tuple[str, str]) -> None:
    run, student = waiting
    for entity, name in (("student", "T1"), ("teacher", student)):
        said = psconnect("run", "exclude", run, entity, name, connected=connected)
        assert said.code == codes.USAGE
        assert f"no change for the {entity} {name}" in said.err
    assert psconnect("run", "exclude", run, "pupil", student, connected=connected).code == codes.USAGE


def test_revalidate_says_what_it_found(psconnect: Psconnect, connected: Connected, waiting: tuple[str, str]) -> None:
    run, student = waiting
    same = psconnect("run", "revalidate", run, "--json", connected=connected)
    assert (same.code, same.document["id"]) == (codes.HELD, run)
    assert "The plan has not changed." in same.err
    connected.fault("D07", path="*students*")
    failed = psconnect("run", "revalidate", run, connected=connected)
    assert failed.code == codes.NOT_READ
    assert f"the run {run} still waits" in failed.err
    connected.server.clear_faults()
    connected.sql("UPDATE students SET enroll_status = 0 WHERE dcid = ?", int(student))
    gone = psconnect("run", "revalidate", run, connected=connected)
    assert gone.code == codes.DONE
    assert "The plan has changed" in gone.err
    assert psconnect("run", "approve", run, "--reason", "x", connected=connected).code == codes.USAGE


def test_undo_waits_for_an_approval(psconnect: Psconnect, connected: Connected, waiting: tuple[str, str]) -> None:
    run, student = waiting
    assert psconnect("run", "undo", run, connected=connected).code == codes.USAGE
    psconnect("run", "approve", run, "--reason", "left", connected=connected)
    assert student not in {row["sourcedId"] for row in read_bundle(connected.bundle)["users"]}
    undo = psconnect("run", "undo", run, "--json", connected=connected)
    assert (undo.code, undo.document["kind"], undo.document["undoes"]) == (codes.HELD, "undo", run)
    assert undo.document["held"][0]["rule"] == "undo"
    back = psconnect("run", "approve", undo.document["id"], "--reason", "a mistake", connected=connected)
    assert back.code == codes.DONE
    assert student in {row["sourcedId"] for row in read_bundle(connected.bundle)["users"]}
    waits = psconnect("sync", connected.name, connected=connected)
    assert waits.code == codes.HELD
    assert "undid an earlier one" in waits.out
    assert "Correct the cause" in waits.out


def test_a_rehearsal_says_that_it_is_one(psconnect: Psconnect, connected: Connected) -> None:
    connected.delivered()
    said = psconnect("sync", connected.name, "--rehearse", connected=connected)
    assert said.code == codes.HELD
    assert "school year 2027-2028" in said.out
    assert "rehearsal of the next school year" in said.err
    assert "run approve" not in said.err
    run = connected.service.runs(connected.name)[0]
    refused = psconnect("run", "approve", run.id, "--reason", "go", connected=connected)
    assert refused.code == codes.USAGE
    assert "PSC-RUN-REHEARSAL" in refused.err
    assert psconnect("sync", connected.name, "--rehearse", "--plan-only").code == codes.USAGE


def test_additions_only_says_what_it_leaves(psconnect: Psconnect, connected: Connected) -> None:
    connected.delivered()
    for key, value in (
        ("safety.additions_only", "true"),
        ("safety.freeze", "[{from = 2027-06-10, until = 2027-08-15}]"),
    ):
        assert psconnect("connection", "set", connected.name, key, value, connected=connected).code == codes.DONE
    connected.sql("UPDATE courses SET course_name = course_name || ' II' WHERE dcid = (SELECT min(dcid) FROM courses)")
    said = psconnect("sync", connected.name, connected=connected)
    assert said.code == codes.DONE
    assert "Not applied, because only additions are delivered:" in said.out
    assert any(line.split()[:4] == ["Courses", "1", "to", "update"] for line in said.out.splitlines())


def test_P04_a_bundle_that_somebody_reads_is_left_and_the_next_sync_delivers(
    psconnect: Psconnect, connected: Connected, hold: Hold
) -> None:
    connected.delivered()
    before = connected.bundle.read_bytes()
    connected.sql("UPDATE STUDENTS SET FIRST_NAME = 'Renamed' WHERE DCID = (SELECT max(DCID) FROM STUDENTS)")
    connected.sql("UPDATE STUDENTS SET FIRST_NAME = 'Renamed' WHERE DCID = (SELECT min(DCID) FROM STUDENTS)")
    let_go = hold(connected.bundle)

    said = psconnect("sync", connected.name, connected=connected)

    assert said.code == codes.APPLYING
    assert "another program has it open" in said.err
    assert "PSC-FOLDER-IN-USE" in said.err
    assert sum(connected.clock.waited) >= PATIENCE
    assert connected.bundle.read_bytes() == before
    let_go()
    hidden = [path.name for path in connected.bundle.parent.iterdir() if path.name.startswith(".")]
    assert hidden == [OWNER_FILE]
    assert psconnect("sync", connected.name, connected=connected).code == codes.DONE
    assert connected.bundle.read_bytes() != before
