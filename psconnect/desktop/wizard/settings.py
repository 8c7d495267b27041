"""The way of a draft to the settings of a connection and back. Knows no Qt."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from psconnect.desktop.wizard import flow, steps
from psconnect.desktop.wizard.draft import Draft, Part, new_draft
from psconnect.desktop.wizard.steps.spec import Known
from psconnect.model.connection import Connection, from_dict, to_dict

_ABSENT = object()


def to_connection(
    draft: Draft, known: Known, base: Connection | None = None, *, only: Collection[str] | None = None
) -> Connection:
    """The connection that the draft describes; settings without a page are those of ``base``.

    ``only`` are the keys of the steps that count; the settings of the others, and of steps that are not needed, are
    those of ``base``, too. Raises FixSettings for a draft that lacks something, as ``flow.needs`` says beforehand.
    """
    return from_dict(written(draft, known, base, only=only))


def written(
    draft: Draft, known: Known, base: Connection | None, *, only: Collection[str] | None = None
) -> dict[str, Any]:
    """The tables of the connection file that the draft describes, not checked yet; as ``to_connection``."""
    data = copy.deepcopy(to_dict(base)) if base else {}
    data["id"] = base.id if base else draft.connection_id
    for spec in flow.with_settings(draft, known):
        if spec.part and (only is None or spec.key in only):
            spec.into(draft.of(spec.part), data)
    return data


def from_connection(connection: Connection) -> Draft:
    """A connection's settings as a draft, to be changed on the same pages."""
    parts = [part for spec in steps.STEPS if (part := spec.out_of(connection)) is not None]
    draft = new_draft(*parts, step=flow.step_keys()[0], connection_id=connection.id)
    return replace(draft, reached=flow.step_keys()[-1])


def differs(draft: Draft, known: Known, base: Connection) -> bool:
    """Whether the draft would change a setting of the connection."""
    return written(draft, known, base) != written(from_connection(base), known, base)


def onto(draft: Draft, known: Known, base: Connection, current: Connection) -> Connection:
    """The connection as it is now with what somebody changed who began with ``base``.

    What was not typed over stays as it is now, because others may have changed it meanwhile. Raises FixSettings.
    """
    before, typed = written(from_connection(base), known, base), written(draft, known, base)
    return from_dict(merged(typed, before, to_dict(current)))


def merged(typed: Mapping[str, Any], before: Mapping[str, Any], current: Mapping[str, Any]) -> dict[str, Any]:
    """What is typed where it differs from before, else what is there now, key by key through all tables."""
    if len({str(table.get("kind", "")) for table in (typed, before, current)}) > 1 and typed != before:
        # Another kind has other settings: nothing of the two can be mixed.
        return dict(typed)
    result: dict[str, Any] = {}
    for key in dict.fromkeys([*current, *typed]):
        mine, was, now = (table.get(key, _ABSENT) for table in (typed, before, current))
        if isinstance(mine, Mapping) and isinstance(was, Mapping):
            inner = merged(mine, was, now if isinstance(now, Mapping) else {})
            if inner or now is not _ABSENT:
                result[key] = inner
        elif (value := now if mine == was else mine) is not _ABSENT:
            result[key] = value
    return result


def kept_typing(now: Draft, typed: Draft, connection: Connection) -> Draft:
    """The draft after ``typed`` became this connection: what was typed since then stays typed, as does what is done."""
    after = from_connection(connection)
    parts = [_kept(now.of(kind), typed.of(kind), after.of(kind)) for kind in after.parts]
    return flow.followed(now, replace(now, connection_id=connection.id).having(*parts))


def _kept(now: Part, typed: Part, after: Part) -> Part:
    names = now.__struct_fields__
    since = {n: getattr(now, n) for n in names if n in now.progress or getattr(now, n) != getattr(typed, n)}
    return msgspec.structs.replace(after, **since)
