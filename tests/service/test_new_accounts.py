"""The list of a run's new accounts: who is in it, what it says of them, and when there is none."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import pytest

from psconnect.model.errors import FixSettings, LocalStorage
from psconnect.model.runs import Run
from psconnect.store.history.run_table import ROW_DAYS
from tests.support.demo import NAME, Connect, Connected

BACK = "Quetzal"


def _listed(path: Path) -> list[dict[str, str]]:
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf"), "Excel takes it for UTF-8"
    return list(csv.DictReader(content.decode("utf-8-sig").splitlines()))


def _one_more(connected: Connected) -> Run:
    """A second delivery with one new student, and others that changed."""
    connected.service.set_value(NAME, "safety.preview", "never")
    one = "(SELECT max(DCID) FROM Students WHERE Enroll_Status = 0)"
    connected.sql(f"UPDATE Students SET Last_Name = '{BACK}', Enroll_Status = 2 WHERE DCID = {one}")
    connected.service.sync(NAME)
    connected.sql(f"UPDATE Students SET Enroll_Status = 0 WHERE Last_Name = '{BACK}'")
    connected.sql(
        "UPDATE Students SET First_Name = First_Name || 'a' WHERE DCID IN "
        "(SELECT DCID FROM Students WHERE Enroll_Status = 0 LIMIT 3)"
    )
    run = connected.service.sync(NAME)
    assert run.changes["student"].create == 1
    assert run.changes["student"].update > 1
    return run


def test_everybody_is_new_with_the_first_delivery(connected: Connected, tmp_path: Path) -> None:
    run = connected.delivered()
    path = connected.service.write_new_accounts(run.id, tmp_path / "new.csv")
    rows = _listed(path)
    assert path.stat().st_mode & 0o077 == 0
    people = {key: counts.create for key, counts in run.changes.items() if key in ("student", "teacher", "admin")}
    told = {"student": "Student", "teacher": "Teacher", "admin": "Staff member"}
    assert all(people.values())
    for key, count in people.items():
        assert sum(row["Role"] == told[key] for row in rows) == count
    assert len(rows) == run.new_people
    assert list(rows[0]) == ["Name", "User name", "Role", "Schools"], "nobody said who signs in how"


def test_only_who_is_new_is_listed(connected: Connected, tmp_path: Path) -> None:
    run = _one_more(connected)
    rows = _listed(connected.service.write_new_accounts(run.id, tmp_path / "new.csv"))
    (row,) = [row for row in rows if row["Role"] == "Student"]
    assert row["Name"].startswith(f"{BACK}, ")
    assert {one["Role"] for one in rows} <= {"Student", "Contact"}, "the student's contacts are new, too"
    assert len(rows) == run.new_people
    assert row["Schools"] in {name for (name,) in connected.sql("SELECT Name FROM Schools")}


def test_the_kind_of_sign_in_is_the_one_that_was_delivered(connect: Connect, tmp_path: Path) -> None:
    connected = connect()
    domains = [
        line.rpartition("@")[2] for (line,) in connected.sql("SELECT Email_Addr FROM Users WHERE Email_Addr LIKE '%@%'")
    ]
    connected.service.set_value(NAME, "sign_in.google", f'["{domains[0]}"]')
    run = connected.delivered()
    connected.service.set_value(NAME, "sign_in.google", '["other.example.org"]')
    rows = _listed(connected.service.write_new_accounts(run.id, tmp_path / "new.csv"))
    assert {row["Signs in with"] for row in rows if row["Role"] == "Teacher"} == {"Google"}
    assert "" in {row["Signs in with"] for row in rows}, "another domain, or no e-mail"


def test_a_run_without_anybody_new_says_so(connected: Connected, tmp_path: Path) -> None:
    held = connected.service.sync(NAME)
    _refused(connected, held, tmp_path, "PSC-REPORT-NEW/none")
    connected.service.approve(held.id, "test")
    connected.sql("UPDATE Students SET First_Name = First_Name || 'a' WHERE DCID IN (SELECT min(DCID) FROM Students)")
    _refused(connected, connected.service.sync(NAME), tmp_path, "PSC-REPORT-NEW/none")


def test_a_run_whose_records_are_deleted_says_so(connected: Connected, tmp_path: Path) -> None:
    run = connected.delivered()
    connected.clock.time += timedelta(days=ROW_DAYS + 1)
    assert connected.service.forget_expired() == [NAME]
    _refused(connected, run, tmp_path, "PSC-REPORT-NEW/forgotten")


def test_it_is_csv_and_nothing_else(connected: Connected, tmp_path: Path) -> None:
    run = connected.delivered()
    with pytest.raises(FixSettings) as told:
        connected.service.write_new_accounts(run.id, tmp_path / "new.xlsx")
    assert told.value.key == "PSC-REPORT-FORMAT/unknown"


def test_contacts_have_the_schools_of_their_students(connected: Connected, tmp_path: Path) -> None:
    run = _one_more(connected)
    rows = _listed(connected.service.write_new_accounts(run.id, tmp_path / "new.csv"))
    (student,) = [row for row in rows if row["Role"] == "Student"]
    contacts = [row for row in rows if row["Role"] == "Contact"]
    assert contacts
    assert {row["Schools"] for row in contacts} == {student["Schools"]}


def test_siblings_at_two_schools_give_their_contact_both(connected: Connected, tmp_path: Path) -> None:
    run = connected.delivered()
    rows = _listed(connected.service.write_new_accounts(run.id, tmp_path / "new.csv"))
    truth = connected.sql(
        """SELECT c.PERSONID, count(DISTINCT s.SCHOOLID) FROM STUDENTCONTACTASSOC c
        JOIN STUDENTS s ON s.DCID = c.STUDENTDCID WHERE s.ENROLL_STATUS = 0
        GROUP BY 1 HAVING count(DISTINCT s.SCHOOLID) > 1"""
    )
    several = [row for row in rows if row["Role"] == "Contact" and ", " in row["Schools"]]
    assert truth
    assert several
    assert all(row["Schools"] for row in rows if row["Role"] == "Contact")


def test_the_disclosure_log_says_that_it_was_saved_and_names_nobody(connected: Connected, tmp_path: Path) -> None:
    run = connected.delivered()
    path = connected.service.write_new_accounts(run.id, tmp_path / "new.csv")
    newest, before = connected.service.disclosures(NAME)
    assert (newest.event, newest.run, newest.place) == ("listed", run.id, str(path))
    assert (newest.people, before.event) == (run.new_people, "delivered")
    assert connected.service.disclosure_state().altered == 0
    text = connected.service.write_disclosures(tmp_path / "log.csv", NAME).read_text("utf-8-sig")
    assert "New accounts listed" in text
    ((last,),) = connected.sql("SELECT max(LAST_NAME) FROM STUDENTS WHERE ENROLL_STATUS = 0 AND length(LAST_NAME) > 4")
    log = connected.service.home.rosters().parent / "disclosures.jsonl"
    assert last not in log.read_text("utf-8")


def test_a_list_does_not_stand_for_the_delivery_it_is_about(connected: Connected, tmp_path: Path) -> None:
    run = connected.delivered()
    log = connected.service.home.rosters().parent / "disclosures.jsonl"
    log.unlink()  # as if the delivery could not be written down at once
    connected.service.write_new_accounts(run.id, tmp_path / "new.csv")
    assert sorted(one.event for one in connected.service.disclosures(NAME)) == ["delivered", "listed"]


def test_without_a_line_in_the_log_there_is_no_list(connected: Connected, tmp_path: Path) -> None:
    run = connected.delivered()
    log = connected.service.home.rosters().parent / "disclosures.jsonl"
    log.unlink()
    log.mkdir()
    with pytest.raises(LocalStorage):
        connected.service.write_new_accounts(run.id, tmp_path / "new.csv")
    assert not (tmp_path / "new.csv").exists()


def _refused(connected: Connected, run: Run, folder: Path, key: str) -> None:
    with pytest.raises(FixSettings) as told:
        connected.service.write_new_accounts(run.id, folder / "new.csv")
    assert told.value.key == key
    assert not (folder / "new.csv").exists()
