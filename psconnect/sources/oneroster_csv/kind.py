"""OneRoster CSV as a source kind: its settings, its fields and its bundle."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from psconnect.model.bad_setting import hint_at
from psconnect.model.connection import Connection
from psconnect.model.entities import Entity
from psconnect.model.errors import FixSettings, PsconnectError
from psconnect.model.findings import Finding
from psconnect.model.news import ReadBefore, SourceNews
from psconnect.model.sections import OptionSettings
from psconnect.model.setting_fields import FieldCheck, SecretField, SettingField
from psconnect.sources.kind import Offer, OfferedSchool, RoleUse, School, SourceContext, SourceField
from psconnect.sources.oneroster_csv.bundle import open_bundle, written_since
from psconnect.sources.oneroster_csv.columns import BUNDLE_FILES, FILE_OF, FURTHER, MADE, own_ids, row_attribute
from psconnect.sources.oneroster_csv.source import BundleSource
from psconnect.sources.wanted import Wanted
from psconnect.store.reading.kept_streams import KeptStreams
from psconnect.wording.catalogue import marked

_FOLDER = SettingField(
    "folder",
    marked("Folder"),
    marked("The folder with the OneRoster bundle, as a ZIP or as its files."),
    "folder",
    required=True,
    example="/srv/sis/oneroster",
)
_CHECK = FieldCheck("OneRoster CSV", "source", "PSC-SOURCE-SETTING")
_PERSON = {name: f"{{users.{name}}}" for name in ("username", "givenName", "familyName", "middleName", "identifier")}
_USER = {**_PERSON, "email": "{users.email}"}
_MAPPING: Mapping[str, Mapping[str, str]] = {
    "school": {"name": "{orgs.name}", "identifier": "{orgs.identifier}"},
    "calendar": {name: f"{{academicSessions.{name}}}" for name in ("title", "type", "startDate", "endDate")},
    "course": {"title": "{courses.title}", "courseCode": "{courses.courseCode}"},
    "class": {name: f"{{classes.{name}}}" for name in ("title", "classCode", "classType", "location", "periods")},
    "student": {**_USER, "stateId": "{users.stateId}", "grade": "{users.grades}"},
    "teacher": _USER,
    "admin": _USER,
    "contact": {**_USER, "phone": "{users.phone}"},
    "enrollment": {"beginDate": "{enrollments.beginDate}", "endDate": "{enrollments.endDate}"},
}

_ALWAYS = {
    "co_teachers": True,
    "co_teacher_classes": None,
    "enroll_status": None,
    "guest_students": None,
    "merge_terms": False,
    "section_move": "",
    "devices": None,
    "contact_module": True,
    "contact_fields": None,
    "contact_names": "",
    "district_name": "",
    "student_identifier": None,
}
"""Options that a bundle leaves no choice in, and what holds instead; another value is refused."""


@dataclass(frozen=True)
class BundleReads:
    """The folder that is read (see sources.kind.Reads)."""

    folder: str

    def fingerprint(self) -> list[object]:
        """The folder."""
        return [self.folder]


@dataclass(frozen=True)
class OneRosterFolder:
    """A folder with a bundle (see sources.kind.OpenSource)."""

    context: SourceContext
    wanted: Wanted
    reads: BundleReads

    def check(self) -> Iterator[Finding]:
        """Check that the bundle is complete by reading all files once."""
        try:
            with open_bundle(self.reads.folder) as bundle:
                rows = {name: sum(map(len, bundle.pages(name))) for name in BUNDLE_FILES}
                counted = ", ".join(f"{name}.csv {count:,}" for name, count in rows.items())
                yield Finding("bundle/whole", "ok", {"name": bundle.name, "rows": counted})
        except PsconnectError as error:
            yield Finding("bundle", "failed", error=error)

    def schools(self) -> list[School]:
        """The schools with a numeric identifier, by which a connection chooses them."""
        students: Counter[str] = Counter()
        found = []
        with open_bundle(self.reads.folder) as bundle:
            for page in bundle.pages("users"):
                users = (own_ids(row.c_orgSourcedIds)[:1] for row in page if row.c_role.casefold() == "student")
                students.update(school for schools in users for school in schools)
            for page in bundle.pages("orgs"):
                found += [row for row in page if row.c_type.casefold() == "school" and row.c_identifier.isdecimal()]
        schools = [School(int(row.c_identifier), row.c_name, students[row.c_sourcedId]) for row in found]
        return sorted(schools, key=lambda school: (school.name.casefold(), school.number))

    def source(self, *, next_year: bool = False, everything: bool = False) -> BundleSource:  # noqa: ARG002 - see KeptSource
        """The bundle; it has one school year, and its rows are always whole."""
        if next_year:
            raise FixSettings("PSC-BUNDLE-NEXT-YEAR", where="source.folder")
        return BundleSource(self.reads.folder, self.wanted, self.context.clock.now().astimezone().date())

    def news(self, before: ReadBefore) -> SourceNews:
        """Whether a file was written since an earlier reading began; a copy that kept an older time isn't noticed."""
        newer = written_since(self.reads.folder, before.started)
        return SourceNews("files", {"": newer} if newer else {})

    def close(self) -> None:
        """Nothing stays open."""


class KeptBundle(OneRosterFolder):
    """A bundle that is tried with other settings (see sources.kind.KeptSource). Its files are read anew each time."""

    def offer(self) -> Offer:
        """The schools; years, terms and courses are as the bundle has them."""
        return Offer(tuple(OfferedSchool(one.number, one.name, "", one.students) for one in self.schools()))

    def roles(self) -> tuple[RoleUse, ...]:
        """None: what a role means stands in the specification."""
        return ()

    def unread(self, entity: Entity) -> frozenset[str]:  # noqa: ARG002 - the contract's
        """None: files are read whole."""
        return frozenset()

    def kept_fields(self, entity: Entity) -> Mapping[str, str]:
        """The columns of the entity's file."""
        file = FILE_OF.get(entity.key, "")
        return {f"{file}.{column}": row_attribute(column) for column in BUNDLE_FILES.get(file, ())}


class OneRosterCsvKind:
    """OneRoster CSV (see sources.kind.SourceKind). Its ids are text and delivered unchanged."""

    key: str = "oneroster-csv"
    label: str = "OneRoster CSV"
    numbered: bool = False
    incremental: bool = False
    secrets: tuple[SecretField, ...] = ()
    mapping: Mapping[str, Mapping[str, str]] | None = _MAPPING
    birth_date: str = ""
    fixed: frozenset[str] = frozenset({*_ALWAYS, "compare", "portal"})

    def check_settings(self, connection: Connection) -> None:
        """Refuse settings that this kind doesn't have, and choices that only PowerSchool has."""
        own = connection.source.own
        _CHECK.known(own, (_FOLDER,), ())
        if own.get("folder", "") != "":
            _CHECK.value(_FOLDER, own["folder"])
        options = connection.options
        if connection.id_rules.numbers:
            raise FixSettings("PSC-SETTINGS-INVALID/powerschool-alone-oneroster", where="ids")
        for name, always in _ALWAYS.items():
            value = getattr(options, name)
            if value not in (always, getattr(OptionSettings(), name)):
                raise FixSettings("PSC-SETTINGS-INVALID/powerschool-alone-oneroster", where=f"options.{name}")

    def resolve(self, name: str, entity: str, where: str) -> str:
        """``file.column`` for a column as written, with or without its file."""
        file = FILE_OF.get(entity, "")
        column = name.partition(".")[2] if name.lower().startswith(f"{file.lower()}.") else name
        known = [one.name for one in self.fields(entity)]
        if file and re.fullmatch(rf"{re.escape(FURTHER)}[\w.-]+", column):
            return f"{file}.{column}"
        for one in known:
            if one.lower() == f"{file}.{column}".lower():
                return one
        raise FixSettings(
            "PSC-MAPPING-TEMPLATE/oneroster-column", where=where, name=name, hint=hint_at(f"{file}.{column}", known)
        )

    def unlisted(self, _name: str, _entity: str) -> str | None:
        """Always None: all columns are known, or the bundle's own."""

    def fields(self, entity: str) -> Sequence[SourceField]:
        """The columns of the entity's file."""
        file = FILE_OF.get(entity, "")
        columns = [SourceField(f"{file}.{column}", column) for column in BUNDLE_FILES.get(file, ())]
        made = [SourceField(f"{file}.{name}", meaning) for name, meaning in MADE.get(file, {}).items()]
        return [*columns, *made]

    def reads(self, wanted: Wanted) -> BundleReads:
        """The folder; raises FixSettings for choices a bundle can't support."""
        if wanted.options.parents == "portal":
            raise FixSettings("PSC-SETTINGS-INVALID/oneroster-bundle-tell", where="options.parents")
        return BundleReads(str(wanted.connection.source.own.get("folder", "")))

    def open(self, context: SourceContext, wanted: Wanted, reads: BundleReads) -> OneRosterFolder:
        """The folder."""
        _CHECK.value(_FOLDER, reads.folder)
        return OneRosterFolder(context, wanted, reads)

    def replay(
        self,
        context: SourceContext,
        wanted: Wanted,
        reads: BundleReads,
        kept: KeptStreams,  # noqa: ARG002 - see there
    ) -> KeptBundle:
        """The bundle again: its files are on this computer, so nothing has to be kept of them."""
        return KeptBundle(context, wanted, reads)
