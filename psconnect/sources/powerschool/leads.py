"""Who leads a section by the section itself: SECTIONS.TEACHER, whatever the role is called (powerschool-api.md 23)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_NOBODY = ("", "0")


@dataclass(frozen=True, slots=True)
class Lead:
    """The lead that a section names: the SCHOOLSTAFF.ID, and the person behind it.

    ``person`` is None where no staff position has that ID, or several people have it, at the section's school, too.
    """

    staff_id: str
    person: int | None


def teacher_named(row: Any) -> str:
    """The SCHOOLSTAFF.ID that a section's row names as its lead; empty where it names nobody."""
    return "" if row.teacher in _NOBODY else str(row.teacher)


def named_leads(teachers: Mapping[int, tuple[str, str]], positions: Iterable[Any]) -> dict[int, Lead]:
    """Section key -> lead, from section key -> (SCHOOLSTAFF.ID, school number) and the rows of staff positions.

    IDs may repeat (powerschool-api.md 23): then the position at the section's school counts.
    """
    by_id: dict[str, dict[int, set[str]]] = {}
    for row in positions:
        if row.id and row.users_dcid:
            by_id.setdefault(row.id, {}).setdefault(int(row.users_dcid), set()).add(row.schoolid)
    if not by_id:
        # This way of reading gives no such IDs.
        return {}
    known = {named: Lead(named[0], _person(by_id.get(named[0], {}), named[1])) for named in set(teachers.values())}
    return {key: known[named] for key, named in teachers.items()}


def _person(found: Mapping[int, set[str]], school: str) -> int | None:
    people = list(found) if len(found) == 1 else [person for person, schools in found.items() if school in schools]
    return people[0] if len(people) == 1 else None
