"""The sentence that matters most about a run, its tone, and what has to be said with it."""

from __future__ import annotations

from dataclasses import dataclass

from psconnect.model.runs import WORKING, Run
from psconnect.reports.words import STAGES, counted, listed

FINISHED = ("finished", "finished_with_problems")
WAITING = ("held", "previewed")
_UNTOUCHED = "What stands at the destination was not changed."


@dataclass(frozen=True)
class Sentence:
    """What a run comes to.

    Attributes:
        text: the sentence, without a full stop.
        tone: ``good``, ``warning``, ``bad`` or ``quiet``; never the only signal.
        more: whole sentences that go with it; may be empty.
    """

    text: str
    tone: str
    more: str = ""


def sentence_of(run: Run, destination: str) -> Sentence:
    """The sentence of a run in any state; ``destination`` completes "delivered to …" and may be empty."""
    if run.state in FINISHED:
        return _finished(run, f" to {destination}" if destination else "")
    if run.state in WAITING:
        return _waiting(run)
    if run.state in WORKING:
        return _working(run)
    if run.state == "failed":
        title = (run.error or {}).get("title") or "the run failed"
        return Sentence(f"Nothing was delivered: {title}", "bad", _UNTOUCHED)
    words = {
        "cancelled": "The run was cancelled; nothing was delivered",
        "interrupted": "The run was interrupted; the next start goes on",
        "discarded": "The plan was discarded; nothing was delivered",
        "expired": "This plan expired: a newer one took its place, or it waited for more than a day",
        "skipped": "The run was skipped; nothing was delivered",
    }
    return Sentence(words.get(run.state, "The run has ended"), "quiet", _UNTOUCHED)


def _finished(run: Run, to: str) -> Sentence:
    tone = "warning" if set(run.problems) - {"info"} else "good"
    counts = list(run.changes.values())
    created, updated, removed = (sum(getattr(c, name) for c in counts) for name in ("create", "update", "remove"))
    changes = created + updated + removed
    if not changes and run.delivered:
        again = "No record had changed, but what was delivered last did not stand at the destination."
        return Sentence(f"The same roster was delivered again{to}", tone, again)
    if not changes:
        return Sentence("Nothing had changed; it is up to date", tone)
    if created == changes:
        return Sentence(f"{counted(created, 'record was', 'records were')} delivered{to}", tone)
    actions = ((created, "created"), (updated, "updated"), (removed, "removed"))
    parts = [f"{count:,} {action}" for count, action in actions if count]
    text = f"{counted(changes, 'change was', 'changes were')} delivered{to}"
    return Sentence(text, tone, f"{counted(changes, 'record', 'records')}: {listed(parts)}.")


def _waiting(run: Run) -> Sentence:
    changes = sum(counts.total for counts in run.changes.values())
    held = run.state == "held"
    more = "Nothing was delivered. Look at the changes in psconnect, then approve or discard the run."
    word = "On hold" if held else "Previewed"
    telling = [hold for hold in run.holds if hold.rule.startswith("remove-")]
    telling.sort(key=lambda hold: hold.rule != "remove-student")
    telling += [hold for hold in run.holds if hold.rule == "short-read"]
    if telling:
        return Sentence(f"{word}: {telling[0].reason.partition(';')[0]}", "warning", more)
    if run.redelivers_to and not changes:
        tone = "warning" if held else "quiet"
        return Sentence(f"{word}: no record changes, but the whole roster would be delivered again", tone, more)
    if held:
        return Sentence(
            f"On hold: {counted(changes, 'change waits', 'changes wait')} for your approval", "warning", more
        )
    return Sentence(f"Previewed: {counted(changes, 'change', 'changes')} would be made", "quiet", more)


def _working(run: Run) -> Sentence:
    if run.error:
        # Delivered, but the books could not be written (a full disk): the run is settled by the next start.
        title = run.error.get("title", "")
        return Sentence(
            f"The delivery is not confirmed yet: {title}", "bad", "The next start reads it back and goes on."
        )
    where = STAGES.get(run.state, "")
    return Sentence("The run is under way", "quiet", f"This report was made {where}." if where else "")
