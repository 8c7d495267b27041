"""Mails about runs, as text and as a page that says the same: from the view that reports are made from.

They hold counts and rules; people only where a connection's notices ask for names. Nothing is loaded from elsewhere.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import jinja2

from psconnect import resources
from psconnect.mail import Mail
from psconnect.model.runs import APPLIED, Run
from psconnect.reports.view import RunView
from psconnect.wording.catalogue import counted, language, number, tr
from psconnect.wording.run_sentence import sentence_of
from psconnect.wording.runs import severity_word, state_word
from psconnect.wording.times import day, full_moment

_WIDTH = 76
_MOST_ROWS = 25
MOST_NAMES = 50
"""How many people a mail names at most."""


@dataclass(frozen=True)
class NamedFinding:
    """A person with a finding, for those who asked for names."""

    name: str
    finding: str


@dataclass(frozen=True)
class _Part:
    """A heading with sentences and a table; the last column of a table holds figures."""

    heading: str
    lines: Sequence[str] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


@dataclass(frozen=True)
class _Letter:
    """A mail before it is text and page."""

    subject: str
    heading: str
    tone: str
    lines: Sequence[str]
    facts: Sequence[tuple[str, str]] = ()
    parts: Sequence[_Part] = field(default_factory=list)

    def mail(self, why: str) -> Mail:
        """Both forms; ``why`` tells the reader why it came."""
        return Mail(self.subject, _text(self, why), _page(self, why))


def result_mail(
    view: RunView, last: RunView | None, named: Sequence[NamedFinding], findings: int, waited_since: datetime | None
) -> Mail:
    """What came of a run; ``last`` is the delivery before it, told where this run delivered nothing.

    ``named`` are people of its ``findings``, if names are asked for. ``waited_since``: since when the mail could not be
    sent, if that was so.
    """
    letter = _Letter(
        subject=tr("{connection}: {sentence}", connection=view.connection, sentence=view.sentence.text),
        heading=tr("{sentence}.", sentence=view.sentence.text),
        tone=view.sentence.tone,
        lines=[*([view.sentence.more] if view.sentence.more else []), *_late(waited_since)],
        facts=_facts(view),
        parts=[
            *_trouble(view),
            *_summary(view),
            *_last(view, last),
            *_left_out(view),
            *_found(view),
            *_people(named, findings),
        ],
    )
    return letter.mail(tr("You get this mail because the notices of “{name}” name your address.", name=view.connection))


def hold_mail(view: RunView, waited_since: datetime | None) -> Mail:
    """That a run waits for a person: why, and what to do now."""
    to_do = [
        tr("Open psconnect, look at the changes, and approve or discard the run."),
        tr("An approval holds for exactly these changes. The plan expires a day after it was made."),
    ]
    letter = _Letter(
        subject=tr("{connection}: an approval is needed", connection=view.connection),
        heading=tr("A run waits for your approval. Nothing was delivered."),
        tone="warning",
        lines=[tr("{sentence}.", sentence=view.sentence.text), *_late(waited_since)],
        facts=_facts(view),
        parts=[_Part(tr("Why it waits"), view.holds), _Part(tr("What to do"), to_do), *_summary(view)],
    )
    return letter.mail(
        tr("You get this mail because the notices of “{name}” tell you of runs that wait.", name=view.connection)
    )


def new_data_mail(view: RunView, waited_since: datetime | None) -> Mail:
    """That the data of a new school year is there."""
    letter = _Letter(
        subject=tr("{connection}: the data of the new school year is there", connection=view.connection),
        heading=tr("The data of the new school year is there."),
        tone=view.sentence.tone,
        lines=[tr("{sentence}.", sentence=view.sentence.text), *_late(waited_since)],
        facts=_facts(view),
        parts=[*_summary(view), *_left_out(view)],
    )
    return letter.mail(
        tr("You get this mail because the notices of “{name}” tell you of new school years.", name=view.connection)
    )


def digest_mail(
    connection: str, runs: Sequence[Run], since: date, until: date, last: Run | None, next_start: datetime | None
) -> Mail:
    """A week in one mail: its runs, oldest first. A week without one is told, too, with the last delivery before it."""
    ended = [run for run in runs if run.state in APPLIED]
    waits = [run for run in runs if run.state == "held"]
    if not runs:
        heading, tone = tr("No run in this time."), "warning"
    elif len(ended) == len(runs):
        heading, tone = counted(len(runs), "1 run, delivered.", "{count} runs, all delivered."), "good"
    else:
        text = counted(
            len(runs), "1 run, {done} delivered.", "{count} runs, {done} delivered.", done=number(len(ended))
        )
        heading, tone = text, "warning"
    lines = [
        tr("From {since} up to {until}.", since=_day(since), until=_day(until)),
        *([tr("A run waits for your approval: open psconnect.")] if waits and waits[-1] is runs[-1] else []),
        *([] if ended else [_last_delivery(last)]),
        *([tr("Next start: {when}.", when=full_moment(next_start))] if next_start else [tr("No start is planned.")]),
    ]
    rows = [
        (
            full_moment(run.started),
            state_word(run.state),
            tr("{sentence}.", sentence=sentence_of(run, "").text),
            number(run.all_changes.total),
        )
        for run in runs[-_MOST_ROWS:]
    ]
    head = (tr("Started"), tr("State"), tr("Result"), tr("Changes"))
    shown = _cut(len(runs))
    letter = _Letter(
        subject=tr(
            "{connection}: the week in one mail – {sentence}", connection=connection, sentence=heading.rstrip(".")
        ),
        heading=heading,
        tone=tone,
        lines=lines,
        parts=[_Part(tr("Runs"), shown, head, rows)] if rows else [],
    )
    return letter.mail(
        tr("You get this mail once a week because the notices of “{name}” name your address.", name=connection)
    )


def trial_mail(host: str) -> Mail:
    """The mail of the *Send a test mail* button."""
    letter = _Letter(
        subject=tr("Test mail from psconnect"),
        heading=tr("This is a test mail."),
        tone="good",
        lines=[tr("{host} takes mail from psconnect. Notices of your connections can be sent.", host=host)],
    )
    return letter.mail(tr("You get this mail because somebody asked psconnect to try its mail server."))


def _day(one: date) -> str:
    """A day, like ``21 November 2026``."""
    return day(datetime(one.year, one.month, one.day, 12).astimezone())


def _late(since: datetime | None) -> list[str]:
    if since is None:
        return []
    return [tr("This mail was due {when} and could not be sent then.", when=full_moment(since))]


def _facts(view: RunView) -> list[tuple[str, str]]:
    technical = (tr("Scope"), tr("Read"), tr("Compared"), tr("Read without"), tr("Plan"))
    facts = ((fact.label, fact.value) for fact in view.facts if fact.label not in technical)
    return [(tr("State"), view.state), *facts]


def _trouble(view: RunView) -> list[_Part]:
    parts = []
    if view.failure:
        one = view.failure
        lines = [tr("{title}. {text}", title=one.title, text=one.happened), one.stopped, one.to_do]
        parts.append(_Part(tr("What happened"), [*filter(None, lines), tr("Code {code}", code=one.code)]))
    if view.holds:
        heading = tr("Why it waits for an approval") if view.waiting else tr("Why it needed an approval")
        parts.append(_Part(heading, view.holds))
    return parts


def _summary(view: RunView) -> list[_Part]:
    """The summary of the run: what stands, or would stand, in the other system."""
    if not view.standing:
        return []
    rows = [
        (
            row.label,
            number(row.figures.read),
            number(row.figures.left_out),
            number(row.figures.added),
            number(row.figures.delivered),
            row.change or tr("no change"),
        )
        for row in view.standing
    ]
    change = tr("Change in this run") if view.delivered else tr("Planned change")
    head = (tr("Records"), tr("Read"), tr("− Left out"), tr("+ Added"), tr("= Delivered"), change)
    heading = (
        tr("What stands in {system}", system=view.standing_in)
        if view.delivered
        else tr("What would stand in {system}", system=view.standing_in)
    )
    return [_Part(heading, [view.added] if view.added else [], head, rows)]


def _last(view: RunView, last: RunView | None) -> list[_Part]:
    """The last delivery, where this run made none: what the other system has is still that."""
    if view.delivered:
        return []
    heading = tr("Last delivery")
    if last is None:
        return [_Part(heading, [tr("Nothing was delivered yet.")])]
    when = next((fact.value for fact in last.facts if fact.label == tr("Ended")), "")
    return [_Part(heading, [tr("{sentence}. Ended {when}.", sentence=last.sentence.text, when=when)]), *_summary(last)]


def _left_out(view: RunView) -> list[_Part]:
    if not view.left_out:
        return []
    rows = [(row.rule.title, row.kinds, number(row.count)) for row in view.left_out[:_MOST_ROWS]]
    head = (tr("Rule"), tr("Which"), tr("Records"))
    return [_Part(tr("Left out, and why"), _cut(len(view.left_out)), head, rows)]


def _found(view: RunView) -> list[_Part]:
    if not view.found:
        return []
    rows = [(rule.title, severity_word(rule.severity), number(count)) for rule, count in view.found[:_MOST_ROWS]]
    head = (tr("Rule"), tr("Severity"), tr("Records"))
    return [_Part(tr("Problems"), _cut(len(view.found)), head, rows)]


def _people(named: Sequence[NamedFinding], findings: int) -> list[_Part]:
    if not named:
        return []
    rows = [(one.name, one.finding) for one in named]
    return [_Part(tr("Who has a problem"), _cut(findings, len(named)), (tr("Name"), tr("Problem")), rows)]


def _cut(count: int, most: int = _MOST_ROWS) -> list[str]:
    if count <= most:
        return []
    return [counted(count - most, "1 more is in psconnect.", "{count} more are in psconnect.")]


def _last_delivery(last: Run | None) -> str:
    if last is None or last.ended is None:
        return tr("Nothing was delivered yet.")
    return tr("The last delivery was on {when}.", when=full_moment(last.ended))


# --- the two forms --------------------------------------------------------------------------------------------------


def _page(letter: _Letter, why: str) -> str:
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(resources.read_text("templates", "mail.html"))
    return template.render(letter=letter, why=why, language=language() or "en")


def _text(letter: _Letter, why: str) -> str:
    blocks = [letter.heading, *letter.lines]
    lines = [*_paragraphs(blocks), *(f"{label}: {value}" for label, value in letter.facts)]
    for part in letter.parts:
        lines += ["", part.heading, "-" * len(part.heading), *_paragraphs(part.lines)]
        lines += _table([part.head, *part.rows]) if part.rows else []
    return "\n".join([*lines, "", "-- ", *textwrap.wrap(why, _WIDTH), ""])


def _paragraphs(texts: Sequence[str]) -> list[str]:
    return [line for text in texts for line in (*textwrap.wrap(text, _WIDTH), "")]


def _table(rows: Sequence[Sequence[str]]) -> list[str]:
    """One line a row: what it is about, then each of its values with its heading; columns would break on a phone."""
    head, *body = rows
    return [
        "\n    ".join(
            [f"* {first}", *(f"{name}: {value}" for name, value in zip(head[1:], more, strict=True) if value)]
        )
        for first, *more in body
    ]
