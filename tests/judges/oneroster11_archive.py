"""The outer shell of a OneRoster 1.1 bundle: archive, manifest, text. Written from the specification alone."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path

from tests.judges.oneroster11_catalogue import MODES, ONE_ONE, Catalogue
from tests.judges.oneroster11_findings import Report, Row, Table

_MANIFEST = "manifest.csv"
_FREE = ("source.systemName", "source.systemCode")
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BOM = b"\xef\xbb\xbf"
# A cell as RFC 4180 has it, and what ends it. A break inside a quoted cell is parsed, so that it can be named.
_CELL = re.compile(r'(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r\n|\n|\r|\Z)')


def read_archive(path: Path, report: Report, catalogue: Catalogue = ONE_ONE) -> dict[str, bytes]:
    """The archive's files by name; reports every departure from "one flat archive of catalogue files".

    Where a receiver takes loose files, ``path`` is their folder.
    """
    if path.is_dir():
        return _loose(path, report, catalogue)
    try:
        with zipfile.ZipFile(path) as archive:
            return _members(archive, path.name, report, catalogue)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        report(path.name, 0, "zip-unreadable", f"The archive can't be read: {error}.")
        return {}


def _loose(folder: Path, report: Report, catalogue: Catalogue) -> dict[str, bytes]:
    allowed = {_MANIFEST, *(f"{file}.csv" for file in catalogue.files)}
    found = {one.name: one.read_bytes() for one in sorted(folder.iterdir()) if one.is_file()}
    for name in found.keys() - allowed:
        report(name, 0, "zip-foreign", "The format has no such file; names are case-sensitive.")
    if _MANIFEST not in found:
        report(folder.name, 0, "manifest-missing", "There is no manifest.csv.")
    return {name: content for name, content in found.items() if name in allowed}


def _members(archive: zipfile.ZipFile, name: str, report: Report, catalogue: Catalogue) -> dict[str, bytes]:
    allowed = {_MANIFEST, *(f"{file}.csv" for file in catalogue.files)}
    found: dict[str, bytes] = {}
    for member in archive.infolist():
        if "/" in member.filename or "\\" in member.orig_filename or member.is_dir():
            report(member.filename, 0, "zip-folder", "The file does not lie at the root of the archive.")
        elif member.filename not in allowed:
            report(member.filename, 0, "zip-foreign", "The format has no such file; names are case-sensitive.")
        elif member.filename in found:
            report(member.filename, 0, "zip-duplicate", "The file is there twice.")
        elif member.flag_bits & _ENCRYPTED:
            report(member.filename, 0, "zip-encrypted", "The file has a password.")
            found[member.filename] = b""
        elif member.compress_type not in _METHODS:
            report(member.filename, 0, "zip-method", "Only storing and deflating are legal.")
            found[member.filename] = archive.read(member)
        else:
            found[member.filename] = archive.read(member)
    if _MANIFEST not in found:
        report(name, 0, "manifest-missing", "There is no manifest.csv.")
    return found


def parse_lines(file: str, content: bytes, report: Report) -> list[list[str]]:
    """The rows of a CSV file, header included; reports encoding, line ends and quoting."""
    if content.startswith(_BOM):
        report(file, 1, "bom", "The file begins with a byte order mark.")
        content = content[len(_BOM) :]
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        report(file, content[: error.start].count(b"\n") + 1, "not-utf8", "The file is not UTF-8.")
        return []
    return _cells(file, text, report)


def _cells(file: str, text: str, report: Report) -> list[list[str]]:
    rows: list[list[str]] = []
    row: list[str] = []
    position, wrong_ends = 0, 0
    while position < len(text):
        match = _CELL.match(text, position)
        if match is None:
            report(file, len(rows) + 1, "quoting", "A quote stands where RFC 4180 allows none.")
            return rows
        quoted, plain, end = match.groups()
        if quoted is not None and re.search(r"[\r\n]", quoted):
            report(file, len(rows) + 1, "break-in-field", "A line break stands inside a field.")
        row.append(plain if quoted is None else quoted.replace('""', '"'))
        position = match.end()
        if end == "," and position == len(text):
            row.append("")
        if end != "," or position == len(text):
            rows.append(row)
            row = []
            wrong_ends += end != "\r\n"
            if wrong_ends == 1 and end != "\r\n":
                report(file, len(rows), "line-end", "A line does not end with CR LF.")
    return rows


def read_manifest(content: bytes, report: Report, catalogue: Catalogue = ONE_ONE) -> dict[str, str]:
    """The mode of each catalogue file; reports what the manifest lacks, repeats or misspells."""
    lines = parse_lines(_MANIFEST, content, report)
    if not lines or lines[0] != ["propertyName", "value"]:
        report(_MANIFEST, 1, "manifest-header", "The header must be propertyName,value.")
    seen: dict[str, str] = {}
    fixed = {"manifest.version": "1.0", "oneroster.version": catalogue.version}
    expected = {*fixed, *(f"file.{name}" for name in catalogue.files)}
    for number, cells in enumerate(lines[1:], 2):
        if len(cells) != 2:
            report(_MANIFEST, number, "manifest-width", "A line of the manifest has exactly two cells.")
            continue
        name, value = cells
        if name in seen:
            report(_MANIFEST, number, "manifest-repeated", f"{name} is there twice.")
        elif name not in expected and name not in _FREE:
            report(_MANIFEST, number, "manifest-unknown", f"There is no property {name}.")
        elif value != fixed.get(name, value):
            report(_MANIFEST, number, name.replace(".", "-"), f"{name} must be {fixed[name]}, not {value}.")
        elif name.startswith("file.") and value not in MODES:
            report(_MANIFEST, number, "manifest-mode", f"{name} can't be {value}.")
        seen.setdefault(name, value)
    for name in sorted(expected - seen.keys()):
        report(_MANIFEST, 0, "manifest-missing-property", f"{name} is missing.")
    modes = {name: seen.get(f"file.{name}", "") for name in catalogue.files}
    if {"bulk", "delta"} <= set(modes.values()):
        report(_MANIFEST, 0, "manifest-mixed-modes", "Some files are bulk, others delta.")
    return modes


def read_tables(
    files: dict[str, bytes], modes: dict[str, str], report: Report, catalogue: Catalogue = ONE_ONE
) -> dict[str, Table]:
    """The tables that manifest and archive agree on; reports where they disagree, and headers and widths."""
    tables: dict[str, Table] = {}
    for name, mode in modes.items():
        file = f"{name}.csv"
        if file not in files:
            if mode in ("bulk", "delta"):
                report(file, 0, "declared-but-missing", f"The manifest says {mode}, but the file is not there.")
            continue
        if mode == "absent":
            report(file, 0, "absent-but-there", "The manifest says absent, but the file is there.")
        tables[name] = _table(name, mode, files[file], report, catalogue)
    return tables


def _table(name: str, mode: str, content: bytes, report: Report, catalogue: Catalogue) -> Table:
    table, header = Table(name, mode), catalogue.header_of(name)
    lines = parse_lines(table.file, content, report)
    given = lines[0] if lines else []
    extra = given[len(header) :]
    if given[: len(header)] != header or len(set(given)) != len(given):
        report(table.file, 1, "header", f"The header must be {','.join(header)}.")
    elif not all(re.fullmatch(r"metadata\..+", column) for column in extra):
        report(table.file, 1, "header-extension", "Extension columns are named metadata.<name>.")
    if len(lines) < 2:
        report(table.file, 0, "declared-empty", "A file without rows is to be declared absent.")
    for number, cells in enumerate(lines[1:], 2):
        if len(cells) != len(given):
            report(table.file, number, "width", f"The row has {len(cells)} cells, the header {len(given)}.")
        elif len(given) >= len(header):
            table.rows.append(Row(number, dict(zip([*header, *extra], cells, strict=True))))
    return table
