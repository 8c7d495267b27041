"""In a made-up language, no English is left: at the command line, in reports, lists of findings and mails."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest

from psconnect import cli
from psconnect.model.notices import NoticeKind
from psconnect.model.review import FindingQuery
from psconnect.model.runs import Run
from psconnect.reports.notice_mail import mail_about
from psconnect.store.database import open_rosters
from psconnect.store.history import run_table
from tests.cli.conftest import Psconnect, psconnect
from tests.desktop.district import held_by_removals
from tests.judges.workbook import read_workbook
from tests.support.demo import Connected
from tests.wording.conftest import in_made_up_language, made_up, texts
from tests.wording.left_in_english import english

__all__ = ["in_made_up_language", "made_up", "psconnect", "texts"]

pytestmark = pytest.mark.usefixtures("in_made_up_language")


@pytest.fixture
def held(connected: Connected, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run that waits; commands keep the made-up language, which no preference can name."""
    monkeypatch.setattr(cli, "choose_language", lambda *_languages: None)
    held_by_removals(connected)
    return connected.service.runs(connected.name)[0]


def lines_of(page: str) -> str:
    """What a page in HTML shows, one text a line."""
    return re.sub(r"<style>.*?</style>|<[^>]*>", "\n", page[page.index("<body") :], flags=re.DOTALL)


def test_reports_and_lists(connected: Connected, held: Run, tmp_path: Path) -> None:
    service = connected.service
    page = service.report(held.id, tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count("⟦") > 50
    assert english(lines_of(page)) == []
    books = [
        service.report(held.id, tmp_path / "report.xlsx"),
        service.write_findings(held.id, FindingQuery(), tmp_path / "list.xlsx"),
    ]
    for book in books:
        for title, sheet in read_workbook(book)[0].items():
            cells = [title, *sheet.header, *(str(cell) for row in sheet.rows for cell in row if cell)]
            assert english("\n".join(cells)) == [], f"{book.name} {title}"
    table = service.write_findings(held.id, FindingQuery(), tmp_path / "list.csv").read_text(encoding="utf-8-sig")
    assert english(table.replace(",", "\n")) == []


@pytest.mark.parametrize("kind", ["result", "hold", "new-data"])
def test_mails(connected: Connected, held: Run, kind: NoticeKind) -> None:
    with closing(open_rosters(connected.rosters)) as db:
        found = run_table.find_run(db, connected.name, held.id)
        assert found
        mail = mail_about(db, connected.service.connection(connected.name), found[0], kind, None, held.started)
    assert english(mail.subject) == []
    assert english(mail.text) == []
    assert english(lines_of(mail.html)) == []


@pytest.mark.parametrize(
    "verb",
    [
        ("connection", "list"),
        ("connection", "export", "NAME", "FILE.toml"),
        ("connection", "remove", "NAME", "--list"),
        ("connection", "remove", "NAME", "--yes"),
        ("check", "NAME"),
        ("plugin", "NAME", "-o", "FILE.zip"),
        ("secret", "list", "NAME"),
        ("mail", "show"),
        ("notices", "NAME"),
        ("runs", "NAME"),
        ("disclosures",),
        ("schedule", "NAME", "status"),
        ("schedule", "NAME", "on"),
        ("sync", "NAME", "--plan-only"),
        ("sync", "NAME", "--rehearse"),
        ("explain", "NAME", "204084"),
        ("filters", "NAME", "student"),
        ("report", "RUN", "-o", "FILE.html"),
        ("run", "show", "RUN"),
        ("run", "revalidate", "RUN"),
        ("run", "discard", "RUN"),
        ("run", "undo", "RUN"),
        ("run", "approve", "RUN", "--reason", "-"),
    ],
    ids=" ".join,
)
def test_commands(
    connected: Connected,
    held: Run,
    psconnect: Psconnect,
    tmp_path: Path,
    verb: tuple[str, ...],
) -> None:
    given = {"NAME": connected.name, "RUN": held.id}
    words = [given.get(word, word.replace("FILE", str(tmp_path / "file"))) for word in verb]
    said = psconnect(*words, connected=connected)
    assert "⟦" in said.out + said.err
    assert "usage:" not in said.err
    assert english(said.out + said.err) == []
