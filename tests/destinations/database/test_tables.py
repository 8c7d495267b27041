"""What stands in the file: typed values, links, marks, custom fields, views, one row a run; judged from outside."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from psconnect.destinations.database.layout import custom_column
from psconnect.destinations.database.views import school_views
from psconnect.model.entities import BY_KEY
from psconnect.model.errors import FixSettings
from psconnect.model.outcomes import Done, NotDone, Refused
from psconnect.wording.errors import word
from tests.contracts.rosters import HOSTILE, ListRoster, changed, hostile, small
from tests.destinations.database.support import Base, plan, without
from tests.judges.roster_database import faults, roster


def test_a_roster_stands_as_it_was_delivered(any_base: Base) -> None:
    outcomes = any_base.deliver(small())

    assert all(isinstance(outcome, Done) for outcome in outcomes.values())
    assert faults(any_base.path) == []
    there = roster(any_base.path)
    assert there["student"]["431"] == {
        "id": "431",
        "username": "ada",
        "given_name": "Ada",
        "family_name": "O'Neil",
        "middle_name": "Mae",
        "identifier": "204000",
        "email": "ada@s.example.org",
        "state_id": "0012345678",
        "grade": "09",
        "schools": "3",
    }
    assert there["teacher"]["T64"]["schools"] == "3,4"
    assert there["enrollment"]["T5000"]["teacher_id"] == "T64"
    assert there["enrollment"]["T5000"]["is_primary"] == "true"
    assert there["term"]["502"]["end_date"] == "2027-01-15"
    assert there["term"]["502"]["school_year"] == "2027"
    wanted = {
        {"calendar": "term", "admin": "other_staff"}.get(key, key): len(records) for key, records in small().items()
    }
    assert {name: len(rows) for name, rows in there.items()} == {**wanted, "school_view": 2}


def test_hostile_values_stand_exactly(any_base: Base) -> None:
    outcomes = any_base.deliver(hostile())

    refused = {str(key): outcome for (_entity, key), outcome in outcomes.items() if isinstance(outcome, Refused)}
    if any_base.settings.get("system") == "postgresql":
        nul = 9_000_000 + list(HOSTILE).index("NUL")
        assert {key: outcome.code for key, outcome in refused.items()} == {str(nul): "unfit-value"}
    else:
        assert refused == {}
    assert faults(any_base.path) == []
    there = roster(any_base.path)["student"]
    for number, value in enumerate(HOSTILE.values()):
        if str(9_000_000 + number) in refused:
            continue
        record = there[str(9_000_000 + number)]
        assert record["given_name"] == record["family_name"] == record["middle_name"] == value


def test_removed_rows_are_marked_and_come_back(any_base: Base) -> None:
    fewer = without(without(small(), "enrollment", "10003"), "student", "433")
    fewer = without(fewer, "relationship", "1004")
    any_base.deliver(small())
    any_base.deliver(fewer, small())

    assert faults(any_base.path) == []
    assert "433" not in roster(any_base.path)["student"]
    [(family, removed)] = any_base.sql("SELECT family_name, removed_at FROM student WHERE id = '433'")
    assert family == "Null"
    assert removed.startswith("2026-11-18 17:3")

    any_base.deliver(small(), fewer)
    assert faults(any_base.path) == []
    assert "433" in roster(any_base.path)["student"]
    assert any_base.sql("SELECT created, updated, removed, refused FROM sync_run ORDER BY id") == [
        (32, 0, 0, 0),
        (0, 0, 3, 0),
        (0, 3, 0, 0),
    ]


def test_removed_rows_are_deleted_where_the_setting_says_so(any_base: Base) -> None:
    fewer = without(without(small(), "enrollment", "10003", "T5001"), "student", "433")
    fewer = without(fewer, "relationship", "1004")
    any_base.deliver(small())
    marked = without(small(), "enrollment", "T5001")
    any_base.deliver(marked, small())
    fewest = without(without(fewer, "enrollment", "10001", "T5000"), "class", "5101")
    outcomes = any_base.deliver(fewest, marked, removed="delete")

    assert all(isinstance(outcome, Done) for outcome in outcomes.values())
    assert any_base.sql("SELECT id FROM student ORDER BY id") == [("431",), ("432",)]
    assert any_base.sql("SELECT id FROM class") == [("5102",)], "its marked enrollment is no reason to keep it"
    assert any_base.sql("SELECT count(*) FROM enrollment WHERE removed_at IS NOT NULL") == [(0,)]
    assert any_base.sql("SELECT count(*) FROM student_school WHERE student_id = '433'") == [(0,)]
    assert any_base.sql("PRAGMA foreign_key_check") == []


def test_only_what_changed_is_written(any_base: Base) -> None:
    any_base.deliver(small())
    any_base.deliver(changed(), small())

    assert any_base.sql("SELECT id, family_name FROM student WHERE psconnect_run = 'run-2'") == [("431", "O’Neil")]
    assert any_base.sql("SELECT updated FROM sync_run WHERE id = 'run-2'") == [(1,)]
    assert faults(any_base.path) == []


def test_a_run_that_writes_nothing_leaves_no_row(any_base: Base) -> None:
    any_base.deliver(small())
    any_base.deliver(small(), small())

    assert any_base.sql("SELECT id FROM sync_run") == [("run-1",)]


def test_the_same_batch_again_doubles_nothing(any_base: Base) -> None:
    writer = any_base.open()
    writer.begin("run-1")
    for batch in plan({}, small()):
        first = writer.apply(batch)
        assert writer.apply(batch) == first
    assert {name: len(rows) for name, rows in roster(any_base.path).items()}["enrollment"] == len(small()["enrollment"])
    assert any_base.sql("SELECT created FROM sync_run") == [(32,)]
    assert faults(any_base.path) == []


def test_custom_fields_become_columns_when_they_first_have_a_value(any_base: Base) -> None:
    tables = small()
    tables["course"][1]["extra"] = json.dumps({"credit": "0.50"})
    any_base.deliver(tables)
    assert any_base.sql("SELECT id, custom_credit FROM course ORDER BY id") == [("85", None), ("86", "0.50")]
    with_bus = {**tables, "student": small()["student"]}
    with_bus["student"][0]["extra"] = json.dumps({"bus": "12", "locker-no": "007"})
    any_base.deliver(with_bus, tables)

    assert faults(any_base.path) == []
    column = custom_column("locker-no")
    assert any_base.sql(f"SELECT id, custom_bus, {column} FROM student ORDER BY id") == [
        ("431", "12", "007"),
        ("432", None, None),
        ("433", None, None),
    ]
    any_base.deliver(tables, with_bus)
    assert any_base.sql("SELECT custom_bus FROM student WHERE id = '431'") == [(None,)]


def test_labels_never_share_a_column() -> None:
    labels = ["bus", "a.b", "a-b", "a_b", "x" * 64, "x" * 63]
    columns = [custom_column(label) for label in labels]
    assert len(set(columns)) == len(columns)
    assert max(map(len, columns)) <= 63
    assert custom_column("Bus") == custom_column("bus")


def test_schools_have_views_of_their_own(any_base: Base) -> None:
    any_base.deliver(small())

    assert any_base.sql("SELECT family_name, given_name, grade FROM school_100_students ORDER BY given_name") == [
        ("O'Neil", "Ada", "09"),
        ("Null", "Cy", "10"),
    ]
    assert any_base.sql("SELECT title, course, term, students FROM school_110_classes") == [
        ("Workshop (01) - 2(A-E)", "Workshop", "2026-2027", 1)
    ]
    assert any_base.sql("SELECT role, given_name FROM school_110_enrollments ORDER BY role") == [
        ("student", "Bo"),
        ("teacher", "Vera"),
    ]
    fewer = without(small(), "enrollment", "10002")
    any_base.deliver(fewer, small())
    assert any_base.sql("SELECT students FROM school_110_classes") == [(0,)]
    assert any_base.sql("SELECT given_name FROM school_110_enrollments") == [("Vera",)]
    renumbered = {**fewer, "school": small()["school"]}
    renumbered["school"][1]["identifier"] = "101"
    any_base.deliver(renumbered, fewer)
    views = {name for (name,) in any_base.sql("SELECT name FROM sqlite_master WHERE type = 'view'")}
    assert views == {f"school_{n}_{v}" for n in (101, 110) for v in ("students", "classes", "enrollments")}
    assert faults(any_base.path) == []


def test_schools_with_one_number_have_different_views(any_base: Base) -> None:
    tables = small()
    tables["school"][2]["identifier"] = "100"
    any_base.deliver(tables)

    assert any_base.sql("SELECT name FROM school_view ORDER BY id") == [("school_100_3",), ("school_100_4",)]


def test_schools_whose_ids_look_alike_have_different_views(any_base: Base) -> None:
    tables = small()
    alike = [("demo-valley-elementary-school-no-0001", ""), ("demo-valley-elementary-school-no-0002", "")]
    for own_id, identifier in (*alike, ("学校一", ""), ("学校二", ""), ("s1", "100"), ("x", "100 s1")):
        made = {"sourcedId": own_id, "type": "school", "parentSourcedId": "district", "name": "S"}
        tables["school"].append({**made, "identifier": identifier})
    names = [name for _id, _school, name in school_views(ListRoster(tables))]

    assert len({*names}) == len(names) == 8


def test_a_view_of_somebody_else_is_left_alone(any_base: Base) -> None:
    any_base.sql("CREATE TABLE school_100_classes (mine TEXT)")
    outcomes = any_base.deliver(small())

    refused = {at: outcome for at, outcome in outcomes.items() if isinstance(outcome, Refused)}
    assert list(refused) == [("school-view", 3)]
    assert refused["school-view", 3].code == "view-taken"
    assert any_base.sql("SELECT name FROM school_view") == [("school_110",)]
    assert any_base.sql("SELECT * FROM school_100_classes") == []


def test_a_prefix_stands_before_all_names(any_base: Base) -> None:
    any_base.sql("CREATE TABLE student (mine TEXT)")
    any_base.deliver(small(), prefix="ps_")

    assert faults(any_base.path, "ps_") == []
    names = {name for (name,) in any_base.sql("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")}
    assert {name for name in names if not name.startswith(("ps_", "rows of"))} == {"student"}


@pytest.mark.parametrize("prefix", ["Roster", "1a", "a-b", "a" * 21, "a b", "_a"])
def test_a_prefix_that_needs_quotes_is_refused(base: Base, prefix: str) -> None:
    with pytest.raises(FixSettings) as caught:
        base.open(prefix=prefix)
    assert caught.value.where == "destination.prefix"


def test_tables_of_somebody_else_are_refused(any_base: Base) -> None:
    any_base.sql("CREATE TABLE student (mine TEXT)")
    for act in (lambda: any_base.open().check(), lambda: any_base.open().begin("run-1")):
        with pytest.raises(FixSettings) as caught:
            act()
        assert caught.value.code == "PSC-DATABASE-TAKEN"
        assert "“student”" in word(caught.value).happened
    assert any_base.sql("SELECT name FROM sqlite_master") == [("student",)]


def test_tables_of_a_newer_version_are_refused(any_base: Base) -> None:
    any_base.deliver(small())
    any_base.sql("UPDATE psconnect SET value = '2' WHERE name = 'format'")
    for act in (lambda: any_base.open().check(), lambda: any_base.open().begin("run-1"), any_base.open().standing):
        with pytest.raises(FixSettings) as caught:
            act()
        assert caught.value.code == "PSC-DATABASE-NEWER"


def test_what_an_earlier_version_did_not_have_is_added(any_base: Base) -> None:
    any_base.deliver(small())
    any_base.sql("DROP TABLE sync_run")
    any_base.sql("DROP VIEW school_100_students")
    any_base.sql("ALTER TABLE contact DROP COLUMN phone")
    moved = small()
    moved["contact"][0]["phone"] = "555-0102"
    any_base.deliver(moved, small())

    assert any_base.sql("SELECT id, phone FROM contact ORDER BY id") == [
        ("C300", "555-0102"),
        ("C301", None),
        ("C302", None),
    ]
    assert any_base.sql("SELECT updated FROM sync_run") == [(1,)]


def test_ids_pass_from_one_student_to_another(any_base: Base) -> None:
    before = small()
    for record in before["student"]:
        record["key"] = record["sourcedId"]
    any_base.deliver(before)
    swapped = json.loads(json.dumps(before))
    swapped["student"][0]["sourcedId"], swapped["student"][1]["sourcedId"] = "432", "431"
    for record in (*swapped["enrollment"], *swapped["relationship"]):
        for name in ("userSourcedId", "studentSourcedId"):
            record[name] = {"431": "432", "432": "431"}.get(record.get(name, ""), record.get(name, ""))
    any_base.deliver(swapped, before)

    assert faults(any_base.path, taken_over=1) == []
    there = roster(any_base.path)
    assert there["student"]["432"]["given_name"] == "Ada"
    assert there["student"]["431"]["given_name"] == "Bo"
    assert there["enrollment"]["10001"]["student_id"] == "432"


def test_an_id_of_somebody_who_leaves_passes_to_somebody_who_comes(any_base: Base) -> None:
    before = small()
    any_base.deliver(before)
    after = without(before, "student", "433")
    newcomer = {"key": "999", "sourcedId": "433", "givenName": "Di", "familyName": "New", "username": "di"}
    after["student"] = [*after["student"], {**newcomer, "schoolSourcedIds": "4"}]
    after = without(without(after, "enrollment", "10003"), "relationship", "1004")
    any_base.deliver(after, before)

    assert faults(any_base.path) == []
    assert roster(any_base.path)["student"]["433"]["given_name"] == "Di"


def test_a_new_prefix_of_ids_renames_the_rows(any_base: Base) -> None:
    before = small()
    for record in before["student"]:
        record["key"] = record["sourcedId"]
    any_base.deliver(before)
    after = json.loads(json.dumps(before))
    for record in after["student"]:
        record["sourcedId"] = f"LU-{record['sourcedId']}"
    for record in (*after["enrollment"], *after["relationship"]):
        for name in ("userSourcedId", "studentSourcedId"):
            if record.get(name, "").isdigit():
                record[name] = f"LU-{record[name]}"
    any_base.deliver(after, before)

    assert faults(any_base.path) == []
    assert any_base.sql("SELECT count(*) FROM student") == [(3,)]
    assert roster(any_base.path)["relationship"]["1004"]["student_id"] == "LU-433"


@pytest.mark.parametrize(
    ("entity", "attribute", "value", "column"),
    [
        ("calendar", "startDate", "17.08.2026", "start_date"),
        ("calendar", "startDate", "2026-02-30", "start_date"),
        ("calendar", "schoolYear", "26/27", "school_year"),
        ("relationship", "custodial", "ja", "custodial"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(
    any_base: Base, entity: str, attribute: str, value: str, column: str
) -> None:
    tables = small()
    tables[entity][2][attribute] = value
    outcomes = any_base.deliver(tables)

    refused = [outcome for outcome in outcomes.values() if isinstance(outcome, Refused)]
    assert [outcome.code for outcome in refused] == ["unfit-value"]
    assert f"“{column}”" in refused[0].sentence
    assert value not in refused[0].sentence
    assert any_base.sql("SELECT refused FROM sync_run") == [(1,)]
    assert faults(any_base.path) == []


@pytest.mark.parametrize("how", ["ABORT", "FAIL", "ROLLBACK"])
def test_a_trigger_refuses_one_student_and_what_hangs_on_him(base: Base, how: str) -> None:
    base.open().begin("run-0")
    base.sql(
        "CREATE TRIGGER no BEFORE INSERT ON student WHEN NEW.id = '433' "
        f"BEGIN SELECT RAISE({how}, 'not this one: Null'); END"
    )
    outcomes = base.deliver(small())

    refused = {at: outcome for at, outcome in outcomes.items() if isinstance(outcome, Refused)}
    assert {at: outcome.code for at, outcome in refused.items()} == {
        ("student", 433): "database-refused",
        ("relationship", 1004): "reference-missing",
        ("enrollment", 10003): "reference-missing",
    }
    assert all("Null" not in outcome.sentence for outcome in refused.values())
    assert faults(base.path) == []
    base.sql("DROP TRIGGER no")
    held_back = without(without(without(small(), "student", "433"), "relationship", "1004"), "enrollment", "10003")
    again = base.deliver(small(), held_back)
    assert all(isinstance(outcome, Done) for outcome in again.values())
    assert faults(base.path) == []


def test_reading_back_tells_what_stands(any_base: Base) -> None:
    batches = plan({}, small())
    writer = any_base.open()
    assert all(answer == NotDone() for batch in batches for answer in writer.read_back(batch)), "no file yet"
    writer.begin("run-1")
    for batch in batches:
        assert all(answer == NotDone() for answer in writer.read_back(batch))
        writer.apply(batch)
        assert list(writer.read_back(batch)) == list(writer.apply(batch))
    removals = plan(small(), {})
    for batch in removals:
        assert all(answer == NotDone() for answer in writer.read_back(batch))
        writer.apply(batch)
        assert all(isinstance(answer, Done) for answer in writer.read_back(batch))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE student SET family_name = 'X' WHERE id = '431'",
        "UPDATE student SET family_name = NULL WHERE id = '431'",
        "UPDATE student SET removed_at = changed_at WHERE id = '431'",
        "UPDATE student SET psconnect_key = 1 WHERE id = '431'",
        "DELETE FROM student_school WHERE student_id = '431'",
        "INSERT INTO student_school VALUES ('431', '4', 2)",
        "UPDATE enrollment SET begin_date = '2026-08-18' WHERE id = '10001'",
        "UPDATE enrollment SET student_id = '432' WHERE id = '10001'",
        "UPDATE enrollment SET is_primary = TRUE WHERE id = '10001'",
        "DROP VIEW school_100_classes",
    ],
)
def test_reading_back_sees_every_difference(any_base: Base, statement: str) -> None:
    any_base.deliver(small())
    any_base.sql(statement)

    answers = [answer for batch in plan({}, small()) for answer in any_base.open().read_back(batch)]
    assert answers.count(NotDone()) == 1


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM student WHERE id = '431'", "UPDATE enrollment SET begin_date = 'soon' WHERE id = '10001'"],
)
def test_reading_back_sees_what_only_a_file_lets_in(base: Base, statement: str) -> None:
    base.deliver(small())
    base.sql(statement)

    answers = [answer for batch in plan({}, small()) for answer in base.open().read_back(batch)]
    assert answers.count(NotDone()) == 1


def test_rows_that_are_there_are_adopted_by_their_id(any_base: Base) -> None:
    any_base.deliver(small())
    writer = any_base.open()
    for batch in plan({}, small()):
        records = {change.key: change.after for change in batch.changes}
        more = {**records, 7: {**records[batch.changes[0].key], "sourcedId": "nobody"}}
        links = writer.adopt(batch.entity, more)
        assert {key: link.remote_id for key, link in links.items()} == {k: r["sourcedId"] for k, r in records.items()}


def test_a_row_that_was_removed_is_not_adopted(any_base: Base) -> None:
    any_base.deliver(small())
    any_base.deliver(without(small(), "relationship", "1003"), small())
    records = {key: {"sourcedId": f"{key}"} for key in (1002, 1003)}
    assert set(any_base.open().adopt(BY_KEY["relationship"], records)) == {1002}


def test_nothing_is_adopted_where_there_is_nothing(base: Base) -> None:
    [batch, *_] = plan({}, small())
    assert base.open().adopt(batch.entity, {change.key: change.after for change in batch.changes}) == {}
    assert not base.path.exists()


def test_the_time_is_utc(any_base: Base) -> None:
    any_base.deliver(small())
    assert replace(any_base).sql("SELECT min(substr(changed_at, 1, 13)) FROM student") == [("2026-11-18 17",)]
