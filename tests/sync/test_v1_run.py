"""A delivery by the v1 interface: looked at by a person where the way changed, valid, and stable from then on."""

from __future__ import annotations

from tests.judges.oneroster11 import check_bundle
from tests.sources.test_v1_source import DOING_WITHOUT, as_vendor
from tests.support.demo import Connect


def test_another_way_to_read_is_looked_at_before_anything_changes(connect: Connect) -> None:
    connected = connect(students=200, settings=DOING_WITHOUT)
    connected.delivered()
    before = connected.bundle.read_bytes()
    as_vendor(connected)
    run = connected.service.sync(connected.name)
    assert (run.state, run.way) == ("held", "v1")
    assert "rules-changed" in [hold.rule for hold in run.holds]
    assert connected.bundle.read_bytes() == before
    for entity in ("school", "calendar", "course", "class", "student", "contact", "relationship"):
        assert entity not in run.changes or not run.changes[entity].total, entity
    removed = run.changes["enrollment"].remove
    teaching = connected.sql(
        "SELECT count(*) FROM SectionTeacher t JOIN Sections s ON s.ID = t.SectionID JOIN RoleDef r ON r.ID = t.RoleID "
        "WHERE s.TermID BETWEEN 3600 AND 3699 AND r.Name = 'Lead Teacher'"
    )[0][0]
    assert 0 < removed <= teaching, "teachers' alone: they have other ids"


def test_a_delivery_by_v1_is_valid_and_the_next_one_changes_nothing(connect: Connect) -> None:
    connected = connect(students=200, settings=DOING_WITHOUT, install=False)
    as_vendor(connected)
    run = connected.delivered()
    assert run.way == "v1"
    assert check_bundle(connected.bundle) == []
    before = connected.ledger()
    run = connected.service.sync(connected.name)
    assert run.state.startswith("finished")
    assert not any(counts.total for counts in run.changes.values())
    assert connected.ledger() == before
    assert before
