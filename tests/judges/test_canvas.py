"""The judge of Canvas's files accepts two good bundles, and rejects each with a spot changed."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from psconnect.model.clock import CancelToken
from tests.contracts.opening import open_snapshot
from tests.contracts.rosters import ListRoster, small
from tests.judges.canvas import check_canvas, read_canvas
from tests.judges.good_bundle import Files, encoded, files_of, find, lines, pack

Change = Callable[[Files], object]

_BY_HAND = {
    "accounts": """
        account_id,parent_account_id,name,status
        d,,Demo Valley,active
        3,d,Maple School,active
        4,d,"Cedar ""Hill"" School",active""",
    "terms": """
        term_id,name,status,start_date,end_date
        501,2026-2027,active,2026-08-16T12:00:00Z,2027-06-12T12:00:00Z
        502,Semester 1,active,,""",
    "users": """
        user_id,login_id,first_name,last_name,email,status
        11,ada,Ada,O'Neil,ada@s.example.org,active
        12,bo,Bo,Null,,active
        13,gone,Cy,Gone,,deleted
        T1,vera,Vera,Đặng,vera@s.example.org,active
        T2,wim,Wim,de Vries,,active
        C1,uma,Uma,O'Neil,,active""",
    "courses": """
        course_id,short_name,long_name,account_id,term_id,status
        5101,MAT091.1,Mathematics (1) - 1(A-E),3,502,active
        5102,WS100-9.01,Workshop (01) - 2(A-E),4,501,active
        5100,MAT090.1,"Mathematics, old",3,400,completed""",
    "sections": """
        section_id,course_id,name,status
        5101,5101,Mathematics (1) - 1(A-E),active
        5102,5102,Workshop (01) - 2(A-E),active""",
    "enrollments": """
        section_id,user_id,role,status
        5101,T1,teacher,active
        5101,T2,ta,active
        5102,T1,teacher,active
        5101,11,student,active
        5102,12,student,active
        5100,12,student,completed
        5101,13,student,deleted""",
    "user_observers": """
        observer_id,student_id,status
        C1,11,active
        C1,13,deleted""",
}


@pytest.fixture(scope="module")
def product_files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A bundle written by the product."""
    folder = tmp_path_factory.mktemp("product")
    given = {"kind": "canvas-csv", "folder": str(folder), "district_account": True}
    open_snapshot("roster", given).prepare(ListRoster(small()), CancelToken()).publish()
    return files_of(folder / "roster.zip")


@pytest.fixture(params=["by hand", "by the product"])
def files(request: pytest.FixtureRequest, product_files: Files) -> Files:
    """A good bundle, to be changed."""
    by_hand = {f"{name}.csv": lines(text) for name, text in _BY_HAND.items()}
    made = by_hand if request.param == "by hand" else product_files
    return {name: [[*row] for row in rows] for name, rows in made.items()}


def bundle(folder: Path, files: Files) -> Path:
    return pack(folder / "bundle.zip", {name: encoded(cells) for name, cells in files.items()})


def rules(path: Path) -> set[str]:
    return {finding.rule for finding in check_canvas(path)}


def put(file: str, column: str, value: str, where: Callable[[dict[str, str]], bool] = lambda _row: True) -> Change:
    """Change one cell: of the first row for which ``where`` holds."""

    def change(files: Files) -> None:
        name = f"{file}.csv"
        files[name][find(files, name, where)][files[name][0].index(column)] = value

    return change


def again(file: str, **cells: str) -> Change:
    """Repeat the first line of a file, with other cells."""

    def change(files: Files) -> None:
        header, first, *_ = files[f"{file}.csv"]
        files[f"{file}.csv"].append([cells.get(column, value) for column, value in zip(header, first, strict=True)])

    return change


def children_first(files: Files) -> None:
    header, *rows = files["accounts.csv"]
    files["accounts.csv"] = [header, *reversed(rows)]


def without(file: str, column: str) -> Change:
    def change(files: Files) -> None:
        place = files[f"{file}.csv"][0].index(column)
        for row in files[f"{file}.csv"]:
            row.pop(place)

    return change


def with_column(file: str, column: str, value: str) -> Change:
    def change(files: Files) -> None:
        for at, row in enumerate(files[f"{file}.csv"]):
            row.append(value if at else column)

    return change


def a_user_of_a_class_deleted(files: Files) -> None:
    user = files["enrollments.csv"][1][1]
    put("users", "status", "deleted", lambda row: row["user_id"] == user)(files)


def a_section_of_nobody(files: Files) -> None:
    files["enrollments.csv"].append(["", "11", "student", "active"])


def themselves(files: Files) -> None:
    files["user_observers.csv"][1][0] = files["user_observers.csv"][1][1]


def ends_before_it_begins(files: Files) -> None:
    files["terms.csv"][1][3:] = ["2027-06-12T12:00:00Z", "2026-08-16T12:00:00Z"]


CHANGES: dict[str, tuple[set[str], Change]] = {
    "a file is missing": ({"files"}, lambda files: files.pop("terms.csv")),
    "another file": ({"files"}, lambda files: files.update({"notes.csv": [["a"]]})),
    "a file in a folder": ({"files"}, lambda files: files.update({"x/users.csv": files.pop("users.csv")})),
    "no column for parents": ({"header"}, without("accounts", "parent_account_id")),
    "no column for the status": ({"header"}, without("users", "status")),
    "an unknown column": ({"header"}, with_column("users", "nickname", "")),
    "a header in capitals": ({"header"}, lambda files: files["users.csv"][0].__setitem__(0, "USER_ID")),
    "a column twice": ({"header"}, with_column("terms", "name", "x")),
    "a cell too many": ({"csv"}, lambda files: files["courses.csv"][1].append("x")),
    "a user without a login": ({"required"}, put("users", "login_id", "")),
    "a course without a short name": ({"required"}, put("courses", "short_name", "")),
    "a section without a name": ({"required"}, put("sections", "name", "")),
    "no status": ({"required"}, put("enrollments", "status", "")),
    "a status in capitals": ({"status"}, put("users", "status", "Active")),
    "a completed user": ({"status"}, put("users", "status", "completed")),
    "a concluded course": ({"status"}, put("courses", "status", "concluded")),
    "a completed section": ({"status"}, put("sections", "status", "completed")),
    "an available enrollment": ({"status"}, put("enrollments", "status", "available")),
    "a format of one's own": ({"course-format"}, with_column("courses", "course_format", "hybrid")),
    "a day instead of a time": ({"time"}, put("terms", "start_date", "2026-08-17")),
    "a time without a zone": ({"time"}, put("terms", "end_date", "2026-08-17T00:00:00")),
    "a term that ends before it begins": ({"time"}, ends_before_it_begins),
    "a user's name is missing": ({"name"}, put("users", "last_name", "")),
    "one login twice": ({"login"}, again("users", user_id="99")),
    "one login twice, in capitals": ({"login"}, put("users", "login_id", "VERA")),
    "a user twice": ({"twice", "login"}, again("users")),
    "a section twice": ({"twice"}, again("sections")),
    "an enrollment twice": ({"twice"}, again("enrollments")),
    "an enrollment active and deleted": ({"contradiction", "twice"}, again("enrollments", status="deleted")),
    "children before their parents": ({"parent"}, children_first),
    "a parent that is not there": ({"parent"}, put("accounts", "parent_account_id", "99")),
    "an account's own parent": (
        {"parent"},
        put("accounts", "parent_account_id", "3", lambda r: r["account_id"] == "3"),
    ),
    "a course of no account": ({"reference"}, put("courses", "account_id", "99")),
    "a course of no term": ({"reference"}, put("courses", "term_id", "99")),
    "a section of no course": ({"reference"}, put("sections", "course_id", "99")),
    "an enrollment in no section": ({"reference"}, put("enrollments", "section_id", "99")),
    "an enrollment of nobody": ({"reference"}, put("enrollments", "user_id", "99")),
    "an enrollment of a deleted user": ({"reference"}, a_user_of_a_class_deleted),
    "an enrollment in neither": ({"nowhere"}, a_section_of_nobody),
    "a role of one's own": ({"role"}, put("enrollments", "role", "coach")),
    "a role in capitals": ({"role"}, put("enrollments", "role", "Teacher")),
    "an observer who is not there": ({"reference"}, put("user_observers", "observer_id", "99")),
    "a student who observes themselves": ({"observer"}, themselves),
    "blanks around an id": ({"id", "reference"}, put("sections", "section_id", " 5101")),
}


def test_two_good_bundles_have_no_findings(files: Files, tmp_path: Path) -> None:
    assert check_canvas(bundle(tmp_path, files)) == []


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_a_single_spot_is_found_by_its_rule(files: Files, tmp_path: Path, change: str) -> None:
    expected, act = CHANGES[change]
    act(files)
    found = rules(bundle(tmp_path, files))
    assert expected & found, found
    assert len(CHANGES) >= 20


@pytest.mark.parametrize(
    ("rule", "act"),
    [
        ("encoding", lambda content: content.decode().encode("utf-16")),
        ("encoding", lambda content: b"\xef\xbb\xbf" + content),
        ("csv", lambda content: content[:-2] + b',"x\r\n'),
        ("csv", lambda _content: b""),
    ],
    ids=["another encoding", "a mark at the beginning", "a lone quote", "nothing"],
)
def test_bytes_that_are_no_such_file_are_found(
    files: Files, tmp_path: Path, rule: str, act: Callable[[bytes], bytes]
) -> None:
    contents = {name: encoded(cells) for name, cells in files.items()}
    contents["courses.csv"] = act(contents["courses.csv"])
    assert rule in rules(pack(tmp_path / "bundle.zip", contents))


def test_what_is_no_archive_is_found(tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(b"no archive")
    assert rules(path) == {"archive"}
    with pytest.raises(ValueError, match="archive"):
        read_canvas(path)


def test_the_judge_imports_nothing_of_the_product() -> None:
    tree = ast.parse(Path(sys.modules[check_canvas.__module__].__file__ or "").read_text(encoding="utf-8"))
    names = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names += [one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names]
    assert not [name for name in names if name.startswith("psconnect")]
