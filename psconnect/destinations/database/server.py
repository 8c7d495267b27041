"""A database in a server that others run: one connection that is kept, and the errors all servers have in common."""

from __future__ import annotations

import ssl
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import Connection, create_engine, delete, insert, select, update

from psconnect.destinations.database.system import LOCK_PATIENCE, Clash, System
from psconnect.destinations.database.tables import Tables
from psconnect.model.errors import FixSettings, PsconnectError, SignInAgain, TryLater

PORTS = {"postgresql": 5432, "mariadb": 3306}
"""System -> its usual port."""
ANSWER_PATIENCE = 10
"""Seconds to wait until a server has let psconnect in."""
STATEMENT_PATIENCE = 120
"""Seconds to wait for the answer to a statement."""


@dataclass(frozen=True)
class ServerPlace:
    """Where a database is, and how psconnect gets in.

    Attributes:
        schema: the schema of the tables; empty where a database has none.
        ca_file: PEM file with the authority of the server's certificate; empty for a connection without TLS.
    """

    host: str
    port: int
    database: str
    user: str
    password: str
    schema: str = ""
    ca_file: str = ""

    def __repr__(self) -> str:
        """Without the password."""
        return f"ServerPlace({self.address!r})"

    @property
    def address(self) -> str:
        """For people: database, schema, server."""
        name = f"{self.database}.{self.schema}" if self.schema else self.database
        return f"{name} ({self.host}:{self.port})"

    @classmethod
    def of(cls, settings: Mapping[str, Any], password: str) -> ServerPlace:
        """As the settings say."""
        text = {key: str(settings[key]).strip() for key in ("host", "database", "user", "schema", "ca_file")}
        return cls(
            text["host"],
            int(settings["port"]) or PORTS[settings["system"]],
            text["database"],
            text["user"],
            password,
            text["schema"] if settings["system"] == "postgresql" else "",
            text["ca_file"] if settings["tls"] == "verify" else "",
        )


class DatabaseServer(System):
    """A server. The connection stays open between transactions, and is made anew where it broke meanwhile."""

    url: ClassVar[str]
    """How SQLAlchemy names system and driver."""
    isolation: ClassVar[str]

    def __init__(self, place: ServerPlace) -> None:
        self.place = place
        self._engine = create_engine(
            self.url,
            creator=self.connect,
            isolation_level=self.isolation,
            pool_size=1,
            max_overflow=0,
            pool_pre_ping=True,
            hide_parameters=True,  # SQLAlchemy puts them into the texts of errors: they are people's
        )

    @property
    def address(self) -> str:
        """Database and server."""
        return self.place.address

    @abstractmethod
    def connect(self) -> Any:
        """A new connection of the driver; raises worded errors."""

    def begin(self, db: Connection) -> None:
        """Set what holds for a transaction alone."""

    def check_place(self) -> None:
        """Connect once; raises a worded error where that fails."""
        with self._connected():
            pass

    def is_there(self) -> bool:
        """Always: psconnect makes no database in a server."""
        return True

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        with self.errors_in_words(), self._engine.connect() as db:
            self.begin(db)
            yield db

    @contextmanager
    def reading(self) -> Iterator[Connection | None]:
        """A transaction that is rolled back."""
        with self._connected() as db:
            yield db

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction, rolled back unless committed."""
        with self._connected() as db:
            yield db

    def close(self) -> None:
        """Close the connection."""
        self._engine.dispose()

    # --- words ---------------------------------------------------------------------------------------------------

    def _values(self) -> dict[str, Any]:
        place = self.place
        return {"host": place.host, "port": str(place.port), "database": place.database, "user": place.user}

    def no_name(self) -> PsconnectError:
        """There is no such host."""
        return FixSettings("PSC-DATABASE-CONNECT/name", where="destination.host", **self._values())

    def refused(self) -> PsconnectError:
        """Nothing listens there."""
        return TryLater("PSC-DATABASE-CONNECT/refused", where=self.address, **self._values())

    def silent(self) -> PsconnectError:
        """Nothing answers."""
        seconds = ANSWER_PATIENCE
        return TryLater("PSC-DATABASE-CONNECT/silent", where=self.address, seconds=seconds, **self._values())

    def no_tls(self) -> PsconnectError:
        """The server offers no TLS."""
        return FixSettings("PSC-DATABASE-CONNECT/no-tls", where="destination.tls", **self._values())

    def wants_tls(self) -> PsconnectError:
        """The server lets nobody in as asked, most often since it wants TLS."""
        return FixSettings("PSC-DATABASE-CONNECT/not-allowed", where=self.address, **self._values())

    def untrusted(self) -> PsconnectError:
        """The certificate isn't of that authority, or has ended."""
        return FixSettings("PSC-DATABASE-CERTIFICATE/untrusted", where="destination.ca_file", **self._values())

    def other_host(self) -> PsconnectError:
        """The certificate is another server's."""
        return FixSettings("PSC-DATABASE-CERTIFICATE/host", where="destination.host", **self._values())

    def wrong_password(self) -> PsconnectError:
        """User or password is wrong."""
        return SignInAgain("PSC-DATABASE-CONNECT/password", where="destination.user", **self._values())

    def no_database(self) -> PsconnectError:
        """There is no such database, or the user may not enter it."""
        return FixSettings("PSC-DATABASE-CONNECT/database", where="destination.database", **self._values())

    def crowded(self) -> PsconnectError:
        """All connections are taken."""
        return TryLater("PSC-DATABASE-CONNECT/crowded", where=self.address, **self._values())

    def starting(self) -> PsconnectError:
        """It starts, stops or recovers."""
        return TryLater("PSC-DATABASE-CONNECT/starting", where=self.address, **self._values())

    def not_let_in(self) -> PsconnectError:
        """For a reason that it says in words only."""
        return SignInAgain("PSC-DATABASE-CONNECT/other", where=self.address, **self._values())

    def too_old(self, version: str, oldest: str) -> PsconnectError:
        """Older than psconnect knows."""
        return FixSettings(
            "PSC-DATABASE-VERSION/old", where=self.address, version=version, oldest=oldest, address=self.address
        )

    def gone(self) -> PsconnectError:
        """The connection broke."""
        return TryLater("PSC-DATABASE-SERVER/gone", where=self.address, address=self.address)

    def clash(self) -> PsconnectError:
        """Another transaction came first."""
        return Clash("PSC-DATABASE-SERVER/clash", where=self.address, address=self.address)

    def in_use(self) -> PsconnectError:
        """Somebody holds a lock for too long."""
        address = self.address
        return TryLater("PSC-DATABASE-IN-USE", where=address, path=address, lock_patience=LOCK_PATIENCE)

    def slow(self) -> PsconnectError:
        """A statement took too long, or somebody ended it."""
        seconds = STATEMENT_PATIENCE
        return TryLater("PSC-DATABASE-SERVER/slow", where=self.address, address=self.address, seconds=seconds)

    def full(self) -> PsconnectError:
        """Its disk or memory is full."""
        return TryLater("PSC-DATABASE-SERVER/full", where=self.address, address=self.address)

    def read_only(self) -> PsconnectError:
        """It takes no changes: a copy, or switched so."""
        return FixSettings("PSC-DATABASE-SERVER/read-only", where=self.address, address=self.address)

    def no_right(self) -> PsconnectError:
        """A right is missing."""
        return FixSettings("PSC-DATABASE-RIGHTS/some", where=self.address, address=self.address, user=self.place.user)

    def no_right_to(self, right: str) -> PsconnectError:
        """That right is missing, in SQL's word."""
        user = self.place.user
        return FixSettings(
            "PSC-DATABASE-RIGHTS/named", where=self.address, right=right, user=user, address=self.address
        )

    def other(self, name: str) -> PsconnectError:
        """Anything else, by the system's code."""
        return TryLater("PSC-DATABASE-SERVER/other", where=self.address, name=name, address=self.address)


def authority(ca_file: str) -> ssl.SSLContext:
    """Trusts the authority in that PEM file alone, and looks at names; raises FixSettings for a bad file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        Path(ca_file).open("rb").close()
        context.load_verify_locations(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise FixSettings("PSC-TLS-CA-FILE", where=ca_file, ca_file=ca_file, kind=type(error).__name__) from None
    return context


def try_changes(db: Connection, tables: Tables) -> None:
    """Read, write and delete no row of each table: the system says whether that is allowed."""
    for table in tables.metadata.tables.values():
        # All columns: MariaDB wants a value for each that needs one, even for no row.
        some, names = next(iter(table.primary_key)), [column.name for column in table.c]
        none = some != some  # noqa: PLR0124 - never true
        db.execute(insert(table).from_select(names, select(*table.c).where(none)))
        db.execute(update(table).where(none).values({some.name: some}))
        db.execute(delete(table).where(none))
