"""What is read from PowerSchool: one declaration per stream of rows, from which everything else is made.

A stream is a table read in the order of its key, with columns of its own and columns looked up in other tables
(each lookup finds at most one row, so that it never multiplies rows). From this one declaration come the
PowerQuery in the plugin, the plugin's access list, the table reads of the fallback, and the typed record.
Table and column names are those of powerschool-api.md section 16.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from psconnect.model.connection import nearest
from psconnect.model.errors import FixSettings
from psconnect.powerschool.fields import is_extension
from psconnect.powerschool.stream import Column, Condition, Exists, Lookup, Stream


def _own(table: str, *fields: str) -> tuple[Column, ...]:
    return tuple(Column(name.lower(), table, name) for name in fields)


_YEAR = (
    Condition("TERMID", ">=", ":first_term", absolute=True),
    Condition("TERMID", "<=", ":last_term", absolute=True),
)
_EMAIL = (
    Lookup(
        "mail_assoc",
        "PERSONEMAILADDRESSASSOC",
        "PERSON_ID",
        "PERSONID",
        first_by="PERSONEMAILADDRESSASSOCID",
        where=(Condition("ISPRIMARYEMAILADDRESS", "=", "1"),),
    ),
    Lookup("mail", "EMAILADDRESS", "mail_assoc.EMAILADDRESSID", "EMAILADDRESSID"),
)

SCHOOLS = Stream(
    "schools",
    "Schools",
    "SCHOOLS",
    "DCID",
    _own("SCHOOLS", "DCID", "SCHOOL_NUMBER", "NAME", "LOW_GRADE", "HIGH_GRADE"),
    where=(Condition("SCHOOL_NUMBER", "<>", "999999"),),
    always=("school_number",),
)
TERMS = Stream(
    "terms",
    "Terms",
    "TERMS",
    "DCID",
    _own(
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
    always=("id", "schoolid", "yearid", "firstday", "lastday"),
    dates=("firstday", "lastday"),
)
CALENDAR_DAYS = Stream(
    "calendar_days",
    "Calendar days",
    "CALENDAR_DAY",
    "DCID",
    _own("CALENDAR_DAY", "DCID", "DATE_VALUE", "SCHOOLID", "INSESSION"),
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
    _own("COURSES", "DCID", "COURSE_NUMBER", "COURSE_NAME", "SCHOOLID"),
    always=("course_number",),
    extension_key="DCID",
    extension_column="COURSESDCID",
)
SECTIONS = Stream(
    "sections",
    "Sections",
    "SECTIONS",
    "DCID",
    (
        *_own(
            "SECTIONS",
            "DCID",
            "COURSE_NUMBER",
            "SECTION_NUMBER",
            "TERMID",
            "SCHOOLID",
            "EXPRESSION",
            "EXTERNAL_EXPRESSION",
            "ROOM",
        ),
        Column("course_name", "COURSES", "COURSE_NAME", "course"),
        Column("course_dcid", "COURSES", "DCID", "course"),
    ),
    lookups=(Lookup("course", "COURSES", "COURSE_NUMBER", "COURSE_NUMBER", first_by="DCID"),),
    where=_YEAR,
    arguments=("first_term", "last_term"),
    always=("termid", "schoolid"),
    extension_key="DCID",
    extension_column="SECTIONSDCID",
)
USERS = Stream(
    "users",
    "Staff",
    "USERS",
    "DCID",
    _own(
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
    always=("last_name",),
    extension_key="DCID",
    extension_column="USERSDCID",
)
SCHOOL_STAFF = Stream(
    "school_staff",
    "Staff positions",
    "SCHOOLSTAFF",
    "DCID",
    _own("SCHOOLSTAFF", "DCID", "USERS_DCID", "SCHOOLID", "STATUS", "STAFFSTATUS"),
    always=("users_dcid", "schoolid", "status"),
)
SECTION_TEACHERS = Stream(
    "section_teachers",
    "Teaching assignments",
    "SECTIONTEACHER",
    "ID",
    (
        *_own("SECTIONTEACHER", "ID", "START_DATE", "END_DATE"),
        Column("section_dcid", "SECTIONS", "DCID", "section"),
        Column("users_dcid", "SCHOOLSTAFF", "USERS_DCID", "staff"),
        Column("role_name", "ROLEDEF", "NAME", "role"),
    ),
    lookups=(
        Lookup("section", "SECTIONS", "SECTIONID", "ID"),
        Lookup("staff", "SCHOOLSTAFF", "TEACHERID", "ID"),
        Lookup("role", "ROLEDEF", "ROLEID", "ID"),
    ),
    exists=(Exists("SECTIONS", "ID", "SECTIONID", _YEAR),),
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
        *_own(
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
        Column("email", "EMAILADDRESS", "EMAILADDRESS", "mail"),
    ),
    lookups=_EMAIL,
    where=(Condition("SCHOOLID", "<>", "999999"),),
    always=("schoolid", "enroll_status", "last_name"),
    extension_key="DCID",
    extension_column="STUDENTSDCID",
)
ENROLLMENTS = Stream(
    "enrollments",
    "Enrollments",
    "CC",
    "DCID",
    (
        *_own("CC", "DCID", "SECTIONID", "DATEENROLLED", "DATELEFT"),
        Column("student_dcid", "STUDENTS", "DCID", "student"),
        Column("section_dcid", "SECTIONS", "DCID", "section"),
    ),
    lookups=(
        Lookup("student", "STUDENTS", "STUDENTID", "ID"),
        Lookup("section", "SECTIONS", "SECTIONID", "ID", absolute=True),
    ),
    where=_YEAR,
    arguments=("first_term", "last_term"),
    always=("sectionid", "dateenrolled"),
    dates=("dateenrolled", "dateleft"),
)
CONTACTS = Stream(
    "contacts",
    "Contacts",
    "PERSON",
    "ID",
    (
        *_own("PERSON", "ID", "FIRSTNAME", "MIDDLENAME", "LASTNAME"),
        Column("email", "EMAILADDRESS", "EMAILADDRESS", "mail"),
        Column("phone", "PHONENUMBER", "PHONENUMBER", "phone"),
    ),
    lookups=(
        replace(_EMAIL[0], local="ID"),
        _EMAIL[1],
        Lookup("phone_assoc", "PERSONPHONENUMBERASSOC", "ID", "PERSONID", first_by="PERSONPHONENUMBERASSOCID"),
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
        *_own("STUDENTCONTACTASSOC", "STUDENTCONTACTASSOCID", "STUDENTDCID", "PERSONID"),
        Column("relation", "CODESET", "CODE", "relation"),
        Column("custodial", "STUDENTCONTACTDETAIL", "ISCUSTODIAL", "detail"),
        Column("emergency", "STUDENTCONTACTDETAIL", "ISEMERGENCY", "detail"),
        Column("lives_with", "STUDENTCONTACTDETAIL", "LIVESWITHFLG", "detail"),
        Column("school_pickup", "STUDENTCONTACTDETAIL", "SCHOOLPICKUPFLG", "detail"),
        Column("receives_mail", "STUDENTCONTACTDETAIL", "RECEIVESMAILFLG", "detail"),
        Column("detail_id", "STUDENTCONTACTDETAIL", "STUDENTCONTACTDETAILID", "detail"),
    ),
    lookups=(
        Lookup("relation", "CODESET", "CURRRELTYPECODESETID", "CODESETID"),
        Lookup(
            "detail",
            "STUDENTCONTACTDETAIL",
            "STUDENTCONTACTASSOCID",
            "STUDENTCONTACTASSOCID",
            first_by="STUDENTCONTACTDETAILID",
            where=(Condition("ISACTIVE", "=", "1"),),
        ),
    ),
    always=("studentdcid", "personid", "detail_id"),
)

_WITH_ACCOUNTS = replace(
    CONTACTS,
    columns=(*CONTACTS.columns, Column("account", "GUARDIANPERSONASSOC", "GUARDIANID", "account")),
    lookups=(
        *CONTACTS.lookups,
        Lookup("account", "GUARDIANPERSONASSOC", "ID", "PERSONID", first_by="GUARDIANPERSONASSOCID"),
    ),
)
"""Contacts with the portal account that belongs to them, if there is one (powerschool-api.md 16.7)."""

_ALWAYS = (
    SCHOOLS,
    TERMS,
    CALENDAR_DAYS,
    COURSES,
    SECTIONS,
    USERS,
    SCHOOL_STAFF,
    SECTION_TEACHERS,
    STUDENTS,
    ENROLLMENTS,
)
MAPPED_STREAMS = {
    "school": SCHOOLS.name,
    "calendar": TERMS.name,
    "course": COURSES.name,
    "class": SECTIONS.name,
    "student": STUDENTS.name,
    "teacher": USERS.name,
    "admin": USERS.name,
    "contact": CONTACTS.name,
    "relationship": RELATIONSHIPS.name,
    "enrollment": ENROLLMENTS.name,
}
"""The stream whose fields an entity's mapping may use."""


@dataclass(frozen=True)
class StreamSet:
    """The streams of one connection, by name: the choices and the mapped fields decide, so access stays the least."""

    by_name: dict[str, Stream] = field(default_factory=dict)
    mapped: Mapping[str, Iterable[str]] = field(default_factory=dict)
    whole_names: tuple[str, ...] = ()

    def for_entity(self, entity: str) -> Stream:
        """The stream whose fields that entity's mapping uses; KeyError where the choices leave it out."""
        return self.by_name[(_NAMED_STREAMS if self.whole_names else {}).get(entity, MAPPED_STREAMS[entity])]

    def grants(self) -> list[tuple[str, str]]:
        """Every (TABLE, FIELD) the plugin asks for, sorted."""
        return sorted(set().union(*(stream.grants() for stream in self.by_name.values())))


_NAMED_STREAMS = {"contact": "contact_names", "relationship": "contact_links"}


def _of_names(name: str, label: str, fields: Iterable[str]) -> Stream:
    """A stream of the students' fields that hold a contact's whole name; PowerSchool's contact module is not asked."""
    columns = _own("STUDENTS", "DCID", *(full_name.upper().partition(".")[2] for full_name in fields))
    return Stream(name, label, "STUDENTS", "DCID", columns, where=STUDENTS.where)


def streams_for(
    *,
    contacts: bool,
    fields: Mapping[str, Iterable[str]],
    portal: bool = False,
    admins: bool = True,
    whole_names: tuple[str, ...] = (),
) -> StreamSet:
    """The streams a connection needs.

    ``contacts`` says whether contacts and relationships are read, ``portal`` whether it matters who of them has a
    portal account, ``admins`` whether staff without a class is delivered; ``whole_names`` are the fields of the
    students that hold contacts' whole names, where PowerSchool's contact module is not used. ``fields`` gives, per
    entity key, the ``Table.Field`` names its mapping uses: those not read anyway are added to the entity's stream.
    Raises FixSettings for a field of a table that the entity's stream has no way to.
    """
    chosen = {stream.name: stream for stream in _ALWAYS}
    if contacts and whole_names:
        for entity, label in (("contact", "Contacts’ names"), ("relationship", "Contacts’ students")):
            stream = _of_names(_NAMED_STREAMS[entity], label, whole_names)
            chosen[stream.name] = stream
    elif contacts:
        chosen |= {CONTACTS.name: _WITH_ACCOUNTS if portal else CONTACTS, RELATIONSHIPS.name: RELATIONSHIPS}
    if not admins:
        chosen[USERS.name] = replace(USERS, columns=tuple(c for c in USERS.columns if c.field != "LOGINID"))
        fields = {entity: names for entity, names in fields.items() if entity != "admin"}
    for entity, names in fields.items():
        name = MAPPED_STREAMS[entity]
        if name in chosen:
            chosen[name] = _with_fields(chosen[name], entity, sorted(set(names)))
    mapped = {entity: sorted(set(names)) for entity, names in fields.items()}
    return StreamSet(chosen, mapped, whole_names if contacts else ())


def _with_fields(stream: Stream, entity: str, names: list[str]) -> Stream:
    for full_name in names:
        if any(column.full_name == full_name.lower() for column in stream.columns):
            continue
        table, _, field_name = full_name.upper().partition(".")
        if table == stream.table:
            stream = replace(stream, columns=(*stream.columns, Column(_free(stream, field_name), table, field_name)))
        elif found := [lookup.alias for lookup in stream.lookups if lookup.table == table]:
            column = Column(_free(stream, f"{found[0]}_{field_name}"), table, field_name, found[0])
            stream = replace(stream, columns=(*stream.columns, column))
        elif stream.extension_key and is_extension(table):
            alias = table.lower()
            if all(lookup.alias != alias for lookup in stream.lookups):
                link = Lookup(alias, table, stream.extension_key, stream.extension_column)
                stream = replace(stream, lookups=(*stream.lookups, link))
            column = Column(_free(stream, f"{alias}_{field_name}"), table, field_name, alias)
            stream = replace(stream, columns=(*stream.columns, column))
        else:
            raise FixSettings(
                "PSC-MAPPING-FIELD",
                "A mapped field can't be read",
                f"The field {full_name} is used for {entity}, but its table does not belong to {stream.label.lower()}.",
                nearest(full_name, [f"{c.table}.{c.field}".title() for c in stream.columns]),
                where=f"mapping.{entity}",
            )
    return stream


def _free(stream: Stream, name: str) -> str:
    name, taken = name.lower(), {column.name for column in stream.columns}
    while name in taken:
        name += "_"
    return name
