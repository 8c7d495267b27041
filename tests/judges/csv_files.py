"""Reads a folder or a flat ZIP of RFC 4180 files strictly, for judges. Nothing here imports the product."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Report = Callable[[str, int, str, str], None]
"""Told of file, line, rule and sentence."""
_BOM = b"\xef\xbb\xbf"
_CELL = re.compile(r'(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r\n|\n|\r|\Z)')


@dataclass(frozen=True)
class Fault:
    """One departure from a format."""

    file: str
    line: int
    rule: str
    text: str


def read_set(path: Path, allowed: frozenset[str], report: Report) -> dict[str, bytes]:
    """The files of a folder or a ZIP by name; reports folders, foreign and double files.

    A folder's receiver takes the CSV files in it alone.
    """
    found: dict[str, bytes] = {}
    if path.is_dir():
        for file in sorted(path.glob("*.csv")):
            if file.name not in allowed:
                report(file.name, 0, "foreign", "The format has no such file; names are case-sensitive.")
            else:
                found[file.name] = file.read_bytes()
        return found
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                name = member.filename
                if "/" in name or "\\" in member.orig_filename or member.is_dir():
                    report(name, 0, "zip-folder", "The file does not lie at the root of the archive.")
                elif name not in allowed:
                    report(name, 0, "zip-foreign", "The format has no such file; names are case-sensitive.")
                elif name in found:
                    report(name, 0, "zip-double", "The file is there twice.")
                else:
                    found[name] = archive.read(member)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        report(path.name, 0, "zip-unreadable", f"The archive can't be read: {error}.")
    return found


def decoded(file: str, content: bytes, report: Report) -> str:
    """The text of a file; reports a mark at its beginning and anything but UTF-8."""
    if content.startswith(_BOM):
        report(file, 1, "bom", "The file begins with a byte order mark.")
        content = content[len(_BOM) :]
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        report(file, content[: error.start].count(b"\n") + 1, "not-utf8", "The file is not UTF-8.")
        return ""


def rfc4180_rows(file: str, content: bytes, report: Report) -> list[list[str]]:
    """The rows of a file, header included; reports quotes where none may be, and breaks in values."""
    text, position = decoded(file, content, report), 0
    rows: list[list[str]] = []
    row: list[str] = []
    while position < len(text):
        match = _CELL.match(text, position)
        if match is None:
            report(file, len(rows) + 1, "quoting", "A quote stands where RFC 4180 allows none.")
            return rows
        quoted, plain, end = match.groups()
        if quoted is not None and re.search(r"[\r\n]", quoted):
            report(file, len(rows) + 1, "break-in-field", "A line break stands inside a value.")
        row.append(plain if quoted is None else quoted.replace('""', '"'))
        position = match.end()
        if end == "," and position == len(text):
            row.append("")
        if end != "," or position == len(text):
            rows.append(row)
            row = []
    return rows
