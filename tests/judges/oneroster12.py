"""A strict judge of OneRoster 1.2 CSV bundles, written from the specification alone; nothing imports the product.

Archive, text and the tables that 1.1 has, too, are judged by the parts of its judge.
"""

from __future__ import annotations

from pathlib import Path

from tests.judges.oneroster11_archive import parse_lines, read_archive, read_manifest, read_tables
from tests.judges.oneroster11_findings import Finding, Report, Row, Table
from tests.judges.oneroster11_graph import check_graph
from tests.judges.oneroster11_values import check_values
from tests.judges.oneroster12_catalogue import ONE_TWO


def check_bundle_12(path: Path) -> list[Finding]:
    """Everything in which the bundle departs from the format; an empty list when it conforms."""
    findings: list[Finding] = []

    def report(file: str, line: int, rule: str, text: str) -> None:
        findings.append(Finding(file, line, rule, text))

    files = read_archive(path, report, ONE_TWO)
    if "manifest.csv" not in files:
        return findings
    tables = read_tables(files, read_manifest(files["manifest.csv"], report, ONE_TWO), report, ONE_TWO)
    for table in tables.values():
        check_values(table, report, ONE_TWO)
    check_graph(tables, report, ONE_TWO)
    _check_roles(tables, report)
    _check_profiles(tables, report)
    _check_grading_periods(tables, report)
    return findings


def read_bundle_12(path: Path) -> dict[str, list[dict[str, str]]]:
    """The rows of each file as column -> exact value; raises ValueError with the first finding about the text."""

    def refuse(file: str, line: int, rule: str, text: str) -> None:
        raise ValueError(f"{file}, line {line}: {rule}: {text}")

    rows: dict[str, list[dict[str, str]]] = {}
    for file, content in read_archive(path, refuse, ONE_TWO).items():
        header, *lines = parse_lines(file, content, refuse)
        rows[file.removesuffix(".csv")] = [dict(zip(header, cells, strict=True)) for cells in lines]
    return rows


def _rows(tables: dict[str, Table], name: str) -> list[Row]:
    return tables[name].rows if name in tables else []


def _check_roles(tables: dict[str, Table], report: Report) -> None:
    """At most one primary role per user and org, a role where the primary org is, and a primary role for everyone."""
    if tables.get("users", Table("users", "")).mode == "delta":
        return
    primary: set[tuple[str, str]] = set()
    places: set[tuple[str, str]] = set()
    for row in _rows(tables, "roles"):
        place = row.cells["userSourcedId"], row.cells["orgSourcedId"]
        places.add(place)
        if row.cells["roleType"] != "primary":
            continue
        if place in primary:
            report("roles.csv", row.line, "second-primary-role", "The user has another primary role in the org.")
        primary.add(place)
    with_primary = {user for user, _org in primary}
    for row in _rows(tables, "users"):
        user, org = row.cells["sourcedId"], row.cells["primaryOrgSourcedId"]
        if user not in with_primary:
            report("users.csv", row.line, "no-primary-role", "The user has no primary role.")
        if org and (user, org) not in places:
            report("users.csv", row.line, "primary-org-without-role", "The user has no role in their primary org.")


def _check_profiles(tables: dict[str, Table], report: Report) -> None:
    owners = {row.cells["sourcedId"]: row.cells["userSourcedId"] for row in _rows(tables, "userProfiles")}
    for row in _rows(tables, "roles"):
        profile = row.cells["userProfileSourcedId"]
        if profile in owners and owners[profile] != row.cells["userSourcedId"]:
            report("roles.csv", row.line, "profile-of-another", "The profile belongs to another user.")


def _check_grading_periods(tables: dict[str, Table], report: Report) -> None:
    types = {row.cells["sourcedId"]: row.cells["type"] for row in _rows(tables, "academicSessions")}
    for row in _rows(tables, "lineItems"):
        if types.get(row.cells["academicSessionSourcedId"]) == "schoolYear":
            report("lineItems.csv", row.line, "line-item-year", "A line item belongs to no whole school year.")
    schools = {row.cells["sourcedId"]: row.cells["type"] for row in _rows(tables, "orgs")}
    for row in _rows(tables, "lineItems"):
        if schools.get(row.cells["schoolSourcedId"], "school") != "school":
            report("lineItems.csv", row.line, "school-type", "schoolSourcedId refers to no school.")
