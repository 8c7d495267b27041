"""Faults in the content of an answer: repeated, missing, changed or miscounted rows, and strange texts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from psconnect.demo.server.fault_bodies import read_rows, write_rows
from psconnect.demo.server.fault_texts import TEXTS

if TYPE_CHECKING:
    from psconnect.demo.server.database import District
    from psconnect.demo.server.faults import Fault
    from psconnect.demo.server.messages import Reply, Request
    from psconnect.demo.server.plugins import PluginRegistry

Record = dict[str, Any]


def spoil_rows(fault: Fault, reply: Reply) -> Reply:
    """Change the rows or the count of a good answer as the fault says; other answers stay as they are."""
    answer = read_rows(reply) if fault.name in _CHANGES else None
    if answer is None:
        return reply
    _CHANGES[fault.name](fault, answer)
    if not answer.get("record", True):
        # The server's own way to say "no rows" in a query answer.
        answer = {key: value for key, value in answer.items() if key == "count"}
    return write_rows(answer)


def spoil_text(fault: Fault, reply: Reply) -> Reply:
    """Put the text of the fault into its field of some rows of a good answer; other answers stay as they are.

    The body is what a server would really send: half of a surrogate pair as an escape, and "latin-1" as a single byte
    that is not UTF-8.
    """
    answer = read_rows(reply) if fault.name in TEXTS else None
    if answer is None:
        return reply
    for row in (answer.get("record") or [])[fault.row : fault.row + int(fault.amount)]:
        place = _values(row, fault.field)
        if place is not None:
            group, key = place
            group[key] = TEXTS[fault.name][fault.form]
    return write_rows(answer)


def _values(record: Record, key: str | None) -> tuple[Record, str] | None:
    """The object that holds a value of a record, and its key (the last one of the record, if none is named)."""
    groups: list[Record] = list(record["tables"].values()) if "tables" in record else [record]
    for group in groups:
        if key is None and group:
            return group, list(group)[-1]
        if key in group:
            return group, str(key)
    return None


def _twice(_fault: Fault, answer: Record) -> None:
    rows = answer.get("record") or []
    answer["record"] = [*rows, *rows[:1]]


def _twice_different(fault: Fault, answer: Record) -> None:
    rows = answer.get("record") or []
    if not rows:
        return
    copy = json.loads(json.dumps(rows[0]))
    place = _values(copy, fault.field)
    if place is not None:
        group, key = place
        group[key] = f"{group[key]} (changed)"
    answer["record"] = [*rows, copy]


def _miscount(fault: Fault, answer: Record) -> None:
    if "count" in answer:
        answer["count"] = max(0, answer["count"] + int(fault.amount) * (1 if fault.form == "more" else -1))


def _nothing(_fault: Fault, answer: Record) -> None:
    if "count" in answer:
        answer["count"] = 0
    if "record" in answer:
        answer["record"] = []


def _empty_page(_fault: Fault, answer: Record) -> None:
    if "record" in answer:
        answer["record"] = []


def _drift(fault: Fault, answer: Record) -> None:
    for record in answer.get("record") or []:
        place = _values(record, fault.field)
        if place is None:
            continue
        group, key = place
        if fault.form == "missing":
            del group[key]
        elif fault.form == "renamed":
            group[f"{key}_code"] = group.pop(key)
        elif str(group[key]).lstrip("-").isdecimal():
            group[key] = int(group[key])


def _null(fault: Fault, answer: Record) -> None:
    rows = answer.get("record") or []
    place = _values(rows[0], fault.field) if rows else None
    if place is not None:
        group, key = place
        if fault.form == "null":
            group[key] = None
        else:
            del group[key]


def _orphan(fault: Fault, answer: Record) -> None:
    """The first enrollment of an answer refers to a student or class that does not exist."""
    for record in (answer.get("record") or [])[:1]:
        for key in ("student_dcid", "studentid") if fault.form == "student" else ("section_dcid", "sectionid"):
            place = _values(record, key)
            if place is not None:
                place[0][key] = "1999999999"
                break


_CHANGES = {
    "D01": _twice,
    "D02": _twice_different,
    "D05": _miscount,
    "D06": _empty_page,
    "D07": _nothing,
    "D08": _drift,
    "D09": _null,
    "D10": _orphan,
}


def move_rows(fault: Fault, request: Request, district: District, plugins: PluginRegistry) -> None:
    """Change the district itself between two pages (D03).

    The table is that of the call: the one in the path, or the core table of the query. "remove" deletes its first row,
    "insert" adds a copy of its last row under the next key.
    """
    parts = request.path.strip("/").split("/")
    if fault.name != "D03" or len(parts) < 4:  # noqa: PLR2004 - /ws/schema/table/{name}
        return
    loaded = plugins.query(parts[3])
    name = parts[3] if parts[2] == "table" else (loaded.query.core_table if loaded else None)
    table = district.catalogue.get((name or "").upper())
    if table is None or table.view or table.primary_key is None:
        return
    key = table.primary_key
    if fault.form == "remove":
        sql = f"DELETE FROM {table.name} WHERE {key} = (SELECT min({key}) FROM {table.name})"  # noqa: S608 - names of the catalogue
    else:
        others = ", ".join(column.name or "" for column in table.columns if column.name != key)
        sql = (
            f"INSERT INTO {table.name} ({key}, {others}) SELECT {key} + 1, {others} FROM {table.name} "  # noqa: S608 - as above
            f"ORDER BY {key} DESC LIMIT 1"
        )
    district.write([(sql, ())])
