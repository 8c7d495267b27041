"""Real database servers on this machine: each in a folder of its own and on a port of its own, under an account
without rights, stopped afterwards. A test gets a database of its own in the session's server.
"""

from __future__ import annotations

import itertools
import secrets
import shutil
import signal
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import psycopg
import pymysql
import pytest

from tests.judges.mirrored import mirror
from tests.support.certificates import Certificates, ServerCertificate
from tests.support.servers import dropped_to, ending_with_us, free_port, give, server_folder

PASSWORD = f"canary-{secrets.token_hex(8)}"
"""The password of every account of a test."""
USER = "psconnect"
_READY_SECONDS = 60.0
_numbers = itertools.count(1)
Sql = Callable[..., list[tuple]]
"""Plain SQL: a statement and its values."""


@dataclass(frozen=True)
class ServerDatabase:
    """An empty database in a server, with an account that may make tables in it, as docs/database.md says."""

    server: DatabaseServer
    name: str

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of a connection that delivers there."""
        return {
            "system": self.server.system,
            "host": "localhost",
            "port": self.server.port,
            "database": self.name,
            "user": self.name,
            "ca_file": str(self.server.ca_file),
            **({"schema": self.server.schema} if self.server.schema else {}),
        }

    def sql(self, statement: str, *values: object, user: str = "") -> list[tuple]:
        """Plain SQL there, by the account of psconnect or, as ``user`` says, of the server's administrator."""
        return self.server.run(statement, values, self.name, user or self.name)

    def mirrored(self, file: Path) -> Path:
        """The tables and views as a SQLite file, for judges."""
        with self.server.session(self.name, self.name) as sql:
            return mirror(sql, self.server.schema or self.name, file)


class DatabaseServer(ABC):
    """A server; ``start`` and ``stop`` may be called again and again."""

    system: str
    account: str
    administrator: str
    schema = ""
    ending: signal.Signals
    """The signal that ends it at once."""

    def __init__(self, certificates: Certificates) -> None:
        self.folder = server_folder(self.system)
        self.ca_file = certificates.ca_file
        self.port = free_port()
        self.data = self.folder / "data"
        self._process: subprocess.Popen[bytes] | None = None
        give(self.folder, self.account)
        self.use_certificate(certificates.good)

    def use_certificate(self, certificate: ServerCertificate) -> None:
        """Put a certificate where the server looks for it."""
        for source, name in ((certificate.cert_file, "server.pem"), (certificate.key_file, "server.key")):
            target = self.folder / name
            shutil.copyfile(source, target)
            target.chmod(0o600)
            give(target, self.account)

    def _run(self, *command: str | Path) -> None:
        as_account = dropped_to(self.account, *command)
        done = subprocess.run(as_account, capture_output=True, text=True, check=False, cwd=self.folder, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self) -> None:
        """Start it if it does not run, and wait until it answers."""
        if self._process is None or self._process.poll() is not None:
            self._begin()

    def _spawn(self, *command: str | Path) -> None:
        """Start the server's process."""
        # First the account, then the signal: a change of the account forgets it.
        whole = dropped_to(self.account, *ending_with_us(self.ending.name.removeprefix("SIG"), *command))
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                whole, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )

    def stop(self) -> None:
        """End it at once, as a power cut would end its connections; what was committed stays."""
        if self._process is not None:
            self._process.send_signal(self.ending)
            self._process.wait()
            self._process = None

    def remove(self) -> None:
        """Stop it, and delete its folder."""
        self.stop()
        shutil.rmtree(self.folder)

    @abstractmethod
    def _begin(self) -> None:
        """Start its process, and wait until it answers."""

    @abstractmethod
    def session(self, database: str, user: str) -> AbstractContextManager[Sql]:
        """A connection, for plain SQL."""

    def run(self, statement: str, values: Sequence[object], database: str, user: str) -> list[tuple]:
        """Plain SQL, in a connection of its own."""
        with self.session(database, user) as sql:
            return sql(statement, *values)

    @abstractmethod
    def make_database(self) -> ServerDatabase:
        """A new, empty database with its account."""


class PostgresServer(DatabaseServer):
    """PostgreSQL from the distribution's package."""

    system = "postgresql"
    account = "postgres"
    administrator = "postgres"
    schema = "roster"
    ending = signal.SIGQUIT

    def __init__(self, certificates: Certificates) -> None:
        super().__init__(certificates)
        newest = max(Path("/usr/lib/postgresql").iterdir(), key=lambda path: int(path.name))
        self._bin = newest / "bin"
        self._run(
            self._bin / "initdb", "-D", self.data, "--no-sync", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"
        )
        (self.data / "pg_hba.conf").write_text(
            "local all all trust\nhostssl all all all scram-sha-256\nhostnossl all plain all scram-sha-256\n"
        )
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.write(
                f"port = {self.port}\nlisten_addresses = 'localhost'\nunix_socket_directories = '{self.folder}'\n"
                "fsync = off\nfull_page_writes = off\nshared_buffers = 32MB\nmax_connections = 60\n"
                f"ssl = on\nssl_cert_file = '{self.folder}/server.pem'\nssl_key_file = '{self.folder}/server.key'\n"
            )

    def _begin(self) -> None:
        self._spawn(self._bin / "postgres", "-D", self.data)
        asking = list(map(str, (self._bin / "pg_isready", "-q", "-h", self.folder, "-p", self.port)))
        end = monotonic() + _READY_SECONDS
        while subprocess.run(asking, check=False).returncode != 0:
            assert self._process is not None
            assert self._process.poll() is None, (self.folder / "log").read_text()
            assert monotonic() < end, (self.folder / "log").read_text()

    def reload(self) -> None:
        """Take over changed settings and certificates."""
        self._run(self._bin / "pg_ctl", "-D", self.data, "reload")

    @contextmanager
    def session(self, database: str, user: str) -> Iterator[Sql]:
        with psycopg.connect(host=str(self.folder), port=self.port, dbname=database, user=user, autocommit=True) as db:

            def sql(statement: str, *values: object) -> list[tuple]:
                cursor = db.execute(statement, values or None)
                return cursor.fetchall() if cursor.description else []

            yield sql

    def make_database(self) -> ServerDatabase:
        name = f"t{next(_numbers)}"
        made = ServerDatabase(self, name)
        self.run(f"CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'", (), "postgres", "postgres")
        self.run(f"CREATE DATABASE {name}", (), "postgres", "postgres")
        self.run(f"CREATE SCHEMA roster AUTHORIZATION {name}", (), name, "postgres")
        self.run(f"ALTER ROLE {name} SET search_path = roster", (), name, "postgres")
        return made


class MariaServer(DatabaseServer):
    """MariaDB from the distribution's package."""

    system = "mariadb"
    account = "mysql"
    administrator = "root"
    ending = signal.SIGKILL

    def __init__(self, certificates: Certificates) -> None:
        super().__init__(certificates)
        self._socket = self.folder / "socket"
        self._run(
            "mariadb-install-db",
            "--no-defaults",
            f"--datadir={self.data}",
            "--skip-test-db",
            "--auth-root-authentication-method=normal",
        )

    def _begin(self) -> None:
        self._spawn(
            "mariadbd", "--no-defaults", f"--datadir={self.data}", f"--socket={self._socket}", f"--port={self.port}",
            "--bind-address=127.0.0.1", f"--pid-file={self.folder}/pid", "--innodb-flush-log-at-trx-commit=2",
            "--innodb-buffer-pool-size=64M", "--skip-log-bin", f"--log-error={self.folder}/log", "--skip-name-resolve",
            f"--ssl-cert={self.folder}/server.pem", f"--ssl-key={self.folder}/server.key",
        )  # fmt: skip
        waiting = ["mariadb-admin", "--no-defaults", f"--socket={self._socket}", "-uroot", "--wait=60", "ping"]
        subprocess.run(waiting, check=True, capture_output=True, timeout=90)

    def stop(self) -> None:
        super().stop()
        self._socket.unlink(missing_ok=True)

    @contextmanager
    def session(self, database: str, user: str) -> Iterator[Sql]:
        password = "" if user == "root" else PASSWORD
        at: dict[str, Any] = {"unix_socket": str(self._socket), "database": database, "ssl_disabled": True}
        with (
            closing(pymysql.connect(**at, user=user, password=password, autocommit=True)) as db,
            db.cursor() as cursor,
        ):

            def sql(statement: str, *values: object) -> list[tuple]:
                cursor.execute(statement, values or None)
                return list(cursor.fetchall())

            yield sql

    def make_database(self) -> ServerDatabase:
        name = f"t{next(_numbers)}"
        self.run(f"CREATE DATABASE {name}", (), "mysql", "root")
        self.run(f"CREATE USER {name} IDENTIFIED BY '{PASSWORD}'", (), "mysql", "root")
        rights = "SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, REFERENCES, DROP, CREATE VIEW, SHOW VIEW"
        self.run(f"GRANT {rights} ON {name}.* TO {name}", (), "mysql", "root")
        return ServerDatabase(self, name)


@pytest.fixture(scope="session")
def postgres_server(certificates: Certificates) -> Iterator[PostgresServer]:
    """The session's PostgreSQL."""
    server = PostgresServer(certificates)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def maria_server(certificates: Certificates) -> Iterator[MariaServer]:
    """The session's MariaDB."""
    server = MariaServer(certificates)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(params=["postgresql", pytest.param("mariadb", marks=pytest.mark.thorough)])
def server_database(request: pytest.FixtureRequest) -> ServerDatabase:
    """An empty database of the test's own, in each system."""
    name = {"postgresql": "postgres_server", "mariadb": "maria_server"}[request.param]
    server: DatabaseServer = request.getfixturevalue(name)
    return server.make_database()
