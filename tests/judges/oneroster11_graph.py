"""What rows say of each other: references, their types, cycles, primary teachers; from the specification."""

from __future__ import annotations

from tests.judges.oneroster11_catalogue import ONE_ONE, Catalogue
from tests.judges.oneroster11_findings import Report, Row, Table

_TYPED = (
    ("classes", "schoolSourcedId", "orgs", "type", "school", "school-type"),
    ("enrollments", "schoolSourcedId", "orgs", "type", "school", "school-type"),
    ("courses", "schoolYearSourcedId", "academicSessions", "type", "schoolYear", "course-year-type"),
    ("lineItems", "gradingPeriodSourcedId", "academicSessions", "type", "gradingPeriod", "grading-period-type"),
    ("results", "studentSourcedId", "users", "role", "student", "result-student-type"),
)
"""File, its column, the file referred to, and what column of that must say what."""


def check_graph(tables: dict[str, Table], report: Report, catalogue: Catalogue = ONE_ONE) -> None:
    """Every reference of every row, and the rules that join several rows."""
    for table in tables.values():
        _check_references(table, tables, report, catalogue)
    for file, column, other, attribute, wanted, rule in _TYPED:
        types = {row.cells["sourcedId"]: row.cells.get(attribute, wanted) for row in _rows(tables, other)}
        for row in _rows(tables, file):
            found = types.get(row.cells.get(column, ""), wanted)
            if found != wanted:
                report(f"{file}.csv", row.line, rule, f"{column} refers to a {found}, not to a {wanted}.")
    for file in ("academicSessions", "orgs"):
        _check_cycles(file, _rows(tables, file), report)
    _check_demographics(tables, report)
    _check_primary(_rows(tables, "enrollments"), report)
    _check_usernames(_rows(tables, "users"), report)


def _rows(tables: dict[str, Table], name: str) -> list[Row]:
    return tables[name].rows if name in tables else []


def _check_references(table: Table, tables: dict[str, Table], report: Report, catalogue: Catalogue) -> None:
    # A delta may point at records that were sent earlier (1.3).
    if table.mode == "delta":
        return
    for column in catalogue.files[table.name]:
        if not column.refers:
            continue
        known = tables[column.refers].ids() if column.refers in tables else set()
        for row in table.rows:
            value = row.cells[column.name]
            items = [] if not value.strip() else value.split(",") if column.many else [value]
            for item in items:
                if item.strip() and item not in known:
                    text = f"{column.name} refers to {item}, which is not in {column.refers}.csv."
                    report(table.file, row.line, "dangling", text)


def _check_cycles(file: str, rows: list[Row], report: Report) -> None:
    parents = {row.cells["sourcedId"]: row.cells["parentSourcedId"] for row in rows}
    for row in rows:
        above, seen = row.cells["parentSourcedId"], {row.cells["sourcedId"]}
        while above and above not in seen:
            seen.add(above)
            above = parents.get(above, "")
        if above:
            report(f"{file}.csv", row.line, "parent-cycle", "The row is its own ancestor.")


def _check_demographics(tables: dict[str, Table], report: Report) -> None:
    users = {row.cells["sourcedId"] for row in _rows(tables, "users")}
    for row in _rows(tables, "demographics"):
        if row.cells["sourcedId"] not in users and tables["demographics"].mode != "delta":
            report("demographics.csv", row.line, "dangling", "There is no user with this sourcedId.")


def _check_primary(rows: list[Row], report: Report) -> None:
    primary: set[str] = set()
    for row in rows:
        if row.cells["primary"] != "true":
            continue
        if row.cells["role"] != "teacher":
            report("enrollments.csv", row.line, "primary-not-teacher", "Only a teacher can be primary.")
            continue
        if row.cells["classSourcedId"] in primary:
            report("enrollments.csv", row.line, "second-primary", "The class has another primary teacher.")
        primary.add(row.cells["classSourcedId"])


def _check_usernames(rows: list[Row], report: Report) -> None:
    seen: set[str] = set()
    for row in rows:
        name = row.cells["username"]
        if name and name in seen:
            report("users.csv", row.line, "duplicate-username", "Somebody else has the same username.")
        seen.add(name)
