"""What differs between the database systems: how they are reached, what their errors mean, what they can't do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import ClassVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from psconnect.destinations.database.tables import Tables
from psconnect.model.errors import PsconnectError, TryLater

LOCK_PATIENCE = 5.0
"""Seconds to wait for what another program has locked."""


class Clash(TryLater):
    """The server gave up this transaction for another one; the same transaction may work at once."""


class System(ABC):
    """A database, as one system has it.

    Attributes:
        keeps_ddl: whether tables and views are made within a transaction; elsewhere, making one commits it.
        unfit: characters that no text may have there.
    """

    keeps_ddl: ClassVar[bool] = True
    unfit: ClassVar[str] = ""

    @property
    @abstractmethod
    def address(self) -> str:
        """Where the database is, for people."""

    @abstractmethod
    def check_place(self) -> None:
        """Raise a worded error unless a database can be written there; leaves nothing behind."""

    @abstractmethod
    def is_there(self) -> bool:
        """Whether there is a database; False where ``make`` will make one."""

    def make(self) -> None:  # noqa: B027 - servers have their databases already
        """Make the database if it is missing."""

    @abstractmethod
    def try_rights(self, db: Connection, tables: Tables | None, prefix: str) -> None:
        """Raise a worded error for a right that is missing for these tables, or for making them; ``db`` is rolled back.

        Leaves nothing behind.
        """

    @abstractmethod
    def reading(self) -> AbstractContextManager[Connection | None]:
        """Open the database; None if there is none. Errors are raised in words."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Connection]:
        """A write transaction, rolled back unless committed. Errors are raised in words."""

    @abstractmethod
    def concerns_all(self, error: DBAPIError) -> bool:
        """Whether the error concerns the database or the transaction, not one statement."""

    @abstractmethod
    def lacks_reference(self, error: DBAPIError) -> bool:
        """Whether a foreign key refused the change."""

    @abstractmethod
    def in_words(self, error: DBAPIError) -> PsconnectError:
        """The error of the whole database, without the system's own text: that may hold values."""

    @contextmanager
    def errors_in_words(self) -> Iterator[None]:
        """Turn the system's errors about the whole database into worded ones."""
        try:
            yield
        except DBAPIError as error:
            raise self.in_words(error) from None

    def close(self) -> None:  # noqa: B027 - a file isn't held open
        """Release open connections."""
