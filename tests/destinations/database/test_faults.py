"""A file that can't be written, is not there, or is somebody else's: a sentence, and nothing is changed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from psconnect.destinations.database import sqlite
from psconnect.model.clock import CancelToken
from psconnect.model.errors import Cancelled, FixSettings, LocalStorage, PsconnectError, TryLater
from psconnect.model.outcomes import NotDone
from psconnect.store.database import open_rosters
from psconnect.wording.checks import word_finding
from psconnect.wording.errors import word
from tests.contracts.disks import Mount, make_read_only, mount
from tests.contracts.rosters import changed, large, small
from tests.destinations.database.support import Base, plan
from tests.judges.roster_database import faults, roster
from tests.support.home import CHECKOUT

__all__ = ["mount"]


def _refused(act: Callable[[], object]) -> PsconnectError:
    with pytest.raises(PsconnectError) as caught:
        act()
    assert word(caught.value).to_do.endswith(".")
    return caught.value


@pytest.fixture
def locked(base: Base) -> Iterator[Base]:
    """A delivered roster, whose file another program is writing to."""
    base.deliver(small())
    with closing(sqlite3.connect(base.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield base


def test_check_makes_nothing(base: Base) -> None:
    [found] = base.open().check()
    assert found.state == "ok"
    assert str(base.path) in word_finding(found).text
    assert base.open().standing() == ""
    assert list(base.folder.iterdir()) == []
    base.deliver(small())
    before = base.path.read_bytes()
    assert base.open().check()[0].state == "ok"
    assert base.path.read_bytes() == before


def test_only_owner_and_group_may_read_a_new_file(base: Base) -> None:
    base.deliver(small())
    assert base.path.stat().st_mode & 0o007 == 0
    assert [path.name for path in base.folder.iterdir()] == [base.path.name], "no log or journal stays beside it"


def test_a_file_that_another_program_writes_is_waited_for(locked: Base) -> None:
    writer = locked.open()
    for act in (writer.check, lambda: writer.begin("run-2")):
        locked.clock.waited.clear()
        assert _refused(act).code == "PSC-DATABASE-IN-USE"
        assert 4.5 < sum(locked.clock.waited) < 6
    assert locked.open().standing(), "it can be read meanwhile"


def test_a_file_that_becomes_free_in_time_is_written(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    base.deliver(small())
    with closing(sqlite3.connect(base.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        wait = base.clock.wait

        def free(seconds: float, cancel: CancelToken) -> None:
            wait(seconds, cancel)
            other.rollback()

        monkeypatch.setattr(base.clock, "wait", free)
        base.deliver(changed(), small())
    assert roster(base.path)["student"]["431"]["family_name"] == "O’Neil"


def test_waiting_ends_with_a_cancel(locked: Base) -> None:
    writer = locked.open()
    locked.cancel.cancel()
    with pytest.raises(Cancelled):
        writer.begin("run-2")


def test_a_reader_that_does_not_end_keeps_a_batch_from_being_written(
    base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "LOCK_PATIENCE", 0.05)
    base.deliver(small())
    writer = base.open()
    writer.begin("run-2")
    [batch] = plan(small(), changed())
    with closing(sqlite3.connect(base.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM student").fetchone()
        assert _refused(lambda: writer.apply(batch)).code == "PSC-DATABASE-IN-USE"
    assert list(writer.read_back(batch)) == [NotDone()]
    assert faults(base.path) == []
    writer.apply(batch)
    assert faults(base.path) == []


def test_a_read_only_disk(base: Base, mount: Mount) -> None:
    mount(base.folder, 1024 * 1024)
    base.deliver(small())
    writer = base.open()
    writer.begin("run-2")
    make_read_only(base.folder, wanted=True)
    [batch] = plan(small(), changed())
    for act in (base.open().check, lambda: base.open().begin("run-2"), lambda: writer.apply(batch)):
        assert _refused(act).code == "PSC-DISK-DENIED"
    assert writer.standing()
    assert list(writer.read_back(batch)) == [NotDone()]


def test_a_full_disk_leaves_what_was_written(base: Base, mount: Mount) -> None:
    mount(base.folder, 1024 * 1024)
    base.deliver(small())
    assert _refused(lambda: base.deliver(large(3_000), small())).code == "PSC-DISK-FULL"
    there = roster(base.path)
    assert there["enrollment"].keys() == {record["sourcedId"] for record in small()["enrollment"]}
    assert (len(there["student"]) - 3) % 1_000 == 0, "a batch is written whole or not at all"
    base.deliver(changed(), small())
    assert roster(base.path)["student"]["431"]["family_name"] == "O’Neil"


@pytest.mark.skipif(os.name != "posix", reason="Limits of a process are those of POSIX.")
def test_a_file_that_may_not_grow(base: Base) -> None:
    base.deliver(small())
    code = (
        "import resource, signal, sys; from pathlib import Path\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "from tests.contracts.rosters import large, small\n"
        "from tests.destinations.database.support import Base\n"
        "from psconnect.model.errors import LocalStorage\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))\n"
        "try: Base(Path(sys.argv[1])).deliver(large(3_000), small())\n"
        "except LocalStorage as error: print(error.code)\n"
    )
    command = [sys.executable, "-c", code, str(base.folder)]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() in ("PSC-DISK-FULL", "PSC-DATABASE-ERROR")
    assert faults(base.path)[1:] == []


def test_a_folder_that_is_not_there(base: Base) -> None:
    base.folder.rmdir()
    for act in (base.open().check, lambda: base.open().begin("run-1")):
        error = _refused(act)
        assert isinstance(error, FixSettings)
        assert error.code == "PSC-FOLDER-MISSING"
    assert base.open().standing() == ""
    assert not base.folder.exists()


def test_a_folder_that_vanishes_in_the_middle(base: Base) -> None:
    writer = base.open()
    writer.begin("run-1")
    shutil.rmtree(base.folder)
    [batch, *_] = plan({}, small())
    assert isinstance(_refused(lambda: writer.apply(batch)), LocalStorage)
    assert all(answer == NotDone() for answer in writer.read_back(batch))
    assert not base.folder.exists()


def test_a_file_that_vanished_is_no_longer_what_was_delivered_to(base: Base) -> None:
    base.deliver(small())
    standing = base.open().standing()
    assert standing
    base.path.unlink()
    assert base.open().standing() == ""
    assert base.open().begin("run-2") != standing


def test_a_backup_that_was_put_back_is_not_what_was_delivered_last(base: Base) -> None:
    base.deliver(small())
    backup = base.path.read_bytes()
    assert base.open().standing() == base.open().standing()
    base.deliver(changed(), small())
    last = base.open().standing()
    assert last.endswith(" run-2")
    base.path.write_bytes(backup)
    assert base.open().standing() != last


def test_two_connections_in_one_set_of_tables_know_of_their_own_deliveries(base: Base) -> None:
    base.deliver(small())
    last = base.open().standing()
    other = base.open(name="Another")
    other.begin("run-9")
    assert other.standing().endswith(" run-9")
    assert base.open().standing() == last


def test_a_file_that_is_replaced_in_the_middle_gets_nothing(base: Base, tmp_path: Path) -> None:
    other = Base(tmp_path)
    other.deliver({})
    writer = base.open()
    writer.begin("run-1")
    shutil.copy(other.path, base.path)
    [batch, *_] = plan({}, small())
    error = _refused(lambda: writer.apply(batch))
    assert isinstance(error, TryLater)
    assert error.code == "PSC-DATABASE-REPLACED"
    assert base.sql("SELECT count(*) FROM school") == [(0,)]
    base.path.write_bytes(b"")
    assert _refused(lambda: writer.apply(batch)).code == "PSC-DATABASE-REPLACED"
    assert base.path.read_bytes() == b""


@pytest.mark.parametrize("content", [b"PK\x03\x04" + b"x" * 5_000, b"id,name\n" * 1_000])
def test_a_file_of_another_kind_is_left_alone(base: Base, content: bytes) -> None:
    base.path.write_bytes(content)
    for act in (base.open().check, lambda: base.open().begin("run-1"), base.open().standing):
        error = _refused(act)
        assert isinstance(error, FixSettings)
        assert error.code == "PSC-DATABASE-OTHER-FILE"
    assert base.path.read_bytes() == content


def test_a_damaged_file_is_told(base: Base) -> None:
    base.deliver(large(300))
    content = bytearray(base.path.read_bytes())
    content[8_192:] = b"\xff" * (len(content) - 8_192)
    base.path.write_bytes(content)
    error = _refused(lambda: base.deliver(small(), changed()))
    assert error.code == "PSC-DATABASE-DAMAGED"


def test_a_folder_in_the_file_s_place(base: Base) -> None:
    base.path.mkdir()
    for act in (base.open().check, lambda: base.open().begin("run-1")):
        assert _refused(act).code == "PSC-DISK-FOLDER"


def test_psconnect_s_own_roster_data_are_left_alone(base: Base) -> None:
    open_rosters(base.path).close()
    before = base.path.read_bytes()
    for act in (base.open().check, lambda: base.open().begin("run-1")):
        assert _refused(act).code == "PSC-DATABASE-OWN-FILE"
    assert base.path.read_bytes() == before


@pytest.mark.parametrize("file", ["roster.sqlite", "./roster.sqlite", "roster/"])
def test_a_path_that_does_not_say_where_it_begins(base: Base, file: str) -> None:
    with pytest.raises(FixSettings) as caught:
        base.open(file=file)
    assert caught.value.code == "PSC-FILE-RELATIVE"


def test_a_file_that_another_home_writes_is_told_and_taken_over(base: Base, tmp_path: Path) -> None:
    base.deliver(small())
    other = Base(base.folder, home="another home")
    assert base.open().owned_by() is None
    assert "2026-11-18" in repr(other.open().owned_by())
    other.deliver(small())
    assert other.open().owned_by() is None
    assert base.open().owned_by() is not None
    assert faults(base.path) == []
