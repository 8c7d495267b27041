"""TOML files that people write by hand: errors say what is wrong and what to write instead."""

from __future__ import annotations

import codecs
import re
import tomllib
from typing import Any

from psconnect.model.errors import FixSettings

LARGEST_FILE = 16 * 1024 * 1024
"""Bytes of a file: enough for a list of a million ids."""
_DIGITS = 19
"""Digits of a number: the most that a 64-bit number has."""
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decoded(content: bytes, where: str) -> str:
    """The text of a file; raises FixSettings that says how to save it if it is not UTF-8."""
    if len(content) > LARGEST_FILE:
        raise FixSettings("PSC-SETTINGS-TOML/more-mb", where=where, number=LARGEST_FILE // 1024 // 1024)
    if content.startswith(_UTF_16) or content[1:2] == b"\0" or content[:1] == b"\0":
        raise FixSettings("PSC-SETTINGS-TOML/utf-16", where=where)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise FixSettings("PSC-SETTINGS-TOML/ansi", where=where, line=line) from None


def parsed(text: str, where: str) -> dict[str, Any]:
    """The tables of a file; raises FixSettings that says what to write if it is not TOML, or far too large."""
    long = re.search(rf"(?m)^[^\"'#\n]*?(?<![\w.])[+-]?\d[\d_]{{{_DIGITS},}}", text)
    if long:
        line = text.count("\n", 0, long.end()) + 1
        raise FixSettings("PSC-SETTINGS-TOML/line-number-more", where=where, line=line, digits=_DIGITS)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        backslash = re.match(r"(Invalid hex value|Unescaped '\\').*\(at line (\d+)", str(error))
        if backslash:
            raise FixSettings("PSC-SETTINGS-TOML/backslash", where=where, line=backslash[2]) from None
        zero = _after_a_zero(text, str(error))
        if zero:
            raise FixSettings("PSC-SETTINGS-TOML/leading-zero", where=where, line=zero) from None
        raise FixSettings("PSC-SETTINGS-TOML/not-toml", where=where, error=str(error)) from None
    except RecursionError:
        raise FixSettings("PSC-SETTINGS-TOML/brackets-nest-too", where=where) from None


def _after_a_zero(text: str, error: str) -> int:
    """The line of an error between a 0 and another digit; 0 for any other error."""
    place = re.search(r"\(at line (\d+), column (\d+)\)", error)
    if not place:
        return 0
    line, column = int(place[1]), int(place[2])
    written = text.split("\n")[line - 1]
    return line if re.fullmatch(r"0\d", written[column - 2 : column]) else 0
