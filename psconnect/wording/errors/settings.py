"""Errors of connections, their files and their secrets."""

from __future__ import annotations

from psconnect.wording.catalogue import marked, plural
from psconnect.wording.errors.texts import ErrorTexts

_REKEY = marked(
    "Use the re-key assistant, which first shows who gets which id: in the window under Settings, Ids; or psconnect "
    "connection rekey “{name}” --id student=number, or --prefix …"
)
_REKEY_WINDOW = marked("Use the re-key assistant under Settings, Ids, which first shows who gets which id.")
_REKEY_SETTING = marked(
    "Use the re-key assistant: in the window under Settings, Ids; or psconnect connection rekey “{name}” --setting "
    "{named}=VALUE"
)

_MIXED_UP = marked("Two connections would be mixed up at their destination")
_OTHER_PREFIX = marked(
    "Give one of them another prefix under Who and what, Names and sign-in, Prefixes, for example “{letter}-”, or "
    "deliver to another place."
)
_A_PREFIX = marked("Give “{name}” a prefix under Who and what, Names and sign-in, Prefixes, for example “{letter}-”.")

TEXTS = {
    "PSC-CONNECTION-DISABLED": ErrorTexts(
        marked("The connection is disabled"),
        marked("“{name}” is disabled: everything is kept, nothing runs."),
        marked("Enable it first."),
    ),
    "PSC-CONNECTION-UNKNOWN": ErrorTexts(
        marked("There is no such connection"),
        marked("No connection is called “{name}”. Known: {known}."),
        marked("Check the name, or see them all with: psconnect connection list"),
        window=marked("Check the name."),
    ),
    "PSC-SECRET-KEY": ErrorTexts(
        marked("There is no such secret"), marked("“{name}” is not a secret of this connection."), marked("{hint}")
    ),
    "PSC-SECRET-KEY/none": ErrorTexts(
        marked("There is no such secret"),
        marked("“{name}” is not a secret of this connection, which needs none."),
        marked("Check the connection’s name."),
    ),
    "PSC-SECRET-KEYRING": ErrorTexts(
        marked("The keyring did not keep the secret"),
        marked("The keyring of this computer is locked, or refused to work{reason}."),
        marked("Unlock it, for example by signing in again, and enter the secret once more."),
    ),
    "PSC-SECRET-MISSING/destination": ErrorTexts(
        marked("A secret is missing"),
        marked("“{label}” of “{name}” is not known on this computer."),
        marked(
            "Keep it in the keyring: psconnect secret set NAME {secret}. On a server without a keyring, give it in "
            "{variable} when psconnect is started."
        ),
        window=marked(
            "Type it under Settings, Destination. On a server without a keyring, give it in {variable} when psconnect "
            "is started."
        ),
    ),
    "PSC-SECRET-MISSING/source": ErrorTexts(
        marked("A secret is missing"),
        marked("“{label}” of “{name}” is not known on this computer."),
        marked(
            "Keep it in the keyring: psconnect secret set NAME {secret}. On a server without a keyring, give it in "
            "{variable} when psconnect is started."
        ),
        window=marked(
            "Type it under Settings, Credentials. On a server without a keyring, give it in {variable} when psconnect "
            "is started."
        ),
    ),
    "PSC-SECRET-NO-KEYRING": ErrorTexts(
        marked("This computer has no keyring"),
        marked(
            "Secrets are kept in the keyring of the operating system only, and none was found. psconnect never writes "
            "a secret to a file."
        ),
        marked(
            "On a desktop, sign in normally (Linux: install gnome-keyring or KWallet). On a server, give the secret in "
            "{variable} when psconnect is started."
        ),
    ),
    "PSC-SECRET-VALUE": ErrorTexts(
        marked("This is no secret"),
        marked("A secret is one line of 1 to {windows_limit} characters."),
        marked("Copy it again from where it was made."),
    ),
    "PSC-SETTINGS-FIXED": ErrorTexts(
        marked("This setting can’t be changed"),
        marked("“{name}” belongs to the connection itself."),
        marked("Export the connection, change the file, and import it as a new connection."),
    ),
    "PSC-SETTINGS-GONE": ErrorTexts(
        marked("The connection is gone"),
        marked("“{name}” was removed from this computer while its settings were open."),
        marked("Nothing was saved. To have it again, set it up anew or import its file."),
    ),
    "PSC-SETTINGS-GONE/set-up": ErrorTexts(
        marked("The set-up is gone"),
        marked("It was finished or discarded meanwhile, or its file was removed or damaged."),
        marked("Go back to the connections and begin a new one."),
    ),
    "PSC-SETTINGS-HTTPS": ErrorTexts(
        marked("The address must begin with https"),
        marked("Without https, students’ data and the secret would travel unprotected."),
        marked("Use https://{host}"),
    ),
    "PSC-SETTINGS-INVISIBLE": ErrorTexts(
        marked("The {what} holds a character that can’t be seen"),
        marked(
            "After the {ordinal} character of the {what} stands U+{number:04X} {character}, which can’t be seen and "
            "does not belong there."
        ),
        marked("Copy it again straight from PowerSchool, without a mail or a document between, or type it."),
    ),
    "PSC-SETTINGS-NAME-TAKEN": ErrorTexts(
        marked("The name is taken"),
        marked("A connection called “{name}” was made while this one was set up."),
        marked("Choose another name."),
    ),
    "PSC-SETTINGS-PRESET": ErrorTexts(
        marked("This preset can’t be used"),
        marked("The preset “{name}” does not exist in this version."),
        marked("{hint}"),
    ),
    "PSC-SETTINGS-REKEY-ADDITIONS": ErrorTexts(
        marked("Other ids can’t be delivered as additions only"),
        marked(
            "Records get other ids, but the connection delivers new records only: they would refer to ids that the "
            "destination does not have."
        ),
        marked("Switch safety.additions_only off for this delivery."),
        window=marked("Switch “Additions only” off under Settings, Safety for this delivery."),
    ),
    "PSC-SETTINGS-SHARED/ids": ErrorTexts(
        _MIXED_UP,
        marked(
            "“{name}” and “{other}” read different PowerSchool servers and deliver to the same place, with “{own}” and "
            "“{theirs}” in front of their IDs. The same ID can mean different records there."
        ),
        marked("Give one of them another prefix ({place}), for example “{letter}-”, or deliver to another place."),
        window=_OTHER_PREFIX,
    ),
    "PSC-SETTINGS-SHARED/user-names": ErrorTexts(
        _MIXED_UP,
        marked(
            "“{name}” and “{other}” read different PowerSchool servers and deliver to the same place, with “{own}” in "
            "front of their user names. The same user name can mean different people there."
        ),
        marked("Give one of them another prefix ({place}), for example “{letter}-”, or deliver to another place."),
        window=_OTHER_PREFIX,
    ),
    "PSC-SETTINGS-SHARED/course-numbers": ErrorTexts(
        _MIXED_UP,
        marked(
            "“{name}” and “{other}” read different PowerSchool servers and deliver to the same place, with “{own}” in "
            "front of their course numbers. The same number can mean different courses there."
        ),
        marked("Give one of them another prefix ({place}), for example “{letter}-”, or deliver to another place."),
        window=_OTHER_PREFIX,
    ),
    "PSC-SETTINGS-SHARED/same-user-names": ErrorTexts(
        _MIXED_UP,
        plural(
            "“{other}” delivers to the same place from another PowerSchool server, and {count} user name is the same "
            "in both. One of the two people would get no account, or the other’s.",
            "“{other}” delivers to the same place from another PowerSchool server, and {count} user names are the same "
            "in both. Of each two people, one would get no account, or the other’s.",
        ),
        marked("Give the user names of “{name}” a prefix ({place}), for example “{letter}-”."),
        window=_A_PREFIX,
    ),
    "PSC-SETTINGS-SHARED/same-course-numbers": ErrorTexts(
        _MIXED_UP,
        plural(
            "“{other}” delivers to the same place from another PowerSchool server, and {count} course number is the "
            "same in both. People there could not tell the two courses apart.",
            "“{other}” delivers to the same place from another PowerSchool server, and {count} course numbers are the "
            "same in both. People there could not tell the courses apart.",
        ),
        marked("Give the course numbers of “{name}” a prefix ({place}), for example “{letter}-”."),
        window=_A_PREFIX,
    ),
    "PSC-SETTINGS-THRESHOLD/entity": ErrorTexts(
        marked("A threshold can’t be used"),
        marked("“{name}” in [safety.thresholds] is not an entity."),
        marked("{hint}"),
        in_file=True,
    ),
    "PSC-SETTINGS-THRESHOLD/not-its-own": ErrorTexts(
        marked("A threshold can’t be used"),
        marked("{entity:Records} have no limit {what}; only {who} have one."),
        marked("Take it out, or write it in [safety.thresholds.{other}]."),
        in_file=True,
    ),
    "PSC-SETTINGS-THRESHOLD/text": ErrorTexts(
        marked("A threshold can’t be used"),
        marked("“{text}” is not a threshold."),
        marked("Write it like 3% and 25, or 500 — or a single number, or off."),
    ),
    "PSC-SETTINGS-URL": ErrorTexts(
        marked("The PowerSchool address is missing"),
        marked("“{name}” has no address yet."),
        marked("Set it as you see it in the browser: psconnect connection set NAME source.url https://…"),
        window=marked("Type it under Settings, Credentials, as you see it in the browser."),
    ),
    "PSC-SETTINGS-WITHOUT": ErrorTexts(
        marked("This can’t be left out"),
        marked("“{text}” can’t be left out: it is needed, or a mapping or filter of this connection uses it."),
        marked("Map the attribute to another field if that is the reason. What can be left out: {known}."),
    ),
    "PSC-SOURCE-KIND": ErrorTexts(
        marked("This source can’t be used"),
        marked("The kind of source “{wanted}” does not exist in this version."),
        marked("{hint}"),
    ),
    "PSC-PLUGIN-CHECK": ErrorTexts(
        marked("The plugin was not saved"),
        marked("Checking the finished plugin found a mistake in it, so it was not saved: {faults}."),
        marked("This is a mistake in psconnect: report it with this text. No setting has to be changed."),
    ),
    "PSC-PLUGIN-NAME": ErrorTexts(
        marked("PowerSchool has no field with such a name"),
        marked("“{name}” can’t be the name of a table or field: a name has at most {most} letters, digits and _."),
        marked("Look the name up in PowerSchool, and correct it where the settings use {full_name}."),
    ),
    "PSC-SOURCE-NO-PLUGIN": ErrorTexts(
        marked("This source needs no plugin"),
        marked("“{name}” reads from {label}. Plugins, and what goes without one, are PowerSchool’s alone."),
        marked("Nothing has to be done."),
    ),
    "PSC-SOURCE-OTHER": ErrorTexts(
        marked("The connection has another kind of source now"),
        marked(
            "What was delivered came from another kind of source. Its records can’t be recognised in this one, so all "
            "of them would be removed and created anew."
        ),
        marked("Set source.kind back, or make another connection and adopt the ids that the destination has."),
        in_file=True,
    ),
    "PSC-CONNECTION-EXISTS": ErrorTexts(
        marked("There is such a connection already"),
        marked("“{name}” is already a connection on this computer."),
        marked("Replace its settings, or give the one in the file another name."),
    ),
    "PSC-PRESET-SETTING/form": ErrorTexts(
        marked("The preset “{name}” can’t be used"), marked("{problem}"), marked("Correct it.")
    ),
    "PSC-PRESET-SETTING/setting": ErrorTexts(
        marked("The preset “{name}” can’t be used"), marked("{happened}"), marked("{to_do}")
    ),
    "PSC-SETTINGS-FROZEN/between-years": ErrorTexts(
        marked("What ids are made of is frozen"),
        marked("These settings (prefixes, or [ids]) would change ids under which “{name}” has delivered records."),
        _REKEY,
        window=_REKEY_WINDOW,
    ),
    "PSC-SETTINGS-FROZEN/setting-between-years": ErrorTexts(
        marked("“{setting}” is frozen"),
        marked("It decides ids or names under which “{name}” has delivered records."),
        _REKEY_SETTING,
        window=_REKEY_WINDOW,
    ),
    "PSC-SETTINGS-FROZEN/setting-in-year": ErrorTexts(
        marked("“{setting}” is frozen"),
        marked("It decides ids or names under which “{name}” has delivered records. {warning}"),
        _REKEY_SETTING,
        window=_REKEY_WINDOW,
    ),
    "PSC-SETTINGS-FROZEN/in-year": ErrorTexts(
        marked("What ids are made of is frozen"),
        marked(
            "These settings (prefixes, or [ids]) would change ids under which “{name}” has delivered records. {warning}"
        ),
        _REKEY,
        window=_REKEY_WINDOW,
    ),
}
