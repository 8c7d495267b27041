"""Faults in what a value says: texts that people, copied lists and broken conversions leave in a field (D12 to D18)."""

from __future__ import annotations

from typing import Final

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
