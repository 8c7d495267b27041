"""The declaration of the database kind. Its writer is imported on opening, because that takes a while."""

from __future__ import annotations

import re

from psconnect.destinations.database.layout import SCHOOL_VIEW
from psconnect.destinations.kind import Context, Kind
from psconnect.destinations.writer import Writer
from psconnect.model.errors import FixSettings
from psconnect.model.ids import LONGEST_ID
from psconnect.model.setting_fields import SettingField
from psconnect.wording.catalogue import marked


def _open(context: Context) -> Writer:
    from psconnect.destinations.database.place import database_path  # noqa: PLC0415 - see the module
    from psconnect.destinations.database.writer import DatabaseWriter  # noqa: PLC0415 - see the module

    prefix = str(context.settings["prefix"])
    if not re.fullmatch(r"([a-z][a-z0-9_]{0,19})?", prefix):
        raise FixSettings("PSC-SETTINGS-INVALID/cant-stand-front", where="destination.prefix", prefix=prefix)
    return DatabaseWriter(context, database_path(str(context.settings["file"])))


_PERSON = frozenset({"username", "givenName", "familyName"})
KIND = Kind(
    name="database",
    label=marked("Database"),
    summary=marked(
        "Tables in a SQLite file that reports and other programs read: one row for each record, kept up to date."
    ),
    open=_open,
    settings=(
        SettingField(
            "file",
            marked("File"),
            marked("Choose the database file, or where it is to be made. Its folder must exist already."),
            "file",
            required=True,
            example="/srv/roster/roster.sqlite",
        ),
        SettingField(
            "removed",
            marked("Removed records"),
            marked("“mark” keeps the row of a removed record and notes when it was removed; “delete” deletes it."),
            "choice",
            default="mark",
            choices=("mark", "delete"),
        ),
        SettingField(
            "prefix",
            marked("Prefix of the tables"),
            marked("What the names of all tables begin with, where the database holds other tables, too."),
            "text",
            example="roster_",
            advanced=True,
        ),
    ),
    needed={
        "school": frozenset({"name"}),
        "calendar": frozenset({"title"}),
        "course": frozenset({"title"}),
        "class": frozenset({"title"}),
        "student": _PERSON,
        "teacher": _PERSON,
        "admin": _PERSON,
        "contact": _PERSON,
    },
    limits={"school": {"sourcedId": LONGEST_ID}},
    derived=(SCHOOL_VIEW,),
    takes=frozenset({"groups", "categories"}),
    removal=marked("What reads the database no longer finds a removed record among the current ones."),
    removal_setting="removed",
)
