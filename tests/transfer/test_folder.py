"""Files that arrive in a folder: whole or not at all, the ones before kept once, nothing left by a killed run."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.errors import Cancelled, FixSettings, LocalStorage
from psconnect.store.files import sync_folder
from psconnect.transfer.folder import PATIENCE, FolderPlace, file_digest
from psconnect.wording.errors import word
from tests.contracts.disks import Hold, Mount, hold, make_read_only, mount
from tests.support.demo import TestClock

__all__ = ["hold", "mount"]

MOMENT = datetime(2026, 11, 18, 17, 30, 15, 250_000, tzinfo=UTC)


class Killed(BaseException):
    """Stands for the end of the process at this point."""


def nothing(_step: str) -> None:
    """Follow no steps."""


def place(
    folder: Path, name: str = "roster.zip", keep: int = 3, on_step: Callable[[str], None] = nothing
) -> FolderPlace:
    return FolderPlace(folder, name, keep, on_step)


def prepared(at: FolderPlace, content: bytes) -> Path:
    with at.writing() as (file, temporary):
        file.write(content)
    return temporary


def publish(at: FolderPlace, content: bytes, minute: int = 0) -> None:
    """Publish, as if it had been at that minute after MOMENT."""
    at.publish(prepared(at, content), CancelToken())
    seconds = MOMENT.timestamp() + 60 * minute
    os.utime(at.path, (seconds, seconds))


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_what_is_being_written_is_hidden_and_beside_its_place(tmp_path: Path) -> None:
    at = place(tmp_path)
    with at.writing() as (file, temporary):
        file.write(b"half")
        assert temporary.parent == tmp_path
        assert temporary.name.startswith(".")
        assert temporary.suffix == ".tmp"
        assert not at.path.exists()


def test_what_was_written_is_whole_before_it_is_published(tmp_path: Path) -> None:
    temporary = prepared(place(tmp_path), b"x" * 100_000)

    assert temporary.read_bytes() == b"x" * 100_000


def test_a_failure_while_writing_leaves_nothing(tmp_path: Path) -> None:
    def die_half_way() -> None:
        with place(tmp_path).writing() as (file, _temporary):
            file.write(b"half")
            raise Killed

    with pytest.raises(Killed):
        die_half_way()

    assert names(tmp_path) == []


def test_a_refusal_of_the_system_while_writing_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(LocalStorage) as caught, place(tmp_path).writing():
        raise PermissionError(13, "Permission denied")

    assert caught.value.code == "PSC-DISK-DENIED"
    assert names(tmp_path) == []


def test_publishing_replaces_the_file_and_keeps_the_one_before(tmp_path: Path) -> None:
    at = place(tmp_path)
    publish(at, b"one")
    publish(at, b"two")

    assert at.path.read_bytes() == b"two"
    assert names(tmp_path) == ["previous/roster 20261118T173015-250000Z.zip", "roster.zip"]
    assert (tmp_path / "previous" / "roster 20261118T173015-250000Z.zip").read_bytes() == b"one"


def test_the_first_file_keeps_nothing(tmp_path: Path) -> None:
    publish(place(tmp_path), b"one")

    assert names(tmp_path) == ["roster.zip"]


def test_the_steps_are_told_in_order_and_mean_what_they_say(tmp_path: Path) -> None:
    publish(place(tmp_path), b"one")
    seen: list[tuple[str, bytes, int]] = []

    def on_step(step: str) -> None:
        seen.append((step, (tmp_path / "roster.zip").read_bytes(), len(list(tmp_path.glob("previous/*.zip")))))

    publish(place(tmp_path, on_step=on_step), b"two")

    assert seen == [("claimed", b"one", 0), ("previous-kept", b"one", 1), ("renamed", b"two", 1)]


def test_a_delivery_repeated_after_a_crash_keeps_the_one_before_once(tmp_path: Path) -> None:
    publish(place(tmp_path), b"one")

    def die(step: str) -> None:
        if step == "previous-kept":
            raise Killed

    for _attempt in range(3):
        at = place(tmp_path, on_step=die)
        with pytest.raises(Killed):
            at.publish(prepared(at, b"two"), CancelToken())
        assert at.path.read_bytes() == b"one"
    publish(place(tmp_path), b"two")

    assert names(tmp_path) == ["previous/roster 20261118T173015-250000Z.zip", "roster.zip"]


def test_the_oldest_are_forgotten(tmp_path: Path) -> None:
    for minute in range(6):
        publish(place(tmp_path, keep=2), str(minute).encode(), minute)

    kept = [path.read_bytes() for path in sorted(tmp_path.glob("previous/*.zip"))]
    assert kept == [b"3", b"4"]


def test_keeping_fewer_forgets_more(tmp_path: Path) -> None:
    for minute in range(4):
        publish(place(tmp_path, keep=3), str(minute).encode(), minute)

    publish(place(tmp_path, keep=1), b"4", 4)

    assert [path.read_bytes() for path in tmp_path.glob("previous/*.zip")] == [b"3"]


def test_keeping_none_forgets_all(tmp_path: Path) -> None:
    for minute in range(3):
        publish(place(tmp_path, keep=3), str(minute).encode(), minute)

    publish(place(tmp_path, keep=0), b"3", 3)

    assert names(tmp_path) == ["roster.zip"]


def test_another_connection_in_the_same_folder_keeps_its_own(tmp_path: Path) -> None:
    for minute in range(3):
        publish(place(tmp_path, "Lincoln roster.zip", keep=3), f"roster {minute}".encode(), minute)

    for minute in range(4):
        publish(place(tmp_path, "Lincoln.zip", keep=1), f"short {minute}".encode(), minute)

    kept = sorted(path.read_bytes() for path in tmp_path.glob("previous/*.zip"))
    assert kept == [b"roster 0", b"roster 1", b"short 2"]


def test_earlier_files_are_copied_where_they_can_not_be_linked(tmp_path: Path, mount: Mount) -> None:
    mount(tmp_path / "previous", 1024 * 1024)

    for minute in range(4):
        publish(place(tmp_path, keep=2), str(minute).encode(), minute)

    assert [path.read_bytes() for path in sorted(tmp_path.glob("previous/*"))] == [b"1", b"2"]


def test_without_room_for_the_one_before_nothing_is_published(tmp_path: Path, mount: Mount) -> None:
    mount(tmp_path / "previous", 64 * 1024)
    publish(place(tmp_path), os.urandom(128 * 1024))
    before = (tmp_path / "roster.zip").read_bytes()
    at = place(tmp_path)
    temporary = prepared(at, b"new")

    with pytest.raises(LocalStorage) as caught:
        at.publish(temporary, CancelToken())
    temporary.unlink()

    assert caught.value.code == "PSC-DISK-FULL"
    assert names(tmp_path) == ["roster.zip"]
    assert at.path.read_bytes() == before


def test_where_previous_can_not_be_written_nothing_is_published(tmp_path: Path, mount: Mount) -> None:
    mount(tmp_path / "previous", 64 * 1024)
    publish(place(tmp_path), b"one")
    make_read_only(tmp_path / "previous", wanted=True)
    at = place(tmp_path)

    with pytest.raises(LocalStorage) as caught:
        at.publish(prepared(at, b"two"), CancelToken())

    assert caught.value.code == "PSC-DISK-DENIED"
    assert at.path.read_bytes() == b"one"


def test_files_of_others_in_previous_are_left_alone(tmp_path: Path) -> None:
    publish(place(tmp_path, keep=1), b"one", 1)
    publish(place(tmp_path, keep=1), b"two", 2)
    (tmp_path / "previous" / "notes.txt").write_bytes(b"mine")
    (tmp_path / "previous" / "roster 2025.zip").write_bytes(b"saved by hand")

    publish(place(tmp_path, keep=1), b"three", 3)

    contents = {path.read_bytes() for path in tmp_path.glob("previous/*")}
    assert {b"mine", b"saved by hand"} <= contents


def test_what_a_killed_writing_left_is_cleaned_up_by_the_next(tmp_path: Path) -> None:
    left = prepared(place(tmp_path), b"left")
    others = [tmp_path / ".other.zip.abc.tmp", tmp_path / ".roster.zip", tmp_path / "roster.tmp"]
    for path in others:
        path.write_bytes(b"not ours")

    prepared(place(tmp_path), b"new").unlink()

    assert not left.exists()
    assert all(path.read_bytes() == b"not ours" for path in others)


@pytest.mark.parametrize("name", ["roster [1].zip", "Über (2).zip", "a [b] {c}.zip"])
def test_a_name_with_signs_of_a_pattern_is_only_a_name(tmp_path: Path, name: str) -> None:
    other = tmp_path / ".roster 1.zip.abc.tmp"
    other.write_bytes(b"not ours")
    prepared(place(tmp_path, name), b"left")

    for minute in range(3):
        publish(place(tmp_path, name, keep=1), str(minute).encode(), minute)

    assert other.read_bytes() == b"not ours"
    assert sorted(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()) == [b"1", b"2", b"not ours"]


def test_checking_writes_nothing(tmp_path: Path) -> None:
    publish(place(tmp_path), b"one")
    before = {name: (tmp_path / name).read_bytes() for name in names(tmp_path)}

    place(tmp_path).check()

    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == before


def test_checking_refuses_what_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for folder in (tmp_path / "missing", tmp_path / "file"):
        with pytest.raises(FixSettings) as caught:
            place(folder).check()
        assert caught.value.code == "PSC-FOLDER-MISSING"
        assert caught.value.where == str(folder)


def test_a_digest_names_exactly_this_content(tmp_path: Path) -> None:
    at = place(tmp_path)
    assert at.digest() == ""

    content = os.urandom(3 * 1024 * 1024 + 1)
    publish(at, content)

    assert at.digest() == file_digest(at.path) == hashlib.sha256(content).hexdigest()
    at.path.write_bytes(content[:-1])
    assert at.digest() == hashlib.sha256(content[:-1]).hexdigest()


def test_a_link_in_the_place_is_replaced_and_what_it_points_to_stays(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.zip"
    elsewhere.write_bytes(b"precious")
    folder = tmp_path / "folder"
    folder.mkdir()
    try:
        (folder / "roster.zip").symlink_to(elsewhere)
    except OSError:
        pytest.skip("Links need a permission here.")

    at = place(folder)
    at.publish(prepared(at, b"new"), CancelToken())

    assert elsewhere.read_bytes() == b"precious"
    assert not at.path.is_symlink()
    assert at.path.read_bytes() == b"new"


@pytest.mark.skipif(os.name != "posix", reason="Permissions are those of POSIX.")
def test_others_of_the_group_may_read_it_strangers_not(tmp_path: Path) -> None:
    at = place(tmp_path)
    old = os.umask(0)
    try:
        publish(at, b"one")
        publish(at, b"two")
    finally:
        os.umask(old)

    assert stat.S_IMODE(at.path.stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "previous").stat().st_mode) == 0o700


class _ClockThatActs(TestClock):
    """Waits without waiting; at one of the waits something happens."""

    __test__ = False

    def __init__(self, at: int, act: Callable[[], None]) -> None:
        super().__init__()
        self._at, self._act = at, act

    def wait(self, seconds: float, cancel: CancelToken) -> None:
        super().wait(seconds, cancel)
        if len(self.waited) == self._at:
            self._act()


def test_P04_a_file_that_a_reader_holds_is_replaced_once_it_lets_go(tmp_path: Path, hold: Hold) -> None:
    publish(place(tmp_path), b"one")
    clock = _ClockThatActs(3, hold(tmp_path / "roster.zip"))
    at = FolderPlace(tmp_path, "roster.zip", 3, nothing, clock)

    assert at.publish(prepared(at, b"two"), CancelToken()) == 0

    assert at.path.read_bytes() == b"two"
    assert [path.read_bytes() for path in tmp_path.glob("previous/*")] == [b"one"]
    assert len(clock.waited) == 3


def test_P04_a_file_that_stays_held_is_left_and_that_is_said(tmp_path: Path, hold: Hold) -> None:
    publish(place(tmp_path), b"one")
    hold(tmp_path / "roster.zip")
    clock = TestClock()
    at = FolderPlace(tmp_path, "roster.zip", 3, nothing, clock)

    with pytest.raises(LocalStorage) as caught:
        at.publish(prepared(at, b"two"), CancelToken())

    assert caught.value.code == "PSC-FOLDER-IN-USE"
    assert "another program has it open" in word(caught.value).happened
    assert at.path.read_bytes() == b"one"
    assert PATIENCE <= sum(clock.waited) <= PATIENCE + 1


def test_a_cancel_while_the_file_is_held_is_heard(tmp_path: Path, hold: Hold) -> None:
    publish(place(tmp_path), b"one")
    hold(tmp_path / "roster.zip")
    cancel = CancelToken()
    clock = _ClockThatActs(2, cancel.cancel)
    at = FolderPlace(tmp_path, "roster.zip", 3, nothing, clock)

    with pytest.raises(Cancelled):
        at.publish(prepared(at, b"two"), cancel)

    assert at.path.read_bytes() == b"one"
    assert len(clock.waited) == 2


def test_what_can_not_be_forgotten_yet_does_not_undo_a_delivery(tmp_path: Path, mount: Mount) -> None:
    mount(tmp_path / "previous", 64 * 1024)
    for minute in range(3):
        publish(place(tmp_path), str(minute).encode(), minute)
    make_read_only(tmp_path / "previous", wanted=True)
    at = place(tmp_path, keep=0)

    assert at.publish(prepared(at, b"3"), CancelToken()) == 2

    assert at.path.read_bytes() == b"3"
    make_read_only(tmp_path / "previous", wanted=False)
    assert at.publish(prepared(at, b"4"), CancelToken()) == 0
    assert names(tmp_path) == ["roster.zip"]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="Needs a file system whose folders can't be written out.")
def test_a_folder_that_can_not_be_written_out_is_no_failure() -> None:
    sync_folder(Path("/proc"))

    with pytest.raises(OSError):  # noqa: PT011 - any other refusal is one
        sync_folder(Path("/proc/self/nothing"))
