"""What a delivery has to keep: invisible until whole, the same bytes for the same roster, exact values, a receipt."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from psconnect.model.errors import DestinationRefused
from psconnect.wording.checks import word_finding
from psconnect.wording.filled import phrase_text
from tests.contracts.destination_kit import Delivery
from tests.contracts.rosters import HOSTILE, Tables, changed, hostile, small
from tests.support.home import CHECKOUT

_ENVIRONMENTS = (
    {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONUTF8": "0", "CLOCK": "987654321"},
    {"PYTHONHASHSEED": "2", "TZ": "America/Adak", "LC_ALL": "tr_TR.UTF-8", "PYTHONUTF8": "1", "CLOCK": "2000000000"},
)


class DeliveryContract:
    """Tests of check, prepare, publish, discard and standing when nothing goes wrong."""

    @pytest.mark.parametrize("delivered", [False, True])
    def test_check_changes_nothing(self, delivery: Delivery, delivered: bool) -> None:
        if delivered:
            delivery.deliver(small())
        before = delivery.listing()

        (found,) = delivery.make().check()

        assert found.state == "ok"
        assert word_finding(found).text.endswith(".")
        assert delivery.listing() == before

    def test_nothing_stands_at_first(self, delivery: Delivery) -> None:
        assert delivery.make().standing() == ""

    @pytest.mark.parametrize("delivered", [False, True])
    def test_what_is_prepared_is_invisible(self, delivery: Delivery, delivered: bool) -> None:
        if delivered:
            delivery.deliver(small())
        before, standing = delivery.listing(), delivery.make().standing()

        prepared = delivery.prepare(changed())

        visible = {name: content for name, content in delivery.listing().items() if not name.startswith(".")}
        assert visible == before
        assert delivery.make().standing() == standing
        prepared.discard()

    def test_discard_leaves_nothing(self, delivery: Delivery) -> None:
        delivery.deliver(small())
        before = delivery.listing()

        prepared = delivery.prepare(changed())
        assert delivery.listing() != before
        prepared.discard()
        prepared.discard()

        assert delivery.listing() == before

    def test_discard_after_publishing_takes_nothing_away(self, delivery: Delivery) -> None:
        prepared = delivery.prepare(small())
        prepared.publish()
        before = delivery.listing()

        prepared.discard()

        assert delivery.listing() == before

    def test_publishes_what_was_prepared(self, delivery: Delivery) -> None:
        prepared = delivery.prepare(small())
        delivered = prepared.publish()

        assert delivered.receipt == prepared.receipt == delivery.make().standing()
        assert delivery.subject.faults(delivery.file) == []
        people = delivery.subject.people(delivery.file)
        assert people == dict(
            delivery.subject.reads(key, record) for key in delivery.subject.entities for record in small()[key]
        )

    def test_describes_without_anybodys_data(self, delivery: Delivery) -> None:
        delivered = delivery.deliver(small())

        said = phrase_text(delivered.said)
        assert said
        for record in [*small()["student"], *small()["contact"]]:
            assert record["familyName"] not in said
            assert record["username"] not in said.split()

    def test_leaves_only_what_was_delivered_and_the_one_before(self, delivery: Delivery) -> None:
        delivery.deliver(small())
        first = delivery.listing()
        delivery.deliver(changed())

        contents = [content for content in delivery.listing().values() if content != b"<folder>"]
        # Who takes every file of a folder would take an earlier set for a new one: of loose files none is kept there.
        before = [*first.values()] if delivery.subject.keeps(delivery.folder) else []
        assert sorted(contents) == sorted([*before, *(path.read_bytes() for path in delivery.files())])

    def test_the_same_roster_gives_the_same_bytes(self, delivery: Delivery) -> None:
        once = delivery.deliver(small())
        content = delivery.digest()
        again = delivery.deliver(small())

        assert again.receipt == once.receipt
        assert delivery.digest() == content

    def test_another_roster_gives_another_receipt(self, delivery: Delivery) -> None:
        assert delivery.deliver(small()).receipt != delivery.deliver(changed()).receipt

    def test_bytes_depend_on_no_clock_locale_or_hash(self, delivery: Delivery) -> None:
        # A name that each of the encodings can spell.
        delivery.folder = delivery.folder.parent / "plain"
        delivery.folder.mkdir()
        expected = [delivery.deliver(tables).receipt for tables in (small(), hostile())]

        for environment in _ENVIRONMENTS:
            command = [sys.executable, "-m", "tests.contracts.child", "receipts", delivery.subject.kind]
            result = subprocess.run(
                [*command, json.dumps(delivery.subject.given(delivery.folder))],
                cwd=CHECKOUT,
                env={**os.environ, **environment},
                capture_output=True,
                text=True,
                check=False,
            )
            assert (result.returncode, result.stderr) == (0, "")
            assert json.loads(result.stdout) == expected, environment

    def test_an_empty_roster_is_delivered(self, delivery: Delivery) -> None:
        delivery.deliver(small())
        delivered = delivery.deliver({})

        assert delivery.make().standing() == delivered.receipt
        assert delivery.subject.faults(delivery.file) == []
        assert delivery.subject.people(delivery.file) == {}

    @pytest.mark.parametrize("what", HOSTILE)
    def test_a_hostile_value_comes_out_exact(self, delivery: Delivery, what: str) -> None:
        tables, value = small(), HOSTILE[what]
        tables["student"][0] |= {"givenName": value, "familyName": value, "middleName": value}
        delivery.deliver(tables)

        people = delivery.subject.people(delivery.file)
        person_id, person = delivery.subject.reads("student", tables["student"][0])
        assert people[person_id] == person
        assert len(people) == sum(len(tables[key]) for key in delivery.subject.entities)
        assert delivery.subject.faults(delivery.file) == []

    def test_hostile_values_do_not_touch_their_neighbours(self, delivery: Delivery) -> None:
        delivery.deliver(hostile())

        people = delivery.subject.people(delivery.file)
        for record in hostile()["student"][len(small()["student"]) :]:
            person_id, person = delivery.subject.reads("student", record)
            assert people[person_id] == person, list(HOSTILE)[int(person_id) - 9_000_000]

    @pytest.mark.parametrize("edit", ["flip", "cut", "append", "empty", "replace"])
    def test_standing_differs_after_an_edit_from_outside(self, delivery: Delivery, edit: str) -> None:
        receipt = delivery.deliver(small()).receipt
        edited = delivery.largest()
        content = edited.read_bytes()
        middle = len(content) // 2
        edited.write_bytes(
            {
                "flip": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
                "cut": content[:-1],
                "append": content + b"\n",
                "empty": b"",
                "replace": b"something else",
            }[edit]
        )

        assert delivery.make().standing() not in (receipt, "")

    def test_nothing_stands_after_it_was_taken_away(self, delivery: Delivery) -> None:
        delivery.deliver(small())
        for path in delivery.files():
            path.unlink()

        assert delivery.make().standing() == ""

    def test_an_edit_is_kept_aside_or_overwritten_after_an_approval(self, delivery: Delivery) -> None:
        receipt = delivery.deliver(small()).receipt
        edited = delivery.largest()
        edited.write_bytes(b"edited by hand")

        if delivery.subject.loose:
            assert edited.name in repr(delivery.make().owned_by())
            prepared = delivery.prepare(small())
            with pytest.raises(DestinationRefused):
                prepared.publish()
            assert b"edited by hand" in delivery.listing().values()
            prepared.publish(take_over=True)
            assert b"edited by hand" not in delivery.listing().values()
        else:
            assert delivery.deliver(small()).receipt == receipt
            kept = delivery.subject.keeps(delivery.folder)
            assert (b"edited by hand" in delivery.listing().values()) is kept
        assert delivery.make().standing() == receipt

    def test_a_poller_sees_only_whole_snapshots(self, delivery: Delivery) -> None:
        rosters = (small(), changed())
        # Loose files change one after the other: each is whole at any moment, the set is once all are in place.
        whole = [digest for tables in rosters for digest in _digests(delivery, tables)]
        seen: list[str] = []
        stop = threading.Event()

        def poll() -> None:
            while not stop.is_set():
                seen.extend(_seen(delivery))

        poller = threading.Thread(target=poll)
        poller.start()
        try:
            for turn in range(400):
                delivery.deliver(rosters[turn % 2])
                if turn >= 20 and len(seen) >= 100:
                    break
        finally:
            stop.set()
            poller.join()

        assert len(seen) >= 100
        assert set(seen) <= set(whole)

    def test_at_each_step_of_publishing_something_whole_stands(self, delivery: Delivery) -> None:
        old = _digests(delivery, small())
        at_step: list[list[str]] = []
        delivery.on_step = lambda _step: at_step.append(_seen(delivery))

        delivery.deliver(changed())

        new = _seen(delivery)
        assert at_step[0] == old != new
        assert at_step[-1] == new
        assert {digest for digests in at_step for digest in digests} == {*old, *new}
        assert all(len(digests) == len(new) for digests in at_step)

    def test_earlier_snapshots_are_kept_and_pruned(self, delivery: Delivery) -> None:
        if not delivery.subject.keeps(delivery.folder):
            pytest.skip("This kind keeps no earlier snapshots.")
        delivered: list[bytes] = []
        for number in range(5):
            delivery.deliver(_named(f"Name{number}"), keep=2)
            # Deliveries are minutes apart; here their times are set so.
            os.utime(delivery.file, (1_800_000_000 + 60 * number,) * 2)
            delivered.append(delivery.file.read_bytes())

        contents = [c for name, c in sorted(delivery.listing().items()) if c not in (b"<folder>", delivered[-1])]
        assert contents == delivered[2:4]

    @pytest.mark.skipif(os.name != "posix", reason="Permissions are those of POSIX.")
    def test_strangers_can_not_read_it(self, delivery: Delivery) -> None:
        old = os.umask(0)
        try:
            delivery.deliver(small())
            prepared = delivery.prepare(changed())
            between = _modes(delivery.folder)
            prepared.publish()
        finally:
            os.umask(old)

        for mode in [*between, *_modes(delivery.folder)]:
            assert not mode & stat.S_IRWXO


def _seen(delivery: Delivery) -> list[str]:
    """SHA-256 of each file that the other system reads now."""
    found = []
    for path in delivery.files():
        with contextlib.suppress(FileNotFoundError):
            found.append(hashlib.sha256(path.read_bytes()).hexdigest())
    return found


def _digests(delivery: Delivery, tables: Tables) -> list[str]:
    """The same after a delivery."""
    delivery.deliver(tables)
    return _seen(delivery)


def _named(name: str) -> Tables:
    tables = small()
    tables["student"][0]["familyName"] = name
    return tables


def _modes(folder: Path) -> list[int]:
    """Permissions of all files, except those in folders that strangers can't enter."""
    closed = [p for p in folder.rglob("*") if p.is_dir() and not p.stat().st_mode & stat.S_IRWXO]
    return [path.stat().st_mode for path in folder.rglob("*") if path.is_file() and not set(closed) & set(path.parents)]
