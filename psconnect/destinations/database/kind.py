"""The declaration of the database kind. Its writer is imported on opening, because that takes a while."""

from __future__ import annotations

import re

from psconnect.destinations.database.layout import SCHOOL_VIEW
from psconnect.destinations.kind import Context, Kind
from psconnect.destinations.writer import Writer
from psconnect.model.errors import FixSettings
from psconnect.model.ids import LONGEST_ID
from psconnect.model.setting_fields import SecretField, SettingField, When
from psconnect.roster.sign_in import SIGN_IN_LABELS, SignInTypes
from psconnect.wording.catalogue import marked


def _open(context: Context) -> Writer:
    from psconnect.destinations.database.systems import system_of  # noqa: PLC0415 - see the module
    from psconnect.destinations.database.writer import DatabaseWriter  # noqa: PLC0415 - see the module

    prefix = str(context.settings["prefix"])
    if not re.fullmatch(r"([a-z][a-z0-9_]{0,19})?", prefix):
        raise FixSettings("PSC-SETTINGS-INVALID/cant-stand-front", where="destination.prefix", prefix=prefix)
    return DatabaseWriter(context, system_of(context))


_SERVERS = ("postgresql", "mariadb")
_IN_FILE, _IN_SERVER = When("system", ("sqlite",)), When("system", _SERVERS)
_PERSON = frozenset({"username", "givenName", "familyName"})
KIND = Kind(
    name="database",
    label=marked("Database"),
    summary=marked(
        "Tables in SQLite, PostgreSQL or MariaDB that reports and other programs read: one row for each record, kept "
        "up to date."
    ),
    open=_open,
    settings=(
        SettingField(
            "system",
            marked("System"),
            marked("A SQLite file is on this computer; PostgreSQL and MariaDB are servers that others run."),
            "choice",
            default="sqlite",
            choices=("sqlite", *_SERVERS),
            choice_labels=(
                ("sqlite", marked("SQLite file")),
                ("postgresql", marked("PostgreSQL")),
                ("mariadb", marked("MariaDB")),
            ),
            locates=True,
        ),
        SettingField(
            "file",
            marked("File"),
            marked("Choose the database file, or where it is to be made. Its folder must exist already."),
            "file",
            required=True,
            example="/srv/roster/roster.sqlite",
            when=_IN_FILE,
        ),
        SettingField(
            "host",
            marked("Server"),
            marked("Enter the server’s name as it stands in its certificate."),
            "text",
            required=True,
            example="db.lincoln.example.org",
            when=_IN_SERVER,
            locates=True,
        ),
        SettingField(
            "port",
            marked("Port"),
            marked("0 is the usual one: 5432 for PostgreSQL, 3306 for MariaDB."),
            "number",
            default=0,
            when=_IN_SERVER,
            locates=True,
        ),
        SettingField(
            "database",
            marked("Database"),
            marked("Enter the name of the database. It must exist already."),
            "text",
            required=True,
            example="roster",
            when=_IN_SERVER,
            locates=True,
        ),
        SettingField(
            "schema",
            marked("Schema"),
            marked("The schema that gets the tables. It must exist already, and the account must own it."),
            "text",
            default="roster",
            when=When("system", ("postgresql",)),
            locates=True,
        ),
        SettingField(
            "user",
            marked("User"),
            marked("Enter the name of an account for psconnect alone."),
            "text",
            required=True,
            example="psconnect",
            when=_IN_SERVER,
        ),
        SettingField(
            "tls",
            marked("Encryption"),
            marked(
                "Whether the roster is encrypted on its way, and the server’s certificate checked. Do without it only "
                "for a server on this computer or in a network of its own."
            ),
            "choice",
            default="verify",
            choices=("verify", "none"),
            choice_labels=(
                ("verify", marked("Encrypted, certificate checked")),
                ("none", marked("Not encrypted")),
            ),
            when=_IN_SERVER,
        ),
        SettingField(
            "ca_file",
            marked("CA file"),
            marked("Choose the PEM file with the certificate of the authority that signed the server’s certificate."),
            "file",
            required=True,
            example="/etc/ssl/lincoln-ca.pem",
            when=When("tls", ("verify",)),
            locates=False,
        ),
        SettingField(
            "removed",
            marked("Removed records"),
            marked("What happens to the row of a removed record. A row that is kept notes when it was removed."),
            "choice",
            default="mark",
            choices=("mark", "delete"),
            choice_labels=(
                ("mark", marked("Kept and marked as removed")),
                ("delete", marked("Deleted")),
            ),
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
    secrets=(
        SecretField("password", marked("Password"), marked("The account’s password in the server."), when=_IN_SERVER),
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
    sign_in_types=SignInTypes(SIGN_IN_LABELS),
)
