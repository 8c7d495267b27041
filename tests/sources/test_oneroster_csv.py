"""A OneRoster bundle as a source: complete or not at all; what its rows become; what is the matter with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from psconnect.http import HttpClient
from psconnect.model.clock import CancelToken, Clock
from psconnect.model.connection import Connection, from_dict, to_dict
from psconnect.model.entities import BY_KEY
from psconnect.model.errors import Cancelled, FixSettings, PsconnectError
from psconnect.model.problems import Fate
from psconnect.sources.kind import OpenSource, SourceContext
from psconnect.sources.oneroster_csv.bundle import open_bundle
from psconnect.sync.compose import choices_of, open_source, shaped_source
from tests.sources.bundles import person, school, texts, write
from tests.sources.test_source import Roster
from tests.support.errors import raises_saying

Change = Callable[[dict[str, bytes]], None]
Record = tuple[int, str | None, dict[str, str]]


def connection_to(folder: Path, **settings: Any) -> Connection:
    source = {"kind": "oneroster-csv", "folder": str(folder)}
    return from_dict({"name": "x", "preset": "oneroster", "source": source, **settings})


def opened(folder: Path, cancel: CancelToken | None = None, **settings: Any) -> OpenSource:
    choices = choices_of(connection_to(folder, **settings))
    context = SourceContext(choices.connection, lambda _key: "", HttpClient, Clock(), cancel or CancelToken())
    return open_source(choices, context)


def read(folder: Path, cancel: CancelToken | None = None, **settings: Any) -> Roster:
    cancel = cancel or CancelToken()
    roster, choices = Roster(), choices_of(connection_to(folder, **settings))
    source = shaped_source(choices, opened(folder, cancel, **settings))
    source.read(roster, lambda _event: None, cancel)
    return roster


def records(roster: Roster, entity: str) -> dict[str, Record]:
    """Fate, rule and attributes of an entity's records, by delivered id."""
    found = {}
    for row in roster.records[entity].values():
        fate, rule, record, *_keys = cast("tuple[int, str | None, bytes, Any]", row)
        values = dict(zip(BY_KEY[entity].attributes, msgspec.json.decode(record, type=list[str]), strict=True))
        found[values["sourcedId"]] = (int(fate), rule, values)
    return found


def told(roster: Roster) -> list[tuple[str, str, str]]:
    return sorted((one.rule, one.entity, one.detail) for one in roster.problems)


@pytest.mark.parametrize("zipped", [False, True])
def test_ids_are_delivered_as_they_are_and_references_hold(tmp_path: Path, *, zipped: bool) -> None:
    roster = read(write(tmp_path / "in", texts(school()), zipped=zipped))
    assert told(roster) == [("missing-reported", "student", "email")][:0]
    assert set(records(roster, "school")) == {"a-district", "b-school"}
    assert set(records(roster, "student")) == {"007", "7"}
    teacher = "f0e1d2c3-aaaa-bbbb-cccc-000000000001"
    assert (set(records(roster, "teacher")), set(records(roster, "admin"))) == ({teacher}, {"boss"})
    student = records(roster, "student")["007"][2]
    assert (student["stateId"], student["grade"], student["schoolSourcedIds"]) == ("S-1", "05", "b-school")
    assert records(roster, "calendar")["y-2027"][2]["parentSourcedId"] == "", "nothing is above itself"
    a_class = records(roster, "class")["c.9@x"][2]
    assert (a_class["title"], a_class["courseSourcedId"], a_class["termSourcedId"]) == (
        "Algebra “A”",
        "alg/1",
        "y-2027",
    )
    taught = records(roster, "enrollment")["e3"][2]
    assert (taught["userSourcedId"], taught["role"], taught["primary"]) == (teacher, "teacher", "true")
    related = [one[2] for one in records(roster, "relationship").values()]
    assert {(one["studentSourcedId"], one["contactSourcedId"], one["role"]) for one in related} == {
        ("007", "mum", "parent"), ("7", "mum", "parent"),
    }  # fmt: skip
    # A teacher's enrollment has a negative key, as everywhere, and points to the record of the teacher.
    ((key, row),) = [(key, row) for key, row in roster.records["enrollment"].items() if key < 0]
    assert row[-1] in roster.records["teacher"]
    assert key == -3


def test_a_prefix_stands_in_front_of_every_id(tmp_path: Path) -> None:
    roster = read(write(tmp_path / "in", texts(school())), options={"id_prefix": "L-"})
    assert set(records(roster, "contact")) == {"L-mum"}
    assert records(roster, "enrollment")["L-e1"][2]["userSourcedId"] == "L-007"


def without(name: str) -> Change:
    return lambda files: files.__delitem__(name)


def replaced(name: str, old: bytes, new: bytes) -> Change:
    def change(files: dict[str, bytes]) -> None:
        assert old in files[name]
        files[name] = files[name].replace(old, new)

    return change


def cut(name: str, size: int) -> Change:
    return lambda files: files.__setitem__(name, files[name][:-size])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (without("users.csv"), "PSC-BUNDLE-NOT-WHOLE"),
        (without("manifest.csv"), "PSC-BUNDLE-NONE"),
        (replaced("manifest.csv", b"oneroster.version,1.1", b"oneroster.version,1.2"), "PSC-BUNDLE-FORMAT"),
        (replaced("manifest.csv", b"file.users,bulk", b"file.users,delta"), "PSC-BUNDLE-FORMAT"),
        (replaced("manifest.csv", b"file.users,bulk", b"file.users,absent"), "PSC-BUNDLE-NOT-WHOLE"),
        (replaced("manifest.csv", b"file.users,bulk\r\n", b""), "PSC-BUNDLE-FORMAT"),
        (replaced("users.csv", b"familyName", b"surname"), "PSC-BUNDLE-FORMAT"),
        (replaced("users.csv", b"Ana", b"\xc4na"), "PSC-BUNDLE-FORMAT"),
        (cut("users.csv", 20), "PSC-BUNDLE-NOT-WHOLE"),
        (replaced("orgs.csv", b"Maple", b'"Maple'), "PSC-BUNDLE-NOT-WHOLE"),
    ],
    ids=[
        "no-users",
        "no-manifest",
        "version",
        "delta",
        "absent-but-there",
        "not-declared",
        "no-column",
        "not-utf8",
        "cut-off",
        "open-quote",
    ],
)
def test_a_bundle_that_is_not_whole_or_not_known_stops_the_reading(tmp_path: Path, change: Change, code: str) -> None:
    files = texts(school())
    change(files)
    folder = write(tmp_path / "in", files)
    with pytest.raises(PsconnectError) as caught:
        read(folder)
    assert caught.value.code == code
    findings = list(opened(folder).check())
    assert [(one.state, one.code) for one in findings] == [("failed", code)]


def test_a_mark_at_the_beginning_and_other_order_of_columns_do_not_matter(tmp_path: Path) -> None:
    files = texts(school())
    plain = read(write(tmp_path / "plain", files))
    lines = [line.split(b",") for line in files["orgs.csv"].splitlines()]
    files["orgs.csv"] = b"\xef\xbb\xbf" + b"\n".join(b",".join([*line[3:], *line[:3]]) for line in lines)
    assert read(write(tmp_path / "other", files)).records == plain.records


def test_a_file_that_is_written_anew_while_it_is_read_stops_the_reading(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", texts(school()))

    def shrinking() -> None:
        with open_bundle(str(folder)) as bundle:
            assert sum(map(len, bundle.pages("orgs"))) == 2
            (folder / "users.csv").write_bytes(b"sourcedId\r\n")

    with pytest.raises(PsconnectError) as caught:
        shrinking()
    assert caught.value.code == "PSC-BUNDLE-NOT-WHOLE"


def test_a_damaged_archive_stops_the_reading(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", texts(school()), zipped=True)
    path = folder / "bundle.zip"
    path.write_bytes(path.read_bytes().replace(b"O'Neil-boss", b"O'Neil-bass"))
    with pytest.raises(PsconnectError) as caught:
        read(folder)
    assert caught.value.code == "PSC-BUNDLE-NOT-WHOLE"


def test_an_archive_with_a_password_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", texts(school()), zipped=True)
    path = folder / "bundle.zip"
    content = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + flags] |= 1
            at = content.find(mark, at + 1)
    path.write_bytes(content)
    with pytest.raises(PsconnectError) as caught:
        read(folder)
    assert caught.value.code == "PSC-BUNDLE-FORMAT"


@pytest.mark.parametrize("label", ["m²", "größe", "class", "1 st", "①"])
def test_further_columns_may_have_any_name(tmp_path: Path, label: str) -> None:
    files = texts(school())
    lines = files["orgs.csv"].splitlines()
    ends = [f",metadata.{label}".encode(), *[b",9"] * (len(lines) - 1)]
    files["orgs.csv"] = b"\n".join(line + end for line, end in zip(lines, ends, strict=True))
    assert len(read(write(tmp_path / "in", files)).records["school"]) == 2


def test_two_archives_are_not_chosen_from(tmp_path: Path) -> None:
    folder = write(tmp_path / "in", texts(school()), zipped=True)
    (folder / "older.zip").write_bytes((folder / "bundle.zip").read_bytes())
    with raises_saying(FixSettings, "2 ZIP files"):
        read(folder)


def test_what_is_marked_or_switched_off_is_left_out(tmp_path: Path) -> None:
    rows = school()
    rows["users"][0]["status"] = "tobedeleted"
    rows["users"][1]["enabledUser"] = "false"
    rows["users"] += [person("sub", "substitute"), person("odd", "student", status="perhaps")]
    rows["classes"][0]["termSourcedIds"] = "y-2027, y-2028"
    rows["enrollments"][0]["beginDate"] = "08/17/2026"
    rows["enrollments"][1] |= {"role": "aide"}
    roster = read(write(tmp_path / "in", texts(rows)))
    students = records(roster, "student")
    assert students["007"][:2] == (Fate.LEFT_OUT, "marked-deleted")
    assert students["7"][:2] == (Fate.LEFT_OUT, "student-inactive")
    assert students["odd"][:2] == (Fate.KEPT, "unreadable")
    assert records(roster, "admin")["sub"][:2] == (Fate.LEFT_OUT, "role-unknown")
    assert records(roster, "enrollment")["e1"][:2] == (Fate.KEPT, "unreadable")
    assert records(roster, "enrollment")["e2"][:2] == (Fate.LEFT_OUT, "assignment-role")
    assert told(roster) == [
        ("role-unknown", "admin", "role"), ("several-terms", "class", ""),
        ("unreadable", "enrollment", "beginDate"), ("unreadable", "student", "status"),
    ]  # fmt: skip


def test_a_row_that_comes_twice_counts_once_and_two_different_ones_stop(tmp_path: Path) -> None:
    rows = school()
    rows["users"].append(rows["users"][0])
    roster = read(write(tmp_path / "in", texts(rows)))
    assert told(roster) == [("duplicate-row", "student", "")]
    rows["users"][-1] = {**rows["users"][0], "givenName": "Zoë"}
    with pytest.raises(PsconnectError) as caught:
        read(write(tmp_path / "in", texts(rows)))
    assert caught.value.code == "PSC-BUNDLE-DOUBLE"


def test_an_administrator_who_teaches_is_a_teacher_and_an_agent_nobody_knows_is_told(tmp_path: Path) -> None:
    rows = school()
    rows["enrollments"].append({**rows["enrollments"][2], "sourcedId": "e4", "userSourcedId": "boss"})
    rows["users"][1]["agentSourcedIds"] = "ghost"
    roster = read(write(tmp_path / "in", texts(rows)))
    assert "boss" in records(roster, "teacher")
    assert told(roster) == [("orphan", "relationship", "contact")]


def test_chosen_schools_and_their_students(tmp_path: Path) -> None:
    rows = school()
    rows["orgs"].append({"sourcedId": "c", "name": "Cedar", "type": "school", "identifier": "200"})
    rows["users"].append(person("other", "student", orgSourcedIds="c"))
    folder = write(tmp_path / "in", texts(rows))
    assert [(one.number, one.students) for one in opened(folder).schools()] == [(200, 1), (100, 2)]
    roster = read(folder, scope={"schools": [100]})
    assert records(roster, "school")["c"][:2] == (Fate.LEFT_OUT, "school-not-chosen")
    assert records(roster, "student")["other"][:2] == (Fate.LEFT_OUT, "school-not-chosen")
    assert records(roster, "student")["7"][0] == Fate.IN


def test_further_columns_filters_and_mapping_by_the_bundles_own_names(tmp_path: Path) -> None:
    files = texts(school())
    lines = files["users.csv"].splitlines()
    files["users.csv"] = b"\r\n".join([lines[0] + b",metadata.house", *(line + b",Red" for line in lines[1:])])
    roster = read(
        write(tmp_path / "in", files),
        custom={"student": "metadata.house|house"},
        mapping={"student": {"username": "{users.email|lower}"}},
        filters={"student": [{"field": "users.grades", "op": "equals", "value": "KG"}]},
    )
    students = records(roster, "student")
    assert students["007"][0] == Fate.LEFT_OUT
    assert (students["7"][2]["username"], students["7"][2]["extra"]) == ("7@example.org", '{"house":"Red"}')


def test_cancel(tmp_path: Path) -> None:
    cancel = CancelToken()
    folder = write(tmp_path / "in", texts(school()))
    cancel.cancel()
    with pytest.raises(Cancelled):
        read(folder, cancel)


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ({"source": {"kind": "oneroster-csv", "url": "https://x.example.org"}}, "source.url"),
        ({"source": {"kind": "oneroster-csv", "folder": 3}}, "source.folder"),
        ({"source": {"kind": "oneroster-cvs"}}, "source.kind"),
        ({"ids": {"student": "number"}}, "ids"),
        ({"options": {"merge_terms": True}}, "options.merge_terms"),
        ({"options": {"co_teachers": False}}, "options.co_teachers"),
        ({"options": {"co_teacher_classes": 3}}, "options.co_teacher_classes"),
        ({"options": {"enroll_status": [0, 1]}}, "options.enroll_status"),
        ({"options": {"guest_students": "bring-in"}}, "options.guest_students"),
        ({"options": {"district_name": "Lincoln"}}, "options.district_name"),
        ({"options": {"parents": "portal"}}, "options.parents"),
        ({"mapping": {"student": {"email": "{Students.Email}"}}}, "mapping.student.email"),
    ],
)
def test_settings_that_do_not_fit_are_refused_by_the_kind(settings: dict[str, Any], where: str) -> None:
    whole = {"name": "x", "preset": "oneroster", "source": {"kind": "oneroster-csv", "folder": "/srv"}, **settings}
    with pytest.raises(FixSettings) as caught:
        choices_of(from_dict(whole))
    assert caught.value.where == where


def test_settings_of_the_kind_stand_in_the_file_like_all_others(tmp_path: Path) -> None:
    connection = connection_to(tmp_path)
    assert to_dict(connection)["source"] == {"kind": "oneroster-csv", "folder": str(tmp_path)}
    assert from_dict(to_dict(connection)) == connection
