"""Reports: what each state says, hostile names escaped, bounded size, self-contained, written whole for their owner."""

from __future__ import annotations

import csv
import io
import os
import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest

from psconnect.model.connection import from_dict
from psconnect.model.entities import SCHOOL
from psconnect.model.errors import Cancelled, FixSettings, LocalStorage
from psconnect.model.problems import RULES, Problem
from psconnect.model.runs import ChangeCounts, Hold
from psconnect.reports import FORMATS, write_report
from psconnect.reports.content import ReportContent, ReportWish
from psconnect.reports.html_report import LARGEST_REPORT
from psconnect.store.database import open_rosters
from psconnect.store.history import run_table
from psconnect.wording.errors import word
from psconnect.wording.rules import rule_of
from tests.support.errors import raises_saying

STARTED = datetime(2026, 11, 18, 17, 30, tzinfo=UTC)
CONNECTION = from_dict({"name": "Lincoln roster", "preset": "oneroster", "source": {"url": "https://lincoln.example"}})
HOSTILE = "<script>alert(1)</script>", "=cmd|'/c calc'!A0", "\u202eloohcS", "@SUM(A1)"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    opened = open_rosters(tmp_path / "rosters.sqlite")
    yield opened
    opened.close()


Make = Callable[..., int]


@pytest.fixture
def make(db: sqlite3.Connection) -> Make:
    """A run with these columns and problems."""

    def run(problems: list[Problem] | None = None, **values: object) -> int:
        number = run_table.begin_run(
            db, run_table.new_run_id(STARTED), trigger="command line", scope="all", started=STARTED
        )
        db.execute("BEGIN")
        run_table.store_problems(db, number, problems or [])
        counts = run_table.problem_counts(db, number)
        run_table.update_run(
            db,
            number,
            **{
                "state": "finished",
                "ended": STARTED + timedelta(seconds=95),
                "planned": STARTED,
                "problems": counts,
                **values,
            },
        )
        db.execute("COMMIT")
        return number

    return run


def school(db: sqlite3.Connection, key: int, name: str) -> None:
    record = {"sourcedId": str(key), "name": name}
    values = [record.get(attribute, "") for attribute in SCHOOL.attributes]
    db.execute("INSERT INTO ledger VALUES (?, ?, ?)", [SCHOOL.rank, key, msgspec.json.encode(values)])


def written(db: sqlite3.Connection, number: int, ending: str, **wish: Any) -> bytes:
    return b"".join(FORMATS[ending](ReportContent(db, CONNECTION, number, ReportWish(**wish))))


def html(db: sqlite3.Connection, number: int) -> str:
    return written(db, number, ".html").decode()


def heading(page: str) -> str:
    found = re.search(r"<h1><bdi>(.*?)</bdi></h1>", page, re.DOTALL)
    assert found
    return found.group(1)


ERROR = {
    "family": "fix settings",
    "code": "PSC-TLS-CERTIFICATE",
    "title": "The server's certificate is not trusted",
    "happened": "It has expired.",
    "to_do": "Renew it.",
    "where": "",
}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"changes": {"student": ChangeCounts(1200, 3, 1)}}, "1,204 changes were delivered"),
        ({"changes": {}}, "Nothing had changed; it is up to date"),
        ({"changes": {}, "delivered": "/srv/x.zip: 9 rows"}, "The same roster was delivered again"),
        (
            {
                "state": "held",
                "changes": {"student": ChangeCounts(0, 0, 412)},
                "holds": [Hold("remove-student", "412 of 8,031 students would be removed (5.1 %); the limit is 3%.")],
            },
            "On hold: 412 students would be removed",
        ),
        (
            {"state": "held", "changes": {"student": ChangeCounts(7)}, "holds": [Hold("first-run", "First.")]},
            "On hold: 7 changes wait for your approval",
        ),
        ({"state": "previewed", "changes": {"student": ChangeCounts(7)}}, "Previewed: 7 changes would be made"),
        (
            {"state": "failed", "error": ERROR, "failed_in": "reading"},
            "Nothing was delivered: The server&#39;s certificate is not trusted",
        ),
        ({"state": "cancelled"}, "The run was cancelled; nothing was delivered"),
        ({"state": "interrupted"}, "The run was interrupted; the next start goes on"),
        ({"state": "discarded"}, "The plan was discarded; nothing was delivered"),
        ({"state": "expired"}, "This plan expired: a newer one took its place, or it waited for more than a day"),
    ],
)
def test_the_sentence_that_matters(db: sqlite3.Connection, make: Make, values: dict, sentence: str) -> None:
    page = html(db, make(**values))
    assert heading(page) == sentence
    if values.get("error"):
        assert "<p>Renew it.</p>" in page
        assert "PSC-TLS-CERTIFICATE" in page


class Outline(HTMLParser):
    """Checks balance, and collects references, tables and links."""

    VOID = frozenset({"meta", "br", "col", "img", "link", "input", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.references: list[str] = []
        self.tables = self.captions = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        self.tables += tag == "table"
        self.captions += tag == "caption"
        self.references += [value or "" for name, value in attrs if name in ("href", "src", "action", "data")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_page_is_whole_accessible_and_fetches_nothing(db: sqlite3.Connection, make: Make) -> None:
    school(db, 3, "Lincoln High")
    problems = [
        Problem("missing-required", "student", 41, 3, "username"),
        Problem("orphan", "enrollment", 7, None, "class"),
    ]
    page = html(
        db, make(problems, changes={"student": ChangeCounts(1)}, read={"students": 4}, left_out={"student-inactive": 2})
    )
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    assert outline.tables == outline.captions == 7
    outside = [one for one in outline.references if not one.startswith("#")]
    assert outside == ["https://lincoln.example/admin/students/home.html?frn=00141"]
    assert "default-src 'none'" in page
    assert "url(" not in page
    assert "@import" not in page
    assert "Lincoln High" in page
    assert rule_of("missing-required").to_do.split(",")[0] in page


def test_every_link_within_the_page_leads_somewhere(db: sqlite3.Connection, make: Make) -> None:
    odd = "filter:no “pre-K” & <b>"
    problems = [
        Problem("missing-required", "student", 41, 3, "username"),
        Problem("orphan", "enrollment", 7, None, "class"),
    ]
    number = make(problems, changes={"student": ChangeCounts(1)}, left_out={odd: 2, "missing-required": 1})
    page = html(db, number)
    leads = re.findall(r'href="#([^"]*)"', page)
    assert len(leads) >= 3
    assert set(leads) <= set(re.findall(r'id="([^"]*)"', page))


def test_hostile_school_names_are_only_text(db: sqlite3.Connection, make: Make) -> None:
    for key, name in enumerate(HOSTILE, 1):
        school(db, key, name)
    number = make([Problem("missing-required", "student", 40 + key, key, "username") for key in range(1, 5)])
    page = html(db, number)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "<bdi>\u202eloohcS</bdi>" in page
    rows = list(csv.reader(io.StringIO(written(db, number, ".csv").decode("utf-8-sig"), newline="")))
    assert sorted(row[1] for row in rows[1:]) == sorted([HOSTILE[0], f"'{HOSTILE[1]}", HOSTILE[2], f"'{HOSTILE[3]}"])
    assert not [cell for row in rows for cell in row if cell[:1] in "=+-@\t\r" and cell]


@pytest.mark.parametrize("each", [15_000, pytest.param(100_000, marks=pytest.mark.thorough)])
def test_many_problems_stay_under_5_mb_and_are_all_in_the_csv(db: sqlite3.Connection, make: Make, each: int) -> None:
    for key in range(1, 41):
        school(db, key, f"School {key} \u00e9\u4e2d" * 3)
    problems = [Problem("missing-required", "student", 10_000_000 + n, 1 + n % 40, "username") for n in range(each)]
    problems += [Problem("class-without-teacher", "class", 10_000_000 + n, 1 + n % 40) for n in range(each)]
    number = make(problems)
    page = html(db, number)
    assert 100_000 < len(page.encode()) < LARGEST_REPORT
    listed = len(re.findall(r'<th scope="row"><bdi>(?:student|class) with DCID', page))
    assert f"{2 * each - listed:,} more records are not listed here." in page
    assert written(db, number, ".csv").count(b"\r\n") == 2 * each + 1


def test_many_schools_and_rules_stay_under_5_mb(db: sqlite3.Connection, make: Make) -> None:
    rules = [key for key, rule in RULES.items() if rule.severity != "info" and not rule.counted]
    for key in range(1, 1_001):
        school(db, key, f"School {key}")
    problems = [Problem(rule, "student", key, key) for key in range(1, 1_001) for rule in rules]
    page = html(db, make(problems))
    assert len(page.encode()) < LARGEST_REPORT
    listed = page.count("<bdi>student with DCID")
    assert f"{len(problems) - listed:,} more records are not listed here." in page


@pytest.mark.parametrize("ending", FORMATS)
def test_same_run_same_bytes(db: sqlite3.Connection, make: Make, ending: str) -> None:
    number = make([Problem("orphan", "enrollment", n, None, "class") for n in range(50)])
    assert written(db, number, ending) == written(db, number, ending)


@pytest.mark.skipif(os.name != "posix", reason="permissions as bits")
@pytest.mark.parametrize("ending", FORMATS)
def test_a_report_is_for_its_owner_alone_and_leaves_nothing_beside_it(
    db: sqlite3.Connection, make: Make, tmp_path: Path, ending: str
) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    path = write_report(ReportContent(db, CONNECTION, make()), folder / f"r{ending}")
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(folder.iterdir()) == [path]


@pytest.mark.parametrize("ending", FORMATS)
def test_a_cancelled_report_leaves_what_was_there(
    db: sqlite3.Connection, make: Make, tmp_path: Path, ending: str
) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    path = folder / f"r{ending}"
    path.write_text("before")
    content = ReportContent(db, CONNECTION, make([Problem("orphan", "enrollment", n, None) for n in range(1_200)]))
    content.on_event = lambda _event: content.cancel.cancel()
    with pytest.raises(Cancelled):
        write_report(content, path)
    assert path.read_text() == "before"
    assert list(folder.iterdir()) == [path]


def test_unknown_ending_and_missing_folder_are_refused_in_words(
    db: sqlite3.Connection, make: Make, tmp_path: Path
) -> None:
    number = make()
    with raises_saying(FixSettings, "docx") as refused:
        write_report(ReportContent(db, CONNECTION, number), tmp_path / "report.docx")
    assert ".html, .xlsx, .csv, .json" in word(refused.value).to_do
    with pytest.raises(LocalStorage) as missing:
        write_report(ReportContent(db, CONNECTION, number), tmp_path / "gone" / "report.html")
    assert missing.value.code == "PSC-DISK-MISSING"
