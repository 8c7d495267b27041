"""The last run over again with other limits: would it have waited? Knows no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from psconnect.desktop.text import tr
from psconnect.desktop.wizard.steps.safety import SafetyPart, limit_problem
from psconnect.model.runs import APPLIED
from psconnect.service import LastMeasured, Measure, parse_threshold
from psconnect.wording.catalogue import Plural, plural, translated

_STAFF = "staff"
_DID = {
    "create": plural("{count} was created", "{count} were created"),
    "update": plural("{count} was changed", "{count} were changed"),
    "remove": plural("{count} was removed", "{count} were removed"),
    "identity": plural("{count} got another id or name", "{count} got another id or name"),
    "rejected": plural("{count} more could not be used", "{count} more could not be used"),
    "role": plural("{count} changed role", "{count} changed role"),
    "remove_per_class": plural("{count} was removed from one class", "{count} were removed from one class"),
}
_WOULD = {
    "create": plural("{count} would be created", "{count} would be created"),
    "update": plural("{count} would be changed", "{count} would be changed"),
    "remove": plural("{count} would be removed", "{count} would be removed"),
    "identity": plural("{count} would get another id or name", "{count} would get another id or name"),
    "rejected": plural("{count} more could not be used", "{count} more could not be used"),
    "role": plural("{count} would change role", "{count} would change role"),
    "remove_per_class": plural("{count} would be removed from one class", "{count} would be removed from one class"),
}


def with_limits(measures: Sequence[Measure], part: SafetyPart) -> list[Measure]:
    """The measures against the limits as typed; those that can't be read yet count as before."""
    found = []
    for one in measures:
        text = part.limit("teacher" if one.entity == _STAFF else one.entity, one.kind)
        found.append(one if limit_problem(text) else replace(one, threshold=parse_threshold(text, "")))
    return found


def replayed(last: LastMeasured | None, entity: str, before: SafetyPart, now: SafetyPart) -> str:
    """What the limits as typed would have made of the last run, for one entity; empty without a run."""
    if last is None or any(map(limit_problem, now.limits.get(entity, {}).values())):
        return ""
    own = [one for one in last.measures if one.entity == entity or (entity == "teacher" and one.entity == _STAFF)]
    if not own:
        return tr("The last run changed nothing here, so this would not have held it.")
    was, would = (_crossed(with_limits(own, part)) for part in (before, now))
    if would:
        return tr("The last run would have waited: {what}.", what=_said(would, last))
    if was:
        return tr("The last run waited here: {what}. This limit would not have held it.", what=_said(was, last))
    most = max(with_limits(own, now), key=lambda one: (one.used, one.count))
    return tr("This would not have held the last run: {what}.", what=_said(most, last))


def _crossed(measures: Sequence[Measure]) -> Measure | None:
    """The measure that holds a run, that of the district first."""
    crossed = [one for one in measures if one.crossed]
    return min(crossed, key=lambda one: bool(one.place), default=None)


def _said(one: Measure, last: LastMeasured) -> str:
    words: dict[str, Plural] = _DID if last.run.state in APPLIED else _WOULD
    text = translated(words[one.kind], one.count)
    return tr("{what} at {place}", what=text, place=one.place) if one.place else text
