"""Runs Oracle's SQL on SQLite: a small translator that refuses what Oracle would refuse.

It covers what plugin queries use: joins, inline views, WITH, set operations, analytic and group functions, Oracle's
date arithmetic, FETCH FIRST. Anything else that Oracle supports raises :class:`NotTranslatedError`, so that nobody
mistakes a limit of the demo for one of Oracle.
"""

from __future__ import annotations

from psconnect.demo.oracle.catalogue import BindKind, Catalogue, Column, TableInfo, read_catalogue
from psconnect.demo.oracle.compiler import CompiledQuery, compile_query
from psconnect.demo.oracle.errors import NotTranslatedError, OracleError
from psconnect.demo.oracle.functions import Functions, number_text
from psconnect.demo.oracle.parser import parse

__all__ = [
    "BindKind",
    "Catalogue",
    "Column",
    "CompiledQuery",
    "Functions",
    "NotTranslatedError",
    "OracleError",
    "TableInfo",
    "compile_query",
    "number_text",
    "parse",
    "read_catalogue",
]
