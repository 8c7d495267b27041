"""The findings of a run for a school's registrar: names and numbers, what to do, where; as CSV, or as a page to print.

Unlike the report for IT, it holds personal data: it is for those who fix the records, and written only on request.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import jinja2

from psconnect import resources
from psconnect.model.review import FindingQuery, FoundRecord
from psconnect.reports.csv_report import as_csv
from psconnect.wording.catalogue import counted, tr
from psconnect.wording.found import about_word, finding_detail, finding_title, found_word, named_finding
from psconnect.wording.records import record_kind
from psconnect.wording.rules import rule_of


def findings_csv(findings: Iterable[FoundRecord]) -> Iterator[bytes]:
    """Findings as CSV, in pieces: UTF-8 with BOM and CRLF; formulas become text."""
    rows = ([" ".join(value.split()) for value in _row(one)] for one in findings)
    yield from as_csv(_header(), rows)


def findings_page(findings: Iterable[FoundRecord], connection: str, when: str, wanted: FindingQuery) -> Iterator[bytes]:
    """Findings as one self-contained HTML page to print, by school and then by what was found, in one piece."""
    found = sorted(findings, key=lambda one: (not one.school, one.school.casefold()))
    schools = [
        {"name": school or tr("In no school of this roster"), "groups": list(_groups(list(records)))}
        for school, records in itertools.groupby(found, key=lambda one: one.school)
    ]
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    page = environment.from_string(resources.read_text("templates", "findings.html")).render(
        title=tr("Records to look at"),
        about=tr("{name}, run of {when}.", name=connection, when=when),
        only=_only(wanted, found),
        count=counted(len(found), "1 line", "{count} lines"),
        headings=(tr("Name"), tr("Number"), tr("Field"), tr("Page in PowerSchool")),
        link=tr("Open in PowerSchool"),
        schools=schools,
        none=tr("No finding matches."),
    )
    yield page.encode(errors="replace")


def _groups(records: list[FoundRecord]) -> Iterator[dict[str, object]]:
    """Of a school: each finding with what to do and its records."""
    groups: dict[tuple[str, str, str], list[FoundRecord]] = {}
    for one in records:
        title = finding_title(rule_of(one.rule), one.entity, one.detail)
        groups.setdefault((title, found_word(one.state), rule_of(one.rule).to_do), []).append(one)
    for (title, state, to_do), found in groups.items():
        rows = [(_name(one), one.number, finding_detail(one), one.link) for one in found]
        yield {"title": title, "state": state, "to_do": to_do, "rows": rows}


def _only(wanted: FindingQuery, found: list[FoundRecord]) -> str:
    """What the list is limited to; empty where it holds everything."""
    parts = []
    if wanted.rule and found:
        parts.append(finding_title(rule_of(wanted.rule), found[0].entity, wanted.attribute))
    if wanted.school is not None:
        parts.append(wanted.school or tr("In no school of this roster"))
    if wanted.state:
        parts.append(found_word(wanted.state))
    if wanted.text:
        parts.append(tr("“{text}”", text=wanted.text))
    return tr("Only: {what}.", what=", ".join(parts)) if parts else ""


def _name(one: FoundRecord) -> str:
    name = named_finding(one)
    return tr("for example {name}", name=name) if rule_of(one.rule).counted else name


def _row(one: FoundRecord) -> tuple[str, ...]:
    rule = rule_of(one.rule)
    school = one.school or tr("In no school of this roster")
    title = finding_title(rule, one.entity, one.detail)
    about = finding_detail(one) or about_word(one)
    if rule.counted:
        about = counted(one.records, "{what}: 1 record", "{what}: {count} records", what=about)
    return (school, record_kind(one.entity), one.number, _name(one), title, about, rule.to_do, one.link)


def _header() -> list[str]:
    return [
        tr("School"),
        tr("What"),
        tr("Number"),
        tr("Name"),
        tr("Problem"),
        tr("Field"),
        tr("What to do"),
        tr("Page in PowerSchool"),
    ]
