"""Runs that deliver loose files: killed, half in place, in another form than before, taken away, as deltas."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from psconnect.model.errors import TryLater
from psconnect.model.runs import Run
from psconnect.store.settings.home import home_at
from psconnect.transfer.ownership import OWNER_FILE
from psconnect.transfer.shelf import FolderShelf
from psconnect.wording.errors import word
from psconnect.wording.holds import word_hold
from tests.contracts.disks import Hold, hold
from tests.contracts.kinds.known import kinds_for_tests
from tests.support.demo import NAME, Connect, Connected
from tests.transfer.test_publishing import Killed

__all__ = ["hold"]
FINISHED = ("finished", "finished_with_problems")


@pytest.fixture(autouse=True)
def _kinds() -> Iterator[None]:
    with kinds_for_tests():
        yield


@pytest.fixture
def loose(connect: Connect) -> Connected:
    """A connection that delivers loose files; nothing is delivered yet."""
    connected = connect(students=60)
    destination = {"kind": "test-listing", "folder": str(folder(connected)), "packing": "loose"}
    connection = connected.service.connection(NAME)
    connected.service.save_connection(msgspec.structs.replace(connection, destination=destination))
    return connected


def folder(connected: Connected) -> Path:
    return connected.folder / "roster"


def names(connected: Connected) -> set[str]:
    return {path.name for path in folder(connected).iterdir()}


def listed(connected: Connected) -> list[str]:
    """The family names that the other system reads."""
    lines = (folder(connected) / "student.txt").read_text(encoding="utf-8").splitlines()
    return [value for line in lines for value in json.loads(line)]


def rename(connected: Connected, to: str) -> None:
    connected.sql("UPDATE students SET last_name = ? WHERE dcid = (SELECT min(dcid) FROM students)", to)


def killed_at(connected: Connected, deadly: str) -> None:
    """A sync that ends as its process does."""

    def kill(step: str) -> None:
        if step == deadly:
            raise Killed

    connected.service.on_step = kill
    with pytest.raises(Killed):
        connected.service.sync(NAME)
    connected.service.on_step = lambda _step: None


def approved(connected: Connected, run: Run) -> Run:
    assert run.state == "held", run
    return connected.service.approve(run.id, "test")


STEPS = ("prepared", "journalled", "set-ready", "set-noted", "in-place-1", "in-place-7", "all-in-place", "set-recorded")


@pytest.mark.parametrize("step", [*STEPS, "published", "ledger"])
def test_P01_killed_at_any_step_the_next_run_ends_as_if_nothing_had_happened(loose: Connected, step: str) -> None:
    loose.delivered()
    before = names(loose)
    rename(loose, "Okonkwo-Reyes")
    killed_at(loose, step)

    run = loose.service.sync(NAME)

    assert run.state in FINISHED, run
    assert "Okonkwo-Reyes" in listed(loose)
    assert names(loose) == before
    runs = loose.service.runs(NAME)
    assert sum(run.changes.get("student") is not None and run.changes["student"].update for run in runs[:2]) == 1
    again = loose.service.sync(NAME)
    assert not again.delivers
    assert [path.name for path in loose.rosters.parent.glob("*.staged-*")] == []


def test_a_set_that_is_half_in_place_is_told_and_finished_by_the_next_start(loose: Connected, hold: Hold) -> None:
    loose.delivered()
    rename(loose, "Okonkwo-Reyes")
    let_go = hold(folder(loose) / "student.txt")

    run = loose.service.sync(NAME)

    assert run.error
    assert word(run.error).code == "PSC-SET-HALF"
    let_go()
    run = loose.service.sync(NAME)
    assert run.state in FINISHED
    assert not run.delivers, "the start before the run has finished and booked it"
    assert "Okonkwo-Reyes" in listed(loose)
    before = loose.service.runs(NAME)[1]
    assert before.state in FINISHED
    assert before.changes["student"].update == 1


def test_another_form_in_the_same_folder_is_held_and_says_what_goes(loose: Connected) -> None:
    loose.delivered()
    loose.service.set_value(NAME, "destination.packing", "zip")

    run = loose.service.sync(NAME)

    (said,) = [word_hold(hold) for hold in run.holds if hold.rule == "rules-changed"]
    assert "school.txt" in said.reason
    assert "student.txt" in names(loose)
    approved(loose, run)
    assert names(loose) == {f"{NAME}.zip", OWNER_FILE}

    loose.service.set_value(NAME, "destination.packing", "loose")
    run = loose.service.sync(NAME)
    (said,) = [word_hold(hold) for hold in run.holds if hold.rule == "rules-changed"]
    assert f"{NAME}.zip is deleted" in said.reason
    approved(loose, run)
    assert f"{NAME}.zip" not in names(loose)
    assert "student.txt" in names(loose)


def test_files_that_are_taken_away_are_lost_only_where_they_should_stay(loose: Connected) -> None:
    loose.delivered()
    for path in folder(loose).iterdir():
        path.unlink()
    assert loose.service.sync(NAME).delivers
    assert "student.txt" in names(loose)
    loose.service.set_value(NAME, "destination.consumed", "true")
    for path in folder(loose).iterdir():
        path.unlink()

    assert not loose.service.sync(NAME).delivers
    assert names(loose) == set()
    rename(loose, "Okonkwo-Reyes")
    approved(loose, loose.service.sync(NAME))
    assert "Okonkwo-Reyes" in listed(loose)


def test_files_that_somebody_changed_are_replaced_after_an_approval(loose: Connected) -> None:
    loose.delivered()
    (folder(loose) / "student.txt").write_text("mine")

    run = loose.service.sync(NAME)

    assert [hold.rule for hold in run.holds if hold.rule == "folder-owned"] == ["folder-owned"]
    assert (folder(loose) / "student.txt").read_text() == "mine"
    approved(loose, run)
    assert listed(loose)


def test_what_stands_in_the_folder_before_the_first_delivery_is_named(loose: Connected) -> None:
    (folder(loose) / "student.txt").write_text("of the export before")

    run = loose.service.sync(NAME)

    (said,) = [word_hold(hold).reason for hold in run.holds if hold.rule == "folder-owned"]
    assert "student.txt" in said
    approved(loose, run)
    assert listed(loose)


def test_a_home_that_is_put_back_from_a_backup_asks_before_it_replaces_anything(loose: Connected) -> None:
    loose.delivered()
    data = loose.service.home.data
    shutil.copytree(data, data.with_name("backup"))
    rename(loose, "Okonkwo-Reyes")
    assert loose.service.sync(NAME).delivers
    shutil.rmtree(data)
    shutil.copytree(data.with_name("backup"), data)

    run = loose.service.sync(NAME)

    assert run.state == "held"
    approved(loose, run)
    assert "Okonkwo-Reyes" in listed(loose)
    assert not loose.service.sync(NAME).delivers


def test_a_connection_that_is_removed_leaves_the_files_and_nothing_of_its_own(loose: Connected) -> None:
    loose.delivered()
    before = names(loose)
    proof = loose.service.remove_connection(NAME)
    assert not proof.not_deleted
    assert names(loose) == before
    assert list(home_at(loose.folder / "home").rosters().glob("*.place")) == []


def test_a_connection_whose_server_is_away_is_removed_and_that_is_told(
    loose: Connected, monkeypatch: pytest.MonkeyPatch
) -> None:
    loose.delivered()

    def away(_shelf: FolderShelf) -> dict[str, int]:
        raise TryLater("PSC-TEST-AWAY", where="drop")

    monkeypatch.setattr(FolderShelf, "names", away)
    proof = loose.service.remove_connection(NAME)
    assert [(one.kind, one.what) for one in proof.not_deleted] == [("destination", "drop")]
    assert list(home_at(loose.folder / "home").rosters().glob("*.place")) == []


def numbers(connected: Connected) -> list[str]:
    return sorted(path.name.removeprefix(f"{NAME}-").removesuffix(".zip") for path in folder(connected).glob("*.zip"))


@pytest.fixture
def deltas(loose: Connected) -> Connected:
    """The same with numbered sets."""
    loose.service.set_value(NAME, "destination.packing", "zip")
    loose.service.set_value(NAME, "destination.numbered", "true")
    return loose


def test_a_delta_follows_a_bulk_and_a_lost_one_is_followed_by_a_bulk(deltas: Connected) -> None:
    deltas.delivered()
    rename(deltas, "Reyes-Lund")
    assert deltas.service.sync(NAME).delivers
    assert numbers(deltas) == ["0001-bulk", "0002-delta"]

    (folder(deltas) / f"{NAME}-0002-delta.zip").write_bytes(b"changed")
    run = deltas.service.sync(NAME)
    approved(deltas, run)
    assert numbers(deltas) == ["0001-bulk", "0002-delta", "0003-bulk"]

    for path in folder(deltas).iterdir():
        path.unlink()
    assert not deltas.service.sync(NAME).delivers, "who takes a set away has it"
    rename(deltas, "Reyes-Holm")
    assert deltas.service.sync(NAME).delivers
    assert numbers(deltas) == ["0004-delta"]


@pytest.mark.parametrize("step", ["journalled", "set-ready", "set-noted", "all-in-place", "published"])
def test_a_delta_that_is_cut_is_delivered_once(deltas: Connected, step: str) -> None:
    deltas.delivered()
    rename(deltas, "Reyes-Lund")
    killed_at(deltas, step)
    deltas.service.sync(NAME)
    assert numbers(deltas) == ["0001-bulk", "0002-delta"]
    assert not deltas.service.sync(NAME).delivers
