"""The report, the command line and the window show the same figures of a run, and they add up."""

from __future__ import annotations

import json
import re
from pathlib import Path

from psconnect.cli import output
from psconnect.model.reconciled import altogether
from psconnect.wording.documents import run_document
from psconnect.wording.records import entity_label
from tests.support.demo import Connected


def cells(html: str, label: str) -> list[str]:
    """The cells of the line of a table with that heading."""
    found = re.search(rf'<tr[^>]*><th scope="row"><bdi>{label}</bdi></th>(.*?)</tr>', html)
    assert found, label
    return [re.sub("<[^>]*>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", found[1])]


def figure(text: str) -> int:
    return int(text.replace(",", "") or 0)


def test_the_report_has_the_figures_of_the_run(connected: Connected, tmp_path: Path) -> None:
    run = connected.delivered()
    html = connected.service.report(run.id, tmp_path / "run.html").read_text(encoding="utf-8")
    for key, one in run.reconciled.items():
        read, left_out, added, delivered, *_changes = cells(html, entity_label(key))
        assert (figure(read), figure(left_out), figure(added), figure(delivered)) == (
            one.read,
            one.left_out,
            one.added,
            one.delivered,
        )
    total = altogether(run.reconciled.values())
    assert figure(cells(html, "All records")[1]) == total.left_out
    assert f"Why {total.left_out} records were left out" in html
    whys = re.search(r"<caption>Records that were read and don’t stand.*?</table>", html, re.DOTALL)
    assert sum(map(figure, re.findall(r'<td class="n strong"><bdi>([\d,]+)<', whys[0]))) == total.left_out
    made = run.reconciled["enrollment"].made
    assert f"Added by psconnect: teachers in their classes ({made}) and the district itself (1)." in html
    first = html.partition('<div class="page"></div>')[0]
    assert "Rows; each list" not in first, "rows of lists beside records of kinds would contradict each other"


def test_a_held_run_says_what_would_stand_there(connected: Connected, tmp_path: Path) -> None:
    run = connected.service.sync(connected.name)
    html = connected.service.report(run.id, tmp_path / "run.html").read_text(encoding="utf-8")
    assert "What would stand in the OneRoster CSV bundle" in html
    assert "Would be added" in html
    assert ">Added<" not in html


def test_the_command_line_shows_the_same(connected: Connected, capsys) -> None:
    run = connected.delivered()
    output.show_run(run)
    lines = capsys.readouterr().out.splitlines()
    student = run.reconciled["student"]
    line = next(one for one in lines if one.startswith("Students "))
    assert [figure(part) for part in re.findall(r" ([\d,]+)(?= )", line)][:2] == [student.read, student.left_out]
    document = json.loads(json.dumps(run_document(run)))
    assert document["reconciled"]["student"]["delivered"] == student.delivered
    assert document["seconds"] == run.took.total_seconds()
