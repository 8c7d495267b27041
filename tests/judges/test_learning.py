"""The judge of PowerSchool Learning's files accepts two good bundles, and rejects each with a spot changed."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from psconnect.model.clock import CancelToken
from tests.contracts.opening import open_snapshot
from tests.contracts.rosters import ListRoster, small
from tests.judges.good_bundle import Files, encoded, files_of, find, lines, pack
from tests.judges.learning import check_learning, read_learning

Change = Callable[[Files], object]

_BY_HAND = {
    "organizations": """
        organization_id,name
        3,Maple School
        4,"Cedar ""Hill"" School" """,
    "users": """
        external_id,first_name,last_name,login,password,email,user_type,organization_id,enabled,sso_email_address
        11,Ada,O'Neil,ada,Welcome1,ada@s.example.org,S,3,1,ada@s.example.org
        12,Bo,Null,bo,,,S,4,1,
        T1,Vera,Đặng,vera,,vera@s.example.org,T,3,1,vera@s.example.org
        T1,Vera,Đặng,vera,,vera@s.example.org,T,4,1,vera@s.example.org
        T2,Wim,de Vries,,,wim@elsewhere.example.org,T,3,1,
        40001,Uma,O'Neil,uma,,uma@mail.example.org,P,3,1,
        40001,Uma,O'Neil,uma,,uma@mail.example.org,P,4,1,""",
    "user_levels": """
        external_id,level_id
        11,9
        12,-1""",
    "parent_child": """
        parent_id,child_id
        40001,11
        40001,12""",
    "classes": """
        class_id,name,code,year,teacher_id,organization_id
        5101,"Mathematics (1) - 1(A-E)",MAT091,502,T1,3
        5102,Workshop (01) - 2(A-E),WS100-9,511,T1,4""",
    "memberships": """
        class_id,user_id
        5101,11
        5101,T2
        5102,12""",
}


@pytest.fixture(scope="module")
def product_files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A bundle written by the product."""
    folder, tables = tmp_path_factory.mktemp("product"), small()
    for student, level in zip(tables["student"], ("9", "0", "10"), strict=True):
        student["grade"] = level
    destination = open_snapshot("roster", {"kind": "learning-csv", "folder": str(folder)})
    destination.prepare(ListRoster(tables), CancelToken()).publish()
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
    return {finding.rule for finding in check_learning(path)}


def put(file: str, column: str, value: str, where: Callable[[dict[str, str]], bool] = lambda _row: True) -> Change:
    """Change one cell: of the first row for which ``where`` holds."""

    def change(files: Files) -> None:
        name = f"{file}.csv"
        files[name][find(files, name, where)][files[name][0].index(column)] = value

    return change


def of(kind: str) -> Callable[[dict[str, str]], bool]:
    return lambda row: row["user_type"] == kind


def again(file: str, **cells: str) -> Change:
    """Repeat the first line of a file, with other cells."""

    def change(files: Files) -> None:
        header, first, *_ = files[f"{file}.csv"]
        files[f"{file}.csv"].append([cells.get(column, value) for column, value in zip(header, first, strict=True)])

    return change


def a_students_second_school(files: Files) -> None:
    again("users", organization_id="4")(files)


def another_password(files: Files) -> None:
    rows = files["users.csv"]
    rows[1][4], rows[2][4] = "one", "another"


def owner_as_member(files: Files) -> None:
    a_class = files["classes.csv"][1]
    files["memberships.csv"].append([a_class[0], a_class[4]])


def no_child(files: Files) -> None:
    parent = files["parent_child.csv"][1][0]
    files["parent_child.csv"] = [row for row in files["parent_child.csv"] if row[0] != parent]


CHANGES: dict[str, tuple[set[str], Change]] = {
    "a file is missing": ({"files"}, lambda files: files.pop("user_levels.csv")),
    "a seventh file": ({"files"}, lambda files: files.update({"notes.csv": [["a"]]})),
    "a file in a folder": ({"files"}, lambda files: files.update({"x/users.csv": files.pop("users.csv")})),
    "a column is named otherwise": ({"header"}, lambda files: files["users.csv"][0].__setitem__(3, "username")),
    "a column is missing": ({"header"}, lambda files: [row.pop() for row in files["users.csv"]]),
    "columns are turned": ({"header"}, lambda files: files["memberships.csv"][0].reverse()),
    "a cell too many": ({"csv"}, lambda files: files["classes.csv"][1].append("x")),
    "a user without a first name": ({"required"}, put("users", "first_name", "")),
    "an organization without a name": ({"required"}, put("organizations", "name", "")),
    "a class without a code": ({"required"}, put("classes", "code", "")),
    "an unknown user type": ({"user-type"}, put("users", "user_type", "A", of("T"))),
    "a disabled user": ({"enabled"}, put("users", "enabled", "0")),
    "enabled as a word": ({"enabled"}, put("users", "enabled", "true")),
    "a student with a teacher's letter": ({"id", "reference"}, put("users", "external_id", "T11", of("S"))),
    "a teacher without the others' letter": ({"id", "two-users"}, put("users", "external_id", "12", of("T"))),
    "blanks around an id": ({"id", "reference"}, put("organizations", "organization_id", " 3")),
    "an address that is not the e-mail": ({"sso"}, put("users", "sso_email_address", "x@y.example", of("P"))),
    "one user name twice": ({"login"}, put("users", "login", "VERA", of("S"))),
    "rows of one teacher differ": ({"two-users"}, put("users", "last_name", "Other", of("T"))),
    "a student at two schools": ({"two-organizations"}, a_students_second_school),
    "two default passwords": ({"password"}, another_password),
    "a user's row twice": ({"twice", "two-organizations"}, again("users")),
    "a membership twice": ({"twice"}, again("memberships")),
    "a class twice": ({"twice"}, again("classes", name="Other (1) - 2(A)")),
    "a level twice": ({"twice"}, again("user_levels")),
    "an unknown organization": ({"reference"}, put("users", "organization_id", "99", of("S"))),
    "a level of nobody": ({"reference"}, put("user_levels", "external_id", "999")),
    "a level of a teacher": ({"reference"}, put("user_levels", "external_id", "T1")),
    "a level in words": ({"level"}, put("user_levels", "level_id", "KG")),
    "a child of nobody": ({"reference"}, put("parent_child", "child_id", "999")),
    "a parent that is a student": ({"reference"}, put("parent_child", "parent_id", "11")),
    "a parent without a child": ({"childless"}, no_child),
    "a class of a student": ({"reference"}, put("classes", "teacher_id", "11")),
    "a class of a teacher who is not there": ({"reference"}, put("classes", "teacher_id", "T999")),
    "a class with another name": ({"class-name"}, put("classes", "name", "Mathematics")),
    "a class's year in words": ({"id"}, put("classes", "year", "2026-2027")),
    "a member of no class": ({"reference"}, put("memberships", "class_id", "9")),
    "a parent as a member": ({"reference"}, put("memberships", "user_id", "40001")),
    "the owner as a member": ({"owner"}, owner_as_member),
    "a line break in a value": ({"line-break"}, put("organizations", "name", "Maple\nSchool")),
}


def test_two_good_bundles_have_no_findings(files: Files, tmp_path: Path) -> None:
    assert check_learning(bundle(tmp_path, files)) == []


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
        ("csv", lambda content: content.rstrip()),
        ("csv", lambda content: content[:-2] + b',"x\r\n'),
        ("csv", lambda _content: b""),
    ],
    ids=["another encoding", "a mark at the beginning", "the last line does not end", "a lone quote", "nothing"],
)
def test_bytes_that_are_no_such_file_are_found(
    files: Files, tmp_path: Path, rule: str, act: Callable[[bytes], bytes]
) -> None:
    contents = {name: encoded(cells) for name, cells in files.items()}
    contents["classes.csv"] = act(contents["classes.csv"])
    assert rule in rules(pack(tmp_path / "bundle.zip", contents))


def test_what_is_no_archive_is_found(tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    path.write_bytes(b"no archive")
    assert rules(path) == {"archive"}
    with pytest.raises(ValueError, match="archive"):
        read_learning(path)


def test_the_judge_imports_nothing_of_the_product() -> None:
    tree = ast.parse(Path(sys.modules[check_learning.__module__].__file__ or "").read_text(encoding="utf-8"))
    names = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names += [one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names]
    assert not [name for name in names if name.startswith("psconnect")]
