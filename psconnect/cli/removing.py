"""The verb that removes a connection: what will be wiped, the name typed to confirm, and the proof."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from psconnect.cli import codes, output
from psconnect.cli.connection_verbs import confirmed_by_name
from psconnect.model.errors import FixSettings
from psconnect.model.removal import BELONGING_KINDS, Belongings, NotDeleted, RemovalProof
from psconnect.service import Service
from psconnect.wording.catalogue import tr
from psconnect.wording.errors import word
from psconnect.wording.removal import left_sentence, removal_sentence, staying_lines, wiped_lines


def remove_connection(service: Service, options: argparse.Namespace) -> int:
    """``connection remove``."""
    name = service.removable(options.name)
    found = service.belongings(name)
    if options.list:
        return _list(name, found, as_json=options.json)
    refusal = FixSettings("PSC-REMOVE-YES", where=name, name=name)
    if not options.yes and not confirmed_by_name(name, _question(name, found), refusal):
        output.say(tr("Nothing was removed."))
        return codes.USAGE
    proof = service.remove_connection(name)
    tell_what_stays(proof)
    if options.proof:
        service.save_proof(proof, Path(options.proof))
    output.completed(removal_sentence(proof), as_json=options.json, **_document(proof))
    return codes.REFUSED if proof.not_deleted else codes.DONE


def tell_what_stays(proof: RemovalProof) -> None:
    """What could not be removed, or not looked for, a line each."""
    for left in (*proof.not_deleted, *proof.after.unknown):
        output.say(left_sentence(left))


def finish_removals(service: Service) -> None:
    """Go on with removals that were stopped, and tell what became of them."""
    for proof in service.finish_removals():
        output.say(removal_sentence(proof))
        for left in proof.not_deleted:
            output.say(left_sentence(left))


def _question(name: str, found: Belongings) -> str:
    lines = [tr("Remove “{name}” from this computer? This is wiped:", name=name)]
    lines += [f"  {line}" for line in wiped_lines(found)]
    lines += [tr("Not touched:"), *(f"  {line}" for line in staying_lines())]
    return "\n".join(lines)


def _list(name: str, found: Belongings, *, as_json: bool) -> int:
    """Print what a removal would wipe, and remove nothing."""
    if as_json:
        output.document({"name": name, "found": _by_kind(found), "unknown": _left(found.unknown)})
        return codes.DONE
    for line in wiped_lines(found):
        output.result(line)
    for one in found.items:
        output.result(f"  {one.name}")
    for left in found.unknown:
        output.say(left_sentence(left))
    return codes.DONE


def _document(proof: RemovalProof) -> dict[str, object]:
    return {
        "name": proof.name,
        "before": _by_kind(proof.before),
        "after": _by_kind(proof.after),
        "delivered": proof.delivered,
        "not_deleted": [left.what for left in proof.not_deleted],
        "unknown": _left(proof.after.unknown),
    }


def _by_kind(found: Belongings) -> dict[str, list[str]]:
    return {kind: [one.name for one in found.of(kind)] for kind in BELONGING_KINDS if found.of(kind)}


def _left(left: Sequence[NotDeleted]) -> list[dict[str, object]]:
    return [{"what": one.what, "error": word(one.error).as_dict()} for one in left]
