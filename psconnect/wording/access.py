"""Why a plugin asks to view a field: in groups, and field by field, as a person who has to allow it would ask."""

from __future__ import annotations

from dataclasses import dataclass

from psconnect.model.access import AccessField, FieldUse, PluginGap
from psconnect.wording.catalogue import counted, marked, tr, translated
from psconnect.wording.records import entity_label, listed, records_label


@dataclass(frozen=True)
class _Group:
    """A group of fields: its heading, and what it is for."""

    heading: str
    purpose: str


_GROUPS = {
    "students": _Group(marked("Students"), marked("Who they are, their school and grade")),
    "student-email": _Group(marked("E-mail"), marked("The e-mail address of a student or contact")),
    "staff": _Group(marked("Staff"), marked("Names, e-mail, where they work")),
    "teaching": _Group(marked("Who teaches"), marked("Teachers and co-teachers of a class, with dates")),
    "schools": _Group(marked("Schools and terms"), marked("Which school, which dates")),
    "courses": _Group(marked("Courses and classes"), marked("Names, numbers and rooms")),
    "enrollments": _Group(marked("Enrollments"), marked("Who sits in which class")),
    "contacts": _Group(marked("Parents and other contacts"), marked("Names, phone, relationship to the student")),
    "accounts": _Group(marked("Portal accounts"), marked("Which contacts have an account")),
}

_PURPOSES = {
    "CALENDAR_DAY.DATE_VALUE": marked("The last school day of a term"),
    "CALENDAR_DAY.INSESSION": marked("Only days with school count"),
    "CC.SECTIONID": marked("The class; a minus sign tells that the student dropped it"),
    "CC.TERMID": marked("Only this school year is read"),
    "COURSES.SCHOOLID": marked("Which school’s course it is, if two have the same number"),
    "GUARDIAN.ACCOUNTIDENTIFIER": marked("Leads from the contact to the portal account"),
    "PCAS_ACCOUNT.ISENABLED": marked("Only contacts whose account can be used are delivered"),
    "PERSON.ISACTIVE": marked("Only active contacts are delivered"),
    "PERSONEMAILADDRESSASSOC.EMAILADDRESSPRIORITYORDER": marked("Which of several e-mail addresses comes first"),
    "PERSONEMAILADDRESSASSOC.ISPRIMARYEMAILADDRESS": marked("Which of several e-mail addresses is the main one"),
    "PERSONPHONENUMBERASSOC.ISPREFERRED": marked("Which of several phone numbers is preferred"),
    "PERSONPHONENUMBERASSOC.PHONENUMBERPRIORITYORDER": marked("Which of several phone numbers comes first"),
    "ROLEDEF.NAME": marked("Tells a lead teacher from a co-teacher"),
    "ROLEDEF.ROLEKEY": marked("Tells a lead teacher from a co-teacher"),
    "SCHOOLS.HIGH_GRADE": marked("The grades of a school"),
    "SCHOOLS.LOW_GRADE": marked("The grades of a school"),
    "SCHOOLSTAFF.SCHOOLID": marked("Where a member of staff works"),
    "SCHOOLSTAFF.STAFFSTATUS": marked("Whether it is a teacher or other staff"),
    "SCHOOLSTAFF.STATUS": marked("Only current staff is delivered"),
    "SECTIONS.EXTERNAL_EXPRESSION": marked("When a class meets, as people see it"),
    "SECTIONS.TEACHER": marked("The lead teacher of a class"),
    "SECTIONTEACHER.END_DATE": marked("Whether somebody still teaches the class"),
    "SECTIONTEACHER.ROLEID": marked("Lead teacher or co-teacher"),
    "SECTIONTEACHER.START_DATE": marked("Whether somebody teaches the class already"),
    "STUDENTCONTACTDETAIL.ENDDATE": marked("Only contacts of today are delivered"),
    "STUDENTCONTACTDETAIL.ISACTIVE": marked("Only active contacts are delivered"),
    "STUDENTCONTACTDETAIL.STARTDATE": marked("Only contacts of today are delivered"),
    "STUDENTS.ENROLL_STATUS": marked("Only active students are delivered"),
    "STUDENTS.SCHOOLID": marked("The student’s school; only chosen schools are delivered"),
    "TERMS.ABBREVIATION": marked("The short name of a term"),
    "TERMS.ISYEARREC": marked("Tells the school year from its terms"),
    "TERMS.YEARID": marked("Only this school year is read"),
    "USERS.HOMESCHOOLID": marked("The main school of a member of staff"),
}
"""What a field is read for that no setting names; any other one joins tables, or tells rows apart."""

_OWN_NUMBER = marked("Tells rows apart; not delivered")
_JOINS = marked("Joins tables; not delivered")
_NUMBERS = ("DCID", "ID")


def access_heading(group: str) -> str:
    """The heading of a group of fields."""
    return translated(_GROUPS[group].heading)


def access_purpose(group: str) -> str:
    """What a group of fields is for, in a few words."""
    return translated(_GROUPS[group].purpose)


def access_reason(field: AccessField) -> str:
    """What a field is asked for, and which choice brought it."""
    uses = [_use(use) for use in field.uses]
    if uses:
        return tr("; ").join(dict.fromkeys(uses))
    known = _PURPOSES.get(f"{field.table}.{field.field}")
    if known:
        return translated(known)
    return translated(_OWN_NUMBER if field.field in _NUMBERS else _JOINS)


def _use(use: FieldUse) -> str:
    of = records_label(use.entity)
    if use.why == "attribute":
        return tr("{entity}: {attribute}", entity=entity_label(use.entity), attribute=use.name)
    if use.why == "custom":
        return tr("Your own field “{label}” of {entity}", label=use.name, entity=of)
    if use.why == "filter":
        return tr("A filter rule for {entity} looks at it", entity=of)
    if use.why == "number":
        return tr("The ids of {entity} are made of it", entity=of)
    if use.why == "move":
        return tr("Says where a class is delivered instead")
    return tr("The name of a contact")


_NAMED = 6
"""How many missing fields are named; of more, the first ones."""


def plugin_upgrade(gap: PluginGap) -> str:
    """What a newer plugin is needed for, and how it is installed over the old one."""
    return tr(
        "{why} Save the newer one and install it over the old one; then tick Enable again and confirm the list of "
        "fields. ID and secret stay. Do not delete the old one.",
        why=_why_newer(gap),
    )


def _why_newer(gap: PluginGap) -> str:
    names = [one.name for one in gap.missing]
    if names:
        return counted(
            len(names),
            "Your choices need 1 field that the plugin you saved lacks: {names}.",
            "Your choices need {count} fields that the plugin you saved lacks: {names}.",
            names=listed(names) if len(names) <= _NAMED else tr("{names}, …", names=", ".join(names[:_NAMED])),
        )
    if gap.spare:
        return counted(
            len(gap.spare),
            "The plugin you saved asks for 1 field that your choices no longer need.",
            "The plugin you saved asks for {count} fields that your choices no longer need.",
        )
    return tr("The plugin you saved reads in another way than your choices need.")
