"""The entities of a roster: their attributes, what they refer to, and how their ids are built.

An entity record is (entity, key, attributes as text). ``key`` is a whole number that PowerSchool never
changes during the life of the person or thing (the DCID, if the table has one); ledger, plan and staging
compare by it. ``sourcedId``, the first attribute, is the id that is delivered.

Teachers' enrollments come from SectionTeacher, students' from CC: two tables that number their rows
independently. So that both fit into one entity, the key of a teacher's enrollment is its row number, negated.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

DISTRICT_KEY = 0
"""The key of the district itself among the schools: PowerSchool's school number 0 (docs/powerschool.md 16.4)."""

EXTRA = "extra"
SIGN_IN_TYPE = "signInType"
"""The label of a person's sign-in type in ``extra``: psconnect gives it once, and it stays."""
SIGN_IN_BY_HAND = "signInTypeSetByHand"
"""The label in ``extra`` that says that a sign-in type was set by hand; only where the destination needs to know."""
LONGEST = 4_000
"""The longest accepted value, in characters: more than fits into a plain field of PowerSchool (Oracle's VARCHAR2)."""


@dataclass(frozen=True)
class Reference:
    """A reference to another record, without which the record can't be delivered.

    Attributes:
        column: the staged column that holds the other record's key (NULL if there is none).
        entity: the entity it points to.
        attribute: the attribute that holds the other record's ``sourcedId``; of a list, it is the first one.
    """

    column: str
    entity: str
    attribute: str


@dataclass(frozen=True, eq=False)
class Entity:
    """One kind of record. There is one object per kind, compared by identity, because it is looked up for every row.

    Attributes:
        key: the word used in files, JSON and code.
        rank: place in dependency order; creates and updates go in this order, removals in the opposite one.
        label: its name for people (plural).
        structural: attributes that follow from how records are related; a mapping can't change them.
        mapped: attributes that a preset or a connection maps from fields.
        references: what a record needs.
        scope: ``users`` or ``courses``: the part that a run can be limited to; schools change in full runs only.
        prefix: letter in front of the key in ``sourcedId``.
        extensible: whether its records have ``extra``, a connection's own further values: a JSON object from label to
            text, or empty.
        titled: of a derived entity, the attributes that name its records for people; if empty, the id does.
        singular: of a derived entity, its name for one record; if empty, the label.
        proper: whether these begin with a name, which keeps its capital within a sentence.
    """

    key: str
    rank: int
    label: str
    structural: tuple[str, ...]
    mapped: tuple[str, ...]
    references: tuple[Reference, ...]
    scope: str
    prefix: str = ""
    extensible: bool = False
    titled: tuple[str, ...] = ()
    singular: str = ""
    proper: bool = False

    @property
    def shaped(self) -> tuple[str, ...]:
        """The attributes that a mapping fills, in order."""
        return (*self.mapped, EXTRA) if self.extensible else self.mapped

    @property
    def attributes(self) -> tuple[str, ...]:
        """All attributes in the order in which a record stores their values."""
        return ("sourcedId", *self.structural, *self.shaped)

    def sourced_id(self, key: int) -> str:
        """The delivered id of the record with this key."""
        if self.key == "enrollment" and key < 0:
            return f"T{-key}"
        if self.key == "school" and key == DISTRICT_KEY:
            return "district"
        return f"{self.prefix}{key}"


_PERSON = ("username", "givenName", "familyName", "middleName", "identifier", "email")

SCHOOL = Entity("school", 1, "Schools", ("type", "parentSourcedId"), ("name", "identifier"), (), "all", extensible=True)
CALENDAR = Entity(
    "calendar",
    2,
    "Terms",
    ("schoolSourcedId", "parentSourcedId", "schoolYear"),
    ("title", "type", "startDate", "endDate"),
    (Reference("school", "school", "schoolSourcedId"),),
    "courses",
)
COURSE = Entity(
    "course",
    3,
    "Courses",
    ("orgSourcedId",),
    ("title", "courseCode"),
    (Reference("school", "school", "orgSourcedId"),),
    "courses",
    extensible=True,
)
CLASS = Entity(
    "class",
    4,
    "Classes",
    ("courseSourcedId", "schoolSourcedId", "termSourcedId", "deliverAs", "category"),
    ("title", "classCode", "classType", "location", "periods"),
    (
        Reference("course", "course", "courseSourcedId"),
        Reference("school", "school", "schoolSourcedId"),
        Reference("calendar", "calendar", "termSourcedId"),
    ),
    "courses",
    extensible=True,
)
STUDENT = Entity(
    "student",
    5,
    "Students",
    ("schoolSourcedIds",),
    (*_PERSON, "stateId", "grade"),
    (Reference("school", "school", "schoolSourcedIds"),),
    "users",
    extensible=True,
)
TEACHER = Entity("teacher", 6, "Teachers", ("schoolSourcedIds",), _PERSON, (), "users", "T", extensible=True)
ADMIN = Entity("admin", 7, "Other staff", ("schoolSourcedIds",), _PERSON, (), "users", "T", extensible=True)
CONTACT = Entity("contact", 8, "Contacts", (), (*_PERSON, "phone"), (), "users", "C", extensible=True)
RELATIONSHIP = Entity(
    "relationship",
    9,
    "Relationships",
    ("studentSourcedId", "contactSourcedId"),
    ("relation", "role", "custodial", "emergency", "livesWith", "schoolPickup", "receivesMail"),
    (Reference("student", "student", "studentSourcedId"), Reference("contact", "contact", "contactSourcedId")),
    "users",
)
ENROLLMENT = Entity(
    "enrollment",
    10,
    "Enrollments",
    ("classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary"),
    ("beginDate", "endDate"),
    (
        Reference("class", "class", "classSourcedId"),
        Reference("student", "student", "userSourcedId"),
        Reference("teacher", "teacher", "userSourcedId"),
    ),
    "courses",
)

ENTITIES: tuple[Entity, ...] = (
    SCHOOL,
    CALENDAR,
    COURSE,
    CLASS,
    STUDENT,
    TEACHER,
    ADMIN,
    CONTACT,
    RELATIONSHIP,
    ENROLLMENT,
)
BY_KEY: dict[str, Entity] = {entity.key: entity for entity in ENTITIES}
BY_RANK: dict[int, Entity] = {entity.rank: entity for entity in ENTITIES}
"""All entities by key and by rank: the roster's, and those that kinds of destination derive from them."""
FIRST_DERIVED = 100
"""The lowest rank of a derived entity. Each kind has its own ranks, for good, because roster data contains them."""


def declare(derived: Iterable[Entity]) -> None:
    """Make a kind's derived entities known, so that plan, history and texts treat them like the roster's."""
    for entity in derived:
        taken = BY_KEY.get(entity.key, entity), BY_RANK.get(entity.rank, entity)
        if entity.rank < FIRST_DERIVED or taken != (entity, entity):
            raise ValueError(entity.key)
        BY_KEY[entity.key] = BY_RANK[entity.rank] = entity


def planned_entities() -> tuple[Entity, ...]:
    """All entities that a plan can have changes of, in dependency order."""
    return tuple(BY_RANK[rank] for rank in sorted(BY_RANK))


def in_scope(scope: str) -> tuple[Entity, ...]:
    """The entities whose changes a run of that scope (``all``, ``users``, ``courses``) may make."""
    return tuple(entity for entity in ENTITIES if scope in ("all", entity.scope))
