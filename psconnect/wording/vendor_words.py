"""What other systems call our settings: resources/words.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache

from psconnect import resources
from psconnect.wording.catalogue import tr


@dataclass(frozen=True)
class VendorWord:
    """A vendor's own word for a setting.

    Attributes:
        preset: name of the preset with which it stands as a hint.
        vendor: whose word it is.
        word: the word, as the vendor writes it; never translated.
        setting: the setting, as ``STEP.CONTROL``, or ``STEP`` for a page as a whole.
        note: what a value means, like ``2016–17 = 2016``; may be empty.
    """

    preset: str
    vendor: str
    word: str
    setting: str
    note: str = ""

    @property
    def hint(self) -> str:
        """As it stands under the setting: ``DyKnow: Integration Key``."""
        if self.note:
            return tr("{vendor}: {word} ({note})", vendor=self.vendor, word=self.word, note=self.note)
        return tr("{vendor}: {word}", vendor=self.vendor, word=self.word)


@cache
def vendor_words() -> tuple[VendorWord, ...]:
    """All of them, in the order of the file."""
    found = []
    for preset, table in tomllib.loads(resources.read_text("words.toml")).items():
        for word, meant in table["words"].items():
            setting = meant if isinstance(meant, dict) else {"setting": meant}
            found.append(VendorWord(preset, table["vendor"], word, **setting))
    return tuple(found)


def hint_for(setting: str, preset: str) -> str:
    """What the vendor of the preset calls the setting, a line for each word; empty where it has no word of its own."""
    return "\n".join(word.hint for word in vendor_words() if (word.setting, word.preset) == (setting, preset))
