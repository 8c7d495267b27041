"""Step *Safety*: when a run stops and asks, and what it may do at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from psconnect.desktop.text import counted, entity_label, tr
from psconnect.desktop.wizard.draft import Draft, DraftPart
from psconnect.desktop.wizard.steps.destination import DestinationPart
from psconnect.desktop.wizard.steps.spec import Known, Line, Need, StepSpec, StepText, section, sentence, told
from psconnect.desktop.wizard.steps.who_part import WhoPart
from psconnect.model.connection import Connection
from psconnect.model.errors import FixSettings
from psconnect.service import default_limits, parse_threshold
from psconnect.wording.catalogue import marked, translated

BY_WEIGHT = ("student", "teacher", "admin", "contact", "relationship", "class", "enrollment", "course", "school")
"""The entities in the order in which a person cares; terms and what a kind derives come after them."""
_LAST = "calendar"
_OF_PARENTS = ("contact", "relationship")
PREVIEWS = {
    "always": marked("every run"),
    "first": marked("the first run, and after changes"),
    "never": marked("no run; limits still stop it"),
}


class SafetyPart(DraftPart, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a run waits for, as typed.

    Attributes:
        preview, additions_only: as in [safety].
        limits: per entity key and kind, the limits that are not the built-in ones.
        freeze: first and last day of each season, like ``2026-12-21``.
    """

    preview: Literal["always", "first", "never"] = "first"
    additions_only: bool = False
    limits: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    freeze: tuple[tuple[str, str], ...] = ()

    def limit(self, entity: str, kind: str) -> str:
        """The limit that holds, as typed."""
        return self.limits.get(entity, {}).get(kind) or default_limits()[entity][kind]

    def with_limit(self, entity: str, kind: str, text: str) -> dict[str, dict[str, str]]:
        """The limits with this one; the built-in one, or nothing, takes it out."""
        own = {name: value for name, value in self.limits.get(entity, {}).items() if name != kind}
        if text.strip() and text.strip() != default_limits()[entity][kind]:
            own[kind] = text.strip()
        others = {key: value for key, value in self.limits.items() if key != entity}
        return {**others, entity: own} if own else others


class SafetyStep(StepSpec[SafetyPart]):
    """When a run stops and asks."""

    key = "safety"
    symbol = "shield"
    part = SafetyPart

    def text(self, draft: Draft, known: Known) -> StepText:  # noqa: ARG002 - always the same
        """Its words."""
        return StepText(
            tr("Safety"),
            tr("When should a run stop and ask?"),
            tr("Above a limit a run waits for you, and nothing is written until you approve it."),
        )

    def needs(self, draft: Draft, known: Known) -> Iterator[Need]:  # noqa: ARG002 - all of it is in the draft
        """Limits that can be read, and seasons that end after they begin."""
        part = draft.of(SafetyPart)
        for entity, kinds in part.limits.items():
            for kind, text in kinds.items():
                problem = limit_problem(text)
                if problem:
                    yield self.need(f"limits.{entity}.{kind}", problem)
        for number, (first, until) in enumerate(part.freeze):
            if until < first:
                yield self.need(f"freeze.{number}", tr("The last day is before the first one."))

    def lines(self, draft: Draft, known: Known) -> list[Line]:  # noqa: ARG002 - as in needs
        """What is looked at first, the limits that are not the built-in ones, the seasons."""
        part = draft.of(SafetyPart)
        changed = [entity_label(entity) for entity in part.limits]
        limits = tr("changed for {entities}", entities=", ".join(changed)) if changed else tr("the built-in ones")
        found = [(tr("Looked at first"), translated(PREVIEWS[part.preview])), (tr("Limits"), limits)]
        if part.freeze:
            found.append(
                (tr("Dates that wait for you"), counted(len(part.freeze), "{count} season", "{count} seasons"))
            )
        if part.additions_only:
            found.append((tr("Additions only"), tr("updates and removals are left out")))
        return found

    def brief(self, draft: Draft, known: Known) -> str:  # noqa: ARG002 - the same signature everywhere
        """What is looked at first, and what is not the built-in way."""
        part = draft.of(SafetyPart)
        said = [tr("looked at first: {which}", which=translated(PREVIEWS[part.preview]))]
        if part.limits:
            said.append(counted(len(part.limits), "{count} limit changed", "{count} limits changed"))
        if part.freeze:
            said.append(
                counted(len(part.freeze), "{count} season that waits for you", "{count} seasons that wait for you")
            )
        if part.additions_only:
            said.append(tr("additions only"))
        return sentence(tr("; ").join(said))

    def into(self, part: SafetyPart, settings: dict[str, Any]) -> None:
        """The [safety] section."""
        safety = section(settings, "safety")
        safety |= {"preview": part.preview, "additions_only": part.additions_only}
        safety["freeze"] = [{"from": first, "until": until} for first, until in part.freeze]
        safety["thresholds"] = {entity: dict(kinds) for entity, kinds in part.limits.items() if kinds}

    def out_of(self, connection: Connection) -> SafetyPart:
        """As the connection has it."""
        safety = connection.safety
        limits = {
            entity: {kind: text for kind, text in msgspec.structs.asdict(own).items() if text is not None}
            for entity, own in safety.thresholds.items()
        }
        freeze = tuple((season.first.isoformat(), season.until.isoformat()) for season in safety.freeze)
        return SafetyPart(safety.preview, safety.additions_only, limits, freeze)


def limit_problem(text: str) -> str:
    """What is wrong with a limit, in a sentence; an empty text when it can be used."""
    try:
        parse_threshold(text, "")
    except FixSettings as error:
        return told(error)
    return ""


def limited_entities(draft: Draft, known: Known) -> list[str]:
    """The entities that are delivered, those first that a person cares about most, with what the kind derives."""
    kind, every = draft.of(DestinationPart).declared_by(known), (*BY_WEIGHT, _LAST)
    taken = [key for key in every if kind is None or key in kind.entities]
    if draft.of(WhoPart).parents == "none":
        taken = [key for key in taken if key not in _OF_PARENTS]
    return [*taken, *(entity.key for entity in kind.derived)] if kind else taken
