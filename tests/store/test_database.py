"""The one place that opens SQLite: private, durable, of a known version, never repaired by guessing (P05, P06, P14)."""

from __future__ import annotations

import sqlite3
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path, PureWindowsPath

import pytest
from sqlite_utils import Database

from psconnect.model.errors import FixSettings, LocalStorage
from psconnect.store.database import open_rosters, sqlite_errors, transaction, uri_of
from psconnect.store.schema import MIGRATIONS
from psconnect.wording.errors import word


def filled(path: Path) -> None:
    with closing(open_rosters(path)) as db:
        db.executemany("INSERT INTO meta VALUES (?, ?)", [(f"name {n}", "x" * 500) for n in range(200)])


def test_a_new_file_is_private_durable_and_of_the_present_version(tmp_path: Path) -> None:
    path = tmp_path / "rosters.sqlite"
    with closing(open_rosters(path)) as db:
        pragmas = {name: db.execute(f"PRAGMA {name}").fetchone()[0] for name in
                   ("journal_mode", "foreign_keys", "secure_delete", "synchronous")}  # fmt: skip
        assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "secure_delete": 1, "synchronous": 2}
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert {"run", "ledger", "change", "problem", "journal", "meta"} <= tables
        if sys.platform != "win32":
            assert {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()} == {0o600}
    before = path.read_bytes()
    open_rosters(path).close()
    assert path.read_bytes() == before, "opening what is up to date writes nothing"


def test_one_transaction_is_stored_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    with closing(open_rosters(tmp_path / "rosters.sqlite")) as db:
        with transaction(db):
            db.execute("INSERT INTO meta VALUES ('a', '1')")
        with pytest.raises(sqlite3.IntegrityError), transaction(db):
            db.executemany("INSERT INTO meta VALUES (?, ?)", [("b", "2"), ("c", None)])
        assert db.execute("SELECT name FROM meta").fetchall() == [("a",)]
        assert not db.in_transaction


def test_P14_a_file_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "rosters.sqlite"
    filled(path)
    with closing(sqlite3.connect(path)) as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(_sqlite_migrations)")]
        values = {"migration_set": "psconnect", "name": "m999_from_the_future", "applied_at": "2030-01-01"}
        given = [name for name in columns if name in values]
        db.execute(f"INSERT INTO _sqlite_migrations ({', '.join(given)}) VALUES ({', '.join('?' * len(given))})",
                   [values[name] for name in given])  # fmt: skip
        db.commit()
    before = path.read_bytes()
    with pytest.raises(FixSettings) as caught:
        open_rosters(path)
    assert (caught.value.code, caught.value.where) == ("PSC-DATA-NEWER", str(path))
    assert path.read_bytes() == before


def test_P14_an_older_file_is_brought_up_to_date_on_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "rosters.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE of_before (x)")
        db.execute("INSERT INTO of_before VALUES ('kept')")
        db.commit()
    assert MIGRATIONS._migrations[0].name == "m001_first"
    with closing(open_rosters(path)) as db:
        assert db.execute("SELECT x FROM of_before").fetchall() == [("kept",)]
        assert db.execute("SELECT count(*) FROM ledger").fetchone() == (0,)
    with closing(sqlite3.connect(tmp_path / "rosters.before-migration")) as old:
        tables = [name for (name,) in old.execute("SELECT name FROM sqlite_master")]
    assert tables == ["of_before"]
    assert not (tmp_path / "rosters.migrating").exists()


@pytest.mark.parametrize("older", [False, True], ids=["new", "older"])
def test_many_who_open_it_for_the_first_time_at_once_all_see_it_whole(tmp_path: Path, *, older: bool) -> None:
    for number in range(8):
        path = tmp_path / f"rosters{number}.sqlite"
        if older:
            with closing(sqlite3.connect(path)) as db, db:
                MIGRATIONS.apply(Database(db), stop_before=MIGRATIONS._migrations[1].name)
                db.execute("INSERT INTO meta VALUES ('of before', 'kept')")
        start = threading.Barrier(6)

        def look(path: Path = path, start: threading.Barrier = start) -> list[tuple[str, int]]:
            start.wait()
            with closing(open_rosters(path, to_read=True)) as db:
                whole = db.execute("PRAGMA integrity_check").fetchone()[0]
                return [(whole, db.execute("SELECT count(*) FROM meta").fetchone()[0])]

        with ThreadPoolExecutor(6) as pool:
            seen = [one.result() for one in [pool.submit(look) for _ in range(6)]]
        assert seen == [[("ok", int(older))]] * 6
        if older:
            with closing(sqlite3.connect(path.with_suffix(".before-migration"))) as db:
                assert db.execute("SELECT name FROM _sqlite_migrations").fetchall() == [("m001_first",)]


def test_an_older_file_that_another_program_has_open_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "rosters.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("CREATE TABLE of_before (x)")
        other.commit()
        with pytest.raises(LocalStorage) as caught:
            open_rosters(path)
        assert caught.value.code == "PSC-DATA-BUSY"
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("of_before",)]
    open_rosters(path).close()


@pytest.mark.parametrize("what", ["header", "words", "middle"])
def test_P06_a_damaged_file_is_reported_and_left_alone(tmp_path: Path, what: str) -> None:
    path = tmp_path / "rosters.sqlite"
    filled(path)
    content = bytearray(path.read_bytes())
    if what == "header":
        content[:100] = bytes(100)
    elif what == "words":
        content[:] = b"this was a database once " * 400
    else:
        for page in range(2, len(content) // 4096):
            content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
        Path(f"{path}-wal").touch()
    path.write_bytes(content)
    with pytest.raises(LocalStorage) as caught:
        open_rosters(path)
    assert (caught.value.code, caught.value.where) == ("PSC-DATA-DAMAGED", str(path))
    assert "backup" in word(caught.value).to_do
    assert path.read_bytes() == bytes(content)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LocalStorage) as caught:
        open_rosters(tmp_path / "missing" / "rosters.sqlite")
    assert caught.value.code == "PSC-DISK-MISSING"


def test_P05_what_sqlite_says_in_words(tmp_path: Path) -> None:
    path = tmp_path / "rosters.sqlite"
    with closing(open_rosters(path)) as db, closing(open_rosters(path)) as other, transaction(db):
        other.execute("PRAGMA busy_timeout = 1")
        with pytest.raises(LocalStorage) as caught, sqlite_errors(path), transaction(other):
            pytest.fail("two write at once")
        assert (caught.value.code, caught.value.where) == ("PSC-DATA-BUSY", str(path))
    with closing(open_rosters(path)) as db:
        db.execute("PRAGMA query_only = ON")
        with pytest.raises(LocalStorage) as caught, sqlite_errors(path):
            db.execute("INSERT INTO meta VALUES ('a', '1')")
        assert caught.value.code == "PSC-DISK-DENIED"
    with closing(open_rosters(path)) as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(LocalStorage) as caught, sqlite_errors(path):
            db.execute("INSERT INTO meta VALUES ('a', ?)", ["x" * 1_000_000])
        assert caught.value.code == "PSC-DISK-FULL"
        with pytest.raises(sqlite3.IntegrityError), sqlite_errors(path):
            db.execute("INSERT INTO meta VALUES ('a', NULL)")


def test_who_reads_a_file_that_was_just_brought_up_to_date_keeps_no_run_from_writing(tmp_path: Path) -> None:
    path = tmp_path / "rosters.sqlite"
    with closing(sqlite3.connect(path)) as db, db:
        MIGRATIONS.apply(Database(db), stop_before=MIGRATIONS._migrations[1].name)
    with closing(open_rosters(path, to_read=True)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM meta").fetchone() == (0,)
        with closing(open_rosters(path)) as run, transaction(run):
            run.execute("INSERT INTO meta VALUES ('a', '1')")
        assert reader.execute("SELECT count(*) FROM meta").fetchone() == (0,)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="asks Linux for the open files")
@pytest.mark.parametrize("to_read", [False, True])
def test_a_file_that_can_not_be_opened_is_let_go(tmp_path: Path, *, to_read: bool) -> None:
    path = tmp_path / "rosters.sqlite"
    path.write_bytes(b"this was a database once " * 400)
    with pytest.raises(LocalStorage) as caught:
        open_rosters(path, to_read=to_read)
    # The error with its traceback is still here, as in a window that shows it.
    assert caught.value.code == "PSC-DATA-DAMAGED"
    open_files = [one.readlink() for one in Path("/proc/self/fd").iterdir() if one.is_symlink()]
    assert path not in open_files


def test_roster_data_is_called_damaged_only_if_it_is(tmp_path: Path) -> None:
    path, other = tmp_path / "rosters.sqlite", tmp_path / "rosters.staging"
    other.write_bytes(b"this was a database once " * 400)
    with closing(open_rosters(path)) as db, pytest.raises(LocalStorage) as caught, sqlite_errors(path):
        db.execute("ATTACH ? AS stage", [str(other)])
    assert caught.value.code == "PSC-READING-DAMAGED"
    assert "is whole" in word(caught.value).happened
    assert "backup" not in word(caught.value).to_do


@pytest.mark.parametrize(
    ("path", "address"),
    [
        (r"\\server\users$\a b\x%.sqlite", "file:////server/users%24/a%20b/x%25.sqlite"),
        (r"C:\Users\Zoë\x?.sqlite", "file:///C:/Users/Zo%C3%AB/x%3F.sqlite"),
    ],
)
def test_SQLite_is_given_no_name_of_a_computer(path: str, address: str) -> None:
    assert uri_of(PureWindowsPath(path)) == address
    assert uri_of(PureWindowsPath(path), "mode=ro") == f"{address}?mode=ro"


def test_a_path_with_any_signs_is_opened(tmp_path: Path) -> None:
    folder = tmp_path / "100% #1 ?é"
    folder.mkdir()
    open_rosters(folder / "rosters.sqlite").close()
    assert [one.name for one in folder.iterdir() if one.suffix == ".sqlite"] == ["rosters.sqlite"]
