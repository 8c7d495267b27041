"""What every shelf keeps (psconnect/transfer/shelf.py); a test module gives the shelf and the folder behind it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.errors import Cancelled, FixSettings, PsconnectError
from psconnect.transfer.shelf import FOLDER, Shelf
from psconnect.wording.checks import word_finding

NAMES = ("users.csv", ".users.csv.a1b2.tmp", "Schüler 2.csv", "a [b] {c}.csv", "o'neil & co.csv", "-rf.csv")


class ShelfContract:
    """Tests of a shelf: fixture ``shelf``, and ``behind``, the folder of this computer that it shows."""

    @pytest.fixture
    def source(self, tmp_path: Path) -> Path:
        """A file to put there: more than one block, of bytes that don't repeat."""
        path = tmp_path / "source"
        path.write_bytes(os.urandom(2 * 1024 * 1024 + 7))
        return path

    def test_a_check_changes_nothing(self, shelf: Shelf, behind: Path) -> None:
        (behind / "users.csv").write_bytes(b"one")

        found = shelf.check()

        assert found.state == "ok"
        assert word_finding(found).text.endswith(".")
        assert [path.name for path in behind.iterdir()] == ["users.csv"]

    @pytest.mark.parametrize("name", NAMES)
    def test_a_file_comes_out_as_it_went_in(self, shelf: Shelf, behind: Path, source: Path, name: str) -> None:
        shelf.put(name, source, CancelToken())

        assert (behind / name).read_bytes() == source.read_bytes()
        assert shelf.names() == {name: source.stat().st_size}
        assert shelf.digest(name) in ("", hashlib.sha256(source.read_bytes()).hexdigest())
        assert shelf.read(name, 10) == source.read_bytes()[:10]

    def test_an_empty_file_is_a_file(self, shelf: Shelf, behind: Path, source: Path) -> None:
        source.write_bytes(b"")
        shelf.put("users.csv", source, CancelToken())

        assert shelf.names() == {"users.csv": 0}
        assert shelf.read("users.csv", 10) == b""
        assert (behind / "users.csv").read_bytes() == b""

    @pytest.mark.parametrize("begun", ["half", "all", "other", "longer"])
    def test_what_an_earlier_try_left_ends_whole(self, shelf: Shelf, behind: Path, source: Path, begun: str) -> None:
        whole = source.read_bytes()
        left = {"half": whole[:1_500_000], "all": whole, "other": b"x" * 1_500_000, "longer": whole + b"more"}[begun]
        (behind / ".t.tmp").write_bytes(left)

        shelf.put(".t.tmp", source, CancelToken())

        assert (behind / ".t.tmp").read_bytes() == whole

    def test_a_cancel_is_heard(self, shelf: Shelf, behind: Path, source: Path) -> None:
        cancel = CancelToken()
        cancel.cancel()

        with pytest.raises(Cancelled):
            shelf.put(".t.tmp", source, cancel)

        assert [path.name for path in behind.iterdir()] in ([], [".t.tmp"])

    def test_a_rename_replaces(self, shelf: Shelf, behind: Path) -> None:
        (behind / ".t.tmp").write_bytes(b"two")
        (behind / "users.csv").write_bytes(b"one")

        shelf.rename(".t.tmp", "users.csv")

        assert shelf.names() == {"users.csv": 3}
        assert (behind / "users.csv").read_bytes() == b"two"

    def test_a_rename_of_what_is_not_there_is_refused_and_replaces_nothing(self, shelf: Shelf, behind: Path) -> None:
        (behind / "users.csv").write_bytes(b"one")

        with pytest.raises(PsconnectError):
            shelf.rename(".t.tmp", "users.csv")

        assert (behind / "users.csv").read_bytes() == b"one"

    def test_deletes_a_file_that_may_be_gone(self, shelf: Shelf, behind: Path) -> None:
        (behind / "users.csv").write_bytes(b"one")

        shelf.delete("users.csv")
        shelf.delete("users.csv")

        assert list(behind.iterdir()) == []

    def test_what_is_not_there_has_no_content(self, shelf: Shelf) -> None:
        assert shelf.read("users.csv", 10) is None
        assert shelf.digest("users.csv") == ""
        assert shelf.names() == {}

    def test_a_folder_is_no_file_but_has_a_name(self, shelf: Shelf, behind: Path) -> None:
        (behind / "users.csv").mkdir()

        assert shelf.names() == {"users.csv": FOLDER}

    def test_a_folder_that_is_gone_is_told(self, shelf: Shelf, behind: Path) -> None:
        behind.rmdir()

        for act in (shelf.check, shelf.names):
            with pytest.raises(FixSettings):
                act()

    def test_works_again_after_it_was_closed(self, shelf: Shelf, behind: Path) -> None:
        (behind / "users.csv").write_bytes(b"one")
        shelf.names()
        shelf.close()
        shelf.close()

        assert shelf.names() == {"users.csv": 3}
