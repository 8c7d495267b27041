"""A connection that changes from one ZIP to loose files in the same folder, or back: the roster is there once."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.errors import DestinationRefused
from psconnect.transfer.ownership import OWNER_FILE
from psconnect.transfer.place import PlaceContext, SnapshotPlace
from psconnect.transfer.places import PLACES
from tests.support.demo import TestClock
from tests.transfer.test_publishing import NEW, OLD, Files, Killed, _write

ZIP = "Lincoln.zip"


@dataclass
class Folder:
    """A folder that one connection delivers to, in this form or that."""

    folder: Path
    on_step: Callable[[str], None] = field(default=lambda _step: None)

    def place(self, packing: str, *, consumed: bool = False) -> SnapshotPlace:
        settings = {"folder": str(self.folder), "keep": 2, "consumed": consumed}
        beside = self.folder.with_name("home") / "lincoln"
        context = PlaceContext("Lincoln", settings, self._step, TestClock(), "a1" * 16, beside, packing)
        return PLACES["folder"].make(context)

    def _step(self, step: str) -> None:
        self.on_step(step)

    def deliver(self, packing: str, files: Files, *, consumed: bool = False) -> str:
        place = self.place(packing, consumed=consumed)
        place.sweep()
        return place.prepare(lambda to: _write(to, files), CancelToken()).publish().receipt

    def cut(self, packing: str, files: Files, deadly: str) -> None:
        def kill(step: str) -> None:
            if step == deadly:
                raise Killed

        self.on_step = kill
        with pytest.raises(Killed):
            self.deliver(packing, files)
        self.on_step = lambda _step: None

    @property
    def names(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()}


@pytest.fixture
def at(tmp_path: Path) -> Folder:
    """An empty folder."""
    folder = tmp_path / "drop"
    folder.mkdir()
    return Folder(folder)


def test_from_one_zip_to_loose_files(at: Folder) -> None:
    at.deliver("zip", OLD)
    at.deliver("zip", NEW)
    place = at.place("loose")
    assert place.replaces() == [ZIP]
    assert place.owned_by() is None, "the ZIP is this connection's own"
    assert at.names == {ZIP, OWNER_FILE, "previous"}, "so far only the setting is another one"

    receipt = at.deliver("loose", NEW)

    assert at.names == {*NEW, "previous"}, "earlier ZIPs are a person's backup"
    assert at.place("loose").standing() == receipt
    assert at.place("loose").replaces() == []


def test_from_loose_files_to_one_zip(at: Folder) -> None:
    at.deliver("loose", OLD)
    place = at.place("zip")
    place.sweep()
    assert place.replaces() == list(OLD)
    assert at.names == set(OLD), "so far only the setting is another one"

    receipt = at.deliver("zip", NEW)

    assert at.names == {ZIP, OWNER_FILE}
    assert at.place("zip").standing() == receipt
    with zipfile.ZipFile(at.folder / ZIP) as bundle:
        assert bundle.namelist() == list(NEW)


def test_there_and_back_again(at: Folder) -> None:
    for packing, files in (("zip", OLD), ("loose", NEW), ("zip", NEW), ("loose", OLD)):
        receipt = at.deliver(packing, files)
        assert at.place(packing).standing() == receipt
        assert at.names - {"previous"} == ({ZIP, OWNER_FILE} if packing == "zip" else set(files))


@pytest.mark.parametrize("step", ["claimed", "previous-kept", "renamed"])
def test_a_cut_on_the_way_to_one_zip_leaves_the_roster_once(at: Folder, step: str) -> None:
    before = at.deliver("loose", OLD)
    at.cut("zip", NEW, step)

    at.place("zip").sweep()

    published = step == "renamed"
    assert (ZIP in at.names) is published
    assert set(OLD) <= at.names or published
    assert not (published and set(OLD) & at.names)
    assert published or at.place("loose").standing() == before
    at.deliver("zip", NEW)
    assert at.names - {"previous"} == {ZIP, OWNER_FILE}


@pytest.mark.parametrize(
    "step", ["set-ready", "set-noted", "in-place-2", "earlier-gone", "all-in-place", "set-recorded"]
)
def test_a_cut_on_the_way_to_loose_files_leaves_the_roster_once(at: Folder, step: str) -> None:
    at.deliver("zip", OLD)
    at.cut("loose", NEW, step)

    at.place("loose").sweep()

    assert at.names == ({ZIP, OWNER_FILE} if step == "set-ready" else set(NEW))


def test_loose_files_that_others_have_changed_stay(at: Folder) -> None:
    at.deliver("loose", OLD)
    (at.folder / "users.csv").write_bytes(b"theirs")

    at.deliver("zip", NEW)

    assert at.names == {ZIP, OWNER_FILE, "users.csv"}


def test_a_zip_of_another_home_waits_for_an_approval_and_stays(at: Folder) -> None:
    at.deliver("zip", OLD)
    content = (at.folder / OWNER_FILE).read_text()
    (at.folder / OWNER_FILE).write_text(content.replace("a1" * 16, "b2" * 16))

    assert at.place("loose").replaces() == []
    assert ZIP in repr(at.place("loose").owned_by())
    with pytest.raises(DestinationRefused):
        at.deliver("loose", NEW)
    at.place("loose").prepare(lambda to: _write(to, NEW), CancelToken()).publish(take_over=True)
    assert at.names == {*NEW, ZIP, OWNER_FILE}


def test_a_zip_that_is_taken_away_from_now_on_is_still_ours(at: Folder) -> None:
    at.deliver("zip", OLD)
    assert at.place("zip", consumed=True).owned_by() is None
    receipt = at.deliver("zip", NEW, consumed=True)
    assert at.names == {ZIP}
    (at.folder / ZIP).unlink()
    assert at.place("zip", consumed=True).standing() == receipt
