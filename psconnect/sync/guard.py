"""The guard: decides whether a plan continues, waits for a person, or stops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from psconnect.model.entities import ADMIN, TEACHER
from psconnect.model.errors import BadRecord
from psconnect.model.phrases import Phrase, Value
from psconnect.model.runs import Hold
from psconnect.model.sections import Freeze
from psconnect.sync.measures import ALL_STAFF, Measure
from psconnect.sync.sentences import crossed, more_places, redelivery
from psconnect.sync.thresholds import Threshold

_ENOUGH = 0.9
_STOPS_AT = 5
"""A run stops at this multiple of the rejected-records limit: with a hold at 2 %, it stops at 10 %."""
_MOST_PLACES = 5
_MOST_IDS = 10
RULES_CHANGED = "rules-changed"
OWNED = "folder-owned"
"""The rule of a run that waits because another connection delivers to its place; approving it takes over."""


@dataclass(frozen=True)
class Rejected:
    """Unusable records of an entity: now, at the last delivery, and how many were read."""

    count: int
    before: int
    read: int

    @property
    def more(self) -> int:
        """How many more than at the last delivery; limits apply to this."""
        return max(0, self.count - self.before)

    def values(self, entity: str) -> dict[str, Value]:
        """The figures as values of a hold or an error."""
        share = self.more * 100 / self.read
        return {"entity": entity, "more": self.more, "read": self.read, "before": self.before, "share": share}


@dataclass(frozen=True)
class Places:
    """Where the roster goes and where the last delivery went, for people; empty if unknown.

    Deliveries by versions that did not record it are unknown. ``goes``: names of files there that this delivery
    deletes, because they hold the roster in another form.
    """

    now: str = ""
    before: str = ""
    goes: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the roster goes to another place than last time."""
        return bool(self.before) and self.now != self.before


@dataclass(frozen=True)
class Facts:
    """What the guard's decision is based on.

    Attributes:
        changes: how many changes the plan has.
        measures: the changes measured against each limit. Of a first delivery only removals count: it has
            some if an earlier one was cut short.
        read, read_before: rows per stream of this run, and of the last applied one.
        first: whether nothing was ever delivered.
        rules_changed: whether key, filter, schools, terms, mapping or destination differ from the last applied run.
        ids_changed: ``rekey`` if ids are made by other rules than in the last applied run, ``aliases`` if only the
            adopted ids differ; else empty.
        frozen_changed: labels of the destination's frozen settings that differ from the last delivery's.
        in_year: a warning about changed ids during a school year; empty outside.
        preview: ``always``, ``first`` or ``never``.
        rejected: unusable records, per entity key.
        today: the date in the district.
        freeze: seasons in which every run waits.
        returned: ids of new records that reuse a removed record's key, per entity key.
        after_undo: id of the undo that was applied last; empty for none.
        places: where the roster goes.
        owned_by: who else delivers there, as a sentence; None for nobody.
        emptied: per stream, the fields that had values at the last delivery and now have none in any row.
        redelivered: how many unchanged records are delivered because the destination lacks them.
        written_otherwise: whether that is because a setting of the kind changed: the files look otherwise.
    """

    changes: int
    measures: Sequence[Measure]
    read: Mapping[str, int]
    read_before: Mapping[str, int]
    first: bool
    rules_changed: bool
    preview: str
    rejected: Mapping[str, Rejected] = field(default_factory=dict)
    today: date = date.min
    freeze: Sequence[Freeze] = ()
    returned: Mapping[str, Sequence[str]] = field(default_factory=dict)
    after_undo: str = ""
    ids_changed: str = ""
    places: Places = Places()
    emptied: Mapping[str, Sequence[str]] = field(default_factory=dict)
    redelivered: int = 0
    written_otherwise: bool = False
    frozen_changed: Sequence[str] = ()
    in_year: str = ""
    owned_by: Phrase | None = None


def stop_if_empty(read: Mapping[str, int], read_before: Mapping[str, int]) -> None:
    """Raise BadRecord if a stream that had rows has none; no approval overrides this (fault D07)."""
    for stream, before in read_before.items():
        if before and read.get(stream) == 0:
            raise BadRecord("PSC-READ-EMPTY", where=stream, rows=stream.replace("_", " "), before=before)


def stop_if_rejected(rejected: Mapping[str, Rejected], thresholds: Mapping[str, Mapping[str, Threshold]]) -> None:
    """Raise BadRecord if so many more records than before are unusable that something else must be wrong."""
    for entity, one in rejected.items():
        limit = thresholds[entity]["rejected"]
        if limit.percent is None or limit.count is None or one.more < max(limit.count, 1):
            continue
        if one.more * 100 >= limit.percent * _STOPS_AT * one.read:
            key = "PSC-READ-REJECTED/more" if one.before else "PSC-READ-REJECTED/first"
            error = BadRecord(key, where=entity)
            error.values = {**one.values(entity), "limit": limit.percent * _STOPS_AT}
            raise error


def holds(facts: Facts, thresholds: Mapping[str, Mapping[str, Threshold]]) -> list[Hold]:
    """The reasons to wait for an approval; none if there is nothing to deliver."""
    if not facts.changes:
        due = (
            [*_owned(facts), *_season(facts), *_after_undo(facts), *_other_ids(facts), *_preview(facts)]
            if facts.redelivered
            else []
        )
        return [redelivery(facts.redelivered, facts.places.now, otherwise=facts.written_otherwise), *due] if due else []
    return [
        *_owned(facts),
        *_season(facts),
        *_after_undo(facts),
        *_other_ids(facts),
        *_preview(facts),
        *_short_reads(facts),
        *_emptied(facts),
        *returned(facts.returned),
        *_rejected(facts, thresholds),
        *crossed_limits([one for one in facts.measures if not facts.first or one.kind.startswith("remove")]),
    ]


def _owned(facts: Facts) -> Iterator[Hold]:
    """Applies whatever the preview setting: two connections that deliver one file overwrite each other in turn."""
    if facts.owned_by:
        yield Hold(OWNED, values={"owner": facts.owned_by})


def _season(facts: Facts) -> Iterator[Hold]:
    for season in facts.freeze:
        if season.first <= facts.today <= season.until:
            dates = {"first": str(season.first), "until": str(season.until), "today": str(facts.today)}
            yield Hold("freeze", values=dates)
            return


def _after_undo(facts: Facts) -> Iterator[Hold]:
    if facts.after_undo:
        case = "" if facts.changes else "after-undo/unchanged"
        yield Hold("after-undo", case=case, values={"undone": facts.after_undo})


def _other_ids(facts: Facts) -> Iterator[Hold]:
    """Applies whatever the preview setting: changed ids can create a second account for everybody."""
    if facts.ids_changed == "rekey":
        yield Hold("rekey")
    elif facts.frozen_changed:
        values: dict[str, Value] = {"settings": list(facts.frozen_changed)}
        case = "rekey/setting-in-year" if facts.in_year else "rekey/setting"
        yield Hold("rekey", case=case, values={**values, "warning": facts.in_year})
    elif facts.ids_changed and not (facts.rules_changed and facts.preview != "never"):
        yield Hold(RULES_CHANGED, case="rules-changed/adopted")


def _preview(facts: Facts) -> Iterator[Hold]:
    if facts.preview == "never":
        return
    places = facts.places
    if facts.first:
        yield Hold("first-run")
    elif facts.rules_changed and places.changed:
        case = "rules-changed/place-before" if facts.redelivered else "rules-changed/place"
        values: dict[str, Value] = {"now": places.now, "before": places.before}
        if places.goes:
            case, values = "rules-changed/form", {**values, "count": len(places.goes), "goes": list(places.goes[:3])}
        yield Hold(RULES_CHANGED, case=case, values=values)
    elif facts.rules_changed:
        yield Hold(RULES_CHANGED)
    elif facts.preview == "always":
        yield Hold("preview")


def _short_reads(facts: Facts) -> Iterator[Hold]:
    for stream, before in facts.read_before.items():
        read = facts.read.get(stream, 0)
        if before and read < before * _ENOUGH:
            values: dict[str, Value] = {"stream": stream, "read": read, "before": before}
            # What the settings don't want is not asked for: nothing is missing in PowerSchool then.
            none = "short-read/none" if stream in facts.read else "short-read/not-asked"
            yield Hold("short-read", case="" if read else none, values=values)


def _emptied(facts: Facts) -> Iterator[Hold]:
    """Applies whatever the limits: a field that is empty everywhere was hardly cleared by hand."""
    for stream, fields in facts.emptied.items():
        values: dict[str, Value] = {"fields": list(fields), "stream": stream, "count": facts.read.get(stream, 0)}
        yield Hold("field-emptied", values=values)


def returned(ids_by_entity: Mapping[str, Sequence[str]]) -> Iterator[Hold]:
    """A hold for each entity whose removed keys come back as other people (fault D19)."""
    for entity, ids in ids_by_entity.items():
        named = [*ids[:_MOST_IDS], *(["…"] if len(ids) > _MOST_IDS else [])]
        yield Hold(f"returned-{entity}", case="returned", values={"entity": entity, "ids": named})


def _rejected(facts: Facts, thresholds: Mapping[str, Mapping[str, Threshold]]) -> Iterator[Hold]:
    for entity, one in facts.rejected.items():
        limit = thresholds[entity]["rejected"]
        if limit.crossed(one.more, one.read):
            case = "rejected/more" if one.before else "rejected"
            yield Hold(f"rejected-{entity}", case=case, values={**one.values(entity), "limit": limit.text})


def crossed_limits(measures: Sequence[Measure]) -> list[Hold]:
    """A hold for each crossed limit.

    A school is reported only if the district does not cross the same limit, and staff as a whole only if neither
    teachers nor other staff cross it. Of many schools or classes, the first are named and the rest counted.
    """
    found: list[Hold] = []
    places: dict[tuple[str, str], int] = {}
    in_district = {(one.entity, one.kind) for one in measures if one.crossed and not one.place}
    own = {(one.kind, one.place) for one in measures if one.crossed and one.entity in (TEACHER.key, ADMIN.key)}
    for measure in measures:
        group = (measure.entity, measure.kind)
        if measure.entity == ALL_STAFF and (measure.kind, measure.place) in own:
            continue
        if not measure.crossed or (measure.place and group in in_district):
            continue
        if measure.place:
            places[group] = places.get(group, 0) + 1
            if places[group] > _MOST_PLACES:
                continue
        found.append(crossed(measure))
    found += [more_places(*group, count - _MOST_PLACES) for group, count in places.items() if count > _MOST_PLACES]
    return found
