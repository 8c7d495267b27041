"""Keeps the translations in step with the code and compiles them.

Run by the checkout's own environment, which has Babel: `python -m workbench.translations`. Each
resources/translations/LANGUAGE/LC_MESSAGES/psconnect.po gets the texts that the code has now, keeps what is translated,
and loses what the code no longer says. A text that is only similar to an earlier one is never taken for translated.
The compiled psconnect.mo beside it is committed as well, because a checkout runs without Babel.
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from workbench.texts import catalogue

FOLDER = Path("resources", "translations")
_SAME_DATE = datetime(2026, 1, 1, tzinfo=UTC)
"""The date in every file, so that the same texts give the same bytes."""


def translations(checkout: Path) -> list[Path]:
    """The .po files of all languages."""
    return sorted((checkout / FOLDER).glob("*/LC_MESSAGES/psconnect.po"))


def read(po_file: Path) -> Catalog:
    """A translation as it stands in its file."""
    with po_file.open("rb") as file:
        return read_po(file, locale=po_file.parent.parent.name)


def updated(translated: Catalog, texts: Catalog) -> Catalog:
    """The texts of the code with the translations that there are; what has none is empty."""
    fresh = Catalog(locale=translated.locale, header_comment="# Translations of psconnect.", fuzzy=False)
    # How many plurals a language has is what its file says: CLDR has a third one for Spanish, for millions.
    fresh.mime_headers = translated.mime_headers
    fresh.creation_date = fresh.revision_date = _SAME_DATE
    for text in sorted((text for text in texts if text.id), key=_sorting):
        known = translated.get(text.id)
        places = [(file, 0) for file in sorted({file for file, _line in text.locations})]
        fresh.add(text.id, string=_string_of(known), locations=places, flags=text.flags - {"fuzzy"})
    return fresh


def _sorting(text: Message) -> tuple[str, str]:
    return min(file for file, _line in text.locations), str(text.id)


def _string_of(known: Message | None) -> str | tuple[str, ...]:
    string = (known and known.string) or ""
    return string if isinstance(string, str) else tuple(string)


def po_bytes(translated: Catalog) -> bytes:
    """The .po file of a translation."""
    content = io.BytesIO()
    write_po(content, translated, width=0, include_lineno=False)
    return content.getvalue()


def mo_bytes(translated: Catalog) -> bytes:
    """The compiled translation; what is not translated stays English."""
    content = io.BytesIO()
    write_mo(content, translated)
    return content.getvalue()


def main() -> int:
    """Updates and compiles every translation; returns 1 if a text is not translated yet."""
    checkout = Path.cwd()
    texts = catalogue(checkout)
    open_texts = 0
    for po_file in translations(checkout):
        fresh = updated(read(po_file), texts)
        po_file.write_bytes(po_bytes(fresh))
        po_file.with_suffix(".mo").write_bytes(mo_bytes(fresh))
        missing = sum(not text.string or not all(text.string) for text in fresh if text.id)
        open_texts += missing
        print(f"{fresh.locale}: {len(texts)} texts, {missing} not translated")
    return 1 if open_texts else 0


if __name__ == "__main__":
    sys.exit(main())
