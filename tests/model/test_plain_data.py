"""Entities, errors, rules, clock: the plain data that everything else stands on."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from psconnect.model.clock import CancelToken, Clock
from psconnect.model.entities import BY_KEY, BY_RANK, ENROLLMENT, ENTITIES, SCHOOL, in_scope
from psconnect.model.errors import (
    AnotherRunActive,
    BadRecord,
    Bug,
    Cancelled,
    DestinationRefused,
    FixSettings,
    LocalStorage,
    PsconnectError,
    SignInAgain,
    TryLater,
)
from psconnect.model.runs import SCOPES, ChangeCounts


def test_the_entities_come_in_dependency_order() -> None:
    assert [entity.key for entity in ENTITIES] == (
        [
            "school",
            "calendar",
            "course",
            "class",
            "student",
            "teacher",
            "admin",
            "contact",
            "relationship",
            "enrollment",
        ]
    )
    assert [entity.rank for entity in ENTITIES] == sorted(entity.rank for entity in ENTITIES)
    for entity in ENTITIES:
        assert BY_RANK[entity.rank] is BY_KEY[entity.key] is entity
        assert entity.attributes[0] == "sourcedId"
        assert len(set(entity.attributes)) == len(entity.attributes)
        for reference in entity.references:
            assert BY_KEY[reference.entity].rank < entity.rank
            assert reference.attribute in entity.structural


@pytest.mark.parametrize(
    ("entity", "key", "sourced_id"),
    [
        ("student", 431, "431"),
        ("teacher", 64, "T64"),
        ("admin", 64, "T64"),
        ("contact", 8001, "C8001"),
        ("class", 900, "900"),
        ("school", 0, "district"),
        ("school", 3, "3"),
        ("enrollment", 70001, "70001"),
        ("enrollment", -12, "T12"),
        ("calendar", 10, "10"),
    ],
)
def test_ids(entity: str, key: int, sourced_id: str) -> None:
    assert BY_KEY[entity].sourced_id(key) == sourced_id


def test_students_and_teachers_enrollments_never_share_an_id() -> None:
    keys = [*range(-500, 0), *range(1, 500)]
    assert len({ENROLLMENT.sourced_id(key) for key in keys}) == len(keys)
    assert len({SCHOOL.sourced_id(key) for key in range(500)}) == 500


def test_scopes_share_the_entities_out() -> None:
    everything, users, courses = (set(map(repr, in_scope(scope))) for scope in SCOPES)
    assert len(everything) == len(ENTITIES)
    assert users & courses == set()
    assert everything - users - courses <= {repr(SCHOOL)}


@pytest.mark.parametrize(
    ("kind", "family"),
    [
        (FixSettings, "fix settings"),
        (SignInAgain, "sign in again"),
        (TryLater, "try later"),
        (BadRecord, "bad record"),
        (DestinationRefused, "destination refused"),
        (AnotherRunActive, "try later"),
        (LocalStorage, "fix settings"),
        (Bug, "bug"),
    ],
)
def test_every_error_is_a_code_a_place_and_values(kind: type[PsconnectError], family: str) -> None:
    error = kind("PSC-X/case", where="here", retry_after=3, name="Lincoln", count=2)
    assert error.as_dict() == {
        "family": family,
        "code": "PSC-X",
        "key": "PSC-X/case",
        "where": "here",
        "values": {"name": "Lincoln", "count": 2},
    }
    assert str(error) == "PSC-X/case (here)", "no value reaches a log by an exception's text"
    assert error.retry_after == 3
    assert isinstance(error, PsconnectError)
    assert not issubclass(Cancelled, PsconnectError)


def test_counts_add_up() -> None:
    assert ChangeCounts(1, 2, 4).total == 7


def test_the_clock_is_the_computers() -> None:
    clock = Clock()
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
    assert clock.now().tzinfo is UTC
    assert abs(clock.monotonic() - time.monotonic()) < 60
    clock.wait(0, CancelToken())


def test_waiting_ends_when_somebody_cancels() -> None:
    cancel = CancelToken()
    cancel.check()
    stopped = threading.Event()

    def wait() -> None:
        try:
            Clock().wait(60, cancel)
        except Cancelled:
            stopped.set()

    thread = threading.Thread(target=wait)
    thread.start()
    assert not cancel.cancelled
    cancel.cancel()
    thread.join(10)
    assert stopped.is_set()
    assert cancel.cancelled
    for call in (cancel.check, cancel.wait, lambda: cancel.wait(60)):
        with pytest.raises(Cancelled):
            call()
