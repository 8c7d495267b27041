"""What stands at the destination, reconciled with what was read: per kind, read - left out + added = delivered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from psconnect.model.problems import NOT_IN_THIS_RUN


@dataclass(frozen=True)
class Reconciled:
    """The figures of one entity; they add up whatever became of its records.

    Attributes:
        read: records that the source listed; none of those that psconnect makes itself.
        delivered: records that stand at the destination.
        made: of these, the ones that psconnect makes itself: the district as an organisation, the places of teachers in
            their classes, records that a destination derives.
        adopted: of those that the run creates, the ones that the destination had already: they are taken over.
        underlying: whether nothing of its own stands there: the destination's own entities are made of it and counted.
        because: rule -> how many of the records that were read don't stand at the destination because of it.
    """

    read: int = 0
    delivered: int = 0
    made: int = 0
    because: Mapping[str, int] = field(default_factory=dict)
    adopted: int = 0
    underlying: bool = False

    @property
    def left_out(self) -> int:
        """How many of the records that were read don't stand at the destination."""
        return sum(self.because.values())

    @property
    def added(self) -> int:
        """How many records stand at the destination without having been read."""
        return self.delivered - self.read + self.left_out

    @property
    def kept(self) -> int:
        """Of the added records, those that an earlier delivery left: they were not removed."""
        return self.added - self.made

    def moved_to(self, delivered: int, made: int) -> Reconciled:
        """The same reading after a delivery that read nothing of this entity.

        Records that went count as left out because of NOT_IN_THIS_RUN; records that came back make up for them first.
        """
        gone = (self.delivered - self.made) - (delivered - made)
        before = self.because.get(NOT_IN_THIS_RUN, 0)
        because = {**self.because, NOT_IN_THIS_RUN: max(0, before + gone)}
        if not because[NOT_IN_THIS_RUN]:
            del because[NOT_IN_THIS_RUN]
        return Reconciled(self.read, delivered, made, because)


_BY_CARE = (
    *("student", "teacher", "admin", "contact", "relationship"),
    *("class", "enrollment", "course", "calendar", "school"),
)


def by_care(rows: Mapping[str, Reconciled]) -> dict[str, Reconciled]:
    """The figures of those that a person cares about most first; a destination's derived entities come last."""
    known = {key: rows[key] for key in _BY_CARE if key in rows}
    return {**known, **{key: one for key, one in rows.items() if key not in known}}


def altogether(rows: Iterable[Reconciled]) -> Reconciled:
    """The sums over several entities."""
    found = list(rows)
    because: dict[str, int] = {}
    for one in found:
        for rule, count in one.because.items():
            because[rule] = because.get(rule, 0) + count
    return Reconciled(
        sum(one.read for one in found),
        sum(one.delivered for one in found),
        sum(one.made for one in found),
        because,
        sum(one.adopted for one in found),
    )
