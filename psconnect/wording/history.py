"""The words of a history: its sentence, what a run of it did in a few words, and how long it is kept."""

from __future__ import annotations

from datetime import datetime

from psconnect.model.run_history import HistoryCounts
from psconnect.model.runs import APPLIED, GIVEN_UP, WAITING, WORKING, Run
from psconnect.wording.catalogue import counted, marked, number, tr, translated
from psconnect.wording.errors import word
from psconnect.wording.run_sentence import signed
from psconnect.wording.runs import state_word, trigger_word
from psconnect.wording.times import day_of, exact

ROW_DAYS_TOLD, RUN_MONTHS_TOLD = 90, 13
"""As store.history.run_table keeps them; a test compares."""
_STARTERS = {
    "button": marked("by you"),
    "command line": marked("by command"),
    "new-year": marked("new school year"),
    "tonight": marked("run tonight"),
    "catch-up": marked("made up"),
}
_KINDS = {"undo": marked("undo"), "rehearsal": marked("rehearsal")}


def history_sentence(counts: HistoryCounts, now: datetime) -> str:
    """A history in a line, like ``189 runs since 18 August. 3 failed.``; empty for none."""
    if counts.first is None:
        return ""
    first = day_of(counts.first, now)
    told = [
        counted(counts.runs, "1 run since {day}.", "{count} runs since {day}.", day=first),
        counted(counts.failed, "1 failed.", "{count} failed.") if counts.failed else "",
        counted(counts.held, "1 was on hold.", "{count} were on hold.") if counts.held else "",
        counted(counts.waiting, "1 is on hold now.", "{count} are on hold now.") if counts.waiting else "",
    ]
    return " ".join(filter(None, told))


def kept_sentence(counts: HistoryCounts, now: datetime) -> str:
    """Until when names and runs are kept."""
    if counts.runs_until is None:
        return ""
    runs = day_of(counts.runs_until, now)
    if counts.names_until is None:
        return tr(
            "Names in changes and findings are kept for {days} days; there are none any more. Runs are kept for "
            "{months} months, the oldest until {runs}.",
            days=ROW_DAYS_TOLD,
            months=RUN_MONTHS_TOLD,
            runs=runs,
        )
    return tr(
        "Names in changes and findings are kept for {days} days, the oldest until {names}; runs for {months} months, "
        "the oldest until {runs}.",
        days=ROW_DAYS_TOLD,
        names=day_of(counts.names_until, now),
        months=RUN_MONTHS_TOLD,
        runs=runs,
    )


def starter_word(run: Run) -> str:
    """Who or what started a run, and what is special about it, in a word or two; empty for the schedule's own."""
    kind, starter = translated(_KINDS.get(run.kind, "")), translated(_STARTERS.get(run.trigger, ""))
    if kind and starter:
        return tr("{kind}, {starter}", kind=kind, starter=starter)
    return kind or starter


def history_state(run: Run) -> str:
    """The state of a run in a history: an approved one says so, findings have a column of their own."""
    if run.state in APPLIED:
        if run.refused:
            return tr("Not all delivered")
        return tr("Approved") if run.holds else state_word("finished")
    return state_word(run.state)


def effect_word(run: Run) -> str:
    """What a run that changed nothing at the destination says instead of figures; ``{changes}`` is what it planned.

    Empty for a run whose figures are told as they are.
    """
    figures = signed(run.all_changes)
    if run.state in APPLIED or run.in_part:
        if figures:
            return ""
        return tr("delivered again") if run.delivered else tr("no change")
    return _planned(run, figures) or tr("nothing delivered")


def _planned(run: Run, figures: str) -> str:
    """What a run that delivered nothing would do, or why there is nothing to tell."""
    if run.state == "skipped" or run.state in WORKING:
        return tr("did not run") if run.state == "skipped" else tr("under way")
    if run.kind == "rehearsal" and figures:
        return tr("next year: {changes}", changes=figures)
    if run.state in WAITING and figures:
        return tr("waiting: {changes}", changes=figures)
    if run.state in GIVEN_UP and figures:
        return tr("not made: {changes}", changes=figures)
    return ""


def effect_spoken(run: Run) -> str:
    """The same as words that a screen reader says; figures with what they count."""
    if effect_word(run):
        return effect_word(run)
    counts = run.all_changes
    return tr(
        "{created} created, {updated} updated, {removed} removed",
        created=number(counts.create),
        updated=number(counts.update),
        removed=number(counts.remove),
    )


def run_tip(run: Run) -> str:
    """What is said of a run on hovering: when exactly, why it ended so, what was typed for it."""
    told = [exact(run.started), trigger_word(run.trigger)]
    if run.error:
        told.append(word(run.error).title)
    if run.state == "skipped" and run.reason:
        told.append(run.reason)
    elif run.reason:
        told.append(tr("Reason: {reason}", reason=run.reason))
    if run.kind == "undo":
        told.append(tr("Takes back the run {id}", id=run.undoes))
    return "\n".join(told)
