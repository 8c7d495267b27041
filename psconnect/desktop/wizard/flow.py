"""The set-up as a map of steps over a draft: what each still needs, its state, and where one may go. Knows no Qt.

Whole paths are tested without a window; the window only shows what stands here. Steps are named by their keys.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Any

import msgspec

from psconnect.desktop.wizard import steps
from psconnect.desktop.wizard.draft import Draft, DraftPart
from psconnect.desktop.wizard.steps.spec import Known, Need, StepSpec


class State(StrEnum):
    """How far a step is."""

    DONE = "done"
    CURRENT = "current"
    ATTENTION = "needs attention"
    NOT_YET = "not yet"
    NOT_NEEDED = "not needed"


def step_keys() -> list[str]:
    """The keys of all steps, in their order."""
    return [spec.key for spec in steps.STEPS]


def spec_of(step: str) -> StepSpec[Any]:
    """A step by its key."""
    return steps.STEPS[step_keys().index(step)]


def with_settings(draft: Draft, known: Known) -> list[StepSpec[Any]]:
    """The steps that have settings to show, for this draft."""
    return [spec for spec in steps.STEPS if spec.part and spec.applies(draft, known)]


def changed(draft: Draft, kind: type[DraftPart], **values: Any) -> Draft:
    """The draft with other values in one part, and without what that makes void in the others."""
    return followed(draft, draft.having(msgspec.structs.replace(draft.of(kind), **values)))


def followed(before: Draft, after: Draft) -> Draft:
    """The draft after a change, without what that change makes void."""
    for spec in steps.STEPS:
        after = spec.follow(before, after)
    return after


# --- needs -----------------------------------------------------------------------------------------------------------


def needs(draft: Draft, known: Known) -> list[Need]:
    """What is still needed, in the order of the steps."""
    return [need for spec in with_settings(draft, known) for need in spec.needs(draft, known)]


def needs_of(draft: Draft, known: Known, step: str) -> list[Need]:
    """What one step still needs."""
    spec = spec_of(step)
    return list(spec.needs(draft, known)) if spec.part and spec.applies(draft, known) else []


def can_save(draft: Draft, known: Known) -> bool:
    """Whether the draft can become a connection."""
    return not any(need.blocks for need in needs(draft, known))


def step_state(draft: Draft, known: Known, step: str) -> State:
    """How far a step is, as the list at the side shows it."""
    spec = spec_of(step)
    if step == draft.step:
        return State.CURRENT
    if not spec.applies(draft, known):
        return State.NOT_NEEDED
    if not _reached(draft, step):
        return State.NOT_YET
    # A step without settings, like the summary, waits for all others.
    waiting = needs_of(draft, known, step) if spec.part else needs(draft, known)
    return State.ATTENTION if waiting else State.DONE


# --- moving ----------------------------------------------------------------------------------------------------------


def may_jump(draft: Draft, known: Known, step: str) -> bool:
    """Whether a step can be opened from the list: it was reached before, and is needed."""
    return _reached(draft, step) and spec_of(step).applies(draft, known)


def may_finish(draft: Draft) -> bool:
    """Whether *Finish* is offered: what comes next has defaults, or shows up on the summary as missing."""
    ahead = steps.STEPS[step_keys().index(draft.step) :]
    return len(ahead) > 1 and not any(spec.required for spec in ahead)


def following(draft: Draft, known: Known, step: str = "") -> str:
    """The needed step after this one (without one: after that on which the draft stands); empty at the end."""
    ahead = steps.STEPS[step_keys().index(step or draft.step) + 1 :]
    return next((spec.key for spec in ahead if spec.applies(draft, known)), "")


def go_next(draft: Draft, known: Known) -> Draft:
    """On to the next step; stays where it is while the step lacks something that blocks."""
    after = following(draft, known)
    if not after or any(need.blocks for need in needs_of(draft, known, draft.step)):
        return draft
    return _at(draft, after)


def go_back(draft: Draft, known: Known) -> Draft:
    """Back to the needed step before; nothing that was typed is lost."""
    behind = reversed(steps.STEPS[: step_keys().index(draft.step)])
    return _at(draft, next((spec.key for spec in behind if spec.applies(draft, known)), draft.step))


def jump(draft: Draft, known: Known, step: str) -> Draft:
    """To a step that was reached before; stays where it is for one that was not."""
    return _at(draft, step) if may_jump(draft, known, step) else draft


def finish(draft: Draft) -> Draft:
    """To the last step, where that is offered; what was left out waits there with a link."""
    return _at(draft, step_keys()[-1]) if may_finish(draft) else draft


def _reached(draft: Draft, step: str) -> bool:
    return step_keys().index(step) <= step_keys().index(draft.reached)


def _at(draft: Draft, step: str) -> Draft:
    reached = max(step, draft.reached, key=step_keys().index)
    return replace(draft, step=step, reached=reached)
