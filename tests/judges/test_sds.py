"""The judge accepts good files, and rejects them when a single spot is changed, by the rule that was broken."""

from __future__ import annotations

import ast
import csv
import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from psconnect.model.clock import CancelToken
from tests.contracts.opening import open_snapshot
from tests.contracts.rosters import ListRoster, Tables, small
from tests.judges.sds import check_files, read_files

Cells = list[list[str]]
Files = dict[str, Cells]
Change = Callable[[Files], object]
_ALL = {"relationships": True, "demographics": True, "user_flags": True}


def families() -> Tables:
    """The small district, each contact with an address, and custom fields for every column that can have one."""
    tables = small()
    for contact in tables["contact"]:
        contact["email"] = f"{contact['sourcedId']}@mail.example.org"
        contact["phone"] = "(555) 010-0199"
    tables["student"][0]["extra"] = (
        '{"sex":"F","birthDate":"2012-02-29","raceCodes":"A","iep":"1","sms":"+44 20 7946 0018"}'
    )
    return tables


FURTHER: dict[str, tuple[str, ...]] = {"student": ("sex", "birthDate", "raceCodes", "iep", "sms")}


def written(folder: Path) -> Files:
    """Files by the product, with everything in them."""
    destination = open_snapshot("r", {"kind": "sds-csv", "folder": str(folder), **_ALL})
    destination.prepare(ListRoster(families(), further=FURTHER), CancelToken()).publish()
    with zipfile.ZipFile(folder / "r.zip") as archive:
        return {
            name.removesuffix(".csv"): list(csv.reader(io.StringIO(archive.read(name).decode(), newline="")))
            for name in archive.namelist()
        }


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return written(tmp_path)


def pack(folder: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(folder / "packed.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return folder / "packed.zip"


def encoded(cells: Cells) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows(cells)
    return buffer.getvalue().encode()


def as_bytes(files: Files) -> dict[str, bytes]:
    return {f"{name}.csv": encoded(cells) for name, cells in files.items()}


def rules(path: Path) -> set[str]:
    return {fault.rule for fault in check_files(path)}


def put(file: str, column: str, value: str, line: int = 1) -> Change:
    def change(files: Files) -> None:
        files[file][line][files[file][0].index(column)] = value

    return change


def repeat(file: str, line: int = 1) -> Change:
    return lambda files: files[file].append([*files[file][line]])


def without_column(file: str, column: str) -> Change:
    def change(files: Files) -> None:
        at = files[file][0].index(column)
        files[file] = [[*row[:at], *row[at + 1 :]] for row in files[file]]

    return change


def rename(file: str, column: str, to: str) -> Change:
    def change(files: Files) -> None:
        files[file][0][files[file][0].index(column)] = to

    return change


def take(file: str, line: int = 1) -> Change:
    return lambda files: files[file].pop(line)


def no_primary(files: Files) -> None:
    for row in files["roles"][1:]:
        row[5] = "false"


def same_username(files: Files) -> None:
    files["users"][2][1] = files["users"][1][1].upper()


def swapped_dates(files: Files) -> None:
    row = files["academicSessions"][1]
    row[4], row[5] = row[5], row[4]


def semester_for_year(files: Files) -> None:
    semester = next(row[0] for row in files["academicSessions"] if row[2] == "semester")
    files["roles"][1][3] = semester


MUTATIONS: dict[str, tuple[str, Change]] = {
    "orgs missing": ("file-missing", lambda files: files.pop("orgs")),
    "roles missing": ("file-missing", lambda files: files.pop("roles")),
    "enrollments missing": ("file-missing", lambda files: files.pop("enrollments")),
    "required column missing": ("header-missing", without_column("users", "username")),
    "column twice": ("header-double", rename("users", "sms", "phone")),
    "column in another case": ("header-foreign", rename("orgs", "parentSourcedId", "ParentSourcedId")),
    "foreign column": ("header-foreign", rename("users", "sms", "middleName")),
    "short row": ("width", lambda files: files["classes"][1].pop()),
    "id empty": ("required", put("users", "sourcedId", "")),
    "username empty": ("required", put("users", "username", "")),
    "given name empty": ("required", put("users", "givenName", "")),
    "org without a name": ("required", put("orgs", "name", "")),
    "org type": ("word", put("orgs", "type", "schools")),
    "role": ("word", put("roles", "role", "pupil")),
    "enrollment role": ("word", put("enrollments", "role", "co-teacher")),
    "grade": ("word", put("roles", "grade", "Grade 9")),
    "primary spelled otherwise": ("word", put("roles", "isPrimary", "yes")),
    "session type": ("word", put("academicSessions", "type", "year")),
    "sex": ("word", put("demographics", "sex", "F")),
    "relationship role": ("word", put("relationships", "relationshipRole", "mother")),
    "birth date": ("date", put("demographics", "birthDate", "02/29/2012")),
    "session's date": ("date", put("academicSessions", "startDate", "2026-02-30")),
    "dates turned": ("dates-turned", swapped_dates),
    "phone without a country": ("phone", put("users", "phone", "5550100199")),
    "sms with blanks": ("phone", put("users", "sms", "+1 555 010 0199")),
    "address": ("email", put("users", "email", "ada at example.org")),
    "year": ("year", put("academicSessions", "schoolYear", "2026-2027")),
    "user twice": ("double", repeat("users")),
    "role twice": ("double", repeat("roles")),
    "enrollment twice": ("double", repeat("enrollments")),
    "flag twice": ("double", repeat("userFlags")),
    "relationship twice": ("double", repeat("relationships")),
    "username of two": ("username-double", same_username),
    "parent unknown": ("reference", put("orgs", "parentSourcedId", "999", 2)),
    "class at no school": ("reference", put("classes", "orgSourcedId", "999")),
    "class in no session": ("reference", put("classes", "sessionSourcedIds", "999")),
    "class without course": ("reference", put("classes", "courseSourcedId", "999")),
    "member unknown": ("reference", put("enrollments", "userSourcedId", "999")),
    "class unknown": ("reference", put("enrollments", "classSourcedId", "999")),
    "id in another case": ("reference", put("enrollments", "userSourcedId", "t64")),
    "user taken away": ("reference", take("users")),
    "contact taken away": ("reference", take("users", -1)),
    "no primary school": ("primary", no_primary),
    "two primary schools": ("primary", put("roles", "isPrimary", "true", 5)),
    "role in a semester": ("role-session", semester_for_year),
    "contact without address": ("contact-email", put("users", "email", "", -1)),
    "member without a role": ("member-role", take("roles")),
    "blank before an id": ("id-blanks", put("users", "sourcedId", " 431")),
}


def test_good_files_are_accepted(files: Files, tmp_path: Path) -> None:
    assert check_files(pack(tmp_path, as_bytes(files))) == []


@pytest.mark.parametrize("what", MUTATIONS)
def test_a_mutation_is_rejected(files: Files, tmp_path: Path, what: str) -> None:
    rule, change = MUTATIONS[what]
    change(files)

    assert rule in rules(pack(tmp_path, as_bytes(files)))


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("bom", lambda content: {**content, "orgs.csv": b"\xef\xbb\xbf" + content["orgs.csv"]}),
        ("not-utf8", lambda content: {**content, "orgs.csv": content["orgs.csv"].replace(b"Maple", b"M\xe4ple")}),
        ("quoting", lambda content: {**content, "orgs.csv": content["orgs.csv"].replace(b"Maple", b'M"aple')}),
        (
            "break-in-field",
            lambda content: {**content, "orgs.csv": content["orgs.csv"].replace(b"Maple School", b'"a\nb"')},
        ),
        ("zip-foreign", lambda content: {**content, "Users.csv": content["users.csv"]}),
        ("zip-folder", lambda content: {**content, "roster/users.csv": b""}),
        ("zip-foreign", lambda content: {**content, "readme.txt": b""}),
    ],
    ids=range(7),
)
def test_a_mutation_of_bytes_is_rejected(
    files: Files, tmp_path: Path, rule: str, change: Callable[[dict[str, bytes]], dict[str, bytes]]
) -> None:
    assert rule in rules(pack(tmp_path, change(as_bytes(files))))


def test_an_archive_that_can_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "packed.zip").write_bytes(b"no archive")

    assert "zip-unreadable" in rules(tmp_path / "packed.zip")
    with pytest.raises(ValueError, match="zip-unreadable"):
        read_files(tmp_path / "packed.zip")


def test_the_judge_imports_nothing_of_the_product() -> None:
    for name in ("sds", "csv_files"):
        tree = ast.parse((Path(__file__).parent / f"{name}.py").read_text())
        names = [one.module or "" for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)]
        names += [alias.name for one in ast.walk(tree) if isinstance(one, ast.Import) for alias in one.names]
        top = {one.partition(".")[0] for one in names} - {"tests", "__future__"}
        assert top <= set(sys.stdlib_module_names)
        assert {one for one in names if one.startswith("tests")} <= {"tests.judges.csv_files"}
