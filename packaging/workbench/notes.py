"""Release notes: what CHANGELOG.md says of the version. ``python -m workbench.notes TAG`` prints them.

The tag has to name the version of the program (``v0.1.0``), and the changelog must have a heading for it with a date.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.release import version_of

_HEADING = re.compile(r"^## (?P<version>\S+)(?: \((?P<date>[^)]*)\))?$", re.MULTILINE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def notes_of(checkout: Path, tag: str) -> str:
    """The changes of the version that a tag names, as Markdown; raises WorkbenchError where tag and files disagree."""
    version = version_of(checkout)
    if tag != f"v{version}":
        raise WorkbenchError(f"The tag {tag} is not that of the program, which says that it is {version}.")
    text = (checkout / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = list(_HEADING.finditer(text))
    place = next((at for at, one in enumerate(headings) if one["version"] == version), None)
    if place is None or not _DATE.fullmatch(headings[place]["date"] or ""):
        raise WorkbenchError(f"CHANGELOG.md has no heading “## {version} (YYYY-MM-DD)”.")
    ends = headings[place + 1].start() if place + 1 < len(headings) else len(text)
    return text[headings[place].end() : ends].strip() + "\n"


if __name__ == "__main__":
    try:
        sys.stdout.write(notes_of(Path.cwd(), sys.argv[1]))
    except WorkbenchError as error:
        sys.exit(str(error))
