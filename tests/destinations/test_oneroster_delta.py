"""Bundles of changes: a receiver that applies them has what a fresh bulk bundle would give it."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from psconnect.destinations.oneroster.bundle import write_bundle
from psconnect.destinations.oneroster.delta import write_delta
from psconnect.destinations.oneroster.form import BundleForm
from psconnect.model.clock import CancelToken
from psconnect.model.entities import ENTITIES, Entity
from psconnect.model.errors import Cancelled
from psconnect.model.runs import Change
from psconnect.transfer.fileset import zipped
from tests.contracts.rosters import ListRoster, Record, Tables, key_of, small
from tests.judges.oneroster11 import check_bundle, read_bundle
from tests.judges.oneroster12 import check_bundle_12, read_bundle_12
from tests.judges.oneroster_delta import Tables as Received
from tests.judges.oneroster_delta import WrongDelta, received

NOON = datetime(2026, 11, 30, 12, 0, 0, 7_000, UTC)
CHECK = {"1.1": check_bundle, "1.2": check_bundle_12}
READ = {"1.1": read_bundle, "1.2": read_bundle_12}
LABELS = {"student": ("sms", "house", "sex", "birthDate"), "course": ("subjects",)}
FORMS = (BundleForm("1.1"), BundleForm("1.2", demographics=True), BundleForm("1.1", exact_id="sisId"))


@dataclass
class ChangedRoster(ListRoster):
    """A roster that follows on another one."""

    before: Tables = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        return not self.before

    def changes(self, entity: Entity) -> Iterator[Change]:
        """What differs between both, by key."""
        old = {key_of(one): full(entity, one) for one in self.before.get(entity.key, [])}
        new = {key_of(one): full(entity, one) for one in self.tables.get(entity.key, [])}
        for key in sorted(old.keys() | new.keys()):
            was, now = old.get(key), new.get(key)
            if was != now:
                action = "create" if was is None else "remove" if now is None else "update"
                yield Change(entity.key, key, action, was, now)


def full(entity: Entity, record: Record) -> Record:
    return {attribute: record.get(attribute, "") for attribute in entity.attributes}


@dataclass
class Series:
    """Bundles that follow on each other, and the roster that the last one has."""

    folder: Path
    form: BundleForm
    bundles: list[Path] = field(default_factory=list)
    tables: Tables = field(default_factory=dict)

    def deliver(self, tables: Tables) -> Path:
        """The first one in bulk, the others as changes; each conforms to the format."""
        roster = ChangedRoster(copy.deepcopy(tables), further=LABELS, before=self.tables)
        path = self.folder / f"{len(self.bundles):04}.zip"
        with path.open("wb") as file, zipped(file) as files:
            if self.bundles:
                write_delta(files, roster, self.form, NOON, CancelToken())
            else:
                write_bundle(files, roster, self.form, CancelToken())
        assert [str(one) for one in CHECK[self.form.version](path)] == []
        self.bundles.append(path)
        self.tables = roster.tables
        return path

    def received(self) -> Received:
        return received(self.bundles, READ[self.form.version])

    def fresh(self) -> Received:
        """What one bulk bundle of the same roster gives."""
        path = self.folder / "fresh.zip"
        with path.open("wb") as file, zipped(file) as files:
            write_bundle(files, ListRoster(self.tables, further=LABELS), self.form, CancelToken())
        return received([path], READ[self.form.version])

    def rows(self) -> dict[str, dict[str, str]]:
        """The newest bundle's rows as ``file id`` -> status."""
        files = READ[self.form.version](self.bundles[-1])
        files.pop("manifest")
        return {file: {row["sourcedId"]: row["status"] for row in rows} for file, rows in files.items()}


@pytest.fixture(params=FORMS, ids=lambda form: f"{form.version}{'-exact' * bool(form.exact_id)}")
def series(request: pytest.FixtureRequest, tmp_path: Path) -> Series:
    """A small district, delivered in bulk."""
    found = Series(tmp_path, request.param)
    found.deliver(small())
    return found


def edit(tables: Tables, entity: str, sourced_id: str) -> Record:
    (found,) = (record for record in tables[entity] if record["sourcedId"] == sourced_id)
    return found


def remove(tables: Tables, entity: str, sourced_id: str) -> None:
    tables[entity] = [record for record in tables[entity] if record["sourcedId"] != sourced_id]


def in_users(status: str, *ids: str) -> dict[str, str]:
    return dict.fromkeys(ids, status)


def test_nothing_changed_is_a_bundle_without_files(series: Series) -> None:
    series.deliver(small())

    assert series.rows() == {}
    assert series.received() == series.fresh()


def test_a_change_of_an_attribute_no_file_has_is_none(series: Series) -> None:
    tables = small()
    edit(tables, "relationship", "1001")["custodial"] = "false"
    series.deliver(tables)

    assert series.rows() == {}


def test_a_changed_name_is_one_row(series: Series) -> None:
    tables = small()
    edit(tables, "student", "431")["familyName"] = "O’Neil"
    series.deliver(tables)

    assert series.rows() == {"users": {"431": "active"}}
    assert series.received() == series.fresh()


def test_every_row_says_when_it_changed(series: Series) -> None:
    tables = small()
    edit(tables, "school", "3")["name"] = "Maple Hill"
    path = series.deliver(tables)

    (row,) = READ[series.form.version](path)["orgs"]
    assert row["dateLastModified"] == "2026-11-30T12:00:00.007Z"


def test_a_removed_student_is_deleted_with_all_columns(series: Series) -> None:
    tables = small()
    for entity, sourced_id in (
        ("student", "433"),
        ("relationship", "1004"),
        ("contact", "C302"),
        ("enrollment", "10003"),
    ):
        remove(tables, entity, sourced_id)
    path = series.deliver(tables)

    gone = READ[series.form.version](path)["users"]
    assert {row["sourcedId"]: row["status"] for row in gone} == in_users("tobedeleted", "433", "C302")
    assert all(row["username"] and row["givenName"] and row["familyName"] for row in gone)
    assert series.rows()["enrollments"] == {"10003": "tobedeleted"}
    if series.form.version == "1.1":
        assert {row["sourcedId"]: (row["role"], row["orgSourcedIds"]) for row in gone} == {
            "433": ("student", "3"),
            "C302": ("guardian", "3"),
        }
    else:
        assert series.rows()["roles"] == {"433@3": "tobedeleted", "C302@3": "tobedeleted"}
    assert series.received() == series.fresh()


def test_a_new_school_of_a_child_changes_the_parents_too(series: Series) -> None:
    tables = small()
    edit(tables, "student", "431")["schoolSourcedIds"] = "4"
    series.deliver(tables)

    rows = series.rows()
    if series.form.version == "1.1":
        assert rows["users"] == in_users("active", "431", "C300", "C301")
    else:
        assert rows["users"] == {"431": "active"}
        assert rows["roles"] == {
            "431@3": "tobedeleted",
            "431@4": "active",
            "C300@3": "tobedeleted",
            "C301@3": "tobedeleted",
            "C301@4": "active",
        }
    assert series.received() == series.fresh()


def test_an_ended_relationship_changes_both_ends(series: Series) -> None:
    tables = small()
    remove(tables, "relationship", "1002")
    series.deliver(tables)

    assert series.rows()["users"] == in_users("active", "432", "C300")
    assert series.received() == series.fresh()


def test_another_role_of_a_contact_is_a_change(series: Series) -> None:
    tables = small()
    edit(tables, "relationship", "1004")["role"] = "parent"
    series.deliver(tables)

    changed = "users" if series.form.version == "1.1" else "roles"
    assert series.rows() == {changed: {"C302" if changed == "users" else "C302@3": "active"}}
    assert series.received() == series.fresh()


def test_a_teacher_who_becomes_other_staff_stays_the_same_user(series: Series) -> None:
    tables = small()
    remove(tables, "enrollment", "T5001")
    moved = edit(tables, "teacher", "T65")
    remove(tables, "teacher", "T65")
    tables["admin"].append(moved)
    series.deliver(tables)

    assert "tobedeleted" not in series.rows().get("users", {}).values()
    assert series.rows()["roles" if series.form.version == "1.2" else "users"]
    assert series.received() == series.fresh()


def test_an_id_that_passes_to_another_record_is_no_deletion(series: Series) -> None:
    class Renumbered(ChangedRoster):
        """Keys that are not the numbers in the ids."""

        def keyed(self, entity: Entity) -> Iterator[tuple[int, list[str]]]:
            found = [(key_of(one), list(full(entity, one).values())) for one in self.tables[entity.key]]
            if entity.key != "course":
                return iter(sorted(found))
            return iter([(85, ["86", *found[0][1][1:]]), (87, ["85", *found[1][1][1:]])])

        def records(self, entity: Entity) -> Iterator[list[str]]:
            return (row for _key, row in self.keyed(entity))

        def changes(self, entity: Entity) -> Iterator[Change]:
            if entity.key == "course":
                was = {key_of(one): full(entity, one) for one in self.tables["course"]}
                yield Change("course", 85, "update", was[85], {**was[85], "sourcedId": "86"})
                yield Change("course", 86, "remove", was[86], None)
                yield Change("course", 87, "create", None, {**was[86], "sourcedId": "85"})

    path = series.folder / "passed.zip"
    with path.open("wb") as file, zipped(file) as files:
        write_delta(files, Renumbered(small(), further=LABELS, before=small()), series.form, NOON, CancelToken())
    series.bundles.append(path)

    assert series.rows() == {"courses": {"85": "active", "86": "active"}}


def test_demographics_come_and_go(tmp_path: Path) -> None:
    series = Series(tmp_path, BundleForm("1.2", demographics=True))
    series.deliver(small())
    states: list[dict[str, str]] = []
    for extra in ('{"sex": "F"}', '{"sex": "M"}', '{"house": "north"}'):
        tables = small()
        edit(tables, "student", "431")["extra"] = extra
        series.deliver(tables)
        states.append(series.rows().get("demographics", {}))
        assert series.received() == series.fresh()

    assert states == [{"431": "active"}, {"431": "active"}, {"431": "tobedeleted"}]


def test_a_cancel_stops_it(series: Series) -> None:
    cancel = CancelToken()
    cancel.cancel()
    roster = ChangedRoster(small(), further=LABELS, before=small())
    path = series.folder / "cancelled.zip"

    with pytest.raises(Cancelled), path.open("wb") as file, zipped(file) as files:
        write_delta(files, roster, series.form, NOON, cancel)


@pytest.mark.parametrize(
    "wrong",
    ["a delta first", "deletes what is not there", "an id twice", "a row without a change"],
)
def test_the_judge_of_deltas_refuses(series: Series, wrong: str) -> None:
    tables = small()
    remove(tables, "enrollment", "10003")
    series.deliver(tables)
    bulk, delta = series.bundles
    read = READ[series.form.version]

    def changed(path: Path) -> dict[str, list[dict[str, str]]]:
        files = read(path)
        if path == delta and wrong == "an id twice":
            files["enrollments"] *= 2
        if path == delta and wrong == "a row without a change":
            files["orgs"] = [{**read(bulk)["orgs"][0], "status": "active"}]
        return files

    order = {"a delta first": [delta], "deletes what is not there": [bulk, delta, delta]}.get(wrong, [bulk, delta])
    with pytest.raises(WrongDelta):
        received(order, changed)


Operation = Callable[[random.Random, Tables, int], None]


def _pick(rng: random.Random, tables: Tables, entity: str) -> Record | None:
    return rng.choice(tables[entity]) if tables[entity] else None


def _add_student(rng: random.Random, tables: Tables, number: int) -> None:
    person = {"username": f"u{number}", "givenName": f"Given{number}", "familyName": "New", "grade": "09"}
    schools = rng.choice(("3", "4", "3,4", "4,3"))
    tables["student"].append({"sourcedId": str(number), "schoolSourcedIds": schools, **person})
    enrollment = {"classSourcedId": "5101", "schoolSourcedId": "3", "role": "student", "primary": "false"}
    tables["enrollment"].append({"sourcedId": str(10 * number), "userSourcedId": str(number), **enrollment})


def _remove_student(rng: random.Random, tables: Tables, _number: int) -> None:
    if student := _pick(rng, tables, "student"):
        gone = student["sourcedId"]
        remove(tables, "student", gone)
        tables["enrollment"] = [one for one in tables["enrollment"] if one["userSourcedId"] != gone]
        tables["relationship"] = [one for one in tables["relationship"] if one["studentSourcedId"] != gone]
        _drop_lonely_contacts(tables)


def _drop_lonely_contacts(tables: Tables) -> None:
    related = {one["contactSourcedId"] for one in tables["relationship"]}
    tables["contact"] = [one for one in tables["contact"] if one["sourcedId"] in related]


def _change_student(rng: random.Random, tables: Tables, number: int) -> None:
    if student := _pick(rng, tables, "student"):
        name = rng.choice(("familyName", "schoolSourcedIds", "grade", "stateId", "extra", "email"))
        student[name] = {
            "familyName": f"Now{number}",
            "schoolSourcedIds": rng.choice(("3", "4", "3,4")),
            "grade": rng.choice(("09", "10", "KG")),
            "stateId": rng.choice(("", "12 34", f"S{number}")),
            "extra": rng.choice(("", json.dumps({"sex": rng.choice("MF"), "sms": str(number), "house": 'x,"y"'}))),
            "email": f"{number}@s.example.org",
        }[name]


def _relate(rng: random.Random, tables: Tables, number: int) -> None:
    student = _pick(rng, tables, "student")
    if not student:
        return
    if rng.random() < 0.5 or not tables["contact"]:
        contact = f"C{number}"
        tables["contact"].append({"sourcedId": contact, "username": contact, "givenName": "Con", "familyName": "Tact"})
    else:
        contact = rng.choice(tables["contact"])["sourcedId"]
    roles = rng.choice(("parent", "guardian", "relative", ""))
    both = {"studentSourcedId": student["sourcedId"], "contactSourcedId": contact, "role": roles}
    tables["relationship"].append({"sourcedId": str(number), **both})


def _unrelate(rng: random.Random, tables: Tables, _number: int) -> None:
    if found := _pick(rng, tables, "relationship"):
        remove(tables, "relationship", found["sourcedId"])
        _drop_lonely_contacts(tables)


def _change_relation(rng: random.Random, tables: Tables, _number: int) -> None:
    if found := _pick(rng, tables, "relationship"):
        found["role"] = rng.choice(("parent", "guardian", "relative"))


def _swap_staff(rng: random.Random, tables: Tables, _number: int) -> None:
    one, other = rng.sample(("teacher", "admin"), 2)
    if found := _pick(rng, tables, one):
        if any(enrollment["userSourcedId"] == found["sourcedId"] for enrollment in tables["enrollment"]):
            found["schoolSourcedIds"] = rng.choice(("3", "3,4", "4,3", "district,3"))
            return
        remove(tables, one, found["sourcedId"])
        tables[other].append(found)


def _change_class(rng: random.Random, tables: Tables, number: int) -> None:
    found = rng.choice(tables["class"])
    found["title"] = f'Title "{number}", again'


def _drop_enrollment(rng: random.Random, tables: Tables, _number: int) -> None:
    if found := _pick(rng, tables, "enrollment"):
        remove(tables, "enrollment", found["sourcedId"])


def _rename_course(rng: random.Random, tables: Tables, number: int) -> None:
    found = rng.choice(tables["course"])
    found |= {"title": f"Course {number}", "extra": rng.choice(("", '{"subjects": "Algebra"}'))}


OPERATIONS: tuple[Operation, ...] = (
    *(_add_student, _remove_student, _change_student, _change_student, _relate, _unrelate, _change_relation),
    *(_swap_staff, _change_class, _drop_enrollment, _rename_course),
)


@pytest.mark.parametrize("seed", range(12))
def test_bulk_and_deltas_give_what_a_fresh_bulk_gives(series: Series, seed: int) -> None:
    rng, number = random.Random(seed), 20_000
    for _delivery in range(6):
        tables = copy.deepcopy(series.tables)
        for _change in range(rng.randint(1, 8)):
            number += 1
            rng.choice(OPERATIONS)(rng, tables, number)
        series.deliver(tables)
        assert series.received() == series.fresh()


def test_every_entity_takes_part() -> None:
    assert set(small()) == {entity.key for entity in ENTITIES}
