"""``psconnect explain``: find a record by name, number or id, and say why it is or isn't at the destination."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict

from psconnect.cli import codes, output
from psconnect.cli.sign_in_output import show_sign_in, sign_in_data
from psconnect.model.sign_in import SignInNow
from psconnect.service import ExplainedStep, Explanation, Match, Service
from psconnect.wording.catalogue import marked, number, tr, translated
from psconnect.wording.records import fate_word, record_kind, standing_word
from psconnect.wording.runs import action_word, state_word

_MARKS = {"passed": marked("ok"), "noticed": marked("look at"), "stopped": marked("STOPPED"), "not reached": ""}
MOST_LISTED = 50


def explain_record(service: Service, options: argparse.Namespace) -> int:
    """Explain the record that matches a text; several matches are listed. Exits with 0 even if nothing matches."""
    matches = service.find(options.name, options.text, entity=options.entity or "", most=MOST_LISTED + 1)
    if len(matches) == 1:
        one = matches[0]
        now = service.sign_in(options.name, one.entity, one.key)
        _one(service.explain(options.name, one.entity, one.key), now, as_json=options.json)
    else:
        list_matches(matches, options.text, as_json=options.json)
    return codes.DONE


def list_matches(matches: Sequence[Match], text: str, *, as_json: bool) -> None:
    """List what a text matches, where that is not one record; of more than ``MOST_LISTED``, the first and a note."""
    more, matches = len(matches) > MOST_LISTED, matches[:MOST_LISTED]
    if as_json:
        output.document({"matches": [_as_dict(match) for match in matches]})
    elif not matches:
        output.result(tr("No record that was read or delivered matches “{text}”.", text=text))
    else:
        output.table(
            [
                (tr("What"), tr("Id"), tr("Number"), tr("Name"), tr("Now"), tr("Newest run")),
                *(_match_row(m) for m in matches),
            ]
        )
        count = number(len(matches))
        output.say(
            tr("More than {count} matches. Give the id, or --entity, to pick one of them.", count=count)
            if more
            else tr("{count} matches. Give the id, or --entity, to pick one of them.", count=count)
        )


def _match_row(match: Match) -> tuple[str, ...]:
    now = standing_word(delivered=match.delivered)
    return (record_kind(match.entity), match.sourced_id, match.number, match.title, now, fate_word(match.fate))


def _step(step: ExplainedStep) -> tuple[str, ...]:
    compared = ", ".join(part for part in (step.value, step.rule) if part)
    return (translated(step.name), translated(_MARKS[step.outcome]), compared, step.text)


def _as_dict(match: Match) -> dict[str, object]:
    return {**asdict(match), "fate": fate_word(match.fate)}


def _one(found: Explanation, now: SignInNow | None, *, as_json: bool) -> None:
    if as_json:
        data = asdict(found)
        if now:
            data["sign_in"] = sign_in_data(now)
        data["values"], data["now"] = dict(found.values), dict(found.now)
        data["happenings"] = [{**one, "when": one["when"].isoformat()} for one in data["happenings"]]
        output.document({"matches": 1, **data})
        return
    output.result(f"{record_kind(found.entity)} {found.sourced_id}: {found.title}")
    output.result(found.sentence)
    if found.over:
        output.result(found.over)
    if found.to_do:
        output.result(found.to_do)
    if now:
        show_sign_in(now)
    output.result("")
    output.table([(tr("Step"), "", tr("What was compared"), ""), *(_step(step) for step in found.steps)])
    if found.happenings:
        output.result("")
        rows = [
            (
                f"{one.when.astimezone():%Y-%m-%d %H:%M}",
                state_word(one.state),
                action_word(one.action),
                ", ".join(d[0] for d in one.differences),
            )
            for one in found.happenings
        ]
        output.table([(tr("Run"), tr("State"), tr("Change"), tr("What changed")), *rows])
    if found.missing:
        output.result("")
        output.table(
            [(tr("Enrollments not delivered"), tr("Because")), *((one.title, one.because) for one in found.missing)]
        )
    if found.link:
        output.say(tr("In PowerSchool: {link}", link=found.link))
