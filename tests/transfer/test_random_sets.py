"""Random deliveries, cuts, restarts and strangers, compared with a simple model of what has to stand in the folder.

The receipt never lies: whatever ``standing`` names stands there whole. Nobody's file is touched unasked. What is there
is always content that somebody has written whole. Numbers are never given twice.
"""

from __future__ import annotations

import random
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from psconnect.model.errors import DestinationRefused
from psconnect.transfer.place import DELTA
from tests.transfer.test_publishing import Drop, Files, Killed

SETS: tuple[Files, ...] = (
    {"orgs.csv": b"o1", "users.csv": b"u1", "manifest.csv": b"m1"},
    {"orgs.csv": b"o1", "users.csv": b"u2", "old.csv": b"x", "manifest.csv": b"m2"},
    {"orgs.csv": b"o3", "Users.csv": b"u3", "manifest.csv": b"m3"},
    {"manifest.csv": b"m4"},
    {"a.csv": b"", "orgs.csv": b"o1", "users.csv": b"u1", "manifest.csv": b"m5"},
)
STEPS = ("set-ready", "set-noted", "in-place-1", "in-place-2", "earlier-gone", "all-in-place", "set-recorded")
ONE_FILE = ("set-ready", "set-noted", "earlier-gone", "all-in-place", "set-recorded")
STRANGERS = {"notes.txt": b"theirs", ".hidden": b"theirs"}
EDITED = b"edited by somebody"
QUICK, ALL = 4, 80


@dataclass
class Walk:
    """A folder and what the model knows of it.

    Attributes:
        receipts: receipt -> the set that it names.
        edited: names of our files that a stranger changed, and that nobody has approved to replace.
        done: what was done, for a failure to tell.
    """

    drop: Drop
    chance: random.Random
    receipts: dict[str, Files] = field(default_factory=dict)
    edited: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)

    def step(self) -> None:
        """One thing that happens, and what is true afterwards."""
        deeds = (self.deliver, self.deliver, self.cut, self.cut, self.restart, self.take_away, self.edit, self.approve)
        self.chance.choice(deeds)()
        self.is_right()

    def is_right(self) -> None:
        there = self.drop.stands()
        assert STRANGERS.items() <= there.items(), self.done
        written = {content for files in SETS for content in files.values()} | {EDITED}
        assert {content for name, content in there.items() if name not in STRANGERS} <= written, self.done
        self.edited &= there.keys()
        assert all(there[name] == EDITED for name in self.edited), self.done

    def _settled(self) -> None:
        """After a start that was not cut, the receipt names exactly what is there, and nothing waits."""
        there = self.drop.stands()
        assert {name for name in there if name.startswith(".")} == {".hidden"}, self.done
        standing = self.drop.place.standing()
        if standing in self.receipts:
            expected = self.receipts[standing]
            assert {name: there.get(name) for name in expected} == expected, self.done
            assert not {name.casefold() for name in self.edited} & {name.casefold() for name in expected}, self.done
        assert list(self.drop.own.glob("*.staged-*")) == []

    def deliver(self, *, take_over: bool = False) -> None:
        files = self.chance.choice(SETS)
        before = self.drop.stands()
        try:
            receipt = self.drop.deliver(files, take_over=take_over).receipt
        except DestinationRefused:
            self.done.append("refused")
            assert self.edited, self.done
            assert not take_over
            kept = {name: content for name, content in self.drop.stands().items() if name in self.edited}
            assert kept == {name: before[name] for name in self.edited}, self.done
            self.restart()
            return
        self.done.append(f"delivered {SETS.index(files)}")
        self.receipts[receipt] = files
        stays = {name: EDITED for name in self.edited if name.casefold() not in {one.casefold() for one in files}}
        assert self.drop.stands() == {**files, **STRANGERS, **stays}, self.done
        assert self.drop.place.standing() == receipt
        self.edited = set(stays)
        self._settled()

    def approve(self) -> None:
        self.deliver(take_over=True)

    def cut(self) -> None:
        files, deadly = self.chance.choice(SETS), self.chance.choice(STEPS)

        def kill(step: str) -> None:
            if step == deadly:
                raise Killed

        self.drop.on_step = kill
        try:
            receipt = self.drop.deliver(files).receipt
        except Killed:
            self.done.append(f"cut {SETS.index(files)} at {deadly}")
        except DestinationRefused:
            assert self.edited, self.done
        else:
            # The set has fewer files than the step is far.
            self.receipts[receipt] = files
        self.drop.on_step = lambda _step: None
        standing = self.drop.place.standing()
        if standing and standing not in self.receipts:
            note = self.drop.note().read()
            pending = note.pending
            if (pending and pending.receipt == standing) or note.receipt == standing:
                self.receipts[standing] = files
        if self.chance.random() < 0.7:
            self.restart()

    def restart(self) -> None:
        before = self.drop.place.standing()
        self.drop.place.sweep()
        self.done.append("restart")
        assert self.drop.place.standing() in ({before} if before in self.receipts else {before, ""}), self.done
        self._settled()

    def take_away(self) -> None:
        """A stranger deletes a file: one in place, or one that waits."""
        names = [name for name in self.drop.stands() if name not in STRANGERS]
        if names:
            name = self.chance.choice(sorted(names))
            (self.drop.folder / name).unlink()
            self.done.append(f"gone {name}")

    def edit(self) -> None:
        """A stranger changes a file that is in place."""
        names = sorted(name for name in self.drop.stands() if name not in STRANGERS and not name.startswith("."))
        note = self.drop.note().read()
        if names and not note.pending and self.chance.random() < 0.4:
            name = self.chance.choice(names)
            (self.drop.folder / name).write_bytes(EDITED)
            self.edited.add(name)
            self.done.append(f"edited {name}")


def _seeds() -> list[object]:
    return [pytest.param(seed, marks=() if seed < QUICK else pytest.mark.thorough) for seed in range(ALL)]


@pytest.mark.parametrize("seed", _seeds())
def test_loose_sets_in_any_order(tmp_path: Path, seed: int) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    walk = Walk(Drop(folder), random.Random(seed))
    walk.receipts[walk.drop.deliver(SETS[0]).receipt] = SETS[0]
    for name, content in STRANGERS.items():
        (folder / name).write_bytes(content)
    for _turn in range(60):
        walk.step()


@pytest.mark.parametrize("seed", _seeds())
def test_numbered_sets_in_any_order(tmp_path: Path, seed: int) -> None:
    folder, chance = tmp_path / "drop", random.Random(seed)
    folder.mkdir()
    drop = Drop(folder, packing="zip", numbered=True)
    seen: dict[str, bytes] = {}

    def look() -> None:
        for path in folder.glob("[!.]*"):
            assert seen.setdefault(path.name, path.read_bytes()) == path.read_bytes(), "it was replaced"
            assert zipfile.is_zipfile(path)
        numbers = [int(name.split("-")[1]) for name in seen]
        assert len(numbers) == len(set(numbers)), "a number was given twice"

    receipt = drop.deliver(SETS[0]).receipt
    for turn in range(40):
        files = {"users.csv": str(turn).encode()}
        match chance.choice(("deliver", "cut", "restart", "take")):
            case "deliver":
                receipt = drop.deliver(files, DELTA if drop.place.standing() == receipt else "bulk").receipt
                assert drop.place.standing() == receipt
            case "cut":
                drop.cut(files, chance.choice(ONE_FILE))
                receipt = drop.place.standing() or receipt
            case "restart":
                before = drop.place.standing()
                drop.place.sweep()
                assert drop.place.standing() == before
                assert not list(folder.glob(".*"))
            case "take":
                look()
                for path in folder.glob("[!.]*"):
                    path.unlink()
        look()
