"""The gradebook's JSON format of rows: lower-case column names, real booleans and numbers (13.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from psconnect.demo.server.messages import Refusal, message_reply
from psconnect.demo.server.writes.rows import column_rules, is_date

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from psconnect.demo.district.rows import Value

GradebookFieldKind = Literal["text", "flag", "number", "date"]


@dataclass(frozen=True, slots=True)
class GradebookField:
    """A column; its key is the name in lower case. ``default`` is for new rows without a value."""

    column: str
    kind: GradebookFieldKind = "text"
    required: bool = False
    default: Value = None

    @property
    def key(self) -> str:
        """The key in the JSON."""
        return self.column.lower()

    def shown(self, value: Value) -> object:
        """A stored value in JSON form; whole numbers are written without a fraction."""
        if self.kind == "flag":
            return bool(value)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return value

    def stored(self, body: dict[str, Any], table: str) -> Value:
        """The value of a body in the column's stored form.

        Raises:
            Refusal: 400 for an invalid or missing value.

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
    """The refusal of an invalid body or parameter: 400."""
    return Refusal(message_reply(400, message))


def conflict(message: str) -> Refusal:
    """The refusal of a body that contradicts the gradebook: 409, not to be retried (17 row 15)."""
    return Refusal(message_reply(409, message))


def missing() -> Refusal:
    """The refusal for something that doesn't exist: 404."""
    return Refusal(message_reply(404, "Resource not found"))


def rows(
    database: sqlite3.Connection, table: str, fields: Sequence[GradebookField], where: str, values: Sequence[Value]
) -> list[dict[str, object]]:
    """The rows of a table in key order, with ``_id``, ``_name`` and the key itself."""
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


def stored_row(fields: Sequence[GradebookField], body: object, table: str) -> dict[str, Value]:
    """The columns of a row from a body.

    Raises:
        Refusal: 400 for a body that isn't an object, or an invalid value.

    """
    if not isinstance(body, dict):
        raise bad(f"{NAMES.get(table, table.lower())} must be an object")
    return {field.column: field.stored(body, table) for field in fields}


def objects(body: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """A list of objects in a body; empty if missing.

    Raises:
        Refusal: 400 for anything else.

    """
    found = body.get(key) or []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise bad(f"{key} must be a list of objects")
    return found


#: ``_name`` if it differs from the table's name in lower case.
NAMES: Final = {"AssignmentStudentAssoc": "assignmentstudentassoc"}

CATEGORY: Final = (
    GradebookField("Name", required=True),
    GradebookField("CategoryType", default="user"),
    GradebookField("Color", default="1"),
    GradebookField("DisplayPosition", "number", default=99),
    GradebookField("IsActive", "flag", default=1),
    GradebookField("IsInFinalGrades", "flag", default=1),
    GradebookField("IsUserModifiable", "flag", default=1),
    GradebookField("DefaultPublishOption", default="Immediately"),
    GradebookField("DefaultTotalValue", "number", default=10),
    GradebookField("IsDefaultPublishScores", "flag", default=1),
    GradebookField("DistrictTeacherCategoryID", "number"),
    GradebookField("TeacherModified", "flag", default=0),
)
ASSIGNMENT: Final = (
    GradebookField("YearID", "number", required=True),
    GradebookField("StandardScoringMethod", default="GradeScale"),
    GradebookField("HasStandards", "flag", default=0),
)
ASSIGNMENT_SECTION: Final = (
    GradebookField("SectionsDCID", "number", required=True),
    GradebookField("Name", required=True),
    GradebookField("Description"),
    GradebookField("DueDate", "date", required=True),
    GradebookField("ScoreType", required=True),
    GradebookField("ScoreEntryPoints", "number"),
    GradebookField("TotalPointValue", "number"),
    GradebookField("Weight", "number", default=1),
    GradebookField("IsCountedInFinalGrade", "flag", default=1),
    GradebookField("IsScoringNeeded", "flag", default=1),
    GradebookField("IsScoresPublish", "flag", default=1),
    GradebookField("PublishOption", default="Immediately"),
)
CATEGORY_LINK: Final = (
    GradebookField("TeacherCategoryID", "number", required=True),
    GradebookField("IsPrimary", "flag", default=0),
)
SCORE: Final = (
    GradebookField("StudentsDCID", "number", required=True),
    GradebookField("ActualScoreEntered"),
    GradebookField("ActualScoreKind", default="REAL_SCORE"),
    GradebookField("ScoreType", required=True),
    GradebookField("ScorePoints", "number"),
)
