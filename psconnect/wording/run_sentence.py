"""The sentence that matters most about a run, its tone, and what has to be said with it."""

from __future__ import annotations

from dataclasses import dataclass

from psconnect.model.runs import APPLIED, WAITING, WORKING, ChangeCounts, Run
from psconnect.wording.catalogue import counted, number, tr
from psconnect.wording.errors import word
from psconnect.wording.held import story_of
from psconnect.wording.records import listed
from psconnect.wording.runs import reported_words

_TELLING = ("remove-", "short-read", "rejected-")
"""Rules of holds that matter more than the number of changes, as crossed limits do; of older versions, too."""


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
    if run.state in APPLIED:
        return _finished(run, destination)
    if run.state in WAITING:
        return _waiting(run)
    if run.state in WORKING:
        return _working(run)
    if run.in_part:
        made = sum(counts.total for counts in run.changes.values())
        text = counted(made, "Delivered in part: 1 change was made", "Delivered in part: {count} changes were made")
        return Sentence(text, "bad", tr("The rest is due with the next sync."))
    untouched = tr("What stands at the destination was not changed.")
    if run.state == "failed":
        title = word(run.error).title if run.error else tr("the run failed")
        return Sentence(tr("Nothing was delivered: {title}", title=title), "bad", untouched)
    words = {
        "cancelled": tr("The run was cancelled; nothing was delivered"),
        "interrupted": tr("The run was interrupted; the next start goes on"),
        "discarded": tr("The plan was discarded; nothing was delivered"),
        "expired": tr("This plan expired: a newer one took its place, or it waited for more than a day"),
        "skipped": _skipped(run),
    }
    return Sentence(words.get(run.state, tr("The run has ended")), "quiet", untouched)


def _skipped(run: Run) -> str:
    if not run.error:
        return tr("The run was skipped; nothing was delivered")
    return tr("Skipped: {title}", title=word(run.error).title)


def _finished(run: Run, to: str) -> Sentence:
    made = _made(run, to)
    if not run.refused:
        return made
    if not any(counts.total for counts in run.changes.values()):
        text = counted(run.refused, "1 change could not be delivered", "{count} changes could not be delivered")
        return Sentence(text, "warning", tr("What was refused is due with the next sync."))
    return Sentence(made.text, "warning", f"{made.more} {refused_in_words(run)}".strip())


def refused_in_words(run: Run) -> str:
    """How many changes the destination did not take, as a sentence; empty if it took all of them."""
    if not run.refused:
        return ""
    return counted(
        run.refused,
        "1 change could not be delivered; it is due with the next sync.",
        "{count} changes could not be delivered; they are due with the next sync.",
    )


def _made(run: Run, to: str) -> Sentence:
    tone = "warning" if set(run.problems) - {"info"} else "good"
    counts = list(run.changes.values())
    created, updated, removed = (sum(getattr(c, name) for c in counts) for name in ("create", "update", "remove"))
    changes = created + updated + removed
    if not changes and run.delivered:
        again = tr("No record had changed, but what was delivered last did not stand at the destination.")
        text = (
            tr("The same roster was delivered again to {to}", to=to)
            if to
            else tr("The same roster was delivered again")
        )
        return Sentence(text, tone, again)
    if not changes:
        return Sentence(tr("Nothing had changed; it is up to date"), tone)
    if created == changes:
        text = (
            counted(created, "1 record was delivered to {to}", "{count} records were delivered to {to}", to=to)
            if to
            else counted(created, "1 record was delivered", "{count} records were delivered")
        )
        return Sentence(text, tone)
    text = (
        counted(changes, "1 change was delivered to {to}", "{count} changes were delivered to {to}", to=to)
        if to
        else counted(changes, "1 change was delivered", "{count} changes were delivered")
    )
    more = counted(changes, "1 record: {parts}.", "{count} records: {parts}.", parts=listed(done(run)))
    return Sentence(text, tone, more)


def signed(counts: ChangeCounts, adopted: int = 0) -> str:
    """Changes as figures with their signs: ``+6  ~41  −3``; nothing for those that there are none of.

    ``adopted`` of the created ones were there already: ``+6  2 taken over``.
    """
    parts = (("+", counts.create - adopted), ("~", counts.update), ("−", counts.remove))
    found = [f"{sign}{number(count)}" for sign, count in parts if count]
    if adopted:
        found.insert(1 if counts.create > adopted else 0, tr("{count} taken over", count=number(adopted)))
    return "  ".join(found)


def done(run: Run) -> list[str]:
    """A run's changes by kind, those that there are: ``38 created``, ``112 updated``, ``9 removed``."""
    counts = list(run.changes.values())
    created, updated, removed = (sum(getattr(c, name) for c in counts) for name in ("create", "update", "remove"))
    parts = (
        (created, tr("{count} created", count=number(created))),
        (updated, tr("{count} updated", count=number(updated))),
        (removed, tr("{count} removed", count=number(removed))),
    )
    return [text for count, text in parts if count]


def _waiting(run: Run) -> Sentence:
    changes = sum(counts.total for counts in run.changes.values())
    held = run.state == "held"
    more = tr("Nothing was delivered. Look at the changes in psconnect, then approve or discard the run.")
    if any("kind" in hold.values or hold.rule.startswith(_TELLING) for hold in run.holds):
        story = story_of(run)
        reason, cause = story.headline, story.cause
        text = tr("On hold: {reason}", reason=reason) if held else tr("Previewed: {reason}", reason=reason)
        return Sentence(text, "warning", " ".join(filter(None, [cause, more])))
    if run.redelivers_to and not changes:
        text = (
            tr("On hold: no record changes, but the whole roster would be delivered again")
            if held
            else tr("Previewed: no record changes, but the whole roster would be delivered again")
        )
        return Sentence(text, "warning" if held else "quiet", more)
    if held:
        text = counted(
            changes, "On hold: 1 change waits for your approval", "On hold: {count} changes wait for your approval"
        )
        return Sentence(text, "warning", more)
    text = counted(changes, "Previewed: 1 change would be made", "Previewed: {count} changes would be made")
    return Sentence(text, "quiet", more)


def _working(run: Run) -> Sentence:
    if run.error:
        # Delivered, but the books could not be written (a full disk): the run is settled by the next start.
        text = tr("The delivery is not confirmed yet: {title}", title=word(run.error).title)
        return Sentence(text, "bad", tr("The next start reads it back and goes on."))
    return Sentence(tr("The run is under way"), "quiet", reported_words(run.state))
