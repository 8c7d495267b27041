"""Whether a run makes ids as the last delivery did, and what follows if not."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from psconnect.model.entities import SCHOOL
from psconnect.model.errors import FixSettings
from psconnect.model.ids import IdRules, rules_of_mark, split_mark
from psconnect.store.history.facts import get_fact, set_fact
from psconnect.store.plan.plan import Plan
from psconnect.store.plan.record_ids import changes_ids, mark_of
from psconnect.store.reading.source_keys import GIVEN_KEYS
from psconnect.sync.job import Job

ID_RULES = "rules"
"""The key of the fact that holds the last applied run's fingerprint of rules."""
_UNDONE = "#undone"


@dataclass(frozen=True)
class RosterIdentity:
    """How a run makes ids.

    Attributes:
        mark: identifies rules and aliases (store.plan.record_ids.mark_of).
        changed: ``rekey`` or ``aliases`` if they differ from the last delivery's; else empty.
    """

    mark: str
    changed: str

    @property
    def settled(self) -> bool:
        """Whether ids are made as in the last delivery."""
        return not self.changed

    @property
    def may_clash(self) -> bool:
        """Whether ids can clash or change; ids made of DCIDs alone never do."""
        _, made, taken = split_mark(self.mark)
        return bool(self.changed or taken or rules_of_mark(made).numbers)


def changed_since_delivery(db: sqlite3.Connection, rules: IdRules) -> tuple[str, str]:
    """The mark of these rules and the stored aliases, and how they differ from the last delivery (RosterIdentity)."""
    mark, applied = mark_of(db, rules), get_fact(db, ID_RULES)
    _, made, taken = split_mark(mark)
    _, made_before, taken_before = split_mark(applied)
    if not applied:
        return mark, ""
    return mark, "rekey" if made != made_before else "aliases" if taken != taken_before else ""


def identity_of(job: Job, db: sqlite3.Connection, scope: str = "all") -> RosterIdentity:
    """How this connection's next run makes ids; raises FixSettings if the run can't deliver changed ids."""
    _refuse_other_source(job, db)
    mark, changed = changed_since_delivery(db, job.ids)
    if changed and scope != "all":
        raise FixSettings("PSC-SCOPE-REKEY", where="scope", scope=scope)
    if changed and job.safety.additions_only:
        raise FixSettings("PSC-SETTINGS-REKEY-ADDITIONS", where="safety.additions_only")
    return RosterIdentity(mark, changed)


def _refuse_other_source(job: Job, db: sqlite3.Connection) -> None:
    """Raise FixSettings if the records were delivered from a source with other keys: all would be new.

    Checking schools is enough, because every delivery has one (store.reading.source_keys).
    """
    sql = "SELECT max(key) FROM ledger WHERE entity = ?"
    (newest,) = db.execute(sql, [SCHOOL.rank]).fetchone()
    if newest is not None and (newest in GIVEN_KEYS) is job.numbered:
        raise FixSettings("PSC-SOURCE-OTHER", where="source.kind")


def unsettle(db: sqlite3.Connection, number: int) -> None:
    """Record that this undo restored earlier ids, so that the next run waits as a re-key does."""
    if changes_ids(Plan(db, number)):
        set_fact(db, ID_RULES, split_mark(get_fact(db, ID_RULES))[0] + _UNDONE)
