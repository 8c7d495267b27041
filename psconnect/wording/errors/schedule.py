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
        marked("The ping address can’t be called."),
        marked("Give one that begins with https://, without a name or password in it."),
    ),
    "PSC-SCHEDULE-ANSWER": _system(
        marked("The scheduler gave an answer that is no task."), marked("Switch the schedule off and on again.")
    ),
    "PSC-SCHEDULE-CHOICE": _system(
        marked("PSCONNECT_SCHEDULER names “{name}”, which is no scheduler."), marked("Choose one of: {choices}.")
    ),
    "PSC-SCHEDULE-ENTRY-MISSING": _system(
        marked("The scheduler has no entry of this connection any more."),
        marked("Switch the schedule off and on again."),
    ),
    "PSC-SCHEDULE-HOME": _system(
        marked("The folders of psconnect are in several places, which a scheduler can’t be told."),
        marked("Set PSCONNECT_HOME to one folder for all of them."),
    ),
    "PSC-SCHEDULE-LONG": _system(
        marked("cron can’t take a line of {count} bytes; {longest} is the most."),
        marked("Give the connection a shorter name, or install psconnect in a folder nearer to the top."),
    ),
    "PSC-SCHEDULE-NO-DAY": _schedule(marked("A weekly schedule has no day."), marked("Choose at least one day.")),
    "PSC-SCHEDULE-NO-SESSION/launchd": _system(
        marked("Nobody is logged in at this Mac’s screen, and a schedule belongs to such a login."),
        marked("Log in at the screen (not over ssh), then try again."),
    ),
    "PSC-SCHEDULE-NO-SESSION/systemd": _system(
        marked("Your own systemd could not be reached: it runs while you are logged in."),
        marked("Log in at the screen or over ssh (not with su), then try again."),
    ),
    "PSC-SCHEDULE-NO-TIME": _schedule(
        marked("The schedule has no time at which anything starts."), marked("Add a time, like 05:30.")
    ),
    "PSC-SCHEDULE-NO-SYSTEM": _schedule(
        marked("This computer has no scheduler that psconnect could use."),
        marked("Keep the window open, or run psconnect on a computer with one."),
    ),
    "PSC-SCHEDULE-OFF-PEAK": _schedule(
        marked("The off-peak hours end when they begin."), marked("Give two different times.")
    ),
    "PSC-SCHEDULE-OFTEN": _schedule(
        marked("It would run {count} times a day; {most} is the most."),
        marked("Run again less often, or stop earlier in the day."),
    ),
    "PSC-SCHEDULE-PERCENT": _system(
        marked("A name or folder has two % signs, and Windows would put something else between them."),
        marked("Give the connection or the folder a name with one % sign at most."),
    ),
    "PSC-SCHEDULE-PROGRAM": _system(
        marked("The program that the scheduler would start is not there: {path}."),
        marked("Install psconnect again."),
    ),
    "PSC-SCHEDULE-REPEAT": _schedule(
        marked("The time until which it runs again comes before its first time, {first}."),
        marked("Give a later time."),
    ),
    "PSC-SCHEDULE-REGISTRY": ErrorTexts(
        marked("The start at login can’t be changed"),
        marked("Windows refused to read or write what starts at login: {reason}."),
        marked("Ask whoever looks after this computer whether its policies forbid it."),
    ),
    "PSC-SCHEDULE-PROOF": ErrorTexts(
        marked("A scheduled start did not work"),
        marked("The system took the order to start psconnect, but psconnect did not report back in time."),
        marked("Try again. If it fails again, look whether a program for protection stops what schedules start."),
    ),
    "PSC-SCHEDULE-TOOL/missing": _system(
        marked("The program {tool} is not on this computer, and psconnect needs it to make a schedule."),
        marked("Install it, or start psconnect with another scheduler."),
    ),
    "PSC-SCHEDULE-TOOL/not-started": _system(
        marked("The program {tool} could not be started: {reason}."),
        marked("Ask whoever looks after this computer whether you may use it."),
    ),
    "PSC-SCHEDULE-TOOL/refused": _system(
        marked("{tool} ended with code {code} and said “{detail}”."),
        marked("Ask whoever looks after this computer whether its policies let you schedule programs."),
    ),
    "PSC-SCHEDULE-TOOL/refused-silently": _system(
        marked("{tool} ended with code {code} and said nothing."),
        marked("Ask whoever looks after this computer whether its policies let you schedule programs."),
    ),
    "PSC-SCHEDULE-TOOL/silent": _system(
        marked("{tool} did not answer within {seconds} seconds."), marked("Try again in a few minutes.")
    ),
    "PSC-SCHEDULE-UNREAD": _system(
        marked("systemd does not look for timers in {path}, where psconnect put one."),
        marked("Start psconnect with the same XDG_CONFIG_HOME as your login."),
    ),
    "PSC-SCHEDULE-ZONE": _schedule(
        marked("There is no time zone “{zone}”."), marked("Choose one by its city, like America/Chicago.")
    ),
    "PSC-SKIPPED/busy": ErrorTexts(
        marked("Another run was at work"),
        marked("Another run of “{connection}” was at work, and still was after {minutes} minutes."),
        marked("Nothing is needed: the next time on schedule is not affected."),
    ),
    "PSC-SKIPPED/delivered": ErrorTexts(
        marked("Another run had just delivered"),
        marked("A run that somebody else had started delivered everything while this one was waiting for it."),
        marked("Nothing is needed: the destination is up to date."),
    ),
    "PSC-SKIPPED/disabled": ErrorTexts(
        marked("The connection is disabled"),
        marked("“{connection}” is disabled: everything is kept, nothing runs."),
        marked("Enable it, and it runs again from then on."),
    ),
    "PSC-SKIPPED/ended": ErrorTexts(
        marked("The schedule has ended"),
        marked("The computer was off or asleep at that time, and {until} was the last day of the schedule."),
        marked("Start the run yourself, or choose a later last day."),
    ),
    "PSC-SKIPPED/excluded": ErrorTexts(
        marked("A plan with excluded records waits"),
        marked(
            "The run {run_id} waits for an approval, and somebody has excluded records from it. A new run would "
            "replace that plan."
        ),
        marked("Approve or discard it. After a day it expires, and the schedule goes on."),
    ),
    "PSC-SKIPPED/undo": ErrorTexts(
        marked("A run is about to be taken back"),
        marked("The run {run_id} takes an earlier one back and waits for an approval. A new run would replace it."),
        marked("Approve or discard it. After a day it expires, and the schedule goes on."),
    ),
}
