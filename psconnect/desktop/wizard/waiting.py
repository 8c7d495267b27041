"""The set-ups that wait to be gone on with, as the start screen lists them. Knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from psconnect.desktop.wizard import drafts, flow
from psconnect.desktop.wizard.draft import Draft
from psconnect.desktop.wizard.flow import State
from psconnect.desktop.wizard.session import choices_at
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.desktop.wizard.steps.destination import DestinationPart, secret_key
from psconnect.desktop.wizard.steps.spec import Known
from psconnect.service import CLIENT_SECRET, Service


@dataclass(frozen=True)
class WaitingSetUp:
    """A set-up that was left.

    Attributes:
        draft_id: opens it.
        name: the connection's name as typed so far; may be empty.
        step: name of the step on which it goes on.
        place, steps: that step's number, and how many steps there are.
        done: how many steps are done.
        left: when it was written last.
    """

    draft_id: str
    name: str
    step: str
    place: int
    steps: int
    done: int
    left: datetime


def waiting_set_ups(service: Service) -> list[WaitingSetUp]:
    """All set-ups that wait, the one left last first; work."""
    found = drafts.all_of(service)
    times = service.draft_times()
    known = choices_at(service) if found else None
    return [_waiting(draft, known, times[draft.id]) for draft in found if known and draft.id in times]


def _waiting(draft: Draft, known: Known, left: datetime) -> WaitingSetUp:
    kind = draft.of(DestinationPart).declared_by(known)
    # The keyring isn't asked: its owner would have to unlock it to see the start screen.
    secrets = [CLIENT_SECRET, *map(secret_key, kind.all_secrets if kind else ())]
    known = replace(known, secrets=dict.fromkeys(secrets, ""))
    keys = flow.step_keys()
    states = [flow.step_state(draft, known, step) for step in keys]
    label = flow.spec_of(draft.step).text(draft, known).label
    done = sum(state == State.DONE for state in states)
    return WaitingSetUp(
        draft.id, draft.of(ConnectPart).name.strip(), label, keys.index(draft.step) + 1, len(keys), done, left
    )
