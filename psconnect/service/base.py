"""The base of all parts of the service: the home, the secrets, the clock, and roster data opened for reading."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from psconnect.http import HttpClient
from psconnect.model.clock import CancelToken, Clock
from psconnect.model.connection import Connection
from psconnect.model.connection_id import new_id
from psconnect.model.errors import FixSettings, PsconnectError
from psconnect.model.runs import Run
from psconnect.schedule.systems.here import scheduler_here
from psconnect.schedule.systems.kind import Scheduler
from psconnect.schedule.systems.login import start_at_login
from psconnect.schedule.systems.login_item import LoginItem
from psconnect.sources.kind import OpenSource, SourceContext
from psconnect.store.database import open_rosters, sqlite_errors
from psconnect.store.history import run_table
from psconnect.store.settings.connection_files import ConnectionFiles
from psconnect.store.settings.home import Home, slug
from psconnect.store.settings.home_id import home_id
from psconnect.store.settings.secrets import CLIENT_SECRET, Secrets
from psconnect.sync.compose import Choices, open_source
from psconnect.sync.job import no_step


@dataclass(frozen=True)
class Found:
    """A run with its connection's opened roster data."""

    db: sqlite3.Connection
    connection: str
    number: int
    run: Run


@dataclass
class Base:
    """One home with its connections; base class of the service's parts.

    ``find_scheduler`` gives the system's own scheduler for the id of a home, and ``find_login_item`` what it starts at
    login; tests give made-up ones.
    """

    home: Home
    secrets: Secrets = field(default_factory=Secrets)
    clock: Clock = field(default_factory=Clock)
    on_step: Callable[[str], None] = no_step
    find_scheduler: Callable[[str], Scheduler | None] = scheduler_here
    find_login_item: Callable[[str], LoginItem | None] = start_at_login

    @property
    def _files(self) -> ConnectionFiles:
        return ConnectionFiles(self.home)

    def with_id(self, connection: Connection) -> Connection:
        """The connection with an id that is unique in this home: its own, the stored one, or a new one."""
        place = slug(connection.name)
        stored = {slug(one.name): one.id for one in self._files.all()}
        others = {an_id for other, an_id in stored.items() if other != place}
        for an_id in (connection.id, stored.get(place, "")):
            if an_id and an_id not in others:
                return msgspec.structs.replace(connection, id=an_id)
        return msgspec.structs.replace(connection, id=new_id())

    @property
    def home_id(self) -> str:
        """The id that tells this home from others that deliver to the same place."""
        return home_id(self.home)

    def _scheduler(self) -> Scheduler | None:
        """The system's own scheduler, for this home; None if there is none."""
        return self.find_scheduler(self.home_id)

    def rosters_of(self, name: str) -> Path:
        """The file of a connection's roster data."""
        return self.home.rosters() / f"{slug(name)}.sqlite"

    def make_http(self, url: str, ca_file: str) -> HttpClient:
        """The HTTP client for a server; benchmarks replace it here."""
        return HttpClient(url, ca_file, monotonic=self.clock.monotonic)

    def source_context(
        self, connection: Connection, cancel: CancelToken, typed: str = "", *, hurried: bool = False
    ) -> SourceContext:
        """What the connection's source needs to open; ``typed`` is a client secret that may not be stored."""

        def secret(key: str) -> str:
            return (typed if key == CLIENT_SECRET else "") or self.secrets.get(connection.name, key)

        return SourceContext(connection, secret, self.make_http, self.clock, cancel, hurried)

    @contextmanager
    def opened(
        self, choices: Choices, cancel: CancelToken | None = None, typed: str = "", *, hurried: bool = True
    ) -> Iterator[OpenSource]:
        """The source for settings that may be unsaved, closed afterwards; ``hurried`` if a person is waiting."""
        token = cancel or CancelToken()
        source = open_source(choices, self.source_context(choices.connection, token, typed, hurried=hurried))
        try:
            yield source
        finally:
            source.close()

    @contextmanager
    def _history(self, name: str) -> Iterator[sqlite3.Connection | None]:
        """A connection's roster data, opened for reading; None if there is none yet."""
        rosters = self.rosters_of(name)
        if not rosters.exists():
            yield None
            return
        with sqlite_errors(rosters), closing(open_rosters(rosters, to_read=True)) as db:
            yield db

    @contextmanager
    def _found(self, run_id: str) -> Iterator[Found]:
        """A run with its connection's roster data, opened for reading; raises FixSettings if there is none.

        Unreadable roster data is skipped: it matters only if no other connection has the run.
        """
        trouble: PsconnectError | None = None
        for name in self._files.names():
            try:
                number = self._number_of(name, run_id)
            except PsconnectError as error:
                trouble = trouble or error
                continue
            if number:
                with self._history(name) as db:
                    if db:
                        yield Found(db, name, number, run_table.read_run(db, name, number))
                        return
        raise trouble or no_run(run_id)

    def _number_of(self, name: str, run_id: str) -> int:
        """The number of a connection's run; 0 if it has no such run."""
        with self._history(name) as db:
            found = run_table.find_run(db, name, run_id) if db else None
        return found[0] if found else 0

    def _name_of(self, run_id: str) -> str:
        with self._found(run_id) as found:
            return found.connection


def no_run(run_id: str) -> FixSettings:
    """The error for a run id that no connection has."""
    return FixSettings("PSC-RUN-UNKNOWN", where=run_id, run_id=run_id)
