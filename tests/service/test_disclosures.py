"""What was disclosed: each delivery once, also after a kill, a removal and a long time; nobody's data in it."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from psconnect.model.errors import FixSettings
from psconnect.service import Service
from psconnect.store.history import run_table
from tests.support.demo import NAME, Connect, Connected

RENAME_THREE = (
    "UPDATE Students SET First_Name = First_Name || 'a' WHERE DCID IN "
    "(SELECT DCID FROM Students WHERE Enroll_Status = 0 LIMIT 3)"
)


class KilledError(BaseException):
    """Stands for the end of the process."""


def _events(service: Service, name: str = "") -> list[tuple[str, str]]:
    return [(one.event, one.run) for one in service.disclosures(name)]


def test_each_delivery_is_written_down_once_with_its_figures(connected: Connected) -> None:
    first = connected.delivered()
    connected.service.sync(NAME)  # nothing changed: nothing was disclosed
    connected.sql(
        "UPDATE Students SET First_Name = First_Name || 'a' WHERE DCID IN (SELECT DCID FROM Students LIMIT 3)"
    )
    second = connected.service.sync(NAME)
    assert second.delivered
    assert _events(connected.service) == [("delivered", second.id), ("delivered", first.id)]
    newest = connected.service.disclosures(NAME)[0]
    assert newest.records == {key: one.delivered for key, one in second.reconciled.items()}
    people = sum(second.reconciled[key].delivered for key in ("student", "teacher", "admin", "contact"))
    assert (newest.people, newest.kind, newest.whole) == (people, "oneroster-csv", True)
    assert str(connected.bundle) in newest.place
    assert newest.changes == second.changes


def test_nobodys_data_is_in_it(connected: Connected) -> None:
    connected.delivered()
    lines = connected.service.home.rosters().parent.joinpath("disclosures.jsonl").read_text("utf-8").splitlines()
    texts = [value for line in lines for value in json.loads(line).values() if isinstance(value, str)]
    words = {word.casefold() for text in texts for word in re.findall(r"\w+", text.replace(str(connected.folder), ""))}
    assert words
    for names in connected.sql("SELECT First_Name, Last_Name, Student_Number FROM Students"):
        assert not {str(name).casefold() for name in names} & words


def test_a_delivery_that_was_killed_before_it_was_written_down_is_made_up_for(connected: Connected) -> None:
    connected.service.set_value(NAME, "safety.preview", "never")

    def die(step: str) -> None:
        if step == "finished":
            raise KilledError

    log = connected.folder / "home" / "data" / "disclosures.jsonl"
    connected.service.on_step = die
    with pytest.raises(KilledError):
        connected.service.sync(NAME)
    log.unlink(missing_ok=True)  # as if the process had not come so far
    connected.service.on_step = lambda _step: None
    (run,) = connected.service.runs(NAME)
    assert run.delivered
    assert _events(connected.service) == [("delivered", run.id)]


def test_the_log_outlives_retention_and_removal(connected: Connected) -> None:
    first = connected.delivered()
    connected.sql(RENAME_THREE)
    second = connected.service.sync(NAME)
    connected.clock.time += timedelta(days=run_table.RUN_DAYS + 1)
    connected.service.forget_expired(NAME)
    assert [run.id for run in connected.service.runs(NAME)] == [second.id]
    connected.service.remove_connection(NAME)
    assert _events(connected.service) == [("removed", ""), ("delivered", second.id), ("delivered", first.id)]
    assert _events(connected.service, NAME.upper()) == _events(connected.service)
    assert _events(connected.service, "Another") == []
    assert connected.service.disclosure_state().altered == 0


def test_a_removal_notes_a_delivery_that_was_begun_and_never_confirmed(connected: Connected) -> None:
    connected.service.set_value(NAME, "safety.preview", "never")

    def die(step: str) -> None:
        if step == "ledger":
            raise KilledError

    connected.service.on_step = die
    with pytest.raises(KilledError):
        connected.service.sync(NAME)
    connected.service.on_step = lambda _step: None
    assert connected.bundle.exists(), "it went out"
    connected.service.remove_connection(NAME)
    assert [event for event, _run in _events(connected.service)] == ["removed", "unconfirmed"]


def test_a_destination_of_single_changes_is_told_only_what_changed(connect: Connect) -> None:
    connected = connect(settings={"safety": {"preview": "never"}})
    connection = connected.service.connection(NAME)
    destination = {"kind": "database", "file": str(connected.folder / "roster" / "other.sqlite")}
    connected.service.save_connection(msgspec.structs.replace(connection, destination=destination))
    connected.service.sync(NAME)
    connected.sql(RENAME_THREE)
    run = connected.service.sync(NAME)
    newest = connected.service.disclosures(NAME)[0]
    assert (newest.run, newest.whole, newest.people) == (run.id, False, 3)
    assert newest.records == {"student": 3}


def test_a_connection_that_cannot_be_opened_does_not_hide_the_log(connected: Connected) -> None:
    connected.delivered()
    written = connected.service.disclosures()
    with closing(sqlite3.connect(connected.rosters)) as db:
        db.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('psconnect', 'm999_later', '')"
        )
        db.commit()
    with pytest.raises(FixSettings) as told:
        connected.service.runs(connected.name)
    assert told.value.code == "PSC-DATA-NEWER"
    assert connected.service.disclosures() == written != []


def test_the_export_is_a_table_for_spreadsheets(connected: Connected, tmp_path: Path) -> None:
    run = connected.delivered()
    path = connected.service.write_disclosures(tmp_path / "log.csv", NAME)
    with path.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["Run"], row["Students"]) == (run.id, str(run.reconciled["student"].delivered))
    assert int(row["Created"]) == run.all_changes.create
