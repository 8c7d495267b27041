"""What joins Clever's files: schools, classes that can be delivered, and who teaches where."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from psconnect.destinations.snapshot import Roster
from psconnect.model.entities import CLASS, ENROLLMENT, SCHOOL
from psconnect.model.id_attributes import SEPARATOR
from psconnect.store.record import decode_record

_TEACHER = b'"teacher"'


@dataclass
class Timetable:
    """Held in memory: it grows with schools and classes, not with students.

    Attributes:
        schools: ids of the schools; the district itself is none.
        teachers: class -> ids of its teachers: lead teachers first, then by id, so that the same people are always in
            the same order. A changed first one would rename the section at the receiver.
        led: classes that have a lead teacher.
        sections: class -> its school, of those that are delivered: with a teacher, at a school.
        taught: teacher -> schools of these classes.
        one_row: whether a teacher has one row.
        unplaced: students without a school, who have no row: neither have their enrollments.
    """

    schools: set[str] = field(default_factory=set)
    teachers: dict[str, list[str]] = field(default_factory=dict)
    led: set[str] = field(default_factory=set)
    sections: dict[str, str] = field(default_factory=dict)
    taught: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    one_row: bool = False
    unplaced: set[str] = field(default_factory=set)

    def schools_of(self, ids: str) -> list[str]:
        """The schools in a list of ids, in its order."""
        return [one for one in ids.split(SEPARATOR) if one in self.schools]

    def teaching_schools(self, teacher: str, ids: str) -> list[str]:
        """A teacher's own schools, then those of their classes, in the order of ids."""
        own = self.schools_of(ids)
        return [*own, *sorted(self.taught[teacher] - {*own}, key=natural)]

    def rows_of(self, teacher: str, ids: str) -> list[str]:
        """The schools at which a teacher has a row."""
        return self.teaching_schools(teacher, ids)[: 1 if self.one_row else None]


def natural(text: str) -> list[tuple[int, str]]:
    """A sort key by which ``T9`` comes before ``T10``."""
    return [(len(part), part) if part.isdecimal() else (0, part) for part in re.split(r"([0-9]+)", text)]


def read_timetable(roster: Roster, *, one_row: bool = False) -> Timetable:
    """Read schools, classes and teachers' enrollments."""
    found = Timetable(one_row=one_row)
    kind = SCHOOL.attributes.index("type")
    found.schools = {record[0] for record in roster.records(SCHOOL) if record[kind] == "school"}
    at = {name: place for place, name in enumerate(ENROLLMENT.attributes)}
    ordered: defaultdict[str, dict[str, bool]] = defaultdict(dict)
    for stored in roster.encoded(ENROLLMENT):
        # Students' enrollments are nearly all there are, so most are not decoded.
        if _TEACHER in stored and (record := decode_record(stored))[at["role"]] == "teacher":
            section, teacher = record[at["classSourcedId"]], record[at["userSourcedId"]]
            leads = record[at["primary"]] == "true"
            ordered[section][teacher] = leads or ordered[section].get(teacher, False)
    for section, people in ordered.items():
        found.teachers[section] = sorted(people, key=lambda one: (not people[one], natural(one)))
        if any(people.values()):
            found.led.add(section)
    school = CLASS.attributes.index("schoolSourcedId")
    for record in roster.records(CLASS):
        if record[school] in found.schools and record[0] in found.teachers:
            found.sections[record[0]] = record[school]
            for teacher in found.teachers[record[0]]:
                found.taught[teacher].add(record[school])
    return found
