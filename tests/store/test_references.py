"""How many records each rule leaves out, and how many of those that should be in can't be used, counted by hand."""

from __future__ import annotations

from psconnect.model.entities import BY_KEY, ENTITIES
from psconnect.model.problems import Fate, Problem
from psconnect.model.rules import NO_RULES
from psconnect.store import references, staging
from tests.store.districts import record, rosters

STUDENTS = {
    1: (Fate.IN, None, 1),
    2: (Fate.IN, None, 1),
    3: (Fate.IN, None, 99),
    4: (Fate.KEPT, "unreadable", 1),
    5: (Fate.KEPT, "missing-required", 1),
    6: (Fate.LEFT_OUT, "inactive", 1),
    7: (Fate.LEFT_OUT, "goes-along:school:other", 1),
    8: (Fate.LEFT_OUT, "goes-along:school:inactive", 1),
}


def test_counts_per_rule_and_of_what_can_not_be_used() -> None:
    with rosters() as (path, db):
        stage = staging.Staging(path)
        district: dict[str, dict[int, tuple]] = {"school": {1: (Fate.IN, None)}, "student": STUDENTS}
        for entity in ENTITIES:
            rows = district.get(entity.key, {})
            stage.rows(entity, [(k, f, rule, record(entity, k, "", r), *r) for k, (f, rule, *r) in rows.items()])
        stage.finish()
        staging.attach(db, path)
        problems = references.resolve_references(db)
        counts = references.left_out_by_entity(db)
        assert problems == [Problem("orphan", "student", 3, 99, "school")]
        of_students = {"orphan": 1, "unreadable": 1, "missing-required": 1, "inactive": 1, "goes-along": 2}
        assert counts == {**{entity.key: {} for entity in ENTITIES}, "student": of_students}
        # Three of five: those on purpose left out count neither way.
        assert references.rejected_counts(db, counts) == {"student": (3, 5)}
        total = references.left_out_counts({**counts, "teacher": {"inactive": 4}})
        assert total == {**of_students, "inactive": 5}
        assert list(total) == sorted(total)
        staging.detach(db, path)


def test_only_contacts_and_relationships_without_a_school_are_given_one() -> None:
    found = [
        Problem("missing-reported", "contact", 1, None, "email"),
        Problem("missing-reported", "contact", 2, 9, "email"),
        Problem("missing-reported", "student", 1, None, "email"),
        Problem("missing-reported", "teacher", 2, None, "email"),
    ]
    with rosters() as (path, db):
        stage = staging.Staging(path)
        rows: dict[str, dict[int, tuple]] = {
            "school": {1: ()}, "student": {1: (1,), 3: (1,)}, "contact": {1: (), 2: ()},
            "relationship": {1: (1, 1), 2: (3, 2)},
        }  # fmt: skip
        for key, of_entity in rows.items():
            entity = BY_KEY[key]
            stage.rows(
                entity, [(k, Fate.IN, None, record(entity, k, "", refs), *refs) for k, refs in of_entity.items()]
            )
        stage.finish()
        staging.attach(db, path)
        problems = references.resolve_references(db, NO_RULES, found)
        staging.detach(db, path)
    assert [problem.school for problem in problems] == [1, 9, None, None]
