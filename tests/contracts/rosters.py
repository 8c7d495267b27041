"""Rosters for destinations, made of plain rows: a small district, a large one, one full of hostile values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from psconnect.model.entities import BY_KEY, Entity
from psconnect.model.id_attributes import SEPARATOR, pointers_in
from psconnect.model.runs import Change
from psconnect.store.record import encode_record

Record = dict[str, str]
Tables = dict[str, list[Record]]
"""Entity key -> its records as attribute -> value; attributes that are not given are empty."""


@dataclass
class ListRoster:
    """A roster in memory (see destinations.snapshot.Roster).

    Attributes:
        tables: its records.
        on_record: told of each record's entity before it is handed out; for cancelling in the middle.
        further: entity key -> labels of its further values.
    """

    tables: Tables
    on_record: Callable[[Entity], None] = field(default=lambda _entity: None)
    further: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def records(self, entity: Entity) -> Iterator[list[str]]:
        """The attributes of all records, in key order."""
        for record in sorted(self.tables.get(entity.key, []), key=key_of):
            self.on_record(entity)
            yield [record.get(attribute, "") for attribute in entity.attributes]

    def keyed(self, entity: Entity) -> Iterator[tuple[int, list[str]]]:
        """The same records, each with its key."""
        for row in self.records(entity):
            yield key_of(dict(zip(entity.attributes, row, strict=True))), row

    def encoded(self, entity: Entity) -> Iterator[bytes]:
        """The same records as they are stored."""
        return map(encode_record, self.records(entity))

    def related(self, entity: Entity, reference: str) -> Iterator[tuple[list[str], list[str]]]:
        """Each record with the one that the attribute points to, in key order."""
        (pointer,) = (one for one in pointers_in(entity) if entity.attributes[one.place] == reference)
        others = {row[0]: row for target in pointer.targets for row in self.records(BY_KEY[target])}
        for row in self.records(entity):
            wanted = row[pointer.place].split(SEPARATOR)[0]
            if wanted in others:
                yield row, others[wanted]

    def changes(self, entity: Entity) -> Iterator[Change]:
        """All records, as new ones: nothing was delivered before."""
        for key, row in self.keyed(entity):
            yield Change(entity.key, key, "create", None, dict(zip(entity.attributes, row, strict=True)))

    @property
    def whole(self) -> bool:
        """Nothing was delivered before."""
        return True

    def labels(self, entity: Entity) -> tuple[str, ...]:
        """The labels of the entity's further values."""
        return self.further.get(entity.key, ())


def key_of(record: Record) -> int:
    """The key a record is sorted by; teachers' enrollments count downwards from zero, the district is zero."""
    sourced_id = record["sourcedId"]
    number = int(re.sub(r"\D", "", sourced_id) or 0)
    return -number if sourced_id.startswith("T") and "classSourcedId" in record else number


def _rows(entity: str, columns: str, *rows: str) -> list[Record]:
    names = ["sourcedId", *columns.split()]
    assert set(names) <= set(BY_KEY[entity].attributes), f"{entity} has no such attribute"
    found = [dict(zip(names, (cell.strip() for cell in row.split("|")), strict=True)) for row in rows]
    return [one | {"extra": one["extra"].replace("'", '"')} if "extra" in one else one for one in found]


def small() -> Tables:
    """Two schools, three students, siblings with one mother, a teacher in both schools, a co-teacher, an office."""
    return {
        "school": _rows(
            "school",
            "type parentSourcedId name identifier",
            "district | district |          | Demo Valley   |",
            "3        | school   | district | Maple School  | 100",
            "4        | school   | district | Cedar School  | 110",
        ),
        "calendar": _rows(
            "calendar",
            "schoolSourcedId parentSourcedId schoolYear title type startDate endDate",
            "501 | 3 |     | 2027 | 2026-2027  | schoolYear    | 2026-08-17 | 2027-06-11",
            "502 | 3 | 501 | 2027 | Semester 1 | semester      | 2026-08-17 | 2027-01-15",
            "503 | 3 | 501 | 2027 | Quarter 1  | gradingPeriod | 2026-08-17 | 2026-10-16",
            "511 | 4 |     | 2027 | 2026-2027  | schoolYear    | 2026-08-17 | 2027-06-11",
        ),
        "course": _rows(
            "course",
            "orgSourcedId title courseCode",
            "85 | district | Mathematics | MAT091",
            "86 | 3        | Workshop    | WS100-9",
        ),
        "class": _rows(
            "class",
            "courseSourcedId schoolSourcedId termSourcedId title classCode classType location periods",
            "5101 | 85 | 3 | 502 | Mathematics (1) - 1(A-E) | MAT091.1   | scheduled | 101 | 1(A-E)",
            "5102 | 86 | 4 | 511 | Workshop (01) - 2(A-E)   | WS100-9.01 | scheduled |     | 2(A-E)",
        ),
        "student": _rows(
            "student",
            "schoolSourcedIds username givenName familyName middleName identifier email stateId grade",
            "431 | 3 | ada | Ada | O'Neil | Mae | 204000 | ada@s.example.org | 0012345678 | 09",
            "432 | 4 | bo  | Bo  | O'Neil |     | 204003 |                   | IL 77      | KG",
            "433 | 3 | cy  | Cy  | Null   |     | 204006 | cy@s.example.org  |            | 10",
        ),
        "teacher": _rows(
            "teacher",
            "schoolSourcedIds username givenName familyName middleName identifier email",
            "T64 | 3,4 | vera | Vera | Đặng     |     | 00001 | vera@s.example.org",
            "T65 | 3   | wim  | Wim  | de Vries | Jan | 00002 |",
        ),
        "admin": _rows(
            "admin",
            "schoolSourcedIds username givenName familyName identifier email",
            "T66 | district,3 | xie | Xie | Chen | 00003 | xie@s.example.org",
        ),
        "contact": _rows(
            "contact",
            "username givenName familyName email phone extra",
            "C300 | C300 | Uma | O'Neil | uma@mail.example.org | 555-0101 | {'guardianId':'4300'}",
            "C301 | C301 | Tom | Reyes  |                      |          | {'guardianId':'4301'}",
            "C302 | C302 | Ida | Null   |                      | 5550199  | {'guardianId':'4302'}",
        ),
        "relationship": _rows(
            "relationship",
            "studentSourcedId contactSourcedId relation role custodial",
            "1001 | 431 | C300 | Mother      | parent   | true",
            "1002 | 432 | C300 | Mother      | parent   | true",
            "1003 | 431 | C301 | Uncle       | relative | false",
            "1004 | 433 | C302 | Guardian    | guardian | true",
        ),
        "enrollment": _rows(
            "enrollment",
            "classSourcedId schoolSourcedId userSourcedId role primary beginDate endDate",
            "10001 | 5101 | 3 | 431 | student | false | 2026-08-17 | 2027-01-16",
            "10002 | 5102 | 4 | 432 | student | false | 2026-08-17 |",
            "10003 | 5101 | 3 | 433 | student | false | 2026-09-01 | 2027-01-16",
            "T5000 | 5101 | 3 | T64 | teacher | true  | 2026-08-17 | 2027-01-16",
            "T5001 | 5101 | 3 | T65 | teacher | false | 2026-08-17 |",
            "T5002 | 5102 | 4 | T64 | teacher | true  | 2026-08-17 | 2027-06-12",
        ),
    }


def awkward() -> Tables:
    """The small district with something that a format can't take, or not as it is, in each kind of record."""
    tables = small()
    for entity, rows in _AWKWARD.items():
        attributes, *records = rows
        tables[entity] += _rows(entity, attributes, *records)
    return tables


_PERSON = "schoolSourcedIds username givenName familyName email identifier"
_AWKWARD: dict[str, tuple[str, ...]] = {
    "school": ("type name identifier extra", "4_5 | school | Oak School | | {'School_zip':'1','enabledUser':'x'}"),
    "calendar": (
        "schoolSourcedId schoolYear title type startDate endDate",
        "521 | 3 | 2027 | Term\n9 | term | soon | 2027-06-11",
    ),
    "course": ("orgSourcedId title courseCode extra", "87 | 3 | Art | ART1 | {'course_format':'online','grade':'Q'}"),
    "class": (
        "courseSourcedId schoolSourcedId termSourcedId title classCode classType extra",
        # No teacher; nobody but teachers, too many of them; a lead teacher who is missing.
        "5103 | 86 | 3 | 502 | Workshop (2) | WS.2 | scheduled |",
        "5104 | 87 | 3 | 521 | Art (1)      | A.1  | scheduled | {'course_format':'online','grades':'Q'}",
        "5105 | 87 | 4 | 511 | Art (2)      | A.2  | scheduled |",
        "5_6  | 87 | 9 | 511 | Art (3)      | A.3  | scheduled |",
    ),
    "student": (
        f"{_PERSON} grade stateId extra",
        "441   | 3 |      | Di  | Dee |                    | 300001 | 9 | | {'phone':'1','flag.x':'?','sex':'Q'}",
        "442   | 3 | ed   | Ed  | Dee | ada@s.example.org  | 300002 | Q | S 1 | {'password_policy':'9','iep':'?'}",
        "443   |   | flo  | Flo | Dee | flo@s.example.org  | 300003 | 9 | |",
        "444   | 9 | gus  | Gus | Dee | gus@s.example.org  | 300004 | 9 | |",
        "445   | 3 | h h  | Hal | Dee | h h@s.example.org  | 300005 | 9 | | {'Student_zip':'1','enabledUser':'x'}",
        "4_46  | 3 | ike  | Ike | Dee | ike@s.example.org  | 300006 | 9 | |",
        "4 47 | 3 | ada  | Jo  | Dee | jo@s.example.org   | 300007 | 9 | |",
        "448 | 3 | kai | Kai | Dee | | 300008 | 9 | | {'signInType':'google','signInTypeSetByHand':'1'}",
    ),
    "teacher": (
        f"{_PERSON} extra",
        "T71 | 9 | kim | Kim | Kay | kim@s.example.org | 00071 | {'phone':'555'}",
        "T72 | 3 |     | Lee | Kay |                   | 00072 |",
        *(f"T{number} | 3 | t{number} | Mo | Kay | t{number}@s.example.org | 00{number} |" for number in range(80, 98)),
    ),
    "admin": (_PERSON, "T74 |  | nat | Nat | Kay | nat@s.example.org | 00074"),
    "contact": (
        "username givenName familyName email phone extra",
        "C310 | C310 |     |     | c310@mail.example.org | 2175550100 | {'guardianId':'4310'}",
        "C311 | C311 | Pat | Poe | c311@mail.example.org | 2175550101x22 | {'guardianId':'4301','note':'x'}",
        "C312 | C312 | Quy | Poe | c312@mail.example.org | 5          | {'guardianId':'4312'}",
        "C313 | C313 | Rex | Poe | c313@mail.example.org |            |",
        "C314 | C314 | Sam | Poe | c314@mail.example.org |            |",
        "C315 | C315 | Tess | Poe | c315@mail.example.org |           |",
    ),
    "relationship": (
        "studentSourcedId contactSourcedId relation role",
        "1010 | 431 | C310 | Mother | parent",
        "1011 | 431 | C311 | Cousin twice removed | relative",
        "1012 | 441 | C312 | Mother | parent",
        "1013 | 431 | C313 | Aunt   | relative",
        "1014 | 431 | C314 | Aunt   | relative",
        "1015 | 431 | C315 | Aunt   | relative",
        "1016 | 431 | C300 | Aunt   | parent",
    ),
    "enrollment": (
        "classSourcedId schoolSourcedId userSourcedId role primary",
        "11001 | 5103 | 3 | 431 | student | false",
        "11002 | 5105 | 4 | 443 | student | false",
        "T6001 | 5105 | 4 | T72 | teacher | true",
        "T6002 | 5_6  | 9 | T64 | teacher | true",
        *(f"T{6_100 + number} | 5104 | 3 | T{number} | teacher | false" for number in range(80, 98)),
    ),
}


def changed() -> Tables:
    """The small district on the next day: one name is spelled otherwise."""
    tables = small()
    tables["student"][0]["familyName"] = "O’Neil"
    return tables


def large(students: int) -> Tables:
    """The small district with that many more students, each with a name that does not compress, and an enrollment."""
    tables = small()
    for number in range(students):
        name = f"{pow(number + 2, 65_537, 2**521 - 1):x}"
        person = {"username": f"u{number}", "givenName": name, "familyName": name[::-1], "schoolSourcedIds": "3"}
        tables["student"].append({"sourcedId": str(1_000_000 + number), **person})
        place = {"classSourcedId": "5101", "schoolSourcedId": "3", "role": "student", "primary": "false"}
        tables["enrollment"].append(
            {"sourcedId": str(2_000_000 + number), "userSourcedId": str(1_000_000 + number), **place}
        )
    return tables


HOSTILE = {
    "comma": "a,b,,c",
    "quotes": '"She said ""no"""',
    "lone quote": 'O"Neil',
    "apostrophe": "O'Brien’s",
    "line feed": "one\ntwo",
    "carriage return": "one\rtwo",
    "both": "one\r\ntwo",
    "empty lines": "one\n\n\ntwo",
    "break at the end": "one\n",
    "break at the start": "\r\none",
    "break beside other separators": "one\ntwo\x0bthree\x0cfour\x1cfive\x85six\u2028seven\u2029eight",
    "other separators": "one\x0btwo\x0cthree\x1cfour\x85five\u2028six\u2029seven",
    "NUL": "a\x00b",
    "control characters": "\x01a\x1b[31m\x7f",
    "tab": "\tTab",
    "blanks around": "  two  blanks  ",
    "right to left": "ليلى الفهد",
    "override": "\u202eredro",
    "zero width": "a\u200bb\ufeffc",
    "byte order mark": "\ufeffBom",
    "composed": "Zo\u00eb",
    "decomposed": "Zoe\u0308",
    "emoji": "👩‍👩‍👧‍👦 🌻",
    "beyond the basic plane": "𠮷野家 𝔘",
    "formula": "=cmd|'/C calc'!A0",
    "plus": "+1",
    "minus": "-1",
    "at": "@x",
    "number": "007",
    "exponent": "1e5",
    "word null": "NULL",
    "word true": "True",
    "markup": "<script>alert(1)</script>",
    "template": "{{7*7}}${x}%s",
    "path": "..\\..\\C:/x",
    "a megabyte": "Ä" * 500_000 + "end",
}
"""Values that a roster may hold: what they are -> the value."""


def hostile() -> Tables:
    """The small district with one more student for each hostile value, as given, family and middle name."""
    tables = small()
    for number, value in enumerate(HOSTILE.values()):
        names = {"givenName": value, "familyName": value, "middleName": value}
        person = {"username": f"h{number}", "schoolSourcedIds": "3", **names}
        tables["student"].append({"sourcedId": str(9_000_000 + number), **person})
    return tables


def without_breaks(value: str) -> str:
    """A value as a format that forbids line breaks has to deliver it: each break is one blank, all else is exact."""
    return re.sub(r"\r\n|\r|\n", " ", value)
