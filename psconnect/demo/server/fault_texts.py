"""Faults in what a value says: texts that people, copied lists and broken conversions leave in a field (D12 to D18)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from psconnect.demo.server.fault_bodies import read_rows, write_rows

if TYPE_CHECKING:
    from psconnect.demo.server.faults import Fault
    from psconnect.demo.server.messages import Reply

Record = dict[str, Any]

_FAMILY: Final = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
#: For each fault the texts that it puts into a field, by variant.
TEXTS: Final[dict[str, dict[str, str]]] = {
    "D12": {
        "mojibake": "JosÃ©",
        "bom": "\ufeffAna",
        "nul": "A\0na",
        "control": "A\x01\x1b[31mna\x9b",
        "surrogate": "Ana\ud83d",
        "latin-1": "Ana\udce9",
        "direction": "\u202eanA",
        "zero-width": "A\u200bn\u2060a",
        "nfc": "Jos\u00e9",
        "nfd": "Jose\u0301",
    },
    "D13": {"megabyte": "A" * 1_000_000, "emoji": _FAMILY * 12},
    "D14": {
        "emoji": "\U0001f600 Ana",
        "right-to-left": "\u0645\u062d\u0645\u062f",
        "cjk": "\u5c71\u7530\u592a\u90ce",
        "vietnamese": "Nguy\u1ec5n Th\u1ecb \u00c1nh",
        "apostrophe": "O'Brien",
        "null": "Null",
        "true": "True",
        "not available": "N/A",
        "zeros": "007",
        "exponent": "1e5",
    },
    "D15": {
        "equals": "=cmd|' /C calc'!A0",
        "plus": "+1",
        "minus": "-1",
        "at": "@SUM(1)",
        "tab": "\t=1",
        "return": "\r=1",
    },
    "D16": {
        "up": "../../Ana",
        "drive": "C:\\Ana",
        "device": "CON",
        "device with a dot": "NUL.",
        "dot": "Ana.",
        "long": "Ana " * 70,
    },
    "D17": {
        "bold": "<b>Ana</b>",
        "link": '<a href="file:///etc/hosts">Ana</a>',
        "script": "<script>alert(1)</script>",
        "image": '<img src="file:///etc/hosts">',
        "markdown": "[Ana](file:///etc/hosts)",
    },
    "D18": {
        "time": "2026-08-17 00:00:00.0",
        "gap": "2026-03-08 02:30:00",
        "zone": "2026-08-18T03:00:00Z",
        "far": "9999-12-31",
        "epoch": "1970-01-01",
        "american": "08/17/2026",
        "no day": "2026-02-30",
    },
}


def spoil_text(fault: Fault, reply: Reply) -> Reply:
    """Put the text of the fault into its field of some rows of a good answer; other answers stay as they are.

    The body keeps to what a server really sends: half of a surrogate pair goes out as an escape, and "latin-1" as the
    single byte that is no UTF-8.
    """
    answer = read_rows(reply) if fault.name in TEXTS else None
    if answer is None:
        return reply
    for row in (answer.get("record") or [])[fault.row : fault.row + int(fault.amount)]:
        group = _group(row, fault.field)
        if group is not None:
            group[str(fault.field)] = TEXTS[fault.name][fault.form]
    return write_rows(answer)


def _group(record: Record, key: str | None) -> Record | None:
    """The object of a record that holds a value under this key, or would if it were not null."""
    groups: list[Record] = list(record["tables"].values()) if "tables" in record else [record]
    return next((group for group in groups if key in group), None)
