"""The school and term resources (docs/powerschool.md 6.4)."""

from __future__ import annotations

from typing import Final

from psconnect.demo.district.codes import FULL_TIME
from psconnect.demo.server.v1.template import Filter, Repeated, Resource, Template


def _person(name: str, mail: str | None) -> Template:
    """A person whose name is in one column: the part after the last blank is the last name."""
    first = f"nullif(rtrim(rtrim({name}, replace({name}, ' ', ''))), '')"
    last = f"replace({name}, rtrim({name}, replace({name}, ' ', '')), '')"
    person: dict[str, str | Template] = {"name": {"first_name": first, "last_name": last}}
    return {"email": mail, **person} if mail else person


_FTE: Final = f"""(SELECT json_group_array(json_object('fteid', {FULL_TIME.key}, 'name', '{FULL_TIME.name}',
    'start_year', y.YearID + 1990)) FROM (SELECT DISTINCT YearID FROM Terms
    WHERE SchoolID = c.School_Number ORDER BY YearID) y)"""  # noqa: S608 - ours alone

SCHOOL: Final = Resource(
    name="school",
    source="Schools c",
    key="c.DCID",
    base={
        "id": "c.DCID",
        "name": "c.Name",
        "school_number": "c.School_Number",
        "low_grade": "c.Low_Grade",
        "high_grade": "c.High_Grade",
        "alternate_school_number": "c.Alternate_School_Number",
        "addresses": {
            "physical": {
                "street": "c.SchoolAddress",
                "city": "c.SchoolCity",
                "state_province": "c.SchoolState",
                "postal_code": "c.SchoolZip",
            }
        },
        "phones": {"main": {"number": "c.SchoolPhone"}, "fax": {"number": "c.SchoolFax"}},
        "principal": _person("c.Principal", "c.PrincipalEmail"),
    },
    expansions={
        # The district has neither boundaries nor fees; the blocks are empty elements.
        "school_boundary": {},
        "full_time_equivalencies": {"full_time_equivalency": Repeated(_FTE)},
        "school_fees_setup": {},
    },
    filters={"id": Filter("c.DCID", "number"), "school_number": Filter("c.School_Number", "number")},
    order="c.DCID",
    core_table="Schools",
)

#: The elements of a term; ``t`` is its Terms row and ``tc`` the school's.
TERM_ELEMENTS: Final[Template] = {
    "id": "t.DCID",
    "local_id": "t.ID",
    "school_id": "CASE WHEN t.SchoolID = 0 THEN 0 ELSE tc.DCID END",
    "start_year": "t.YearID + 1990",
    "portion": "t.Portion",
    "start_date": "t.FirstDay",
    "end_date": "t.LastDay",
    "abbreviation": "t.Abbreviation",
    "name": "t.Name",
}

TERM: Final = Resource(
    name="term",
    source="Terms t LEFT JOIN Schools tc ON tc.School_Number = t.SchoolID",
    key="t.DCID",
    base=TERM_ELEMENTS,
    filters={
        "id": Filter("t.DCID", "number"),
        "local_id": Filter("t.ID", "number"),
        "start_year": Filter("t.YearID + 1990", "number"),
    },
    order="t.Portion, t.FirstDay, t.DCID",
    core_table="Terms",
)
