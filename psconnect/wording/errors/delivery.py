"""Errors of destinations and of the places they write to."""

from __future__ import annotations

from psconnect.wording.catalogue import marked
from psconnect.wording.errors.texts import ErrorTexts

TEXTS = {
    "PSC-DATABASE-DAMAGED": ErrorTexts(
        marked("The database is damaged"),
        marked("SQLite can’t read {path}: its content is not what was written."),
        marked("Move the file away or restore it from a backup, then start again: psconnect fills in what it lacks."),
    ),
    "PSC-DATABASE-ERROR": ErrorTexts(
        marked("The database can’t be read or written"),
        marked("SQLite reported {name} for {path}."),
        marked("Check the disk and the file, then start again."),
    ),
    "PSC-DATABASE-IN-USE": ErrorTexts(
        marked("The database is in use"),
        marked("Another program has been writing to {path}, or reading it, for {lock_patience:.0f} seconds."),
        marked("Close what has it open (a database browser, a report, a backup), then start again."),
    ),
    "PSC-DATABASE-NEWER": ErrorTexts(
        marked("The database is of a newer version"),
        marked("A newer version of psconnect made its tables."),
        marked("Install the newest version of psconnect."),
    ),
    "PSC-DATABASE-OTHER-FILE": ErrorTexts(
        marked("The file is no SQLite database"),
        marked("{path} is a file of another kind, or an encrypted database. Nothing was changed."),
        marked("Choose another file under Destination."),
    ),
    "PSC-DATABASE-OWN-FILE": ErrorTexts(
        marked("The file is psconnect’s own"),
        marked("{path} is where psconnect keeps a connection’s roster data. Nothing was changed."),
        marked("Choose another file under Destination."),
    ),
    "PSC-DATABASE-REPLACED": ErrorTexts(
        marked("The database was replaced"),
        marked("While the run was writing, another database took the place of {path}."),
        marked("Start again: everything is delivered to what stands there then."),
    ),
    "PSC-DATABASE-TAKEN": ErrorTexts(
        marked("The database has such a table already"),
        marked("It has a table or view “{name}” that psconnect did not make. Nothing was changed."),
        marked("Set another prefix for psconnect’s tables under Destination, or choose another database."),
    ),
    "PSC-DELIVERY-REPLACED": ErrorTexts(
        marked("The destination was replaced"),
        marked("{address} is not what this plan was made for: it was replaced, or put back to an earlier state."),
        marked("Start a sync: it plans anew for what is there now."),
    ),
    "PSC-DELIVERY-TOO-LARGE": ErrorTexts(
        marked("A file is too large for the other system"),
        marked(
            "“{file}” has more than {megabytes} MB, and the other system takes no larger one. Nothing was delivered."
        ),
        marked("Deliver less: fewer schools or terms, no contacts, or fewer custom fields. What stands there stays."),
    ),
    "PSC-DELIVERY-UNKNOWN": ErrorTexts(
        marked("The destination does not say what it has taken"),
        marked(
            "{unknown} changes ({entity:records}) were sent, and {address} does not say yet whether it took them. "
            "Nothing else is sent until it does."
        ),
        marked("Start again in a few minutes: they are looked for first."),
    ),
    "PSC-FOLDER-IN-USE": ErrorTexts(
        marked("The destination’s file is in use"),
        marked(
            "{path} could not be replaced for {patience:.0f} seconds: another program has it open, or it may no longer "
            "be written. What stood there before still stands."
        ),
        marked("Close what reads the file (the other system, a backup, a virus scanner), then start again."),
    ),
    "PSC-FOLDER-MISSING/file": ErrorTexts(
        marked("The destination folder is not there"),
        marked("{folder} does not exist, or its drive is not connected. psconnect does not make it by itself."),
        marked("Create the folder, connect the drive, or choose another file under Destination."),
    ),
    "PSC-FOLDER-MISSING/folder": ErrorTexts(
        marked("The destination folder is not there"),
        marked("{folder} does not exist, or its drive is not connected. psconnect does not make it by itself."),
        marked("Create the folder, connect the drive, or choose another folder under Destination."),
    ),
    "PSC-FOLDER-OWNED": ErrorTexts(
        marked("Another psconnect delivers here"),
        marked(
            "psconnect on another computer, or of another user, has delivered to {folder}. What stands there was not "
            "replaced."
        ),
        marked("Start a sync: it waits for your approval, and says what to do."),
    ),
    "PSC-FOLDER-OWNED/files": ErrorTexts(
        marked("Files of somebody else stand here"),
        marked(
            "{folder} has files that psconnect did not put there, or that somebody has changed since. They were not "
            "replaced."
        ),
        marked("Start a sync: it waits for your approval, and names the files."),
    ),
    "PSC-FOLDER-RELATIVE": ErrorTexts(
        marked("The destination folder is incomplete"),
        marked("“{text}” does not say where it begins."),
        marked("Give the whole path, for example C:\\Roster or /srv/roster."),
    ),
    "PSC-PLACE-NOTES": ErrorTexts(
        marked("The notes of earlier deliveries can’t be read"),
        marked("{path} is not what psconnect has written: it is damaged, or of a newer version."),
        marked("Move the file away, then start again: the whole set is delivered after your approval."),
    ),
    "PSC-PLACE-SHARED": ErrorTexts(
        marked("Two connections deliver files of the same names here"),
        marked("“{other}” has delivered {name} and others to {address}: the two would replace each other’s files."),
        marked("Choose another folder under Destination, or one ZIP instead of loose files."),
    ),
    "PSC-SET-HALF": ErrorTexts(
        marked("Only a part of the files is in place"),
        marked("Some of the {count} files at {address} are new already, the others are not yet. {happened}"),
        marked("{to_do} The next start puts the rest in place."),
    ),
    "PSC-SHELF-DIFFERS": ErrorTexts(
        marked("A file did not arrive as it was sent"),
        marked("{name} was put into {address} and read back, and something else stood there. Nothing was replaced."),
        marked("Start again. If it stays so, ask who runs the other system what becomes of files there."),
    ),
    "PSC-DESTINATION-CHECK": ErrorTexts(marked("{step}"), marked("{found}"), marked("{advice}")),
    "PSC-DESTINATION-KIND/none": ErrorTexts(
        marked("No destination is chosen"),
        marked("The connection does not say where to deliver the roster."),
        marked("Set destination.kind to one of: {known}."),
        window=marked("Choose one under Settings, Destination."),
    ),
    "PSC-DESTINATION-KIND/unknown": ErrorTexts(
        marked("This destination can’t be used"),
        marked("The kind of destination “{name}” does not exist in this version."),
        marked("{hint}"),
    ),
}
