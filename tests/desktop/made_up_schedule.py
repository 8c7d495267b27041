"""What the operating system's scheduler would say, made up: the pages are tested without one."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from psconnect.model.clock import CancelToken
from psconnect.model.errors import FixSettings, PsconnectError
from psconnect.model.schedule_state import Proof, Registration, ScheduleState
from psconnect.service import Service

WORKS = Proof(datetime(2026, 11, 21, 11, 20, tzinfo=UTC), "task-scheduler", {"source.client_secret": "keyring"})
NO_SECRET = replace(
    WORKS,
    secrets={"source.client_secret": ""},
    trouble=FixSettings(
        "PSC-SECRET-MISSING/source",
        where="source.client_secret",
        label="Client secret",
        name="Lincoln roster",
        secret="source.client_secret",
        variable="PSCONNECT_SECRET_SOURCE_CLIENT_SECRET",
    ).as_dict(),
)
"""A start that did not find the secret."""


@dataclass
class MadeUpSchedule:
    """What a service says of schedules.

    Attributes:
        system, registered, proof, new_year_day, trouble: as in ScheduleState.
        next_proof: what a proof finds that is asked for, or raises.
        proved: the connections that were proved.
    """

    system: str = "task-scheduler"
    registered: Registration = "yes"
    proof: Proof | None = WORKS
    new_year_day: date | None = None
    trouble: dict[str, Any] | None = None
    next_proof: Proof | PsconnectError = WORKS
    proved: list[str] = field(default_factory=list)

    def prove(self, name: str) -> Proof:
        """Prove a connection's schedule."""
        self.proved.append(name)
        if isinstance(self.next_proof, PsconnectError):
            raise self.next_proof
        self.proof = self.next_proof
        return self.next_proof


@pytest.fixture
def scheduled(monkeypatch: pytest.MonkeyPatch) -> MadeUpSchedule:
    """Let every service say what this says; what is on disk stays true."""
    made, real = MadeUpSchedule(), Service.schedule_state

    def state(service: Service, name: str) -> ScheduleState:
        found = real(service, name)
        return replace(
            found,
            system=made.system,
            registered=made.registered,
            proof=made.proof,
            new_year_day=made.new_year_day,
            trouble=made.trouble,
        )

    def prove(_service: Service, name: str, *, cancel: CancelToken | None = None, **_more: object) -> Proof:
        return made.prove(name)

    monkeypatch.setattr(Service, "schedule_state", state)
    monkeypatch.setattr(Service, "schedule_system", lambda _service: made.system, raising=False)
    monkeypatch.setattr(Service, "prove_schedule", prove, raising=False)
    return made
