"""The ids under which records are delivered: prefix, the number they are made of, and ids adopted from elsewhere.

By default an id is made from the record's key (``Entity.sourced_id``). A connection can
choose another number of PowerSchool instead, put a prefix in front of all ids, and take over the ids that records have
at the destination already (aliases). Only ``Ids`` gives ids, so that records, references, plan and delivery agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Literal

import msgspec

from psconnect.model.entities import ADMIN, DISTRICT_KEY, ENROLLMENT, SCHOOL, TEACHER, Entity

LONGEST_ID = 255
"""The longest id that systems accept, in characters."""
_FORBIDDEN = frozenset(',"\\')
"""Characters that an id can't have: the comma separates ids in a list, and systems trip over quotes and backslashes."""

_ALLOWED = "letters, digits and . _ : ~ -"
Prefix = Annotated[str, msgspec.Meta(max_length=30, pattern=r"^[A-Za-z0-9._:~-]*$", description=_ALLOWED)]
"""A prefix: letters, digits and a few signs that are safe in lists, file names and addresses."""


class IdSettings(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename={"class_": "class"}
):
    """Which of PowerSchool's numbers becomes the id ([ids] in the connection file).

    Attributes:
        student: ``dcid`` (Students.DCID), ``id`` (Students.ID) or ``number`` (Students.Student_Number).
        staff: ``dcid`` (Users.DCID) or ``number`` (Users.TeacherNumber).
        school: ``dcid`` (Schools.DCID) or ``number`` (Schools.School_Number).
        course: ``dcid`` (Courses.DCID) or ``number`` (Courses.Course_Number).
        class_: ``dcid`` (Sections.DCID) or ``id`` (Sections.ID).
    """

    student: Literal["dcid", "id", "number"] = "dcid"
    staff: Literal["dcid", "number"] = "dcid"
    school: Literal["dcid", "number"] = "dcid"
    course: Literal["dcid", "number"] = "dcid"
    class_: Literal["dcid", "id"] = "dcid"


FIELDS: Mapping[tuple[str, str], str] = {
    ("student", "id"): "Students.ID",
    ("student", "number"): "Students.Student_Number",
    ("staff", "number"): "Users.TeacherNumber",
    ("school", "number"): "Schools.School_Number",
    ("course", "number"): "Courses.Course_Number",
    ("class", "id"): "Sections.ID",
}
"""The choices besides the DCID, and the field that holds each (docs/powerschool.md 16)."""


def kind_of(entity: Entity) -> str:
    """The kind under which an entity's ids are chosen and remembered: teachers and other staff are one kind."""
    return "staff" if entity in (TEACHER, ADMIN) else entity.key


@dataclass(frozen=True)
class IdRules:
    """How ids are made.

    Attributes:
        prefix: precedes every id.
        numbers: kind (see ``kind_of``) -> ``id`` or ``number``, without the kinds that use the DCID.
    """

    prefix: str = ""
    numbers: Mapping[str, str] = field(default_factory=dict)

    @property
    def plain(self) -> bool:
        """Whether these are the default rules."""
        return not self.prefix and not self.numbers

    @property
    def mark(self) -> str:
        """A text that identifies these rules, like ``#AB-|student=number``; empty for the default."""
        if self.plain:
            return ""
        return f"#{self.prefix}|" + ",".join(f"{kind}={choice}" for kind, choice in sorted(self.numbers.items()))

    def field_of(self, entity: Entity) -> str:
        """The ``Table.Field`` that the entity's ids are made of; empty if that is the key."""
        choice = self.numbers.get(kind_of(entity), "")
        return FIELDS[kind_of(entity), choice] if choice else ""

    def make(self, entity: Entity, key: int, number: str = "") -> str:
        """The id of a record with this key and number; empty if the number can't be an id."""
        if kind_of(entity) not in self.numbers or (entity is SCHOOL and key == DISTRICT_KEY):
            return self.prefix + entity.sourced_id(key)
        made = f"{self.prefix}{entity.prefix}{number.strip()}"
        return made if number.strip() and is_fit(made) else ""


def id_rules_of(prefix: str, settings: IdSettings) -> IdRules:
    """The rules from a connection's settings."""
    choices = msgspec.to_builtins(settings)
    return IdRules(prefix, {kind: choice for kind, choice in choices.items() if choice != "dcid"})


def split_mark(text: str) -> tuple[str, str, str]:
    """The parts of a run's fingerprint of rules: all other rules, the mark of the id rules, and that of aliases."""
    rest, at, taken = text.partition("@")
    others, sign, made = rest.partition("#")
    return others, sign + made, at + taken


def rules_of_mark(mark: str) -> IdRules:
    """The rules that a mark identifies."""
    prefix, _, choices = mark.removeprefix("#").partition("|")
    return IdRules(prefix, dict(one.split("=") for one in choices.split(",") if one))


def is_fit(text: str) -> bool:
    """Whether a text can be an id: printable, not too long, without surrounding blanks, commas, quotes, backslashes."""
    return 0 < len(text) <= LONGEST_ID and text == text.strip() and text.isprintable() and _FORBIDDEN.isdisjoint(text)


class Ids:
    """Gives ids. Numbers noted while records are read are used for the records that refer to them."""

    def __init__(self, rules: IdRules | None = None, known: Mapping[str, Mapping[int, str]] | None = None) -> None:
        """``known``: kind -> key -> id of records whose id is settled; it takes precedence over the rules."""
        self.rules = rules or IdRules()
        self._known = {kind: dict(ids) for kind, ids in (known or {}).items() if ids}
        self._learned: dict[str, dict[int, str]] = {kind: {} for kind in self.rules.numbers}

    def of(self, entity: Entity, key: int) -> str:
        """The id of a record; empty if its number was not read or can't be an id."""
        kind = kind_of(entity)
        known = self._known.get(kind)
        if known and key in known:
            return known[key]
        if kind in self._learned and not (entity is SCHOOL and key == DISTRICT_KEY):
            return self._learned[kind].get(key, "")
        return self.rules.prefix + entity.sourced_id(key)

    def learn(self, entity: Entity, key: int, number: str) -> None:
        """Note the number that was read for a record's id."""
        self._learned[kind_of(entity)][key] = self.rules.make(entity, key, number)

    @property
    def signature(self) -> list[object]:
        """A text that changes with these ids, as far as they are settled before anything is read."""
        return [self.rules.mark, sorted((kind, sorted(ids.items())) for kind, ids in self._known.items())]

    def must_be_learned(self, entity: Entity) -> bool:
        """Whether the entity's records have to be read before others can refer to them."""
        return kind_of(entity) in self._learned

    def by_key(self, entity: Entity) -> Callable[[int], str]:
        """``of`` for one entity, for speed."""
        kind = kind_of(entity)
        if self._known.get(kind) or kind in self._learned or entity in (SCHOOL, ENROLLMENT):
            return partial(self.of, entity)
        prefix = self.rules.prefix + entity.prefix
        return lambda key: f"{prefix}{key}"

    def learned(self, entity: Entity) -> list[tuple[int, str]]:
        """Key and id of the entity's records whose numbers were read so far; none where ids are made of keys."""
        return sorted(self._learned.get(kind_of(entity), {}).items())

    def by_own_id(self, entity: Entity) -> Callable[[str, int], str]:
        """A function from own id and key to the delivered id, for a source whose own ids are delivered as they are."""
        known, prefix = self._known.get(kind_of(entity), {}), self.rules.prefix
        return lambda own_id, key: known.get(key) or prefix + own_id

    def by_text(self, entity: Entity) -> Callable[[str], str]:
        """A function from a record's key, as the text of a positive number, to its id, for speed."""
        kind = kind_of(entity)
        if self._known.get(kind) or kind in self._learned:
            return lambda key: self.of(entity, int(key)) if key else ""
        prefix = self.rules.prefix + entity.prefix
        if not prefix:
            return str
        return lambda key: prefix + key if key else ""
