"""Errors of this computer: disk, files, stored roster data."""

from __future__ import annotations

from psconnect.wording.catalogue import marked
from psconnect.wording.errors.texts import ErrorTexts

TEXTS = {
    "PSC-DATA-BUSY": ErrorTexts(
        marked("The stored roster data is in use"),
        marked("Another program has kept {name} locked for {seconds:.0f} seconds."),
        marked("Close other psconnect windows and backup programs, then start again."),
    ),
    "PSC-DATA-DAMAGED": ErrorTexts(
        marked("The stored roster data is damaged"),
        marked(
            "{name} is damaged; the disk may be failing. It holds the connection’s runs, what is known of the "
            "destination, adopted ids and given user names. Settings, secrets and what stands at the destination are "
            "whole."
        ),
        marked(
            "Restore {path} from a backup. Without one, set it aside: psconnect connection rebuild NAME. What it holds "
            "is then lost to psconnect, and the next sync is a first delivery, which waits for your approval."
        ),
        window=marked(
            "Restore {path} from a backup. Without one, press “Start again with new roster data …”. What it holds is "
            "then lost to psconnect, and the next sync is a first delivery, which waits for your approval."
        ),
    ),
    "PSC-DATA-NEWER": ErrorTexts(
        marked("The data is of a newer version"),
        marked("{name} was written by a newer version of psconnect."),
        marked("Install the newest version of psconnect."),
    ),
    "PSC-DATA-NONE": ErrorTexts(
        marked("There is no roster data"),
        marked("“{name}” has no run on this computer, so there is nothing to set aside."),
        marked("Start a sync."),
    ),
    "PSC-DATA-UNRECORDED": ErrorTexts(
        marked("Delivered, but not recorded"),
        marked("The roster is delivered, but that could not be recorded on this computer ({title}: {rosters})."),
        marked(
            "Free some room or mend what is named, then start again: the next run finds the delivery and finishes it."
        ),
    ),
    "PSC-DISK-DENIED/folder-read-only": ErrorTexts(
        marked("A file can’t be written"),
        marked("{path} or its folder is read-only, or belongs to another user."),
        marked("Check who may write to the file and to its folder, then start again."),
    ),
    "PSC-DISK-DENIED/read-only-use": ErrorTexts(
        marked("A file can’t be written"),
        marked("{path} is read-only, in use by another program, or belongs to another user."),
        marked("Close programs that have it open, check who may write to the folder, then start again."),
    ),
    "PSC-DISK-ERROR": ErrorTexts(
        marked("A file can’t be read or written"),
        marked("The system reported “{reason}” for {path}."),
        marked("Check the disk and the folder, then start again."),
    ),
    "PSC-DISK-FOLDER": ErrorTexts(
        marked("A folder stands where a file is needed"),
        marked("{path} is a folder."),
        marked("Give the name of a file, then start again."),
    ),
    "PSC-DISK-FULL/appended": ErrorTexts(
        marked("The disk is full"),
        marked("There was no room left to write to {path}. What was written before is untouched."),
        marked("Free some room, then start again: it goes on where it stopped."),
    ),
    "PSC-DISK-FULL/replaced": ErrorTexts(
        marked("The disk is full"),
        marked("There was no room left to write to {folder}. What was there before is untouched."),
        marked("Free some room, then start again: it goes on where it stopped."),
    ),
    "PSC-DISK-MISSING": ErrorTexts(
        marked("A folder or file is not there"),
        marked("{path} does not exist, or its drive is not connected."),
        marked("Check the path, or connect the drive, then start again."),
    ),
    "PSC-REMOVE-HELD": ErrorTexts(
        marked("A file could not be deleted"),
        marked("{path} may hold a part of the roster, and could not be deleted."),
        marked("Delete it yourself, or have its owner delete it."),
    ),
    "PSC-REMOVE-LEFT": ErrorTexts(
        marked("Something is left of a removed connection"),
        marked("A connection named “{name}” was removed, but {path} could not be deleted."),
        marked("Close programs that have it open and delete it, then save again; or choose another name."),
    ),
    "PSC-READING-DAMAGED": ErrorTexts(
        marked("What was read last is damaged"),
        marked(
            "A file of {stem} with what a run has read can’t be used. What is known of the destination is whole, and "
            "nothing was changed anywhere."
        ),
        marked("Start a sync: everything is read again. If this comes back, check the disk."),
    ),
    "PSC-DISK-NAME/long": ErrorTexts(
        marked("No file can have this path"),
        marked("The system does not take a path of {count} characters, with “{part}” in it."),
        marked("Choose another name, or a folder nearer to the top, then start again."),
    ),
    "PSC-DISK-NAME/nul": ErrorTexts(
        marked("No file can have this path"),
        marked("{path} contains a NUL character, which no path may have."),
        marked("Choose another name, then start again."),
    ),
}
