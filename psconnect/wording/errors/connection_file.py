"""Errors of the connection file: its sections, keys, and values of the wrong kind."""

from __future__ import annotations

from psconnect.wording.catalogue import Plural, marked, plural
from psconnect.wording.errors.texts import ErrorTexts

_AS_UTF_8 = marked("Save it as UTF-8: in Notepad under “Save as”, Encoding “UTF-8”; in PowerShell with -Encoding utf8.")


def _invalid(happened: str | Plural, to_do: str, window: str = "") -> ErrorTexts:
    return ErrorTexts(marked("The settings can’t be used"), happened, to_do, window)


def _unreadable(happened: str, to_do: str) -> ErrorTexts:
    return ErrorTexts(marked("The connection file can’t be read"), happened, to_do)


TEXTS = {
    "PSC-SETTINGS-INVALID/all-lack": _invalid(marked("The settings lack “{name}”."), marked("Add {name}: {wanted}.")),
    "PSC-SETTINGS-INVALID/client-secret": _invalid(
        marked("The client secret is never one of the settings."),
        marked("Keep it in the keyring: psconnect secret set NAME source.client_secret"),
        marked("Type it under Settings, Credentials."),
    ),
    "PSC-SETTINGS-INVALID/custom-label": _invalid(
        marked("“{label}” can’t be the label of a custom field."),
        marked("Use letters, digits, dots, hyphens and underscores, beginning with a letter."),
    ),
    "PSC-SETTINGS-INVALID/entity": _invalid(marked("“{name}” in [{place}] is not an entity."), marked("{hint}")),
    "PSC-SETTINGS-INVALID/freeze": _invalid(
        marked("{place} ends on {until}, before it begins."), marked("Give a later day, or the same one.")
    ),
    "PSC-SETTINGS-INVALID/lacks": _invalid(marked("“{place}” lacks “{name}”."), marked("Add {name}: {wanted}.")),
    "PSC-SETTINGS-INVALID/long-name": _invalid(
        plural("The connection’s name has 1 character.", "The connection’s name has {count} characters."),
        marked("Give it one of at most {longest_name} characters."),
    ),
    "PSC-SETTINGS-INVALID/no-name": _invalid(
        marked("The connection has no name, or one with invisible characters."), marked("Give it a name.")
    ),
    "PSC-SETTINGS-INVALID/no-preset": _invalid(
        marked("No preset is chosen."), marked('Set preset, for example preset = "oneroster".')
    ),
    "PSC-SETTINGS-INVALID/no-section": _invalid(
        marked("The value of “{place}” can’t be used."), marked("Write it as a section, like [{place}].")
    ),
    "PSC-SETTINGS-INVALID/of-one-connection": _invalid(
        marked("“{name}” belongs to one connection."), marked("Take it out.")
    ),
    "PSC-SETTINGS-INVALID/role-twice": _invalid(
        marked("The role “{name}” stands in [roles] twice, with two meanings."),
        marked("Write it once: capitals, blanks and hyphens don’t count."),
    ),
    "PSC-SETTINGS-INVALID/table": _invalid(marked("“{place}” is not a section."), marked("Write it as [{place}].")),
    "PSC-SETTINGS-INVALID/table-of-entities": _invalid(
        marked("“{place}” is not a section."), marked("Write it as [{place}.student], for example.")
    ),
    "PSC-SETTINGS-INVALID/template-takes-none": _invalid(
        marked("The value of the template “{template}” ({place}) can’t be used."),
        marked("Take the value out: this template takes none."),
    ),
    "PSC-SETTINGS-INVALID/template-value": _invalid(
        marked("The value of the template “{template}” ({place}) can’t be used."), marked("Give {asks}.")
    ),
    "PSC-SETTINGS-INVALID/unknown": _invalid(marked("There is no setting “{name}”."), marked("{hint}")),
    "PSC-SETTINGS-INVALID/value": _invalid(marked("The value of “{place}” can’t be used."), marked("Give {wanted}.")),
    "PSC-SETTINGS-INVALID/value-in-list": _invalid(
        marked("A value in “{place}” can’t be used."), marked("Give {wanted}.")
    ),
    "PSC-SETTINGS-INVALID/value-list-name": _invalid(
        marked("“{name}” can’t be the name of a value list."),
        marked("Give it a name without | : {{ }} and without blanks around it."),
    ),
    "PSC-SETTINGS-NEWER": ErrorTexts(
        marked("The connection file is of another version"),
        marked("The file has format {file_format}; this version of psconnect reads format {known_format}."),
        marked(
            "Install the newest version of psconnect, or export the connection again from the version that wrote it."
        ),
    ),
    "PSC-SETTINGS-TOML/ansi": _unreadable(
        marked("It is not saved as UTF-8, but perhaps as “ANSI” (line {line} is not UTF-8)."), _AS_UTF_8
    ),
    "PSC-SETTINGS-TOML/backslash": _unreadable(
        marked("In line {line}, a \\ in double quotes begins a special character that does not exist."),
        marked(
            "Write a Windows path in single quotes, like folder = 'C:\\Users\\Pat\\roster', or with each \\ twice: "
            'folder = "C:\\\\Users\\\\Pat\\\\roster".'
        ),
    ),
    "PSC-SETTINGS-TOML/brackets-nest-too": _unreadable(
        marked("Its brackets are nested too deeply."), marked("Export the connection again.")
    ),
    "PSC-SETTINGS-TOML/leading-zero": _unreadable(
        marked("In line {line}, a number begins with 0."),
        marked("Leave out the leading zeros, like schools = [100]."),
    ),
    "PSC-SETTINGS-TOML/line-number-more": _unreadable(
        marked("Line {line} has a number of more than {digits} digits."), marked("Correct the line.")
    ),
    "PSC-SETTINGS-TOML/more-mb": _unreadable(
        marked("It has more than {number} MB."), marked("Choose a connection file.")
    ),
    "PSC-SETTINGS-TOML/not-toml": _unreadable(
        marked("It is not valid TOML: {error}."), marked("Correct the line, or export the connection again.")
    ),
    "PSC-SETTINGS-TOML/utf-16": _unreadable(marked("It is saved as UTF-16 (“Unicode”)."), _AS_UTF_8),
}
