"""PostgreSQL, by psycopg.

Codes are SQLSTATEs: https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from __future__ import annotations

import re
from typing import Any

import psycopg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from psconnect.destinations.database.server import (
    ANSWER_PATIENCE,
    STATEMENT_PATIENCE,
    DatabaseServer,
    authority,
    try_changes,
)
from psconnect.destinations.database.system import LOCK_PATIENCE
from psconnect.destinations.database.tables import Tables, make_tables
from psconnect.model.errors import FixSettings, PsconnectError

_OLDEST = 12
_WHOLE = ("08", "25", "28", "3D", "3F", "40", "53", "55", "57", "58", "F0", "XX")
"""Classes of what concerns more than a statement."""
_KEPT: dict[str, Any] = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""A server that is no longer there is noticed within a minute."""
_BEGIN = text(
    "SELECT set_config('search_path', quote_ident(:schema), true), set_config('lock_timeout', :locks, true),"
    " set_config('statement_timeout', :statements, true), set_config('datestyle', 'ISO, YMD', true),"
    " set_config('standard_conforming_strings', 'on', true)"
)
_SAID = (
    ("password authentication failed|no password supplied|authentication failed for user", "wrong_password"),
    ('database ".*" does not exist|permission denied for database', "no_database"),
    ("no pg_hba.conf entry", "wants_tls"),
    ("too many clients|too many connections|remaining connection slots", "crowded"),
    ("starting up|shutting down|recovery mode|not yet accepting", "starting"),
    ("does not match host name", "other_host"),
    ("certificate verify failed|SSL error: certificate", "untrusted"),
    ("server does not support SSL", "no_tls"),
    ("failed to resolve host|could not translate host name", "no_name"),
    ("timeout expired|connection timeout", "silent"),
    ("Connection refused|No route to host|Network is unreachable|refused the network connection", "refused"),
)
"""What client library and server say of a connection that fails: there is no code for it."""


_MEANS = (
    ("40001", "clash"),
    ("40P01", "clash"),
    ("55P03", "in_use"),
    ("57014", "slow"),
    ("25006", "read_only"),
    ("42501", "no_right"),
    ("3F", "no_schema"),
    ("53300", "crowded"),
    ("53", "full"),
    ("58030", "full"),
    ("08", "gone"),
    ("57", "gone"),
)
"""How a code begins -> the worded error."""


class Postgresql(DatabaseServer):
    """A schema in PostgreSQL. What is set holds for a transaction, so that PgBouncer may stand in between."""

    url = "postgresql+psycopg://"
    isolation = "READ COMMITTED"
    unfit = "\0"

    def connect(self) -> psycopg.Connection[Any]:
        """A new connection."""
        place = self.place
        if place.ca_file:
            authority(place.ca_file)
            ways: dict[str, Any] = {"sslmode": "verify-full", "sslrootcert": place.ca_file}
        else:
            # A password in clear is for an encrypted connection.
            ways = {"sslmode": "disable", "require_auth": "scram-sha-256,md5,none"}
        try:
            db = psycopg.connect(
                host=place.host, port=place.port, dbname=place.database, user=place.user, password=place.password,
                connect_timeout=ANSWER_PATIENCE, application_name="psconnect", gssencmode="disable",
                client_encoding="UTF8", prepare_threshold=None, **ways, **_KEPT,
            )  # fmt: skip
        except psycopg.Error as error:
            raise self._not_connected(str(error)) from None
        if db.info.server_version < _OLDEST * 10_000:
            version = str(db.info.server_version // 10_000)
            db.close()
            raise self.too_old(f"PostgreSQL {version}", f"PostgreSQL {_OLDEST}")
        return db

    def _not_connected(self, said: str) -> PsconnectError:
        for pattern, case in _SAID:
            if re.search(pattern, said):
                found: PsconnectError = getattr(self, case)()
                return found
        return self.not_let_in()

    def begin(self, db: Connection) -> None:
        """Look into the schema alone, wait for nobody for long, and check each constraint with its statement."""
        milliseconds = {"locks": f"{LOCK_PATIENCE * 1000:.0f}", "statements": f"{STATEMENT_PATIENCE * 1000}"}
        db.execute(_BEGIN, {"schema": self.place.schema, **milliseconds})
        db.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")

    def check_place(self) -> None:
        """Also that the schema is there."""
        with self._connected() as db:
            schema = self.place.schema
            if db.scalar(text("SELECT 1 FROM pg_namespace WHERE nspname = :schema"), {"schema": schema}) is None:
                raise self.no_schema()

    def no_schema(self) -> PsconnectError:
        """There is no such schema, or it is not for this account."""
        place = self.place
        return FixSettings(
            "PSC-DATABASE-SCHEMA",
            where="destination.schema",
            schema=place.schema,
            database=place.database,
            user=place.user,
        )

    def try_rights(self, db: Connection, tables: Tables | None, prefix: str) -> None:
        """Make the tables for a moment, or change no row in those that are there."""
        if db.scalar(text("SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::bool")):
            raise self.read_only()
        if not db.scalar(text("SELECT has_schema_privilege(:schema, 'CREATE')"), {"schema": self.place.schema}):
            raise self.no_right_to("CREATE ON SCHEMA")
        if tables is None:
            make_tables(db, prefix)
            return
        foreign = text(
            "SELECT count(*) FROM pg_class WHERE relname = ANY(:names) AND pg_table_is_visible(oid)"
            " AND NOT pg_has_role(relowner, 'USAGE')"
        )
        if db.scalar(foreign, {"names": list(tables.metadata.tables)}):
            raise self.no_right_to("OWNER OF THE TABLES")
        try_changes(db, tables)

    def in_words(self, error: DBAPIError) -> PsconnectError:
        """By its SQLSTATE."""
        state = _state(error)
        for start, case in _MEANS:
            if state.startswith(start):
                found: PsconnectError = getattr(self, case)()
                return found
        return self.other(state) if state and not error.connection_invalidated else self.gone()

    def concerns_all(self, error: DBAPIError) -> bool:
        """Whether it is about more than a statement."""
        state = _state(error)
        if not state:
            return not isinstance(error.orig, psycopg.DataError)
        return error.connection_invalidated or state[:2] in _WHOLE or state == "42501"

    def lacks_reference(self, error: DBAPIError) -> bool:
        """Whether a foreign key refused the change."""
        return _state(error) == "23503"


def _state(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", "") or ""
