"""A folder of this computer as a shelf."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.errors import LocalStorage
from psconnect.transfer.folder import PATIENCE
from psconnect.transfer.shelf import FolderShelf
from tests.contracts.disks import Hold, Mount, hold, make_read_only, mount
from tests.support.demo import TestClock
from tests.transfer.shelf_contract import ShelfContract

__all__ = ["hold", "mount"]


@pytest.fixture
def behind(tmp_path: Path) -> Path:
    """The folder."""
    folder = tmp_path / "drop"
    folder.mkdir()
    return folder


@pytest.fixture
def shelf(behind: Path) -> FolderShelf:
    """The folder as a shelf."""
    return FolderShelf(behind, clock=TestClock())


class TestFolderShelf(ShelfContract):
    """The contract."""


@pytest.mark.skipif(os.name != "posix", reason="Permissions are those of POSIX.")
def test_the_group_may_read_it_strangers_not(shelf: FolderShelf, behind: Path) -> None:
    source = behind.parent / "source"
    source.write_bytes(b"x")
    before = os.umask(0)
    try:
        shelf.put("users.csv", source, CancelToken())
    finally:
        os.umask(before)

    assert stat.S_IMODE((behind / "users.csv").stat().st_mode) == 0o640


def test_P04_a_file_that_is_held_is_tried_for_some_seconds(shelf: FolderShelf, behind: Path, hold: Hold) -> None:
    (behind / ".t.tmp").write_bytes(b"two")
    (behind / "users.csv").write_bytes(b"one")
    let_go = hold(behind / "users.csv")

    for act in (lambda: shelf.rename(".t.tmp", "users.csv"), lambda: shelf.delete("users.csv")):
        with pytest.raises(LocalStorage) as caught:
            act()
        assert caught.value.code == "PSC-FOLDER-IN-USE"
    assert isinstance(shelf.clock, TestClock)
    assert 2 * PATIENCE <= sum(shelf.clock.waited) <= 2 * PATIENCE + 1
    let_go()
    shelf.rename(".t.tmp", "users.csv")
    assert (behind / "users.csv").read_bytes() == b"two"


def test_P03_a_full_disk_is_told_and_what_stood_there_stands(shelf: FolderShelf, behind: Path, mount: Mount) -> None:
    mount(behind, 64 * 1024)
    (behind / "users.csv").write_bytes(b"one")
    source = behind.parent / "source"
    source.write_bytes(b"x" * 100_000)

    with pytest.raises(LocalStorage) as caught:
        shelf.put(".t.tmp", source, CancelToken())

    assert caught.value.code == "PSC-DISK-FULL"
    assert (behind / "users.csv").read_bytes() == b"one"


def test_P04_a_disk_that_became_read_only_is_told(shelf: FolderShelf, behind: Path, mount: Mount) -> None:
    mount(behind, 64 * 1024)
    (behind / ".t.tmp").write_bytes(b"two")
    make_read_only(behind, wanted=True)

    for act in (
        lambda: shelf.put("users.csv", behind / ".t.tmp", CancelToken()),
        lambda: shelf.rename(".t.tmp", "users.csv"),
        lambda: shelf.delete(".t.tmp"),
        shelf.check,
    ):
        with pytest.raises(LocalStorage) as caught:
            act()
        assert caught.value.code == "PSC-DISK-DENIED"
