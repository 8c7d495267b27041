"""What the choices of a draft ask of PowerSchool, and what each of them adds: the plugin's own list. Knows no Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec

from psconnect.desktop.wizard import flow
from psconnect.desktop.wizard.draft import Draft
from psconnect.desktop.wizard.session import Session
from psconnect.desktop.wizard.settings import to_connection
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.desktop.wizard.steps.spec import Known
from psconnect.desktop.wizard.steps.who import school_days, with_school_days
from psconnect.desktop.wizard.steps.who_checks import problems
from psconnect.desktop.wizard.steps.who_part import WhoPart
from psconnect.model.access import AccessList
from psconnect.model.connection import Connection
from psconnect.model.errors import PsconnectError

FieldPairs = frozenset[tuple[str, str]]
_PARENTS = ("none", "portal", "all")
_OPTIONAL = {"co_teachers": False, "admins": False, "parents": "none"}


@dataclass(frozen=True)
class ChoiceFields:
    """What one choice is about: how many fields it adds to the others, and whether it is chosen; or why it can't be."""

    added: int = 0
    chosen: bool = False
    error: PsconnectError | None = None


@dataclass(frozen=True)
class AccessAsked:
    """What all choices ask for.

    Attributes:
        fields: the plugin's list.
        always: how many of them are asked for whatever is chosen.
        choices: per choice; ``parents.none``, ``parents.portal`` and ``parents.all`` are one each.
    """

    fields: AccessList
    always: int
    choices: Mapping[str, ChoiceFields] = field(default_factory=dict)


def access_asked(session: Session, draft: Draft) -> AccessAsked:
    """What a draft asks for, by the plugin's own list; work of some milliseconds. Raises FixSettings."""
    known, base = session.known, session.base

    def asked(changed: Draft) -> FieldPairs:
        return _pairs(session.service.plugin_access(_looked_at(changed, known, base)))

    listed = session.service.plugin_access(_looked_at(draft, known, base))
    have = _pairs(listed)
    least = asked(with_school_days(_having(draft, **_OPTIONAL), on=False))
    choices = {name: _choice(asked, have, draft, name, made) for name, made in _variants(draft).items()}
    return AccessAsked(listed, len(have & least), choices)


def _variants(draft: Draft) -> dict[str, tuple[Draft, bool]]:
    """Per choice, the draft with that choice the other way round (of parents: with this one), and whether it is on."""
    part = draft.of(WhoPart)
    found = {f"parents.{one}": (_having(draft, parents=one), part.parents == one) for one in _PARENTS}
    for name in ("co_teachers", "admins"):
        on: bool = getattr(part, name)
        found[name] = (_having(draft, **{name: not on}), on)
    found["contact_module"] = (_having(draft, contact_module=not part.contact_module), part.contact_module)
    days = school_days(draft)
    found["school_days"] = (with_school_days(draft, on=not days), days)
    return found


def _choice(
    asked: Callable[[Draft], FieldPairs], have: FieldPairs, draft: Draft, name: str, made: tuple[Draft, bool]
) -> ChoiceFields:
    other, on = made
    try:
        if not name.startswith("parents."):
            there = asked(other)
            return ChoiceFields(len(have) - len(there) if on else len(there) - len(have), chosen=on)
        if on:
            return ChoiceFields(len(have) - len(asked(_having(draft, parents="none"))), chosen=True)
        there = asked(other)
        return ChoiceFields(len(there) - len(have))
    except PsconnectError as error:
        return ChoiceFields(chosen=on, error=error)


def _pairs(access: AccessList) -> FieldPairs:
    return frozenset((one.table, one.field) for one in access.fields)


def _having(draft: Draft, **values: object) -> Draft:
    return draft.having(msgspec.structs.replace(draft.of(WhoPart), **values))


def _looked_at(draft: Draft, known: Known, base: Connection | None) -> Connection:
    """The connection with what can be used of the draft; it needs no name."""
    part = draft.of(WhoPart)
    wrong = {control.partition(".")[0] for control in problems(part, known.source)}
    usable = msgspec.structs.replace(part, **{name: getattr(WhoPart(), name) for name in wrong if name != "parents"})
    connect = draft.of(ConnectPart)
    draft = draft.having(usable, msgspec.structs.replace(connect, name=connect.name.strip() or draft.id))
    lacking = {need.step for need in flow.needs(draft, known) if need.blocks}
    return to_connection(draft, known, base, only={*flow.step_keys()} - lacking | {"connect", "who"})
