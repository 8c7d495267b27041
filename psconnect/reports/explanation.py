"""Why a record is or isn't at the destination: its path through the newest run, and its changes over all runs."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from psconnect.model.entities import ADMIN, BY_KEY, ENROLLMENT, TEACHER, Entity
from psconnect.model.problems import FILTER, Fate, base_rule, not_listed
from psconnect.model.runs import APPLIED, WAITING
from psconnect.powerschool.menus import page_of
from psconnect.store.history import run_table
from psconnect.store.history.titles import Titles
from psconnect.store.plan.plan import ACTIONS
from psconnect.store.plan.record_ids import RunIds
from psconnect.store.reading.last_reading import LastRead, Staged
from psconnect.store.record import record_by_name
from psconnect.wording.catalogue import marked, tr, translated
from psconnect.wording.rules import rule_of
from psconnect.wording.times import day

_STEPS = ("Read", "Mapped", "Who is in", "Filter rules", "Requirements", "Uniqueness", "Belongs together", "Compared")
"""The steps of a record through a run, in order."""

_STEP_OF = {
    "unreadable": "Mapped",
    "too-long": "Mapped",
    "email-invalid": "Mapped",
    "value-unlisted": "Mapped",
    "escaped-text": "Mapped",
    "text-mended": "Mapped",
    "two-versions": "Read",
    "duplicate-row": "Read",
    "filter": "Filter rules",
    "missing-required": "Requirements",
    "missing-reported": "Requirements",
    "uniqueness-conflict": "Uniqueness",
    "no-id": "Requirements",
    "double-id": "Uniqueness",
    "uniqueness-owner": "Uniqueness",
    "registered-twice": "Uniqueness",
    "email-shared": "Uniqueness",
    "username-taken": "Uniqueness",
    "username-owner": "Uniqueness",
    "username-kept": "Uniqueness",
    "username-replaced": "Uniqueness",
    "username-shared": "Uniqueness",
    "merged": "Uniqueness",
    "goes-along": "Belongs together",
    "orphan": "Belongs together",
    "several-fit": "Belongs together",
    "waits-for": "Belongs together",
    "contact-without-student": "Belongs together",
    "class-not-taught": "Belongs together",
    "course-not-used": "Belongs together",
    "class-without-teacher": "Belongs together",
    "second-lead-teacher": "Belongs together",
}
"""The step at which each rule decides; the others decide who is in."""
_DID = {"create": marked("It was created."), "update": marked("It was changed."), "remove": marked("It was removed.")}
_TO_BE = {
    "create": marked("It is to be created."),
    "update": marked("It is to be changed."),
    "remove": marked("It is to be removed."),
}


@dataclass(frozen=True)
class ExplainedStep:
    """One step: its outcome, and a sentence about it."""

    name: str
    outcome: Literal["passed", "noticed", "stopped", "not reached"]
    text: str = ""


@dataclass(frozen=True)
class Happening:
    """A change of the record in one run; ``differences`` are attribute, before, after.

    ``done`` tells whether it was delivered; ``state`` is the run's state.
    """

    run_id: str
    when: datetime
    action: str
    state: str
    done: bool
    differences: tuple[tuple[str, str, str], ...]

    @property
    def waits(self) -> bool:
        """Whether the change waits for an approval."""
        return self.state in WAITING


@dataclass(frozen=True)
class Related:
    """An enrollment of the person or class that isn't delivered: its other side, and why."""

    title: str
    because: str


@dataclass(frozen=True)
class Explanation:
    """Everything about one record. It holds personal data: for the screen only, never for a log.

    Attributes:
        sentence: the answer in one sentence, such as "Not included, because …".
        to_do: what to do about it; empty for nothing.
        included: whether it was included when last read.
        link: address of the person's page in PowerSchool, or empty.
        values: attribute and value, as read by the newest run (or as last known).
        missing: its enrollments that aren't delivered, at most ``MOST_RELATED``.
    """

    entity: str
    key: int
    sourced_id: str
    title: str
    sentence: str
    to_do: str
    included: bool
    link: str
    run_id: str
    steps: tuple[ExplainedStep, ...]
    values: tuple[tuple[str, str], ...]
    happenings: tuple[Happening, ...] = ()
    missing: tuple[Related, ...] = field(default_factory=tuple)


MOST_RELATED = 100


def explain(read: LastRead, base_url: str, entity: Entity, key: int) -> Explanation | None:
    """The explanation of a record; None if neither the newest run nor the history knows it."""
    staged = read.staged(entity, key)
    happenings = _happenings(read.db, entity, key)
    delivered = read.db.execute("SELECT record FROM ledger WHERE entity = ? AND key = ?", [entity.rank, key]).fetchone()
    named = staged.named if staged else _last_known(read.db, entity, key, delivered)
    if named is None:
        return None
    number = read.db.execute("SELECT no FROM run WHERE id = ?", [read.run_id]).fetchone()[0]
    instead = "" if staged else read.changed_role(entity, key)
    view = _View(read.db, entity, key, number, staged, delivered is not None, happenings, instead)
    sentence, to_do = view.answer()
    return Explanation(
        entity=entity.key,
        key=key,
        sourced_id=named["sourcedId"],
        title=Titles(read.db, number).title(entity, named),
        sentence=sentence,
        to_do=to_do,
        included=bool(staged) and staged is not None and staged.fate == Fate.IN,
        link=page_of(base_url, entity.key, key),
        run_id=read.run_id,
        steps=view.steps(),
        values=tuple(named.items()),
        happenings=happenings,
        missing=_missing(read, number, entity, key),
    )


@dataclass(frozen=True)
class _View:
    """What is known about one record, and its wording."""

    db: sqlite3.Connection
    entity: Entity
    key: int
    run: int
    staged: Staged | None
    delivered: bool
    happenings: tuple[Happening, ...]
    instead: str = ""
    """The rule for a staff member who changed to the other kind."""

    def answer(self) -> tuple[str, str]:
        """The answer in one sentence, and what to do."""
        if self.staged is None:
            because = rule_of(self.instead or not_listed(self.entity.key)).because
            return self._not_included(because), ""
        if self.staged.fate == Fate.LEFT_OUT:
            rule = rule_of(self.staged.rule)
            return self._not_included(rule.because), rule.to_do
        if self.staged.fate == Fate.KEPT:
            rule = rule_of(self.staged.rule)
            kept = (
                tr("Kept as last delivered, because {reason}.", reason=rule.because)
                if self.delivered
                else tr("Not delivered yet, because {reason}.", reason=rule.because)
            )
            return kept, rule.to_do
        return self._included()

    def _included(self) -> tuple[str, str]:
        aside = self.db.execute(
            "SELECT because FROM aside WHERE run = ? AND entity = ? AND key = ?", [self.run, self.entity.rank, self.key]
        ).fetchone()
        if aside:
            return tr("Included, but left unchanged, because it was excluded from the newest run."), ""
        newest = self.happenings[0] if self.happenings else None
        if newest and newest.waits:
            coming = {
                "create": tr("Included. It will be created when the waiting run is approved."),
                "update": tr("Included. It will be changed when the waiting run is approved."),
                "remove": tr("Included. It will be removed when the waiting run is approved."),
            }
            return coming[newest.action], tr("Look at the run, and approve it.")
        if not self.delivered:
            return tr("Included, but not delivered yet."), tr("Start a sync.")
        if newest and newest.done:
            return tr("Delivered as PowerSchool shows it, last changed on {day}.", day=day(newest.when)), ""
        return tr("Delivered as PowerSchool shows it."), ""

    def _not_included(self, because: str) -> str:
        removal = next((one for one in self.happenings if one.action == "remove" and (one.done or one.waits)), None)
        if removal is None:
            return tr("Not included, because {reason}.", reason=because)
        if removal.done:
            day_gone = day(removal.when)
            return tr("Not included, because {reason}; it was removed on {day}.", reason=because, day=day_gone)
        return tr(
            "Not included, because {reason}; it will be removed when the waiting run is approved.", reason=because
        )

    def steps(self) -> tuple[ExplainedStep, ...]:
        """The steps through the newest run."""
        if self.staged is None:
            text = rule_of(self.instead).sentence if self.instead else tr("PowerSchool did not list it.")
            return (
                ExplainedStep("Read", "stopped", text),
                *(ExplainedStep(name, "not reached") for name in _STEPS[1:]),
            )
        stopped_at = _step_of(self.staged.rule) if self.staged.rule else ""
        notices = self._notices()
        found: list[ExplainedStep] = []
        for name in _STEPS:
            if found and found[-1].outcome in ("stopped", "not reached"):
                found.append(ExplainedStep(name, "not reached"))
            elif name == stopped_at:
                found.append(ExplainedStep(name, "stopped", rule_of(self.staged.rule).sentence))
            elif name in notices:
                found.append(ExplainedStep(name, "noticed", notices[name]))
            else:
                found.append(ExplainedStep(name, "passed", self._compared() if name == "Compared" else ""))
        return tuple(found)

    def _notices(self) -> dict[str, str]:
        rows = self.db.execute(
            "SELECT rule, detail FROM problem WHERE run = ? AND entity = ? AND key = ? ORDER BY rule, detail",
            [self.run, self.entity.rank, self.key],
        )
        found: dict[str, list[str]] = {}
        for key, detail in rows:
            text = rule_of(key).sentence.removesuffix(".")
            found.setdefault(_step_of(key), []).append(f"{text} ({detail})." if detail else f"{text}.")
        return {step: " ".join(texts) for step, texts in found.items()}

    def _compared(self) -> str:
        for one in self.happenings:
            if one.run_id == run_table.id_of(self.db, self.run):
                return translated((_DID if one.done else _TO_BE)[one.action])
        return tr("It is the same as what was delivered.")


def _step_of(rule: str) -> str:
    base = FILTER.rstrip(":") if rule.startswith(FILTER) else base_rule(rule)
    return _STEP_OF.get(base, "Who is in")


def _last_known(
    db: sqlite3.Connection, entity: Entity, key: int, delivered: tuple[bytes] | None
) -> dict[str, str] | None:
    sql = (
        "SELECT coalesce(after, before) FROM change WHERE entity = ? AND key = ? AND run IN (SELECT no FROM run) "
        "ORDER BY run DESC LIMIT 1"
    )
    row = delivered or db.execute(sql, [entity.rank, key]).fetchone()
    return record_by_name(entity, row[0]) if row else None


def _happenings(db: sqlite3.Connection, entity: Entity, key: int) -> tuple[Happening, ...]:
    """The record's changes, newest first. One look-up per run: plans are stored by run, entity and key."""
    rows = db.execute(
        "SELECT r.id, r.started, r.state, c.action, c.before, c.after FROM run r CROSS JOIN change c "
        "ON c.run = r.no AND c.entity = ? AND c.key = ? ORDER BY r.no DESC",
        [entity.rank, key],
    )
    found = []
    for run_id, started, state, action, before, after in rows:
        old = record_by_name(entity, before) if before else dict.fromkeys(entity.attributes, "")
        new = record_by_name(entity, after) if after else dict.fromkeys(entity.attributes, "")
        differences = tuple((name, old[name], new[name]) for name in entity.attributes if old[name] != new[name])
        when = datetime.fromisoformat(started)
        found.append(Happening(run_id, when, ACTIONS[action], state, state in APPLIED, differences))
    return tuple(found)


def _missing(read: LastRead, number: int, entity: Entity, key: int) -> tuple[Related, ...]:
    """Enrollments of a person or class that aren't delivered, with the other side of each."""
    # Other staff have none, unless they are in classes in a role that isn't a teacher's.
    wanted = TEACHER.key if entity is ADMIN else entity.key
    column = next((one.column for one in ENROLLMENT.references if one.entity == wanted), "")
    if column not in ("student", "class", "teacher"):
        return ()
    found = []
    for rule, places in read.enrollments_left_out(column, key, MOST_RELATED):
        kind, other = next(((k, v) for k, v in places.items() if k != wanted and v is not None), ("", None))
        title = _title(read, number, BY_KEY[kind], other) if other is not None else ""
        found.append(Related(title, rule_of(rule).because))
    return tuple(found)


def _title(read: LastRead, number: int, entity: Entity, key: int) -> str:
    staged = read.staged(entity, key)
    titles = Titles(read.db, number)
    if staged:
        return titles.title(entity, staged.named)
    return titles.of(entity, key) or RunIds(read.db, number).of(entity, key)
