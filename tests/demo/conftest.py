"""Demo servers for the tests: each test has its own, over a copy of a district that is made once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from psconnect.demo import DemoOptions, DemoServer, InstalledPlugin, Quirks
from psconnect.demo.district import build_district
from tests.demo.support import Caller, package

TODAY = date(2026, 11, 21)
STUDENTS = 500


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a district of 500 students, for reading alone."""
    return build_district(tmp_path_factory.mktemp("district"), STUDENTS, 1, TODAY)


#: The plainest rows, so that tests of other things can write them down; tests of rows set these themselves.
PLAIN: dict[str, Any] = {"row_ids": False, "row_values": "text"}

Serve = Callable[..., DemoServer]


@pytest.fixture
def serve(district: Path, tmp_path: Path) -> Iterator[Serve]:
    """Starts servers: ``serve(quirk=value, …)``, or ``serve(options={…})`` for other options than quirks."""
    with ExitStack() as stack:

        def start(options: dict[str, Any] | None = None, **quirks: Any) -> DemoServer:
            folder = tmp_path / f"server-{len(list(tmp_path.iterdir()))}"
            folder.mkdir()
            shutil.copy(district, folder)
            values = {"folder": folder, "students": STUDENTS, "today": TODAY, "quirks": Quirks(**PLAIN | quirks)}
            return stack.enter_context(DemoServer(DemoOptions(**{**values, **(options or {})})))

        yield start


@pytest.fixture
def server(serve: Serve) -> DemoServer:
    """A server as it comes."""
    return serve()


@pytest.fixture
def plugin(server: DemoServer) -> InstalledPlugin:
    """The test plugin, enabled."""
    return server.enable(server.install(package()).name)


@pytest.fixture
def caller(server: DemoServer, plugin: InstalledPlugin) -> Iterator[Caller]:
    """A signed-in connection of the test plugin."""
    with Caller(server) as opened:
        yield opened.sign_in(plugin)


SignedIn = Callable[..., Caller]


@pytest.fixture
def signed_in() -> Iterator[SignedIn]:
    """Installs and enables a package on a server, and signs in: ``signed_in(server, package_bytes)``."""
    with ExitStack() as stack:

        def sign_in(server: DemoServer, content: bytes | None = None) -> Caller:
            installed = server.enable(server.install(content or package()).name)
            return stack.enter_context(Caller(server)).sign_in(installed)

        yield sign_in
