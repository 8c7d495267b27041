"""Extracts every text that a person reads into one catalogue for translators.

Run by the checkout's own environment, which has Babel: `python -m workbench.texts FILE.pot`. It writes a gettext
template. A translation of it, compiled to resources/translations/LANGUAGE/LC_MESSAGES/psconnect.mo, is read by the
standard library: psconnect itself needs no Babel.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

KEYWORDS = {"tr": (1,), "marked": (1,), "counted": (2, 3), "plural": (1, 2)}
"""The functions of psconnect.wording.catalogue, and which of their arguments are texts (singular and plural)."""
_METHODS = [
    ("psconnect/demo/**.py", "ignore"),
    ("psconnect/**.py", "python"),
    ("resources/templates/**.html", "jinja2"),
]


def catalogue(checkout: Path) -> Catalog:
    """All texts of the checkout, each with the places where it stands."""
    found = Catalog(project="psconnect", domain="psconnect")
    for file, line, text, comments, _context in extract_from_dir(
        str(checkout), _METHODS, {}, keywords=KEYWORDS, directory_filter=_shipped
    ):
        found.add(text, locations=[(file, line)], auto_comments=comments)
    for file, text in declared_texts(checkout):
        found.add(text, locations=[(file, 1)])
    return found


def declared_texts(checkout: Path) -> Iterator[tuple[str, str]]:
    """The texts of resources that are data: what presets say of themselves, and what PowerSchool's fields mean."""
    for preset in sorted((checkout / "resources" / "presets").glob("*.toml")):
        said = tomllib.loads(preset.read_text(encoding="utf-8"))
        for text in (said["summary"], *said.get("needs", ()), *said.get("hints", ())):
            yield f"resources/presets/{preset.name}", text
    tables = tomllib.loads((checkout / "resources" / "fields.toml").read_text(encoding="utf-8"))
    for meanings in tables.values():
        for text in meanings.values():
            yield "resources/fields.toml", text


def _shipped(folder: str) -> bool:
    return Path(folder).name not in {"tests", "packaging", "docs", ".git", ".venv", ".venv.judges", "demo"}


def main(file: str) -> int:
    """Writes the template; returns the exit code."""
    texts = catalogue(Path.cwd())
    with Path(file).open("wb") as output:
        write_po(output, texts, width=120, sort_output=True)
    print(f"{len(texts)} texts are in {file}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
