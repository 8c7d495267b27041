"""Teaching assignments, handed over as teachers' enrollments (docs/powerschool.md 9.1, 19).

This takes two steps: assignments decide who is a teacher, and the delivered teachers decide who is a class's primary
teacher.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from psconnect.model.entities import CLASS
from psconnect.model.problems import Fate, Tally
from psconnect.model.sections import RoleKind
from psconnect.roster.roles import CO_TEACHER, LEAD, NEITHER
from psconnect.roster.terms import DateCheck
from psconnect.sources.base import Intake, SourceRow
from psconnect.sources.powerschool.classes import BACKWARDS, Classes, ClassInfo
from psconnect.sources.powerschool.lead_teachers import Lead
from psconnect.sources.powerschool.read_plan import ReadPlan
from psconnect.sources.powerschool.unresolved import unresolved

_LEADS_FROM = 10**15
"""A lead without a row in SECTIONTEACHER has no row number, so this plus Sections.DCID is used.
No row of SECTIONTEACHER has such a number, and it stays the same if the lead changes.
"""
_AFTER_CLASS = "assignment-after-class"
_WITHOUT_SCHOOL = "enrollment-without-school"
_NOT_TEACHING = ("co-teacher-off", "co-teacher-limit", _AFTER_CLASS)


@dataclass(slots=True)
class Assignment:
    """One judged teaching assignment. There may be hundreds of thousands, so they are changed in place, not copied.

    Attributes:
        key: its row number.
        section: own id of the section; ``class_id`` and ``info`` are those of the class it is delivered as.
        person: own id of the person; empty for none.
        staff_id: the row's SCHOOLSTAFF.ID for the person.
        role: the kind of role; None if unmapped. ``role_name`` is its name in PowerSchool.
        lacks: what is missing or ambiguous, if the row is kept for that.
        named: whether the section itself names the person as its lead.
    """

    key: int
    section: str
    class_id: str
    person: str
    staff_id: str
    info: ClassInfo | None
    role: RoleKind | None
    role_name: str
    fate: Fate
    rule: str | None
    begin: str
    end: str
    named: bool = False
    lacks: str = ""

    @property
    def own_id(self) -> str:
        """Its own id: negative, because students' enrollments come from another table with its own numbering."""
        return str(-self.key)

    @property
    def teaches(self) -> bool:
        """Whether it makes the person a teacher at any time of the school year."""
        counts = self.role in (LEAD, CO_TEACHER) and self.rule not in _NOT_TEACHING
        return counts and self.info is not None and self.info.chosen


class Assignments:
    """The assignments of SectionTeacher rows, judged page by page, and of the leads that sections name.

    Current lead teachers and wanted co-teachers are included. The rows are not kept: a large district has hundreds of
    thousands.
    """

    def __init__(self, plan: ReadPlan, classes: Classes, rows: Iterable[Any] = ()) -> None:
        """Start with these rows; the classes of the chosen year have to be known before rows are taken."""
        self._plan, self._classes = plan, classes
        self._found: list[Assignment] = []
        self._judge = _Judge(plan, classes)
        self.extend(rows)

    def extend(self, rows: Iterable[Any]) -> None:
        """Take rows."""
        self._found += map(self._judge.row, rows)

    def clear(self) -> None:
        """Forget all rows: they are read again."""
        self._found.clear()

    def settled(self, leads: Mapping[str, Lead] | None = None) -> list[Assignment]:
        """All assignments in reading order, or by row number if co-teachers are limited.

        ``leads`` are the people that sections name, by section key. They lead the class whatever their role is called,
        and even without a row.
        """
        leads = leads or {}
        found = [*_led(self._judge, self._found, leads), *_without_row(self._judge, self._found, leads)]
        return _within_limit(found, self._plan.included.co_teacher_classes)


class _Judge:
    """Judges assignments by role and dates. Each text is stored once, because dates and IDs repeat many times."""

    def __init__(self, plan: ReadPlan, classes: Classes) -> None:
        self._plan, self._classes = plan, classes
        self._today, self._is_date = plan.today.isoformat(), DateCheck()
        self._same: dict[str, str] = {}
        self._roles: dict[tuple[str, str, str], tuple[RoleKind | None, str]] = {}

    def row(self, row: Any) -> Assignment:
        """The assignment of a row."""
        role, name = self._role(row)
        section, person = row.section_dcid, row.users_dcid
        info = self._classes.info.get(section)
        staff_id, begin, end = (self._same.setdefault(x, x) for x in (row.teacherid, row.start_date, row.end_date))
        class_id = info.own_id if info else section
        one = Assignment(
            int(row.id), section, class_id, person, staff_id, info, role, name, Fate.KEPT, "orphan", begin, end
        )
        if info is not None and person:
            return self.judged(one)
        if info is None and section:
            return replace(one, lacks="class")
        rule, lacks = unresolved(row, "staff" if info else "section")
        return replace(one, rule=rule, lacks=lacks)

    def lead(self, section: str, lead: Lead) -> Assignment:
        """The assignment of a lead that only the section names."""
        info = self._classes.info.get(section)
        one = Assignment(
            _LEADS_FROM + int(section), section, info.own_id if info else section, lead.person or "", lead.staff_id,
            info, LEAD, "", Fate.KEPT, "orphan", "", "", named=True,
        )  # fmt: skip
        if info is not None and lead.person:
            return self.judged(one)
        return replace(one, rule="several-fit", lacks=lead.fits) if info and lead.fits else one

    def judged(self, one: Assignment) -> Assignment:
        """The assignment, whose class and person exist, with fate and rule."""
        readable = [not text or self._is_date(text) for text in (one.begin, one.end)]
        begin, end = (text if right else "" for text, right in zip((one.begin, one.end), readable, strict=True))
        rule = self._left_out_by(one, begin, end)
        if rule:
            one.fate, one.rule = Fate.LEFT_OUT, rule
        elif not all(readable):
            one.fate, one.rule = Fate.KEPT, "unreadable"
        elif one.info and not one.info.school:
            one.fate, one.rule = Fate.KEPT, _WITHOUT_SCHOOL
        else:
            one.fate, one.rule = Fate.IN, None
        return one

    def _left_out_by(self, one: Assignment, begin: str, end: str) -> str | None:
        """The rule that leaves it out by role or dates, as far as these can be read."""
        if one.role == NEITHER:
            return "assignment-role"
        if one.role == CO_TEACHER and not self._plan.co_teachers:
            return "co-teacher-off"
        if end and one.info and end < self._today and end < one.info.natural_end:
            return "assignment-ended"
        if end and end < begin:
            return BACKWARDS
        # If section IDs repeat, this can be the assignment of another year's class. The lead named by the section
        # itself counts, whatever the dates say.
        if one.info and begin > one.info.natural_end and not one.named:
            return _AFTER_CLASS
        return None if one.role else "role-not-mapped"

    def _role(self, row: Any) -> tuple[RoleKind | None, str]:
        """The row's kind of role and its name; a plugin may have no access to role names.

        Without co-teachers, roles are not read at all: who is not named by the section itself counts as one.
        """
        role = (getattr(row, "role_key", ""), getattr(row, "role_name", ""), row.roleid)
        if role not in self._roles:
            key, name, number = role
            shown = name.strip() or key.strip() or (f"number {number}" if number else "none")
            kind = self._plan.included.roles.kind_of(*role) if any(role) or self._plan.co_teachers else CO_TEACHER
            self._roles[role] = (kind, shown)
        return self._roles[role]


def _is_named(a: Assignment, leads: Mapping[str, Lead]) -> bool:
    lead = leads.get(a.section)
    return lead is not None and a.person != "" and a.person == lead.person


def _led(judge: _Judge, found: list[Assignment], leads: Mapping[str, Lead]) -> Iterator[Assignment]:
    """The assignments; the person named by the section is its lead, whatever the role is called.

    If the person also has a row as lead, their other rows keep their roles: nobody is in a class twice.
    """
    by_role = {a.section for a in found if a.role == LEAD and a.fate != Fate.LEFT_OUT and _is_named(a, leads)}
    for a in found:
        if not _is_named(a, leads):
            yield a
        elif a.role == LEAD or a.section in by_role:
            a.named = a.role == LEAD
            yield judge.judged(a) if a.rule == _AFTER_CLASS else a
        else:
            a.role, a.named = LEAD, True
            yield judge.judged(a)


def _without_row(judge: _Judge, found: list[Assignment], leads: Mapping[str, Lead]) -> Iterator[Assignment]:
    """The leads that sections name but that have no row there."""
    by_id = {a.section for a in found if (lead := leads.get(a.section)) and a.staff_id == lead.staff_id}
    listed = by_id | {a.section for a in found if _is_named(a, leads)}
    for section, lead in sorted(leads.items(), key=lambda one: int(one[0])):
        if section not in listed:
            yield judge.lead(section, lead)


def _within_limit(assignments: list[Assignment], limit: int | None) -> list[Assignment]:
    """Leave out co-teaching assignments beyond ``limit`` classes per person, the newest first.

    Classes the person leads don't count and are never left out.
    """
    if limit is None:
        return assignments
    taken: dict[str, set[str]] = {}
    within: list[Assignment] = []
    for one in sorted(assignments, key=lambda a: a.key):
        counts = one.role == CO_TEACHER and one.fate == Fate.IN and one.info is not None and one.info.chosen
        classes = taken.setdefault(one.person, set()) if counts else set()
        if counts and one.class_id not in classes and len(classes) >= limit:
            within.append(replace(one, fate=Fate.LEFT_OUT, rule="co-teacher-limit"))
            continue
        classes.add(one.class_id)
        within.append(one)
    return within


def teaching(assignments: Iterable[Assignment]) -> set[str]:
    """Own ids of people who teach a class of this school year at a chosen school, including past and future ones."""
    return {a.person for a in assignments if a.person and a.teaches}


_WRONG_DATE = {BACKWARDS: "endDate", _AFTER_CLASS: "beginDate"}
_WHY_NOT = ("role-not-mapped", "co-teacher-off", "assignment-role")


def why_not_teaching(assignments: Iterable[Assignment]) -> dict[str, str]:
    """The most telling rule why people in classes of chosen schools don't count as teaching them, by person."""
    found: dict[str, str] = {}
    for a in assignments:
        if a.rule in _WHY_NOT and a.person and a.info and a.info.chosen:
            found[a.person] = min(found.get(a.person, a.rule), a.rule, key=_WHY_NOT.index)
    return found


def tell_unmapped_roles(assignments: Iterable[Assignment], intake: Intake) -> None:
    """Report each unmapped role with the number of assignments it leaves out."""
    found: dict[str, tuple[str, Tally]] = {}
    for a in assignments:
        if a.rule == "role-not-mapped" and a.info is not None and a.info.chosen:
            if a.role_name in found:
                found[a.role_name][1].records += 1
            else:
                found[a.role_name] = (a.own_id, Tally())
    for name, (own_id, tally) in sorted(found.items()):
        intake.problem("role-not-mapped", own_id, detail=name, tally=tally)


def assignment_rows(
    plan: ReadPlan, classes: Classes, assignments: Iterable[Assignment], delivered: set[str], intake: Intake
) -> Iterator[SourceRow]:
    """Rows of teachers' enrollments, with given attributes.

    A class's primary teacher is today's lead among those ``delivered``.
    """
    assignments = list(assignments)
    primary, seconds = _primary(plan, assignments, delivered)
    taught: set[str] = set()
    for a in assignments:
        school = a.info.school if a.info else ""
        if a.fate == Fate.KEPT and a.rule:
            intake.problem(a.rule, a.own_id, school, _detail(a))
        elif a.rule in _WRONG_DATE:
            intake.problem(a.rule, a.own_id, school, _WRONG_DATE[a.rule])
        if a.fate != Fate.LEFT_OUT and a.person in delivered:
            taught.add(a.class_id)
        place = (a.info.own_id, a.info.school) if a.info else ("", "")
        flags = ("teacher", "true" if a.key in primary else "false")
        yield a.own_id, (a.fate, a.rule), (a.begin, a.end), *place, a.person, *flags
    for own_id in seconds:
        intake.problem("second-lead-teacher", own_id, classes.info[own_id].school, entity=CLASS)
    for own_id, info in classes.info.items():
        if info.chosen and info.own_id == own_id and own_id not in taught and own_id in classes.delivered:
            intake.problem("class-without-teacher", own_id, info.school, entity=CLASS)


def _detail(a: Assignment) -> str:
    known = {"unreadable": "beginDate", _WITHOUT_SCHOOL: ""}
    return known.get(a.rule or "", a.lacks or ("teacher" if a.info else "class"))


def _primary(plan: ReadPlan, assignments: list[Assignment], delivered: set[str]) -> tuple[set[int], list[str]]:
    """Row numbers of primary assignments, and own ids of classes with several leads today."""
    today = plan.today.isoformat()
    best: dict[str, tuple[tuple[int, str, bool], Assignment]] = {}
    leading: dict[str, set[str]] = {}
    for a in assignments:
        if a.fate != Fate.IN or a.role != LEAD or a.info is None or a.person not in delivered:
            continue
        place = _place(a, min(today, a.info.natural_end))
        if a.info.own_id not in best or place < best[a.info.own_id][0]:
            best[a.info.own_id] = (place, a)
        if a.begin <= today and (not a.end or today < a.end) and today <= a.info.natural_end:
            leading.setdefault(a.info.own_id, set()).add(a.person)
    return {a.key for _place, a in best.values()}, [key for key, people in leading.items() if len(people) > 1]


def _place(a: Assignment, day: str) -> tuple[int, str, bool]:
    """Sort key for a class's leads: current ones, those on their last day, then future ones, the next one first.

    Among equals, the one named by the section comes first.
    """
    if a.begin > day:
        return 2, a.begin, not a.named
    return (1 if a.end and a.end <= day else 0), "", not a.named
