"""The sentences that matter: what a run did, why it waits, what became of it. Knows no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psconnect.desktop.text import counted, duration, moment, number, state_word, tr
from psconnect.model.connection import Connection
from psconnect.model.errors import PsconnectError
from psconnect.model.runs import APPLIED, ChangeCounts, Run
from psconnect.model.sections import POWERSCHOOL
from psconnect.wording.errors import word
from psconnect.wording.held import headline_of, story_of
from psconnect.wording.run_sentence import refused_in_words

_ONEROSTER = "oneroster-csv"


def totals(run: Run) -> ChangeCounts:
    """All changes of a run together."""
    return run.all_changes


def changes_in_words(run: Run) -> str:
    """What a plan does, like ``38 created, 112 updated, 9 removed``."""
    total = run.all_changes
    if not total.total:
        return tr("No changes")
    parts = (
        (total.create - run.adopted, tr("{count} created", count=number(total.create - run.adopted))),
        (run.adopted, tr("{count} taken over", count=number(run.adopted))),
        (total.update, tr("{count} updated", count=number(total.update))),
        (total.remove, tr("{count} removed", count=number(total.remove))),
    )
    return ", ".join(text for count, text in parts if count)


_SAY_WHY = ("failed", "skipped")
"""States of runs whose reason is an error."""


def went(run: Run) -> str:
    """What became of a run's changes, in whole sentences."""
    if run.state in APPLIED:
        none_taken = run.refused and not run.all_changes.total
        made = "" if none_taken else tr("{changes}.", changes=changes_in_words(run))
        return f"{made} {refused_in_words(run)}".strip()
    if run.in_part:
        made = _in_part(run)
        return tr("{title}. {ending}", title=word(run.error).title, ending=made) if run.error else made
    if run.state == "held":
        return tr("On hold: {sentence}. Nothing was delivered.", sentence=headline(run))
    if run.state == "previewed":
        return tr("Previewed only: {changes}. Nothing was delivered.", changes=changes_in_words(run).lower())
    if run.state in _SAY_WHY and run.error:
        return tr("{title}. {ending}", title=word(run.error).title, ending=_ending(run))
    return {
        "cancelled": tr("Stopped by you. Nothing was delivered."),
        "interrupted": tr("Interrupted before anything was delivered."),
        "discarded": tr("The plan was discarded. Nothing was delivered."),
        "expired": tr("A newer plan took its place, or it waited for more than a day. Nothing was delivered."),
    }.get(run.state, tr("{state}.", state=state_word(run.state)))


def planned(run: Run) -> str:
    """What a run that waits would do, as a sentence."""
    if run.redelivers_to and not run.all_changes.total:
        return tr("Planned: the whole roster as it is, to {place}.", place=run.redelivers_to)
    return tr("Planned: {changes}.", changes=changes_in_words(run).lower())


def last_run(run: Run | None, now: datetime) -> str:
    """When the last run was and how long it took."""
    if run is None:
        return tr("No run yet")
    if run.took is None:
        return tr("Last run {when}", when=moment(run.started, now))
    took = duration(run.took.total_seconds())
    return tr("Last run {when}, {took}", when=moment(run.started, now), took=took)


def headline(run: Run) -> str:
    """The sentence that matters about a run, for the top of its page; without a full stop."""
    if run.state in ("held", "previewed"):
        return headline_of(run)
    if run.state in APPLIED:
        return _delivered(run)
    if run.in_part:
        made = run.all_changes.total
        return counted(made, "Delivered in part: 1 change was made", "Delivered in part: {count} changes were made")
    if run.state in _SAY_WHY and run.error:
        return word(run.error).title
    return {
        "cancelled": tr("You stopped this run"),
        "interrupted": tr("This run was interrupted"),
        "discarded": tr("This run was discarded"),
        "expired": tr("This plan expired: a newer one took its place, or it waited for more than a day"),
    }.get(run.state, state_word(run.state))


def _delivered(run: Run) -> str:
    total = run.all_changes.total
    if not total and run.refused:
        return counted(run.refused, "1 change could not be delivered", "{count} changes could not be delivered")
    if not total:
        return tr("Nothing had changed")
    made = counted(total, "1 change was delivered", "{count} changes were delivered")
    if not run.refused:
        return made
    return tr("{made}, {refused}", made=made, refused=counted(run.refused, "1 was not", "{count} were not"))


def reasons_in_words(run: Run) -> str:
    """Why a run waits: what would happen, the cause, and what to do."""
    story = story_of(run, window=True)
    return tr("{headline}. {reasons}", headline=story.headline, reasons=story.text).strip()


def error_in_words(error: PsconnectError | Mapping[str, Any]) -> str:
    """What made a run fail and what to do about it in the window, with the code."""
    told = word(error, window=True)
    return tr("{text} (Code: {code})", text=told.text, code=told.code)


def failure_in_words(run: Run) -> str:
    """What ended a run and what to do about it, after what was delivered until then."""
    error = error_in_words(run.error) if run.error else ""
    return tr("{error} {part}", error=error, part=_in_part(run)) if run.in_part else error


def _in_part(run: Run) -> str:
    return tr("Delivered in part: {changes}. The rest is due with the next sync.", changes=changes_in_words(run))


def _ending(run: Run) -> str:
    if run.failed_in == "applying":
        return tr("It stopped while delivering; it is safe to run again.")
    return tr("Nothing was delivered.")


def where_from_to(connection: Connection) -> str:
    """Source and destination of a connection in one line."""
    given = connection.destination
    host = given.get("sftp.host") if given.get("place") == "sftp" else ""
    server = str(given.get("url") or given.get("host") or "")
    place = (
        host or given.get("folder") or given.get("file") or server.rpartition("://")[2] or connection.destination_kind
    )
    if connection.source.kind != POWERSCHOOL:
        source = str(connection.source.own.get("folder", connection.source.kind))
        return tr("{source} → {destination}", source=source, destination=place)
    host = connection.source.url.partition("://")[2] or tr("no address yet")
    if connection.destination_kind == _ONEROSTER and given.get("folder") and not given.get("place"):
        return tr("PowerSchool at {host} → OneRoster bundle in {folder}", host=host, folder=place)
    if place:
        return tr("PowerSchool at {host} → {destination}", host=host, destination=place)
    return tr("PowerSchool at {host}", host=host)
