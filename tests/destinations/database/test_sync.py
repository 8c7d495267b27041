"""Whole syncs of a demo district into a database, by the command line; the file is judged by plain sqlite3."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from psconnect.cli import codes
from tests.cli.conftest import Psconnect, Said, psconnect
from tests.destinations.database.support import Base
from tests.judges.roster_database import differences, faults, roster
from tests.judges.sql_truth import truth
from tests.support.demo import DISTRICT, NAME, TODAY, Connect, Connected
from tests.sync.test_kill import change_district

__all__ = ["psconnect"]


def file_of(connected: Connected) -> Path:
    return connected.folder / "roster" / "roster.sqlite"


def use_database(connected: Connected, **settings: str) -> None:
    """Let the connection deliver to a database."""
    connection = connected.service.connection(NAME)
    given = {"kind": "database", "file": str(file_of(connected)), **settings}
    connected.service.save_connection(msgspec.structs.replace(connection, destination=given))


@pytest.fixture
def into_database(connect: Connect) -> Connected:
    """A connection to a demo district of 300 students that delivers to a database, never run."""
    connected = connect(settings={"safety": {"preview": "never"}})
    use_database(connected)
    return connected


def sync(psconnect: Psconnect, connected: Connected) -> Said:
    """A sync, approved where it waits."""
    said = psconnect("sync", NAME, "--json", connected=connected)
    if said.code == codes.HELD:
        run = said.document["id"]
        said = psconnect("run", "approve", run, "--reason", "test", "--json", connected=connected)
    return said


def assert_right(connected: Connected) -> None:
    """The file is sound, and holds the district as it is."""
    assert faults(file_of(connected)) == []
    assert differences(file_of(connected), truth(connected.server.database, TODAY, DISTRICT)) == []


def sql(connected: Connected, statement: str) -> list[tuple]:
    """Plain SQL in the file."""
    with closing(sqlite3.connect(file_of(connected), isolation_level=None)) as db:
        return db.execute(statement).fetchall()


def test_a_district_is_delivered_and_kept_up_to_date(psconnect: Psconnect, into_database: Connected) -> None:
    first = sync(psconnect, into_database)
    assert first.code == codes.DONE, first.out + first.err
    assert_right(into_database)

    before = file_of(into_database).read_bytes()
    again = sync(psconnect, into_database)
    assert again.code == codes.DONE
    assert again.document["changes"] == {}
    assert file_of(into_database).read_bytes() == before, "a run without changes writes nothing"

    change_district(into_database)
    changed = sync(psconnect, into_database)
    assert changed.code == codes.DONE
    assert_right(into_database)
    [(created, updated, removed, refused)] = sql(
        into_database, f"SELECT created, updated, removed, refused FROM sync_run WHERE id = '{changed.document['id']}'"
    )
    wanted = {
        action: sum(counts[action] for counts in changed.document["changes"].values())
        for action in ("create", "update", "remove")
    }
    assert {"create": created, "update": updated, "remove": removed} == wanted
    assert refused == 0
    assert removed > 0


def test_a_refused_student_is_told_and_tried_again(psconnect: Psconnect, into_database: Connected) -> None:
    assert sync(psconnect, into_database).code == codes.DONE
    student = min(roster(file_of(into_database))["student"], key=int)
    sql(
        into_database,
        f"CREATE TRIGGER no BEFORE UPDATE ON student WHEN NEW.id = '{student}' BEGIN SELECT RAISE(ABORT, 'no'); END",
    )
    into_database.sql("UPDATE students SET last_name = last_name || '-Ng' WHERE dcid < ?", int(student) + 5)
    for _attempt in range(2):
        said = sync(psconnect, into_database)
        assert said.code == codes.REFUSED
        assert said.document["state"] == "finished_with_problems"
        assert said.document["problems"]["error"] >= 1
        assert faults(file_of(into_database)) == []
        expected = truth(into_database.server.database, TODAY, DISTRICT)
        assert differences(file_of(into_database), expected) == [
            f"student {student}: family_name is {roster(file_of(into_database))['student'][student]['family_name']!r}"
        ]
    sql(into_database, "DROP TRIGGER no")
    assert sync(psconnect, into_database).code == codes.DONE
    assert_right(into_database)


def test_a_refused_newcomer_comes_later_with_all_enrollments(psconnect: Psconnect, into_database: Connected) -> None:
    expected = truth(into_database.server.database, TODAY, DISTRICT)
    student = next(record["userSourcedId"] for record in expected["enrollment"].values() if record["role"] == "student")
    held = psconnect("sync", NAME, "--plan-only", "--json", connected=into_database)
    assert held.code in (codes.HELD, codes.DONE)
    Base(file_of(into_database).parent).open().begin("before")
    sql(
        into_database,
        f"CREATE TRIGGER no BEFORE INSERT ON student WHEN NEW.id = '{student}' BEGIN SELECT RAISE(ABORT, 'no'); END",
    )
    said = sync(psconnect, into_database)
    assert said.code == codes.REFUSED
    assert faults(file_of(into_database)) == []
    assert student not in roster(file_of(into_database))["student"]
    sql(into_database, "DROP TRIGGER no")
    assert sync(psconnect, into_database).code == codes.DONE
    assert_right(into_database)


def test_undo_takes_back_what_a_run_did(psconnect: Psconnect, into_database: Connected) -> None:
    assert sync(psconnect, into_database).code == codes.DONE
    before = roster(file_of(into_database))
    change_district(into_database)
    changed = sync(psconnect, into_database)
    assert roster(file_of(into_database)) != before

    undone = psconnect("run", "undo", changed.document["id"], "--json", connected=into_database)
    assert undone.code == codes.HELD
    run = undone.document["id"]
    approved = psconnect("run", "approve", run, "--reason", "test", "--json", connected=into_database)
    assert approved.code == codes.DONE
    assert roster(file_of(into_database)) == before
    assert faults(file_of(into_database)) == []


def test_a_lost_ledger_adopts_the_rows_that_are_there(psconnect: Psconnect, into_database: Connected) -> None:
    assert sync(psconnect, into_database).code == codes.DONE
    change_district(into_database)
    for path in into_database.rosters.parent.glob(f"{into_database.rosters.stem}*"):
        path.unlink()
    said = sync(psconnect, into_database)
    assert said.code == codes.DONE
    assert faults(file_of(into_database)) == [], "nothing was made twice"
    expected = truth(into_database.server.database, TODAY, DISTRICT)
    wrong = [each for each in differences(file_of(into_database), expected) if not each.endswith("should not be there")]
    assert wrong == []


@pytest.mark.parametrize("how", ["vanished", "emptied", "backup"])
def test_another_file_in_its_place_gets_everything(psconnect: Psconnect, into_database: Connected, how: str) -> None:
    file = file_of(into_database)
    assert sync(psconnect, into_database).code == codes.DONE
    backup = file.read_bytes()
    change_district(into_database)
    assert sync(psconnect, into_database).code == codes.DONE
    if how == "vanished":
        file.unlink()
    else:
        file.write_bytes(backup if how == "backup" else b"")
    said = sync(psconnect, into_database)
    assert said.code == codes.DONE, said.out + said.err
    assert faults(file) == []
    wrong = differences(file, truth(into_database.server.database, TODAY, DISTRICT))
    assert [each for each in wrong if how != "backup" or not each.endswith("should not be there")] == []


def test_another_home_waits_for_an_approval(psconnect: Psconnect, into_database: Connected) -> None:
    assert sync(psconnect, into_database).code == codes.DONE
    change_district(into_database)
    (into_database.service.home.data / "home-id").write_text("another")
    said = psconnect("sync", NAME, "--json", connected=into_database)
    assert said.code == codes.HELD
    assert any("another computer" in hold["reason"] for hold in said.document["held"])
    run = said.document["id"]
    assert psconnect("run", "approve", run, "--reason", "x", "--json", connected=into_database).code == codes.DONE
    assert_right(into_database)


def test_a_locked_file_fails_and_the_next_sync_delivers(psconnect: Psconnect, into_database: Connected) -> None:
    assert sync(psconnect, into_database).code == codes.DONE
    change_district(into_database)
    with closing(sqlite3.connect(file_of(into_database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        said = sync(psconnect, into_database)
    assert said.code != codes.DONE
    assert "PSC-DATABASE-IN-USE" in said.out + said.err
    assert sync(psconnect, into_database).code == codes.DONE
    assert_right(into_database)


def test_a_folder_that_vanished_is_told(psconnect: Psconnect, into_database: Connected) -> None:
    assert sync(psconnect, into_database).code == codes.DONE
    shutil.rmtree(file_of(into_database).parent)
    change_district(into_database)
    said = sync(psconnect, into_database)
    assert said.code != codes.DONE
    assert "PSC-FOLDER-MISSING" in said.out + said.err


def test_check_says_what_will_be_made(psconnect: Psconnect, into_database: Connected) -> None:
    said = psconnect("check", NAME, "--json", connected=into_database)
    assert str(file_of(into_database)) in said.out
    assert not file_of(into_database).exists()


@pytest.mark.parametrize("removed", ["mark", "delete"])
def test_removed_records_as_the_setting_says(psconnect: Psconnect, into_database: Connected, removed: str) -> None:
    use_database(into_database, removed=removed)
    assert sync(psconnect, into_database).code == codes.DONE
    change_district(into_database)
    assert sync(psconnect, into_database).code == codes.DONE
    [(marked,)] = sql(into_database, "SELECT count(*) FROM student WHERE removed_at IS NOT NULL")
    assert marked == (3 if removed == "mark" else 0)
    assert differences(file_of(into_database), truth(into_database.server.database, TODAY, DISTRICT)) == []
    assert sql(into_database, "PRAGMA foreign_key_check") == []
