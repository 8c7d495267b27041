"""A run as one JSON document, with its sentences (docs/command-line.md; keys may be added, not renamed)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from psconnect.model.run_history import RunComparison, RunSide
from psconnect.model.runs import ChangeCounts, Run
from psconnect.wording.delivered import word_delivered
from psconnect.wording.errors import word
from psconnect.wording.held import story_of
from psconnect.wording.holds import WordedHold, word_hold


def run_document(run: Run) -> dict[str, object]:
    """The run as ``--json`` prints it."""
    return {
        "id": run.id,
        "connection": run.connection,
        "state": run.state,
        "trigger": run.trigger,
        "scope": run.scope,
        "started": run.started.isoformat(),
        "ended": run.ended.isoformat() if run.ended else None,
        "changes": _counts(run.changes),
        "problems": run.problems,
        "held": [_hold(word_hold(hold)) for hold in run.holds],
        "cause": _cause(run),
        "read": run.read,
        "left_out": run.left_out,
        "error": word(run.error).as_dict() if run.error else None,
        "delivered": word_delivered(run.delivered),
        "way": run.way,
        "calls": run.calls,
        "plan_hash": run.plan_hash,
        "kind": run.kind,
        "undoes": run.undoes,
        "not_applied": _counts(run.not_applied),
        "set_aside": run.set_aside,
        "compared": asdict(run.compared),
        "redelivers_to": run.redelivers_to,
        "reconciled": {
            entity: {
                "read": one.read,
                "left_out": one.left_out,
                "added": one.added,
                "delivered": one.delivered,
                "made": one.made,
                "adopted": one.adopted,
                "because": dict(one.because),
            }
            for entity, one in run.reconciled.items()
        },
        "seconds": run.took.total_seconds() if run.took is not None else None,
    }


def comparison_document(found: RunComparison) -> dict[str, object]:
    """Two runs compared, as ``run compare --json`` prints it."""
    change = found.findings
    return {
        "earlier": _side(found.earlier),
        "later": _side(found.later),
        "findings": {"before": change.before, "corrected": change.corrected, "new": change.new, "after": change.after}
        if change
        else None,
        "settings": None if found.settings is None else list(found.settings),
    }


def _side(side: RunSide) -> dict[str, object]:
    took = side.run.took
    return {
        "run": side.run.id,
        "state": side.run.state,
        "started": side.run.started.isoformat(),
        "delivered": side.delivered,
        "left_by": side.left_by.id if side.left_by else None,
        "standing": {entity: one.delivered for entity, one in side.standing.items()},
        "problems": side.run.problems,
        "seconds": took.total_seconds() if took is not None else None,
    }


def _hold(told: WordedHold) -> dict[str, str]:
    return {"rule": told.rule, "reason": told.reason, "to_do": told.to_do}


def _cause(run: Run) -> dict[str, str] | None:
    """What a run that was held waits for, in one headline, one cause and one way on; None for any other run."""
    if not run.holds:
        return None
    story = story_of(run)
    return {"headline": story.headline, "code": story.code, "reason": story.cause, "to_do": story.way}


def _counts(counts: Mapping[str, ChangeCounts]) -> dict[str, dict[str, int]]:
    return {entity: {"create": c.create, "update": c.update, "remove": c.remove} for entity, c in counts.items()}
