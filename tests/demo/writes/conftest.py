"""A server that a module of tests writes to, and httpx clients that may do so."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from psconnect.demo import DemoOptions, DemoServer, Quirks
from psconnect.demo.district.schema import BY_NAME
from tests.demo.conftest import STUDENTS, TODAY
from tests.demo.support import package

FULL = '<oauth accessLevelV1Api="FULL"/>'


def fields_of(*tables: str) -> list[str]:
    """All TABLE.FIELD names of these tables."""
    return [f"{table}.{name}" for table in tables for name, _ in BY_NAME[table.upper()].columns]


def client_of(server: DemoServer, content: bytes) -> httpx.Client:
    """A client signed in as the plugin of this package, installed and enabled."""
    plugin = server.enable(server.install(content).name)
    answer = httpx.post(
        f"{server.url}/oauth/access_token",
        data={"grant_type": "client_credentials"},
        auth=(plugin.client_id, plugin.client_secret),
        trust_env=False,
    )
    headers = {"Accept": "application/json", "Authorization": f"Bearer {answer.json()['access_token']}"}
    return httpx.Client(base_url=server.url, headers=headers, trust_env=False, timeout=20)


@pytest.fixture(scope="module")
def served(district: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """One server for the module; a test that changes its switches puts them back through `switched`."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copy(district, folder)
    with DemoServer(DemoOptions(folder=folder, students=STUDENTS, today=TODAY)) as server:
        yield server


@pytest.fixture
def switched(served: DemoServer) -> Iterator[Callable[..., None]]:
    """Changes switches of the module's server for one test."""
    before = served.quirks
    yield served.set_quirks
    served.set_quirks(**{name: getattr(before, name) for name in Quirks.__dataclass_fields__})


@pytest.fixture(scope="module")
def clients(served: DemoServer) -> Iterator[Callable[..., httpx.Client]]:
    """Makes clients: ``clients(fields, name=…, level=…, oauth=…)`` with these grants and manifest values."""
    with ExitStack() as stack:

        def make(fields: list[str], **manifest: Any) -> httpx.Client:
            return stack.enter_context(client_of(served, package((), fields, **manifest)))

        yield make


Rows = Callable[..., list[tuple]]


@pytest.fixture(scope="module")
def rows(served: DemoServer) -> Rows:
    """Reads the district's file: ``rows(sql, *values)``."""

    def read(sql: str, *values: object) -> list[tuple]:
        with closing(sqlite3.connect(served.database)) as database:
            return database.execute(sql, values).fetchall()

    return read
