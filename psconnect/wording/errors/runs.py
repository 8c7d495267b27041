"""Errors of runs, reports, searches, and mistakes of our own."""

from __future__ import annotations

from psconnect.wording.catalogue import marked, plural
from psconnect.wording.errors.texts import ErrorTexts

_BUNDLE = marked("Put one OneRoster 1.1 bundle there, as a ZIP or as its files, or set source.folder to where it is.")

TEXTS = {
    "PSC-BUG/command": ErrorTexts(
        marked("Something went wrong in psconnect itself"),
        marked("An unexpected error of the kind {kind} ({place}) stopped it."),
        marked("Try again. If it comes back, tell us about it with these two lines."),
    ),
    "PSC-BUG/run": ErrorTexts(
        marked("Something went wrong in psconnect itself"),
        marked(
            "An unexpected error of the kind {kind} stopped the run. The next run goes on from what the destination "
            "has."
        ),
        marked("Start again. If it comes back, tell us about it with the run’s id."),
    ),
    "PSC-BUG/window": ErrorTexts(
        marked("Something went wrong in psconnect itself"),
        marked("An unexpected error of the kind {kind} stopped it."),
        marked("Try again. If it comes back, copy the details and send them to us."),
    ),
    "PSC-BUNDLE-DOUBLE": ErrorTexts(
        marked("An id stands for two different records"),
        marked(
            "{name}.csv has two different rows with the same sourcedId. Nothing is delivered, because nobody can say "
            "which one is right."
        ),
        marked("Correct it in the system that wrote the bundle."),
    ),
    "PSC-BUNDLE-FORMAT": ErrorTexts(
        marked("The OneRoster bundle can’t be read"),
        marked("The bundle can’t be read because {because}."),
        marked("Have it written as OneRoster 1.1, in UTF-8 and in bulk, with all columns in each file."),
    ),
    "PSC-BUNDLE-NEXT-YEAR": ErrorTexts(
        marked("A bundle has one school year"),
        marked("The next school year can’t be rehearsed, because a OneRoster bundle has the present one alone."),
        marked("Put a bundle of the next year into the folder and preview it."),
    ),
    "PSC-BUNDLE-NOT-WHOLE": ErrorTexts(
        marked("The OneRoster bundle is not whole"),
        marked("Nothing is delivered, because what lacks would count as removed: {because}."),
        marked("Have the bundle written again and start again. If that does not help, ask who writes it."),
    ),
    "PSC-DEMO-PORT": ErrorTexts(
        marked("The demo district can’t be reached at this port"),
        marked("Port {port} can’t be used: {reason}."),
        marked("Give another one with --port, or none: then any free one is taken."),
    ),
    "PSC-FILE-RELATIVE": ErrorTexts(
        marked("The path of the database is incomplete"),
        marked("“{text}” does not say where it begins."),
        marked("Give the whole path, for example C:\\Roster\\roster.sqlite or /srv/roster/roster.sqlite."),
    ),
    "PSC-FIND-ENTITY": ErrorTexts(
        marked("This can’t be searched"), marked("“{entity}” is not an entity that can be searched."), marked("{hint}")
    ),
    "PSC-FIND-NOBODY": ErrorTexts(
        marked("There is no such record"),
        marked("No {entity} with the DCID {name} was read or delivered."),
        marked("Search by name or number."),
    ),
    "PSC-FIND-NOTHING-READ/adopt": ErrorTexts(
        marked("Nothing was read yet"),
        marked("“{name}” has no run that read PowerSchool on this computer."),
        marked("Start a sync, or a preview, and adopt the ids then."),
    ),
    "PSC-FIND-NOTHING-READ/search": ErrorTexts(
        marked("Nothing was read yet"),
        marked("“{name}” has no run that read PowerSchool on this computer."),
        marked("Start a sync, or a preview, and search then."),
    ),
    "PSC-SIGN-IN/none": ErrorTexts(
        marked("There are no sign-in types to set"),
        marked("“{name}” delivers no sign-in types, or the record is not that of a person."),
        marked(
            "Choose a student, a staff member or a contact. Most destinations need the e-mail domains of Google or "
            "Microsoft under Settings, Who and what, too."
        ),
    ),
    "PSC-SIGN-IN/unknown": ErrorTexts(
        marked("There is no such sign-in type"),
        marked("“{type}” is not a sign-in type of this destination."),
        marked("{hint}"),
    ),
    "PSC-REBUILD-YES": ErrorTexts(
        marked("Starting again needs confirmation"),
        marked(
            "This would set aside the runs of “{name}”, what is known of its destination, adopted ids, generated user "
            "names and sign-in types set by hand."
        ),
        marked("Repeat the command with --yes."),
    ),
    "PSC-REMOVE-YES": ErrorTexts(
        marked("Removing a connection needs confirmation"),
        marked("This would delete “{name}” and everything stored for it."),
        marked("Repeat the command with --yes."),
    ),
    "PSC-UNINSTALL-YES": ErrorTexts(
        marked("Removing all connections needs confirmation"),
        marked("This would delete {names} and everything stored for them."),
        marked("Repeat the command with --yes."),
    ),
    "PSC-REPORT-BEFORE/forgotten": ErrorTexts(
        marked("There is nothing left to compare with"),
        marked("The findings of the run before {run_id} are no longer kept."),
        marked("Write the whole report, or choose a newer run."),
    ),
    "PSC-REPORT-BEFORE/none": ErrorTexts(
        marked("There is no run before"),
        marked("Nothing was delivered before the run {run_id}, so nothing can have changed since."),
        marked("Write the whole report."),
    ),
    "PSC-REPORT-FORGOTTEN": ErrorTexts(
        marked("The problems of this run are no longer kept"),
        marked("The records of a run are deleted after a time; only their number is left."),
        marked("Choose a newer run."),
    ),
    "PSC-REPORT-FORMAT/unknown": ErrorTexts(
        marked("This kind of report does not exist"),
        marked("A report can’t be written as “{ending}”."),
        marked("End the file’s name with {known}."),
    ),
    "PSC-REPORT-NEW/alone": ErrorTexts(
        marked("A list of new accounts is one file with names"),
        marked("--new-accounts was given together with --masked or --per-school."),
        marked("Give --new-accounts with -o FILE.csv alone."),
    ),
    "PSC-REPORT-NEW/forgotten": ErrorTexts(
        marked("The new accounts of this run are no longer kept"),
        plural(
            "The run delivered 1 new person; the records are deleted after {days} days.",
            "The run delivered {count} new people; the records are deleted after {days} days.",
        ),
        marked("Choose a newer run."),
    ),
    "PSC-REPORT-NEW/none": ErrorTexts(
        marked("This run has no new accounts"),
        marked("The run {run_id} delivered nobody whom the other system did not have already."),
        marked("Choose a run in the history that created people."),
    ),
    "PSC-REPORT-PDF": ErrorTexts(
        marked("PDF can’t be written on this computer"),
        marked("What draws it is not installed ({reason})."),
        marked("End the file’s name with .html; a browser prints it as PDF."),
    ),
    "PSC-REPORT-RUN": ErrorTexts(
        marked("There is no such run"),
        marked("“{name}” has no run with the number {number}; runs are kept for 13 months."),
        marked("Choose one of the runs in the history."),
    ),
    "PSC-RUN-ACTIVE": ErrorTexts(
        marked("Another run is active"),
        marked("“{connection}” is being synced right now, by another window or by the schedule."),
        marked("Wait until it has ended, then start again."),
    ),
    "PSC-RUN-ANEW-WHOLE": ErrorTexts(
        marked("Single records can’t be excluded from this run"),
        marked("The run {run_id} delivers the whole roster to a destination that has nothing of it yet."),
        marked("Approve it as a whole, or discard it. Later runs let you exclude single records."),
    ),
    "PSC-RUN-EXPIRED": ErrorTexts(
        marked("The plan is too old to be approved"),
        marked("The run {run_id} has waited for more than 24 hours, so it has expired. Nothing was delivered."),
        marked("Start a new sync; it plans anew."),
    ),
    "PSC-RUN-FIRST-ALL": ErrorTexts(
        marked("The first sync is a full one"),
        marked("Only {scope} were asked for, but nothing was delivered yet."),
        marked("Sync everything once; after that, parts can be synced alone."),
    ),
    "PSC-RUN-NO-CHANGE/entity": ErrorTexts(
        marked("There is no such entity"), marked("“{name}” is not an entity."), marked("{hint}")
    ),
    "PSC-RUN-NO-CHANGE/record": ErrorTexts(
        marked("The run does not change this record"),
        marked("The plan has no change for the {entity} {sourced_id}, or it was excluded already."),
        marked("Look at the run’s changes for the records it does change."),
    ),
    "PSC-RUN-NOT-COMPARED/connections": ErrorTexts(
        marked("These runs can’t be compared"),
        marked("They are runs of two connections, “{first}” and “{second}”, which deliver to different places."),
        marked("Compare two runs of the same connection."),
    ),
    "PSC-RUN-NOT-COMPARED/same": ErrorTexts(
        marked("A run can’t be compared with itself"),
        marked("Both ids are “{run_id}”."),
        marked("Choose two different runs."),
    ),
    "PSC-RUN-NOT-EXCLUDED": ErrorTexts(
        marked("This record was not excluded"),
        marked("The {entity} {id} was not excluded from this run, or only goes along with another record that was."),
        marked("Include the record that was excluded; the others follow."),
    ),
    "PSC-RUN-NOT-UNDOABLE": ErrorTexts(
        marked("This run can’t be undone"),
        marked("{reason}"),
        marked("See the runs of the connection for one that delivered changes."),
    ),
    "PSC-RUN-NOT-WAITING": ErrorTexts(
        marked("This run does not wait for an approval"),
        marked("The run {run_id} can’t be approved, changed or discarded.{state}"),
        marked("See the runs of the connection, or start a new one."),
    ),
    "PSC-RUN-OTHER-PLAN": ErrorTexts(
        marked("The plan has changed"),
        marked("The plan of the run {id} was changed since it was looked at."),
        marked("Look at its changes again. Then approve."),
    ),
    "PSC-RUN-REASON": ErrorTexts(
        marked("A reason is needed"),
        marked("An approval is stored with its reason."),
        marked("Give a reason: --reason TEXT"),
        window=marked("Type a reason."),
    ),
    "PSC-RUN-REHEARSAL": ErrorTexts(
        marked("A rehearsal is never delivered"),
        marked("The run {id} plans the school year {school_year} only to be looked at."),
        marked("When the year has come, start a sync and approve that."),
    ),
    "PSC-RUN-REKEY-WHOLE": ErrorTexts(
        marked("Single records can’t be excluded from this run"),
        marked(
            "The run {run_id} gives records other ids. Those who refer to them change along, so it is all or nothing."
        ),
        marked("Approve it as a whole, or discard it and correct the list of ids first."),
    ),
    "PSC-RUN-UNKNOWN": ErrorTexts(
        marked("There is no such run"),
        marked("No connection has a run with the id {run_id}."),
        marked("See the runs of a connection with: psconnect runs NAME"),
        window=marked("See the runs of a connection under History."),
    ),
    "PSC-BUG/cancelled": ErrorTexts(
        marked("The cancelled run could not be stored"),
        marked("The run was cancelled, but this computer could not record that."),
        marked("Start again: the next run settles it."),
    ),
    "PSC-BUNDLE-NONE/closed": ErrorTexts(
        marked("There is no OneRoster bundle to read"),
        marked("The folder {folder} can’t be opened: {reason}."),
        _BUNDLE,
    ),
    "PSC-BUNDLE-NONE/empty": ErrorTexts(
        marked("There is no OneRoster bundle to read"),
        marked("The folder {folder} has neither {manifest} nor a ZIP file."),
        _BUNDLE,
    ),
    "PSC-BUNDLE-NONE/several": ErrorTexts(
        marked("There is no OneRoster bundle to read"), marked("The folder {folder} has {count} ZIP files."), _BUNDLE
    ),
    "PSC-REPORT-FORGOTTEN/counted": ErrorTexts(
        marked("The problems of this run are no longer kept"),
        plural(
            "The run had 1 problem; the records are deleted after {days} days.",
            "The run had {count} problems; the records are deleted after {days} days.",
        ),
        marked("Write the report as .html, which has the counts, or choose a newer run."),
    ),
}
