"""The problems for a school's registrar: who, under which number, what to do; and from a problem to the record."""

from __future__ import annotations

import csv
import html
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from psconnect.model.errors import FixSettings
from psconnect.model.review import FindingQuery
from psconnect.model.runs import Run
from psconnect.wording.found import finding_title, named_finding
from psconnect.wording.rules import rule_of
from tests.desktop.conftest import OpenWindow, settled
from tests.support.demo import Connected, connecting

NAMED = "=HYPERLINK(1)"


@pytest.fixture(scope="module")
def delivered(
    _districts: Callable[[int, int], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Connected, Run]]:
    """A delivered district in which a staff member with a problem has a formula for a name; the tests only look."""
    with connecting(tmp_path_factory.mktemp("registrar"), _districts) as connect:
        connected = connect()
        connected.sql(
            "UPDATE USERS SET EMAIL_ADDR = 'none yet' WHERE DCID = (SELECT MIN(USERS_DCID) FROM SCHOOLSTAFF WHERE ID "
            "IN (SELECT TEACHER FROM SECTIONS WHERE TERMID >= 3600) AND STATUS = 1)"
        )
        run = connected.service.sync(connected.name)
        found = (record for group in connected.service.problems(run.id) for record in group.records)
        key = next(record.key for record in found if record.entity in ("teacher", "admin"))
        connected.sql("UPDATE USERS SET LAST_NAME = ? WHERE DCID = ?", NAMED, key)
        connected.service.discard(run.id)
        yield connected, connected.delivered()


def rows_of(path: Path) -> list[dict[str, str]]:
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


def test_all_schools_with_names_and_numbers(
    delivered: tuple[Connected, Run], open_window: OpenWindow, qtbot: QtBot, tmp_path: Path, opened: list[str]
) -> None:
    connected, run = delivered
    window = open_window(connected.service)
    window.findings(connected.name, run.id)
    settled(qtbot, window)
    page, path = window.places.findings, tmp_path / "all.csv"
    page.export_to(path)
    settled(qtbot, window)
    rows = rows_of(path)
    assert list(rows[0]) == [
        "School",
        "What",
        "Number",
        "Name",
        "Problem",
        "Field",
        "What to do",
        "Page in PowerSchool",
    ]
    assert len(rows) == sum(run.problems.values())
    names = {
        f"{last}, {first}": str(number)
        for last, first, number in connected.sql("SELECT LAST_NAME, FIRST_NAME, TEACHERNUMBER FROM USERS")
    }
    staff = [row for row in rows if row["What"] in ("Staff member", "Teacher", "Admin")]
    assert staff
    assert all(names[row["Name"].removeprefix("'")] == row["Number"] for row in staff)
    assert all(row["Page in PowerSchool"].startswith("http") for row in staff)
    groups = connected.service.findings(run.id, FindingQuery(), most=0).groups
    assert {row["Problem"] for row in rows} == {
        finding_title(rule_of(group.rule.key), group.entity, group.attribute) for group in groups
    }
    assert all(row["What to do"] for row in rows)
    assert page.outcome.label.text().startswith(f"Saved: {path}. It holds student records")
    qtbot.mouseClick(page.outcome.buttons[0], Qt.MouseButton.LeftButton)
    assert opened == [path.as_uri()]


def test_a_name_that_a_spreadsheet_would_take_for_a_formula_is_text(
    delivered: tuple[Connected, Run], tmp_path: Path
) -> None:
    connected, run = delivered
    rows = rows_of(connected.service.write_findings(run.id, FindingQuery(), tmp_path / "all.csv"))
    named = {row["Name"] for row in rows if "HYPERLINK" in row["Name"]}
    assert named
    assert all(name.startswith(f"'{NAMED}, ") for name in named)


def test_a_page_to_print_holds_exactly_what_is_filtered(
    delivered: tuple[Connected, Run], open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    connected, run = delivered
    window = open_window(connected.service)
    window.findings(connected.name, run.id)
    settled(qtbot, window)
    page = window.places.findings
    page.school.setCurrentIndex(1)
    school = page.school.currentText()
    page.school.activated.emit(1)
    settled(qtbot, window)
    texts = [action.text() for action in page.export_button.menu().actions()]
    assert [text[text.find("(") + 1 : text.find(")")] for text in texts[:5]] == ["HTML", "PDF", "XLSX", "CSV", "JSON"]
    page.export_button.menu().actions()[0].trigger()
    dialog = window.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.selectedFiles()[0].endswith(f" {run.id}.html")
    assert "student records" in dialog.windowTitle()
    dialog.fileSelected.emit(str(tmp_path / "one.html"))
    dialog.close()
    settled(qtbot, window)
    text = (tmp_path / "one.html").read_text(encoding="utf-8")
    told = html.unescape(text)
    assert re.findall(r'<h3>(?:<span id="[^"]*"></span>)?<bdi>(.*?)</bdi>', told) == [school]
    assert f"Only: {school}." in told
    found = list(connected.service.findings(run.id, page.wanted, most=1_000).groups)
    records = [one for group in found for one in group.records]
    assert text.count('<tr><th scope="row">') == len(records) > 0
    assert all(named_finding(one) in told for one in records)
    assert all(rule_of(group.rule.key).to_do in told for group in found)


def test_a_name_in_the_page_to_print_is_text(connected: Connected, tmp_path: Path) -> None:
    connected.sql(
        "UPDATE students SET first_name = '', last_name = '<script>alert(1)</script>' WHERE enroll_status = 0"
    )
    run = connected.service.sync(connected.name)
    text = connected.service.write_findings(run.id, FindingQuery(), tmp_path / "all.html").read_text(encoding="utf-8")
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_a_list_is_written_in_the_formats_of_reports_alone(delivered: tuple[Connected, Run], tmp_path: Path) -> None:
    connected, run = delivered
    with pytest.raises(FixSettings) as failed:
        connected.service.write_findings(run.id, FindingQuery(), tmp_path / "all.docx")
    assert failed.value.code == "PSC-REPORT-FORMAT"
    assert not (tmp_path / "all.docx").exists()


def test_who_was_left_out_is_named_as_read(delivered: tuple[Connected, Run], tmp_path: Path) -> None:
    connected, run = delivered
    unknown = [
        record
        for group in connected.service.problems(run.id, most=1_000)
        for record in group.records
        if not record.title and record.entity in ("student", "teacher", "admin", "contact", "class")
    ]
    rows = rows_of(connected.service.write_findings(run.id, FindingQuery(), tmp_path / "all.csv"))
    assert all(row["Name"] for row in rows)
    named = {row["Name"] for row in rows}
    assert not {record.sourced_id for record in unknown} & named


def test_why_leads_from_a_problem_to_the_record(
    delivered: tuple[Connected, Run], open_window: OpenWindow, qtbot: QtBot
) -> None:
    connected, run = delivered
    window = open_window(connected.service)
    window.findings(connected.name, run.id)
    settled(qtbot, window)
    page = window.places.findings
    group = page.tree.model().index(0, 0)
    page.tree.setCurrentIndex(group)
    assert not page.why_button.isEnabled(), "a rule is no record"
    page.tree.setCurrentIndex(page.tree.model().index(0, 0, group))
    qtbot.mouseClick(page.why_button, Qt.MouseButton.LeftButton)
    settled(qtbot, window)
    first = connected.service.findings(run.id, FindingQuery()).groups[0].records[0]
    expected = connected.service.explain(connected.name, first.entity, first.key)
    assert window.places.currentWidget() is window.places.finder
    assert window.places.finder.record.sentence.text() == expected.sentence


def test_a_run_whose_problems_are_gone_writes_no_empty_file(connected: Connected, tmp_path: Path) -> None:
    run = connected.delivered()
    with closing(sqlite3.connect(connected.rosters, isolation_level=None)) as db:
        db.execute("DELETE FROM problem")
    with pytest.raises(FixSettings) as failed:
        connected.service.write_findings(run.id, FindingQuery(), tmp_path / "all.csv")
    assert failed.value.code == "PSC-REPORT-FORGOTTEN"
    assert not (tmp_path / "all.csv").exists()
