"""Two runs side by side in words: how findings went, which settings differed, and what can't be compared and why."""

from __future__ import annotations

from datetime import datetime

from psconnect.model.run_history import RunComparison, RunSide
from psconnect.model.runs import WAITING, Run
from psconnect.wording.attributes import setting_words
from psconnect.wording.catalogue import counted, number, tr
from psconnect.wording.records import listed
from psconnect.wording.runs import state_word
from psconnect.wording.times import duration, moment


def findings_sentence(found: RunComparison) -> str:
    """How the findings went: ``Findings 79 → 71, 11 corrected, 3 new``."""
    change = found.findings
    if change is None:
        before, after = (sum(side.run.problems.values()) for side in (found.earlier, found.later))
        return tr("Findings {before} → {after}", before=number(before), after=number(after))
    return tr(
        "Findings {before} → {after}, {corrected} corrected, {new} new",
        before=number(change.before),
        after=number(change.after),
        corrected=number(change.corrected),
        new=number(change.new),
    )


def took_sentence(found: RunComparison) -> str:
    """How long the two worked: ``Took 2 min 6 s → 1 min 52 s``."""
    return tr("Took {first} → {second}", first=_took(found.earlier.run), second=_took(found.later.run))


def settings_sentence(found: RunComparison) -> str:
    """Which settings differed between the two."""
    if found.settings is None:
        return tr("Which settings they were made with is not kept for both.")
    if not found.settings:
        return tr("Both were made with the same settings.")
    parts = listed(list(dict.fromkeys(setting_words(part) for part in found.settings)))
    return tr("Different in the settings: {parts}.", parts=parts)


def not_compared(found: RunComparison, now: datetime) -> list[str]:
    """What can't be compared, and why, as sentences."""
    sides = (found.earlier, found.later)
    told = [sentence for side in sides if (sentence := _standing_note(side, now))]
    unjudged = [side.run for side in sides if side.run.planned is None or side.run.kind == "undo"]
    if unjudged:
        when = moment(unjudged[0].started, now)
        told.append(tr("The run of {when} judged no records, so its findings can’t be compared.", when=when))
    elif found.findings is None:
        told.append(tr("Which findings were corrected is not known: those of one of the runs are kept no longer."))
    return told


def _standing_note(side: RunSide, now: datetime) -> str:
    """What a side's figures stand for, where they are not what the run itself delivered."""
    when = moment(side.run.started, now)
    if side.delivered and side.standing:
        return ""
    if side.left_by is None:
        return tr("When the run of {when} ended, nothing had been delivered yet.", when=when)
    if not side.standing:
        return tr("What stood there after the run of {when} was not counted by the version that made it.", when=when)
    before = moment(side.left_by.started, now)
    if side.run.state in WAITING:
        return tr(
            "The run of {when} delivered nothing so far ({state}): its column shows what the run of {before} left.",
            when=when,
            state=_state(side.run),
            before=before,
        )
    return tr(
        "The run of {when} delivered nothing ({state}): its column shows what the run of {before} left.",
        when=when,
        state=_state(side.run),
        before=before,
    )


def _state(run: Run) -> str:
    return state_word(run.state).lower()


def _took(run: Run) -> str:
    return duration(run.took.total_seconds()) if run.took is not None else "–"


def difference(before: int, after: int) -> str:
    """The difference of two counts with its sign; ``0`` where there is none."""
    change = after - before
    if not change:
        return number(0)
    return f"+{number(change)}" if change > 0 else f"−{number(-change)}"


def ticked_words(count: int) -> str:
    """How many runs are ticked; empty for none."""
    return counted(count, "1 ticked", "{count} ticked") if count else ""
