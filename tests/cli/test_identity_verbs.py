"""``connection adopt`` and ``connection rekey``: what is shown, what is stored, and when nothing is."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from tests.cli.conftest import Psconnect
from tests.contracts.kinds.known import kinds_for_tests
from tests.support.demo import Connected, connecting


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory, _districts: Callable[[int, int], Path]) -> Iterator[Connected]:
    """A delivered district."""
    with connecting(tmp_path_factory.mktemp("identity-verbs"), _districts) as connect:
        connected = connect()
        connected.delivered()
        yield connected


def test_adopt_shows_first_and_stores_only_when_told_to(
    delivered: Connected, psconnect: Psconnect, tmp_path: Path
) -> None:
    dcid, number = delivered.sql(
        "SELECT dcid, student_number FROM students WHERE enroll_status = 0 AND schoolid <> 999999 LIMIT 1"
    )[0]
    path = tmp_path / "accounts.csv"
    path.write_text(f"id,number,room\nold-1,{number},5\nold-2,99999999,6\n", encoding="utf-8")
    verb = ("connection", "adopt", delivered.name, str(path))
    said = psconnect(*verb, connected=delivered)
    assert said.code == 0
    assert "2 rows were read. 1 record would get a new id." in said.out
    assert "no record found" in said.out
    assert "room" in said.err
    assert "repeat the command with --yes" in said.err
    assert delivered.service.sync(delivered.name).changes == {}
    document = psconnect(*verb, "--yes", "--json", connected=delivered).document
    assert (document["stored"], document["counts"]["matched"]) == (True, 1)
    assert document["rows"][0] | {"before": ""} == {
        "line": 2,
        "sourced_id": "old-1",
        "outcome": "matched",
        "key": dcid,
        "before": "",
        "because": "",
    }
    run = delivered.service.sync(delivered.name)
    assert run.changes["student"].update == 1
    said = psconnect("connection", "rekey", delivered.name, "--forget-adopted", "--yes", connected=delivered)
    assert said.code == 0
    assert delivered.service.sync(delivered.name).changes == {}


def test_rekey_writes_the_list_and_stores_only_when_told_to(
    delivered: Connected, psconnect: Psconnect, tmp_path: Path
) -> None:
    before = delivered.service.connection(delivered.name)
    path, verb = tmp_path / "ids.csv", ("connection", "rekey", delivered.name)
    said = psconnect(*verb, "--id", "student=number", "--course-prefix", "AB", "--plan", str(path), connected=delivered)
    assert said.code == 0
    assert "students get a new id" in said.out
    assert "course numbers change" in said.out
    assert "second account" in said.err
    assert delivered.service.connection(delivered.name) == before
    heading, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
    assert heading == ["entity", "old id", "new id"]
    numbers = {str(dcid): str(number) for dcid, number in delivered.sql("SELECT dcid, student_number FROM students")}
    assert len(rows) > 100
    assert all(entity == "student" and numbers[old] == new for entity, old, new in rows)
    document = psconnect(*verb, "--prefix", "AB-", "--username-prefix", "u.", "--yes", "--json", connected=delivered)
    assert document.document["stored"] is True
    assert document.document["usernames"] > 100
    assert set(document.document["counts"]) >= {"school", "student", "enrollment", "relationship"}
    options = delivered.service.connection(delivered.name).options
    assert (options.id_prefix, options.username_prefix, options.course_prefix) == ("AB-", "u.", "")


def test_the_list_of_a_stored_re_key_is_written_without_wishes(
    delivered: Connected, psconnect: Psconnect, tmp_path: Path
) -> None:
    """As the reason of the held run says; whatever is wished is stored by another verb or in the window."""
    path, verb = tmp_path / "ids.csv", ("connection", "rekey", delivered.name)
    before = delivered.service.connection(delivered.name).options.id_prefix
    assert psconnect(*verb, "--prefix", "ZZ-", "--yes", connected=delivered).code == 0
    said = psconnect(*verb, "--plan", str(path), connected=delivered)
    assert said.code == 0
    assert str(path) in said.out
    assert "repeat the command with --yes" not in said.err
    listed = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))[1:]
    assert len(listed) > 200
    assert all(new.startswith("ZZ-") for _entity, _old, new in listed)
    document = psconnect(*verb, "--plan", str(path), "--yes", "--json", connected=delivered).document
    assert document["stored"] is False
    assert sum(document["counts"].values()) == len(listed)
    assert psconnect(*verb, "--prefix", before, "--yes", connected=delivered).code == 0


def test_rekey_writes_the_plugin_that_the_new_id_needs(
    delivered: Connected, psconnect: Psconnect, tmp_path: Path
) -> None:
    path = tmp_path / "plugin.zip"
    verb = ("connection", "rekey", delivered.name, "--id", "student=id", "--plugin", str(path))
    assert psconnect(*verb, connected=delivered).code == 0
    with zipfile.ZipFile(path) as package:
        text = package.read("plugin.xml").decode()
    assert '<field table="STUDENTS" field="ID"' in text
    assert delivered.service.connection(delivered.name).ids.student == "dcid"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--id", "studnet=number"), "Did you mean “student”?"),
        (("--id", "student"), "--id student=number"),
        (("--id", "staff=id"), "ids.staff"),
        (("--prefix", "a,b"), "options.id_prefix"),
        ((), "Say what is to be different"),
    ],
    ids=["kind", "no number", "number", "prefix", "nothing"],
)
def test_rekey_refuses_in_words(
    delivered: Connected, psconnect: Psconnect, arguments: tuple[str, ...], words: str
) -> None:
    said = psconnect("connection", "rekey", delivered.name, *arguments, connected=delivered)
    assert said.code == 2
    assert words in said.err


def test_rekey_changes_a_frozen_setting_of_the_destination(delivered: Connected, psconnect: Psconnect) -> None:
    with kinds_for_tests():
        connection = delivered.service.connection(delivered.name)
        (delivered.folder / "listed").mkdir()
        destination = {"kind": "test-listing", "folder": str(delivered.folder / "listed")}
        delivered.service.save_connection(msgspec.structs.replace(connection, destination=destination))
        delivered.service.approve(delivered.service.sync(delivered.name).id, "another destination")
        verb = ("connection", "rekey", delivered.name, "--setting")
        refused = psconnect("connection", "set", delivered.name, "destination.ids", "marked", connected=delivered)
        assert (refused.code, "“Ids” is frozen" in refused.err) == (2, True)
        assert psconnect(*verb, "ids", connected=delivered).code == 2
        said = psconnect(*verb, "ids=marked", connected=delivered)
        assert "Ids: marked instead of bare." in said.out
        assert "second account" in said.err
        assert "ids" not in delivered.service.connection(delivered.name).destination
        document = psconnect(*verb, "ids=marked", "--yes", "--json", connected=delivered).document
        assert (document["stored"], document["counts"]) == (True, {})
        assert document["settings"] == [{"key": "ids", "label": "Ids", "before": "bare", "after": "marked"}]
        assert delivered.service.connection(delivered.name).destination["ids"] == "marked"
