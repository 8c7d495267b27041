"""Works out what most of a held run's changes come from: a school switched off, a rule, a short read, a new year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from psconnect.model.care import cared_about
from psconnect.model.causes import Cause, Share
from psconnect.model.entities import ADMIN, BY_KEY, SCHOOL, TEACHER, Entity
from psconnect.model.phrases import Value
from psconnect.model.problems import FILTER, NOT_CHOSEN, goes_with, root_rule
from psconnect.model.runs import ChangeCounts, Hold
from psconnect.model.setting_parts import differing_parts
from psconnect.store.plan import change_origins
from psconnect.store.plan.change_groups import changes_by_school, delivered_by_school
from psconnect.store.plan.change_origins import RemovedGroup
from psconnect.store.plan.plan import Plan
from psconnect.store.plan.record_ids import names_by_id
from psconnect.sync.measures import ALL_STAFF

_ENOUGH = 0.9
_RULES_CHANGED = "rules-changed"
_MOST_SHARES = 4
_MOST_NAMES = 3
_UNLISTED = ("not-listed", "student-not-listed")
_ELSEWHERE = (NOT_CHOSEN, "guest-left-out")
_GONE_WITH_SCHOOL = (*_ELSEWHERE, *_UNLISTED, "staff-inactive")
"""Rules of records at a school that is not chosen: of some, nothing but the chosen schools is read."""
_ROLES = ("teacher-now", "other-staff-now")
_LASTING = ("school", "course", "student", "contact", "relationship")
"""Entities whose records go on from one school year to the next."""
_STREAMS = {
    "student": ("students",),
    "teacher": ("users", "school_staff", "section_teachers"),
    "admin": ("users", "school_staff"),
    "contact": ("contacts",),
    "relationship": ("relationships",),
    "enrollment": ("enrollments",),
    "class": ("sections",),
    "course": ("courses",),
    "calendar": ("terms",),
    "school": ("schools",),
}
"""The rows from which records of an entity are made."""
_SETTING_OF = {
    "admins-off": "options.admins",
    "co-teacher-off": "options.co_teachers",
    "co-teacher-limit": "options.co_teacher_classes",
    "contact-without-account": "options.parents",
    "class-not-taught": "options.only_taught_classes",
    "course-not-used": "options.only_used_courses",
    "term-not-chosen": "scope.terms",
    "course-not-chosen": "scope.courses",
    "term-merged": "options.merge_terms",
    "student-inactive": "options.enroll_status",
    "other-year": "scope.start_year",
    "assignment-role": "roles",
    "role-not-mapped": "roles",
    "uniqueness-conflict": "uniqueness.{entity}",
    NOT_CHOSEN: "scope.schools",
}
"""The part of the settings (model.setting_parts) that decides a rule."""
_OF_DATA = ("student-inactive", "other-year", "assignment-role", "role-not-mapped", NOT_CHOSEN)
"""Rules of them that leave records out without any change of the settings, too: another preset explains nothing."""
_READING = ("options.parents", "options.contact_module", "source.without", "source.read", "source.kind", "preset")
"""The parts of the settings that decide whether rows are read at all, the likeliest first."""
_REQUIRED = ("requirements.{entity}", "mapping.{entity}", "options.devices", "preset")
"""The parts that decide who lacks something."""
_IDENTITY = ("sourcedId", "username", "identifier", "email", "courseCode", "classCode")


@dataclass(frozen=True)
class Circumstances:
    """What is known about a run besides its plan.

    Attributes:
        read, read_before: rows per stream of this run, and of the last applied one.
        year, year_before: the school years that were read; empty where unknown.
        settings, settings_before: parts of the settings, now and in the last applied run; empty where unknown.
        changed_at: part of the settings -> when it was changed last, as ISO time.
        delivered_at: when the last applied run began, as ISO time.
        emptied: per stream, the fields that had values at the last delivery and now have none in any row.
    """

    read: Mapping[str, int] = field(default_factory=dict)
    read_before: Mapping[str, int] = field(default_factory=dict)
    year: str = ""
    year_before: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    settings_before: Mapping[str, str] = field(default_factory=dict)
    changed_at: Mapping[str, str] = field(default_factory=dict)
    delivered_at: str = ""
    emptied: Mapping[str, Iterable[str]] = field(default_factory=dict)

    @property
    def changed(self) -> list[str]:
        """The parts of the settings that were changed since the last delivery."""
        return differing_parts(self.settings_before, self.settings) if self.settings_before else []

    @property
    def new_year(self) -> bool:
        """Whether another school year was read than at the last delivery."""
        return bool(self.year_before) and self.year != self.year_before

    def since(self, part: str) -> str:
        """When a part was changed that differs from the last delivery; empty where it does not, or time is unknown."""
        at = self.changed_at.get(part, "")
        return at if part in self.changed and at > self.delivered_at else ""

    def short(self, entity: str) -> str:
        """The stream of an entity of which too few rows were read; empty for none."""
        for stream in _STREAMS.get(entity, ()):
            before = self.read_before.get(stream, 0)
            if before and stream in self.read and self.read[stream] < before * _ENOUGH:
                return stream
        return ""

    def unasked(self, entity: str) -> bool:
        """Whether rows of an entity were read at the last delivery, and nobody asked for them this time."""
        return any(self.read_before.get(stream) and stream not in self.read for stream in _STREAMS.get(entity, ()))


def work_out_cause(
    plan: Plan, holds: Sequence[Hold], changes: Mapping[str, ChangeCounts], known: Circumstances
) -> Cause | None:
    """The cause of the changes a person cares about most; None if no limit holds the run. Needs the staging."""
    entity, kind = cared_about(holds, changes)
    if not entity and any(hold.rule == _RULES_CHANGED and not hold.case for hold in holds):
        return _of_settings(known)
    if not entity or (entity not in BY_KEY and entity != ALL_STAFF):
        return None
    found = _Origins(plan, entity, known)
    shares = {"create": found.created, "update": found.updated, "identity": found.identity}.get(kind, found.removed)
    counted = sorted(shares(), key=lambda one: -one.count)
    total = _total(holds, entity, kind) or sum(one.count for one in counted)
    return Cause(entity, kind, total, tuple(counted[:_MOST_SHARES]), tuple(known.changed))


def _of_settings(known: Circumstances) -> Cause | None:
    """Of a run that waits because settings were changed: which, and when, if it is one."""
    changed = known.changed
    if not changed:
        return None
    values: dict[str, Value] = {"settings": changed, "setting": changed[0]}
    since = known.since(changed[0]) if len(changed) == 1 else ""
    return Cause("", "", 0, (Share(0, "settings", values, since),), tuple(changed))


def _total(holds: Sequence[Hold], entity: str, kind: str) -> int:
    """How many changes the limit counted, of the district; 0 where it holds only single places."""
    for hold in holds:
        values = hold.values
        if (values.get("entity"), values.get("kind"), values.get("place")) == (entity, kind, ""):
            return int(str(values["count"]))
    return 0


class _Origins:
    """The shares of one entity's changes by cause."""

    def __init__(self, plan: Plan, entity: str, known: Circumstances) -> None:
        self._plan, self._known = plan, known
        self._entities = (TEACHER, ADMIN) if entity == ALL_STAFF else (BY_KEY[entity],)
        self._together = entity == ALL_STAFF
        self._names = names_by_id(plan.db, plan.run, SCHOOL, as_delivered=True)

    def removed(self) -> Iterator[Share]:
        """Of removals and changes of role."""
        off = change_origins.schools_switched_off(self._plan.db)
        by_cause: dict[tuple[str, str, str], Counter[str]] = {}
        for entity in self._entities:
            for group in change_origins.removed_groups(self._plan, entity):
                root = root_rule(group.rule)
                if self._together and root in _ROLES:
                    continue
                code = self._code(entity, root, group, off)
                owner = goes_with(group.rule) or entity.key
                by_cause.setdefault((code, root if code in ("rule", "filter", "missing") else "", owner), Counter())[
                    group.school
                ] += group.count
        for (code, root, owner), schools in by_cause.items():
            yield self._share(code, root, BY_KEY[owner], schools)

    def _code(self, entity: Entity, root: str, group: RemovedGroup, off: set[str]) -> str:
        lost = root in (*_UNLISTED, *_ROLES)
        # A new year brings other classes, and fewer of them at first: that is no short read.
        cases = (
            ("school-off", group.school in off and root in _GONE_WITH_SCHOOL),
            ("moved-away", root in _ELSEWHERE),
            ("new-year", self._known.new_year and (lost or root == "other-year") and entity.key not in _LASTING),
            ("not-read", root in _UNLISTED and self._known.unasked(entity.key)),
            ("short-read", lost and bool(self._known.short(entity.key))),
            ("filter", root.startswith(FILTER)),
            ("no-class", root == "other-staff-now"),
            ("has-class", root == "teacher-now"),
            ("missing", root == "missing-required"),
        )
        return next((code for code, applies in cases if applies), "rule")

    def _share(self, code: str, root: str, owner: Entity, schools: Counter[str]) -> Share:
        count, place = sum(schools.values()), self._place(schools)
        if code == "filter":
            filtered = Share(count, code, {"filter": root.removeprefix(FILTER), "entity": owner.key})
            return self._with_setting(filtered, f"filters.{owner.key}")
        if code in ("school-off", "moved-away"):
            return self._at_schools(code, schools, "scope.schools" if code == "school-off" else "")
        if code == "short-read":
            stream = self._known.short(self._entities[0].key) or self._known.short(owner.key)
            read = {"read": self._known.read.get(stream, 0), "before": self._known.read_before.get(stream, 0)}
            return Share(count, code, {"stream": stream, **read})
        if code == "new-year":
            return self._new_year(count)
        if code == "missing":
            return self._missing(count, owner)
        values = {"rule": root, **place} if code == "rule" else {} if code == "not-read" else place
        unasked = code == "not-read" or (code == "no-class" and self._known.unasked(self._entities[0].key))
        return self._with_setting(Share(count, code, values), *(_READING if unasked else _deciding(root, owner)))

    def _missing(self, count: int, owner: Entity) -> Share:
        lacking = change_origins.lacking_attributes(self._plan, owner, "missing-required")
        attribute = max(lacking, key=lambda name: lacking[name], default="")
        emptied = self._emptied(owner)
        if emptied:
            return Share(count, "field-emptied", {"fields": emptied, "entity": owner.key, "attribute": attribute})
        found = Share(count, "missing", {"attribute": attribute, "entity": owner.key})
        return self._with_setting(found, *(part.format(entity=owner.key) for part in _REQUIRED))

    def _with_setting(self, share: Share, *parts: str) -> Share:
        """The share with the first of these settings that was changed since the last delivery; else as it is."""
        part = next((one for one in parts if one in self._known.changed), "")
        if not part:
            return share
        return replace(share, values={**share.values, "setting": part}, since=self._known.since(part))

    def _at_schools(self, code: str, schools: Counter[str], part: str) -> Share:
        names = [self._names.get(school, school) for school, _count in schools.most_common()]
        values: dict[str, Value] = {"schools": names[:_MOST_NAMES], "more": max(0, len(names) - _MOST_NAMES)}
        share = Share(sum(schools.values()), code, values)
        return self._with_setting(share, part) if part else share

    def _place(self, schools: Counter[str]) -> dict[str, Value]:
        """The school where most of them are, if there are others."""
        (school, count), *_ = schools.most_common(1)
        entity = self._entities[0]
        if not school or entity is SCHOOL or count * 2 <= sum(schools.values()):
            return {}
        others = len(delivered_by_school(self._plan.db, entity)) > 1 if len(schools) == 1 else True
        return {"place": self._names.get(school, school), "there": count} if others else {}

    def _new_year(self, count: int) -> Share:
        values: dict[str, Value] = {"year": self._known.year, "year_before": self._known.year_before}
        return self._with_setting(Share(count, "new-year", values), "scope.start_year")

    def created(self) -> Iterator[Share]:
        """Of additions."""
        new = change_origins.schools_created(self._plan)
        schools: Counter[str] = Counter()
        total = 0
        for entity in self._entities:
            sql = "SELECT count(*) FROM change WHERE run = ? AND entity = ? AND action = 1"
            total += self._plan.db.execute(sql, [self._plan.run, entity.rank]).fetchone()[0]
            if entity is SCHOOL:
                schools.update(dict.fromkeys(new, 1))
            elif _has_school(entity):
                found = changes_by_school(self._plan, entity, roles=not self._together)
                schools.update({school: count for (school, kind), count in found.items() if kind == "create"})
        if self._known.new_year and self._entities[0].key not in _LASTING:
            yield self._new_year(total)
            return
        at_new = Counter({school: count for school, count in schools.items() if school in new})
        if at_new:
            yield self._at_schools("school-on", at_new, "scope.schools")
        rest = total - sum(at_new.values())
        if rest > 0:
            yield self._added(rest, Counter({s: n for s, n in schools.items() if s not in new}))

    def _added(self, count: int, schools: Counter[str]) -> Share:
        """Additions without a rule that tells why they were not there before: a changed setting, or none."""
        deciding = [part for part in self._known.changed if part.partition(".")[0] in ("filters", "options", "scope")]
        if deciding:
            share = Share(count, "settings", {"settings": deciding})
            return self._with_setting(share, deciding[0]) if len(deciding) == 1 else share
        return Share(count, "added", self._place(schools) if schools else {})

    def updated(self) -> Iterator[Share]:
        """Of updates, by the attribute that most of them change."""
        yield from self._by_attribute(())

    def identity(self) -> Iterator[Share]:
        """Of new ids, usernames, numbers and emails."""
        yield from self._by_attribute(_IDENTITY)

    def _by_attribute(self, only: tuple[str, ...]) -> Iterator[Share]:
        for entity in self._entities:
            found = change_origins.changed_attributes(self._plan, entity)
            emptied = self._emptied(entity)
            for attribute, count in found.changed.most_common(_MOST_SHARES):
                if only and attribute not in only:
                    continue
                values: dict[str, Value] = {"attribute": attribute, "entity": entity.key}
                gone = found.emptied[attribute] * 2 > count
                if gone and emptied:
                    yield Share(count, "field-emptied", {**values, "fields": emptied})
                    continue
                share = Share(count, "emptied" if gone else "attribute", values)
                yield self._with_setting(share, self._part_of(entity, attribute))

    def _part_of(self, entity: Entity, attribute: str) -> str:
        """The changed part of the settings that an attribute's values can come from; empty for none."""
        parts = [f"mapping.{entity.key}", f"custom.{entity.key}", f"usernames.{entity.key}"]
        parts += ["options.username_prefix", "options.devices"] if attribute == "username" else []
        parts += ["options.course_prefix"] if attribute == "courseCode" else []
        parts += ["options.student_identifier"] if attribute == "identifier" else []
        changed = self._known.changed
        listed = [part for part in changed if part.startswith("values.")]
        return next((part for part in (*parts, *listed, "preset") if part in changed), "")

    def _emptied(self, entity: Entity) -> list[str]:
        streams = _STREAMS.get(entity.key, ())
        return [name for stream in streams for name in self._known.emptied.get(stream, ())]


def _deciding(root: str, owner: Entity) -> Sequence[str]:
    """The parts of the settings by which a rule leaves records out, the likeliest first."""
    part = _SETTING_OF.get(root, "").format(entity=owner.key)
    return (part, *(() if root in _OF_DATA else ("preset",))) if part else ()


def _has_school(entity: Entity) -> bool:
    return entity.key not in ("contact", "relationship") and entity.key in _STREAMS
