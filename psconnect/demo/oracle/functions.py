"""Oracle's functions implemented for SQLite."""

from __future__ import annotations

import math
import re
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

from psconnect.demo.oracle import datetext
from psconnect.demo.oracle.errors import NotTranslatedError, OracleError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

Number = int | float


class Functions:
    """Oracle's functions on one connection.

    SQLite reports only "user-defined function raised exception", so the reason is kept here.
    """

    def __init__(self, database: sqlite3.Connection, now: Callable[[], datetime]) -> None:
        self._error: OracleError | None = None
        for name, (count, function) in _STRICT.items():
            database.create_function(name, count, self._guarded(function, strict=True), deterministic=True)
        for name, function in _LENIENT.items():
            database.create_function(name, -1, self._guarded(function, strict=False), deterministic=True)
        to_date = self._guarded(lambda text, pattern: datetext.to_date(text, pattern, now().year), strict=True)
        database.create_function("ora_to_date", 2, to_date, deterministic=True)
        database.create_function("ora_sysdate", 0, lambda: datetext.iso(now()), deterministic=True)
        database.create_aggregate("ora_listagg", -1, ListAgg)  # type: ignore[arg-type]

    def forget(self) -> None:
        """Forget earlier failures before a statement."""
        self._error = None

    def failure(self) -> OracleError:
        """Why the statement failed: the function's error, or a wrong statement."""
        return self._error or OracleError(900)

    def _guarded(self, function: Callable[..., Any], *, strict: bool) -> Callable[..., Any]:
        """Keep the reason for a failure; strict functions return NULL for a NULL argument, and "" is always NULL."""

        def call(*values: Any) -> Any:
            if strict and None in values:
                return None
            try:
                result = function(*values)
            except OracleError as error:
                self._error = error
                raise
            except (ArithmeticError, ValueError, TypeError) as error:
                self._error = OracleError(1722)
                raise self._error from error
            return None if result == "" else result

        return call


class ListAgg:
    """LISTAGG: joins texts in key order and skips NULLs."""

    def __init__(self) -> None:
        self._rows: list[tuple[list[tuple[bool, Any]], str]] = []
        self._separator = ""
        self._descending: list[bool] = []

    def step(self, value: str | None, separator: str | None, *keys: Any) -> None:
        """Take one row: its text, the separator, and a value and direction for each key."""
        if value is None:
            return
        self._separator = separator or ""
        self._descending = [bool(flag) for flag in keys[1::2]]
        self._rows.append(([(key is None, key if key is not None else 0) for key in keys[0::2]], value))

    def finalize(self) -> str | None:
        """The joined text."""
        for place in reversed(range(len(self._descending))):
            self._rows.sort(key=lambda row, place=place: row[0][place], reverse=self._descending[place])  # type: ignore[misc]
        return self._separator.join(text for _, text in self._rows) or None


def number(value: Number | str) -> Number:
    """Parse a number as Oracle does.

    Raises:
        OracleError: ORA-01722 for any other text.

    """
    if not isinstance(value, str):
        return value
    text = value.strip()
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", text) or not text.isascii():
        raise OracleError(1722)
    if re.fullmatch(r"[+-]?\d{1,18}", text):
        return int(text)
    parsed = float(text)
    return int(parsed) if parsed.is_integer() and abs(parsed) < 2**53 else parsed


def integer(value: Number | str) -> int:
    """Round to a whole number, with halves away from zero."""
    return int(_rounded(number(value), 0, ROUND_HALF_UP))


def number_text(value: Number, pattern: str | None = None) -> str:
    """Format a number as Oracle does: no zero before the point, no point without decimals."""
    if pattern is not None:
        return _formatted(value, pattern)
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    text = repr(value)
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def double_text(value: Number) -> str:
    """Format a BINARY_DOUBLE as Oracle does: ``2.0260818E+007``."""
    sign, digits, exponent = Decimal(repr(float(value))).normalize().as_tuple()
    first, *rest = digits
    power = int(exponent) + len(rest)
    fraction = "".join(map(str, rest)) or "0"
    return f"{'-' * sign}{first}.{fraction}E{'-' if power < 0 else '+'}{abs(power):03d}"


def _formatted(value: Number, pattern: str) -> str:
    bare = pattern.upper().removeprefix("FM")
    if not re.fullmatch(r"[09,]*(\.[09]*)?", bare):
        raise NotTranslatedError(f"the number format {pattern}")
    whole, _, decimals = bare.partition(".")
    written = f"{abs(Decimal(str(value))):.{len(decimals)}f}"
    digits, _, fraction = written.partition(".")
    slots = whole.replace(",", "")
    if len(digits.lstrip("0")) > len(slots):
        return "#" * (len(bare) + 1)
    least = len(slots) - slots.index("0") if "0" in slots else (0 if decimals else 1)
    digits = digits.lstrip("0").rjust(least, "0")
    if "," in whole:
        digits = f"{int(digits or 0):,}"
    text = digits + (f".{fraction}" if decimals else "")
    text = ("-" if value < 0 else "") + text
    return text if pattern.upper().startswith("FM") else text.rjust(len(bare) + 1)


def _rows(value: Number | None) -> int:
    """A row count for LIMIT: comparing with NULL admits no row."""
    return 0 if value is None else max(0, math.floor(value))


def _divide(left: Number, right: Number) -> Number:
    if right == 0:
        raise OracleError(1476)
    result = left / right
    return int(result) if result.is_integer() else result


def _rounded(value: Number, digits: Number, mode: str) -> Number:
    step = Decimal(1).scaleb(-int(digits))
    result = float(Decimal(str(value)).quantize(step, rounding=mode))
    return int(result) if result.is_integer() else result


def _modulo(value: Number, by: Number) -> Number:
    if by == 0:
        return value
    result = math.fmod(value, by)
    return int(result) if result.is_integer() else result


def _trunc_date(text: str, pattern: str) -> str:
    moment = datetext.parse_iso(text).replace(hour=0, minute=0, second=0)
    word = pattern.upper()
    if word in ("YYYY", "YEAR", "YY"):
        moment = moment.replace(month=1, day=1)
    elif word in ("MM", "MONTH", "MON"):
        moment = moment.replace(day=1)
    elif word == "Q":
        moment = moment.replace(month=(moment.month - 1) // 3 * 3 + 1, day=1)
    elif word == "IW":
        moment -= timedelta(days=moment.weekday())
    elif word not in ("DD", "DDD", "J"):
        raise OracleError(1821)
    return datetext.iso(moment)


def add_months(text: str, months: Number) -> str:
    """The same day some months later; the last day of a month stays the last day."""
    moment = datetext.parse_iso(text)
    index = moment.year * 12 + moment.month - 1 + int(months)
    target = datetime(index // 12, index % 12 + 1, 1)  # noqa: DTZ001 - Oracle's DATE has no zone
    last = _days_in(target)
    day = last if moment.day == _days_in(moment) else min(moment.day, last)
    return datetext.iso(moment.replace(year=target.year, month=target.month, day=day))


def _days_in(moment: datetime) -> int:
    following = (moment.replace(day=28) + timedelta(days=4)).replace(day=1)
    return (following - timedelta(days=1)).day


def _last_day(text: str) -> str:
    moment = datetext.parse_iso(text)
    return datetext.iso(moment.replace(day=_days_in(moment)))


def _months_between(later: str, earlier: str) -> Number:
    one, other = datetext.parse_iso(later), datetext.parse_iso(earlier)
    months = (one.year - other.year) * 12 + one.month - other.month
    both_last = one.day == _days_in(one) and other.day == _days_in(other)
    if one.day == other.day or both_last:
        return months
    return months + (one.day - other.day) / 31


def _cased(text: str, change: Callable[[str], str]) -> str:
    if text.isascii():
        return change(text)
    # Oracle replaces a letter by exactly one letter.
    return "".join(changed if len(changed := change(letter)) == 1 else letter for letter in text)


def _substr(text: str, start: Number, size: Number | None = None) -> str | None:
    at = int(start)
    at = at - 1 if at > 0 else (len(text) + at if at < 0 else 0)
    if at < 0 or (size is not None and size < 1):
        return None
    return text[at:] if size is None else text[at : at + int(size)]


def _instr(text: str, searched: str, start: Number = 1, nth: Number = 1) -> int:
    if start < 0:
        raise NotTranslatedError("INSTR from the end")
    at = int(start) - 2
    for _ in range(int(nth)):
        at = text.find(searched, at + 1)
        if at < 0:
            return 0
    return at + 1


def _padded(text: str, size: Number, fill: str, *, left: bool) -> str:
    missing = int(size) - len(text)
    if missing <= 0:
        return text[: int(size)]
    padding = (fill * missing)[:missing]
    return padding + text if left else text + padding


def _replace(text: str | None, searched: str | None, other: str | None = None) -> str | None:
    if text is None or searched is None:
        return text
    return text.replace(searched, other or "")


def _translate(text: str | None, searched: str | None, others: str | None) -> str | None:
    if text is None or searched is None or others is None:
        return None
    table: dict[int, str | None] = {}
    for place, letter in enumerate(searched):
        table.setdefault(ord(letter), others[place] if place < len(others) else None)
    return text.translate(table)


def _flags(letters: str) -> re.RegexFlag:
    flags = re.RegexFlag(0)
    for letter in letters:
        flags |= {"i": re.IGNORECASE, "m": re.MULTILINE, "n": re.DOTALL, "x": re.VERBOSE}.get(letter, re.RegexFlag(0))
    return flags


_CLASSES = {
    "[:alpha:]": "A-Za-z", "[:digit:]": "0-9", "[:alnum:]": "A-Za-z0-9", "[:space:]": r"\s", "[:upper:]": "A-Z",
    "[:lower:]": "a-z", "[:punct:]": r"!-/:-@\[-`{-~",
}  # fmt: skip


def _pattern(pattern: str) -> str:
    for name, letters in _CLASSES.items():
        pattern = pattern.replace(name, letters)
    return pattern


def _regexp_like(text: str, pattern: str, letters: str = "") -> int:
    return int(re.search(_pattern(pattern), text, _flags(letters)) is not None)


def _regexp_substr(text: str, pattern: str) -> str | None:
    match = re.search(_pattern(pattern), text)
    return match.group() if match else None


def _regexp_replace(text: str | None, pattern: str | None, other: str | None = None) -> str | None:
    if text is None or pattern is None:
        return text
    return re.sub(_pattern(pattern), other or "", text)


#: Functions that return NULL for a NULL argument, with their number of arguments (-1: some are optional).
_STRICT: Final[dict[str, tuple[int, Callable[..., Any]]]] = {
    "ora_number": (1, number),
    "ora_integer": (1, integer),
    "ora_number_text": (-1, number_text),
    "ora_double_text": (1, double_text),
    "ora_divide": (2, _divide),
    "ora_trunc": (2, lambda value, digits: _rounded(value, digits, ROUND_DOWN)),
    "ora_round": (2, lambda value, digits: _rounded(value, digits, ROUND_HALF_UP)),
    "ora_mod": (2, _modulo),
    "ora_floor": (1, math.floor),
    "ora_ceil": (1, math.ceil),
    "ora_sign": (1, lambda value: (value > 0) - (value < 0)),
    "ora_power": (2, lambda base, exponent: base**exponent),
    "ora_add_days": (2, datetext.add_days),
    "ora_days": (2, datetext.days_between),
    "ora_to_char": (2, datetext.to_char),
    "ora_trunc_date": (2, _trunc_date),
    "ora_add_months": (2, add_months),
    "ora_last_day": (1, _last_day),
    "ora_months_between": (2, _months_between),
    "ora_upper": (1, lambda text: _cased(text, str.upper)),
    "ora_lower": (1, lambda text: _cased(text, str.lower)),
    "ora_initcap": (1, lambda text: re.sub(r"[^\W_]+", lambda word: word.group().capitalize(), text)),
    "ora_substr": (-1, _substr),
    "ora_instr": (-1, _instr),
    "ora_trim": (-1, lambda text, marks=" ": text.strip(marks)),
    "ora_ltrim": (-1, lambda text, marks=" ": text.lstrip(marks)),
    "ora_rtrim": (-1, lambda text, marks=" ": text.rstrip(marks)),
    "ora_lpad": (-1, lambda text, size, fill=" ": _padded(text, size, fill, left=True)),
    "ora_rpad": (-1, lambda text, size, fill=" ": _padded(text, size, fill, left=False)),
    "ora_regexp_like": (-1, _regexp_like),
    "ora_regexp_substr": (2, _regexp_substr),
}
#: Functions that handle NULL arguments themselves.
_LENIENT: Final[dict[str, Callable[..., Any]]] = {
    "ora_rows": _rows,
    "ora_replace": _replace,
    "ora_translate": _translate,
    "ora_concat": lambda left, right: (left or "") + (right or ""),
    "ora_regexp_replace": _regexp_replace,
}
