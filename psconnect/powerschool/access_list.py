"""What a connection's plugin asks to view, field by field, with what each is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from psconnect.model.access import AccessField, AccessList, FieldUse, PluginGap
from psconnect.model.sections import BuiltPlugin
from psconnect.powerschool import streams as s
from psconnect.powerschool.fields import listed_field
from psconnect.powerschool.streams import StreamSet

_TABLES = {
    "students": ("STUDENTS",),
    "student-email": ("PERSONEMAILADDRESSASSOC", "EMAILADDRESS"),
    "staff": ("USERS", "SCHOOLSTAFF"),
    "teaching": ("SECTIONTEACHER", "ROLEDEF"),
    "schools": ("SCHOOLS", "TERMS", "CALENDAR_DAY"),
    "courses": ("COURSES", "SECTIONS"),
    "enrollments": ("CC",),
    "contacts": (
        "PERSON",
        "PERSONPHONENUMBERASSOC",
        "PHONENUMBER",
        "STUDENTCONTACTASSOC",
        "STUDENTCONTACTDETAIL",
        "CODESET",
    ),
    "accounts": ("GUARDIANPERSONASSOC", "GUARDIAN", "PCAS_ACCOUNT", "PCAS_EMAILCONTACT"),
}
"""The tables of each group, in the order in which people read them."""
_GROUP_OF = {table: group for group, tables in _TABLES.items() for table in tables}
_EXTENDING = {s.STUDENTS.name: "students", s.USERS.name: "staff", s.COURSES.name: "courses", s.SECTIONS.name: "courses"}
"""The groups of extension tables, by the stream that reads them."""
_LEFT_OUT = ("teaching", "contacts", "accounts")
"""The groups that choices can leave out."""

Uses = Mapping[str, Iterable[FieldUse]]
"""What ``Table.Field`` names, in any case, are used for."""


def access_list(streams: StreamSet, uses: Uses) -> AccessList:
    """What reading these streams takes; ``uses`` are those of the connection's settings."""
    known = {name.upper(): tuple(dict.fromkeys(some)) for name, some in uses.items()}
    written = {name.upper(): name for name in uses}
    extending = {table: name for name, stream in streams.by_name.items() for table, _field in stream.grants()}
    found = []
    for table, field in streams.grants():
        full, listed = f"{table}.{field}", listed_field(table, field)
        name = listed.full_name if listed else written.get(full, full)
        group = _GROUP_OF.get(table) or _EXTENDING.get(extending[table], "students")
        if (table, field) == ("STUDENTS", "PERSON_ID"):
            group = "student-email"
        meaning = listed.meaning if listed else ""
        found.append(AccessField(table, field, name, group, meaning, known.get(full, ())))
    groups = list(_TABLES)
    found.sort(key=lambda one: (groups.index(one.group), one.name.casefold()))
    present = {one.group for one in found}
    return AccessList(tuple(found), tuple(group for group in _LEFT_OUT if group not in present))


def plugin_gap(needed: AccessList, content: str, built: BuiltPlugin) -> PluginGap:
    """How the plugin built last differs from one that asks for ``needed`` and has the digest ``content``."""
    missing = tuple(one for one in needed.fields if not built.may_view(one.table, one.field))
    wanted = {(one.table, one.field) for one in needed.fields}
    has = [(table, field) for table, fields in built.access.items() for field in fields.split()]
    spare = tuple(f"{table}.{field}" for table, field in sorted(has) if (table, field) not in wanted)
    return PluginGap(built.version, missing if built.version else (), spare, built.content == content)
