"""Drafts on disk: each step's part under the step's key. They hold no secret. Knows no Qt."""

from __future__ import annotations

from typing import Any

import msgspec

from psconnect.desktop.wizard import flow, steps
from psconnect.desktop.wizard.draft import Draft, DraftPart
from psconnect.model.connection_id import id_from
from psconnect.service import Service


class _Stored(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True):
    """A draft's file; ``parts`` by the keys of the steps."""

    id: str
    step: str
    reached: str
    prefilled: bool = False
    connection_id: str = ""
    parts: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)


def save(service: Service, draft: Draft) -> None:
    """Write a draft, unless it was removed meanwhile; raises LocalStorage."""
    parts = {key: msgspec.to_builtins(draft.of(kind)) for key, kind in _kinds().items()}
    stored = _Stored(draft.id, draft.step, draft.reached, draft.prefilled, draft.connection_id, parts)
    service.save_draft(draft.id, msgspec.json.format(msgspec.json.encode(stored)))


def all_of(service: Service) -> list[Draft]:
    """All drafts, the one saved last first; one that can't be read is set aside under the ending .damaged."""
    found = []
    for draft_id, content in service.drafts().items():
        draft = _read(draft_id, content)
        if draft:
            found.append(draft)
        else:
            service.set_draft_aside(draft_id)
    return found


def _read(draft_id: str, content: bytes) -> Draft | None:
    try:
        stored = msgspec.convert(_in_parts(msgspec.json.decode(content)), _Stored)
        if stored.id != draft_id or not {stored.step, stored.reached} <= set(flow.step_keys()):
            return None
        kinds = _kinds()
        parts = [msgspec.convert(values, kinds[key]) for key, values in _moved(stored.parts).items()]
    except (msgspec.DecodeError, KeyError):  # a file that is damaged, or of a version with other steps
        return None
    # A set-up that was begun before connections had ids gets one that stays the same until it is saved.
    connection_id = stored.connection_id or id_from(stored.id)
    return Draft(stored.id, stored.step, stored.reached, stored.prefilled, connection_id).having(*parts)


def _kinds() -> dict[str, type[DraftPart]]:
    return {spec.key: spec.part for spec in steps.STEPS if spec.part}


_NOW_IN = {("credentials", name): "plugin" for name in ("without", "ticked", "menus")}
"""Where today's steps keep what an earlier version kept in another step's part."""


def _moved(parts: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The parts of a draft's file with every value in the step that asks for it today."""
    found: dict[str, dict[str, Any]] = {step: {} for step in parts}
    for step, values in parts.items():
        for name, value in values.items():
            found.setdefault(_NOW_IN.get((step, name), step), {})[name] = value
    return found


def _in_parts(data: Any) -> Any:
    """The file of a version whose drafts had no parts yet, all fields side by side, as files are today."""
    if not isinstance(data, dict) or "parts" in data:
        return data
    data = {"step": "connect", "reached": "connect", **data}
    parts = {
        key: {name: data.pop(name) for name in kind.__struct_fields__ if name in data} for key, kind in _kinds().items()
    }
    # A step that came later is not among them: what it holds is then as the preset says (settings.completed_draft).
    return {**data, "parts": {key: values for key, values in parts.items() if values or key in _FIRST}}


_FIRST = ("connect", "credentials", "schools", "destination")
"""The steps of the first versions."""
