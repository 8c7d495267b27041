"""Faults D12 to D18: what may stand in a field, to the end of the line: bundle, reports, screen, file names, log."""

from __future__ import annotations

import csv
import io
import json
import logging
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from psconnect.demo import Fault
from psconnect.demo.server.fault_texts import TEXTS
from psconnect.model.review import ChangeQuery, ChangeRow
from psconnect.model.runs import Run
from psconnect.model.shown_text import shown
from psconnect.model.text import caseless, trimmed
from psconnect.transfer.ownership import OWNER_FILE
from psconnect.wording.rules import rule_of
from tests.cli.conftest import Psconnect
from tests.faults.conftest import FIRST_ROWS_COUNT, Syncs, state, truth, users
from tests.http.raw import answer, raw_server
from tests.judges.oneroster11 import check_bundle, read_bundle
from tests.support.demo import Connect, Connected

STUDENTS = "/ws/schema/query/*.students"
SCHOOLS = "/ws/schema/query/*.schools"
ENROLLMENTS = "/ws/schema/query/*.enrollments"
TERMS = "/ws/schema/query/*.terms"
UNREADABLE = {"surrogate", "latin-1", "nul"}
REFUSED = UNREADABLE | {"megabyte"}


@pytest.fixture
def delivered(delivered: Connected) -> Iterator[Connected]:
    """The shared district, which has everything as it was again when the next test begins."""
    yield delivered
    delivered.server.clear_faults()
    run = delivered.service.sync(delivered.name)
    if run.state == "held":
        delivered.service.approve(run.id, "as it was")


def first_students(connected: Connected, count: int) -> list[str]:
    sql = "SELECT dcid FROM students WHERE schoolid <> 999999 ORDER BY dcid LIMIT ?"
    return [str(key) for (key,) in connected.sql(sql, count)]


def first_student(connected: Connected) -> str:
    return first_students(connected, 1)[0]


def first_school(connected: Connected) -> str:
    return str(connected.sql("SELECT min(dcid) FROM schools WHERE school_number <> 999999")[0][0])


def first_enrollment(connected: Connected) -> str:
    return str(connected.sql("SELECT min(dcid) FROM cc WHERE abs(termid) BETWEEN 3600 AND 3699")[0][0])


def spoil(connected: Connected, fault: str, variant: str, path: str, *fields: str, amount: float = 1) -> None:
    """Switch the fault on for some fields of the first rows."""
    faults = [Fault(fault, path=path, variant=variant, field=field, amount=amount) for field in fields]
    connected.server.set_faults(faults)


def sync(connected: Connected, psconnect: Psconnect, *, held: str = "") -> Run:
    """Sync by the command line; the run delivers, or waits for these reasons and then is approved."""
    said = Syncs(connected, psconnect).run()
    run = connected.service.runs(connected.name)[0]
    assert {hold.rule for hold in run.holds} == ({held} if held else set()), said.out
    assert said.code == (3 if held else 0), said.err
    if held:
        assert psconnect("run", "approve", run.id, "--reason", "test", connected=connected).code == 0
    run = connected.service.run(run.id)
    assert run.state == "finished_with_problems"
    return run


def changed(connected: Connected, run: Run, entity: str, text: str = "") -> list[ChangeRow]:
    """The rows of the run's changes as the window shows them."""
    found = connected.service.arrange_changes(run.id, ChangeQuery(entity, text=text))
    try:
        return found.page(0, found.total)
    finally:
        found.close()


def problems(connected: Connected, run: Run) -> set[tuple[str, str, int]]:
    """Rule, entity and key of every problem of the run."""
    groups = connected.service.problems(run.id, most=10_000)
    return {(group.rule.key, record.entity, record.key) for group in groups for record in group.records}


def expected_in_bundle(text: str) -> str:
    """No line break stands in a field."""
    return text.replace("\r", " ")


@pytest.mark.parametrize("fault", ["D12", "D13", "D14", "D15", "D17"])
def test_D12_D13_D14_D15_D17_a_name_arrives_as_it_is(
    delivered: Connected, psconnect: Psconnect, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    """Each student of the first ones has another of the texts as name, as username and as number."""
    caplog.set_level(logging.DEBUG)
    texts = {variant: text for variant, text in TEXTS[fault].items() if variant not in REFUSED}
    before, keys = users(delivered), first_students(delivered, len(texts))
    fields = ("last_name", "student_web_id", "student_number")
    delivered.server.set_faults(
        [
            Fault(fault, path=STUDENTS, variant=variant, field=field, row=row)
            for row, variant in enumerate(texts)
            for field in fields
        ]
    )
    # Ten people who get another name, username and number at once are looked at first.
    run = sync(delivered, psconnect, held="identity-student" if len(texts) >= IDENTITIES else "")
    after = users(delivered)
    taken: set[str] = set()
    for key, text in zip(keys, texts.values(), strict=True):
        row = after[key]
        assert row["familyName"] == row["identifier"] == expected_in_bundle(text)
        # Of two who want the same user name, the second keeps the one of the last delivery.
        user_name = before[key]["username"] if caseless(trimmed(text)) in taken else trimmed(text)
        assert row["username"] == expected_in_bundle(user_name)
        taken.add(caseless(user_name))
    changes = {str(change.key): change for change in changed(delivered, run, "student")}
    assert {key: row for key, row in after.items() if key not in changes} == {
        key: row for key, row in before.items() if key not in changes
    }
    said = [repr(vars(record)) for record in caplog.records if record.name.startswith("psconnect")]
    assert said
    for key, text in zip(keys, texts.values(), strict=True):
        (value,) = [new for name, _old, new in changes[key].values if name == "familyName"]
        assert value == shown(text)
        assert shown(text.strip()) in changes[key].title
        seen = changes[key].title + changes[key].number + value
        assert not any(unicodedata.category(ch) in ("Cf", "Cs") and ch not in "\u200c\u200d" for ch in seen)
        assert len(text) < TELLING or not any(text in line or ascii(text)[1:-1] in line for line in said)
    assert {found.rule for found in check_bundle(delivered.bundle)} <= ACCEPTED


IDENTITIES = 10
TELLING = 4
"""Characters from which on a text can't stand in a log by chance."""
ACCEPTED = {"control-character"}


def run_keys(connected: Connected, run: Run) -> list[str]:
    """The ids of the students that a run changed."""
    return [str(change.key) for change in changed(connected, run, "student")]


@pytest.mark.parametrize("variant", sorted(UNREADABLE))
def test_D12_what_is_no_character_leaves_one_record_as_it_was_and_no_other(
    delivered: Connected, psconnect: Psconnect, variant: str
) -> None:
    before, key = users(delivered), first_student(delivered)
    spoil(delivered, "D12", variant, STUDENTS, "last_name")
    run = sync(delivered, psconnect)
    assert users(delivered)[key] == before[key]
    assert key not in run_keys(delivered, run)
    assert run_keys(delivered, run), "the change that waited was delivered"
    assert ("unreadable", "student", int(key)) in problems(delivered, run)
    assert "as last delivered" in rule_of("unreadable").to_do


@pytest.mark.parametrize("variant", sorted(UNREADABLE))
def test_D12_what_is_no_character_read_table_by_table(connect: Connect, psconnect: Psconnect, variant: str) -> None:
    connected = connect(students=200, settings={"source": {"read": "tables"}})
    for statement in FIRST_ROWS_COUNT:
        connected.sql(statement)
    connected.delivered()
    before, key = connected.bundle.read_bytes(), first_student(connected)
    spoil(connected, "D12", variant, "/ws/schema/table/students", "last_name")
    run = sync(connected, psconnect)
    assert (run.way, run.changes) == ("tables", {})
    assert connected.bundle.read_bytes() == before
    assert ("unreadable", "student", int(key)) in problems(connected, run)


def test_D12_two_spellings_of_one_letter_are_found_by_either(delivered: Connected, psconnect: Psconnect) -> None:
    for variant in ("nfc", "nfd"):
        spoil(delivered, "D12", variant, STUDENTS, "last_name")
        run = sync(delivered, psconnect)
        for form in ("NFC", "NFD"):
            found = changed(delivered, run, "student", unicodedata.normalize(form, "josé"))
            assert first_student(delivered) in [str(row.key) for row in found]


def test_D12_a_school_whose_name_can_not_be_read_stops_the_run(delivered: Connected, psconnect: Psconnect) -> None:
    """Else its staff and classes would point to a school that nobody knows."""
    spoil(delivered, "D12", "surrogate", SCHOOLS, "name")
    sentence = "a value that it needs is missing or malformed"
    said = Syncs(delivered, psconnect).stops("PSC-READ-SCHOOL", sentence)
    assert "Start Page > District > Schools" in said.err


def test_D12_the_terminal_is_not_commanded_by_what_a_server_says(delivered: Connected, psconnect: Psconnect) -> None:
    """An answer's own words stand in the error; what would colour or clear the screen is named instead."""
    text = TEXTS["D12"]["control"]
    refusal = answer("418 Refused", json.dumps({"message": text}).encode())
    before = delivered.service.connection(delivered.name).source.url
    with raw_server(handler=lambda _request: refusal) as server:
        delivered.service.set_value(delivered.name, "source.url", json.dumps(server.url))
        said = Syncs(delivered, psconnect).stops("PSC-HTTP-REFUSED", shown(text))
    delivered.service.set_value(delivered.name, "source.url", json.dumps(before))
    assert not any(ch in said.out + said.err for ch in "\x1b\x9b\x01")


def test_D13_a_name_of_a_megabyte_is_not_delivered(delivered: Connected, psconnect: Psconnect, tmp_path: Path) -> None:
    before, key = users(delivered), first_student(delivered)
    spoil(delivered, "D13", "megabyte", STUDENTS, "last_name")
    run = sync(delivered, psconnect)
    assert users(delivered)[key] == before[key]
    assert key not in run_keys(delivered, run)
    assert run_keys(delivered, run), "the change that waited was delivered"
    assert ("too-long", "student", int(key)) in problems(delivered, run)
    report = delivered.service.report(run.id, tmp_path / "run.html")
    assert rule_of("too-long").title in report.read_text(encoding="utf-8")
    assert report.stat().st_size < 1_000_000
    assert delivered.bundle.stat().st_size < 1_000_000


def test_D13_who_depends_on_a_name_that_is_too_long_waits(delivered: Connected, psconnect: Psconnect) -> None:
    """A student who is new and can't be delivered brings no enrollment that points to nobody."""
    dcid = int(first_student(delivered))
    delivered.sql("UPDATE students SET enroll_status = 2 WHERE dcid = ?", dcid)
    sync(delivered, psconnect)
    delivered.sql("UPDATE students SET enroll_status = 0 WHERE dcid = ?", dcid)
    spoil(delivered, "D13", "megabyte", STUDENTS, "last_name")
    run = Syncs(delivered, psconnect)
    assert run.run().code == 0
    assert str(dcid) not in users(delivered)
    assert str(dcid) not in {row["userSourcedId"] for row in read_bundle(delivered.bundle)["enrollments"]}
    delivered.server.clear_faults()
    run.goes_through()


def name_schools(connected: Connected, fault: str, variants: Sequence[str]) -> dict[str, str]:
    """Give the first schools these texts as names; the texts by the schools' keys."""
    connected.server.set_faults(
        [Fault(fault, path=SCHOOLS, variant=variant, field="name", row=row) for row, variant in enumerate(variants)]
    )
    keys = connected.sql("SELECT dcid FROM schools WHERE school_number <> 999999 ORDER BY dcid")
    return {str(key): TEXTS[fault][variant] for (key,), variant in zip(keys, variants, strict=False)}


@pytest.mark.parametrize("variants", [("equals", "plus"), ("minus", "at"), ("tab", "return")])
def test_D15_no_spreadsheet_takes_a_name_for_a_formula(
    delivered: Connected, psconnect: Psconnect, tmp_path: Path, variants: tuple[str, ...]
) -> None:
    texts = name_schools(delivered, "D15", variants)
    run = sync(delivered, psconnect)
    names = {row["sourcedId"]: row["name"] for row in read_bundle(delivered.bundle)["orgs"]}
    report = delivered.service.report(run.id, tmp_path / "run.csv").read_bytes().decode("utf-8-sig")
    schools = {row["School"] for row in csv.DictReader(io.StringIO(report, newline=""))}
    for key, text in texts.items():
        assert names[key] == expected_in_bundle(text), "exact for the machine that reads it"
        assert f"'{text}" in schools
        assert text not in schools


@pytest.mark.parametrize("variant", TEXTS["D16"])
def test_D16_a_name_is_never_a_path(connect: Connect, tmp_path: Path, variant: str) -> None:
    """Neither a connection's name nor a school's: what is written stays in the folder, under a name that can be."""
    text = TEXTS["D16"][variant]
    connected = connect(students=200, name=text.strip()[:200].strip())
    spoil(connected, "D16", variant, SCHOOLS, "name")
    before = {path for path in tmp_path.rglob("*") if "home" not in path.parts and "server" not in path.parts}
    run = connected.service.approve(connected.service.sync(connected.name).id, "test")
    assert run.state == "finished_with_problems"
    written = {path for path in tmp_path.rglob("*") if "home" not in path.parts and "server" not in path.parts} - before
    (bundle,) = written - {connected.folder / "roster" / OWNER_FILE}
    assert bundle.parent == connected.folder / "roster"
    assert bundle.suffix == ".zip"
    assert len(bundle.name) < 140
    assert bundle.stem.rstrip(". ") == bundle.stem
    assert bundle.stem.split(".")[0].casefold() not in ("con", "nul")
    assert not set('\\/:*?"<>|') & set(bundle.name)
    assert text in {row["name"] for row in read_bundle(bundle)["orgs"]}


@pytest.mark.parametrize("variants", [("bold", "link"), ("script", "image"), ("markdown",)])
def test_D17_a_report_shows_markup_as_text(
    delivered: Connected, psconnect: Psconnect, tmp_path: Path, variants: tuple[str, ...]
) -> None:
    texts = name_schools(delivered, "D17", variants)
    run = sync(delivered, psconnect)
    html = delivered.service.report(run.id, tmp_path / "run.html").read_text(encoding="utf-8")
    report = delivered.service.report(run.id, tmp_path / "run.csv").read_bytes().decode("utf-8-sig")
    schools = {row["School"] for row in csv.DictReader(io.StringIO(report, newline=""))}
    assert 'href="file:' not in html
    for text in texts.values():
        assert text.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;") in html
        assert "<" not in text or text not in html
        assert text in schools


@pytest.mark.parametrize(
    ("variant", "field", "expected"),
    [
        ("time", "dateenrolled", "2026-08-17"),
        ("gap", "dateenrolled", "2026-03-08"),
        ("zone", "dateenrolled", "2026-08-17"),
        ("epoch", "dateenrolled", "1970-01-01"),
        ("far", "dateleft", "9999-12-31"),
    ],
)
def test_D18_a_date_in_any_form_is_a_date(
    delivered: Connected, psconnect: Psconnect, variant: str, field: str, expected: str
) -> None:
    key = first_enrollment(delivered)
    spoil(delivered, "D18", variant, ENROLLMENTS, field)
    sync(delivered, psconnect)
    row = {row["sourcedId"]: row for row in read_bundle(delivered.bundle)["enrollments"]}[key]
    assert row["beginDate" if field == "dateenrolled" else "endDate"] == expected


@pytest.mark.parametrize("variant", ["american", "no day"])
@pytest.mark.parametrize("field", ["dateenrolled", "dateleft"])
def test_D18_what_is_no_date_leaves_the_enrollment_as_it_was(
    delivered: Connected, psconnect: Psconnect, variant: str, field: str
) -> None:
    before = {row["sourcedId"]: row for row in read_bundle(delivered.bundle)["enrollments"]}
    key = first_enrollment(delivered)
    spoil(delivered, "D18", variant, ENROLLMENTS, field)
    run = sync(delivered, psconnect)
    assert {row["sourcedId"]: row for row in read_bundle(delivered.bundle)["enrollments"]}[key] == before[key]
    assert ("unreadable", "enrollment", int(key)) in problems(delivered, run)


def test_D18_assignments_that_end_on_no_date_do_not_look_ended(delivered: Connected, psconnect: Psconnect) -> None:
    before = {row["sourcedId"]: row for row in read_bundle(delivered.bundle)["enrollments"] if row["role"] == "teacher"}
    spoil(delivered, "D18", "american", "/ws/schema/query/*.section_teachers", "end_date", amount=1e6)
    run = sync(delivered, psconnect, held="rejected-enrollment")
    assert run.problems["error"] > 0
    after = {row["sourcedId"]: row for row in read_bundle(delivered.bundle)["enrollments"] if row["role"] == "teacher"}
    assert before.keys() == after.keys()


@pytest.mark.parametrize("variant", ["american", "no day"])
def test_D18_years_whose_dates_are_none_stop_the_run(delivered: Connected, psconnect: Psconnect, variant: str) -> None:
    """Compared as texts, they would make it another school year, and everything of this one would go."""
    spoil(delivered, "D18", variant, TERMS, "firstday", "lastday", amount=1e6)
    said = Syncs(delivered, psconnect).stops("PSC-READ-DATES", "nobody can say which year it is")
    assert "Years & Terms" in said.err


def test_D18_a_term_with_a_time_is_the_same_term(delivered: Connected, psconnect: Psconnect) -> None:
    """Every date comes as a moment: the roster is the same as with plain dates."""
    Syncs(delivered, psconnect).goes_through()
    before = state(delivered)
    spoil(delivered, "D18", "time", TERMS, "firstday")
    assert Syncs(delivered, psconnect).run().code == 0
    assert state(delivered) == before
    assert truth(delivered) == []
