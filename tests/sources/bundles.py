"""Hand-made OneRoster 1.1 bundles with ids that are text."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

COLUMNS = {
    "academicSessions": "title type startDate endDate parentSourcedId schoolYear",
    "orgs": "name type identifier parentSourcedId",
    "courses": "schoolYearSourcedId title courseCode grades orgSourcedId subjects subjectCodes",
    "classes": "title grades courseSourcedId classCode classType location schoolSourcedId termSourcedIds subjects "
    "subjectCodes periods",
    "users": "enabledUser orgSourcedIds role username userIds givenName familyName middleName identifier email sms "
    "phone agentSourcedIds grades password",
    "enrollments": "classSourcedId schoolSourcedId userSourcedId role primary beginDate endDate",
}
ABSENT = ("categories", "classResources", "courseResources", "demographics", "lineItems", "resources", "results")
Rows = Mapping[str, Iterable[Mapping[str, str]]]


def person(own_id: str, role: str, **values: str) -> dict[str, str]:
    return {
        "sourcedId": own_id, "enabledUser": "true", "orgSourcedIds": "b-school", "role": role,
        "username": f"u{own_id}", "givenName": "Ana", "familyName": f"O'Neil-{own_id}",
        "email": f"{own_id}@example.org", **values,
    }  # fmt: skip


def school() -> dict[str, list[dict[str, str]]]:
    """One school with a class: two students, a teacher, an administrator and a mother of both."""
    return {
        "orgs": [
            {"sourcedId": "a-district", "name": "Lincoln", "type": "district"},
            {"sourcedId": "b-school", "name": "Maple", "type": "school", "identifier": "100",
             "parentSourcedId": "a-district"},
        ],
        "academicSessions": [
            {"sourcedId": "y-2027", "title": "2026-2027", "type": "schoolYear", "startDate": "2026-08-17",
             "endDate": "2027-06-04", "parentSourcedId": "y-2027", "schoolYear": "2027"},
        ],
        "courses": [
            {"sourcedId": "alg/1", "title": "Algebra, first", "courseCode": "ALG1", "orgSourcedId": "b-school"},
        ],
        "classes": [
            {"sourcedId": "c.9@x", "title": "Algebra “A”", "courseSourcedId": "alg/1", "classType": "scheduled",
             "schoolSourcedId": "b-school", "termSourcedIds": "y-2027"},
        ],
        "users": [
            person("007", "student", grades="05", agentSourcedIds="mum", userIds="{Ldap:x},{stateid:S-1}"),
            person("7", "student", grades="KG"),
            person("f0e1d2c3-aaaa-bbbb-cccc-000000000001", "teacher"),
            person("boss", "administrator"),
            person("mum", "parent", agentSourcedIds="007,7", phone="555-0100"),
        ],
        "enrollments": [
            {"sourcedId": "e1", "classSourcedId": "c.9@x", "schoolSourcedId": "b-school", "userSourcedId": "007",
             "role": "student", "beginDate": "2026-08-17"},
            {"sourcedId": "e2", "classSourcedId": "c.9@x", "schoolSourcedId": "b-school", "userSourcedId": "7",
             "role": "student", "beginDate": "2026-08-17"},
            {"sourcedId": "e3", "classSourcedId": "c.9@x", "schoolSourcedId": "b-school",
             "userSourcedId": "f0e1d2c3-aaaa-bbbb-cccc-000000000001", "role": "teacher", "primary": "TRUE"},
        ],
    }  # fmt: skip


def texts(rows: Rows, **properties: str) -> dict[str, bytes]:
    """The files of a bundle; ``properties`` change its manifest (dots as underscores)."""
    manifest = {"manifest.version": "1.0", "oneroster.version": "1.1"}
    manifest |= {f"file.{name}": "bulk" if rows.get(name) else "absent" for name in (*COLUMNS, *ABSENT)}
    manifest |= {name.replace("_", "."): value for name, value in properties.items()}
    files = {"manifest.csv": _csv([("propertyName", "value"), *manifest.items()])}
    for name, columns in COLUMNS.items():
        header = ["sourcedId", "status", "dateLastModified", *columns.split()]
        if rows.get(name):
            files[f"{name}.csv"] = _csv([header, *([row.get(column, "") for column in header] for row in rows[name])])
    return files


def _csv(rows: Iterable[Iterable[Any]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def write(folder: Path, files: Mapping[str, bytes], *, zipped: bool = False) -> Path:
    """A folder with the bundle."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    if zipped:
        with zipfile.ZipFile(folder / "bundle.zip", "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
    else:
        for name, content in files.items():
            (folder / name).write_bytes(content)
    return folder
