"""Categories, courses, groups and enrollments, as they follow from the roster's classes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from psconnect.destinations.moodle.choices import COURSE_ROLES, MoodleChoices
from psconnect.destinations.snapshot import Roster
from psconnect.model.entities import CALENDAR, CLASS, COURSE, ENROLLMENT, SCHOOL, Entity
from psconnect.model.id_attributes import SEPARATOR

LONGEST_IDNUMBER = 100
"""The longest idnumber of a category, course, group or cohort (Moodle's lib/db/install.xml)."""
_Record = Mapping[str, str]


def within(text: str, longest: int = LONGEST_IDNUMBER) -> str:
    """An id that fits: a longer one is cut, and a digest of all of it keeps it apart from others."""
    if len(text) <= longest:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return f"{text[: longest - len(digest) - 1]}-{digest}"


@dataclass
class MoodleCourse:
    """A Moodle course: one class, or a course at a school in a school year with its classes as groups.

    ``key`` is that of its first class.
    """

    key: int
    name: str
    category: str
    title: str
    short_name: str
    starts: str
    ends: str
    groups: dict[str, str] = field(default_factory=dict)

    def widen(self, starts: str, ends: str) -> None:
        """Last long enough for another class; an unknown day counts as no limit."""
        self.starts = min(self.starts, starts)
        self.ends = max(self.ends, ends) if self.ends and ends else ""


class MoodleCourses:
    """What the classes of a roster become."""

    def __init__(self, roster: Roster, choices: MoodleChoices) -> None:
        """Read schools, terms, courses and classes; enrollments are read when they are asked for."""
        self._roster, self._choices = roster, choices
        self._categories: dict[str, tuple[str, str]] = {}
        self._courses: dict[str, MoodleCourse] = {}
        self._course_of: dict[str, tuple[str, str]] = {}
        """Class -> its Moodle course, and its group there or nothing."""
        self.renamed: list[int] = []
        """Keys of the first class of each course whose short name another one has: the id was put behind it."""
        for key, record in roster.keyed(CLASS):
            self._add(key, dict(zip(CLASS.attributes, record, strict=True)))
        self._keep_short_names_apart()

    def categories(self) -> Iterator[Sequence[str]]:
        """Category records: those above before those below."""
        for name, (parent, title) in self._categories.items():
            yield name, parent, title

    def courses(self) -> Iterator[Sequence[str]]:
        """Course records."""
        for one in self._courses.values():
            mode = self._choices.group_mode if one.groups else ""
            yield one.name, one.category, one.title, one.short_name, one.starts, one.ends, mode

    def groups(self) -> Iterator[Sequence[str]]:
        """Group records."""
        for one in self._courses.values():
            for group, title in one.groups.items():
                yield group, one.name, title

    def enrollments(self) -> Iterator[Sequence[str]]:
        """Enrollment records: one for each person in a Moodle course, with the highest role and all groups."""
        places: dict[tuple[str, str], _Place] = {}
        for record in _records(self._roster, ENROLLMENT):
            course, group = self._course_of[record["classSourcedId"]]
            key = course, record["userSourcedId"]
            place = _place(record, group, dated=self._choices.dated)
            before = places.get(key)
            places[key] = before.joined(place) if before else place
        for (course, user), place in places.items():
            groups = SEPARATOR.join(sorted(place.groups))
            yield f"{course}/{user}", course, user, COURSE_ROLES[place.role], groups, place.begins, place.ends

    def joined(self) -> list[int]:
        """The keys of enrollments of a person who has another one in the same Moodle course."""
        class_, user = map(ENROLLMENT.attributes.index, ("classSourcedId", "userSourcedId"))
        seen: set[tuple[str, str]] = set()
        found = []
        for key, record in self._roster.keyed(ENROLLMENT):
            place = self._course_of[record[class_]][0], record[user]
            if place in seen:
                found.append(key)
            seen.add(place)
        return found

    def _add(self, key: int, record: _Record) -> None:
        school, term = record["schoolSourcedId"], self._terms.get(record["termSourcedId"], {})
        year, starts, ends = (term.get(name, "") for name in ("schoolYear", "startDate", "endDate"))
        grouped = record["deliverAs"] == "group"
        name, title, code = record["sourcedId"], record["title"], record["classCode"]
        if grouped:
            course = self._named_courses.get(record["courseSourcedId"], {})
            name = within("-".join(filter(None, (record["courseSourcedId"], school, year))))
            title, code = course.get("title") or title, course.get("courseCode") or code
        there = self._courses.get(name)
        if there is None:
            category = self._category(record["category"], school, year)
            holes = {"code": code or title, "school": self._schools.get(school, ""), "year": year, "id": name}
            short = with_holes_filled(self._choices.short_name, holes)
            there = self._courses[name] = MoodleCourse(key, name, category, title, short, starts, ends)
        there.widen(starts, ends)
        if grouped:
            there.groups[record["sourcedId"]] = record["title"]
        self._course_of[record["sourcedId"]] = name, record["sourcedId"] if grouped else ""

    def _category(self, chosen: str, school: str, year: str) -> str:
        """The id of the category of a course; it is noted together with those above it."""
        prefix = self._choices.id_prefix
        if chosen or self._choices.categories == "one":
            title = chosen or self._choices.category
            return self._note(within(f"{prefix}category-{title}"), "", title)
        above = self._note(f"school-{school}", "", self._schools.get(school, "") or school)
        if self._choices.categories == "school" or not year:
            return above
        return self._note(f"school-{school}-{year}", above, _named_year(year))

    def _note(self, name: str, parent: str, title: str) -> str:
        self._categories.setdefault(name, (parent, title))
        return name

    def _keep_short_names_apart(self) -> None:
        """Moodle compares short names as they are; people don't see that two differ by case."""
        taken: set[str] = set()
        for name in sorted(self._courses):
            course = self._courses[name]
            if course.short_name.casefold() in taken:
                course.short_name = f"{course.short_name}-{name}"
                self.renamed.append(course.key)
            taken.add(course.short_name.casefold())

    @cached_property
    def _schools(self) -> dict[str, str]:
        return {record["sourcedId"]: record["name"] for record in _records(self._roster, SCHOOL)}

    @cached_property
    def _terms(self) -> dict[str, _Record]:
        return {record["sourcedId"]: record for record in _records(self._roster, CALENDAR)}

    @cached_property
    def _named_courses(self) -> dict[str, _Record]:
        return {record["sourcedId"]: record for record in _records(self._roster, COURSE)}


@dataclass(frozen=True, slots=True)
class _Place:
    """What a person is in a Moodle course."""

    role: int
    groups: frozenset[str]
    begins: str
    ends: str

    def joined(self, other: _Place) -> _Place:
        """The same person's places in two of the course's classes, or twice in one, as one."""
        ends = max(self.ends, other.ends) if self.ends and other.ends else ""
        begins = min(self.begins, other.begins)
        return _Place(_higher(self.role, other.role), self.groups | other.groups, begins, ends)


def _higher(one: int, other: int) -> int:
    """The role that a person has who has both: teaching goes before learning, leading before helping."""
    return min(one, other, key=(1, 2, 0).index)


def _place(record: _Record, group: str, *, dated: bool) -> _Place:
    role = "co-teacher" if record["role"] == "teacher" and record["primary"] != "true" else record["role"]
    begins, ends = (record["beginDate"], record["endDate"]) if dated else ("", "")
    return _Place(COURSE_ROLES.index(role), frozenset([group] if group else []), begins, ends)


def with_holes_filled(pattern: str, holes: Mapping[str, str]) -> str:
    """A pattern with its ``{names}`` filled in; anything else in it stays as it is."""
    for name, value in holes.items():
        pattern = pattern.replace(f"{{{name}}}", value)
    return pattern.strip()


def _named_year(year: str) -> str:
    """A school year by its ending year, as people write it: 2026-2027."""
    return f"{int(year) - 1}-{year}" if year.isdigit() else year


def _records(roster: Roster, entity: Entity) -> Iterator[_Record]:
    for record in roster.records(entity):
        yield dict(zip(entity.attributes, record, strict=True))
