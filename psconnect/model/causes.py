"""What most of a held run's changes come from, as a code with named values; psconnect.wording.causes has the words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from psconnect.model.phrases import Value, restored, stored


@dataclass(frozen=True)
class Share:
    """Changes that have one cause.

    Attributes:
        count: how many.
        code: of the cause.
        values: what its words are filled with: the school, the filter rule, the attribute …
        since: when the setting behind it was changed, as ISO time; empty where it was not, or that is not known.
    """

    count: int
    code: str
    values: Mapping[str, Value] = field(default_factory=dict)
    since: str = ""


@dataclass(frozen=True)
class Cause:
    """Where the changes come from that a person cares about most in a held run.

    Attributes:
        entity, kind: the changes: ``remove``, ``create``, ``update``, ``identity`` or ``role`` of an entity. Empty
            where no limit holds the run, but changed settings do.
        total: how many of them there are.
        shares: by cause, the largest first. The first is *the* cause if it explains more than half of them.
        settings: keys of the settings that were changed since the last delivery (model.setting_parts).
        system: what the destination is called within a sentence; empty in runs of older versions.
    """

    entity: str
    kind: str
    total: int
    shares: tuple[Share, ...] = ()
    settings: tuple[str, ...] = ()
    system: str = ""

    @property
    def main(self) -> Share | None:
        """The one cause that explains more than half; None where there is no such cause."""
        first = self.shares[0] if self.shares else None
        return first if first and (first.count * 2 > self.total or not self.total) else None


def cause_as_stored(cause: Cause) -> dict[str, object]:
    """The cause as JSON has it; ``cause_from_stored`` gives it back."""
    shares = [
        {
            "count": one.count,
            "code": one.code,
            "values": {name: stored(value) for name, value in one.values.items()},
            "since": one.since,
        }
        for one in cause.shares
    ]
    return {
        "entity": cause.entity,
        "kind": cause.kind,
        "total": cause.total,
        "shares": shares,
        "settings": list(cause.settings),
        "system": cause.system,
    }


def cause_from_stored(data: Mapping[str, Any]) -> Cause | None:
    """A cause from what ``cause_as_stored`` made of it; None of an empty one."""
    if not data:
        return None
    shares = (
        Share(
            one["count"],
            one["code"],
            {name: restored(value) for name, value in one["values"].items()},
            one["since"],
        )
        for one in data["shares"]
    )
    system = data.get("system", "")
    return Cause(data["entity"], data["kind"], data["total"], tuple(shares), tuple(data["settings"]), system)
