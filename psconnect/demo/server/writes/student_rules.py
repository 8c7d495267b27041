"""Reads and checks one record of ``POST /ws/v1/student`` (13.1)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from psconnect.demo.district.codes import RACES as RACE_CODES
from psconnect.demo.district.schools import GRADUATED_NUMBER
from psconnect.demo.server.body import FULL, as_list
from psconnect.demo.server.v1.wire import text_of
from psconnect.demo.server.writes.rows import BadValueError, column_rules, read_value
from psconnect.demo.server.writes.student_fields import (
    ELSEWHERE,
    EMAIL,
    ENROLLMENT_FIELDS,
    EXTENSIONS,
    FIELDS,
    RACES_PATH,
    REQUIRED,
    TOGETHER,
    problem,
    stored,
)

if TYPE_CHECKING:
    import sqlite3

    from psconnect.demo.district.rows import Value
    from psconnect.demo.district.schema import TableDefinition
    from psconnect.demo.server.installed import Plugin

_GRADUATED_GRADE: Final = "99"
_LONGEST_EMAIL: Final = 254
#: Enroll_Status of transferred-out and graduated students, not allowed on INSERT.
_NOT_INSERTED: Final = ("2", "3")


@dataclass(slots=True)
class StudentWrite:
    """One parsed record: what it sets, and its errors as (field, code, description).

    Attributes:
        client_uid: as sent, for the answer.
        action: INSERT or UPDATE, or the value sent instead.
        key: Students.DCID, on UPDATE.
        columns: of Students.
        email: the student's own address; None if it is not set, "" to delete it.
        races: codes of StudentRace; None if they are not set.
        extensions: the columns of extension rows by table name.
        errors: empty if the record may be stored.

    """

    client_uid: str = ""
    action: str = ""
    key: int | None = None
    columns: dict[str, Value] = field(default_factory=dict)
    email: str | None = None
    races: list[str] | None = None
    extensions: dict[str, dict[str, Value]] = field(default_factory=dict)
    errors: list[tuple[str, str, str]] = field(default_factory=list)

    def refuse(self, path: str, text: str, code: str = "FIELD_VALIDATION_ERROR") -> None:
        """Record an error of the field at ``path`` below the student."""
        self.errors.append((f"student/{path}", code, f"{path.rpartition('/')[2]} {text}"))


class StudentReader:
    """Parses records and checks them against the district, inside the transaction that stores them."""

    def __init__(
        self, database: sqlite3.Connection, plugin: Plugin, extensions: list[TableDefinition], *, strict: bool
    ) -> None:
        self._database = database
        self._plugin = plugin
        self._extensions = {table.name.lower(): table for table in extensions}
        self._strict = strict
        self._seen: set[str] = set()

    def read(self, record: object) -> StudentWrite:
        """Parse one record, with its errors."""
        write = StudentWrite()
        if not isinstance(record, dict):
            write.errors.append(("student", "FIELD_VALIDATION_ERROR", "A student must be an object"))
            return write
        texts, others = _flatten(record)
        self._read_head(write, texts)
        if write.action not in ("INSERT", "UPDATE"):
            return write
        self._read_fields(write, texts)
        _check_groups(write, texts)
        self._check_unique(write)
        self._read_email(write, texts)
        self._read_races(write, as_list(others.get(RACES_PATH)))
        self._read_extensions(write, others.get(EXTENSIONS))
        return write

    def _read_head(self, write: StudentWrite, texts: dict[str, str]) -> None:
        write.client_uid, write.action = texts.get("client_uid", ""), texts.get("action", "").upper()
        if not write.client_uid:
            write.refuse("client_uid", "is required", "REQUIRED")
        elif write.client_uid in self._seen:
            write.refuse("client_uid", "must be unique in a request")
        self._seen.add(write.client_uid)
        if write.action not in ("INSERT", "UPDATE"):
            code = "FIELD_VALIDATION_ERROR" if write.action else "REQUIRED"
            write.refuse("action", "must be INSERT or UPDATE", code)
        if write.action != "UPDATE":
            return
        key = texts.get("id", "")
        if not key:
            write.refuse("id", "is required", "REQUIRED")
        elif not self._has("SELECT 1 FROM Students WHERE DCID = ?", key):
            write.refuse("id", "is not the DCID of a student")
        else:
            write.key = int(key)

    def _has(self, sql: str, *values: object) -> bool:
        return self._database.execute(sql, values).fetchone() is not None

    def _read_fields(self, write: StudentWrite, texts: dict[str, str]) -> None:
        inserting = write.action == "INSERT"
        for path in REQUIRED if inserting else ():
            if not texts.get(path):
                write.refuse(path, "is required", "REQUIRED")
        for path, text in texts.items():
            rule = FIELDS.get(path) or ENROLLMENT_FIELDS.get(path)
            wrong = self._wrong(path, text, inserting=inserting)
            if wrong:
                write.refuse(path, wrong)
            elif rule and (text or not (inserting and path in REQUIRED)):
                write.columns[rule.column] = stored(rule, text)
        if inserting:
            self._check_enrollment(write, texts)

    def _wrong(self, path: str, text: str, *, inserting: bool) -> str | None:
        """The error in a field's text; required fields missing on INSERT are reported elsewhere."""
        rule = FIELDS.get(path) or ENROLLMENT_FIELDS.get(path)
        if rule is None:
            return "is not known" if self._strict and path not in ELSEWHERE else None
        if inserting:
            return problem(rule, text) if text else None
        if path in ENROLLMENT_FIELDS:
            return "can be set on INSERT only"
        if text:
            return problem(rule, text)
        return "must not be blank" if path in REQUIRED else None

    def _check_enrollment(self, write: StudentWrite, texts: dict[str, str]) -> None:
        base = "school_enrollment"
        if texts.get(f"{base}/enroll_status_code") in _NOT_INSERTED:
            write.refuse(f"{base}/enroll_status_code", "must not be 2 or 3")
        school = write.columns.get("SchoolID")
        if school is not None and not self._has("SELECT 1 FROM Schools WHERE School_Number = ?", school):
            write.refuse(f"{base}/school_number", "is not the number of a school")
        graduated = school == GRADUATED_NUMBER
        if graduated != (texts.get(f"{base}/grade_level") == _GRADUATED_GRADE) and school is not None:
            write.refuse(f"{base}/grade_level", "must be 99 in the school of the graduates, and nowhere else")
        entry, leaving = write.columns.get("EntryDate"), write.columns.get("ExitDate")
        if entry and leaving and str(leaving) < str(entry):
            write.refuse(f"{base}/exit_date", "must not be before the entry date")

    def _check_unique(self, write: StudentWrite) -> None:
        for path in ("local_id", "student_username"):
            column = FIELDS[path].column
            value = write.columns.get(column)
            sql = f"SELECT 1 FROM Students WHERE {column} = ? AND DCID IS NOT ?"  # noqa: S608 - a column of the list
            if value is not None and self._has(sql, value, write.key):
                write.refuse(path, "belongs to another student")
        if write.columns.get("Student_Number", 0) is None:
            write.refuse("local_id", "must not be blank")

    def _read_email(self, write: StudentWrite, texts: dict[str, str]) -> None:
        email = texts.get(EMAIL)
        if email and (len(email) > _LONGEST_EMAIL or email.count("@") != 1):
            write.refuse(EMAIL, f"must be an address of at most {_LONGEST_EMAIL} characters")
        else:
            write.email = email

    def _read_races(self, write: StudentWrite, races: list[Any]) -> None:
        known = {code for code, _, _ in RACE_CODES}
        codes = [race.get("district_race_code") if isinstance(race, dict) else None for race in races]
        if not set(codes) <= known:
            write.refuse(f"{RACES_PATH}/district_race_code", "is not a race code of the district")
        elif races:
            write.races = [str(code) for code in dict.fromkeys(codes)]

    def _read_extensions(self, write: StudentWrite, data: object) -> None:
        if not isinstance(data, dict):
            return
        for one in as_list(data.get("_table_extension")):
            name = str(one.get("name", "")).lower() if isinstance(one, dict) else ""
            table = self._extensions.get(name)
            if table is None:
                write.refuse(f"{EXTENSIONS}/_table_extension/name", "is not an extension of students")
                continue
            values = write.extensions.setdefault(table.name, {})
            for entry in as_list(one.get("_field")):
                self._read_extension_field(write, table, entry, values)

    def _read_extension_field(
        self, write: StudentWrite, table: TableDefinition, entry: object, values: dict[str, Value]
    ) -> None:
        path = f"{EXTENSIONS}/_table_extension/_field"
        name = str(entry.get("name", "")) if isinstance(entry, dict) else ""
        rule = column_rules(table.name).get(name.upper())
        if not isinstance(entry, dict) or rule is None or rule.name == table.primary_key:
            write.refuse(path, f"{name} is not a field of {table.name}".replace("  ", " "))
        elif self._plugin.level(table.name, rule.name) != FULL:
            write.refuse(f"{path}/{name}", "cannot be written without FullAccess")
        else:
            try:
                values[rule.name] = read_value(rule, _text(entry.get("value")))
            except BadValueError as error:
                write.refuse(f"{path}/{name}", f"is not valid: {error}")


def _text(value: object) -> str:
    if value is None:
        return ""
    return text_of(value) if isinstance(value, str | int | float) else ""


def _flatten(record: dict[str, Any], prefix: str = "") -> tuple[dict[str, str], dict[str, Any]]:
    """The texts of a record by path, and repeated or extension parts unchanged. Null counts as not sent."""
    texts: dict[str, str] = {}
    others: dict[str, Any] = {}
    for name, value in record.items():
        path = f"{prefix}{name}"
        if path in (RACES_PATH, EXTENSIONS):
            others[path] = value
        elif isinstance(value, dict):
            below, more = _flatten(value, f"{path}/")
            texts |= below
            others |= more
        elif isinstance(value, str | int | float):
            texts[path] = text_of(value)
    return texts, others


def _check_groups(write: StudentWrite, texts: dict[str, str]) -> None:
    for group in TOGETHER:
        filled = [path for path in group if texts.get(path)]
        if filled and len(filled) < len(group):
            for path in group:
                if path not in filled:
                    names = ", ".join(one.rpartition("/")[2] for one in group)
                    write.refuse(path, f"is required: {names} come together or not at all", "REQUIRED")
