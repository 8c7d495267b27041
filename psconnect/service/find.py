"""Finding one record, and why it is or isn't at the destination."""

from __future__ import annotations

from pathlib import Path

from psconnect.model.bad_setting import hint_at
from psconnect.model.entities import BY_KEY
from psconnect.model.errors import FixSettings
from psconnect.reports.explained import Explanation
from psconnect.reports.explanation import explain
from psconnect.reports.problems import web_address
from psconnect.service.base import Base
from psconnect.store.reading.last_reading import FINDABLE, Match, last_read
from psconnect.sync.system_name import system_name


class Find(Base):
    """What a user can ask about one record."""

    def find(self, name: str, text: str, *, entity: str = "", most: int = 50) -> list[Match]:
        """Records of a connection by name, number, id, user name or e-mail; closest first.

        Searches everything the newest run read, and earlier deliveries. The first search after a run takes a second or
        two to build the index. Raises FixSettings if the entity can't be searched or nothing was read yet.
        """
        if entity and entity not in FINDABLE:
            raise FixSettings("PSC-FIND-ENTITY", where="entity", entity=entity, hint=hint_at(entity, list(FINDABLE)))
        with last_read(self._rosters(name)) as read:
            if read is None:
                raise nothing_read(name)
            return read.search(text, entity, most)

    def explain(self, name: str, entity: str, key: int) -> Explanation:
        """A record's path through the newest run, and its history; raises FixSettings if it is unknown."""
        connection = self._files.get(name)
        url = web_address(connection.source.url)
        with last_read(self._rosters(name)) as read:
            if read is None:
                raise nothing_read(name)
            found = explain(read, url, BY_KEY[entity], key, system_name(connection))
        if found is None:
            raise FixSettings("PSC-FIND-NOBODY", where=entity, entity=entity, name=key)
        return found

    def _rosters(self, name: str) -> Path:
        return self.rosters_of(self._files.get(name).name)


def nothing_read(name: str) -> FixSettings:
    """The error for a connection whose newest reading is asked for before there is one."""
    return FixSettings("PSC-FIND-NOTHING-READ/search", where=name, name=name)
