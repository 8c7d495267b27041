"""Errors of the schedule and of the notices."""

from __future__ import annotations

from psconnect.wording.catalogue import marked
from psconnect.wording.errors.texts import ErrorTexts


def _schedule(happened: str, to_do: str) -> ErrorTexts:
    return ErrorTexts(marked("The schedule can’t be used"), happened, to_do)


def _system(happened: str, to_do: str) -> ErrorTexts:
    return ErrorTexts(marked("This computer’s scheduler did not do it"), happened, to_do)


def _notice(happened: str, to_do: str) -> ErrorTexts:
    return ErrorTexts(marked("The notices can’t be used"), happened, to_do)


TEXTS = {
    "PSC-NOTICE-ADDRESS": _notice(
        marked("“{address}” is not a mail address."), marked("Write it like office@lincoln.org.")
    ),
    "PSC-NOTICE-NOBODY": _notice(
        marked("Results are to be mailed, but to nobody."), marked("Add an address, or choose not to mail results.")
    ),
    "PSC-NOTICE-PING": _notice(
        marked("“{url}” can’t be called after a run."), marked("Give an address that begins with https://.")
    ),
    "PSC-SCHEDULE-ENTRY-MISSING": _system(
        marked("The scheduler has no entry of this connection any more."),
        marked("Switch the schedule off and on again."),
    ),
    "PSC-SCHEDULE-NO-DAY": _schedule(marked("A weekly schedule has no day."), marked("Choose at least one day.")),
    "PSC-SCHEDULE-NO-TIME": _schedule(
        marked("The schedule has no time at which anything starts."), marked("Add a time, like 05:30.")
    ),
    "PSC-SCHEDULE-OFF-PEAK": _schedule(
        marked("The off-peak hours end when they begin."), marked("Give two different times.")
    ),
    "PSC-SCHEDULE-ZONE": _schedule(
        marked("There is no time zone “{zone}”."), marked("Choose one by its city, like America/Chicago.")
    ),
}
