"""Why a record is or isn't at the destination: its path through the newest run, and its changes over all runs."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from psconnect.model.entities import ADMIN, BY_KEY, CLASS, ENROLLMENT, SCHOOL, STUDENT, TEACHER, Entity
from psconnect.model.problems import Fate
from psconnect.model.runs import APPLIED
from psconnect.model.shown_text import shown
from psconnect.powerschool.menus import page_of
from psconnect.reports.explained import Explanation, Happening, Related
from psconnect.reports.record_answer import RecordFacts
from psconnect.reports.record_steps import steps_of
from psconnect.store.history.titles import Titles, number_of
from psconnect.store.plan.plan import ACTIONS
from psconnect.store.plan.record_ids import RunIds
from psconnect.store.reading.last_reading import LastRead
from psconnect.store.record import record_by_name
from psconnect.wording.catalogue import tr
from psconnect.wording.rules import rule_of

MOST_RELATED = 100


def explain(read: LastRead, base_url: str, entity: Entity, key: int, system: str = "") -> Explanation | None:
    """The explanation of a record; None if neither the newest run nor the history knows it.

    ``system`` is what the other system is called within a sentence.
    """
    staged = read.staged(entity, key)
    happenings = _happenings(read.db, entity, key)
    delivered = read.db.execute("SELECT record FROM ledger WHERE entity = ? AND key = ?", [entity.rank, key]).fetchone()
    named = staged.named if staged else _last_known(read.db, entity, key, delivered)
    if named is None:
        return None
    run = _run_of(read.db, read.run_id)
    number = run[0]
    instead = "" if staged else read.changed_role(entity, key)
    facts = RecordFacts(
        read.db, entity, key, number, staged, delivered is not None, happenings, run[1], run[2], instead, system
    )
    sentence, to_do = facts.answer()
    stands = record_by_name(entity, delivered[0]) if delivered else _gone(read.db, entity, key)
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
        steps=steps_of(facts),
        values=tuple(named.items()),
        happenings=happenings,
        missing=_missing(read, number, entity, key),
        over=facts.over(),
        delivered=delivered is not None,
        now=tuple(stands.items()),
        number=shown(number_of(entity, named)),
        grade=named.get("grade", ""),
        schools=_schools(read, number, named),
    )


def _schools(read: LastRead, number: int, named: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the schools that a record says it belongs to."""
    ids, found = RunIds(read.db, number), []
    for sourced_id in (named.get("schoolSourcedIds") or named.get("schoolSourcedId", "")).split(","):
        key = ids.key_of(SCHOOL, sourced_id.strip()) if sourced_id.strip() else None
        if key is not None:
            found.append(_title(read, number, SCHOOL, key).strip())
    return tuple(filter(None, found))


def _run_of(db: sqlite3.Connection, run_id: str) -> tuple[int, str, str]:
    """Number, state and kind of the run that the reading belongs to."""
    number, state, kind = db.execute("SELECT no, state, kind FROM run WHERE id = ?", [run_id]).fetchone()
    return int(number), str(state), str(kind)


def _gone(db: sqlite3.Connection, entity: Entity, key: int) -> dict[str, str]:
    """What stood at the destination until the record was removed; empty if it never did."""
    sql = (
        "SELECT c.before FROM change c JOIN run r ON r.no = c.run WHERE c.entity = ? AND c.key = ? "
        "AND c.before IS NOT NULL AND r.state IN ('finished', 'finished_with_problems') ORDER BY c.run DESC LIMIT 1"
    )
    row = db.execute(sql, [entity.rank, key]).fetchone()
    return record_by_name(entity, row[0]) if row else {}


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


def record_title(read: LastRead, entity: Entity, key: int) -> str:
    """How a person names a record, as last known; of staff, also where it was the other kind then. May be empty."""
    number = _run_of(read.db, read.run_id)[0]
    kinds = (entity, *(one for one in (TEACHER, ADMIN) if entity in (TEACHER, ADMIN) and one is not entity))
    found = next((kind for kind in kinds if read.staged(kind, key)), entity)
    return _title(read, number, found, key)


def _missing(read: LastRead, number: int, entity: Entity, key: int) -> tuple[Related, ...]:
    """Enrollments of a person or class that aren't delivered, with the other side of each."""
    # Other staff have none, unless they are in classes in a role that isn't a teacher's.
    wanted = TEACHER.key if entity is ADMIN else entity.key
    column = next((one.column for one in ENROLLMENT.references if one.entity == wanted), "")
    if column not in ("student", "class", "teacher"):
        return ()
    found = []
    for rule, places in read.enrollments_left_out(column, key, MOST_RELATED):
        who = next((kind for kind in (STUDENT.key, TEACHER.key) if places[kind] is not None), "")
        person = _named(read, number, who, places) or tr("somebody who is not in PowerSchool")
        group = _named(read, number, CLASS.key, places) or tr("a class that is not in PowerSchool")
        found.append(Related(tr("{class_}, {person}", class_=group, person=person), rule_of(rule).because))
    return tuple(found)


def _named(read: LastRead, number: int, kind: str, places: Mapping[str, int | None]) -> str:
    """The name of one side of an enrollment; empty if there is none."""
    key = places.get(kind)
    return _title(read, number, BY_KEY[kind], key).strip() if key is not None else ""


def _title(read: LastRead, number: int, entity: Entity, key: int) -> str:
    staged = read.staged(entity, key)
    titles = Titles(read.db, number)
    if staged:
        return titles.title(entity, staged.named)
    return titles.of(entity, key) or RunIds(read.db, number).of(entity, key)
