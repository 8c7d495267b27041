"""The judge of Clever's files accepts good ones, by hand and by the product, and rejects each single defect."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from psconnect.model.clock import CancelToken
from tests.contracts.opening import open_snapshot
from tests.contracts.rosters import ListRoster, small
from tests.judges.clever import check_clever, read_clever
from tests.judges.good_bundle import Files, encoded, files_of, find, lines, pack

Change = Callable[[Files], object]
_BY_HAND = {
    "schools": """
        School id,School name,School number,School state,School zip,School phone,Low grade,ext.region
        3,Maple School,100,IL,627011234,2175550100,Kindergarten,north
        4,Cedar School,110,,,,,""",
    "students": """
        School_id,Student_id,Student_number,Last_name,First_name,Grade,DOB,Race,Hispanic_Latino,Home_language,\
Contact_relationship,Contact_type,Contact_name,Contact_phone,Contact_phone_type,Contact_email,Contact_sis_id
        3,431,204000,O'Neil,Ada,9,02/29/2012,A,N,Spanish,Parent,Parent/Guardian,Uma O'Neil,2175550101,Cell,u@x.org,C1
        3,431,204000,O'Neil,Ada,9,02/29/2012,A,N,Spanish,Aunt/Uncle,Family,"Reyes, Tom",,,,C2
        4,432,204003,O'Neil,Bo,Kindergarten,,,,,,,,,,,""",
    "teachers": """
        School_id,Teacher_id,Teacher_number,Teacher_email,First_name,Last_name
        3,T64,00001,vera@s.example.org,Vera,Đặng
        4,T64,00001,vera@s.example.org,Vera,Đặng
        3,T65,00002,,Wim,de Vries""",
    "sections": """
        School_id,Section_id,Teacher_id,Teacher_2_id,Teacher_3_id,Name,Grade,Subject,Term_name,Term_start,Term_end
        3,5101,T64,T65,,"Mathematics ""1"" A",9-12,Math,Semester 1,08/17/2026,01/15/2027
        4,5102,T64,,,Workshop,,,Year,08/17/2026,06/11/2027""",
    "enrollments": """
        School_id,Section_id,Student_id
        3,5101,431
        4,5102,432""",
    "staff": """
        School_id,Staff_id,Staff_email,First_name,Last_name,Role
        3,T66,xie@s.example.org,Xie,Chen,STL
        DEFAULT_DISTRICT_OFFICE,T67,bea@s.example.org,Bea,Roy,""",
}


def good_clever() -> Files:
    """The files by hand; the headers of one have blanks."""
    return {f"{name}.csv": lines(text) for name, text in _BY_HAND.items()}


@pytest.fixture(scope="module")
def product_files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The files that the product writes of the small district."""
    folder = tmp_path_factory.mktemp("product")
    given = {"kind": "clever-csv", "packing": "zip", "folder": str(folder)}
    open_snapshot("roster", given).prepare(ListRoster(small()), CancelToken()).publish()
    return files_of(folder / "roster.zip")


@pytest.fixture(params=["by hand", "by the product"])
def files(request: pytest.FixtureRequest, product_files: Files) -> Files:
    """Good files, to be changed."""
    made = good_clever() if request.param == "by hand" else product_files
    return {name: [[*row] for row in rows] for name, rows in made.items()}


def packed(folder: Path, files: Files) -> Path:
    return pack(folder / "set.zip", {name: encoded(cells) for name, cells in files.items()})


def rules(path: Path) -> set[str]:
    return {finding.rule for finding in check_clever(path)}


def _column(files: Files, file: str, name: str) -> int:
    return [one.replace(" ", "_") for one in files[file][0]].index(name)


def put(file: str, column: str, value: str, row: int = 1) -> Change:
    """Change one cell."""

    def change(files: Files) -> None:
        files[f"{file}.csv"][row][_column(files, f"{file}.csv", column)] = value

    return change


def on_lines(file: str, act: Callable[[list[list[str]]], Any]) -> Change:
    return lambda files: act(files[f"{file}.csv"])


def in_column(file: str, column: str, act: Callable[[list[str], int], Any]) -> Change:
    """Change every row of a file at a column; the header, too."""

    def change(files: Files) -> None:
        at = _column(files, f"{file}.csv", column)
        for row in files[f"{file}.csv"]:
            act(row, at)

    return change


def without(row: list[str], at: int) -> None:
    row.pop(at)


def five_more(files: Files) -> None:
    """Six contacts for the first student, who has two."""
    rows = files["students.csv"]
    at = _column(files, "students.csv", "Contact_sis_id")
    for number in range(4):
        rows.insert(3, [*rows[2][:at], f"C9{number}", *rows[2][at + 1 :]])


def same_contact(files: Files) -> None:
    at = _column(files, "students.csv", "Contact_sis_id")
    files["students.csv"][2][at] = files["students.csv"][1][at]


def no_contact_in_the_second_row(files: Files) -> None:
    rows = files["students.csv"]
    first, last = (_column(files, "students.csv", f"Contact_{name}") for name in ("relationship", "sis_id"))
    rows[2][first : last + 1] = [""] * (last + 1 - first)


def same_number(files: Files) -> None:
    """The last student has the number of the first."""
    at = _column(files, "students.csv", "Student_number")
    files["students.csv"][-1][at] = files["students.csv"][1][at]


def further_column(file: str, header: str, value: str = "") -> Change:
    def change(files: Files) -> None:
        for number, row in enumerate(files[f"{file}.csv"]):
            row.append(value if number else header)

    return change


def drop(file: str) -> Change:
    return lambda files: files.pop(f"{file}.csv")


def gap(files: Files) -> None:
    at = _column(files, "sections.csv", "Teacher_2_id")
    row = files["sections.csv"][1]
    row[at], row[at + 1] = "", row[at]


def other_school(files: Files) -> None:
    rows = files["enrollments.csv"]
    rows[1][0] = files["schools.csv"][2][0]


CHANGES: dict[str, tuple[set[str], Change]] = {
    **{
        f"no {name}.csv": (broken, drop(name))
        for name, broken in {
            "schools": {"file-missing", "dangling-school"},
            "students": {"file-missing", "dangling-enrollment"},
            "teachers": {"file-missing", "dangling-teacher"},
            "sections": {"file-missing", "dangling-enrollment"},
            "enrollments": {"file-missing"},
        }.items()
    },
    "a deprecated file": ({"file-foreign"}, lambda files: files.update({"admins.csv": [["School_id"]]})),
    "a capital in a file's name": (
        {"file-foreign", "file-missing"},
        lambda files: files.update({"Enrollments.csv": files.pop("enrollments.csv")}),
    ),
    "a folder": (
        {"file-foreign", "file-missing"},
        lambda files: files.update({"data/enrollments.csv": files.pop("enrollments.csv")}),
    ),
    "a needed column left out": ({"header-missing", "required"}, in_column("teachers", "First_name", without)),
    "an unknown column": ({"header-unknown"}, further_column("students", "x")),
    "numbered contact columns": (
        {"header-unknown"},
        further_column("students", "Contact_2_name"),
    ),
    "a column twice": (
        {"header-twice"},
        further_column("teachers", "teacher ID"),
    ),
    "a short row": ({"width"}, on_lines("staff", lambda rows: rows.append(["3"]))),
    "no number of a school": ({"required"}, put("schools", "School_number", "")),
    "no family name": ({"required"}, put("students", "Last_name", " ", -1)),
    "no teacher": ({"required", "teacher-gap"}, put("sections", "Teacher_id", "")),
    "OneRoster's grade": ({"word"}, put("students", "Grade", "09", -1)),
    "OneRoster's kindergarten": ({"word"}, put("students", "Grade", "KG", -1)),
    "a graduate's grade": ({"word"}, put("students", "Grade", "99", -1)),
    "a contact type of PowerSchool": ({"word"}, put("students", "Contact_type", "Mother")),
    "a relation of PowerSchool": ({"word"}, put("students", "Contact_relationship", "Stepmother")),
    "a phone with signs": ({"form"}, put("students", "Contact_phone", "(217) 555-0101")),
    "a phone of seven digits": ({"form"}, put("students", "Contact_phone", "5550101")),
    "an email that is none": ({"form"}, put("teachers", "Teacher_email", "n/a", -1)),
    "an ISO date": ({"form"}, put("sections", "Term_start", "2026-08-17")),
    "a day that is none": ({"no-day"}, put("sections", "Term_end", "02/30/2027")),
    "a term turned round": ({"term-turned"}, put("sections", "Term_end", "08/16/2026")),
    "a school twice": ({"id-twice"}, on_lines("schools", lambda rows: rows.append([*rows[1]]))),
    "a section twice": ({"id-twice"}, on_lines("sections", lambda rows: rows.append([*rows[1]]))),
    "an enrollment twice": ({"id-twice"}, on_lines("enrollments", lambda rows: rows.append([*rows[1]]))),
    "a teacher twice at a school": ({"id-twice"}, on_lines("teachers", lambda rows: rows.append([*rows[1]]))),
    "a teacher with another name elsewhere": ({"person-differs"}, put("teachers", "Last_name", "Else", 2)),
    "two students with one number": ({"number-twice"}, same_number),
    "repeated rows that differ": ({"student-differs"}, put("students", "Grade", "10", 2)),
    "six contacts": ({"contacts-over-five"}, five_more),
    "a contact twice": ({"contact-twice"}, same_contact),
    "a repeated row without contact": ({"contact-empty"}, no_contact_in_the_second_row),
    "a contact without id": ({"contact-incomplete"}, put("students", "Contact_sis_id", "")),
    "a contact without name": ({"contact-incomplete"}, put("students", "Contact_name", "")),
    "a contact without type": ({"contact-incomplete"}, put("students", "Contact_type", "")),
    "a gap between teachers": ({"teacher-gap"}, gap),
    "a teacher twice in a section": ({"teacher-twice"}, put("sections", "Teacher_2_id", "T64")),
    "an unknown teacher": ({"dangling-teacher"}, put("sections", "Teacher_2_id", "T99")),
    "an unknown school of a student": ({"dangling-school"}, put("students", "School_id", "9", -1)),
    "the office as a teacher's school": (
        {"dangling-school"},
        put("teachers", "School_id", "DEFAULT_DISTRICT_OFFICE", -1),
    ),
    "an unknown student": ({"dangling-enrollment"}, put("enrollments", "Student_id", "999")),
    "an unknown section": ({"dangling-enrollment"}, put("enrollments", "Section_id", "999")),
    "a section of another school": ({"other-school"}, other_school),
    "an id with blanks": ({"id-blanks", "dangling-enrollment"}, put("enrollments", "Student_id", "431 ")),
}


@pytest.mark.parametrize("what", CHANGES)
def test_rejects_a_single_change(what: str, files: Files, tmp_path: Path) -> None:
    expected, change = CHANGES[what]
    change(files)
    assert rules(packed(tmp_path, files)) == expected


BYTES: dict[str, tuple[set[str], Callable[[bytes], bytes]]] = {
    "a byte order mark": ({"bom"}, lambda content: b"\xef\xbb\xbf" + content),
    "LF alone": ({"line-end"}, lambda content: content.replace(b"\r\n", b"\n")),
    "another encoding": ({"not-utf8"}, lambda content: content.replace("Đặng".encode(), b"\xd0ng")),
    "a needless quote": ({"quotes-needless"}, lambda content: content.replace(b",T64,", b',"T64",')),
    "a line break in a value": ({"break-in-field"}, lambda content: content.replace(b",Vera,", b',"Ve\nra",')),
}


@pytest.mark.parametrize("what", BYTES)
def test_rejects_wrong_bytes(what: str, files: Files, tmp_path: Path) -> None:
    contents = {name: encoded(cells) for name, cells in files.items()}
    expected, change = BYTES[what]
    contents["teachers.csv"] = change(contents["teachers.csv"])

    found = rules(pack(tmp_path / "set.zip", contents))
    # What can't be decoded has no rows, so that others point to nothing.
    assert expected <= found <= expected | {"dangling-teacher", "header-missing"}


@pytest.mark.parametrize("loose", [False, True])
def test_accepts_good_files(loose: bool, files: Files, tmp_path: Path) -> None:
    path = packed(tmp_path, files)
    if loose:
        path = tmp_path / "folder"
        path.mkdir()
        (path / ".note").write_bytes(b"psconnect's own")
        for name, cells in files.items():
            (path / name).write_bytes(encoded(cells))
    assert check_clever(path) == []
    assert [row["Section_id"] for row in read_clever(path)["sections"]] == ["5101", "5102"]


def test_staff_are_optional_and_files_may_be_empty(tmp_path: Path) -> None:
    files = {name: rows[:1] for name, rows in good_clever().items() if name != "staff.csv"}
    assert check_clever(packed(tmp_path, files)) == []


def test_names_file_and_line(tmp_path: Path) -> None:
    files = good_clever()
    at = find(files, "students.csv", lambda row: row["Student_id"] == "432")
    put("students", "Grade", "KG", at)(files)

    (found,) = check_clever(packed(tmp_path, files))

    assert (found.file, found.line, found.rule) == ("students.csv", 4, "word")
