"""PowerSchool's fields: found in the catalogue, by a name as typed, and on the server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection
from psconnect.model.pasted import pasted
from psconnect.powerschool import field_finder
from psconnect.powerschool.field_finder import FieldState, FoundField
from psconnect.service.base import Base
from psconnect.sources.powerschool.system import PowerSchool
from psconnect.store.settings.secrets import CLIENT_SECRET
from psconnect.sync.compose import Choices, choices_of


class FieldFinding(Base):
    """What a user can do to find a field."""

    def find_fields(
        self, text: str, *, entity: str = "", connection: Connection | None = None, most: int = 60
    ) -> list[FoundField]:
        """Listed fields whose name or meaning has all words of the text, the likeliest first.

        With ``entity`` only those it can have. With ``connection``, possibly unsaved, also the district's own fields
        that its settings use; raises FixSettings for wrong ones. A name that is listed nowhere comes last.
        """
        used = list(_used(choices_of(connection))) if connection else []
        return field_finder.find(text, entity, used, most)

    def examine_fields(
        self, connection: Connection, names: Iterable[str], secret: str = "", cancel: CancelToken | None = None
    ) -> dict[str, FieldState]:
        """Whether each ``Table.Field`` exists on the connection's server and may be viewed; settings may be unsaved.

        No value is kept. An empty ``secret`` means the stored one.
        """
        token = cancel or CancelToken()
        typed = pasted(secret, "client secret", CLIENT_SECRET)
        with self.opened(choices_of(connection), token, typed) as opened:
            client = cast("PowerSchool", opened).client
            client.sign_in()
            return field_finder.states_on(client, names, token)


def _used(choices: Choices) -> Iterator[str]:
    """Every ``Table.Field`` name that the settings use."""
    for names in (*choices.mapping.fields().values(), *choices.selection.fields().values()):
        yield from names
