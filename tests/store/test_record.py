"""The codec of records: roster data of every released format opens for ever, and a next format loses nothing."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psconnect.model.entities import BY_RANK, ENTITIES, STUDENT
from psconnect.model.errors import FixSettings, LocalStorage
from psconnect.model.runs import WAITING
from psconnect.store.conversion import format_of, note_format
from psconnect.store.database import open_rosters
from psconnect.store.files import LAST_READ
from psconnect.store.history import run_table
from psconnect.store.history.facts import check_facts
from psconnect.store.plan.ledger import check_ledger
from psconnect.store.plan.plan import Plan, summarise_plan
from psconnect.store.reading.last_reading import last_read
from psconnect.store.record import (
    RECORD_FORMATS,
    encode_record,
    plain_csv,
    record_by_name,
    record_converter,
    record_format,
)
from tests.support.home import CHECKOUT

SAMPLES = sorted((Path(__file__).parent / "samples").glob("format-*"))
FILLED = ("ledger", "change", "aside", "problem", "tombstone", "given", "alias", "meta", "run")


def test_who_changes_an_entity_adds_a_format() -> None:
    assert dict(RECORD_FORMATS[-1].attributes) == {entity.key: entity.attributes for entity in ENTITIES}


def test_every_format_has_a_sample() -> None:
    assert [sample.name for sample in SAMPLES] == [f"format-{number}" for number in range(1, record_format() + 1)]


def _lines(sample: Path) -> list[str]:
    # Some names have characters in them at which splitlines would break a line.
    return (sample / "ledger.jsonl").read_text().strip().split("\n")


def copied(sample: Path, folder: Path) -> Path:
    for file in sample.iterdir():
        shutil.copy(file, folder)
    return folder / "sample.sqlite"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_file_of_any_released_version_opens(sample: Path, tmp_path: Path) -> None:
    rosters = copied(sample, tmp_path)
    with closing(open_rosters(rosters)) as db:
        assert format_of(db) == record_format()
        check_facts(db)
        check_ledger(db)
        for table in FILLED:
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] > 0, table
        delivered = [
            [BY_RANK[rank].key, key, {k: v for k, v in record_by_name(BY_RANK[rank], encoded).items() if v}]
            for rank, key, encoded in db.execute("SELECT entity, key, record FROM ledger ORDER BY entity, key")
        ]
        assert delivered == [json.loads(line) for line in _lines(sample)]
        assert [run.state for run in run_table.list_runs(db, "")] == [
            "held",
            *["finished_with_problems"] * 2,
            "expired",
        ]
        ((number, run_id, _state),) = run_table.runs_in_state(db, WAITING)
        found = run_table.find_run(db, "", run_id)
        assert found
        assert summarise_plan(Plan(db, number)).hash == found[1].plan_hash
        assert {change.action for change in run_table.read_changes(db, number)} == {"update", "remove"}
    with last_read(rosters) as read:
        assert read
        assert read.run_id == run_id
        assert len(list(read.records(STUDENT))) == 57
        assert read.search("Sample", "student")


def next_version(rosters: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.store.next_version", str(rosters), str(rosters.parent / "ledger.jsonl")]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_next_format_changes_nothing_but_the_form(sample: Path, tmp_path: Path) -> None:
    (tmp_path / "today").mkdir()
    relationships = [named for key, _, named in map(json.loads, _lines(sample)) if key == "relationship"]
    with last_read(copied(sample, tmp_path / "today")) as read:
        assert read
        students = (read.staged(STUDENT, key) for key, _fate, _values in read.records(STUDENT))
        before = sorted(f"{one.named['familyName']}, {one.named['givenName']}" for one in students if one)
        titles = sorted(match.title for match in read.search("a", "student"))
    found = next_version(copied(sample, tmp_path))
    assert found["changes"] == {}
    assert found["waiting"] == [True]
    assert found["added"] == [""]
    assert found["students"] == before
    assert found["titles"] == titles
    assert found["notes"] == 0
    assert found["relationships"] == sorted(named.get("livesWith", "") for named in relationships)


def test_P14_data_of_the_next_version_is_refused_in_one_sentence(tmp_path: Path) -> None:
    rosters = copied(SAMPLES[-1], tmp_path)
    next_version(rosters)
    before = rosters.read_bytes()
    with pytest.raises(FixSettings) as refused:
        open_rosters(rosters)
    assert refused.value.code == "PSC-DATA-NEWER"
    assert rosters.read_bytes() == before


@pytest.mark.parametrize("number", [0, record_format() + 1])
def test_P06_a_format_that_does_not_go_with_the_migrations_is_damage(number: int, tmp_path: Path) -> None:
    rosters = copied(SAMPLES[-1], tmp_path)
    open_rosters(rosters).close()
    with closing(sqlite3.connect(rosters)) as db:
        note_format(db, number)
    if number:
        with pytest.raises(LocalStorage) as refused:
            open_rosters(rosters)
        assert refused.value.code == "PSC-DATA-DAMAGED"
    else:
        open_rosters(rosters).close()


def test_a_kept_reading_of_another_format_is_as_good_as_none(tmp_path: Path) -> None:
    rosters = copied(SAMPLES[-1], tmp_path)
    open_rosters(rosters).close()
    with closing(sqlite3.connect(rosters.with_suffix(LAST_READ))) as db:
        note_format(db, record_format() + 1)
    with last_read(rosters) as read:
        assert read is None


def test_formats_are_converted_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    formats = [RECORD_FORMATS[0]]
    for attributes, renamed in (
        (("sourcedId", "title", "orgSourcedId", "level"), {}),
        (("name", "sourcedId", "level", "orgSourcedId"), {"name": "title"}),
    ):
        formats.append(type(formats[0])({**formats[0].attributes, "course": attributes}, {"course": renamed}))
    monkeypatch.setattr("psconnect.store.record.RECORD_FORMATS", tuple(formats))
    convert = record_converter("course", 1, 3)
    assert convert
    assert convert('["1","s","Ünï \\"x\\"","C","{}"]'.encode()) == '["Ünï \\"x\\"","1","","s"]'.encode()
    assert record_converter("class", 1, 3) is None


def by_csv(records: list[list[str]], blanks: int) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([one[0], *[""] * blanks, *one[1:]] for one in records)
    return text.getvalue().encode()


@given(st.lists(st.lists(st.text(), min_size=3, max_size=3), min_size=1, max_size=4), st.integers(0, 2))
def test_plain_csv_is_what_the_standard_library_writes(records: list[list[str]], blanks: int) -> None:
    assert plain_csv([encode_record(one) for one in records], blanks) in (None, by_csv(records, blanks))


@pytest.mark.parametrize("value", ["", " ", "é–中", " a b ", "'", ";", "\x7f", "\u2028", "[", "]"])
def test_values_that_need_no_quotes_are_copied(value: str) -> None:
    records = [["1", value, "x"], [value, "", value]]
    assert plain_csv([encode_record(one) for one in records], 2) == by_csv(records, 2)


@pytest.mark.parametrize("value", [",", 'a"', "a\nb", "a\rb", "\\", "\t", '","', '"]\n["'])
def test_values_that_need_quotes_or_are_escaped_are_not(value: str) -> None:
    assert plain_csv([encode_record(["1", "x", value])], 0) is None
    assert plain_csv([encode_record(["1", "x", "y"]), encode_record([value, "", ""])], 2) is None
