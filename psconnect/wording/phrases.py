"""Phrases: parts of sentences, and sentences among others, that depend on the case (model.phrases)."""

from __future__ import annotations

from dataclasses import dataclass

from psconnect.wording.catalogue import Plural, marked


@dataclass(frozen=True)
class PhraseWords:
    """The words of a phrase, and in ``window`` those for the window where they differ."""

    text: str | Plural
    window: str = ""


def _words(text: str | Plural, window: str = "") -> PhraseWords:
    return PhraseWords(text, window)


PHRASES = {
    "did-you-mean": _words(marked("Did you mean “{name}”?")),
    "plugin-not-enabled": _words(
        marked(
            "If PowerSchool did not enable the plugin and named a field instead, like “ROLEDEF NAME: Invalid Column”, "
            "build it without that: psconnect plugin NAME --without ROLEDEF -o plugin.zip."
        ),
        marked(
            "If PowerSchool did not enable the plugin and named a field instead, like “ROLEDEF NAME: Invalid Column”, "
            "press “PowerSchool refused a field …” below the steps of the installation, and paste that line."
        ),
    ),
    "known": _words(marked("Known: {names}.")),
}
