"""Reports as PDF, as another program reads them: names in eight scripts, nothing cut, masked, without a screen."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QImage

from psconnect.desktop.print import draw_report
from psconnect.desktop.print_layout import PAGE_BOTTOM, PAGE_TOP, PlacedText, lay_out
from psconnect.model.clock import CancelToken
from psconnect.model.errors import Cancelled
from psconnect.model.problems import Problem
from psconnect.model.reconciled import Reconciled
from psconnect.model.runs import ChangeCounts
from psconnect.reports import write_report
from psconnect.reports.printing import printed_report
from tests.reports.conftest import District
from tests.reports.test_masked import WISHES, canaries_in, run_of_canaries
from tests.support.demo import Connected
from tests.support.home import CHECKOUT

SCRIPTS = {
    "Latin": "Łukasz Žižka-Ñandú",
    "Cyrillic": "Мария Иванова",
    "Greek": "Ελένη Παπαδοπούλου",
    "Arabic": "محمد عبد الله",
    "Hebrew": "שרה כהן",
    "Chinese": "王小明",
    "Korean": "김민수",
    "Devanagari": "अर्जुन शर्मा",
}
pytestmark = pytest.mark.usefixtures("qapp")
PdfText = Callable[[Path], str]


def named(district: District, names: list[str]) -> int:
    number = district.run(changes={"student": ChangeCounts(len(names))}, reconciled={"student": Reconciled(9, 9)})
    for key, name in enumerate(names, 1):
        district.student_changes(number, key, None, {"familyName": name, "identifier": f"{key:05}"})
    return number


def pages(path: Path, folder: Path) -> list[QImage]:
    """The pages as pictures, drawn by another program."""
    subprocess.run(["pdftoppm", "-r", "100", "-png", str(path), str(folder / "page")], check=True)
    return [QImage(str(one)) for one in sorted(folder.glob("page*.png"))]


def letters(text: str) -> str:
    """A text without direction marks and blanks, with letters in place of the forms in which they are drawn."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(one for one in plain if unicodedata.category(one)[0] in "LN")


def test_the_first_page_stands_alone_and_names_follow(district: District, tmp_path: Path, pdf_text: PdfText) -> None:
    path = write_report(district.content(named(district, ["Alvarez"])), tmp_path / "r.pdf", draw_report)
    properties, _, told = pdf_text(path).partition("PDF version")
    first, second, *_rest = told.split("\f")
    assert "Title:           Run report: 1 record was delivered" in properties
    assert "Creator:         psconnect" in properties
    assert "Alvarez" not in first
    assert "Alvarez" in second
    assert "Names follow from page 2. Handle as student records." in first
    pages_told = re.findall(r"(\d+) of (\d+)\n", told)
    assert [int(one) for one, _of in pages_told] == list(range(1, len(pages_told) + 1))
    assert {int(of) for _one, of in pages_told} == {len(pages_told)}


# DejaVu has some letters of Devanagari, but not how they join; Qt says so and takes the next font.
@pytest.mark.qt_log_ignore("OpenType support missing")
@pytest.mark.parametrize("script", SCRIPTS)
def test_names_in_eight_scripts_are_drawn_and_can_be_selected(
    district: District,
    tmp_path: Path,
    pdf_text: PdfText,
    script: str,
) -> None:
    name = SCRIPTS[script]
    path = write_report(district.content(named(district, [name])), tmp_path / "r.pdf", draw_report)
    told = letters(pdf_text(path))
    # A ligature of Devanagari is one glyph, for which a PDF of Qt tells no letters; and Arabic may come back to front.
    wanted = [letters(part) for part in name.split()]
    if script == "Devanagari":
        wanted = ["न", "श"]
    assert all(part in told or part[::-1] in told for part in wanted), told
    other = write_report(district.content(named(district, ["\u2003"])), tmp_path / "none.pdf", draw_report)
    assert _ink(pages(path, _fresh(tmp_path / "a"))[1]) > _ink(pages(other, _fresh(tmp_path / "b"))[1]) + 15


def _fresh(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _ink(page: QImage) -> int:
    """How many dots of a page are dark."""
    grey = page.convertToFormat(QImage.Format.Format_Grayscale8)
    return sum(one < 128 for one in bytes(grey.constBits()))


def test_headings_come_again_and_no_line_is_cut_or_leaves_its_page(
    district: District, tmp_path: Path, pdf_text: PdfText
) -> None:
    long = "An-exceedingly-long-name that needs more than one line of its column, whatever the font"
    names = [f"{long} {n:03}" if n % 7 == 0 else f"Person {n:03}" for n in range(300)]
    number = named(district, names)
    layout = lay_out(printed_report(district.content(number)), CancelToken())
    for page in layout.pages:
        for one in page:
            if isinstance(one, PlacedText):
                height = layout.type.height(one.text, one.style, one.width)
                assert PAGE_TOP <= one.y <= one.y + height <= PAGE_BOTTOM + 1
    told = pdf_text(write_report(district.content(number), tmp_path / "r.pdf", draw_report)).split("\f")
    full = [page for page in told if page.count("Person ") > 10]
    assert len(full) > 4
    assert all(re.search(r"Name +Number", page) for page in full)
    listed = re.findall(r"Person (\d{3})", "".join(told))
    assert sorted(listed) == sorted(f"{n:03}" for n in range(300) if n % 7)


def test_the_page_that_is_named_is_the_page_where_they_stand(
    district: District, tmp_path: Path, pdf_text: PdfText
) -> None:
    problems = [Problem("missing-required", "student", key, None, "username") for key in range(1, 90)]
    problems += [Problem("missing-reported", "student", key, None, "email") for key in range(200, 220)]
    path = write_report(district.content(district.run(problems)), tmp_path / "r.pdf", draw_report)
    first, *rest = pdf_text(path).split("\f")
    for finding in ("User name is empty", "Email is empty"):
        page = int(re.search(rf"{finding} .*?page (\d+)", first)[1])
        assert finding in rest[page - 2]
        assert not any(f"{finding} " in one for one in rest[: page - 2])


@pytest.mark.parametrize("wish", WISHES)
def test_no_canary_is_in_a_masked_pdf(
    district: District, tmp_path: Path, pdf_text: PdfText, wish: dict[str, Any]
) -> None:
    number = run_of_canaries(district)
    told = pdf_text(write_report(district.content(number, masked=True, **wish), tmp_path / "m.pdf", draw_report))
    assert canaries_in(told) == []
    assert "Names are masked" in told
    assert "canary" in pdf_text(write_report(district.content(number, **wish), tmp_path / "r.pdf", draw_report))


def test_a_cancelled_report_is_not_drawn(district: District) -> None:
    report = printed_report(district.content(named(district, ["A"])))
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        draw_report(report, cancel)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the other systems always have a screen")
def test_the_command_line_writes_pdf_without_a_screen(connected: Connected, tmp_path: Path, pdf_text: PdfText) -> None:
    run, path = connected.delivered(), tmp_path / "r.pdf"
    dark = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    command = [sys.executable, "-m", "psconnect", "report", run.id, "-o", str(path)]
    home = str(connected.folder / "home")
    done = subprocess.run(
        command, env={**dark, "PSCONNECT_HOME": home}, cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "What stands in the OneRoster CSV bundle" in pdf_text(path)
