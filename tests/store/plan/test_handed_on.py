"""A person's removal says whether the person stays in another role: then what the other system has of them stays."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest

from psconnect.model.entities import BY_KEY
from psconnect.store.plan import outcomes, remote_ids
from psconnect.store.plan.plan import REMOVE
from tests.store.districts import rosters
from tests.store.plan.test_change_groups import Book


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    with rosters() as (_path, db):
        yield db


def stands(book: Book, entity: str) -> None:
    """The other system has the record with the key 1."""
    name = BY_KEY[entity].sourced_id(1)
    remote_ids.keep(book.db, book.run, BY_KEY[entity], 1, (name, "901"))


def handed_on(book: Book, entity: str) -> dict[int, bool]:
    found = outcomes.pending(book.db, book.run, BY_KEY[entity], REMOVE, 10)
    return {change.key: change.handed_on for change in found}


def test_a_teacher_who_is_other_staff_by_now_stays(db: sqlite3.Connection) -> None:
    book = Book(db)
    book.remove("teacher", 1)
    book.remove("teacher", 2)
    stands(book, "admin")
    assert handed_on(book, "teacher") == {1: True, 2: False}


def test_other_staff_who_teach_by_now_stay(db: sqlite3.Connection) -> None:
    book = Book(db)
    book.remove("admin", 1)
    stands(book, "teacher")
    assert handed_on(book, "admin") == {1: True}


def test_the_same_number_of_another_kind_is_another_person(db: sqlite3.Connection) -> None:
    book = Book(db)
    book.remove("teacher", 1)
    stands(book, "student")
    stands(book, "contact")
    assert handed_on(book, "teacher") == {1: False}


def test_a_class_is_nobody(db: sqlite3.Connection) -> None:
    book = Book(db)
    book.remove("class", 1)
    stands(book, "course")
    assert handed_on(book, "class") == {1: False}
