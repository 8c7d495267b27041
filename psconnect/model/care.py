"""What a person cares about most in a run: students before schools, removals before changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from psconnect.model.runs import ChangeCounts, Hold

BY_CARE = (
    "student",
    "teacher",
    "admin",
    "contact",
    "enrollment",
    "class",
    "course",
    "calendar",
    "school",
    "relationship",
)
"""The roster's entities, the most important to a person first; a destination's derived entities come after them."""
_KINDS_BY_CARE = ("remove", "identity", "role", "remove_per_class", "create", "update")
_STAFF_TOGETHER = "staff"


def cared_about(holds: Sequence[Hold], changes: Mapping[str, ChangeCounts]) -> tuple[str, str]:
    """The entity and kind of change that a person who opens a held run cares about most; empty texts for none.

    Of the crossed limits, the one whose records matter most (students first), removals before anything else. A school
    takes its people along: then they are named, although their own limit may not be crossed.
    """
    crossed = {
        (str(hold.values["entity"]), str(hold.values["kind"]))
        for hold in holds
        if "kind" in hold.values and "limit" in hold.values
    }
    if ("school", "remove") in crossed and changes.get("student", ChangeCounts()).remove:
        crossed.add(("student", "remove"))
    return min(crossed, key=_care, default=("", ""))


def _care(one: tuple[str, str]) -> tuple[int, int]:
    entity, kind = one
    known = "teacher" if entity == _STAFF_TOGETHER else entity
    return (
        BY_CARE.index(known) if known in BY_CARE else len(BY_CARE),
        _KINDS_BY_CARE.index(kind) if kind in _KINDS_BY_CARE else len(_KINDS_BY_CARE),
    )
