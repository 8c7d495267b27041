"""The wording of every error, with example values, in one file: what a change of a text changes is read there.

``python -m tests.wording.test_golden`` writes the file anew.
"""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any

from psconnect.model.phrases import Value, phrase, stored
from psconnect.wording.catalogue import Plural
from psconnect.wording.errors import TEXTS, word
from psconnect.wording.filled import MENUS

_GOLDEN = Path(__file__).parent / "golden" / "errors.txt"
_NAMED = {"Records", "records", "record"}
_EXAMPLES: dict[str, Value] = {
    "advice": [phrase("renew/expired")],
    "also": phrase("certificate/unknown"),
    "cause": phrase("PSC-MAPPING-TEMPLATE/else"),
    "choices": ["one", "two"],
    "hint": phrase("did-you-mean", name="username"),
    "known": ["one", "two"],
    "names": ["one", "two"],
    "what": phrase("certificate/expired"),
}


def example(key: str) -> dict[str, Any]:
    """The error as a run stores it, with a value for each hole: its name in angle brackets, or 7 for a number."""
    texts = TEXTS[key]
    values: dict[str, Value] = {}
    for text in (texts.title, texts.happened, texts.to_do, texts.window):
        for part in (text.one, text.many) if isinstance(text, Plural) else (text,):
            for _literal, name, spec, _conversion in string.Formatter().parse(part):
                if name and name not in MENUS and (spec or name not in values):
                    values[name] = _value(key, name, spec or "")
    if {"happened", "to_do"} & values.keys():
        values.pop("happened", None)
        values.pop("to_do", None)
        values["cause"] = _EXAMPLES["cause"]
    return {
        "key": key,
        "code": key.partition("/")[0],
        "values": {name: stored(value) for name, value in values.items()},
    }


def _value(key: str, name: str, spec: str) -> Value:
    if spec in _NAMED:
        return "student"
    if spec == "rows":
        return "students"
    if spec or name in {"count", "more", "read", "before", "unknown", "number"}:
        return 7
    if name == "wanted" and key.startswith("PSC-SETTINGS-INVALID"):
        return phrase("kind/whole-number")
    if name in {"what", "also", "advice"} and not key.startswith("PSC-TLS-CERTIFICATE"):
        return f"<{name}>"
    return _EXAMPLES.get(name, f"<{name}>")


def worded() -> str:
    """Every error as it is read at the command line, and what to do in the window where that differs."""
    blocks = []
    for key in sorted(TEXTS):
        error = example(key)
        here, there = word(error), word(error, window=True)
        lines = [key, f"  {here.title}", f"  {here.happened}", f"  {here.to_do}"]
        blocks.append("\n".join([*lines, f"  Window: {there.to_do}"] if there.to_do != here.to_do else lines))
    return "\n\n".join(blocks) + "\n"


def test_the_wording_of_every_error() -> None:
    assert worded() == _GOLDEN.read_text(encoding="utf-8")


if __name__ == "__main__":
    _GOLDEN.write_text(worded(), encoding="utf-8")
