"""The judge accepts good files, and rejects them when a single spot is changed, by the rule that was broken."""

from __future__ import annotations

import ast
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from psconnect.model.clock import CancelToken
from tests.contracts.opening import open_snapshot
from tests.contracts.rosters import ListRoster, small
from tests.judges.apple import check_apple, read_apple

Cells = list[list[str]]
Files = dict[str, Cells]
Change = Callable[[Files], object]


def encoded(cells: Cells) -> bytes:
    """Lines in Apple's own way, written apart from the product."""
    return "".join(",".join(map(_cell, row)) + "\n" for row in cells).encode()


def _cell(value: str) -> str:
    text = re.sub(r'(["\\])', r"\\\1", value)
    return f'"{text}"' if re.search("[ ,]", text) else text


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Files by the product."""
    destination = open_snapshot("r", {"kind": "apple-csv", "folder": str(tmp_path), "policy": "6"})
    destination.prepare(ListRoster(small()), CancelToken()).publish()
    rows = read_apple(tmp_path / "r.zip")
    return {name: [[*lines[0]], *([*line.values()] for line in lines)] for name, lines in rows.items()}


def pack(folder: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(folder / "packed.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return folder / "packed.zip"


def as_bytes(files: Files) -> dict[str, bytes]:
    return {f"{name}.csv": encoded(cells) for name, cells in files.items()}


def rules(path: Path, required: str = "") -> set[str]:
    return {fault.rule for fault in check_apple(path, required)}


def put(file: str, column: str, value: str, line: int = 1) -> Change:
    def change(files: Files) -> None:
        files[file][line][files[file][0].index(column)] = value

    return change


def rename(file: str, column: str, to: str) -> Change:
    def change(files: Files) -> None:
        files[file][0][files[file][0].index(column)] = to

    return change


def without_column(file: str, column: str) -> Change:
    def change(files: Files) -> None:
        at = files[file][0].index(column)
        files[file] = [[*row[:at], *row[at + 1 :]] for row in files[file]]

    return change


def swap_columns(files: Files) -> None:
    for row in files["students"]:
        row[2], row[4] = row[4], row[2]


def number_again(files: Files) -> None:
    """A sixteenth instructor."""
    for at, row in enumerate(files["classes"]):
        row[-1:-1] = [f"instructor_id_{number}" if not at else "" for number in range(4, 17)]


def same_location(files: Files) -> None:
    header = files["staff"][0]
    row = next(row for row in files["staff"][1:] if row[-1])
    row[-1] = row[header.index("location_id")]


MUTATIONS: dict[str, tuple[str, Change]] = {
    "locations missing": ("file-missing", lambda files: files.pop("locations")),
    "students missing": ("file-missing", lambda files: files.pop("students")),
    "staff missing": ("file-missing", lambda files: files.pop("staff")),
    "courses missing": ("file-missing", lambda files: files.pop("courses")),
    "classes missing": ("file-missing", lambda files: files.pop("classes")),
    "rosters missing": ("file-missing", lambda files: files.pop("rosters")),
    "column renamed": ("header", rename("students", "first_name", "given_name")),
    "column in another case": ("header", rename("students", "first_name", "First_Name")),
    "column twice": ("header", rename("students", "person_number", "person_id")),
    "column missing": ("header", without_column("students", "grade_level")),
    "columns swapped": ("header", swap_columns),
    "too many instructors": ("header", number_again),
    "short row": ("width", lambda files: files["courses"][1].pop()),
    "id empty": ("required", put("students", "person_id", "")),
    "first name empty": ("required", put("students", "first_name", "")),
    "last name empty": ("required", put("staff", "last_name", "")),
    "no location": ("required", put("students", "location_id", "")),
    "location without a name": ("required", put("locations", "location_name", "")),
    "class without a course": ("required", put("classes", "course_id", "")),
    "id with a dot": ("id", put("courses", "course_id", "8.5")),
    "id with an underscore": ("id", put("rosters", "roster_id", "r_1")),
    "id with a blank": ("id", put("classes", "class_id", "51 01")),
    "id of other letters": ("id", put("students", "person_id", "é1")),
    "policy": ("policy", put("students", "password_policy", "5")),
    "address": ("email", put("students", "email_address", "ada at example.org")),
    "student twice": ("double", lambda files: files["students"].append(files["students"][1])),
    "staff with a student's id": ("double", put("staff", "person_id", "431")),
    "roster id twice": ("double", put("rosters", "roster_id", "10002")),
    "location twice": ("double", put("locations", "location_id", "4", 2)),
    "unknown location": ("reference", put("students", "location_id", "999")),
    "unknown second location": ("reference", put("staff", "location_id_2", "999")),
    "unknown instructor": ("reference", put("classes", "instructor_id", "T999")),
    "a student as an instructor": ("reference", put("classes", "instructor_id_2", "431")),
    "unknown course": ("reference", put("classes", "course_id", "999")),
    "unknown class": ("reference", put("rosters", "class_id", "999")),
    "unknown student": ("reference", put("rosters", "student_id", "999")),
    "a teacher in a roster": ("reference", put("rosters", "student_id", "T64")),
    "id in another case": ("reference", put("classes", "instructor_id", "t64")),
    "instructor twice": ("twice-in-row", put("classes", "instructor_id_2", "T64")),
    "location twice in a row": ("twice-in-row", same_location),
}
BYTES: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "CR LF": ("line-end", lambda content: content.replace(b"\n", b"\r\n")),
    "CR": ("line-end", lambda content: content.replace(b"\n", b"\r")),
    "no end of the last line": ("line-end", lambda content: content.rstrip(b"\n")),
    "a mark at the beginning": ("bom", lambda content: b"\xef\xbb\xbf" + content),
    "not UTF-8": ("not-utf8", lambda content: content.replace(b"Maple", b"M\xe4ple")),
    "quotes missing": ("quotes-missing", lambda content: content.replace(b'"Maple School"', b"Maple School")),
    "quotes needless": ("quotes-needless", lambda content: content.replace(b'"Maple School"', b'"Maple"')),
    "quote doubled": ("quoting", lambda content: content.replace(b'"Maple School"', b'"Maple ""School"""')),
    "quote alone": ("quoting", lambda content: content.replace(b'"Maple School"', b'Ma"ple')),
    "blank after a comma": ("quotes-missing", lambda content: content.replace(b"location_id,", b"location_id, ")),
}


def test_good_files_are_accepted(files: Files, tmp_path: Path) -> None:
    assert check_apple(pack(tmp_path, as_bytes(files))) == []


@pytest.mark.parametrize("what", MUTATIONS)
def test_a_mutation_is_rejected(files: Files, tmp_path: Path, what: str) -> None:
    rule, change = MUTATIONS[what]
    change(files)

    assert rule in rules(pack(tmp_path, as_bytes(files)))


@pytest.mark.parametrize("what", BYTES)
def test_a_mutation_of_bytes_is_rejected(files: Files, tmp_path: Path, what: str) -> None:
    rule, change = BYTES[what]
    content = as_bytes(files)
    content["locations.csv"] = change(content["locations.csv"])

    assert rule in rules(pack(tmp_path, content))


@pytest.mark.parametrize(
    ("name", "rule"), [("readme.txt", "zip-foreign"), ("Students.csv", "zip-foreign"), ("x/a", "zip-folder")]
)
def test_other_files_are_rejected(files: Files, tmp_path: Path, name: str, rule: str) -> None:
    assert rule in rules(pack(tmp_path, {**as_bytes(files), name: b""}))


@pytest.mark.parametrize(("value", "rule"), [("", "account-missing"), ("VERA@s.example.org", "account-double")])
def test_what_accounts_are_made_of_is_needed_and_unique(files: Files, tmp_path: Path, value: str, rule: str) -> None:
    for name in ("students", "staff"):
        at = files[name][0].index("email_address")
        for number, row in enumerate(files[name][1:]):
            row[at] = row[at] or f"{name}{number}@s.example.org"
    assert rules(pack(tmp_path, as_bytes(files)), "email_address") == set()

    put("students", "email_address", value)(files)
    assert rule in rules(pack(tmp_path, as_bytes(files)), "email_address")


def test_the_judge_imports_nothing_of_the_product() -> None:
    tree = ast.parse((Path(__file__).parent / "apple.py").read_text())
    names = [one.module or "" for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)]
    names += [alias.name for one in ast.walk(tree) if isinstance(one, ast.Import) for alias in one.names]
    assert {one.partition(".")[0] for one in names} - {"tests", "__future__"} <= set(sys.stdlib_module_names)
    assert {one for one in names if one.startswith("tests")} == {"tests.judges.csv_files"}
