"""References that can't be resolved: there is no such record, or several have its number."""

from __future__ import annotations

from typing import Any

_KINDS = {"section": "class", "staff": "teacher"}
_TABLES = {"section": "SECTIONS", "staff": "SCHOOLSTAFF", "student": "STUDENTS", "course": "COURSES"}


def unresolved(row: Any, alias: str) -> tuple[str, str]:
    """Rule and detail for a row whose lookup of that alias failed.

    The detail lists the candidates' DCIDs, which are not personal data, or the kind of record that is missing.
    """
    lowest, highest = getattr(row, f"{alias}_lowest", ""), getattr(row, f"{alias}_highest", "")
    if lowest:
        return "several-fit", f"{_TABLES[alias]}.DCID {lowest} and {highest}"
    return "orphan", _KINDS.get(alias, alias)
