"""Errors of what a destination or source declares to be set (model.setting_fields), by what is wrong."""

from __future__ import annotations

from psconnect.wording.catalogue import marked
from psconnect.wording.errors.texts import ErrorTexts

_WRONG_KIND = marked("“{label}” of {owner} has a value of the wrong kind.")
_TITLES = {
    "PSC-DESTINATION-SETTING": marked("The destination’s settings can’t be used"),
    "PSC-SOURCE-SETTING": marked("The source’s settings can’t be used"),
}
_CASES = {
    "missing": (marked("“{label}” of {owner} is not set."), marked("{help}")),
    "negative": (marked("“{label}” of {owner} can’t be less than 0."), marked("Give 0 or more.")),
    "no-cell": (marked("“{column}” of {owner} is not set."), marked("Give {name}.")),
    "no-choice": (_WRONG_KIND, marked("Choose one of: {choices}; write it in quotes.")),
    "no-column": (marked("“{label}” has no column “{name}”."), marked("{hint}")),
    "no-file": (_WRONG_KIND, marked("Give the path of a file, as a text.")),
    "no-folder": (_WRONG_KIND, marked("Give the path of a folder, as a text.")),
    "no-number": (_WRONG_KIND, marked("Give a whole number.")),
    "no-row": (marked("“{label}” has no row “{name}”."), marked("{hint}")),
    "no-switch": (_WRONG_KIND, marked("Give true or false.")),
    "no-table": (marked("“{label}” of {owner} is not a table."), marked("Write one [[{place}]] for each row.")),
    "no-text": (_WRONG_KIND, marked("Give a text.")),
    "not-offered": (marked("“{label}” of {owner} can’t be “{value}”."), marked("Choose one of: {choices}.")),
    "secret": (
        marked("“{label}” is a secret, and secrets are never in a file."),
        marked("Take it out and enter it as a secret."),
    ),
    "two-rows": (marked("“{label}” has two rows for “{name}”."), marked("Keep one of them.")),
    "unknown": (marked("{owner} has no setting “{name}”."), marked("{hint}")),
}
TEXTS = {
    f"{code}/{case}": ErrorTexts(title, happened, to_do)
    for code, title in _TITLES.items()
    for case, (happened, to_do) in _CASES.items()
}
