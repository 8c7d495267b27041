"""``schtasks`` as documented: keeps tasks, gives them back in Windows' own form, and speaks German."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

_SPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"


def main(state: Path, arguments: list[str]) -> int:
    """Do what is asked; ends with 1 for whatever is wrong, as the original does."""
    what, options = arguments[0].lower(), arguments[1:]
    given = {one.lower(): following for one, following in zip(options, [*options[1:], ""], strict=True)}
    if (state / "broken").exists():
        return _refuse("FEHLER: Der Aufgabenplanungsdienst ist nicht verfügbar.")
    if what == "/query" and "/tn" not in given:
        sys.stdout.write('"\\Microsoft\\Windows\\Défragmentation","N/A","Bereit"\n')
        for file in sorted(state.glob("*.xml")):
            sys.stdout.write(f'"\\{file.stem}","30.11.2026 05:30:00","Bereit"\n')
        return 0
    file = state / f"{given['/tn']}.xml"
    if what == "/create":
        return _create(file, Path(given["/xml"]), replace="/f" in given)
    if not file.exists():
        return _refuse("FEHLER: Das System kann die angegebene Datei nicht finden.")
    if what == "/delete" and "/f" in given:
        file.unlink()
    elif what == "/run":
        task = ET.fromstring(file.read_text(encoding="utf-8"))
        parts = [task.findtext(f".//{{{_SPACE}}}{name}", "") for name in ("Command", "Arguments")]
        (state / "started").write_text("\n".join(parts), encoding="utf-8")
    elif what == "/query" and "/xml" in given:
        sys.stdout.buffer.write(_exported(file.stem, file.read_text(encoding="utf-8"), state))
    else:
        return _refuse("FEHLER: Ungültige Syntax.")
    return 0


def _create(file: Path, given: Path, *, replace: bool) -> int:
    content = given.read_bytes()
    if not content.startswith(b"\xff\xfe"):
        return _refuse("FEHLER: Die Aufgaben-XML ist falsch formatiert.")
    if file.exists() and not replace:
        return _refuse("WARNUNG: Der Taskname ist bereits vorhanden.")
    text = content.decode("utf-16")
    ET.fromstring(re.sub(r"^<\?xml[^>]*\?>", "", text))
    file.write_text(re.sub(r"^<\?xml[^>]*\?>\s*", "", text), encoding="utf-8")
    return 0


def _exported(name: str, text: str, state: Path) -> bytes:
    """As Windows exports a task: users as numbers, with its place, and the boundaries before whether it is on."""
    text = re.sub(r"<UserId>[^<]*</UserId>", "<UserId>S-1-5-21-1-2-3-1001</UserId>", text)
    text = text.replace("<RegistrationInfo>", f"<RegistrationInfo><URI>\\{name}</URI>")
    text = re.sub(r"(<Enabled>true</Enabled>)((?:<(?:Start|End)Boundary>[^<]*</\w+>)+)", r"\2\1", text)
    whole = f'<?xml version="1.0" encoding="UTF-16"?>\r\n{text}\r\n'
    code_page = state / "code-page"
    if code_page.exists():
        return whole.encode(code_page.read_text(), errors="replace")
    return whole.encode("utf-16")


def _refuse(why: str) -> int:
    sys.stderr.write(f"{why}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
