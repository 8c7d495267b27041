"""What a destination has to keep when something goes wrong: the old content, no leftovers, a sentence that says why."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable

import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.entities import ENTITIES, Entity
from psconnect.model.errors import BadRecord, Cancelled, FixSettings, LocalStorage, PsconnectError
from tests.contracts.destination_kit import Delivery
from tests.contracts.disks import Mount, make_read_only
from tests.contracts.rosters import ListRoster, changed, large, small
from tests.support.home import CHECKOUT

_READ = [entity.key for entity in ENTITIES]
_SMALL = 256 * 1024


class Killed(BaseException):
    """Stands for the end of the process at this point."""


def _refusal(action: Callable[[], object]) -> LocalStorage | None:
    """Do it; the refusal in words, if it is refused."""
    try:
        action()
    except LocalStorage as error:
        return error
    return None


class FaultContract:
    """Tests of cancelling, of full, read-only and vanished places, and of being killed."""

    @pytest.mark.parametrize("entity", _READ)
    def test_cancel_in_the_middle_leaves_nothing(self, delivery: Delivery, entity: str) -> None:
        delivery.deliver(small())
        before, cancel = delivery.listing(), CancelToken()

        def cancel_there(reading: Entity) -> None:
            if reading.key == entity:
                cancel.cancel()

        # More rows of each file come after the record that is being read when somebody cancels.
        roster = ListRoster(large(6_000), cancel_there)
        if entity in delivery.subject.unread:
            delivery.make().prepare(roster, cancel).discard()
            cancel.check()
        else:
            with pytest.raises(Cancelled):
                delivery.make().prepare(roster, cancel)

        assert delivery.listing() == before

    def test_cancelled_before_it_begins(self, delivery: Delivery) -> None:
        cancel = CancelToken()
        cancel.cancel()

        with pytest.raises(Cancelled):
            delivery.make().prepare(ListRoster(small()), cancel)

        assert delivery.listing() == {}

    def test_a_roster_that_breaks_off_leaves_nothing(self, delivery: Delivery) -> None:
        delivery.deliver(small())
        before = delivery.listing()

        def break_off(entity: Entity) -> None:
            if entity.key == "enrollment":
                raise BadRecord("PSC-TEST")

        with pytest.raises(BadRecord):
            delivery.make().prepare(ListRoster(small(), break_off), CancelToken())

        assert delivery.listing() == before

    def test_a_full_disk_leaves_the_old_content(self, delivery: Delivery, mount: Mount) -> None:
        mount(delivery.folder, _SMALL)
        receipt = delivery.deliver(small()).receipt
        before = delivery.listing()

        with pytest.raises(LocalStorage) as caught:
            delivery.prepare(large(6_000))

        assert caught.value.code == "PSC-DISK-FULL"
        assert delivery.listing() == before
        assert delivery.make().standing() == receipt
        delivery.deliver(changed())
        assert delivery.subject.faults(delivery.file) == []

    def test_a_disk_that_has_no_room_for_a_third_one(self, delivery: Delivery, mount: Mount) -> None:
        # Room for the old and the new one, not for a copy beside them: it is published whole, or refused in words.
        delivery.deliver(large(1_000))
        mount(delivery.folder, int(delivery.size() * 2.5))
        old = delivery.deliver(large(1_000)).receipt
        before = delivery.listing()
        prepared = delivery.prepare({**large(1_000), "contact": [], "relationship": []})

        refusal, stands = _refusal(prepared.publish), prepared.receipt
        if refusal:
            assert refusal.code == "PSC-DISK-FULL"
            prepared.discard()
            assert {name: content for name, content in delivery.listing().items() if content != b"<folder>"} == before
            stands = old

        assert delivery.make().standing() == stands
        assert delivery.subject.faults(delivery.file) == []
        delivery.deliver(small())

    @pytest.mark.skipif(os.name != "posix", reason="Limits of a process are those of POSIX.")
    def test_a_file_size_limit_leaves_the_old_content(self, delivery: Delivery) -> None:
        delivery.deliver(small())
        before = delivery.listing()
        limit = 100 * 1024

        command = [sys.executable, "-m", "tests.contracts.child", "limited", delivery.subject.kind]
        result = subprocess.run(
            [*command, json.dumps(delivery.subject.given(delivery.folder)), str(limit)],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=False,
        )

        assert (result.returncode, result.stderr) == (0, "")
        answer = json.loads(result.stdout)
        assert answer["error"] == "LocalStorage"
        assert answer["code"] in ("PSC-DISK-FULL", "PSC-DISK-ERROR")
        assert answer["to_do"].endswith(".")
        assert delivery.listing() == before

    def test_a_read_only_disk(self, delivery: Delivery, mount: Mount) -> None:
        mount(delivery.folder, _SMALL)
        receipt = delivery.deliver(small()).receipt
        before = delivery.listing()
        prepared = delivery.prepare(changed())
        make_read_only(delivery.folder, wanted=True)

        actions = (delivery.make().check, lambda: delivery.prepare(changed()), prepared.publish)
        for action in actions:
            with pytest.raises(LocalStorage) as caught:
                action()
            assert caught.value.code == "PSC-DISK-DENIED"
        assert delivery.make().standing() == receipt

        make_read_only(delivery.folder, wanted=False)
        prepared.discard()
        assert {k: v for k, v in delivery.listing().items() if v != b"<folder>"} == before

    def test_a_folder_without_permission(self, delivery: Delivery) -> None:
        delivery.deliver(small())
        before = delivery.listing()
        delivery.folder.chmod(0o500)
        if os.access(delivery.folder, os.W_OK):
            delivery.folder.chmod(0o700)
            pytest.skip("Who runs this may write everywhere.")
        try:
            with pytest.raises(LocalStorage) as caught:
                delivery.make().check()
            with pytest.raises(LocalStorage):
                delivery.prepare(changed())
        finally:
            delivery.folder.chmod(0o700)

        assert caught.value.code == "PSC-DISK-DENIED"
        assert delivery.listing() == before

    def test_a_folder_that_is_not_there(self, delivery: Delivery) -> None:
        delivery.folder.rmdir()

        for action in (lambda: delivery.make().check(), lambda: delivery.prepare(small())):
            with pytest.raises(FixSettings) as caught:
                action()
            assert str(delivery.folder) in caught.value.where
        assert delivery.make().standing() == ""
        assert not delivery.folder.exists()

    def test_a_folder_that_vanishes_before_publishing(self, delivery: Delivery) -> None:
        prepared = delivery.prepare(small())
        shutil.rmtree(delivery.folder)

        with pytest.raises(PsconnectError) as caught:
            prepared.publish()
        prepared.discard()

        assert isinstance(caught.value, (LocalStorage, FixSettings))
        assert not delivery.folder.exists()

    def test_a_place_that_is_taken_by_a_folder(self, delivery: Delivery) -> None:
        if delivery.subject.loose:
            delivery.deliver(small())
            taken = delivery.files()[len(delivery.files()) // 2]
            for path in delivery.files():
                path.unlink()
            taken.mkdir()
        else:
            delivery.file.mkdir()
        before = delivery.listing()
        prepared = delivery.prepare(small())

        with pytest.raises(LocalStorage):
            prepared.publish()
        prepared.discard()

        assert delivery.listing() == before

    def test_killed_at_each_step_the_old_or_the_new_one_stands(self, delivery: Delivery) -> None:
        steps: list[str] = []
        delivery.on_step = steps.append
        receipts = [delivery.deliver(small()).receipt, delivery.deliver(changed()).receipt]
        assert steps

        for killed_at in dict.fromkeys(steps):
            for tables in (small(), changed()):
                self._deliver_until(delivery, tables, killed_at)
                assert delivery.make().standing() in receipts
                delivery.make().sweep()
                assert delivery.make().standing() in receipts
                assert delivery.subject.faults(delivery.file) == []
        assert delivery.deliver(small()).receipt == delivery.make().standing()

    def _deliver_until(self, delivery: Delivery, tables: dict[str, list[dict[str, str]]], killed_at: str) -> None:
        def kill(step: str) -> None:
            if step == killed_at:
                raise Killed

        delivery.on_step = kill
        with pytest.raises(Killed):
            delivery.deliver(tables)
        delivery.on_step = lambda _step: None

    def test_what_a_killed_run_left_is_cleaned_up(self, delivery: Delivery) -> None:
        delivery.deliver(small())
        before = delivery.listing()
        delivery.prepare(changed())
        assert delivery.listing() != before

        delivery.prepare(changed()).discard()

        assert delivery.listing() == before
