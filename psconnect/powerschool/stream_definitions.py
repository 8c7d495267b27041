"""What is read from PowerSchool: one declaration per stream of rows, which everything else is made from.

A stream is a table read in key order, with its own columns and columns looked up in other tables (each lookup finds
at most one row, so it never multiplies rows). The plugin's PowerQuery, its access list, the fallback's table reads
and the typed record are all made from this declaration. Table and column names are those of docs/powerschool.md 16.
"""

from __future__ import annotations

from dataclasses import replace

from psconnect.powerschool.repeating_ids import (
    COURSE_OF_SECTION,
    POST_OF_TEACHER,
    SECTION_OF_CC,
    SECTION_OF_YEAR,
    STAFF_OF_SECTION,
    STUDENT_OF_CC,
    YEAR,
    candidates,
)
from psconnect.powerschool.stream import Condition, Exists, Lookup, Stream, StreamColumn


def own(table: str, *fields: str) -> tuple[StreamColumn, ...]:
    """Columns of a stream's base table, each named like its field in lower case."""
    return tuple(StreamColumn(name.lower(), table, name) for name in fields)


GRADUATES = "999999"
"""The number of PowerSchool's graduates school (16.4), which is not a real school; its students are not read."""
_EMAIL = (
    Lookup(
        "mail_assoc",
        "PERSONEMAILADDRESSASSOC",
        "PERSON_ID",
        "PERSONID",
        first_by="PERSONEMAILADDRESSASSOCID",
        order=("EMAILADDRESSPRIORITYORDER", "-ISPRIMARYEMAILADDRESS"),
    ),
    Lookup("mail", "EMAILADDRESS", "mail_assoc.EMAILADDRESSID", "EMAILADDRESSID"),
)

SCHOOLS = Stream(
    "schools",
    "Schools",
    "SCHOOLS",
    "DCID",
    own("SCHOOLS", "DCID", "SCHOOL_NUMBER", "NAME", "LOW_GRADE", "HIGH_GRADE"),
    where=(Condition("SCHOOL_NUMBER", "<>", GRADUATES),),
    always=("school_number", "name"),
)
TERMS = Stream(
    "terms",
    "Terms",
    "TERMS",
    "DCID",
    own(
        "TERMS",
        "DCID",
        "ID",
        "SCHOOLID",
        "YEARID",
        "NAME",
        "ABBREVIATION",
        "FIRSTDAY",
        "LASTDAY",
        "PORTION",
        "ISYEARREC",
    ),
    always=("id", "schoolid", "yearid", "name", "firstday", "lastday"),
    dates=("firstday", "lastday"),
)
CALENDAR_DAYS = Stream(
    "calendar_days",
    "Calendar days",
    "CALENDAR_DAY",
    "DCID",
    own("CALENDAR_DAY", "DCID", "DATE_VALUE", "SCHOOLID", "INSESSION"),
    where=(
        Condition("DATE_VALUE", ">=", ":first_day", "date"),
        Condition("DATE_VALUE", "<=", ":last_day", "date"),
        Condition("INSESSION", "=", "1"),
    ),
    arguments=("first_day", "last_day"),
    always=("date_value", "schoolid"),
    dates=("date_value",),
)
COURSES = Stream(
    "courses",
    "Courses",
    "COURSES",
    "DCID",
    own("COURSES", "DCID", "COURSE_NUMBER", "COURSE_NAME", "SCHOOLID"),
    always=("course_number", "course_name"),
    extension_key="DCID",
    extension_column="COURSESDCID",
)
SECTIONS = Stream(
    "sections",
    "Sections",
    "SECTIONS",
    "DCID",
    (
        *own(
            "SECTIONS",
            "DCID",
            "COURSE_NUMBER",
            "SECTION_NUMBER",
            "TERMID",
            "SCHOOLID",
            "EXPRESSION",
            "EXTERNAL_EXPRESSION",
            "ROOM",
            "TEACHER",
        ),
        StreamColumn("course_name", "COURSES", "COURSE_NAME", "course"),
        StreamColumn("course_dcid", "COURSES", "DCID", "course"),
        *candidates(COURSE_OF_SECTION),
    ),
    lookups=(COURSE_OF_SECTION,),
    where=YEAR,
    arguments=("first_term", "last_term"),
    always=("course_number", "section_number", "termid", "schoolid"),
    extension_key="DCID",
    extension_column="SECTIONSDCID",
)
USERS = Stream(
    "users",
    "Staff",
    "USERS",
    "DCID",
    own(
        "USERS",
        "DCID",
        "TEACHERNUMBER",
        "FIRST_NAME",
        "MIDDLE_NAME",
        "LAST_NAME",
        "EMAIL_ADDR",
        "LOGINID",
        "TEACHERLOGINID",
        "HOMESCHOOLID",
    ),
    always=("first_name", "last_name"),
    extension_key="DCID",
    extension_column="USERSDCID",
)
SCHOOL_STAFF = Stream(
    "school_staff",
    "Staff positions",
    "SCHOOLSTAFF",
    "DCID",
    own("SCHOOLSTAFF", "DCID", "ID", "USERS_DCID", "SCHOOLID", "STATUS", "STAFFSTATUS"),
    always=("users_dcid", "schoolid", "status"),
)
SECTION_TEACHERS = Stream(
    "section_teachers",
    "Teaching assignments",
    "SECTIONTEACHER",
    "ID",
    (
        *own("SECTIONTEACHER", "ID", "TEACHERID", "ROLEID", "START_DATE", "END_DATE"),
        StreamColumn("section_dcid", "SECTIONS", "DCID", "section"),
        StreamColumn("users_dcid", "SCHOOLSTAFF", "USERS_DCID", "staff"),
        StreamColumn("role_name", "ROLEDEF", "NAME", "role"),
        StreamColumn("role_key", "ROLEDEF", "ROLEKEY", "role"),
        *candidates(SECTION_OF_YEAR),
        *candidates(STAFF_OF_SECTION),
    ),
    lookups=(
        POST_OF_TEACHER,
        SECTION_OF_YEAR,
        STAFF_OF_SECTION,
        Lookup("role", "ROLEDEF", "ROLEID", "ID"),
    ),
    exists=(Exists("SECTIONS", "ID", "SECTIONID", YEAR),),
    arguments=("first_term", "last_term"),
    always=("role_name",),
    dates=("start_date", "end_date"),
)
STUDENTS = Stream(
    "students",
    "Students",
    "STUDENTS",
    "DCID",
    (
        *own(
            "STUDENTS",
            "DCID",
            "STUDENT_NUMBER",
            "SCHOOLID",
            "ENROLL_STATUS",
            "GRADE_LEVEL",
            "FIRST_NAME",
            "MIDDLE_NAME",
            "LAST_NAME",
            "STUDENT_WEB_ID",
            "STATE_STUDENTNUMBER",
        ),
        StreamColumn("email", "EMAILADDRESS", "EMAILADDRESS", "mail"),
    ),
    lookups=_EMAIL,
    where=(Condition("SCHOOLID", "<>", GRADUATES),),
    always=("student_number", "schoolid", "enroll_status", "grade_level", "first_name", "last_name"),
    extension_key="DCID",
    extension_column="STUDENTSDCID",
)
ENROLLMENTS = Stream(
    "enrollments",
    "Enrollments",
    "CC",
    "DCID",
    (
        *own("CC", "DCID", "SECTIONID", "DATEENROLLED", "DATELEFT"),
        StreamColumn("student_dcid", "STUDENTS", "DCID", "student"),
        StreamColumn("student_school", "STUDENTS", "SCHOOLID", "student"),
        StreamColumn("section_dcid", "SECTIONS", "DCID", "section"),
        *candidates(STUDENT_OF_CC),
        *candidates(SECTION_OF_CC),
    ),
    lookups=(
        STUDENT_OF_CC,
        SECTION_OF_CC,
    ),
    where=YEAR,
    arguments=("first_term", "last_term"),
    always=("sectionid", "dateenrolled", "dateleft"),
    dates=("dateenrolled", "dateleft"),
)
CONTACTS = Stream(
    "contacts",
    "Contacts",
    "PERSON",
    "ID",
    (
        *own("PERSON", "ID", "FIRSTNAME", "MIDDLENAME", "LASTNAME", "ISACTIVE"),
        StreamColumn("email", "EMAILADDRESS", "EMAILADDRESS", "mail"),
        StreamColumn("phone", "PHONENUMBER", "PHONENUMBER", "phone"),
    ),
    lookups=(
        replace(_EMAIL[0], local="ID"),
        _EMAIL[1],
        Lookup(
            "phone_assoc",
            "PERSONPHONENUMBERASSOC",
            "ID",
            "PERSONID",
            first_by="PERSONPHONENUMBERASSOCID",
            order=("PHONENUMBERPRIORITYORDER", "-ISPREFERRED"),
        ),
        Lookup("phone", "PHONENUMBER", "phone_assoc.PHONENUMBERID", "PHONENUMBERID"),
    ),
    exists=(Exists("STUDENTCONTACTASSOC", "PERSONID", "ID"),),
    always=("lastname",),
)
RELATIONSHIPS = Stream(
    "relationships",
    "Relationships",
    "STUDENTCONTACTASSOC",
    "STUDENTCONTACTASSOCID",
    (
        *own("STUDENTCONTACTASSOC", "STUDENTCONTACTASSOCID", "STUDENTDCID", "PERSONID"),
        StreamColumn("relation", "CODESET", "CODE", "relation"),
        StreamColumn("custodial", "STUDENTCONTACTDETAIL", "ISCUSTODIAL", "detail"),
        StreamColumn("emergency", "STUDENTCONTACTDETAIL", "ISEMERGENCY", "detail"),
        StreamColumn("lives_with", "STUDENTCONTACTDETAIL", "LIVESWITHFLG", "detail"),
        StreamColumn("school_pickup", "STUDENTCONTACTDETAIL", "SCHOOLPICKUPFLG", "detail"),
        StreamColumn("receives_mail", "STUDENTCONTACTDETAIL", "RECEIVESMAILFLG", "detail"),
        StreamColumn("detail_id", "STUDENTCONTACTDETAIL", "STUDENTCONTACTDETAILID", "detail"),
        StreamColumn("student_school", "STUDENTS", "SCHOOLID", "graduate"),
    ),
    lookups=(
        # A detail counts if it is active and its dates include today (docs/powerschool.md 19).
        Lookup(
            "detail",
            "STUDENTCONTACTDETAIL",
            "STUDENTCONTACTASSOCID",
            "STUDENTCONTACTASSOCID",
            first_by="STUDENTCONTACTDETAILID",
            where=(
                Condition("ISACTIVE", "=", "1"),
                Condition("STARTDATE", "<=", ":today", "date", or_null=True),
                Condition("ENDDATE", ">=", ":today", "date", or_null=True),
            ),
        ),
        Lookup(
            "relation",
            "CODESET",
            "detail.RELATIONSHIPTYPECODESETID",
            "CODESETID",
            otherwise="CURRRELTYPECODESETID",
        ),
        # Contacts stay for all former students. Only graduates are looked up: all others are read anyway.
        Lookup("graduate", "STUDENTS", "STUDENTDCID", "DCID", where=(Condition("SCHOOLID", "=", GRADUATES),)),
    ),
    arguments=("today",),
    always=("studentdcid", "personid", "detail_id"),
)
PORTAL_ACCOUNTS = Stream(
    "portal_accounts",
    "Portal accounts",
    "GUARDIANPERSONASSOC",
    "GUARDIANPERSONASSOCID",
    (
        *own("GUARDIANPERSONASSOC", "GUARDIANPERSONASSOCID", "PERSONID"),
        StreamColumn("enabled", "PCAS_ACCOUNT", "ISENABLED", "account"),
    ),
    # A query that selects GUARDIAN.GUARDIANID failed at a district (docs/powerschool.md 19), so it is only joined.
    lookups=(
        Lookup("guardian", "GUARDIAN", "GUARDIANID", "GUARDIANID"),
        Lookup(
            "account",
            "PCAS_ACCOUNT",
            "guardian.ACCOUNTIDENTIFIER",
            "PCAS_ACCOUNTTOKEN",
            first_by="PCAS_ACCOUNTID",
        ),
    ),
    always=("personid",),
)
"""People with a usable portal account; a separate query, because not every server lets a plugin ask for it."""
