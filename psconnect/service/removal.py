"""Removing a connection: what belongs to it is listed, wiped, and looked for again; a removal that stopped goes on."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from psconnect.model.connection import Connection
from psconnect.model.errors import AnotherRunActive, FixSettings, LocalStorage, PsconnectError
from psconnect.model.removal import BELONGING_KINDS, Belonging, BelongingKind, Belongings, NotDeleted, RemovalProof
from psconnect.schedule.entries import connection_of
from psconnect.service.disclosing import Disclosing
from psconnect.service.drafts import DraftFiles, draft_secrets
from psconnect.service.live import LiveReadings
from psconnect.service.secrets import every_secret
from psconnect.store.files import wipe_file, write_atomically
from psconnect.store.lock import run_lock
from psconnect.store.settings.belongings import files_of, lock_of
from psconnect.store.settings.home import slug
from psconnect.store.settings.home_id import forget_home_id
from psconnect.store.settings.removal_file import BegunRemoval, begin_removal, begun_removals, end_removal
from psconnect.store.settings.secrets import SERVICE, available, no_keyring
from psconnect.wording.removal import proof_text


@dataclass
class _Wiping:
    """What could not be deleted so far."""

    not_deleted: list[NotDeleted] = field(default_factory=list)

    def attempt(self, kind: BelongingKind, what: str, work: Callable[[], object]) -> None:
        """Delete one thing; what is refused is noted, and the others go on."""
        try:
            work()
        except PsconnectError as error:
            self.not_deleted.append(NotDeleted(kind, what, error))


class Removal(Disclosing, DraftFiles, LiveReadings):
    """What a user can do to be rid of a connection."""

    def removable(self, name: str) -> str:
        """The name of a connection, or of what is left of one, as it is spelled; raises FixSettings if there is none.

        A connection whose file is damaged can be removed too, and so can what an earlier removal could not reach.
        """
        try:
            return self._files.get(name).name
        except FixSettings:
            begun = self._begun(name)
            if begun:
                return begun.name
            if self.belongings(name).items:
                return name
            raise

    def belongings(self, name: str) -> Belongings:
        """Everything on this computer that belongs to a connection."""
        items: list[Belonging] = list(files_of(self.home, name))
        unknown: list[NotDeleted] = []
        drafts = self._drafts_of(self._id_of(name))
        items += [Belonging("draft", str(self.home.config / "drafts" / f"{draft_id}.json")) for draft_id in drafts]
        for owner in (name, *map(draft_secrets, drafts)):
            try:
                kept = [key for key, place in self.kept_secrets(owner).items() if place != "environment"]
                items += [Belonging("secret", _item(owner, key)) for key in kept]
            except FixSettings as error:
                unknown.append(NotDeleted("secret", f"{SERVICE}: {owner}", error))
        if not self.secrets.session_only and not available():
            unknown.append(NotDeleted("secret", f"{SERVICE}: {name}", no_keyring(every_secret()[0])))
        try:
            items += [Belonging("schedule", entry_id) for entry_id in self._entries_of(self._id_of(name))]
        except PsconnectError as error:
            unknown.append(NotDeleted("schedule", self._id_of(name), error))
        return Belongings(sorted(items, key=lambda one: (BELONGING_KINDS.index(one.kind), one.name)), unknown)

    def remove_connection(self, name: str) -> RemovalProof:
        """Wipe everything that belongs to a connection; a line without personal data stays in the disclosure log.

        At the destination, deliveries stay and leftovers of an interrupted delivery are deleted. What can't be deleted
        is in the proof, everything else is wiped nevertheless; the next start tries again. Raises AnotherRunActive if a
        run is at work, and FixSettings if there is no such connection.
        """
        name = self.removable(name)
        began, before = self.clock.now(), self.belongings(name)
        begun = self._begun(name)
        if begun is None or self._id_of(name) != begun.id:
            begun = BegunRemoval(name, self._id_of(name), began.isoformat())
        with run_lock(lock_of(self.home, name), name):
            begin_removal(self.home, begun)
            self.on_step("removal noted")
            connection = self._readable(name)
            if connection or before.of("roster"):
                removed = connection or Connection(name, "", begun.id)
                self.note_removal(removed, datetime.fromisoformat(begun.at))
            wiping, delivered = _Wiping(), _delivered_to(connection)
            self.on_step("removal disclosed")
            if connection:
                wiping.not_deleted += self._leave(connection)
            self._wipe(name, begun.id, wiping)
        lock = lock_of(self.home, name)
        wiping.attempt("notes", str(lock), lambda: wipe_file(lock))
        after = self.belongings(name)
        if not after.items and not [one for one in wiping.not_deleted if one.kind != "destination"]:
            end_removal(self.home, name)
        self._forget_unused_home_id()
        return RemovalProof(name, began, self.clock.now(), before, after, delivered, tuple(wiping.not_deleted))

    def save_proof(self, proof: RemovalProof, path: Path) -> None:
        """Write the proof of a removal as plain text."""
        write_atomically(path.absolute(), proof_text(proof).encode())

    def finish_removals(self) -> list[RemovalProof]:
        """Go on with removals that were stopped, or that could not delete everything; call at start."""
        proofs = []
        for begun in begun_removals(self.home):
            if self._id_of(begun.name) != begun.id:
                # Somebody put another connection's file in its place, and nobody confirmed that one's removal.
                end_removal(self.home, begun.name)
                continue
            with contextlib.suppress(AnotherRunActive):  # another psconnect is at it
                proofs.append(self.remove_connection(begun.name))
        return proofs

    def free_name(self, name: str) -> None:
        """Make sure that nothing is left of a removed connection of that name; raises LocalStorage if something is.

        Otherwise the next start, which goes on with the removal, would remove the new connection.
        """
        if self._begun(name) is None:
            return
        proof = self.remove_connection(name)
        if self._begun(name) is None:
            return
        left = [*(one.name for one in proof.after.items), *(one.what for one in proof.not_deleted)]
        raise LocalStorage("PSC-REMOVE-LEFT", where=left[0], name=name, path=left[0])

    def _forget_unused_home_id(self) -> None:
        """Forget the home's id after its last connection, unless something of the system is still named by it."""
        if self._files.names() or self._files.damaged() or begun_removals(self.home):
            return
        try:
            at_login = self.find_login_item(self.home_id)
            named = at_login is not None and at_login.read_back() is not None
        except PsconnectError:
            named = True  # not known: an entry that nobody finds again would be worse than an id that stays
        if not named:
            forget_home_id(self.home)

    def _wipe(self, name: str, connection_id: str, wiping: _Wiping) -> None:
        """Delete everything, the settings last: as long as they are there, the connection is listed."""
        wiping.attempt("schedule", connection_id, lambda: self._remove_entries(connection_id))
        for draft_id in self._drafts_of(connection_id):
            wiping.attempt("draft", draft_id, lambda draft_id=draft_id: self._wipe_draft(draft_id))  # type: ignore[misc]
        for key in every_secret():
            wiping.attempt("secret", _item(name, key), lambda key=key: self.secrets.remove(name, (key,)))  # type: ignore[misc]
        self.on_step("removal: secrets")
        # The lock is held until everything else is gone.
        files = [one for one in files_of(self.home, name) if one.name != str(lock_of(self.home, name))]
        for one in sorted(files, key=lambda one: one.kind in ("settings", "copy")):
            wiping.attempt(one.kind, one.name, lambda one=one: wipe_file(Path(one.name)))  # type: ignore[misc]
            self.on_step(f"removal: {one.kind}")

    def _entries_of(self, connection_id: str) -> list[str]:
        """The ids of a connection's entries with the system's scheduler."""
        scheduler = self._scheduler() if connection_id else None
        return [one for one in scheduler.listed() if connection_of(one) == connection_id] if scheduler else []

    def _remove_entries(self, connection_id: str) -> None:
        scheduler = self._scheduler()
        for entry_id in self._entries_of(connection_id):
            if scheduler:
                scheduler.remove(entry_id)

    def forget_draft_secrets(self, draft_id: str) -> None:
        """Remove the secrets of an unfinished set-up."""
        self.forget_secrets(draft_secrets(draft_id))

    def _wipe_draft(self, draft_id: str) -> None:
        self.forget_draft_secrets(draft_id)
        self.wipe_live(draft_id)
        self.remove_draft(draft_id)

    def _leave(self, connection: Connection) -> Iterator[NotDeleted]:
        """Delete our undelivered leftovers at the destination, if it can be reached; yields what stays."""
        try:
            with self.opened_destination(connection) as destination:
                held = destination.leave()
        except FixSettings:
            # Nothing was delivered with these settings if the destination was never chosen or can't be used any more.
            return
        except PsconnectError as error:
            # A disk that refuses, or a server that can't be reached: what is removed here goes all the same.
            yield NotDeleted("destination", error.where, error)
            return
        for path in held:
            yield NotDeleted("destination", path, LocalStorage("PSC-REMOVE-HELD", where=path, path=path))

    def _begun(self, name: str) -> BegunRemoval | None:
        return next((one for one in begun_removals(self.home) if slug(one.name) == slug(name)), None)

    def _readable(self, name: str) -> Connection | None:
        """The connection; None if its file is damaged or already deleted."""
        with contextlib.suppress(FixSettings, LocalStorage):
            return self._files.get(name)
        return None

    def _id_of(self, name: str) -> str:
        """The connection's id; empty if it can't be known any more."""
        connection, begun = self._readable(name), self._begun(name)
        return connection.id if connection else begun.id if begun else ""

    def _drafts_of(self, connection_id: str) -> list[str]:
        """The unfinished set-ups of a connection: one that was saved just before psconnect was killed."""
        if not connection_id:
            return []
        return [draft_id for draft_id, content in self.drafts().items() if _connection_in(content) == connection_id]


def _connection_in(draft: bytes) -> str:
    """The id of the connection that a draft's file names; empty for a file that can't be read."""
    try:
        found = json.loads(draft)
    except ValueError:
        return ""
    return str(found.get("connection_id", "")) if isinstance(found, dict) else ""


def _delivered_to(connection: Connection | None) -> str:
    """Where the deliveries stay: a folder, a file, or the kind of destination."""
    if connection is None:
        return ""
    settings = connection.destination
    return str(settings.get("folder") or settings.get("file") or connection.destination_kind)


def _item(owner: str, key: str) -> str:
    """A secret as the system's own program for secrets lists it."""
    return f"{SERVICE}: {owner}/{key}"
