"""Sets of files on a shelf: the one before or the one after, whatever happens in between and whoever else is there."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from psconnect.model.clock import CancelToken, Clock
from psconnect.model.errors import DestinationRefused, FixSettings, LocalStorage, TryLater
from psconnect.transfer.fileset import FileSet
from psconnect.transfer.notes import Notes
from psconnect.transfer.place import DELTA, Delivered, PlaceContext
from psconnect.transfer.places import published_on
from psconnect.transfer.placing import HALF
from psconnect.transfer.publishing import Publication
from psconnect.transfer.shelf import FolderShelf
from psconnect.wording.errors import word
from psconnect.wording.filled import phrase_text
from tests.contracts.destination_kit import CONNECTION
from tests.contracts.disks import Hold, hold
from tests.support.demo import TestClock

__all__ = ["hold"]

OLD = {"orgs.csv": b"o1", "users.csv": b"u1", "old.csv": b"x", "manifest.csv": b"m1"}
NEW = {"orgs.csv": b"o2", "users.csv": b"u2", "new.csv": b"n", "manifest.csv": b"m2"}
Files = Mapping[str, bytes]


class Killed(BaseException):
    """Stands for the end of the process at this point."""


@dataclass
class Drop:
    """A folder that sets are put into, by one connection of one home."""

    folder: Path
    connection: str = CONNECTION
    home: str = "a1" * 16
    packing: str = "loose"
    consumed: bool = False
    numbered: bool = False
    clock: Clock = field(default_factory=TestClock)
    on_step: Callable[[str], None] = field(default=lambda _step: None)

    def _step(self, step: str) -> None:
        self.on_step(step)

    @property
    def own(self) -> Path:
        """Where this home keeps its connections' files."""
        return self.folder.with_name(f"home-{self.home[:2]}")

    @property
    def place(self) -> Publication:
        """The place, as a new process has it."""
        context = PlaceContext(
            self.connection,
            {"consumed": self.consumed},
            self._step,
            self.clock,
            self.home,
            self.own / self.connection.casefold(),
            self.packing,
            self.numbered,
        )
        return published_on(FolderShelf(self.folder, clock=self.clock), context)

    def deliver(self, files: Files, mode: str = "bulk", *, take_over: bool = False) -> Delivered:
        """These files, delivered."""
        prepared = self.place.prepare(lambda to: _write(to, files), CancelToken(), mode)
        try:
            return prepared.publish(take_over=take_over)
        except Exception:
            prepared.discard()
            raise

    def cut(self, files: Files, step: str, mode: str = "bulk") -> None:
        """The same, killed at a step."""
        self.on_step = self._kill_at(step)
        with pytest.raises(Killed):
            self.deliver(files, mode)
        self.on_step = lambda _step: None

    def _kill_at(self, deadly: str) -> Callable[[str], None]:
        def kill(step: str) -> None:
            if step == deadly:
                raise Killed

        return kill

    def steps(self, files: Files) -> list[str]:
        """The steps of delivering them."""
        taken: list[str] = []
        self.on_step = taken.append
        self.deliver(files)
        self.on_step = lambda _step: None
        return taken

    def stands(self) -> dict[str, bytes]:
        """All files in the folder, hidden ones too."""
        return {path.name: path.read_bytes() for path in self.folder.iterdir() if path.is_file()}

    def note(self) -> Notes:
        """What this connection has noted."""
        return self.place.at.notes


def _write(to: FileSet, files: Files) -> dict[str, int]:
    for name, content in files.items():
        with to.file(name) as file:
            file.write(content)
    return dict.fromkeys(files, 1)


@pytest.fixture
def drop(tmp_path: Path) -> Drop:
    """An empty folder, and a connection that puts loose files into it."""
    folder = tmp_path / "drop"
    folder.mkdir()
    return Drop(folder)


def test_where_nobody_said_what_beside_the_folder_of_all_users_stays_open(
    drop: Drop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_all = tmp_path / "tmp"
    of_all.mkdir()
    of_all.chmod(0o1777)
    before = of_all.stat().st_mode
    monkeypatch.setattr(tempfile, "tempdir", str(of_all))
    context = PlaceContext(CONNECTION, {}, lambda _step: None, TestClock(), "a1" * 16, None, "loose")
    place = published_on(FolderShelf(drop.folder), context)
    place.prepare(lambda to: _write(to, NEW), CancelToken()).publish(take_over=False)
    assert set(NEW) == set(drop.stands())
    assert of_all.stat().st_mode == before


def test_nothing_but_the_set_is_left_in_the_folder(drop: Drop) -> None:
    drop.deliver(OLD)
    assert drop.stands() == OLD
    drop.deliver(NEW)
    assert drop.stands() == NEW
    assert list(drop.own.iterdir()) == [drop.note().path]


def test_the_receipt_is_of_names_and_digests_in_their_order(drop: Drop) -> None:
    receipt = drop.deliver(OLD).receipt
    lines = "".join(f"{name}\n{hashlib.sha256(content).hexdigest()}\n" for name, content in OLD.items())
    assert receipt == hashlib.sha256(lines.encode()).hexdigest() == drop.place.standing()


STEPS = ("set-ready", "set-noted", "in-place-1", "in-place-2", "in-place-3", "earlier-gone", "all-in-place")
RECORDED = "set-recorded"


def test_publishes_in_these_steps(drop: Drop) -> None:
    assert drop.steps(OLD) == [*STEPS, RECORDED]


@pytest.mark.parametrize("step", [*STEPS, RECORDED])
@pytest.mark.parametrize("again", ["", *STEPS[2:]])
def test_P01_cut_at_any_step_and_once_more_the_next_start_finishes(drop: Drop, step: str, again: str) -> None:
    before = drop.deliver(OLD).receipt
    drop.cut(NEW, step)
    after = drop.place.standing()
    assert (after == before) is (step == "set-ready")

    if again and step not in ("set-ready", RECORDED):
        drop.on_step = drop._kill_at(again)
        with pytest.raises(Killed):
            drop.place.sweep()
        drop.on_step = lambda _step: None
        assert drop.place.standing() == after
    drop.place.sweep()

    assert drop.stands() == (OLD if step == "set-ready" else NEW)
    assert drop.place.standing() == after
    assert drop.deliver(NEW).receipt == drop.place.standing()
    assert drop.stands() == NEW


def test_the_last_file_comes_after_all_others_and_after_what_goes(drop: Drop) -> None:
    drop.deliver(OLD)
    seen: list[dict[str, bytes]] = []
    drop.on_step = lambda _step: seen.append(drop.stands())

    drop.deliver(NEW)

    for there in seen:
        if there["manifest.csv"] == NEW["manifest.csv"]:
            assert there == NEW


def test_a_set_whose_waiting_files_somebody_deleted_is_delivered_again(drop: Drop) -> None:
    drop.deliver(OLD)
    drop.cut(NEW, "in-place-1")
    for path in drop.folder.glob(".*"):
        path.unlink()

    drop.place.sweep()

    assert drop.place.standing() == ""
    assert drop.place.owned_by() is None, "what stands there is of these two sets"
    drop.deliver(NEW)
    assert drop.stands() == NEW


def test_a_set_whose_waiting_file_was_changed_is_not_put_in_place(drop: Drop) -> None:
    drop.deliver(OLD)
    drop.cut(NEW, "set-noted")
    waiting = next(path for path in drop.folder.glob(".users.csv.*"))
    waiting.write_bytes(b"changed")

    drop.place.sweep()

    assert drop.stands() == OLD
    assert drop.place.standing() == ""


# --- others ----------------------------------------------------------------------------------------------------------


def test_a_file_of_an_earlier_set_that_others_have_changed_stays_and_that_is_told(drop: Drop) -> None:
    drop.deliver(OLD)
    (drop.folder / "old.csv").write_bytes(b"mine now")

    with pytest.raises(DestinationRefused):
        drop.deliver(NEW)
    assert "old.csv" in repr(drop.place.owned_by())
    delivered = drop.deliver(NEW, take_over=True)

    assert drop.stands() == {**NEW, "old.csv": b"mine now"}
    assert "old.csv" in phrase_text(delivered.said)


def test_files_of_others_stay_as_they_are(drop: Drop) -> None:
    drop.deliver(OLD)
    (drop.folder / "notes.txt").write_bytes(b"theirs")
    (drop.folder / ".hidden").write_bytes(b"theirs")

    assert drop.place.owned_by() is None
    drop.deliver(NEW)

    assert drop.stands() == {**NEW, "notes.txt": b"theirs", ".hidden": b"theirs"}


@pytest.mark.parametrize("name", ["users.csv", "USERS.csv", "something.csv"])
def test_what_is_there_before_the_first_set_waits_for_an_approval(drop: Drop, name: str) -> None:
    (drop.folder / name).write_bytes(b"theirs")

    assert name in repr(drop.place.owned_by())
    with pytest.raises(DestinationRefused) as refused:
        drop.deliver(OLD)
    assert refused.value.code == "PSC-FOLDER-OWNED"
    assert drop.stands() == {name: b"theirs"}
    drop.deliver(OLD, take_over=True)

    assert drop.stands() == (OLD if name.casefold() in OLD else {**OLD, name: b"theirs"})
    assert drop.place.owned_by() is None


def test_a_new_file_of_the_set_whose_name_others_have_waits_for_an_approval(drop: Drop) -> None:
    drop.deliver(OLD)
    (drop.folder / "New.csv").write_bytes(b"theirs")
    assert drop.place.owned_by() is None

    with pytest.raises(DestinationRefused):
        drop.deliver(NEW)

    assert "New.csv" in repr(drop.place.owned_by()), "the next plan has to ask"
    drop.deliver(NEW, take_over=True)
    assert drop.stands() == NEW
    assert drop.place.owned_by() is None


def test_two_homes_hear_of_each_other(drop: Drop) -> None:
    other = Drop(drop.folder, home="b2" * 16)
    drop.deliver(OLD)
    assert "orgs.csv" in repr(other.place.owned_by())
    with pytest.raises(DestinationRefused):
        other.deliver(NEW)
    other.deliver(NEW, take_over=True)

    assert drop.place.standing() != ""
    assert "orgs.csv" in repr(drop.place.owned_by())
    with pytest.raises(DestinationRefused):
        drop.deliver(OLD)
    assert drop.stands() == {**NEW, "old.csv": b"x"}


def test_two_connections_of_one_home_can_not_share_a_folder(drop: Drop) -> None:
    second = Drop(drop.folder, connection="Second")
    drop.deliver(OLD)

    for act in (second.place.check, lambda: second.deliver(NEW), lambda: second.deliver(NEW, take_over=True)):
        with pytest.raises(FixSettings) as refused:
            act()
        assert refused.value.code == "PSC-PLACE-SHARED"
        assert CONNECTION in word(refused.value).happened
    assert drop.stands() == OLD
    assert drop.place.owned_by() is None
    drop.deliver(NEW)


def test_a_connection_that_delivers_elsewhere_now_leaves_the_folder_to_others(drop: Drop, tmp_path: Path) -> None:
    drop.deliver(OLD)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    Drop(elsewhere).deliver(OLD)
    second = Drop(drop.folder, connection="Second")

    assert "orgs.csv" in repr(second.place.owned_by())
    second.deliver(NEW, take_over=True)
    assert second.place.standing()


def test_what_another_connection_is_putting_there_is_not_swept(drop: Drop) -> None:
    second = Drop(drop.folder, connection="Second", packing="zip", consumed=True)
    waiting = second.place.prepare(lambda to: _write(to, NEW), CancelToken())

    drop.deliver(OLD)

    waiting.publish()
    assert set(drop.stands()) == {*OLD, "Second.zip"}


# --- what goes wrong -------------------------------------------------------------------------------------------------


def test_P04_the_first_file_that_is_held_leaves_the_set_before(drop: Drop, hold: Hold) -> None:
    receipt = drop.deliver(OLD).receipt
    let_go = hold(drop.folder / "orgs.csv")

    with pytest.raises(LocalStorage) as caught:
        drop.deliver(NEW)

    assert caught.value.code == "PSC-FOLDER-IN-USE"
    assert drop.stands() == OLD
    assert drop.place.standing() == receipt
    let_go()
    drop.deliver(NEW)
    assert drop.stands() == NEW


def test_P04_a_later_file_that_is_held_is_told_and_the_next_start_finishes(drop: Drop, hold: Hold) -> None:
    drop.deliver(OLD)
    let_go = hold(drop.folder / "users.csv")

    with pytest.raises(LocalStorage) as caught:
        drop.deliver(NEW)

    assert caught.value.code == HALF
    assert str(drop.folder) in word(caught.value).happened
    assert "another program has it open" in word(caught.value).happened
    assert "rest" in word(caught.value).to_do
    assert drop.stands()["orgs.csv"] == b"o2"
    let_go()
    drop.place.sweep()
    assert drop.stands() == NEW


def test_a_file_that_does_not_arrive_as_it_was_sent_is_not_put_in_place(
    drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop.deliver(OLD)

    def put(shelf: FolderShelf, name: str, _source: Path, _cancel: CancelToken) -> None:
        (shelf.folder / name).write_bytes(b"something else")

    monkeypatch.setattr(FolderShelf, "put", put)
    with pytest.raises(TryLater) as caught:
        drop.deliver(NEW)

    assert caught.value.code == "PSC-SHELF-DIFFERS"
    assert drop.stands() == OLD


def test_where_nothing_can_be_read_back_sizes_count(drop: Drop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FolderShelf, "digest", lambda _shelf, _name: "")
    receipt = drop.deliver(OLD).receipt
    assert drop.place.standing() == receipt
    (drop.folder / "users.csv").write_bytes(b"longer")
    assert drop.place.standing() not in ("", receipt)
    assert "users.csv" in repr(drop.place.owned_by())


def test_notes_that_are_damaged_are_told(drop: Drop) -> None:
    drop.deliver(OLD)
    drop.note().path.write_bytes(b"{")

    for act in (drop.place.standing, drop.place.owned_by, lambda: drop.deliver(NEW)):
        with pytest.raises(LocalStorage) as caught:
            act()
        assert caught.value.code == "PSC-PLACE-NOTES"
    assert drop.stands() == OLD


def test_names_that_can_not_stand_side_by_side_are_no_set(drop: Drop) -> None:
    for names in (("a.csv", "A.csv"), ("x/a.csv",), ("..",), (".a.csv",)):
        with pytest.raises(ValueError, match=r"."):
            drop.place.prepare(lambda to, names=names: _write(to, dict.fromkeys(names, b"")), CancelToken())  # type: ignore[misc]
    assert drop.stands() == {}
    assert [path for path in drop.own.iterdir() if "staged" in path.name] == []


def test_a_set_without_files_is_a_set(drop: Drop) -> None:
    drop.deliver(OLD)
    receipt = drop.deliver({}).receipt
    assert drop.stands() == {}
    assert drop.place.standing() == receipt


def test_what_leaves_takes_waiting_files_along(drop: Drop) -> None:
    drop.deliver(OLD)
    drop.place.prepare(lambda to: _write(to, NEW), CancelToken())
    assert drop.place.leave() == []
    assert drop.stands() == OLD


# --- the receiver takes the files away -------------------------------------------------------------------------------


@pytest.mark.parametrize("packing", ["loose", "zip"])
def test_an_empty_folder_is_no_lost_delivery_where_files_are_taken_away(drop: Drop, packing: str) -> None:
    drop.packing, drop.consumed = packing, True
    receipt = drop.deliver(OLD).receipt
    for path in drop.folder.iterdir():
        path.unlink()

    assert drop.place.standing() == receipt
    assert drop.place.owned_by() is None
    drop.consumed = False
    assert drop.place.standing() == "", "without the setting it is one"


def test_a_receiver_that_takes_each_file_at_once_gets_all(drop: Drop) -> None:
    drop.consumed = True
    taken: dict[str, bytes] = {}

    def take(_step: str) -> None:
        for path in drop.folder.glob("[!.]*"):
            taken[path.name] = path.read_bytes()
            path.unlink()

    drop.deliver(OLD)
    take("")
    taken.clear()
    drop.on_step = take
    receipt = drop.deliver(NEW).receipt

    assert taken == NEW
    assert drop.place.standing() == receipt


def test_a_cut_with_a_receiver_that_takes_files_away_delivers_again(drop: Drop) -> None:
    drop.consumed = True
    drop.deliver(OLD)
    drop.cut(NEW, "all-in-place")
    for path in drop.folder.iterdir():
        path.unlink()

    drop.place.sweep()

    assert drop.place.standing() == "", "it may have been taken or not: rather twice than never"
    drop.deliver(NEW)
    assert drop.stands() == NEW


# --- numbered --------------------------------------------------------------------------------------------------------


@pytest.fixture
def numbered(drop: Drop) -> Drop:
    """The folder, with sets that have numbers."""
    drop.packing, drop.numbered = "zip", True
    return drop


def names(drop: Drop) -> list[str]:
    return sorted(drop.stands())


def test_numbered_sets_never_replace_each_other(numbered: Drop) -> None:
    receipts = [numbered.deliver(OLD).receipt, numbered.deliver(NEW, DELTA).receipt]
    assert numbered.place.standing() == receipts[1]
    assert names(numbered) == ["Lincoln roster-0001-bulk.zip", "Lincoln roster-0002-delta.zip"]
    contents = numbered.stands()
    numbered.deliver(OLD, DELTA)
    assert names(numbered)[2] == "Lincoln roster-0003-delta.zip"
    assert contents.items() <= numbered.stands().items()


@pytest.mark.parametrize("step", ["set-ready", "set-noted", "earlier-gone", "all-in-place", "set-recorded"])
def test_a_number_goes_on_after_a_cut_without_a_hole(numbered: Drop, step: str) -> None:
    numbered.deliver(OLD)
    numbered.cut(NEW, step, DELTA)
    numbered.place.sweep()
    if step == "set-ready":
        assert len(names(numbered)) == 1
    numbered.deliver(NEW, DELTA)
    numbers = [int(name.split("-")[1]) for name in names(numbered)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert not [name for name in names(numbered) if name.startswith(".")]


def test_numbers_go_on_where_they_are_taken_away(numbered: Drop) -> None:
    receipt = numbered.deliver(OLD).receipt
    next(numbered.folder.iterdir()).unlink()
    assert numbered.place.standing() == receipt
    numbered.deliver(NEW, DELTA)
    assert names(numbered) == ["Lincoln roster-0002-delta.zip"]


def test_a_delta_that_may_have_been_seen_keeps_its_number_and_counts_as_lost(numbered: Drop) -> None:
    numbered.deliver(OLD)
    numbered.cut(NEW, "all-in-place", DELTA)
    (numbered.folder / "Lincoln roster-0002-delta.zip").unlink()
    numbered.place.sweep()
    assert numbered.place.standing() == "", "what follows is a bulk"
    numbered.deliver(NEW)
    assert names(numbered) == ["Lincoln roster-0001-bulk.zip", "Lincoln roster-0003-bulk.zip"]


def test_a_newest_one_that_was_changed_is_lost(numbered: Drop) -> None:
    receipt = numbered.deliver(OLD).receipt
    next(numbered.folder.iterdir()).write_bytes(b"changed")
    assert numbered.place.standing() not in ("", receipt)


def test_numbers_of_another_home_wait_for_an_approval_and_are_gone_on_from(numbered: Drop) -> None:
    numbered.deliver(OLD)
    other = Drop(numbered.folder, home="b2" * 16, packing="zip", numbered=True)
    assert "0001" in repr(other.place.owned_by())
    with pytest.raises(DestinationRefused):
        other.deliver(NEW)
    other.deliver(NEW, take_over=True)
    assert names(numbered) == ["Lincoln roster-0001-bulk.zip", "Lincoln roster-0002-bulk.zip"]
    assert "0002" in repr(numbered.place.owned_by())


def test_numbers_go_on_after_time_elsewhere(numbered: Drop, tmp_path: Path) -> None:
    numbered.deliver(OLD)
    for path in numbered.folder.iterdir():
        path.unlink()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    Drop(elsewhere, packing="zip", numbered=True).deliver(OLD)
    numbered.deliver(NEW)
    assert names(numbered) == ["Lincoln roster-0002-bulk.zip"]
