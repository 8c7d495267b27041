"""When a connection had better wait: the proposal of a freeze between two school years."""

from __future__ import annotations

from psconnect.model.clock import CancelToken
from psconnect.service.base import Base
from psconnect.sync import season
from psconnect.sync.compose import choices_of
from psconnect.sync.season import SeasonProposal


class Season(Base):
    """What a person can have worked out from the school calendar."""

    def propose_freeze(self, name: str, cancel: CancelToken | None = None) -> SeasonProposal:
        """The freeze that the schools' calendars suggest: see SeasonProposal. Reads PowerSchool, changes nothing.

        To use it, add ``{from, until}`` to the connection's ``safety.freeze``.
        """
        connection = self._files.get(name)
        client = self.make_client(connection, cancel or CancelToken())
        try:
            return season.propose(choices_of(connection), client, self.clock.now())
        finally:
            client.http.close()
