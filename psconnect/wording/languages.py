"""Which language texts are shown in: the one a person chose, else the system's, else English."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Mapping, Sequence

from psconnect.wording.catalogue import use_language

ENGLISH = "en"
LANGUAGES = {ENGLISH: "English", "es": "Español"}
"""The languages psconnect speaks, each with its own name for itself, which is never translated."""
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


def choose_language(chosen: str, of_system: Sequence[str]) -> None:
    """Show texts in ``chosen``, a key of LANGUAGES, or if it is empty in the first of the system's that there is."""
    use_language(before_english([chosen] if chosen else of_system))


def before_english(languages: Sequence[str]) -> list[str]:
    """The languages that somebody prefers to English.

    English needs no catalogue, so that a plain search would go past it: for ``["en_US", "es"]`` it would find Spanish.
    """
    found = []
    for language in languages:
        if language.lower().replace("-", "_").split("_")[0].split(".")[0] in (ENGLISH, "c", "posix"):
            break
        found.append(language.replace("-", "_"))
    return found


def system_languages(environment: Mapping[str, str] | None = None) -> list[str]:
    """The languages of this user, the preferred one first: what the environment says, on Windows the system itself."""
    variables = os.environ if environment is None else environment
    for name in _VARIABLES:
        if variables.get(name):
            return variables[name].split(":")
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - the call exists on Windows alone

        number = ctypes.windll.kernel32.GetUserDefaultUILanguage()
        return [locale.windows_locale.get(number, "")]
    return []
