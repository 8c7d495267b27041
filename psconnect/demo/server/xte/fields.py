"""How the gradebook writes its rows as JSON: lower-case column names, real booleans and numbers (13.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from psconnect.demo.server.messages import Refusal, message_reply
from psconnect.demo.server.writes.rows import column_rules, is_date

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from psconnect.demo.server.writes.rows import Value

Kind = Literal["text", "flag", "number", "date"]


@dataclass(frozen=True, slots=True)
class Field:
    """A column; its key is the name in lower case. ``default`` stands where a new row does not say otherwise."""

    column: str
    kind: Kind = "text"
    required: bool = False
    default: Value = None

    @property
    def key(self) -> str:
        """The key in the JSON."""
        return self.column.lower()

    def shown(self, value: Value) -> object:
        """A stored value as the JSON has it; a number without fraction is written as a whole one."""
        if self.kind == "flag":
            return bool(value)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return value

    def stored(self, body: dict[str, Any], table: str) -> Value:
        """The value of a body as its column stores it.

        Raises:
            Refusal: 400 for a value that does not fit or is missing.

        """
        value = body.get(self.key)
        if value is None or value == "":
            if self.required:
                raise bad(f"{self.key} is required")
            return self.default
        fits = {
            "flag": isinstance(value, bool),
            "number": isinstance(value, int | float) and not isinstance(value, bool),
            "date": isinstance(value, str) and is_date(value),
            "text": isinstance(value, str),
        }
        if not fits[self.kind]:
            raise bad(f"{self.key} is not a {self.kind}")
        longest = column_rules(table)[self.column.upper()].longest
        if isinstance(value, str) and longest is not None and len(value) > longest:
            raise bad(f"{self.key} is longer than {longest} characters")
        return int(value) if isinstance(value, bool) else value


def bad(message: str) -> Refusal:
    """A body or parameter that is none: 400."""
    return Refusal(message_reply(400, message))


def conflict(message: str) -> Refusal:
    """A body that contradicts the gradebook: 409, which is not to be tried again (17 row 15)."""
    return Refusal(message_reply(409, message))


def missing() -> Refusal:
    """What is not there: 404."""
    return Refusal(message_reply(404, "Resource not found"))


def rows(
    database: sqlite3.Connection, table: str, fields: Sequence[Field], where: str, values: Sequence[Value]
) -> list[dict[str, object]]:
    """The rows of a table in the order of their keys, with ``_id``, ``_name`` and the key itself."""
    columns = ", ".join([f"{table}ID", *(field.column for field in fields)])
    sql = f"SELECT {columns} FROM {table} WHERE {where} ORDER BY {table}ID"  # noqa: S608 - names of the schema
    return [
        {
            "_id": key,
            "_name": NAMES.get(table, table.lower()),
            f"{table.lower()}id": key,
            **{field.key: field.shown(value) for field, value in zip(fields, found, strict=True)},
        }
        for key, *found in database.execute(sql, values).fetchall()
    ]


def stored_row(fields: Sequence[Field], body: object, table: str) -> dict[str, Value]:
    """The columns of a row from a body.

    Raises:
        Refusal: 400 for a body that is no object, or a value that does not fit.

    """
    if not isinstance(body, dict):
        raise bad(f"{NAMES.get(table, table.lower())} must be an object")
    return {field.column: field.stored(body, table) for field in fields}


def objects(body: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """A list of objects of a body; a missing one is empty.

    Raises:
        Refusal: 400 for anything else.

    """
    found = body.get(key) or []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise bad(f"{key} must be a list of objects")
    return found


#: ``_name`` where it is not the table's name in lower case.
NAMES: Final = {"AssignmentStudentAssoc": "assignmentstudentassoc"}

CATEGORY: Final = (
    Field("Name", required=True),
    Field("CategoryType", default="user"),
    Field("Color", default="1"),
    Field("DisplayPosition", "number", default=99),
    Field("IsActive", "flag", default=1),
    Field("IsInFinalGrades", "flag", default=1),
    Field("IsUserModifiable", "flag", default=1),
    Field("DefaultPublishOption", default="Immediately"),
    Field("DefaultTotalValue", "number", default=10),
    Field("IsDefaultPublishScores", "flag", default=1),
    Field("DistrictTeacherCategoryID", "number"),
    Field("TeacherModified", "flag", default=0),
)
ASSIGNMENT: Final = (
    Field("YearID", "number", required=True),
    Field("StandardScoringMethod", default="GradeScale"),
    Field("HasStandards", "flag", default=0),
)
SECTION: Final = (
    Field("SectionsDCID", "number", required=True),
    Field("Name", required=True),
    Field("Description"),
    Field("DueDate", "date", required=True),
    Field("ScoreType", required=True),
    Field("ScoreEntryPoints", "number"),
    Field("TotalPointValue", "number"),
    Field("Weight", "number", default=1),
    Field("IsCountedInFinalGrade", "flag", default=1),
    Field("IsScoringNeeded", "flag", default=1),
    Field("IsScoresPublish", "flag", default=1),
    Field("PublishOption", default="Immediately"),
)
CATEGORY_LINK: Final = (Field("TeacherCategoryID", "number", required=True), Field("IsPrimary", "flag", default=0))
SCORE: Final = (
    Field("StudentsDCID", "number", required=True),
    Field("ActualScoreEntered"),
    Field("ActualScoreKind", default="REAL_SCORE"),
    Field("ScoreType", required=True),
    Field("ScorePoints", "number"),
)
