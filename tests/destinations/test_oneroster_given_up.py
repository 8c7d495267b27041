"""A bundle that is given up in the middle lets go of what it used, at once and whoever holds the error."""

from __future__ import annotations

import gc
import io
import sqlite3
import threading

import pytest

from psconnect.destinations.family import Family
from psconnect.destinations.oneroster.bundle import write_bundle
from psconnect.destinations.oneroster.form import BundleForm
from psconnect.model.clock import CancelToken
from psconnect.model.entities import STUDENT, Entity
from psconnect.model.errors import Cancelled
from psconnect.transfer.fileset import zipped
from tests.contracts.rosters import ListRoster, large, small


def test_nothing_of_the_users_is_left_when_a_cancel_stops_them() -> None:
    cancel = CancelToken()

    def stop(entity: Entity) -> None:
        if entity is STUDENT:
            cancel.cancel()

    gc.collect()
    with pytest.raises(Cancelled) as stopped, zipped(io.BytesIO()) as files:
        write_bundle(files, ListRoster(large(6_000), stop), BundleForm(), cancel)
    assert stopped.value.__traceback__ is not None
    assert not [one for one in gc.get_objects() if isinstance(one, Family) and _open(one)]


def test_a_family_may_be_closed_by_another_thread() -> None:
    family = Family(ListRoster(small()))
    errors: list[BaseException] = []

    def close() -> None:
        try:
            family.close()
        except BaseException as error:  # noqa: BLE001 - looked at below
            errors.append(error)

    thread = threading.Thread(target=close)
    thread.start()
    thread.join()
    assert errors == []
    assert not _open(family)


def _open(family: Family) -> bool:
    try:
        family.contacts_of(["1"])
    except sqlite3.ProgrammingError:
        return False
    return True
