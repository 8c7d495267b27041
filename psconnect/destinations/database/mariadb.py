"""MariaDB, by PyMySQL.

Errors have numbers: https://mariadb.com/kb/en/mariadb-error-codes/
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Collection
from typing import Any

import pymysql
from pymysql.constants import CLIENT
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
from psconnect.destinations.database.tables import Tables
from psconnect.model.errors import FixSettings, PsconnectError

_OLDEST = (10, 5)
_STRICT = "STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
"""A value that doesn't fit is an error, whatever the server is set to; nothing is cut."""
_CERTIFICATE_OF_OTHERS = (62, 64)
"""OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH."""
_CLASH = frozenset({1213, 1020})
_LOCKED = frozenset({1205})
_SLOW = frozenset({1317, 1969, 3024})
_DENIED = frozenset({1044, 1142, 1143, 1227, 1370, 1410})
_READ_ONLY = frozenset({1290, 1792, 1836, 4007})
_FULL = frozenset({1021, 1030, 1037, 1038, 1041, 1114, 1197})
_CROWDED = frozenset({1040, 1203, 1226})
_GONE = frozenset({0, 1053, 1152, 1158, 1159, 1160, 1161, 1180, 1927, 2002, 2003, 2006, 2013, 2014, 2055})
_WHOLE = _CLASH | _LOCKED | _SLOW | _DENIED | _READ_ONLY | _FULL | _CROWDED | _GONE
_RIGHTS = (
    ("CREATE", "CREATE TABLE {made} LIKE {missing}"),
    ("ALTER", "ALTER TABLE {missing} ADD COLUMN a INT"),
    ("INDEX", "CREATE INDEX a ON {missing} (a)"),
    ("CREATE VIEW", "CREATE VIEW {made} AS SELECT * FROM {missing}"),
    ("INSERT", "INSERT INTO {missing} VALUES (1)"),
    ("UPDATE", "UPDATE {missing} SET a = 1"),
    ("DELETE", "DELETE FROM {missing}"),
    ("DROP", "DROP TABLE {missing}"),
)
"""Statements about a table that isn't there: a right that is missing is told before that."""


class Mariadb(DatabaseServer):
    """A database in MariaDB. Making a table or view commits what was written before."""

    url = "mariadb+pymysql://"
    # READ COMMITTED is refused where a server logs statements; the transaction begins with a lock, so this is as good.
    isolation = "REPEATABLE READ"
    keeps_ddl = False

    def connect(self) -> pymysql.Connection[Any]:
        """A new connection."""
        place = self.place
        ways: dict[str, Any] = {"ssl": authority(place.ca_file)} if place.ca_file else {"ssl_disabled": True}
        locks = f"{LOCK_PATIENCE:.0f}"
        try:
            db = pymysql.connect(
                host=place.host, port=place.port, database=place.database, user=place.user, password=place.password,
                # Count the rows that an UPDATE found, not those that it made different.
                client_flag=CLIENT.FOUND_ROWS, charset="utf8mb4", sql_mode=_STRICT, connect_timeout=ANSWER_PATIENCE,
                read_timeout=STATEMENT_PATIENCE, write_timeout=STATEMENT_PATIENCE, program_name="psconnect",
                init_command=f"SET SESSION innodb_lock_wait_timeout={locks}, lock_wait_timeout={locks}", **ways,
            )  # fmt: skip
        except pymysql.Error as error:
            raise self._not_connected(error) from None
        said = db.get_server_info()
        found = re.search(r"(\d+)\.(\d+)\.\d+-MariaDB", said)
        if found is None:
            db.close()
            raise FixSettings("PSC-DATABASE-VERSION/other", where="destination.system", version=f"MySQL {said}")
        if (int(found[1]), int(found[2])) < _OLDEST:
            db.close()
            raise self.too_old(f"MariaDB {found[1]}.{found[2]}", f"MariaDB {_OLDEST[0]}.{_OLDEST[1]}")
        return db

    def _not_connected(self, error: pymysql.Error) -> PsconnectError:
        number, cause = _number(error), error.__context__
        if isinstance(cause, ssl.SSLCertVerificationError):
            return self.other_host() if cause.verify_code in _CERTIFICATE_OF_OTHERS else self.untrusted()
        for sort, case in ((socket.gaierror, self.no_name), (TimeoutError, self.silent)):
            if isinstance(cause, sort):
                return case()
        return next((case() for numbers, case in self._refusals() if number in numbers), self.not_let_in())

    def _refusals(self) -> tuple[tuple[Collection[int], Callable[[], PsconnectError]], ...]:
        return (
            ((2026,), self.no_tls),
            ((1045, 1698, 1820, 1862), self.wrong_password),
            ((1044, 1049), self.no_database),
            ((1130, 3159), self.wants_tls),
            (_CROWDED, self.crowded),
            ((2002, 2003), self.refused),
            (_GONE, self.starting),
        )

    def try_rights(self, db: Connection, tables: Tables | None, prefix: str) -> None:
        """Ask for each right with a statement about a table that isn't there."""
        if db.scalar(text("SELECT @@global.read_only")):
            raise self.read_only()
        names = {"made": f"{prefix}psconnect_try", "missing": f"{prefix}psconnect_missing"}
        for right, statement in _RIGHTS:
            try:
                db.exec_driver_sql(statement.format(**names))
            except DBAPIError as error:
                if _number(error.orig) in _DENIED:
                    raise self.no_right_to(right) from None
                if self.concerns_all(error):
                    raise
        if tables is not None:
            try_changes(db, tables)

    def in_words(self, error: DBAPIError) -> PsconnectError:
        """By its number."""
        number = _number(error.orig)
        for numbers, words in (
            (_CLASH, self.clash),
            (_LOCKED, self.in_use),
            (_SLOW, self.slow),
            (_DENIED, self.no_right),
            (_READ_ONLY, self.read_only),
            (_FULL, self.full),
            (_CROWDED, self.crowded),
            (_GONE, self.gone),
        ):
            if number in numbers:
                return words()
        return self.gone() if error.connection_invalidated else self.other(str(number))

    def concerns_all(self, error: DBAPIError) -> bool:
        """Whether it is about more than a statement."""
        return error.connection_invalidated or _number(error.orig) in _WHOLE

    def lacks_reference(self, error: DBAPIError) -> bool:
        """Whether a foreign key refused the change."""
        return _number(error.orig) in (1216, 1217, 1451, 1452)


def _number(error: BaseException | None) -> int:
    first = error.args[0] if error is not None and error.args else 0
    return first if isinstance(first, int) else 0
