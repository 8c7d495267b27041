"""Lists of findings for each school and of new accounts, by the service and at the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from psconnect.cli import codes
from psconnect.model.review import FindingQuery
from tests.cli.conftest import Psconnect
from tests.support.demo import Connected


def test_each_school_with_findings_has_a_list_of_its_own(connected: Connected, tmp_path: Path) -> None:
    run = connected.delivered()
    files = connected.service.findings_per_school(run.id, tmp_path / "lists", ".csv")
    whole = connected.service.write_findings(run.id, FindingQuery(), tmp_path / "all.csv")
    listed = {}
    for file in files:
        rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
        (school,) = {row["School"] for row in rows}
        assert file.name == f"{school} {run.started.astimezone():%Y-%m-%d}.csv"
        assert file.stat().st_mode & 0o077 == 0
        listed[school] = rows
    everything = list(csv.DictReader(whole.read_text(encoding="utf-8-sig").splitlines()))
    assert len(listed) == len({row["School"] for row in everything}) > 2
    assert [row for rows in listed.values() for row in rows] == everything
    assert sorted((tmp_path / "lists").iterdir()) == sorted(files)


def test_a_folder_that_was_there_stays_open_to_whom_it_was(connected: Connected, tmp_path: Path) -> None:
    run, shared = connected.delivered(), tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    assert connected.service.findings_per_school(run.id, shared, ".csv")
    assert shared.stat().st_mode & 0o777 == 0o755


def test_the_command_line_writes_them_masked_as_json(
    connected: Connected, psconnect: Psconnect, tmp_path: Path
) -> None:
    run, folder = connected.delivered(), tmp_path / "lists"
    said = psconnect(
        *("report", run.id, "--per-school", str(folder), "--format", "json", "--masked", "--json"), connected=connected
    )
    assert said.code == codes.DONE
    files = [Path(one) for one in json.loads(said.out)["files"]]
    assert files == sorted(folder.iterdir(), key=files.index)
    documents = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    assert sum(len(one["findings"]) for one in documents) == sum(run.problems.values())
    last_names = {name for (name,) in connected.sql("SELECT LAST_NAME FROM STUDENTS") if len(name) > 3}
    named = {one["name"] for document in documents for one in document["findings"]}
    assert not [name for name in named if set(name.replace(",", " ").split()) & last_names]


def test_a_report_since_the_last_run_needs_one_before(
    connected: Connected, psconnect: Psconnect, tmp_path: Path
) -> None:
    run = connected.delivered()
    path = tmp_path / "since.xlsx"
    said = psconnect("report", run.id, "--since-last", "-o", str(path), connected=connected)
    assert (said.code, "(PSC-REPORT-BEFORE)" in said.err, path.exists()) == (codes.USAGE, True, False)
    connected.sql("UPDATE students SET first_name = 'Renamed' WHERE enroll_status = 0 AND dcid % 7 = 0")
    again = connected.service.sync(connected.name)
    said = psconnect("report", again.id, "--since-last", "-o", str(path), connected=connected)
    assert (said.code, path.exists()) == (codes.DONE, True), said.err
    assert "It holds student records" in said.err


def test_the_new_accounts_of_a_run_are_one_csv_with_names(
    connected: Connected, psconnect: Psconnect, tmp_path: Path
) -> None:
    run, path = connected.delivered(), tmp_path / "new.csv"
    arguments = ("report", run.id, "--new-accounts", "-o", str(path))
    said = psconnect(*arguments, "--masked", connected=connected)
    assert (said.code, "(PSC-REPORT-NEW)" in said.err, path.exists()) == (codes.USAGE, True, False)
    said = psconnect(*arguments, "--json", connected=connected)
    assert (said.code, said.document["file"]) == (codes.DONE, str(path)), said.err
    assert "It holds student records" in said.err
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert len(rows) == run.new_people > 0
