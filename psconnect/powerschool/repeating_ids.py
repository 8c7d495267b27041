"""Lookups by IDs and numbers that may repeat although each means one row (docs/powerschool.md 19).

The context decides which row is meant. If it does not, none is found, and the row names the candidates.
"""

from __future__ import annotations

from typing import Literal

from psconnect.powerschool.stream import Condition, Lookup, StreamColumn

YEAR = (
    Condition("TERMID", ">=", ":first_term", absolute=True),
    Condition("TERMID", "<=", ":last_term", absolute=True),
)
_FITTING: tuple[Literal["lowest", "highest"], ...] = ("lowest", "highest")
SECTION_OF_CC = Lookup(
    "section",
    "SECTIONS",
    "SECTIONID",
    "ID",
    absolute=True,
    one_by="DCID",
    telling=((("TERMID", "TERMID"), ("SCHOOLID", "SCHOOLID")), (("TERMID", "TERMID"),)),
)
# Only used to choose among several: students change schools, and their earlier enrollments stay.
STUDENT_OF_CC = Lookup("student", "STUDENTS", "STUDENTID", "ID", one_by="DCID", telling=((("SCHOOLID", "SCHOOLID"),),))
# SECTIONTEACHER has neither school nor term: the school of the teacher's post decides the section, if only one post has
# that ID, and the school of the section decides the post.
POST_OF_TEACHER = Lookup("post", "SCHOOLSTAFF", "TEACHERID", "ID", one_by="DCID")
SECTION_OF_YEAR = Lookup(
    "section",
    "SECTIONS",
    "SECTIONID",
    "ID",
    one_by="DCID",
    where=YEAR,
    telling=((("SCHOOLID", "post.SCHOOLID"),),),
)
STAFF_OF_SECTION = Lookup(
    "staff", "SCHOOLSTAFF", "TEACHERID", "ID", one_by="DCID", telling=((("SCHOOLID", "section.SCHOOLID"),),)
)
# A course of the school takes precedence over one of the district, school number 0 (docs/powerschool.md 16.4).
COURSE_OF_SECTION = Lookup(
    "course",
    "COURSES",
    "COURSE_NUMBER",
    "COURSE_NUMBER",
    one_by="DCID",
    folded=True,
    telling=(
        (("COURSE_NUMBER", "COURSE_NUMBER"), ("SCHOOLID", "SCHOOLID")),
        (("COURSE_NUMBER", "COURSE_NUMBER"), ("SCHOOLID", "=0")),
        (("COURSE_NUMBER", "COURSE_NUMBER"),),
    ),
)


def candidates(lookup: Lookup) -> tuple[StreamColumn, StreamColumn]:
    """Columns that name the candidates of an ambiguous lookup: ``section_lowest`` and ``section_highest``."""
    lowest, highest = (
        StreamColumn(f"{lookup.alias}_{end}", lookup.table, lookup.one_by, lookup.alias, end) for end in _FITTING
    )
    return lowest, highest
