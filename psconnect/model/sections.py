"""The sections of a connection file that are about source, options and safety, as typed settings without a secret."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import msgspec

from psconnect.model.ids import Prefix

RoleKind = Literal["lead", "co-teacher", "neither"]
"""What a role in a class means ([roles] in the connection file)."""
Requirement = Literal["report", "skip", "off"]
"""What becomes of a record that lacks an attribute: delivered without it and reported, left out, or simply delivered
without it. ``off`` takes a preset's requirement back."""


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A table of the connection file."""


PieceName = Literal[
    "roledef",
    "sectionteacher",
    "calendar_day",
    "loginid",
    "student_web_id",
    "emailaddress",
    "phonenumber",
    "guardianpersonassoc",
    "contacts",
]
"""What a connection can go without where PowerSchool refuses it (powerschool.pieces)."""


POWERSCHOOL = "powerschool"
"""The kind of source whose settings the model knows."""


class SourceSettings(_Section, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where records are read.

    Attributes:
        kind: of the source; ``powerschool`` is the native API.
        url: scheme and host of the PowerSchool server, without a path.
        client_id: from the plugin's Data Provider Configuration page.
        ca_file: PEM file with the certificate authority of a privately signed server; added to the system's own.
        read: ``auto`` reads by the plugin's queries and falls back to tables, then to the v1
            interface; ``queries``, ``tables`` and ``v1`` insist.
        compare: ``bulk`` reads everything in every run; ``incremental`` asks the server what changed and reads that,
            and everything once a week. None means: as the preset says.
        without: what is not asked for, because this PowerSchool refuses it.
        own: the settings of another kind, which that kind declares; they stand in [source] like the others.
    """

    kind: str = POWERSCHOOL
    url: str = ""
    client_id: str = ""
    ca_file: str = ""
    read: Literal["auto", "queries", "tables", "v1"] = "auto"
    compare: Literal["bulk", "incremental"] | None = None
    without: list[PieceName] = msgspec.field(default_factory=list)
    own: dict[str, Any] = msgspec.field(default_factory=dict)


_VERSION = r"^(\d+(\.\d+)*)?$"


class BuiltPlugin(_Section, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The plugin that was built last; psconnect writes this section itself.

    Attributes:
        version: its version; empty if none was built yet.
        content: a digest of everything in it but the version: a plugin with the same content keeps its version.
        file: whether it is the whole package or the lone plugin.xml.
        access: the fields it may view per table, separated by spaces.
    """

    version: Annotated[str, msgspec.Meta(pattern=_VERSION, max_length=20, description="digits and dots")] = ""
    content: str = ""
    file: Literal["zip", "xml"] = "zip"
    access: dict[str, str] = msgspec.field(default_factory=dict)

    def may_view(self, table: str, field: str) -> bool:
        """Whether it asks for a field; both in upper case."""
        return field in self.access.get(table, "").split()


_NAME_FIELDS = {"Mother": "Students.Mother", "Father": "Students.Father"}


class OptionSettings(_Section, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Choices that change what is read. None means: as the preset says.

    Attributes:
        co_teachers: whether co-teachers are delivered as teachers of their classes.
        co_teacher_classes: how many classes a co-teacher has at most; None for no limit.
        parents: ``none``, the contacts with a ``portal`` account, or ``all`` contacts of the students.
        admins: whether active staff without a class are delivered.
        enroll_status: values of Students.Enroll_Status that count as active.
        guest_students: what becomes of students whose school is not chosen and who are in a class of a chosen one:
            ``leave-out`` or ``bring-in``.
        merge_terms: whether terms with the same title and dates become one, and each tells its dates in its title.
        only_taught_classes: whether a class without a teacher is left out.
        only_used_courses: whether a course without a class is left out.
        section_move: ``Table.Field`` of the sections that says where a class is delivered instead: ``new_course`` or
            ``new_course.new_section``; empty for none.
        devices: what students work on. ``chromebooks``: nobody is left out for want of a user name, which is the
            e-mail, else Student_Web_ID, else a number; anything else: Student_Web_ID is the user name, and who has
            none is left out.
        contact_module: whether contacts come from PowerSchool's contact module; otherwise from fields of the student
            that hold a whole name each.
        contact_fields: those fields, per relationship: ``Mother`` -> ``Students.Mother``. None: mother and father.
        contact_names: how a whole name is split (roster.whole_names); empty for the usual ways.
        district_name: name of the district as an organisation at the destination.
        id_prefix: stands in front of every id, so that two PowerSchool servers can share a destination.
        username_prefix: stands in front of every user name; course_prefix in front of every course number.
        student_identifier: which number people see as a student's: ``dcid``, ``id`` or ``number``; a mapping of the
            attribute ``identifier`` goes before it. None: as the preset says.
    """

    co_teachers: bool | None = None
    co_teacher_classes: Annotated[int, msgspec.Meta(ge=1, le=1000)] | None = None
    parents: Literal["none", "portal", "all"] | None = None
    admins: bool | None = None
    enroll_status: Annotated[list[int], msgspec.Meta(min_length=1)] | None = None
    guest_students: Literal["leave-out", "bring-in"] | None = None
    merge_terms: bool | None = None
    only_taught_classes: bool | None = None
    only_used_courses: bool | None = None
    section_move: Annotated[str, msgspec.Meta(pattern=r"^(\w+\.\w+)?$", description="a field, as Table.Field")] = ""
    devices: Literal["chromebooks", "other", "mix"] | None = None
    contact_module: bool = True
    contact_fields: dict[str, str] | None = None
    contact_names: str = ""
    district_name: str = ""
    id_prefix: Prefix = ""
    username_prefix: Prefix = ""
    course_prefix: Prefix = ""
    student_identifier: Literal["dcid", "id", "number"] | None = None

    @property
    def name_fields(self) -> dict[str, str]:
        """The fields with whole names, per relationship."""
        return dict(_NAME_FIELDS) if self.contact_fields is None else self.contact_fields


class EntityThresholds(_Section, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Limits of one entity, each like ``3% and 25, or 500``, or ``off``; None means the built-in one.

    Attributes:
        create, update, remove: changes of a run, per district and per school; for terms ``update`` counts those whose
            dates move by more than 14 days, and ``remove`` those in use.
        identity: records that get another id, username, number or email.
        rejected: records that can't be used, out of those read, beyond those of the last delivery; five times its
            percentage stops the run.
        role: teachers who become other staff, or the other way round; for ``teacher`` and ``admin`` only.
        remove_per_class: enrollments removed from one class; for ``enrollment`` only.
    """

    create: str | None = None
    update: str | None = None
    remove: str | None = None
    identity: str | None = None
    rejected: str | None = None
    role: str | None = None
    remove_per_class: str | None = None


class Freeze(_Section, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename={"first": "from"}):
    """A season in which every delivery is looked at first; both days belong to it. ``from`` in files."""

    first: date
    until: date


class SafetySettings(_Section, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a run is held for, and what it may do at all.

    Attributes:
        preview: ``always``; ``first``: the first run and any run after a change of ids, filters, schools, terms or
            destination; ``never``. Limits and completeness hold a run all the same.
        thresholds: per entity key.
        freeze: seasons in which every run waits for an approval.
        additions_only: only new records are delivered; what is not applied is counted and said.
    """

    preview: Literal["always", "first", "never"] = "first"
    thresholds: dict[str, EntityThresholds] = msgspec.field(default_factory=dict)
    freeze: list[Freeze] = msgspec.field(default_factory=list)
    additions_only: bool = False
