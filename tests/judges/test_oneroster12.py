"""The judge of 1.2 accepts two good bundles, and rejects each when a single spot is changed, by the broken rule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from psconnect.model.clock import CancelToken
from tests.contracts.opening import open_snapshot
from tests.contracts.rosters import ListRoster, small
from tests.judges.good_bundle import Files, encoded, files_of, find, pack
from tests.judges.good_bundle12 import good_files_12
from tests.judges.oneroster12 import check_bundle_12, read_bundle_12

Change = Callable[[Files], object]


@pytest.fixture(scope="module")
def product_files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A bundle written by the product, with demographics."""
    folder = tmp_path_factory.mktemp("product")
    given = {"kind": "oneroster-csv", "version": "1.2", "demographics": True, "folder": str(folder)}
    tables = small()
    tables["student"][0]["extra"] = '{"birthDate": "2012-02-29", "sex": "F", "asian": "true"}'
    roster = ListRoster(tables, further={"student": ("birthDate", "sex", "asian")})
    open_snapshot("roster", given).prepare(roster, CancelToken()).publish()
    return files_of(folder / "roster.zip")


@pytest.fixture(params=["by hand", "by the product"])
def files(request: pytest.FixtureRequest, product_files: Files) -> Files:
    """A good bundle, to be changed."""
    made = good_files_12() if request.param == "by hand" else product_files
    return {name: [[*row] for row in rows] for name, rows in made.items()}


def bundle(folder: Path, files: Files) -> Path:
    return pack(folder / "bundle.zip", {name: encoded(cells) for name, cells in files.items()})


def rules(path: Path) -> set[str]:
    return {finding.rule for finding in check_bundle_12(path)}


def put(file: str, column: str, value: str, where: Callable[[dict[str, str]], bool] = lambda _row: True) -> Change:
    """Change one cell: of the first row for which ``where`` holds."""

    def change(files: Files) -> None:
        name = f"{file}.csv"
        files[name][find(files, name, where)][files[name][0].index(column)] = value

    return change


def in_manifest(name: str, value: str) -> Change:
    return put("manifest", "value", value, lambda row: row["propertyName"] == name)


def role_is(*roles: str) -> Callable[[dict[str, str]], bool]:
    return lambda row: row["role"] in roles


def no_profile(row: dict[str, str]) -> bool:
    return not row["userProfileSourcedId"]


def drop_column(file: str, column: str) -> Change:
    def change(files: Files) -> None:
        at = files[f"{file}.csv"][0].index(column)
        for row in files[f"{file}.csv"]:
            row.pop(at)

    return change


def add_column(file: str, column: str, at: int) -> Change:
    def change(files: Files) -> None:
        for number, row in enumerate(files[f"{file}.csv"]):
            row.insert(at, "" if number else column)

    return change


def second_primary(files: Files) -> None:
    """The same role again under another id."""
    rows = files["roles.csv"]
    rows.append(["again", *rows[1][1:]])


def home_elsewhere(files: Files) -> None:
    """A primary org in which the user has no role."""
    roles = {(row[3], row[8]) for row in files["roles.csv"][1:]}
    rows = files["users.csv"]
    user = rows[find(files, "users.csv", lambda row: bool(row["primaryOrgSourcedId"]))]
    orgs = (row[0] for row in files["orgs.csv"][1:])
    user[rows[0].index("primaryOrgSourcedId")] = next(org for org in orgs if (user[0], org) not in roles)


def without_roles(files: Files) -> None:
    """A user of whom no role is told."""
    contact = next(row[0] for row in files["users.csv"][1:] if not row[20])
    files["roles.csv"] = [row for row in files["roles.csv"] if row[3] != contact]


def only_secondary(files: Files) -> None:
    contact = next(row[0] for row in files["users.csv"][1:] if not row[20])
    for row in files["roles.csv"]:
        row[4] = "secondary" if row[3] == contact else row[4]


CHANGES: dict[str, tuple[set[str], Change]] = {
    "version of 1.1": ({"oneroster-version"}, in_manifest("oneroster.version", "1.1")),
    "manifest version as a number": ({"manifest-version"}, in_manifest("manifest.version", "1")),
    "a new file not declared": (
        {"manifest-missing-property"},
        lambda f: [
            f.update({"manifest.csv": [row for row in f["manifest.csv"] if row[0] != "file.userResources"]}),
            f.pop("userResources.csv", None),
        ],
    ),
    "footnote mark copied into the manifest": (
        {"manifest-unknown", "manifest-missing-property"},
        lambda f: [
            put(
                "manifest",
                "propertyName",
                "file.userResources*",
                lambda row: row["propertyName"].endswith("rResources"),
            )(f),
            f.pop("userResources.csv", None),
        ],
    ),
    "roles declared absent": ({"absent-but-there"}, in_manifest("file.roles", "absent")),
    "roles missing": (
        {"declared-but-missing", "no-primary-role", "primary-org-without-role"},
        lambda f: f.pop("roles.csv"),
    ),
    "modes mixed": (
        {"manifest-mixed-modes", "status-in-delta", "modified-in-delta"},
        in_manifest("file.orgs", "delta"),
    ),
    "extension without its prefix": ({"header-extension"}, add_column("users", "house", 22)),
    "extension of a role": (set(), add_column("roles", "metadata.house", 10)),
    "role without a user": (
        {"required", "no-primary-role", "primary-org-without-role"},
        put("roles", "userSourcedId", "", no_profile),
    ),
    "role without a type": ({"required", "no-primary-role"}, put("roles", "roleType", "")),
    "role without a role": ({"required"}, put("roles", "role", "", role_is("student"))),
    "role without an org": ({"required", "primary-org-without-role"}, put("roles", "orgSourcedId", "")),
    "role of an unknown user": (
        {"dangling", "no-primary-role", "primary-org-without-role"},
        put("roles", "userSourcedId", "999", no_profile),
    ),
    "role in an unknown org": ({"dangling", "primary-org-without-role"}, put("roles", "orgSourcedId", "999")),
    "role of an unknown profile": ({"dangling"}, put("roles", "userProfileSourcedId", "p9")),
    "role of 1.1": ({"enumeration"}, put("roles", "role", "administrator", role_is("teacher"))),
    "role in capitals": ({"enumeration"}, put("roles", "role", "Student", role_is("student"))),
    "role type in capitals": ({"enumeration", "no-primary-role"}, put("roles", "roleType", "Primary")),
    "role of one's own": (set(), put("roles", "role", "ext:coach", role_is("teacher"))),
    "extension with a blank": ({"enumeration"}, put("roles", "role", "ext:math coach", role_is("teacher"))),
    "role type of one's own": ({"enumeration", "no-primary-role"}, put("roles", "roleType", "ext:third")),
    "role that ends first": (
        {"end-before-begin"},
        lambda f: [put("roles", "beginDate", "2026-08-17")(f), put("roles", "endDate", "2026-08-16")(f)],
    ),
    "American date of a role": ({"date"}, put("roles", "beginDate", "08/17/2026")),
    "second primary role": ({"second-primary-role"}, second_primary),
    "primary org without a role": ({"primary-org-without-role"}, home_elsewhere),
    "primary org unknown": (
        {"dangling", "primary-org-without-role"},
        put("users", "primaryOrgSourcedId", "elsewhere"),
    ),
    "user without a role": ({"no-primary-role"}, without_roles),
    "user with secondary roles alone": ({"no-primary-role"}, only_secondary),
    "role id twice": (
        {"duplicate-id"},
        lambda f: f["roles.csv"][2].__setitem__(0, f["roles.csv"][1][0]),
    ),
    "user without a username": ({"required"}, put("users", "username", "")),
    "aide in a class": ({"enumeration"}, put("enrollments", "role", "aide", lambda row: row["primary"] == "false")),
    "status in bulk": ({"status-in-bulk"}, put("roles", "status", "active")),
    "sex of 1.2": (set(), put("demographics", "sex", "unspecified")),
    "sex as a letter": ({"enumeration"}, put("demographics", "sex", "F")),
    "race as a letter": ({"boolean"}, put("demographics", "asian", "A")),
    "birth date with a time": ({"date"}, put("demographics", "birthDate", "2012-02-29T00:00:00.000Z")),
    "demographics of nobody": ({"dangling"}, put("demographics", "sourcedId", "999")),
}


def test_accepts_a_good_bundle(files: Files, tmp_path: Path) -> None:
    assert check_bundle_12(bundle(tmp_path, files)) == []


@pytest.mark.parametrize("name", CHANGES)
def test_rejects_a_changed_bundle_by_the_broken_rule(name: str, files: Files, tmp_path: Path) -> None:
    expected, change = CHANGES[name]
    change(files)

    assert rules(bundle(tmp_path, files)) == expected


HEADERS: dict[str, Change] = {
    "users as 1.1 has them": add_column("users", "role", 4),
    "users without pronouns": drop_column("users", "pronouns"),
    "preferred first name instead of given name": lambda f: f["users.csv"][0].__setitem__(17, "preferredFirstName"),
    "roles without a profile column": drop_column("roles", "userProfileSourcedId"),
    "extension in the middle": add_column("roles", "metadata.house", 3),
    "columns of 1.1 in another order": lambda f: [
        row.__setitem__(slice(4, 6), [row[5], row[4]]) for row in f["users.csv"]
    ],
}


@pytest.mark.parametrize("name", HEADERS)
def test_rejects_another_header(name: str, files: Files, tmp_path: Path) -> None:
    HEADERS[name](files)

    assert "header" in rules(bundle(tmp_path, files))


OTHER_FILES: dict[str, tuple[set[str], Change]] = {
    "profile of another user": ({"profile-of-another"}, put("roles", "userProfileSourcedId", "p2")),
    "profile without a vendor": ({"required"}, put("userProfiles", "vendorId", "")),
    "line item in a school year": ({"line-item-year"}, put("lineItems", "academicSessionSourcedId", "y1")),
    "line item at the district": ({"school-type"}, put("lineItems", "schoolSourcedId", "d")),
    "weight in words": ({"number"}, put("categories", "weight", "heavy")),
    "late in capitals": ({"boolean"}, put("results", "late", "True")),
    "source of an objective": ({"enumeration"}, put("lineItemLearningObjectiveIds", "source", "web")),
    "scale without values": ({"required"}, put("scoreScales", "scoreScaleValue", "")),
    "resource of nobody": ({"dangling"}, put("userResources", "userSourcedId", "99")),
    "role of 1.1 for a resource": ({"enumeration"}, put("resources", "roles", "student,administrator")),
}


@pytest.mark.parametrize("name", OTHER_FILES)
def test_rejects_a_change_in_files_the_product_does_not_write(name: str, tmp_path: Path) -> None:
    expected, change = OTHER_FILES[name]
    files = good_files_12()
    change(files)

    assert rules(bundle(tmp_path, files)) == expected


def test_rejects_a_file_of_no_version(files: Files, tmp_path: Path) -> None:
    path = pack(tmp_path / "b.zip", {**{n: encoded(c) for n, c in files.items()}, "readme.csv": b"x\r\n"})

    assert rules(path) == {"zip-foreign"}


def test_reads_exact_values(tmp_path: Path) -> None:
    read = read_bundle_12(bundle(tmp_path, good_files_12()))

    assert read["users"][0]["preferredGivenName"] == "Addie"
    assert len(read["manifest"]) == 24
