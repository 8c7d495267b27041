"""The demo district's folders and connection, shared by command line and window.

The entry points start the demo's server: the engine knows nothing about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from psconnect.model.connection import Connection, from_dict
from psconnect.store.database import sqlite_errors
from psconnect.store.files import private_folder
from psconnect.store.settings.home import Home, home_at

DEMO_NAME, DEMO_DISTRICT = "Demo district", "Demo Unified School District"


@dataclass(frozen=True)
class DemoHome:
    """The demo's own home, below the user's, so that the user's connections are never touched."""

    folder: Path

    @property
    def home(self) -> Home:
        """Where the demo's settings and roster data are."""
        return home_at(private_folder(self.folder))

    @property
    def server_folder(self) -> Path:
        """Where the demo server keeps its district."""
        return private_folder(self.folder / "server")

    @property
    def roster_folder(self) -> Path:
        """Where the demo delivers to."""
        return private_folder(self.folder / "roster")

    def connection(self, url: str, connection_id: str = "") -> Connection:
        """A connection from the demo server to the roster folder, not stored yet."""
        return from_dict(
            {
                "name": DEMO_NAME,
                "id": connection_id,
                "preset": "oneroster",
                "source": {"kind": "powerschool", "url": url},
                "options": {"district_name": DEMO_DISTRICT},
                "destination": {"kind": "oneroster-csv", "folder": str(self.roster_folder)},
            }
        )


@contextmanager
def demo_errors(home: Home) -> Iterator[DemoHome]:
    """The demo's home; its server's file errors are raised as LocalStorage."""
    with sqlite_errors(home.demo, read_again=True):
        yield DemoHome(home.demo)
