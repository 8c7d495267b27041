"""The HTML report: self-contained, accessible, of bounded size whatever the run, nobody's data in it."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import urlsplit

import pytest

from psconnect import resources
from psconnect.model.problems import RULES, Problem
from psconnect.model.runs import ChangeCounts, Hold
from psconnect.reports.html_report import LARGEST_REPORT
from psconnect.wording.holds import word_hold
from psconnect.wording.rules import rule_of
from tests.reports.conftest import District

ERROR = {
    "family": "bug",
    "code": "PSC-BUG",
    "title": "<b>Title",
    "happened": "It & that.",
    "to_do": "Do <i>.",
    "where": "</main>",
}
HOLD = Hold("remove-student", "412 of 8,031 students would be removed (5.1 %); the limit is 3%.")
# What the HTML standard lets an element leave open; everything else has to be closed.
VOID = {"meta", "col"}


class Page(HTMLParser):
    """Reads a page strictly: balanced, and with no element or attribute that a report has no use for."""

    ALLOWED = frozenset(
        {"html", "head", "meta", "title", "style", "body", "main", "header", "footer", "section", "p", "h1", "h2", "h3"}
        | {"h4", "dl", "dt", "dd", "table", "caption", "colgroup", "col", "thead", "tbody", "tr", "th", "td"}
        | {"span", "bdi", "a", "div"}
    )

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []
        self.links: list[dict[str, str | None]] = []
        self.metas: dict[str, str] = {}
        self.tables: list[list[str]] = []
        self.style = ""
        self.texts: list[str] = []
        self.lang: str | None = None
        self.feed(page.decode())
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in self.ALLOWED, tag
        values = dict(attrs)
        known = {"lang", "charset", "name", "content", "http-equiv", "class", "scope", "href", "rel", "id"}
        assert set(values) <= known, values
        if tag not in VOID:
            self.open.append(tag)
        if tag == "meta" and "content" in values:
            self.metas[str(values.get("name") or values.get("http-equiv"))] = str(values["content"])
        if tag == "a":
            self.links.append(values)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)
        if tag == "table":
            self.tables.append([])
        if "table" in self.open and tag == "caption":
            self.tables[-1].append("caption")
        if tag == "th":
            self.tables[-1].append(str(values.get("scope")))
        self.lang = str(values["lang"]) if tag == "html" else self.lang

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.style += data
        elif data.strip():
            self.texts.append(" ".join(data.split()))


def page_of(district: District, number: int) -> Page:
    return Page(district.page(number))


def full(district: District, **values: object) -> int:
    """A run with something in every part of the report."""
    district.school(100, "Jefferson Middle")
    problems = [
        Problem("missing-required", "student", 41, 100, "username"),
        Problem("orphan", "class", 7, None, "calendar"),
    ]
    parts = {
        "changes": {"student": ChangeCounts(9, 71, 412)},
        "read": {"students": 8031},
        "left_out": {"orphan": 1},
        "holds": [HOLD],
    }
    return district.run(problems, **{**parts, "error": ERROR, "failed_in": "reading", "state": "failed", **values})


def test_parts_come_in_the_order_in_which_they_matter(district: District) -> None:
    texts = page_of(district, full(district)).texts
    parts = [
        "Nothing was delivered: <b>Title",
        "What happened",
        "Why it needed an approval",
        "Planned changes",
        "Why 1 record was left out",
        "Needs attention, 2 records",
        "By school",
        "Records to look at",
        "Jefferson Middle",
        "In no school of this roster",
        "More figures",
        "Read",
        "This run",
    ]
    places = [0]
    for part in parts:
        places.append(texts.index(part, places[-1] + 1))
    assert "Do <i>." in texts
    assert word_hold(HOLD).reason in texts


def test_page_is_accessible(district: District) -> None:
    page = page_of(district, full(district))
    assert page.lang == "en"
    assert page.headings[0] == "h1"
    assert page.headings.count("h1") == 1
    levels = [int(heading[1]) for heading in page.headings]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(page.tables) == 7
    for table in page.tables:
        assert table[0] == "caption"
        assert set(table[1:]) == {"col", "row"}
    assert {"left out", "What happened"} <= set(page.texts), "colour is never the only signal"


def test_page_may_fetch_and_send_nothing(district: District) -> None:
    page = page_of(district, full(district))
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    assert page.metas["Content-Security-Policy"].split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    assert not re.search(r"url\(|@import|image-set|src", page.style)
    outside = [link for link in page.links if not str(link["href"]).startswith("#")]
    assert [link["href"] for link in outside] == ["https://lincoln.example:8443/admin/students/home.html?frn=00141"]
    assert [link["rel"] for link in outside] == ["noreferrer"]
    assert all(urlsplit(str(link["href"])).scheme == "https" for link in outside)


@pytest.mark.parametrize(
    "state", ["finished", "finished_with_problems", "held", "previewed", "cancelled", "discarded", "expired"]
)
def test_what_would_be_done_is_never_told_as_done(district: District, state: str) -> None:
    texts = page_of(district, full(district, state=state, error=None)).texts
    done = state.startswith("finished")
    assert ("Created" in texts, "Create" in texts) == (done, not done)
    assert ("Planned changes" in texts) != done
    assert ("Why it waits for an approval" in texts) == (state in ("held", "previewed"))


def test_a_run_without_anything_says_so(district: District) -> None:
    planned, early = district.run(), district.run(state="cancelled", planned=None)
    texts = page_of(district, planned).texts
    assert {"No record had changed.", "Nothing: every record that was read is in order."} <= set(texts)
    texts = page_of(district, early).texts
    assert "The run did not get far enough to make a plan." in texts
    assert not any("in order" in text for text in texts)


def test_problems_past_their_time_are_not_called_none(district: District) -> None:
    number = full(district)
    district.db.execute("DELETE FROM problem")
    texts = page_of(district, number).texts
    assert "The run had 2 findings; which records they were about is kept no longer." in texts
    assert not any("in order" in text for text in texts)


def test_the_first_page_has_no_names_and_those_who_are_named_follow(district: District) -> None:
    number = full(district, state="finished", error=None, reason="because canary moved")
    district.student_changes(number, 41, {"givenName": "canary-41"}, {"givenName": "canary-new"})
    page = district.page(number).decode()
    first, _break, rest = page.partition('<div class="page"></div>')
    assert "canary" not in first
    assert "first name: canary-41 → canary-new" in rest
    assert "because canary" not in rest


def test_texts_that_break_pages_are_shown_as_text(district: District) -> None:
    names = [
        "</style></main><img src=x>",
        "{{ 7*7 }}",
        "a\x00b\x1b[31m\ud7ff",
        "\u202eevil",
        "&lt;b&gt;",
        "'\" onclick=x",
    ]
    for key, name in enumerate(names, 1):
        district.school(key, name)
    number = district.run([Problem("orphan", "class", key, key) for key in range(1, len(names) + 1)])
    raw = district.page(number)
    texts = Page(raw).texts
    assert {names[0], names[1], names[3], names[4], names[5], "a\ufffdb\ufffd[31m\ud7ff"} <= set(texts)
    assert f"<bdi>{names[3]}</bdi>".encode() in raw


def test_the_same_number_of_records_is_listed_for_every_school(district: District) -> None:
    for key in range(1, 61):
        district.school(key, f"School {key:02}")
    problems = [
        Problem("orphan", "class", 1000 * key + n, key) for key in range(1, 61) for n in range(150 if key > 1 else 3)
    ]
    page = district.page(district.run(problems)).decode()
    blocks = page.split('id="school-')[1:]
    assert [block.count("class with DCID") for block in blocks] == [3] + [50] * 59
    assert all("50 of 150 records" in block for block in blocks[1:])
    assert f"{59 * 100:,} more records are not listed here. The Excel, CSV and JSON reports list every one." in page


def test_a_long_tail_of_schools_is_left_to_the_other_formats_and_counted(district: District) -> None:
    rules = [key for key, rule in RULES.items() if rule.severity != "info" and not rule.counted]
    problems = [Problem(rule, "student", key, key) for key in range(1, 3_001) for rule in rules]
    raw = district.page(district.run(problems))
    assert len(raw) <= LARGEST_REPORT
    page = raw.decode()
    assert all(rule_of(rule).title in page.replace("&#39;", "'") for rule in rules)
    assert "3,000 students: " in page
    shown = page.count("student with DCID")
    assert f"{len(problems) - shown:,} more records are not listed here." in page


def test_endless_texts_and_lists_stay_under_5_mb(district: District) -> None:
    endless = '"' * 10_000
    for key in range(1, 400):
        district.school(key, f"{key}{endless}")
    problems = [Problem("orphan", "class", 100 * key + n, key, endless) for key in range(1, 400) for n in range(3)]
    many = {f"rule-{n}-{endless[:2000]}": n for n in range(300)}
    holds = [Hold("short-read", endless) for _ in range(300)]
    error = dict.fromkeys(ERROR, endless)
    number = district.run(
        problems, read=many, left_out=many, holds=holds, error=error, delivered=endless, state="failed"
    )
    raw = district.page(number)
    assert len(raw) <= LARGEST_REPORT
    told = Page(raw).texts
    assert all(any(text.startswith(f"Rule {n} ") for text in told) for n in range(300)), "none is cut from the list"


def test_a_kind_with_too_many_changes_is_counted_and_not_listed(district: District) -> None:
    number = district.run(changes={"student": ChangeCounts(501, 2)})
    for key in range(1, 502):
        district.student_changes(number, key, None, {"familyName": f"New-{key}"})
    for key in (601, 602):
        district.student_changes(number, key, {"grade": "06"}, {"familyName": f"Old-{key}", "grade": "07"})
    page = district.page(number).decode()
    assert "The 501 records are not listed one by one here" in page
    assert "New-" not in page
    assert {"Old-601", "Old-602"} <= set(Page(district.page(number)).texts)


def tokens(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9A-F]{6});", css))


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_contrast_in_light_and_dark_and_paper_is_always_light() -> None:
    css = resources.read_text("templates", "report.css")
    before, dark = css.split("@media screen and (prefers-color-scheme: dark)", 1)
    themes = tokens(before), tokens(dark.split("* {")[0])
    assert themes[0].keys() == themes[1].keys()
    pairs = [(text, ground) for text in ("text", "muted", "accent") for ground in ("surface", "ground")]
    pairs += [(tone, f"{tone}-ground") for tone in ("good", "warning", "bad")] + [
        ("text", "track"),
        ("bad", "surface"),
        ("warning", "surface"),
    ]
    for colours in themes:
        for text, ground in pairs:
            darker, brighter = sorted((luminance(colours[text]), luminance(colours[ground])))
            assert (brighter + 0.05) / (darker + 0.05) >= 4.5, (text, ground, colours)
    assert css.count("prefers-color-scheme") == 1
