"""The demo database's errors for refused statements."""

from __future__ import annotations

from typing import Final

_TEXTS: Final = {
    900: "invalid SQL statement",
    904: '"{0}": invalid identifier',
    905: "missing keyword",
    906: "missing left parenthesis",
    907: "missing right parenthesis",
    909: "invalid number of arguments",
    911: "invalid character",
    913: "too many values",
    918: "column ambiguously defined",
    920: "invalid relational operator",
    921: "unexpected end of SQL command",
    923: "FROM keyword not found where expected",
    932: "inconsistent datatypes: expected {0} got {1}",
    933: "SQL command not properly ended",
    934: "group function is not allowed here",
    936: "missing expression",
    937: "not a single-group group function",
    942: "table or view does not exist",
    972: "identifier is too long",
    979: "not a GROUP BY expression",
    1008: "not all variables bound",
    1476: "divisor is equal to zero",
    1722: "invalid number",
    1740: "missing double quote in identifier",
    1756: "quoted string not properly terminated",
    1785: "ORDER BY item must be the number of a SELECT-list expression",
    1789: "query block has incorrect number of result columns",
    1790: "expression must have same datatype as corresponding expression",
    1791: "not a SELECTed expression",
    1795: "maximum number of expressions in a list is 1000",
    1799: "a column may not be outer-joined to a subquery",
    1821: "date format not recognized",
    1830: "date format picture ends before converting entire input string",
    1839: "date not valid for month specified",
    1840: "input value not long enough for date format",
    1841: "(full) year must be between -4713 and +9999, and not be 0",
    1843: "not a valid month",
    1847: "day of month must be between 1 and last day of month",
    1861: "literal does not match format string",
    30483: "window functions are not allowed here",
}


class OracleError(Exception):
    """A statement that the real database would refuse; the text begins with its ORA number."""

    def __init__(self, number: int, *values: str) -> None:
        self.number = number
        super().__init__(f"ORA-{number:05d}: {_TEXTS[number].format(*values)}")


class NotTranslatedError(OracleError):
    """A statement that the real database accepts but this demo server can't run. The text says so."""

    def __init__(self, what: str) -> None:
        self.number = 0
        Exception.__init__(self, f"The demo server does not translate {what}; a real server would.")
