"""The course, section and section enrollment resources (docs/powerschool.md 6.4)."""

from __future__ import annotations

from typing import Final

from psconnect.demo.server.v1.schools import TERM_ELEMENTS
from psconnect.demo.server.v1.template import Filter, Flag, Resource

COURSE: Final = Resource(
    name="course",
    source="Courses o",
    key="o.DCID",
    base={"id": "o.DCID", "course_number": "o.Course_Number", "course_name": "o.Course_Name"},
    filters={"id": Filter("o.DCID", "number"), "course_number": Filter("o.Course_Number")},
    order="o.Course_Number, o.DCID",
    core_table="Courses",
)

SECTION: Final = Resource(
    name="section",
    source="""Sections n LEFT JOIN Schools tc ON tc.School_Number = n.SchoolID
        LEFT JOIN Terms t ON t.ID = n.TermID AND t.SchoolID = n.SchoolID
        LEFT JOIN SchoolStaff f ON f.ID = n.Teacher""",
    key="n.DCID",
    base={
        "id": "n.DCID",
        "school_id": "tc.DCID",
        # A duplicate course number must not list its sections twice.
        "course_id": "(SELECT min(o.DCID) FROM Courses o WHERE o.Course_Number = n.Course_Number)",
        "term_id": "t.DCID",
        "section_number": "n.Section_Number",
        "expression": "n.Expression",
        "external_expression": "n.External_Expression",
        "staff_id": "f.DCID",
    },
    expansions={"term": TERM_ELEMENTS},
    filters={
        "id": Filter("n.DCID", "number"),
        "term.start_year": Filter("n.YearID + 1990", "number"),
    },
    order="n.DCID",
    core_table="Sections",
)


def _enrollment(dropped_id: str) -> Resource:
    """The resource; ``dropped_id`` is the SQL expression for the section id of dropped enrollments."""
    return Resource(
        name="section_enrollment",
        # A dropped row has the negative section key (16.5). A row whose student or section is gone is not served,
        # because its ids would be empty.
        source="CC e JOIN Students s ON s.ID = e.StudentID JOIN Sections n ON n.ID = abs(e.SectionID)",
        key="e.DCID",
        base={
            "id": "e.DCID",
            "section_id": f"CASE WHEN e.SectionID < 0 THEN {dropped_id} ELSE n.DCID END",
            "student_id": "s.DCID",
            "entry_date": "e.DateEnrolled",
            "exit_date": "e.DateLeft",
            "dropped": Flag("e.SectionID < 0"),
        },
        filters={"id": Filter("e.DCID", "number")},
        order="s.DCID, e.DateEnrolled, e.DCID",
        core_table="CC",
    )


#: By the quirk ``dropped_ids``.
SECTION_ENROLLMENT: Final = {"positive": _enrollment("n.DCID"), "negative": _enrollment("-n.DCID")}
