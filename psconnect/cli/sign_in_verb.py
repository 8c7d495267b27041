"""``psconnect sign-in``: how a person signs in at the destination; set by hand, taken back, or listed."""

from __future__ import annotations

import argparse

from psconnect.cli import codes, output
from psconnect.cli.explaining import MOST_LISTED, list_matches
from psconnect.cli.sign_in_output import show_sign_in, sign_in_data
from psconnect.model.errors import FixSettings
from psconnect.model.runs import ABOUT_PEOPLE
from psconnect.model.sign_in import FOLLOW
from psconnect.service import Service, SetByHand
from psconnect.wording.catalogue import tr, translated
from psconnect.wording.records import record_kind
from psconnect.wording.sign_ins import follow_words


def sign_in(service: Service, options: argparse.Namespace) -> int:
    """List what was set by hand, show a person's sign-in type, or set it.

    Where several people match, they are listed; to set a type of one of them is then wrong usage.
    """
    if options.text is None:
        return _list(service.signed_in_by_hand(options.name), as_json=options.json)
    matches = service.find(options.name, options.text, entity=options.entity or "", most=MOST_LISTED + 1)
    people = [match for match in matches if match.entity in ABOUT_PEOPLE]
    if len(people) != 1:
        list_matches(people, options.text, as_json=options.json)
        return codes.DONE if options.type is None else codes.USAGE
    (one,) = people
    if options.type is None:
        now = service.sign_in(options.name, one.entity, one.key)
        if now is None:
            raise FixSettings("PSC-SIGN-IN/none", where=options.name, name=options.name)
    else:
        now = service.set_sign_in(options.name, one.entity, one.key, options.type)
    if options.json:
        output.document({"entity": one.entity, "key": one.key, "sourced_id": one.sourced_id, **sign_in_data(now)})
    else:
        output.result(f"{record_kind(one.entity)} {one.sourced_id}: {one.title}")
        show_sign_in(now)
    return codes.DONE


def _list(found: list[SetByHand], *, as_json: bool) -> int:
    if as_json:
        output.document({"set_by_hand": [_data(one) for one in found]})
    elif found:
        header = (tr("What"), tr("Name"), tr("Sign-in type"), tr("Set on"), tr("Account"))
        output.table([header, *map(_row, found)])
    else:
        output.result(tr("Nobody’s sign-in type was set by hand."))
    return codes.DONE


def _row(one: SetByHand) -> tuple[str, ...]:
    made = one.decision
    kind = follow_words() if made.value == FOLLOW else translated(one.label)
    return (record_kind(made.entity), one.title, kind, f"{made.at.astimezone():%Y-%m-%d %H:%M}", made.account)


def _data(one: SetByHand) -> dict[str, object]:
    made = one.decision
    who = {"entity": made.entity, "key": made.key, "title": one.title}
    return {**who, "type": made.value, "when": made.at.isoformat(), "account": made.account}
