"""Oracle's functions: how many arguments each takes, and its SQLite equivalent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from psconnect.demo.oracle.errors import NotTranslatedError, OracleError
from psconnect.demo.oracle.scope import Typed

if TYPE_CHECKING:
    from psconnect.demo.oracle.catalogue import TypeKind


class Conversions(Protocol):
    """The conversions a function may use (see ``ValueCompiler``)."""

    def as_number(self, value: Typed) -> str:
        """The value as a number."""

    def as_text(self, value: Typed) -> str:
        """The value as a text."""

    def as_date(self, value: Typed) -> str:
        """The value as a date."""

    def converted(self, value: Typed, kind: TypeKind) -> str:
        """The value as this kind."""

    def same_kind(self, values: list[Typed]) -> TypeKind:
        """The common kind of several values."""

    def compared(self, mark: str, left: Typed, right: Typed) -> str:
        """A comparison of two values."""


Compile = Callable[[Conversions, list[Typed]], Typed]


@dataclass(frozen=True, slots=True)
class Function:
    """One function: its minimum and maximum number of arguments, and how to compile it."""

    least: int
    most: int
    compile: Compile


def _plain(name: str, kind: TypeKind, signature: str, *, optional: int = 0) -> Function:
    """A function of fixed kinds; ``signature`` has one of ``n t d`` (number, text, date) per argument."""

    def compile_call(convert: Conversions, arguments: list[Typed]) -> Typed:
        converters = {"n": convert.as_number, "t": convert.as_text, "d": convert.as_date}
        texts = [converters[letter](value) for letter, value in zip(signature, arguments, strict=False)]
        floating = kind == "number" and any(value.floating for value in arguments)
        return Typed(f"{name}({', '.join(texts)})", kind, floating=floating)

    return Function(len(signature) - optional, len(signature), compile_call)


def _aggregate(name: str, *, numeric: bool) -> Function:
    def compile_call(convert: Conversions, arguments: list[Typed]) -> Typed:
        value = arguments[0]
        if value.kind == "clob" and name != "count":
            raise OracleError(932, "-", "CLOB")
        if name == "count":
            return Typed(f"count({value.sql})", "number", nullable=False)
        if numeric:
            return Typed(f"{name}({convert.as_number(value)})", "number")
        return Typed(f"{name}({value.sql})", value.kind)

    return Function(1, 1, compile_call)


def _ranking(name: str) -> Function:
    return Function(0, 0, lambda _convert, _arguments: Typed(f"{name}()", "number", nullable=False))


def _shifted(name: str) -> Function:
    def compile_call(convert: Conversions, arguments: list[Typed]) -> Typed:
        value = arguments[0]
        texts = [value.sql]
        if len(arguments) > 1:
            texts.append(convert.as_number(arguments[1]))
        if len(arguments) > 2:  # noqa: PLR2004 - the third argument is the default
            texts.append(convert.converted(arguments[2], value.kind))
        return Typed(f"{name}({', '.join(texts)})", value.kind)

    return Function(1, 3 if name in ("lag", "lead") else 1, compile_call)


def _nvl(convert: Conversions, arguments: list[Typed]) -> Typed:
    value, other = arguments
    if value.kind == "null":
        return other
    return Typed(f"ifnull({value.sql}, {convert.converted(other, value.kind)})", value.kind, other.nullable)


def _nvl2(convert: Conversions, arguments: list[Typed]) -> Typed:
    value, filled, empty = arguments
    kind = filled.kind if filled.kind != "null" else empty.kind
    other = convert.converted(empty, kind)
    return Typed(f"CASE WHEN {value.sql} IS NOT NULL THEN {filled.sql} ELSE {other} END", kind)


def _coalesce(convert: Conversions, arguments: list[Typed]) -> Typed:
    kind = convert.same_kind(arguments)
    return Typed(f"coalesce({', '.join(value.sql for value in arguments)})", kind)


def _nullif(convert: Conversions, arguments: list[Typed]) -> Typed:
    kind = convert.same_kind(arguments)
    return Typed(f"nullif({arguments[0].sql}, {arguments[1].sql})", kind)


def _decode(convert: Conversions, arguments: list[Typed]) -> Typed:
    """DECODE treats NULL as equal to NULL, and converts every result to the kind of the first."""
    operand, *rest = arguments
    pairs = list(zip(rest[0::2], rest[1::2], strict=False))
    kind = pairs[0][1].kind if pairs[0][1].kind != "null" else "text"
    sql = "CASE"
    for searched, result in pairs:
        same = convert.compared("IS", operand, searched)
        sql += f" WHEN {same} THEN {convert.converted(result, kind)}"
    if len(rest) % 2:
        sql += f" ELSE {convert.converted(rest[-1], kind)}"
    return Typed(f"{sql} END", kind)


def _extreme(name: str) -> Function:
    def compile_call(convert: Conversions, arguments: list[Typed]) -> Typed:
        kind = arguments[0].kind
        if len(arguments) == 1:
            return arguments[0]
        return Typed(f"{name}({', '.join(convert.converted(value, kind) for value in arguments)})", kind)

    return Function(1, 255, compile_call)


def _to_char(convert: Conversions, arguments: list[Typed]) -> Typed:
    value = arguments[0]
    if len(arguments) == 1:
        return Typed(convert.as_text(value), "text", value.nullable)
    pattern = convert.as_text(arguments[1])
    if value.kind == "date":
        if pattern == "'YYYY-MM-DD'":
            return Typed(f"substr({value.sql}, 1, 10)", "text", value.nullable)
        return Typed(f"ora_to_char({value.sql}, {pattern})", "text", value.nullable)
    if value.kind in ("number", "null"):
        return Typed(f"ora_number_text({value.sql}, {pattern})", "text", value.nullable)
    raise OracleError(1722)


def _to_date(convert: Conversions, arguments: list[Typed]) -> Typed:
    text = convert.as_text(arguments[0])
    pattern = convert.as_text(arguments[1]) if len(arguments) > 1 else "'DD-MON-RR'"
    return Typed(f"ora_to_date({text}, {pattern})", "date", arguments[0].nullable)


def _to_number(convert: Conversions, arguments: list[Typed]) -> Typed:
    if len(arguments) > 1:
        raise NotTranslatedError("TO_NUMBER with a format")
    return Typed(convert.as_number(arguments[0]), "number", arguments[0].nullable)


def _trunc(convert: Conversions, arguments: list[Typed]) -> Typed:
    value = arguments[0]
    if value.kind == "date":
        if len(arguments) == 1:
            return Typed(f"substr({value.sql}, 1, 10)", "date", value.nullable)
        return Typed(f"ora_trunc_date({value.sql}, {convert.as_text(arguments[1])})", "date", value.nullable)
    digits = convert.as_number(arguments[1]) if len(arguments) > 1 else "0"
    return Typed(f"ora_trunc({convert.as_number(value)}, {digits})", "number", value.nullable, value.floating)


def _round(convert: Conversions, arguments: list[Typed]) -> Typed:
    if arguments[0].kind == "date":
        raise NotTranslatedError("ROUND of a date")
    digits = convert.as_number(arguments[1]) if len(arguments) > 1 else "0"
    return Typed(f"ora_round({convert.as_number(arguments[0])}, {digits})", "number", floating=arguments[0].floating)


def _extract(convert: Conversions, arguments: list[Typed]) -> Typed:
    places = {"'YEAR'": (1, 4), "'MONTH'": (6, 2), "'DAY'": (9, 2)}
    place = places.get(arguments[0].sql)
    if place is None:
        raise NotTranslatedError(f"EXTRACT of {arguments[0].sql}")
    if arguments[1].kind != "date":
        raise OracleError(932, "DATE", arguments[1].kind.upper())
    return Typed(f"CAST(substr({convert.as_date(arguments[1])}, {place[0]}, {place[1]}) AS INTEGER)", "number")


FUNCTIONS: Final[dict[str, Function]] = {
    "COUNT": _aggregate("count", numeric=False),
    "SUM": _aggregate("sum", numeric=True),
    "AVG": _aggregate("avg", numeric=True),
    "MIN": _aggregate("min", numeric=False),
    "MAX": _aggregate("max", numeric=False),
    "LISTAGG": Function(1, 2, lambda _convert, arguments: arguments[0]),
    "ROW_NUMBER": _ranking("row_number"),
    "RANK": _ranking("rank"),
    "DENSE_RANK": _ranking("dense_rank"),
    "NTILE": _plain("ntile", "number", "n"),
    "LAG": _shifted("lag"),
    "LEAD": _shifted("lead"),
    "FIRST_VALUE": _shifted("first_value"),
    "LAST_VALUE": _shifted("last_value"),
    "NVL": Function(2, 2, _nvl),
    "NVL2": Function(3, 3, _nvl2),
    "COALESCE": Function(2, 255, _coalesce),
    "NULLIF": Function(2, 2, _nullif),
    "DECODE": Function(3, 255, _decode),
    "GREATEST": _extreme("max"),
    "LEAST": _extreme("min"),
    "TO_CHAR": Function(1, 2, _to_char),
    "TO_DATE": Function(1, 2, _to_date),
    "TO_NUMBER": Function(1, 2, _to_number),
    "TRUNC": Function(1, 2, _trunc),
    "ROUND": Function(1, 2, _round),
    "EXTRACT": Function(2, 2, _extract),
    "ADD_MONTHS": _plain("ora_add_months", "date", "dn"),
    "LAST_DAY": _plain("ora_last_day", "date", "d"),
    "MONTHS_BETWEEN": _plain("ora_months_between", "number", "dd"),
    "UPPER": _plain("ora_upper", "text", "t"),
    "LOWER": _plain("ora_lower", "text", "t"),
    "INITCAP": _plain("ora_initcap", "text", "t"),
    "LENGTH": _plain("length", "number", "t"),
    "SUBSTR": _plain("ora_substr", "text", "tnn", optional=1),
    "INSTR": _plain("ora_instr", "number", "ttnn", optional=2),
    "TRIM": _plain("ora_trim", "text", "tt", optional=1),
    "LTRIM": _plain("ora_ltrim", "text", "tt", optional=1),
    "RTRIM": _plain("ora_rtrim", "text", "tt", optional=1),
    "LPAD": _plain("ora_lpad", "text", "tnt", optional=1),
    "RPAD": _plain("ora_rpad", "text", "tnt", optional=1),
    "REPLACE": _plain("ora_replace", "text", "ttt", optional=1),
    "TRANSLATE": _plain("ora_translate", "text", "ttt"),
    "REGEXP_REPLACE": _plain("ora_regexp_replace", "text", "ttt", optional=1),
    "REGEXP_SUBSTR": _plain("ora_regexp_substr", "text", "tt"),
    "CONCAT": _plain("ora_concat", "text", "tt"),
    "CHR": _plain("char", "text", "n"),
    "ASCII": _plain("unicode", "number", "t"),
    "ABS": _plain("abs", "number", "n"),
    "MOD": _plain("ora_mod", "number", "nn"),
    "FLOOR": _plain("ora_floor", "number", "n"),
    "CEIL": _plain("ora_ceil", "number", "n"),
    "SIGN": _plain("ora_sign", "number", "n"),
    "POWER": _plain("ora_power", "number", "nn"),
}

#: Functions that Oracle has but this server lacks: they get their own error.
KNOWN_BUT_MISSING: Final = frozenset(
    ["ORA_HASH", "STANDARD_HASH", "SYS_GUID", "NEXT_DAY", "TO_TIMESTAMP", "TO_CLOB", "TO_NCHAR", "SYS_CONTEXT",
     "USERENV", "SOUNDEX", "MEDIAN", "STDDEV", "VARIANCE", "PERCENTILE_CONT", "PERCENTILE_DISC", "CUME_DIST",
     "PERCENT_RANK", "RATIO_TO_REPORT", "WIDTH_BUCKET", "DUMP", "VSIZE", "LENGTHB", "SUBSTRB", "INSTRB", "RAWTOHEX",
     "HEXTORAW", "CONVERT", "NLSSORT", "NLS_UPPER", "NLS_LOWER", "TREAT", "EMPTY_CLOB", "NUMTODSINTERVAL",
     "NUMTOYMINTERVAL", "JSON_OBJECT", "JSON_ARRAY", "JSON_ARRAYAGG", "JSON_OBJECTAGG", "JSON_VALUE", "JSON_QUERY",
     "XMLAGG", "XMLELEMENT", "XMLFOREST", "XMLSERIALIZE", "EXTRACTVALUE", "REGEXP_COUNT", "REGEXP_INSTR", "COLLECT",
     "SQRT", "EXP", "LN", "LOG", "SIN", "COS", "TAN", "REMAINDER", "BITAND", "NANVL", "LNNVL", "UNISTR", "ASCIISTR",
     "COMPOSE", "DECOMPOSE", "REVERSE", "GROUPING", "GROUPING_ID", "CURRENT_TIMESTAMP"]
)  # fmt: skip
