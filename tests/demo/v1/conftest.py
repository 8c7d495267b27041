"""One server for all tests of ``/ws/v1``; what a test switches is switched back after it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from psconnect.demo import DemoOptions, DemoServer
from tests.demo.conftest import STUDENTS, TODAY
from tests.demo.support import NAME, Answer, Caller, package

GRANTED = ("U_STUDENTS_EXTENSION.LOCKER", "U_STUDENTS_EXTENSION.PREFERREDNAME", "STUDENTCOREFIELDS.PRIMARYLANGUAGE")

Read = Callable[[str], Any]
Rows = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def v1_server(district: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """A server whose one plugin may read some extension fields, and ``/ws/v1``."""
    folder = tmp_path_factory.mktemp("v1")
    shutil.copy(district, folder)
    with DemoServer(DemoOptions(folder=folder, students=STUDENTS, today=TODAY)) as server:
        server.enable(server.install(package(fields=GRANTED)).name)
        yield server


@pytest.fixture
def v1(v1_server: DemoServer) -> Iterator[Caller]:
    """A signed-in connection; afterwards switches and page sizes are as they were."""
    before = v1_server.quirks
    with Caller(v1_server) as caller:
        yield caller.sign_in(v1_server.plugins()[0])
    v1_server.set_quirks(**asdict(before))
    v1_server.set_page_size(NAME, 100)


@pytest.fixture
def get(v1: Caller) -> Callable[[str], Answer]:
    """Reads a path under ``/ws/v1/``."""
    return lambda path: v1.get(f"/ws/v1/{path}")


@pytest.fixture
def read(get: Callable[[str], Answer]) -> Read:
    """Reads a path under ``/ws/v1/`` that has to succeed, and returns its JSON."""

    def answer(path: str) -> Any:
        found = get(path)
        assert found.status == 200, found.body
        return found.json

    return answer


@pytest.fixture(scope="session")
def rows(v1_server: DemoServer) -> Rows:
    """Asks the district's database itself."""

    def ask(sql: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"{v1_server.database.as_uri()}?mode=ro", uri=True)) as database:
            return database.execute(sql, values).fetchall()

    return ask
