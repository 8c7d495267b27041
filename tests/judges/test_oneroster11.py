"""The judge accepts two good bundles, and rejects each when a single spot is changed, by the rule that was broken."""

from __future__ import annotations

import ast
import struct
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from psconnect.model.clock import CancelToken
from tests.contracts.opening import open_snapshot
from tests.contracts.rosters import ListRoster, small
from tests.judges.good_bundle import Files, encoded, files_of, find, good_files, pack
from tests.judges.oneroster11 import check_bundle, read_bundle

Change = Callable[[Files], object]


@pytest.fixture(scope="module")
def product_files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A bundle written by the product."""
    folder = tmp_path_factory.mktemp("product")
    given = {"kind": "oneroster-csv", "folder": str(folder)}
    destination = open_snapshot("roster", given)
    destination.prepare(ListRoster(small()), CancelToken()).publish()
    return files_of(folder / "roster.zip")


@pytest.fixture(params=["by hand", "by the product"])
def files(request: pytest.FixtureRequest, product_files: Files) -> Files:
    """A good bundle, to be changed."""
    made = good_files() if request.param == "by hand" else product_files
    return {name: [[*row] for row in rows] for name, rows in made.items()}


def bundle(folder: Path, files: Files) -> Path:
    return pack(folder / "bundle.zip", {name: encoded(cells) for name, cells in files.items()})


def rules(path: Path) -> set[str]:
    return {finding.rule for finding in check_bundle(path)}


def put(file: str, column: str, value: str, where: Callable[[dict[str, str]], bool] = lambda _row: True) -> Change:
    """Change one cell: of the first row for which ``where`` holds."""

    def change(files: Files) -> None:
        name = f"{file}.csv"
        files[name][find(files, name, where)][files[name][0].index(column)] = value

    return change


def put_in_manifest(name: str, value: str) -> Change:
    return put("manifest", "value", value, lambda row: row["propertyName"] == name)


def is_student(row: dict[str, str]) -> bool:
    return row["role"] == "student"


def is_teacher(row: dict[str, str]) -> bool:
    return row["role"] == "teacher"


def has_parent(row: dict[str, str]) -> bool:
    return bool(row["parentSourcedId"])


def copy_line(file: str, index: int) -> Change:
    """Repeat one line."""
    return on_lines(file, lambda rows: rows.append([*rows[index]]))


def on_lines(file: str, act: Callable[[list[list[str]]], Any]) -> Change:
    """Change the lines of a file as a whole."""
    return lambda files: act(files[f"{file}.csv"])


def on_each_line(file: str, act: Callable[[list[str], bool], Any]) -> Change:
    """Change each line of a file; the second argument says whether it is the header."""

    def change(files: Files) -> None:
        for at, row in enumerate(files[f"{file}.csv"]):
            act(row, at == 0)

    return change


def turn_names(row: list[str], _header: bool) -> None:
    row[8], row[9] = row[9], row[8]


def parents_in_a_ring(files: Files) -> None:
    """A year whose parent is its own semester."""
    rows = files["academicSessions.csv"]
    child = rows[find(files, "academicSessions.csv", has_parent)]
    year = next(row for row in rows if row[0] == child[7])
    year[7] = child[0]


def second_primary(files: Files) -> None:
    rows = files["enrollments.csv"]
    files["enrollments.csv"][find(files, "enrollments.csv", lambda r: is_teacher(r) and r["primary"] == "false")][7] = (
        "true"
    )
    assert sum(row[7] == "true" for row in rows) == 3


def same_username(files: Files) -> None:
    rows = files["users.csv"]
    rows[2][6] = rows[1][6]


def drop_property(files: Files, name: str) -> None:
    files["manifest.csv"] = [row for row in files["manifest.csv"] if row[0] != name]
    files.pop(f"{name.removeprefix('file.')}.csv", None)


def join_orgs(files: Files, separator: str, more: list[str] | None = None, *, twice: bool = False) -> None:
    rows = files["users.csv"]
    row = rows[find(files, "users.csv", lambda user: "," in user["orgSourcedIds"])]
    items = row[4].split(",")
    row[4] = separator.join([*items, *(more or []), *(items[:1] if twice else [])])


def at_the_district(files: Files, file: str) -> None:
    rows = files[f"{file}.csv"]
    rows[1][rows[0].index("schoolSourcedId")] = next(row[0] for row in files["orgs.csv"] if row[4] == "district")


def course_of_a_semester(files: Files) -> None:
    files["courses.csv"][1][3] = next(row[0] for row in files["academicSessions.csv"] if row[4] == "semester")


def own_parent(files: Files, file: str) -> None:
    rows = files[f"{file}.csv"]
    rows[-1][rows[0].index("parentSourcedId")] = rows[-1][0]


CHANGES: dict[str, tuple[set[str], Change]] = {
    # The manifest.
    "manifest header in capitals": ({"manifest-header"}, on_lines("manifest", lambda m: m[0].__setitem__(1, "Value"))),
    "manifest columns turned": ({"manifest-header"}, on_lines("manifest", lambda m: m[0].reverse())),
    "manifest version as a number": ({"manifest-version"}, put_in_manifest("manifest.version", "1")),
    "another OneRoster version": ({"oneroster-version"}, put_in_manifest("oneroster.version", "1.2")),
    "no version": ({"manifest-missing-property"}, on_lines("manifest", lambda m: m.pop(2))),
    "no word on an unused file": ({"manifest-missing-property"}, lambda f: drop_property(f, "file.results")),
    "unknown property": ({"manifest-unknown"}, on_lines("manifest", lambda m: m.append(["source.name", "x"]))),
    "file of another version": (
        {"manifest-unknown"},
        on_lines("manifest", lambda m: m.append(["file.roles", "absent"])),
    ),
    "repeated property": ({"manifest-repeated"}, on_lines("manifest", lambda m: m.append([*m[3]]))),
    "third cell": ({"manifest-width", "manifest-missing-property"}, on_lines("manifest", lambda m: m[1].append(""))),
    "unknown mode": ({"manifest-mode"}, put_in_manifest("file.orgs", "Bulk")),
    "absent but there": ({"absent-but-there"}, put_in_manifest("file.orgs", "absent")),
    "modes mixed": (
        {"manifest-mixed-modes", "status-in-delta", "modified-in-delta"},
        put_in_manifest("file.orgs", "delta"),
    ),
    "bulk but missing": ({"declared-but-missing", "dangling"}, lambda f: f.pop("courses.csv")),
    "header without rows": ({"declared-empty"}, on_lines("enrollments", lambda rows: rows.__delitem__(slice(1, None)))),
    # Headers and widths, as 1.2 has them.
    "column in lower case": ({"header"}, on_lines("users", lambda rows: rows[0].__setitem__(0, "sourcedID"))),
    "columns turned": ({"header"}, on_each_line("users", turn_names)),
    "column missing": ({"header", "dangling"}, on_each_line("users", lambda row, _header: row.pop())),
    "column of another version": (
        {"header-extension"},
        on_each_line("users", lambda row, header: row.append("pronouns" if header else "")),
    ),
    "extension twice": (
        {"header"},
        on_each_line("orgs", lambda row, _header: row.extend(["metadata.a", "metadata.a"])),
    ),
    "cell too many": ({"width"}, on_lines("enrollments", lambda rows: rows[1].append(""))),
    "cell too few": ({"width"}, on_lines("enrollments", lambda rows: rows[1].pop())),
    "empty line": ({"width"}, on_lines("enrollments", lambda rows: rows.append([""]))),
    # Ids and base columns, as 1.2 and 1.3 have them.
    "no id": ({"sourced-id"}, put("enrollments", "sourcedId", "")),
    "id with a blank": ({"sourced-id"}, put("enrollments", "sourcedId", "1 01")),
    "id with a letter beyond ASCII": ({"sourced-id"}, put("enrollments", "sourcedId", "Ä1")),
    "id of 256 characters": ({"sourced-id"}, put("enrollments", "sourcedId", "9" * 256)),
    "id twice": ({"duplicate-id"}, copy_line("orgs", 1)),
    "class twice": ({"duplicate-id"}, copy_line("classes", 1)),
    "status in bulk": ({"status-in-bulk"}, put("users", "status", "active")),
    "date in bulk": ({"modified-in-bulk"}, put("users", "dateLastModified", "2026-08-17T00:00:00.000Z")),
    # Required values, as 1.4 has them.
    "org without a name": ({"required"}, put("orgs", "name", "")),
    "org without a type": ({"required"}, put("orgs", "type", "")),
    "session without a title": ({"required"}, put("academicSessions", "title", "")),
    "session without a start": ({"required"}, put("academicSessions", "startDate", "")),
    "session without a year": ({"required"}, put("academicSessions", "schoolYear", "")),
    "course without a title": ({"required"}, put("courses", "title", "")),
    "course without an org": ({"required"}, put("courses", "orgSourcedId", "")),
    "class without a title": ({"required"}, put("classes", "title", "")),
    "class without a course": ({"required"}, put("classes", "courseSourcedId", "")),
    "class without a type": ({"required"}, put("classes", "classType", "")),
    "class without a school": ({"required"}, put("classes", "schoolSourcedId", "")),
    "class without a term": ({"required"}, put("classes", "termSourcedIds", "")),
    "user without enabledUser": ({"required"}, put("users", "enabledUser", "")),
    "user without an org": ({"required"}, put("users", "orgSourcedIds", "")),
    "user without a role": ({"required"}, put("users", "role", "", is_teacher)),
    "user without a username": ({"required"}, put("users", "username", "")),
    "user without a given name": ({"required"}, put("users", "givenName", "")),
    "given name that shows nothing": ({"required"}, put("users", "givenName", "\u200b \t")),
    "user without a family name": ({"required"}, put("users", "familyName", "")),
    "enrollment without a class": ({"required"}, put("enrollments", "classSourcedId", "")),
    "enrollment without a user": ({"required"}, put("enrollments", "userSourcedId", "")),
    "enrollment without a role": ({"required"}, put("enrollments", "role", "", is_student)),
    "a blank for nothing": ({"null-spelling"}, put("users", "middleName", " ", lambda row: not row["middleName"])),
    # Words, numbers and dates.
    "org type in capitals": ({"enumeration"}, put("orgs", "type", "District")),
    "session type of a portion": ({"enumeration"}, put("academicSessions", "type", "quarter", has_parent)),
    "class type": ({"enumeration"}, put("classes", "classType", "section")),
    "role in capitals": ({"enumeration"}, put("users", "role", "Teacher", is_teacher)),
    "role of 1.2": ({"enumeration"}, put("users", "role", "principal", is_teacher)),
    "aide in a class": ({"enumeration"}, put("enrollments", "role", "aide", lambda row: row["primary"] == "false")),
    "parent in a class": ({"enumeration"}, put("enrollments", "role", "parent", lambda row: row["primary"] == "false")),
    "boolean in capitals": ({"boolean"}, put("users", "enabledUser", "True")),
    "boolean as a digit": ({"boolean"}, put("enrollments", "primary", "1", is_teacher)),
    "American date": ({"date"}, put("academicSessions", "startDate", "08/17/2026")),
    "date without zeros": ({"date"}, put("enrollments", "beginDate", "2026-8-17")),
    "date that does not exist": ({"date"}, put("enrollments", "beginDate", "2026-02-30")),
    "date with a time": ({"date"}, put("enrollments", "endDate", "2027-01-16T00:00:00.000Z")),
    "school year as two years": ({"year"}, put("academicSessions", "schoolYear", "2026-2027")),
    "school year by its start": ({"school-year-end"}, put("academicSessions", "schoolYear", "2026")),
    "end before start": ({"end-before-begin"}, put("academicSessions", "endDate", "2026-08-16", has_parent)),
    "enrollment that ends first": ({"end-before-begin"}, put("enrollments", "endDate", "2026-08-16")),
    "grade without a zero": ({"grades"}, put("users", "grades", "9", is_student)),
    "grade in words": ({"grades"}, put("users", "grades", "Kindergarten", is_student)),
    "userIds without braces": ({"user-ids"}, put("users", "userIds", "StateID:12", is_student)),
    "userIds with a blank": ({"user-ids"}, put("users", "userIds", "{StateID: 12}", is_student)),
    "userIds without a type": ({"user-ids"}, put("users", "userIds", "{12}", is_student)),
    "userIds joined by a semicolon": ({"user-ids"}, put("users", "userIds", "{A:1};{B:2}", is_student)),
    # Lists in one cell.
    "list with a blank": ({"list", "dangling"}, lambda f: join_orgs(f, ", ")),
    "list joined by a semicolon": ({"reference-syntax", "dangling"}, lambda f: join_orgs(f, ";")),
    "list that ends in a comma": ({"list"}, lambda f: join_orgs(f, ",", more=[""])),
    "list with an item twice": ({"list-repeat"}, lambda f: join_orgs(f, ",", twice=True)),
    # References, as 1.4 has them.
    "user of an unknown org": ({"dangling"}, put("users", "orgSourcedIds", "elsewhere")),
    "unknown agent": ({"dangling"}, put("users", "agentSourcedIds", "C999")),
    "agent in other letters": ({"dangling"}, put("users", "agentSourcedIds", "c300", is_student)),
    "class of an unknown course": ({"dangling"}, put("classes", "courseSourcedId", "0")),
    "class in an unknown term": ({"dangling"}, put("classes", "termSourcedIds", "0")),
    "class at an unknown school": ({"dangling"}, put("classes", "schoolSourcedId", "0")),
    "class at the district": ({"school-type"}, lambda f: at_the_district(f, "classes")),
    "enrollment at the district": ({"school-type"}, lambda f: at_the_district(f, "enrollments")),
    "course of an unknown org": ({"dangling"}, put("courses", "orgSourcedId", "0")),
    "course of a semester": ({"course-year-type"}, course_of_a_semester),
    "enrollment in an unknown class": ({"dangling"}, put("enrollments", "classSourcedId", "0")),
    "enrollment of an unknown user": ({"dangling"}, put("enrollments", "userSourcedId", "0")),
    "session below an unknown one": ({"dangling"}, put("academicSessions", "parentSourcedId", "0", has_parent)),
    "session as its own parent": ({"parent-cycle"}, lambda f: own_parent(f, "academicSessions")),
    "sessions in a ring": ({"parent-cycle"}, parents_in_a_ring),
    "org as its own parent": ({"parent-cycle"}, lambda f: own_parent(f, "orgs")),
    "org below an unknown one": ({"dangling"}, put("orgs", "parentSourcedId", "0", has_parent)),
    # Rules over several rows.
    "second primary teacher": ({"second-primary"}, second_primary),
    "primary student": ({"primary-not-teacher"}, put("enrollments", "primary", "true", is_student)),
    "username twice": ({"duplicate-username"}, same_username),
}


def test_accepts_a_good_bundle(files: Files, tmp_path: Path) -> None:
    assert check_bundle(bundle(tmp_path, files)) == []


@pytest.mark.parametrize("name", CHANGES)
def test_rejects_a_changed_bundle_by_the_broken_rule(name: str, files: Files, tmp_path: Path) -> None:
    expected, change = CHANGES[name]
    change(files)

    assert rules(bundle(tmp_path, files)) == expected


OTHER_FILES: dict[str, tuple[set[str], Change]] = {
    "subject codes do not match": ({"subject-codes"}, put("courses", "subjectCodes", "02052")),
    "subject list with a gap": ({"list"}, put("courses", "subjects", "Algebra,")),
    "birth date": ({"date"}, put("demographics", "birthDate", "02/29/2012")),
    "sex of 1.2": ({"enumeration"}, put("demographics", "sex", "other")),
    "race as a letter": ({"boolean"}, put("demographics", "asian", "Y")),
    "residence": ({"enumeration"}, put("demographics", "publicSchoolResidenceStatus", "1652")),
    "demographics of nobody": ({"dangling"}, put("demographics", "sourcedId", "99")),
    "line item in a semester": ({"grading-period-type"}, put("lineItems", "gradingPeriodSourcedId", "s1")),
    "line item of no category": ({"dangling"}, put("lineItems", "categorySourcedId", "g9")),
    "line item due too early": ({"end-before-begin"}, put("lineItems", "dueDate", "2026-08-31")),
    "maximum with a comma": ({"number"}, put("lineItems", "resultValueMax", "10,5")),
    "score state": ({"enumeration"}, put("results", "scoreStatus", "graded")),
    "result of a teacher": ({"result-student-type"}, put("results", "studentSourcedId", "T1")),
    "importance": ({"enumeration"}, put("resources", "importance", "high")),
    "roles of a resource": ({"enumeration"}, put("resources", "roles", "student,pupil")),
    "resource of an unknown class": ({"dangling"}, put("classResources", "classSourcedId", "k9")),
    "resource unknown to its course": ({"dangling"}, put("courseResources", "resourceSourcedId", "v9")),
    "category without a title": ({"required"}, put("categories", "title", "")),
    "grades with a blank": ({"list"}, put("courses", "grades", "09, 10")),
}


@pytest.mark.parametrize("name", OTHER_FILES)
def test_rejects_a_change_in_files_the_product_does_not_write(name: str, tmp_path: Path) -> None:
    expected, change = OTHER_FILES[name]
    files = good_files()
    change(files)

    assert rules(bundle(tmp_path, files)) == expected


BYTES: dict[str, tuple[set[str], Callable[[bytes], bytes]]] = {
    "byte order mark": ({"bom"}, lambda text: b"\xef\xbb\xbf" + text),
    "Latin-1": (
        {"not-utf8", "header", "declared-empty", "dangling"},
        lambda text: text.replace(b"School", b"\xe9cole", 1),
    ),
    "line feeds alone": ({"line-end"}, lambda text: text.replace(b"\r\n", b"\n")),
    "one line feed alone": ({"line-end"}, lambda text: text.replace(b"\r\n", b"\n", 2).replace(b"\n", b"\r\n", 1)),
    "cut off at the end": ({"line-end"}, lambda text: text[:-2]),
    "line feed in a field": ({"break-in-field"}, lambda text: text.replace(b"Maple School", b'"Maple\nSchool"')),
    "carriage return in a field": ({"break-in-field"}, lambda text: text.replace(b"Maple School", b'"Maple\rSchool"')),
    "both in a field": ({"break-in-field"}, lambda text: text.replace(b"Maple School", b'"Maple\r\nSchool"')),
    "quote in the middle": ({"quoting", "dangling"}, lambda text: text.replace(b"Maple School", b'Maple "School"')),
    "quote never closed": ({"quoting", "dangling"}, lambda text: text.replace(b"Maple School", b'"Maple School')),
    "empty": ({"header", "declared-empty", "dangling"}, lambda _text: b""),
}


@pytest.mark.parametrize("name", BYTES)
def test_rejects_changed_bytes(name: str, files: Files, tmp_path: Path) -> None:
    expected, change = BYTES[name]
    contents = {file: encoded(cells) for file, cells in files.items()}
    before = contents["orgs.csv"]
    contents["orgs.csv"] = change(before)
    assert contents["orgs.csv"] != before

    assert rules(pack(tmp_path / "bundle.zip", contents)) == expected


ARCHIVES: dict[str, tuple[set[str], Callable[[dict[str, bytes]], dict[str, bytes]]]] = {
    "a folder around all": (
        {"zip-folder", "manifest-missing"},
        lambda f: {f"roster/{n}": text for n, text in f.items()},
    ),
    "an empty folder": ({"zip-folder"}, lambda f: {"previous/": b"", **f}),
    "a backslash": ({"zip-folder"}, lambda f: {**f, "x\\orgs.csv": b""}),
    "a file beside": ({"zip-foreign"}, lambda f: {**f, "readme.txt": b"hello"}),
    "a file of the system": ({"zip-folder"}, lambda f: {**f, "__MACOSX/._orgs.csv": b""}),
    "a file of 1.2": ({"zip-foreign"}, lambda f: {**f, "roles.csv": b""}),
    "a name in other letters": (
        {"zip-foreign", "declared-but-missing", "dangling"},
        lambda f: {("academicsessions.csv" if n == "academicSessions.csv" else n): text for n, text in f.items()},
    ),
    "no manifest": ({"manifest-missing"}, lambda f: {n: text for n, text in f.items() if n != "manifest.csv"}),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_rejects_a_changed_archive(name: str, files: Files, tmp_path: Path) -> None:
    expected, change = ARCHIVES[name]
    contents = change({file: encoded(cells) for file, cells in files.items()})

    assert rules(pack(tmp_path / "bundle.zip", contents)) == expected


def test_rejects_a_file_that_is_there_twice(files: Files, tmp_path: Path) -> None:
    path = bundle(tmp_path, files)
    with warnings.catch_warnings(), zipfile.ZipFile(path, "a") as archive:
        warnings.simplefilter("ignore", UserWarning)
        archive.writestr("orgs.csv", encoded(files["orgs.csv"]))

    assert rules(path) == {"zip-duplicate"}


def test_rejects_another_compression(files: Files, tmp_path: Path) -> None:
    path = bundle(tmp_path, {name: cells for name, cells in files.items() if name != "orgs.csv"})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("orgs.csv", encoded(files["orgs.csv"]))

    assert rules(path) == {"zip-method"}


def test_rejects_a_password(files: Files, tmp_path: Path) -> None:
    path = bundle(tmp_path, files)
    content = bytearray(path.read_bytes())
    entry = content.rindex(b"PK\x01\x02", 0, content.rindex(b"enrollments.csv"))
    (flags,) = struct.unpack_from("<H", content, entry + 8)
    struct.pack_into("<H", content, entry + 8, flags | 1)
    path.write_bytes(content)

    assert rules(path) == {"zip-encrypted", "header", "declared-empty"}


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_rejects_a_bundle_that_is_cut_off(share: float, files: Files, tmp_path: Path) -> None:
    path = bundle(tmp_path, files)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])

    assert rules(path) == {"zip-unreadable"}


def test_rejects_a_flipped_bit_in_the_content(files: Files, tmp_path: Path) -> None:
    path = bundle(tmp_path, files)
    content = bytearray(path.read_bytes())
    content[content.index(b"Maple School")] ^= 0x20
    path.write_bytes(content)

    assert rules(path) == {"zip-unreadable"}


def test_names_file_and_line(tmp_path: Path) -> None:
    files = good_files()
    put("users", "role", "pupil", lambda row: row["sourcedId"] == "12")(files)

    (finding,) = check_bundle(bundle(tmp_path, files))

    assert (finding.file, finding.line, finding.rule, finding.warning) == ("users.csv", 3, "enumeration", False)


def test_a_duplicate_username_is_a_warning(tmp_path: Path) -> None:
    files = good_files()
    same_username(files)

    assert [finding.warning for finding in check_bundle(bundle(tmp_path, files))] == [True]


def test_accepts_extension_columns_and_a_delta(tmp_path: Path) -> None:
    files = good_files()
    for row in files["orgs.csv"]:
        row.append("metadata.region" if row[0] == "sourcedId" else "north")
    assert check_bundle(bundle(tmp_path, files)) == []

    for name, rows in files.items():
        for row in rows[1:]:
            if name == "manifest.csv":
                row[1] = row[1].replace("bulk", "delta")
            else:
                row[1:3] = ["tobedeleted", "2026-08-17T06:00:00.000Z"]
    put("enrollments", "userSourcedId", "sent-earlier")(files)
    assert check_bundle(bundle(tmp_path, files)) == []


def test_reads_exact_values(tmp_path: Path) -> None:
    read = read_bundle(bundle(tmp_path, good_files()))

    assert [row["title"] for row in read["academicSessions"]] == ["2026-2027", 'Semester 1, "fall" term', "Quarter 1"]
    assert read["users"][2]["orgSourcedIds"] == "o1,o2"
    assert read["manifest"][0] == {"propertyName": "manifest.version", "value": "1.0"}
    assert sorted(read) == sorted(name.removesuffix(".csv") for name in good_files())


def test_refuses_to_read_a_damaged_bundle(tmp_path: Path) -> None:
    contents = {file: encoded(cells) for file, cells in good_files().items()}
    contents["orgs.csv"] = contents["orgs.csv"].replace(b"\r\n", b"\n")

    with pytest.raises(ValueError, match=r"orgs\.csv, line 1: line-end"):
        read_bundle(pack(tmp_path / "bundle.zip", contents))


def test_the_judges_share_nothing_with_the_product() -> None:
    judges = [path for path in Path(__file__).parent.glob("*.py") if not path.name.startswith("test_")]
    assert len(judges) >= 6
    for path in judges:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                top = name.split(".")[0]
                assert top in sys.stdlib_module_names or name.startswith("tests.judges."), f"{path.name} imports {name}"
