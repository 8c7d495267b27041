"""Looking through a run: filtered, sorted, paged in SQL; findings by school and rule."""

from __future__ import annotations

from contextlib import closing

import pytest

from psconnect.model.entities import BY_KEY
from psconnect.model.review import ChangeQuery
from psconnect.sync.thresholds import parse_threshold
from tests.desktop.district import held_by_removals
from tests.support.demo import Connected


def test_pages_follow_each_other_and_hold_everything(connected: Connected) -> None:
    run = connected.service.sync(connected.name)
    for entity, counts in run.changes.items():
        found = connected.service.arrange_changes(run.id, ChangeQuery(entity))
        rows = [row for offset in range(0, found.total + 7, 7) for row in found.page(offset, 7)]
        found.close()
        assert found.total == counts.total == len(rows)
        assert [row.key for row in rows] == sorted({row.key for row in rows})
        assert all(row.title for row in rows)


@pytest.mark.parametrize("order", ["title", "number", "school"])
def test_orders(connected: Connected, order: str) -> None:
    run = connected.service.sync(connected.name)
    up = connected.service.arrange_changes(run.id, ChangeQuery("student", order=order))
    down = connected.service.arrange_changes(run.id, ChangeQuery("student", order=order, descending=True))
    assert [row.key for row in up.page(0, 1000)] == [row.key for row in down.page(0, 1000)][::-1]
    numbers = [row.number for row in up.page(0, 1000)]
    assert order != "number" or numbers == sorted(numbers)
    up.close()
    down.close()


def test_an_update_shows_what_changed_and_a_removal_everything(connected: Connected) -> None:
    run = held_by_removals(connected)
    updates = connected.service.arrange_changes(run.id, ChangeQuery("student", "update"))
    removals = connected.service.arrange_changes(run.id, ChangeQuery("student", "remove"))
    counts = run.changes["student"]
    assert (updates.total, removals.total) == (counts.update, counts.remove)
    for row in updates.page(0, 1000):
        ((name, before, after),) = row.values
        assert name == "givenName"
        assert after == f"{before}a"
    assert all(after is None for row in removals.page(0, 5) for _name, _before, after in row.values)
    assert {row.rule for row in updates.page(0, 1000)} == {""}
    assert {row.rule for row in removals.page(0, 1000)} == {"student-inactive"}
    updates.close()
    removals.close()


def test_a_removal_says_why_as_long_as_what_its_run_read_is_kept(connected: Connected) -> None:
    run = held_by_removals(connected)
    delivered = {key for entity, key, _record in connected.ledger() if entity == BY_KEY["enrollment"].rank and key > 0}
    with closing(connected.service.arrange_changes(run.id, ChangeQuery("enrollment", "remove"))) as found:
        stays = min(delivered - {row.key for row in found.page(0, 10_000)})
    connected.sql("DELETE FROM CC WHERE DCID = ?", stays)
    again = connected.service.sync(connected.name)
    assert reasons(connected, run.id) == {""}
    known = reasons(connected, again.id)
    assert "not-listed" in known
    assert "goes-along:student:student-inactive" in known
    connected.rosters.with_suffix(".lastread").write_bytes(b"this was a database once " * 400)
    assert reasons(connected, again.id) == {""}


def reasons(connected: Connected, run_id: str) -> set[str]:
    found = connected.service.arrange_changes(run_id, ChangeQuery("enrollment", "remove"))
    with closing(found):
        return {row.rule for row in found.page(0, 10_000)}


@pytest.mark.parametrize("text", ["100%", "a_b", '"', "\\", "'; DROP TABLE change; --"])
def test_text_is_text(connected: Connected, text: str) -> None:
    run = connected.service.sync(connected.name)
    found = connected.service.arrange_changes(run.id, ChangeQuery("student", text=text))
    rows = found.page(0, 1000)
    found.close()
    assert len(rows) == found.total
    assert all(any(text.casefold() in (after or "").casefold() for _n, _b, after in row.values) for row in rows)


def test_a_school_finds_its_students(connected: Connected) -> None:
    run = connected.service.sync(connected.name)
    everyone = connected.service.arrange_changes(run.id, ChangeQuery("student"))
    school = everyone.page(0, 1)[0].school
    expected = {row.key for row in everyone.page(0, 1000) if row.school == school}
    everyone.close()
    found = connected.service.arrange_changes(run.id, ChangeQuery("student", text=school.lower()))
    assert {row.key for row in found.page(0, 1000)} == expected
    found.close()


def test_accents_are_found_in_either_case(connected: Connected) -> None:
    run = connected.service.sync(connected.name)
    connected_rows = connected.service.arrange_changes(run.id, ChangeQuery("student"))
    name = next(
        row.title for row in connected_rows.page(0, 1000) if not row.title.isascii() and row.title != row.title.upper()
    )
    connected_rows.close()
    family = name.split(",")[0]
    found = connected.service.arrange_changes(run.id, ChangeQuery("student", text=family.upper()))
    assert name in {row.title for row in found.page(0, 1000)} or family.title() != family
    found.close()


def test_an_enrollment_is_named_by_who_and_where(connected: Connected) -> None:
    run = connected.service.sync(connected.name)
    people = connected.service.arrange_changes(run.id, ChangeQuery("student"))
    names = {row.title for row in people.page(0, 1000)}
    people.close()
    found = connected.service.arrange_changes(run.id, ChangeQuery("enrollment", text="student"))
    row = found.page(0, 1)[0]
    found.close()
    who, _between, where = row.title.partition(" – ")
    assert who in names
    assert where


def test_findings_are_grouped_and_linked(connected: Connected) -> None:
    run = connected.delivered()
    groups = connected.service.problems(run.id)
    assert sum(group.findings for group in groups) == sum(run.problems.values())
    assert len({(group.school, group.rule.key) for group in groups}) == len(groups)
    base = connected.service.connection(connected.name).source.url
    for group in groups:
        for record in group.records:
            person = record.entity in ("student", "teacher", "admin")
            assert record.link.startswith(base) if person else not record.link
    few = connected.service.problems(run.id, most=1)
    assert [group.count for group in few] == [group.count for group in groups]
    assert max(len(group.records) for group in few) == 1


def test_limits_say_what_the_guard_says(connected: Connected) -> None:
    run = held_by_removals(connected)
    held = {hold.rule.removeprefix("remove-") for hold in run.holds}
    for limit in connected.service.limits(run.id):
        assert limit.crossed == (limit.entity in held)
        assert (limit.used >= 1) == limit.crossed


@pytest.mark.parametrize("text", ["3% and 25, or 500", "3% and 25", "500", "off", "1"])
def test_how_much_of_a_limit_is_used_agrees_with_crossing_it(text: str) -> None:
    threshold = parse_threshold(text, "x")
    for base in (0, 10, 833, 834, 100_000):
        for removals in (0, 1, 24, 25, 26, 499, 500, 3_000):
            crossed = bool(removals) and threshold.crossed(removals, base)
            assert (threshold.used(removals, base) >= 1) == crossed, (removals, base)
