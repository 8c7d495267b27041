"""SdsRows about people: users, their roles, demographics and flags."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from psconnect.destinations.file_rules import ACCOUNT_MISSING, SCHOOL_MISSING, VALUE_NOT_TAKEN
from psconnect.destinations.sds_csv import rules
from psconnect.destinations.sds_csv import vocabulary as words
from psconnect.destinations.snapshot import Roster
from psconnect.destinations.telling import CUSTOM_FIELD, Tell, custom_fields_of
from psconnect.model.entities import ADMIN, CONTACT, STUDENT, TEACHER, Entity

ACCOUNT_HOLDERS = (STUDENT, TEACHER, ADMIN)
"""Who has an account, in the order in which they are written; contacts have none."""
DEMOGRAPHIC_FORMS: Mapping[str, Callable[[str], str | None]] = {
    "sex": words.sex_of,
    "birthDate": words.iso_day,
    **dict.fromkeys(("birthCity", "birthState", "birthCountry"), words.as_it_is),
    "ethnicityCodes": words.ethnicity_of,
    "raceCodes": words.race_of,
}
ROLE_DATES = ("roleStartDate", "roleEndDate")
FLAG = "flag"
_USER_COLUMNS = frozenset({"activeDirectoryMatchId", "phone", "sms", *ROLE_DATES})
_Row = Sequence[str]


def account_of(settings: Mapping[str, Any]) -> Callable[[Entity, Mapping[str, str]], str]:
    """A function from a person to their Microsoft 365 account, as the settings say; empty where it is not known."""
    if settings["account"] == "email":
        return lambda _entity, person: person["email"]
    if settings["account"] == "username":
        return lambda _entity, person: person["username"]
    domain = settings["domain"].lstrip("@")
    of_students = settings["student_domain"].lstrip("@") or domain

    def at_domain(entity: Entity, person: Mapping[str, str]) -> str:
        name = person["username"]
        return name if "@" in name or not name else f"{name}@{of_students if entity is STUDENT else domain}"

    return at_domain


@dataclass
class SdsPeople:
    """The people of a roster as School Data Sync reads them.

    Attributes:
        roster: where they come from.
        settings: the destination's.
        sessions: school id -> the id of its school year.
        root: the id of the district, for people without a school.
        without_account: ids of those who are in no file, known once ``users`` has run through.
    """

    roster: Roster
    settings: Mapping[str, Any]
    sessions: Mapping[str, str]
    root: str
    tell: Tell
    without_account: set[str] = field(default_factory=set)

    def users(self) -> Iterator[_Row]:
        """SdsRows of users.csv."""
        account = account_of(self.settings)
        contact_fields = self._contact_fields()
        for entity in ACCOUNT_HOLDERS:
            for key, person in self._keyed(entity):
                name = account(entity, person)
                if not name.strip():
                    self.without_account.add(person["sourcedId"])
                    self.tell(ACCOUNT_MISSING, entity, key, "")
                    continue
                names = (person["sourcedId"], name, person["givenName"], person["familyName"])
                if not person["extra"]:
                    yield (*names, "", person["email"], "", "")
                    continue
                custom = custom_fields_of(person["extra"])
                self._without_column(entity, key, custom)
                numbers = (contact_fields(entity, key, one, custom.get(one, "")) for one in ("phone", "sms"))
                yield (*names, custom.get("activeDirectoryMatchId", ""), person["email"], *numbers)
        if self.settings["relationships"]:
            yield from self._contacts(contact_fields)

    def _contacts(self, number: Callable[[Entity, int, str, str], str]) -> Iterator[_Row]:
        for key, person in self._keyed(CONTACT):
            custom = custom_fields_of(person["extra"])
            self._without_column(CONTACT, key, custom)
            phone = number(CONTACT, key, "phone", person["phone"])
            names = (person["username"], person["givenName"], person["familyName"])
            yield (
                person["sourcedId"],
                *names,
                "",
                person["email"],
                phone,
                number(CONTACT, key, "sms", custom.get("sms", "")),
            )

    def roles(self) -> Iterator[_Row]:
        """SdsRows of roles.csv: one per person and school; the first school is the primary one."""
        kinds = {STUDENT: "student", TEACHER: "teacher", ADMIN: self.settings["staff_role"]}
        for entity, role in kinds.items():
            for key, person in self._delivered(entity):
                custom = custom_fields_of(person["extra"])
                dates = [self._taken(entity, key, one, words.iso_day, custom.get(one, "")) for one in ROLE_DATES]
                grade = self._grade(entity, key, person.get("grade", ""))
                for place, school in enumerate(self._schools(entity, key, person)):
                    session = self.sessions.get(school) or self.sessions.get(self.root, "")
                    yield (person["sourcedId"], school, role, session, grade, "false" if place else "true", *dates)

    def demographics(self) -> Iterator[_Row]:
        """SdsRows of demographics.csv, made of custom fields named like its columns."""
        for entity in ACCOUNT_HOLDERS:
            if not set(DEMOGRAPHIC_FORMS) & set(self.roster.labels(entity)):
                continue
            for key, person in self._delivered(entity):
                custom = custom_fields_of(person["extra"])
                values = [
                    self._taken(entity, key, one, form, custom.get(one, "")) for one, form in DEMOGRAPHIC_FORMS.items()
                ]
                if any(values):
                    yield (person["sourcedId"], *values)

    def flags(self) -> Iterator[_Row]:
        """SdsRows of userFlags.csv: of a custom field ``flag``, which lists them, and of those that set one."""
        for entity in ACCOUNT_HOLDERS:
            setting = {label: flag for label in self.roster.labels(entity) if (flag := flag_of(label))}
            if not setting and FLAG not in self.roster.labels(entity):
                continue
            for key, person in self._delivered(entity):
                custom = custom_fields_of(person["extra"])
                found = dict.fromkeys(one.strip() for one in custom.get(FLAG, "").split(",") if one.strip())
                for label, flag in setting.items():
                    state = words.is_set(flag, custom[label]) if custom.get(label) else False
                    if state is None:
                        self.tell(VALUE_NOT_TAKEN, entity, key, label)
                    elif state:
                        found[flag] = None
                for flag in found:
                    yield (person["sourcedId"], flag)

    def _keyed(self, entity: Entity) -> Iterator[tuple[int, dict[str, str]]]:
        names = entity.attributes
        for key, record in self.roster.keyed(entity):
            yield key, dict(zip(names, record, strict=True))

    def _delivered(self, entity: Entity) -> Iterator[tuple[int, dict[str, str]]]:
        """The people of users.csv."""
        return (one for one in self._keyed(entity) if one[1]["sourcedId"] not in self.without_account)

    def _schools(self, entity: Entity, key: int, person: Mapping[str, str]) -> list[str]:
        schools = list(dict.fromkeys(filter(None, person["schoolSourcedIds"].split(","))))
        if not schools:
            self.tell(SCHOOL_MISSING, entity, key, "")
        return schools or [self.root]

    def _grade(self, entity: Entity, key: int, grade: str) -> str:
        if not grade.strip():
            return ""
        known = words.grade_of(grade)
        if known is None:
            self.tell(rules.GRADE_UNKNOWN, entity, key, "")
        return known or "other"

    def _contact_fields(self) -> Callable[[Entity, int, str, str], str]:
        in_e164 = words.phone_of(self.settings["country_code"].lstrip("+") or "1")

        def number(entity: Entity, key: int, column: str, value: str) -> str:
            if not value.strip():
                return ""
            found = in_e164(value)
            if found is None:
                self.tell(rules.PHONE_NOT_SENT, entity, key, column)
            elif words.has_extension(value):
                self.tell(rules.PHONE_EXTENSION, entity, key, column)
            return found or ""

        return number

    def _taken(self, entity: Entity, key: int, column: str, form: Callable[[str], str | None], value: str) -> str:
        if not value.strip():
            return ""
        found = form(value)
        if found is None:
            self.tell(VALUE_NOT_TAKEN, entity, key, column)
        return found or ""

    def _without_column(self, entity: Entity, key: int, custom: Mapping[str, str]) -> None:
        for label in custom:
            if not self._has_column(entity, label):
                self.tell(CUSTOM_FIELD, entity, key, label)

    def _has_column(self, entity: Entity, label: str) -> bool:
        """Whether a custom field of that name is delivered for a person, with the files that are sent."""
        if entity is CONTACT:
            return label == "sms"
        if label in DEMOGRAPHIC_FORMS:
            return bool(self.settings["demographics"])
        if label == FLAG or flag_of(label):
            return bool(self.settings["user_flags"])
        return label in _USER_COLUMNS


def flag_of(label: str) -> str:
    """The flag that a custom field of this name sets; empty for none."""
    if label in words.FLAGS:
        return label
    return label.removeprefix(f"{FLAG}.") if label.startswith(f"{FLAG}.") else ""
