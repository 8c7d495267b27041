"""Ids at the destination: prefixes, the choice of number, re-key and its undo, two connections at one destination."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from psconnect.model.connection import from_dict, to_dict
from psconnect.model.errors import FixSettings
from psconnect.model.review import ChangeQuery
from psconnect.model.runs import Run
from psconnect.service import RekeyWishes
from psconnect.wording.errors import word
from tests.judges.oneroster11 import check_bundle, read_bundle
from tests.support.demo import Connect, Connected, connecting
from tests.support.errors import raises_saying

NUMBERS = {"student": "number", "staff": "number", "school": "number", "class": "id"}


@pytest.fixture
def district_size() -> int:
    """Enough for numbers that clash with keys."""
    return 300


@pytest.fixture(scope="module")
def rekeyed(
    tmp_path_factory: pytest.TempPathFactory, _districts: Callable[[int, int], Path]
) -> Iterator[tuple[Connected, dict[str, list[dict[str, str]]], Run, Run]]:
    """A district that was delivered under DCIDs and then re-keyed: connection, bundle before, held and applied run."""
    with connecting(tmp_path_factory.mktemp("rekeyed"), _districts) as connect:
        connected = connect()
        connected.delivered()
        before = read_bundle(connected.bundle)
        wishes = RekeyWishes({"student": "number", "staff": "number", "school": "number"}, id_prefix="AB-")
        connected.service.rekey(connected.name, connected.service.rekey_plan(connected.name, wishes))
        held = connected.service.sync(connected.name)
        applied = connected.service.approve(held.id, "told the administrator")
        yield connected, before, held, applied


def whole(connected: Connected) -> list[str]:
    """What the independent checker says of a bundle, but for what the district itself has twice."""
    return [str(one) for one in check_bundle(connected.bundle) if one.rule != "duplicate-username"]


def ids(bundle: dict[str, list[dict[str, str]]], file: str) -> set[str]:
    return {row["sourcedId"] for row in bundle[file]}


def test_chosen_numbers_and_prefixes_are_delivered_and_references_follow(connect: Connect) -> None:
    options = {"id_prefix": "AB-", "username_prefix": "ab.", "course_prefix": "AB", "student_identifier": "dcid"}
    connected = connect(settings={"options": options, "ids": {**NUMBERS, "course": "number"}})
    run = connected.service.sync(connected.name)
    assert run.state == "held", run.error
    connected.service.approve(run.id, "test")
    assert whole(connected) == []
    bundle = read_bundle(connected.bundle)
    expected = {
        f"AB-{number}": (f"ab.{name}" if name else "", str(dcid))
        for number, name, dcid in connected.sql("SELECT student_number, student_web_id, dcid FROM students")
    }
    students = [row for row in bundle["users"] if row["role"] == "student"]
    assert len(students) > 200
    assert {row["sourcedId"]: (row["username"], row["identifier"]) for row in students}.items() <= expected.items()
    numbers = {f"AB-{number}" for (number,) in connected.sql("SELECT school_number FROM schools")}
    assert ids(bundle, "orgs") <= numbers | {"AB-district"}
    assert len(ids(bundle, "orgs")) > 2
    teachers = {f"AB-T{number}" for (number,) in connected.sql("SELECT teachernumber FROM users")}
    assert {row["sourcedId"] for row in bundle["users"] if row["role"] == "teacher"} <= teachers
    assert ids(bundle, "classes") <= {f"AB-{key}" for (key,) in connected.sql("SELECT id FROM sections")}
    courses = {f"AB-{number}": f"AB{number}" for (number,) in connected.sql("SELECT course_number FROM courses")}
    assert {row["sourcedId"]: row["courseCode"] for row in bundle["courses"]}.items() <= courses.items()
    assert all(row["sourcedId"].startswith("AB-") for rows in bundle.values() for row in rows if "sourcedId" in row)
    (wanted,) = {row["userSourcedId"] for row in bundle["enrollments"][:1]}
    (match,) = connected.service.find(connected.name, wanted)
    assert match.sourced_id == wanted


def test_rekey_arrives_as_updates_and_undo_gives_the_old_ids_back(
    rekeyed: tuple[Connected, dict[str, list[dict[str, str]]], Run, Run],
) -> None:
    connected, before, held, applied = rekeyed
    assert held.state == "held"
    assert "rekey" in [hold.rule for hold in held.holds]
    assert {(c.create, c.remove) for c in held.changes.values()} == {(0, 0)}
    assert held.changes["student"].update > 100
    assert applied.state == "finished_with_problems"
    after = read_bundle(connected.bundle)
    assert whole(connected) == []
    for file, rows in before.items():
        assert len(after[file]) == len(rows)
    number_of = {str(d): f"AB-{n}" for d, n in connected.sql("SELECT dcid, student_number FROM students")}
    were = {row["sourcedId"] for row in before["users"] if row["role"] == "student"}
    assert {row["sourcedId"] for row in after["users"] if row["role"] == "student"} == {number_of[one] for one in were}
    again = connected.service.sync(connected.name)
    assert (again.changes, again.holds) == ({}, ())
    arrangement = connected.service.arrange_changes(held.id, ChangeQuery("enrollment"))
    titles = {row.title for row in arrangement.page(0, 500)}
    schools = {row.school for row in arrangement.page(0, 500)}
    arrangement.close()
    assert len(titles) > 100
    assert not [title for title in titles if "AB-" in title]
    assert schools <= {name for (name,) in connected.sql("SELECT name FROM schools")}
    undo = connected.service.undo(applied.id)
    connected.service.approve(undo.id, "the administrator was not told")
    assert read_bundle(connected.bundle) == before
    back = connected.service.sync(connected.name)
    assert {"after-undo", "rekey"} <= {hold.rule for hold in back.holds}
    connected.service.approve(back.id, "now he is")
    assert read_bundle(connected.bundle) == after


def test_an_id_made_of_a_number_stays_when_the_number_changes(
    rekeyed: tuple[Connected, dict[str, list[dict[str, str]]], Run, Run],
) -> None:
    connected = rekeyed[0]
    before = {row["identifier"]: row["sourcedId"] for row in read_bundle(connected.bundle)["users"]}
    dcid, number = connected.sql(
        "SELECT dcid, student_number FROM students WHERE enroll_status = 0 AND schoolid <> 999999 LIMIT 1"
    )[0]
    connected.sql("UPDATE students SET student_number = 990001 WHERE dcid = ?", dcid)
    run = connected.service.sync(connected.name)
    assert run.changes["student"].update == 1
    assert list(run.changes) == ["student"]
    (change,) = connected.service.changes(run.id)
    assert (change.after["sourcedId"], change.after["identifier"]) == (before[str(number)], "990001")
    connected.sql("UPDATE students SET student_number = ? WHERE dcid = ?", number, dcid)
    connected.service.sync(connected.name)


def test_other_ids_are_never_delivered_by_halves(
    rekeyed: tuple[Connected, dict[str, list[dict[str, str]]], Run, Run],
) -> None:
    connected = rekeyed[0]
    service = connected.service
    service.rekey(connected.name, service.rekey_plan(connected.name, RekeyWishes(id_prefix="XY-")))
    part = service.sync(connected.name, scope="users")
    assert (part.state, part.error["code"]) == ("failed", "PSC-SCOPE-REKEY")
    service.set_value(connected.name, "safety.additions_only", "true")
    some = service.sync(connected.name)
    assert (some.state, some.error["code"]) == ("failed", "PSC-SETTINGS-REKEY-ADDITIONS")
    service.set_value(connected.name, "safety.additions_only", "false")
    service.set_value(connected.name, "safety.preview", '"never"')
    held = service.sync(connected.name)
    assert "rekey" in [hold.rule for hold in held.holds]
    student = next(one for one in service.changes(held.id) if one.entity == "student")
    with pytest.raises(FixSettings) as refused:
        service.exclude(held.id, "student", [student.key])
    assert refused.value.code == "PSC-RUN-REKEY-WHOLE"
    service.rekey(connected.name, service.rekey_plan(connected.name, RekeyWishes(id_prefix="AB-")))
    assert service.sync(connected.name).changes == {}


def test_ids_are_frozen_after_the_first_delivery(
    rekeyed: tuple[Connected, dict[str, list[dict[str, str]]], Run, Run], tmp_path: Path
) -> None:
    connected = rekeyed[0]
    before = connected.service.connection(connected.name)
    for key in ("options.id_prefix", "options.username_prefix", "options.course_prefix", "ids.class"):
        with pytest.raises(FixSettings) as refused:
            connected.service.set_value(connected.name, key, '"id"')
        assert refused.value.code == "PSC-SETTINGS-FROZEN"
        assert "psconnect connection rekey" in word(refused.value).to_do
        assert "The school year runs until 2027-" in word(refused.value).happened
    connected.service.export_connection(connected.name, tmp_path / "c.toml")
    text = (tmp_path / "c.toml").read_text(encoding="utf-8").replace("AB-", "")
    (tmp_path / "c.toml").write_text(text, encoding="utf-8")
    with raises_saying(FixSettings, "frozen"):
        connected.service.import_connection(tmp_path / "c.toml")
    assert connected.service.connection(connected.name) == before


def test_rekey_refuses_double_and_missing_ids_by_naming_them(connected: Connected) -> None:
    connected.delivered()
    first, second = (
        row[0] for row in connected.sql("SELECT dcid FROM users WHERE teachernumber <> '' ORDER BY dcid LIMIT 2")
    )
    connected.sql("UPDATE users SET teachernumber = '77' WHERE dcid IN (?, ?)", first, second)
    staff = RekeyWishes({"staff": "number"})
    with pytest.raises(FixSettings) as refused:
        connected.service.rekey_plan(connected.name, staff)
    assert refused.value.code == "PSC-REKEY-DOUBLE"
    assert "T77" in word(refused.value).happened
    assert str(first) in word(refused.value).happened
    assert str(second) in word(refused.value).happened
    connected.sql("UPDATE users SET teachernumber = '78' WHERE dcid = ?", first)
    connected.sql("UPDATE users SET teachernumber = '' WHERE dcid = ?", second)
    with pytest.raises(FixSettings) as refused:
        connected.service.rekey_plan(connected.name, staff)
    assert refused.value.code == "PSC-REKEY-MISSING"
    assert str(second) in word(refused.value).happened
    with pytest.raises(FixSettings) as refused:
        connected.service.rekey_plan(connected.name, RekeyWishes())
    assert refused.value.code == "PSC-REKEY-NOTHING"


def test_two_servers_at_one_destination_need_prefixes_that_tell_them_apart(connect: Connect) -> None:
    one = connect(install=False)
    service = one.service
    data = {**to_dict(service.connection(one.name)), "name": "Other", "source": {"url": "https://other.example"}}

    def save(prefix: str, **more: object) -> None:
        options = {**data["options"], "id_prefix": prefix}
        service.save_connection(from_dict({**data, "options": options, **more}))

    for mixed_up in ("", "1", "T", "c3", "dist"):
        with pytest.raises(FixSettings) as refused:
            save(mixed_up)
        assert refused.value.code == "PSC-SETTINGS-SHARED"
        assert one.name in word(refused.value).happened
    save("B")
    save("", source={"url": one.server.url})
    folder = str(Path(data["destination"]["folder"]) / "other")
    save("", destination={**data["destination"], "folder": folder})
    dotted = str(Path(folder) / "..")
    with pytest.raises(FixSettings):
        save("", destination={**data["destination"], "folder": dotted})
    with pytest.raises(FixSettings):
        save("b", ids={"course": "number"})


@pytest.mark.parametrize("typed", ["https://m.example.org/school/", "M.example.org/school/login/index.php"])
def test_mission_m04_one_site_is_one_place_however_its_address_is_typed(connect: Connect, typed: str) -> None:
    one = connect(install=False)
    data = to_dict(one.service.connection(one.name))
    there = {"kind": "moodle", "url": "https://m.example.org/school"}
    one.service.save_connection(from_dict({**data, "destination": there}))
    other = {**data, "name": "Other", "source": {"url": "https://other.example"}}
    with pytest.raises(FixSettings) as refused:
        one.service.save_connection(from_dict({**other, "destination": {**there, "url": typed}}))
    assert refused.value.code == "PSC-SETTINGS-SHARED"
    elsewhere = {**there, "url": "https://m.example.org/college"}
    one.service.save_connection(from_dict({**other, "destination": elsewhere}))


def test_two_connections_fill_one_folder_without_a_common_id(connect: Connect) -> None:
    first = connect()
    second = connect(seed=2, name="Second", settings={"options": {"id_prefix": "B-"}})
    folder = json.dumps(str(first.folder / "roster"))
    second.service.set_value("Second", "destination.folder", folder)
    for connected in (first, second):
        run = connected.service.sync(connected.name)
        connected.service.approve(run.id, "test")
    bundles = [read_bundle(first.folder / "roster" / f"{name}.zip") for name in (first.name, "Second")]
    for file in bundles[0]:
        if "sourcedId" in (bundles[0][file] or [{}])[0]:
            assert ids(bundles[0], file) & ids(bundles[1], file) == set()


def test_what_cannot_be_read_follows_the_new_ids(connected: Connected) -> None:
    connected.delivered()
    dcid, student = connected.sql(
        "SELECT cc.dcid, s.dcid FROM cc JOIN students s ON s.id = cc.studentid WHERE cc.sectionid > 0 "
        "AND cc.termid >= 3600 AND s.enroll_status = 0 AND cc.dateleft > '2027-01-01' ORDER BY cc.dcid LIMIT 1"
    )[0]
    connected.sql("UPDATE cc SET studentid = 99999999 WHERE dcid = ?", dcid)
    connected.service.rekey(connected.name, connected.service.rekey_plan(connected.name, RekeyWishes(id_prefix="AB-")))
    held = connected.service.sync(connected.name)
    assert held.left_out["orphan"] > 0
    connected.service.approve(held.id, "test")
    assert whole(connected) == []
    (kept,) = [row for row in read_bundle(connected.bundle)["enrollments"] if row["sourcedId"] == f"AB-{dcid}"]
    assert kept["userSourcedId"] == f"AB-{student}"


def test_of_two_students_with_one_number_the_second_waits_with_all_that_is_theirs(connect: Connect) -> None:
    connected = connect(settings={"ids": {"student": "number"}})
    (first, number), (second, _) = connected.sql(
        "SELECT dcid, student_number FROM students WHERE enroll_status = 0 AND schoolid <> 999999 ORDER BY dcid LIMIT 2"
    )
    connected.sql("UPDATE students SET student_number = ? WHERE dcid = ?", number, second)
    held = connected.service.sync(connected.name)
    connected.service.approve(held.id, "test")
    assert whole(connected) == []
    found = {
        (record.entity, record.key)
        for group in connected.service.problems(held.id)
        for record in group.records
        if group.rule.key == "double-id"
    }
    assert found == {("student", second)}
    assert connected.service.explain(connected.name, "student", first).included
    assert not connected.service.explain(connected.name, "student", second).included
    enrolled = connected.sql("SELECT dcid FROM cc WHERE studentid = (SELECT id FROM students WHERE dcid = ?)", second)
    assert not ids(read_bundle(connected.bundle), "enrollments") & {str(key) for (key,) in enrolled}
