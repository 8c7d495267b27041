"""Staff from ``/ws/v1``: one item per person and school, which contains the person's schools (6.3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from psconnect.powerschool import v1_wire as wire

STAFF_EXPANSIONS = ("emails", "school_affiliations")
_DISTRICT_OFFICE = "0"
_CURRENT = "1"
_ASSIGNMENTS_FROM = 1_000_000_000
"""Added to section ids to make assignment ids, far from those of SECTIONTEACHER, which v1 doesn't provide."""


def position_rows(listed: Mapping[int, Iterable[wire.Item]], numbers: Mapping[int, str]) -> list[dict[str, str]]:
    """The schools that people work at, as values of the stream of staff positions.

    ``listed`` are the staff items by listing school; listed staff are active there (6.1). ``numbers`` gives the school
    numbers; the district office has school id 0.
    """
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for school, items in listed.items():
        for item in items:
            person = wire.at(item, "users_dcid")
            affiliations = wire.block(item.get("school_affiliations")).get("school_affiliation")
            for one in wire.items(affiliations):
                number = _number(wire.at(one, "school_id"), numbers)
                found.setdefault((person, number), (wire.at(one, "status"), wire.at(one, "type")))
            kind = found.get((person, numbers[school]), ("", ""))[1]
            found[person, numbers[school]] = (_CURRENT, kind)
    return [
        {"dcid": str(at), "users_dcid": person, "schoolid": number, "status": status, "staffstatus": kind}
        for at, ((person, number), (status, kind)) in enumerate(sorted(found.items()), start=1)
    ]


def _number(school: str, numbers: Mapping[int, str]) -> str:
    """The school number of a school id; empty for a school that isn't listed, such as the graduates school."""
    if school == _DISTRICT_OFFICE:
        return _DISTRICT_OFFICE
    return numbers.get(int(school), "") if school.isdecimal() else ""


def teacher_row(section: int, person: str) -> dict[str, str]:
    """The lead teacher of a section, as values of the stream of teaching assignments."""
    return {
        "id": str(_ASSIGNMENTS_FROM + section),
        "section_dcid": str(section),
        "users_dcid": person,
        "role_name": "Lead Teacher",
    }
