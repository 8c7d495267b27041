"""One run with a hold, findings and an error: command line, window and report say the same words."""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QTableView, QTreeView
from pytestqt.qtbot import QtBot

from psconnect.cli import main
from psconnect.model.review import FindingQuery
from psconnect.wording.found import finding_title
from psconnect.wording.rules import rule_of
from tests.desktop.conftest import OpenWindow, settled
from tests.desktop.district import held_by_removals
from tests.desktop.test_markup import texts_of
from tests.support.demo import Connected


def said_at_the_command_line(run_id: str, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    capsys.readouterr()
    main(["run", "show", run_id, *more])
    said = capsys.readouterr()
    return said.out if more else said.out + said.err


def said_in_the_window(qtbot: QtBot, window) -> str:
    settled(qtbot, window)
    page = window.places.currentWidget()
    labels = [label.text() for label in page.findChildren(QLabel)]
    views = [*page.findChildren(QTreeView), *page.findChildren(QTableView)]
    rows = [text for view in views for text in texts_of(view.model())]
    return flat(" ".join([*labels, *rows]))


def flat(text: str) -> str:
    """A page or a label as text alone."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def test_command_line_window_and_report_say_the_same_of_a_run(
    open_window: OpenWindow,
    connected: Connected,
    qtbot: QtBot,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("PSCONNECT_HOME", str(connected.folder / "home"))
    run = held_by_removals(connected)
    window = open_window(connected.service)
    window.review(connected.name, run.id)
    review = said_in_the_window(qtbot, window)
    (hold, *_others) = json.loads(said_at_the_command_line(run.id, capsys, "--json"))["held"]

    shutil.rmtree(connected.folder / "roster")
    assert connected.service.approve(run.id, "they left").state == "failed"
    window.summary(connected.name, run.id)
    summary = said_in_the_window(qtbot, window)
    error = json.loads(said_at_the_command_line(run.id, capsys, "--json"))["error"]
    page = flat(connected.service.report(run.id, tmp_path / "run.html").read_text(encoding="utf-8"))

    text = flat(said_at_the_command_line(run.id, capsys))
    assert hold["reason"] in page
    assert hold["to_do"] in review
    assert error["happened"] in page
    assert error["to_do"] in page
    assert error["happened"] in text
    assert f"{error['happened']} {error['to_do']} (Code: {error['code']})" in summary
    found = connected.service.findings(run.id, FindingQuery(), most=0).groups
    assert found
    for group in found:
        rule = rule_of(group.rule.key)
        assert finding_title(rule, group.entity, group.attribute) in summary
        assert finding_title(rule, group.entity, group.attribute) in page
        assert rule.to_do in page
