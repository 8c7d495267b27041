"""Keys for ids that are text: one for each id, the same in every run, and never given twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from psconnect.model.entities import ADMIN, STUDENT, TEACHER
from psconnect.store.database import open_rosters
from psconnect.store.reading import staging
from psconnect.store.reading.source_keys import GIVEN_KEYS, StoredKeys, forget_unused, own_id_of


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Roster data with nothing in it, and an empty staging."""
    rosters = tmp_path / "rosters.sqlite"
    with closing(open_rosters(rosters)) as db:
        staging.Staging(rosters).finish()
        staging.attach(db, rosters)
        yield db


ODD = ("7", "007", " 7", "ab", "aB", "Ä" * 300, "a\x00b", "a\x00c", "a", "\u202e", "学校", "")


def test_every_id_has_a_key_of_its_own_in_every_run(db: sqlite3.Connection) -> None:
    first = StoredKeys(db)
    first.load(STUDENT, ODD)
    keys = [first.of(STUDENT)(own_id) for own_id in ODD]
    again = StoredKeys(db)
    again.load(STUDENT, reversed(ODD))

    assert [again.of(STUDENT)(own_id) for own_id in ODD] == keys
    assert len({*keys}) == len(ODD)
    assert [own_id_of(db, STUDENT, key) for key in keys] == list(ODD)
    assert StoredKeys(db).of(TEACHER)("7") == StoredKeys(db).of(ADMIN)("7")


def test_a_key_that_was_forgotten_is_never_given_to_somebody_else(db: sqlite3.Connection) -> None:
    gone = StoredKeys(db).of(STUDENT)("gone")
    forget_unused(db)
    assert own_id_of(db, STUDENT, gone) == ""

    assert StoredKeys(db).of(STUDENT)("new") == gone + 1
    assert StoredKeys(db).of(TEACHER)("new") == GIVEN_KEYS.start
