"""A report of a run as it is laid out on pages: the first page, then names, then the figures that remain."""

from __future__ import annotations

from dataclasses import replace

from psconnect.model.printed import NewPage, PrintedBlock, PrintedHeading, PrintedReport, PrintedText
from psconnect.model.review import FindingQuery
from psconnect.model.shown_text import shown
from psconnect.reports.content import ReportContent
from psconnect.reports.first_page import FirstPage
from psconnect.reports.names_part import NAMES_ANCHOR, NamesPart
from psconnect.wording.catalogue import tr
from psconnect.wording.found import finding_title, found_word
from psconnect.wording.rules import rule_of
from psconnect.wording.times import full_moment, to_the_minute

ROOM = 8_000
"""How many records a printed report names at most."""


def printed_report(content: ReportContent, room: int = ROOM) -> PrintedReport:
    """The report; ``room`` is how many records it may name."""
    names = NamesPart(content, room)
    made = content.wish.made or content.run.ended or content.run.started
    printed = tr("Made {when}", when=full_moment(made))
    if content.wish.listed:
        return _list(content, names, printed)
    page = FirstPage(content.view, names.anchors, since_last=content.wish.since_last)
    handle = _handle(content)
    blocks: list[PrintedBlock] = page.blocks()
    if names.blocks:
        blocks += [NewPage(), *names.blocks]
    blocks += [*([] if names.blocks else [NewPage()]), *page.more_figures()]
    kind = tr("Report of what changed since the run before") if content.wish.since_last else tr("Run report")
    return PrintedReport(
        title=tr("{kind}: {sentence}", kind=kind, sentence=content.view.sentence.text),
        kind=kind,
        whose=shown(content.run.connection),
        blocks=tuple(blocks),
        foot=handle,
        names=NAMES_ANCHOR if names.blocks and not content.wish.masked else "",
        printed=printed,
    )


def _list(content: ReportContent, names: NamesPart, printed: str) -> PrintedReport:
    """A list of findings, of one school or of what somebody filtered."""
    schools = content.schools(content.found)
    one = content.wish.listed and content.wish.listed.school
    school = schools[0].name if len(schools) == 1 else one
    title = tr("Records to look at: {school}", school=school) if school else tr("Records to look at")
    about = tr("{name}, run of {when}.", name=content.run.connection, when=to_the_minute(content.run.started))
    # Masked, what somebody typed to find a person is left out.
    asked = content.wish.listed
    only = _only(replace(asked, text="") if asked and content.wish.masked else asked)
    blocks: list[PrintedBlock] = [PrintedHeading(title, 1), PrintedText(about, "muted")]
    blocks += [PrintedText(only)] if only else []
    blocks += names.blocks or [PrintedText(tr("No finding matches."))]
    handle = _handle(content)
    kind = tr("Records to look at")
    return PrintedReport(title, kind, content.run.connection, tuple(blocks), handle, printed=printed)


def _only(wanted: FindingQuery | None) -> str:
    """What the list is limited to; empty where it holds everything."""
    if wanted is None:
        return ""
    parts = [
        finding_title(rule_of(wanted.rule), "", wanted.attribute) if wanted.rule else "",
        (wanted.school or tr("In no school of this roster")) if wanted.school is not None else "",
        found_word(wanted.state) if wanted.state else "",
        tr("“{text}”", text=wanted.text) if wanted.text else "",
    ]
    told = ", ".join(filter(None, parts))
    return tr("Only: {what}.", what=told) if told else ""


def _handle(content: ReportContent) -> str:
    if content.wish.masked:
        return tr("Names are masked; the same mask is the same person within this report.")
    return tr("Handle as student records.")
