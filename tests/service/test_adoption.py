"""Adoption of ids from a list, over a district that was read and delivered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from psconnect.model.errors import FixSettings
from psconnect.service import RekeyWishes
from psconnect.wording.errors import word
from tests.judges.oneroster11 import check_bundle, read_bundle
from tests.support.demo import Connect, Connected, connecting

ACTIVE = (
    "SELECT dcid, student_number, student_web_id FROM students WHERE enroll_status = 0 AND schoolid <> 999999 "
    "AND student_web_id <> '' GROUP BY student_web_id HAVING count(*) = 1 ORDER BY dcid"
)


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory, _districts: Callable[[int, int], Path]) -> Iterator[Connected]:
    """A delivered district."""
    with connecting(tmp_path_factory.mktemp("adoption"), _districts) as connect:
        connected = connect()
        connected.delivered()
        yield connected


def listed(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "accounts.csv"
    path.write_text(text, encoding="utf-8")
    return path


def outcomes(connected: Connected, path: Path, entity: str = "student") -> list[tuple[str, int | None]]:
    return [(row.outcome, row.key) for row in connected.service.adoption(connected.name, path, entity=entity).rows]


def test_nothing_is_guessed(delivered: Connected, tmp_path: Path) -> None:
    (a, a_no, a_name), (b, b_no, _), (c, c_no, c_name), (d, d_no, _), (e, e_no, _) = delivered.sql(ACTIVE)[:5]
    inactive, number = delivered.sql("SELECT dcid, student_number FROM students WHERE enroll_status > 0 LIMIT 1")[0]
    taken = delivered.sql("SELECT max(dcid) FROM students WHERE enroll_status = 0 AND schoolid <> 999999")[0][0]
    rows = [
        ("mo-1", a, a_no, a_name.upper()),  # everything fits
        ("mo-2", "", b_no, ""),
        ("mo-3", "", a_no, c_name),  # two people
        ("mo-4", c, c_no, "nobody.has.this"),
        ("mo-5", "", "99999999", ""),
        ("mo-6", inactive, number, ""),
        ("mo-7", d, "", ""),  # one person, two ids
        ("mo-8", "", d_no, ""),
        (f"{taken}", e, "", ""),  # somebody else's id
        ("a,b", "", e_no, ""),
        ("", "", e_no, ""),
        ("mo-9", "", "", ""),
    ]
    text = "id;dcid;number;username\n" + "".join(";".join(map(str, row)) + "\n" for row in rows)
    path = listed(tmp_path, text)
    assert outcomes(delivered, path) == [
        ("matched", a),
        ("matched", b),
        ("ambiguous", None),
        ("ambiguous", None),
        ("unmatched", None),
        ("unmatched", None),
        ("double", None),
        ("double", None),
        ("double", None),
        ("unfit", None),
        ("unfit", None),
        ("unmatched", None),
    ]
    preview = delivered.service.adoption(delivered.name, path)
    assert preview.ids == {a: "mo-1", b: "mo-2"}
    assert preview.counts == {"matched": 2, "unmatched": 3, "ambiguous": 2, "double": 3, "unfit": 2}
    assert all(row.because for row in preview.rows if row.outcome != "matched")
    assert "2027" in preview.warning


def test_one_id_for_two_people_is_taken_for_neither(delivered: Connected, tmp_path: Path) -> None:
    (a, *_), (b, *_), (c, *_) = delivered.sql(ACTIVE)[:3]
    path = listed(tmp_path, f"id,dcid\nsame,{a}\nsame,{b}\ntwice,{c}\ntwice,{c}\n")
    assert outcomes(delivered, path) == [("double", None), ("double", None), ("matched", c), ("matched", c)]


def test_adopted_ids_arrive_as_changes_of_the_same_records_and_are_found(delivered: Connected, tmp_path: Path) -> None:
    service, name = delivered.service, delivered.name
    before = read_bundle(delivered.bundle)
    people = delivered.sql(ACTIVE)[:20]
    staff = delivered.sql("SELECT DISTINCT users_dcid FROM schoolstaff WHERE status = 1 ORDER BY 1 LIMIT 3")
    path = listed(tmp_path, "number,id\r\n" + "".join(f"{number},mo-{dcid}\r\n" for dcid, number, _ in people))
    assert service.adopt(name, service.adoption(name, path)) == 20
    path = listed(tmp_path, "dcid,id\n" + "".join(f"{dcid},st-{dcid}\n" for (dcid,) in staff))
    assert service.adopt(name, service.adoption(name, path, entity="staff")) == 3
    service.set_value(name, "safety.preview", '"never"')
    held = service.sync(name)
    assert "rules-changed" in [hold.rule for hold in held.holds]
    assert {(c.create, c.remove) for c in held.changes.values()} == {(0, 0)}
    assert held.changes["student"].update == 20
    assert held.changes["enrollment"].update > 20
    service.approve(held.id, "checked with the administrator")
    assert check_bundle(delivered.bundle) == []
    after = read_bundle(delivered.bundle)
    new = {str(dcid): f"mo-{dcid}" for dcid, *_ in people} | {f"T{dcid}": f"st-{dcid}" for (dcid,) in staff}
    assert [
        {**row, "userSourcedId": new.get(row["userSourcedId"], row["userSourcedId"])} for row in before["enrollments"]
    ] == after["enrollments"]
    assert {row["sourcedId"] for row in after["users"]} == {
        new.get(r["sourcedId"], r["sourcedId"]) for r in before["users"]
    }
    again = service.sync(name)
    assert (again.changes, again.holds) == ({}, ())
    (match,) = service.find(name, f"mo-{people[0][0]}")
    assert match.key == people[0][0]
    # The list was made for what was read then.
    preview = service.adoption(name, path)
    service.sync(name)
    with pytest.raises(FixSettings) as refused:
        service.adopt(name, preview)
    assert refused.value.code == "PSC-ADOPT-OLD"
    plan = service.rekey_plan(name, RekeyWishes(forget_adopted=True))
    assert {(one.before, one.after) for one in plan.changes if one.entity == "student"} == {
        (after_id, before_id) for before_id, after_id in new.items() if after_id.startswith("mo-")
    }
    service.rekey(name, plan)
    back = service.sync(name)
    service.approve(back.id, "the old accounts are gone")
    assert read_bundle(delivered.bundle) == before


def test_unknown_kinds_and_connections_without_a_reading_are_refused(delivered: Connected, tmp_path: Path) -> None:
    path = listed(tmp_path, "id,dcid\n1,2\n")
    with pytest.raises(FixSettings) as refused:
        delivered.service.adoption(delivered.name, path, entity="studnet")
    assert "student" in word(refused.value).to_do
    delivered.service.import_connection(_copy(delivered, tmp_path))
    with pytest.raises(FixSettings) as refused:
        delivered.service.adoption("Copy", path)
    assert refused.value.code == "PSC-FIND-NOTHING-READ"


def _copy(connected: Connected, tmp_path: Path) -> Path:
    path = tmp_path / "copy.toml"
    connected.service.export_connection(connected.name, path)
    path.write_text(path.read_text(encoding="utf-8").replace(connected.name, "Copy"), encoding="utf-8")
    return path


def test_records_that_are_not_read_again_get_adopted_ids_too(connect: Connect, tmp_path: Path) -> None:
    connected = connect(settings={"source": {"compare": "incremental"}})
    connected.delivered()
    service, name = connected.service, connected.name
    assert service.sync(name).compared.taken_over["enrollments"] > 0
    ((dcid, *_), *_) = connected.sql(ACTIVE)
    service.adopt(name, service.adoption(name, listed(tmp_path, f"id,dcid\nmo-1,{dcid}\n")))
    held = service.sync(name)
    assert held.changes["student"].update == 1
    service.approve(held.id, "test")
    enrolled = [row["userSourcedId"] for row in read_bundle(connected.bundle)["enrollments"]]
    assert "mo-1" in enrolled
    assert str(dcid) not in enrolled
