"""What is said before and after a connection is removed: what is wiped, what stays, and the proof as a text to keep."""

from __future__ import annotations

from collections.abc import Sequence

from psconnect.model.removal import BELONGING_KINDS, Belonging, BelongingKind, Belongings, NotDeleted, RemovalProof
from psconnect.wording.catalogue import Plural, counted, marked, number, plural, tr, translated
from psconnect.wording.errors import word
from psconnect.wording.times import exact

_HOW_MANY: dict[BelongingKind, Plural] = {
    "settings": plural("Settings: {count} file", "Settings: {count} files"),
    "copy": plural("Last good copy of the settings: {count} file", "Last good copy of the settings: {count} files"),
    "secret": plural("Secrets: {count} item", "Secrets: {count} items"),
    "schedule": plural("Schedule: {count} entry of the system", "Schedule: {count} entries of the system"),
    "roster": plural("Roster data and history: {count} file", "Roster data and history: {count} files"),
    "reading": plural("What was read last: {count} file", "What was read last: {count} files"),
    "notes": plural(
        "Notes: times of changes, schedule, notices that wait: {count} file",
        "Notes: times of changes, schedule, notices that wait: {count} files",
    ),
    "draft": plural("Unfinished set-up of it: {count} file", "Unfinished set-ups of it: {count} files"),
}
_STAYS = (
    marked("What was delivered stays at the destination. Delete it there, if it is not wanted any more."),
    marked("Reports and settings that you saved to a folder of your own stay there."),
    marked("The disclosure log keeps one line: the day, the kind of destination and how many records it had."),
    marked("The log keeps its lines. They hold ids, counts and codes, and nobody’s name."),
)


def wiped_lines(belongings: Belongings) -> list[str]:
    """What will be wiped, or was found: a line for each kind of thing, with its number."""
    found = [(kind, len(belongings.of(kind))) for kind in BELONGING_KINDS]
    return [translated(_HOW_MANY[kind], count) for kind, count in found if count]


def staying_lines() -> list[str]:
    """What a removal does not touch."""
    return [translated(text) for text in _STAYS]


def left_sentence(left: NotDeleted) -> str:
    """What could not be deleted, or looked for, and what to do."""
    told = word(left.error)
    return tr("{what}: {happened} {to_do}", what=left.what, happened=told.happened, to_do=told.to_do)


def removal_sentence(proof: RemovalProof) -> str:
    """The outcome in one sentence."""
    if proof.not_deleted:
        return counted(
            len(proof.not_deleted),
            "“{name}” was removed, but {count} thing could not be deleted. psconnect tries again at its next start.",
            "“{name}” was removed, but {count} things could not be deleted. psconnect tries again at its next start.",
            name=proof.name,
        )
    if proof.after.unknown:
        return tr(
            "“{name}” was removed, as far as can be seen: this session has no keyring that could be asked for secrets.",
            name=proof.name,
        )
    return counted(
        len(proof.before.items),
        "“{name}” was removed: {count} thing was wiped, and looked for again: nothing is left.",
        "“{name}” was removed: {count} things were wiped, and looked for again: nothing is left.",
        name=proof.name,
    )


def proof_text(proof: RemovalProof) -> str:
    """The proof as plain text, to keep or to send: what was there before, what is there now, and what stays."""
    delivered = [tr("Delivered to: {place}", place=proof.delivered)] if proof.delivered else []
    parts = [
        [tr("Removal of “{name}”", name=proof.name), exact(proof.began), removal_sentence(proof), *delivered],
        [tr("Before:"), *_listed(proof.before)],
        [tr("Afterwards:"), *_listed(proof.after)],
        [tr("Could not be deleted:"), *(f"  {left_sentence(left)}" for left in proof.not_deleted)],
        [tr("Could not be looked for:"), *(f"  {left_sentence(left)}" for left in proof.after.unknown)],
        [tr("Not touched:"), *(f"  {line}" for line in staying_lines())],
    ]
    return "\n\n".join("\n".join(part) for part in parts if len(part) > 1) + "\n"


def _listed(belongings: Belongings) -> Sequence[str]:
    lines = [f"  {line}" for line in wiped_lines(belongings)] or ["  " + tr("nothing")]
    return [*lines, *(f"    {_named(one)}" for one in belongings.items)]


def _named(one: Belonging) -> str:
    return tr("{path} ({count} bytes)", path=one.name, count=number(one.size)) if one.size else one.name
