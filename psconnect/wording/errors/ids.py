"""Errors of ids: adopting those of the destination, and the re-key."""

from __future__ import annotations

from psconnect.wording.catalogue import marked
from psconnect.wording.errors.texts import ErrorTexts

_COLUMNS = marked("The first line has to name the columns: id, and at least one of dcid, number, username, email.")

TEXTS = {
    "PSC-ADOPT-ENTITY": ErrorTexts(
        marked("These ids can’t be adopted"),
        marked("“{kind}” is not a kind of records whose ids can be adopted."),
        marked("{hint}"),
    ),
    "PSC-ADOPT-FILE/columns-both-tell": ErrorTexts(
        marked("The list of ids can’t be read"),
        marked("The columns “{first}” and “{second}” both tell the {meaning}."),
        marked("Leave only one of them."),
    ),
    "PSC-ADOPT-FILE/line-cant-read": ErrorTexts(
        marked("The list of ids can’t be read"),
        marked("Line {line_num} can’t be read: {error}."),
        marked("Correct the line."),
    ),
    "PSC-ADOPT-FILE/more-mb": ErrorTexts(
        marked("The list of ids can’t be read"),
        marked("It has more than {number} MB."),
        marked("Export the ids alone."),
    ),
    "PSC-ADOPT-FILE/text-file": ErrorTexts(
        marked("The list of ids can’t be read"), marked("It is not a text file."), marked("Save it as “CSV UTF-8”.")
    ),
    "PSC-ADOPT-FILE/utf-8-text": ErrorTexts(
        marked("The list of ids can’t be read"), marked("It is not UTF-8 text."), marked("Save it as “CSV UTF-8”.")
    ),
    "PSC-ADOPT-OLD": ErrorTexts(
        marked("The list was compared with an earlier run"),
        marked("“{name}” was synced since then, so the comparison may no longer be right."),
        marked("Compare the list again, then adopt."),
    ),
    "PSC-REKEY-CHOICE": ErrorTexts(
        marked("The choice of an id is incomplete"),
        marked("“{text}” does not say which number becomes the id."),
        marked("Write it like --id student=number"),
    ),
    "PSC-REKEY-DOUBLE": ErrorTexts(
        marked("Two records would have the same id"),
        marked("{count} ids would be given more than once: {records}. The numbers in brackets are DCIDs."),
        marked("Correct the numbers in PowerSchool, or choose another one as id."),
    ),
    "PSC-REKEY-ENTITY": ErrorTexts(
        marked("This id can’t be chosen"), marked("There is no choice of ids for “{kind}”."), marked("{hint}")
    ),
    "PSC-REKEY-MISSING": ErrorTexts(
        marked("Some records have no number that can be an id"),
        marked("{count} records would have no id: {records}."),
        marked("Give them a number in PowerSchool, or choose another one as id."),
    ),
    "PSC-REKEY-NOTHING": ErrorTexts(
        marked("Nothing would be different"),
        marked("Ids, user names and course numbers are made like this already."),
        marked("Say what is to be different, for example --id student=number or --prefix AB-"),
        window=marked("Say what is to be different."),
    ),
    "PSC-REKEY-SETTING": ErrorTexts(
        marked("This setting is not frozen"),
        marked("“{named}” is no setting of the destination that decides ids or names."),
        marked("{hint}"),
    ),
    "PSC-REKEY-SETTING/choice": ErrorTexts(
        marked("The new value of a setting is incomplete"),
        marked("“{text}” does not say which value the setting gets."),
        marked("Write it like --setting KEY=VALUE"),
    ),
    "PSC-REKEY-OLD": ErrorTexts(
        marked("The settings were changed in the meantime"),
        marked("“{name}” is no longer as it was when the new ids were worked out."),
        marked("Work them out again."),
    ),
    "PSC-ADOPT-FILE/no-id": ErrorTexts(
        marked("The list of ids can’t be read"), marked("No column has the ids at the destination."), _COLUMNS
    ),
    "PSC-ADOPT-FILE/no-owner": ErrorTexts(
        marked("The list of ids can’t be read"), marked("No column says whose id it is."), _COLUMNS
    ),
}
