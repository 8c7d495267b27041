"""The proof that a scheduled start works: the system's scheduler starts psconnect, and that reads the secrets."""

from __future__ import annotations

from msgspec.structs import replace

from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings, PsconnectError
from psconnect.model.schedule_state import Proof
from psconnect.schedule.systems.kind import Entry
from psconnect.schedule.systems.once import start_once
from psconnect.schedule.systems.program import own_command
from psconnect.service.scheduled_runs import ScheduledRuns

PROVED_START = "proved-start"
"""What the started psconnect is told to do, as the command line says it."""


class Proving(ScheduledRuns):
    """Both halves of the proof: having it started, and what is done in the started process."""

    def prove_schedule(self, name: str, *, cancel: CancelToken | None = None) -> Proof:
        """Have the system start psconnect once, which reads the secrets; returns what it found, or why it did not.

        Takes up to two and a half minutes where the system starts things once a minute. Raises FixSettings if there is
        no scheduler or it refuses, and Cancelled. Nothing of it stays but the proof.
        """
        connection = self._files.get(name)
        scheduler = self._scheduler()
        if scheduler is None:
            raise FixSettings("PSC-SCHEDULE-NO-SYSTEM", where=connection.name)
        command = own_command(self.home, ("schedule", connection.id, PROVED_START))
        entry = Entry(f"{connection.id}-proof", connection.name, command)
        asked = self.clock.now()

        def proved() -> Proof | None:
            proof = self._notes_of(connection).proof
            return proof if proof and proof.at >= asked else None

        found = start_once(scheduler, entry, proved, self.clock, cancel or CancelToken())
        return found or self._keep_proof(
            connection,
            Proof(
                self.clock.now(),
                scheduler.key,
                trouble=FixSettings("PSC-SCHEDULE-PROOF", where=scheduler.key).as_dict(),
            ),
        )

    def prove_start(self, name_or_id: str, *, cancel: CancelToken | None = None) -> Proof:
        """What the started process does: reads every secret that the connection needs, and notes where each is."""
        connection = self._meant(name_or_id)
        self.wait_for_keyring(connection, cancel or CancelToken())
        secrets: dict[str, str] = {}
        trouble: PsconnectError | None = None
        try:
            secrets = {state.key: state.place for state in self.needed_secrets(connection)}
            self.check_needed(connection)
        except PsconnectError as error:
            trouble = error
        proof = Proof(self.clock.now(), self.schedule_system(), secrets, trouble.as_dict() if trouble else None)
        return self._keep_proof(connection, proof)

    def _keep_proof(self, connection: Connection, proof: Proof) -> Proof:
        self._change_notes(connection, lambda notes: replace(notes, proof=proof))
        return proof
