"""Errors of sending mail."""

from __future__ import annotations

from psconnect.wording.catalogue import marked
from psconnect.wording.errors.texts import ErrorTexts

TEXTS = {
    "PSC-MAIL-NO-SERVER": ErrorTexts(
        marked("There is no mail server"),
        marked("Results are to be mailed, but psconnect does not know which server sends them."),
        marked("Name the server under [mail] in preferences.toml."),
        marked("Name the server in Preferences, Mail server."),
    ),
}
