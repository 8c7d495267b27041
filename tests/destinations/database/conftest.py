"""Fixtures of the database destination."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.destinations.database.support import Base, ServerBase
from tests.support.database_servers import ServerDatabase


@pytest.fixture
def base(tmp_path: Path) -> Base:
    """A database that is not there yet, in a folder that is."""
    folder = tmp_path / "Schülerdaten"
    folder.mkdir()
    return Base(folder)


@pytest.fixture
def server_base(server_database: ServerDatabase, tmp_path: Path) -> Iterator[ServerBase]:
    """An empty database in a server."""
    with closing(ServerBase(tmp_path, database=server_database)) as base:
        yield base


@pytest.fixture(params=["sqlite", "postgresql", pytest.param("mariadb", marks=pytest.mark.thorough)])
def any_base(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Base]:
    """A database in each system: what is the same in all of them."""
    if request.param == "sqlite":
        yield Base(tmp_path)
        return
    server = request.getfixturevalue({"postgresql": "postgres_server", "mariadb": "maria_server"}[request.param])
    with closing(ServerBase(tmp_path, database=server.make_database())) as base:
        yield base
