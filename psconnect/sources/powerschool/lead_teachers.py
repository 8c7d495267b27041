"""The lead named by a section itself, in SECTIONS.TEACHER, whatever the role is called (docs/powerschool.md 19)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_NOBODY = ("", "0")


@dataclass(frozen=True, slots=True)
class Lead:
    """The lead that a section names: the SCHOOLSTAFF.ID and its person.

    ``person`` is an own id. It is None if no staff position has that ID, or if several people have it even at the
    section's school; then ``fits`` names two of their positions.
    """

    staff_id: str
    person: str | None
    fits: str = ""


def teacher_named(row: Any) -> str:
    """The SCHOOLSTAFF.ID that a section's row names as its lead; empty for nobody."""
    return "" if row.teacher in _NOBODY else str(row.teacher)


def named_leads(teachers: Mapping[str, tuple[str, str]], positions: Iterable[Any]) -> dict[str, Lead]:
    """Section id -> lead, from section id -> (SCHOOLSTAFF.ID, school number) and the rows of staff positions.

    If IDs repeat (docs/powerschool.md 19), the position at the section's school counts.
    """
    by_id: dict[str, list[Any]] = {}
    for row in positions:
        if row.id and row.users_dcid:
            by_id.setdefault(row.id, []).append(row)
    if not by_id:
        # This way of reading doesn't provide these IDs.
        return {}
    known = {named: _lead(named[0], by_id.get(named[0], []), named[1]) for named in set(teachers.values())}
    return {key: known[named] for key, named in teachers.items()}


def _lead(staff_id: str, positions: list[Any], school: str) -> Lead:
    people = {row.users_dcid for row in positions}
    if len(people) > 1:
        people = {row.users_dcid for row in positions if row.schoolid == school}
    if len(people) == 1:
        return Lead(staff_id, people.pop())
    keys = sorted(int(row.dcid) for row in positions)
    return Lead(staff_id, None, f"SCHOOLSTAFF.DCID {keys[0]} and {keys[-1]}" if keys else "")
