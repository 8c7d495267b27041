"""A demo server for a module's tests, and visitors of its administrator's pages."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from shutil import copy
from typing import Any

import httpx
import pytest

from psconnect.demo import DemoOptions, DemoServer
from tests.demo.admin.browser import Browser, running_browser
from tests.demo.conftest import STUDENTS, TODAY


@pytest.fixture(scope="module")
def demo(district: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """A server that the tests of a module share."""
    folder = tmp_path_factory.mktemp("admin")
    copy(district, folder)
    with DemoServer(DemoOptions(folder=folder, students=STUDENTS, today=TODAY)) as server:
        yield server


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for the tests of a module."""
    with running_browser(tmp_path_factory.mktemp("profile")) as started:
        yield started


@dataclass
class Visitor:
    """Somebody with a browser of few talents: it keeps cookies, follows links and sends forms as they stand."""

    server: DemoServer
    client: httpx.Client = field(init=False)
    answer: httpx.Response = field(init=False)

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=self.server.url, follow_redirects=True, trust_env=False)

    @property
    def text(self) -> str:
        """The page as text, without its markup."""
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.answer.text)).split())

    @property
    def notice(self) -> str:
        """What the page says about what was just done."""
        found = re.search(r'<div class="notice \w+"[^>]*>(.*?)</div>', self.answer.text, re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[1])).split()) if found else ""

    @property
    def csrf(self) -> str:
        """The token in the forms of the page."""
        return re.search(r'name="csrf" value="([^"]+)"', self.answer.text)[1]

    def open(self, path: str) -> Visitor:
        """Go to an address."""
        self.answer = self.client.get(path)
        return self

    def send(self, address: str, /, files: dict[str, Any] | None = None, **fields: Any) -> Visitor:
        """Send a form with the token of the page that is open."""
        self.answer = self.client.post(address, data={"csrf": self.csrf, **fields}, files=files)
        return self

    def sign_in(self) -> Visitor:
        """Sign in as the page tells."""
        self.open("/admin/pw.html")
        user, password = self.server.admin_user, self.server.admin_password
        return self.send("/admin/pw.html", username=user, password=password)


@pytest.fixture
def stranger(demo: DemoServer) -> Iterator[Visitor]:
    """A visitor who has not signed in."""
    visitor = Visitor(demo)
    with closing(visitor.client):
        yield visitor


@pytest.fixture
def visitor(stranger: Visitor) -> Visitor:
    """A visitor who has."""
    return stranger.sign_in()


@pytest.fixture
def sql(demo: DemoServer) -> Iterator[Callable[..., list[tuple]]]:
    """Runs a statement on the server's district."""
    with closing(sqlite3.connect(demo.database, isolation_level=None, timeout=10)) as database:
        yield lambda statement, *values: database.execute(statement, values).fetchall()
