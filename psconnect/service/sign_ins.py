"""How people sign in at the destination: asked of one person, set by hand, and listed."""

from __future__ import annotations

import getpass
from contextlib import closing, suppress
from dataclasses import dataclass

from psconnect.destinations import find_kind
from psconnect.logs import logger
from psconnect.model.bad_setting import hint_at
from psconnect.model.entities import BY_KEY, SIGN_IN_TYPE
from psconnect.model.errors import FixSettings
from psconnect.model.sign_in import FOLLOW, HandDecision, SignInNow
from psconnect.reports.explanation import record_title
from psconnect.roster.sign_in import NO_SIGN_IN_TYPES
from psconnect.service.find import Find, nothing_read
from psconnect.store.database import open_rosters, sqlite_errors, transaction
from psconnect.store.reading.assigned_values import PEOPLE
from psconnect.store.reading.last_reading import last_read
from psconnect.store.reading.set_by_hand import decide, last_decisions
from psconnect.sync.generated_values import Naming
from psconnect.sync.naming import sign_in_of
from psconnect.sync.sign_in_types import sign_in_now


@dataclass(frozen=True)
class SetByHand:
    """A decision with the person's name, as last known, and what the type that was set is called."""

    decision: HandDecision
    title: str
    label: str


class SignIns(Find):
    """What a user can ask and decide about sign-in types."""

    def sign_in(self, name: str, entity: str, key: int) -> SignInNow | None:
        """The sign-in type that the next run gives a person; None for a record that has none, here or anywhere.

        Raises FixSettings if nothing was read yet.
        """
        naming = self._naming(name)
        return self._now(name, naming, entity, key) if _has_type(naming, entity) else None

    def set_sign_in(self, name: str, entity: str, key: int, value: str) -> SignInNow:
        """Set a person's sign-in type by hand, or with ``FOLLOW`` let it follow the e-mail's domain.

        The next run delivers it. A run that is going on is left alone: it takes all types at one moment. Raises
        FixSettings where there are no sign-in types or no such person, and for an unknown type.
        """
        naming = self._naming(name)
        if not _has_type(naming, entity):
            raise FixSettings("PSC-SIGN-IN/none", where=name, name=name)
        if value not in (*naming.types.labels, FOLLOW):
            hint = hint_at(value, [*naming.types.labels, FOLLOW])
            raise FixSettings("PSC-SIGN-IN/unknown", where="type", type=value, hint=hint)
        self.explain(name, entity, key)
        connection, rosters = self._files.get(name), self._rosters(name)
        with sqlite_errors(rosters), closing(open_rosters(rosters)) as db, transaction(db):
            decision = HandDecision(entity, key, value, self.clock.now(), _account())
            decide(db, BY_KEY[entity], SIGN_IN_TYPE, decision)
        told = {"connection": connection.id, "entity": entity, "key": key, "type": value}
        logger.info("sign-in type set", extra={"data": told})
        return self._now(name, naming, entity, key)

    def signed_in_by_hand(self, name: str) -> list[SetByHand]:
        """The last decision about each person whose sign-in type somebody ever set by hand, newest first.

        Raises FixSettings where there are no sign-in types.
        """
        types = self._naming(name).types
        if not types:
            raise FixSettings("PSC-SIGN-IN/none", where=name, name=name)
        with last_read(self._rosters(name)) as read:
            if read is None:
                return []
            return [
                SetByHand(one, record_title(read, BY_KEY[one.entity], one.key), types.labels.get(one.value, one.value))
                for one in last_decisions(read.db, SIGN_IN_TYPE)
            ]

    def _now(self, name: str, naming: Naming, entity: str, key: int) -> SignInNow:
        with last_read(self._rosters(name)) as read:
            if read is None:
                raise nothing_read(name)
            staged = read.staged(BY_KEY[entity], key)
            return sign_in_now(read.db, naming, BY_KEY[entity], key, staged.named if staged else None)

    def _naming(self, name: str) -> Naming:
        connection = self._files.get(name)
        domains = sign_in_of(connection)
        kind = find_kind(connection.destination_kind) if connection.destination_kind else None
        types = kind.sign_in_types.in_effect(domains) if kind else NO_SIGN_IN_TYPES
        return Naming(sign_in=domains, types=types)


def _has_type(naming: Naming, entity: str) -> bool:
    return bool(naming.types) and BY_KEY[entity] in PEOPLE


def _account() -> str:
    """The account on this computer; empty where the system doesn't know it."""
    with suppress(OSError, KeyError, ImportError):  # what it raises differs between systems and versions of Python
        return getpass.getuser()
    return ""
