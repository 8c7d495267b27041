"""The way of a draft to the settings of a connection and back. Knows no Qt."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from psconnect.desktop.wizard import flow, steps
from psconnect.desktop.wizard.draft import Draft, DraftPart, new_draft
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.desktop.wizard.steps.spec import Known
from psconnect.model.connection import Connection, from_dict, to_dict

_ABSENT = object()


def to_connection(
    draft: Draft, known: Known, base: Connection | None = None, *, only: Collection[str] | None = None
) -> Connection:
    """The connection that the draft describes; settings without a page are those of ``base``.

    A new connection states only what differs from its preset. ``only`` are the keys of the steps that count; the
    settings of the others, and of steps that are not needed, are those of ``base``, too. Raises FixSettings for a draft
    that lacks something, as ``flow.needs`` says beforehand.
    """
    typed = written(draft, known, base, only=only)
    if base is None:
        before = written(_beginning(known, draft.of(ConnectPart).preset), known, None, only=only)
        own = {key: typed[key] for key in _ALWAYS if key in typed}
        typed = {**three_way(typed, before, {}), **own}
    return from_dict(typed)


_ALWAYS = ("name", "id", "preset", "destination")
"""What a connection file states even where the preset says the same."""


def written(
    draft: Draft, known: Known, base: Connection | None, *, only: Collection[str] | None = None
) -> dict[str, Any]:
    """The tables of the connection file with all that is on the pages, not checked yet; as ``to_connection``."""
    data = to_dict(base) if base else {}
    data["id"] = base.id if base else draft.connection_id
    for spec in flow.with_settings(draft, known):
        if spec.part and (only is None or spec.key in only):
            spec.into(draft.of(spec.part), data)
    return data


def from_connection(connection: Connection, given: Connection | None = None) -> Draft:
    """Settings in effect as a draft, to be changed on the same pages; ``given`` are those that its file states."""
    own = connection if given is None else given
    parts = [part for spec in steps.STEPS if (part := spec.out_of(own if spec.stated else connection)) is not None]
    draft = new_draft(*parts, step=flow.step_keys()[0], connection_id=connection.id)
    return replace(draft, reached=flow.step_keys()[-1])


def _beginning(known: Known, preset: str) -> Draft:
    """What a set-up with that preset begins with: nothing of its own."""
    return from_connection(known.defaults(preset), Connection("", preset))


def differs(draft: Draft, before: Draft, known: Known, base: Connection) -> bool:
    """Whether the draft would change a setting of the connection, which was ``before`` on the same pages."""
    return written(draft, known, base) != written(before, known, base)


def onto(draft: Draft, before: Draft, known: Known, current: Connection) -> Connection:
    """The connection as it is now with what somebody changed who began with ``before``.

    What was not typed over stays as it is now, because others may have changed it meanwhile. Raises FixSettings.
    """
    return from_dict(three_way(written(draft, known, current), written(before, known, current), to_dict(current)))


def rebased(draft: Draft, known: Known, preset: str) -> Draft:
    """The draft with another preset: what nobody has typed over is as that preset says."""
    old, new = (_beginning(known, name) for name in (draft.of(ConnectPart).preset, preset))
    parts = []
    for kind in new.parts:
        now, was, will = draft.of(kind), old.of(kind), new.of(kind)
        own = {name: getattr(now, name) for name in _settings_of(kind) if getattr(now, name) != getattr(was, name)}
        own |= {name: getattr(now, name) for name in kind.progress}
        parts.append(msgspec.structs.replace(will, **own))
    after = draft.having(*parts)
    return flow.changed(after, ConnectPart, name=draft.of(ConnectPart).name, preset=preset)


def completed_draft(draft: Draft, known: Known) -> Draft:
    """A draft of a version that lacked some steps, with what its preset says there."""
    defaults = _beginning(known, draft.of(ConnectPart).preset)
    return draft.having(*(part for kind, part in defaults.parts.items() if kind not in draft.parts))


def _settings_of(kind: type[DraftPart]) -> list[str]:
    return [name for name in kind.__struct_fields__ if name not in kind.progress]


def three_way(typed: Mapping[str, Any], before: Mapping[str, Any], current: Mapping[str, Any]) -> dict[str, Any]:
    """What is typed where it differs from before, else what is there now, key by key through all tables."""
    if len({str(table.get("kind", "")) for table in (typed, before, current)}) > 1 and typed != before:
        # Another kind has other settings: nothing of the two can be mixed.
        return dict(typed)
    result: dict[str, Any] = {}
    for key in dict.fromkeys([*current, *typed]):
        mine, was, now = (table.get(key, _ABSENT) for table in (typed, before, current))
        value = now if mine == was else mine
        if mine != was and all(one is _ABSENT or isinstance(one, Mapping) for one in (mine, was, now)):
            # A table that two people begin, or that one empties while another adds to it, is merged like any other.
            inner = three_way(*({} if one is _ABSENT else one for one in (mine, was, now)))
            value = inner if inner or mine is not _ABSENT else _ABSENT
        if value is not _ABSENT:
            result[key] = value
    return result


def kept_typing(now: Draft, typed: Draft, saved: Draft) -> Draft:
    """The draft after ``typed`` was saved: what was typed since then stays typed, as does what is done."""
    parts = [_kept(now.of(kind), typed.of(kind), saved.of(kind)) for kind in saved.parts]
    return flow.followed(now, replace(now, connection_id=saved.connection_id).having(*parts))


def _kept(now: DraftPart, typed: DraftPart, saved: DraftPart) -> DraftPart:
    names = now.__struct_fields__
    since = {n: getattr(now, n) for n in names if n in now.progress or getattr(now, n) != getattr(typed, n)}
    return msgspec.structs.replace(saved, **since)
