"""Opening a connection's destination, with its secrets and its clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager

from psconnect.destinations import Context, Destination, open_destination
from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection
from psconnect.service.secrets import SecretKeeping
from psconnect.sync.naming import sign_in_of


class Destinations(SecretKeeping):
    """Base class for whatever needs a connection's destination."""

    @contextmanager
    def opened_destination(
        self,
        connection: Connection,
        cancel: CancelToken | None = None,
        typed: Mapping[str, str] | None = None,
        kept_as: str = "",
    ) -> Iterator[Destination]:
        """The connection's destination; closed afterwards.

        ``typed`` are secrets by full key that override those kept under ``kept_as`` or the connection's name. Raises
        FixSettings for unusable settings or a missing secret.
        """
        context = Context(
            connection.name,
            sign_in=sign_in_of(connection),
            secret=lambda key: self.destination_secret(connection, key, typed or {}, kept_as),
            clock=self.clock,
            cancel=cancel or CancelToken(),
            on_step=self.on_step,
            home=self.home_id,
            beside=self.rosters_of(connection.name).with_suffix(""),
            id_prefix=connection.options.id_prefix,
        )
        with closing(open_destination(connection.destination, context)) as destination:
            yield destination
