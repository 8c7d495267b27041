"""Reads a workbook by ECMA-376 alone, with zip and XML: what type each cell has, and what a person sees."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_EPOCH = date(1899, 12, 30)


@dataclass(frozen=True)
class Cell:
    """A cell: ``text``, ``number`` or ``date``, its value as text, and how it is shown."""

    kind: str
    value: str
    form: str = ""


@dataclass
class SheetRead:
    """A sheet: its header, its rows, where it is frozen, what is filtered, and how wide its columns are."""

    header: list[str]
    rows: list[dict[str, Cell]]
    frozen: str = ""
    filtered: str = ""
    widths: list[float] = field(default_factory=list)
    formulas: int = 0


def read_workbook(path: Path) -> tuple[dict[str, SheetRead], dict[str, str]]:
    """The sheets by name, and the properties of the file."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        book = ET.fromstring(archive.read("xl/workbook.xml"))
        targets = {
            one.get("Id"): one.get("Target") for one in ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        }
        forms = _forms(ET.fromstring(archive.read("xl/styles.xml")))
        shared = _shared(archive)
        sheets = {}
        for sheet in book.iter(f"{_MAIN}sheet"):
            place = f"xl/{targets[sheet.get(f'{_REL}id')]}"
            sheets[sheet.get("name")] = _sheet(ET.fromstring(archive.read(place)), forms, shared)
        core = ET.fromstring(archive.read("docProps/core.xml"))
    return sheets, {one.tag.partition("}")[2]: one.text or "" for one in core}


def _shared(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    return ["".join(one.itertext()) for one in ET.fromstring(archive.read("xl/sharedStrings.xml"))]


def _forms(styles: ET.Element) -> list[str]:
    own = {one.get("numFmtId"): one.get("formatCode") for one in styles.iter(f"{_MAIN}numFmt")}
    built_in = {"0": "General", "3": "#,##0", "14": "yyyy-mm-dd", "49": "@"}
    formats = styles.find(f"{_MAIN}cellXfs")
    return [own.get(one.get("numFmtId")) or built_in.get(one.get("numFmtId"), "?") for one in formats]


def _sheet(sheet: ET.Element, forms: list[str], shared: list[str]) -> SheetRead:
    table = [{_column(cell.get("r")): _cell(cell, forms, shared) for cell in row} for row in sheet.iter(f"{_MAIN}row")]
    header = [cell.value for cell in table[0].values()] if table else []
    rows = [{header[place]: cell for place, cell in row.items()} for row in table[1:]]
    pane, filtered = sheet.find(f".//{_MAIN}pane"), sheet.find(f"{_MAIN}autoFilter")
    return SheetRead(
        header,
        rows,
        f"{pane.get('topLeftCell')} {pane.get('state')}" if pane is not None else "",
        filtered.get("ref") if filtered is not None else "",
        [float(one.get("width")) for one in sheet.iter(f"{_MAIN}col")],
        len(list(sheet.iter(f"{_MAIN}f"))),
    )


def _column(reference: str) -> int:
    place = 0
    for letter in re.match("[A-Z]+", reference)[0]:
        place = 26 * place + ord(letter) - 64
    return place - 1


def _cell(cell: ET.Element, forms: list[str], shared: list[str]) -> Cell:
    form = forms[int(cell.get("s", "0"))]
    value = cell.findtext(f"{_MAIN}v") or ""
    if cell.get("t") == "inlineStr":
        return Cell("text", _unescaped("".join(cell.find(f"{_MAIN}is").itertext())), form)
    if cell.get("t") == "s":
        return Cell("text", _unescaped(shared[int(value)]), form)
    assert cell.get("t") in (None, "n"), cell.get("t")
    if "yy" in form:
        return Cell("date", (_EPOCH + timedelta(days=int(float(value)))).isoformat(), form)
    return Cell("number", value, form) if value else Cell("text", "", form)


def _unescaped(text: str) -> str:
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)
