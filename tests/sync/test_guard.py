"""Thresholds and holds, without any run."""

from __future__ import annotations

from typing import Any

import pytest

from psconnect.model.connection import EntityThresholds
from psconnect.model.entities import ENTITIES
from psconnect.model.errors import BadRecord, FixSettings
from psconnect.model.runs import ChangeCounts
from psconnect.sync.guard import Facts, holds, stop_if_empty
from psconnect.sync.thresholds import REMOVE, parse_threshold, removal_thresholds

THRESHOLDS = removal_thresholds({})


def facts(**changed: Any) -> Facts:
    values: dict[str, Any] = {
        "changes": {},
        "base": {},
        "read": {},
        "read_before": {},
        "first": False,
        "rules_changed": False,
        "preview": "first",
    }
    return Facts(**{**values, **changed})


@pytest.mark.parametrize(
    ("text", "removals", "base", "crossed"),
    [
        ("3% and 25, or 500", 24, 100, False),
        ("3% and 25, or 500", 25, 100, True),
        ("3% and 25, or 500", 25, 833, True),
        ("3% and 25, or 500", 25, 834, False),
        ("3% and 25, or 500", 499, 100_000, False),
        ("3% and 25, or 500", 500, 100_000, True),
        ("3% and 25", 5_000, 1_000_000, False),
        ("0.5 % and 10", 10, 2_000, True),
        ("1", 1, 40, True),
        ("or 7", 7, 40, True),
        ("off", 100, 100, False),
    ],
)
def test_threshold(text: str, removals: int, base: int, crossed: bool) -> None:
    assert parse_threshold(text, "x").crossed(removals, base) is crossed


@pytest.mark.parametrize("text", ["", "many", "3%", "25 and 3%", "-1", "3% and", "1.5", "or"])
def test_no_threshold(text: str) -> None:
    with pytest.raises(FixSettings) as refused:
        parse_threshold(text, "safety.thresholds.student.remove")
    assert "3% and 25, or 500" in refused.value.to_do


def test_every_entity_has_a_limit_on_removals_and_settings_change_it() -> None:
    assert set(REMOVE) == {entity.key for entity in ENTITIES}
    changed = removal_thresholds({"student": EntityThresholds(remove="9")})
    assert changed["student"].crossed(9, 10_000)
    assert changed["teacher"] == THRESHOLDS["teacher"]


def test_no_change_no_hold() -> None:
    assert holds(facts(first=True, rules_changed=True, preview="always"), THRESHOLDS) == []


@pytest.mark.parametrize(
    ("values", "rules"),
    [
        ({"first": True}, ["first-run"]),
        ({"first": True, "preview": "never"}, []),
        ({"rules_changed": True}, ["rules-changed"]),
        ({"rules_changed": True, "preview": "never"}, []),
        ({"preview": "always"}, ["preview"]),
        ({}, []),
        ({"read": {"students": 89}, "read_before": {"students": 100}}, ["short-read"]),
        ({"read": {"students": 90}, "read_before": {"students": 100}}, []),
        ({"preview": "never", "read": {}, "read_before": {"students": 100}}, ["short-read"]),
    ],
)
def test_previews_and_short_reads(values: dict, rules: list[str]) -> None:
    found = holds(facts(changes={"student": ChangeCounts(update=1)}, **values), THRESHOLDS)
    assert [hold.rule for hold in found] == rules


def test_removals_are_named_with_numbers_and_limit() -> None:
    (hold,) = holds(facts(changes={"student": ChangeCounts(remove=412)}, base={"student": 8031}), THRESHOLDS)
    assert hold.rule == "remove-student"
    assert hold.reason == "412 of 8,031 students would be removed (5.1 %); the limit is 3% and 25, or 500."


def test_several_entities_are_all_named() -> None:
    changes = {
        "school": ChangeCounts(remove=1),
        "enrollment": ChangeCounts(remove=20_000),
        "course": ChangeCounts(remove=1),
    }
    found = holds(facts(changes=changes, base={"school": 9, "enrollment": 400_000, "course": 900}), THRESHOLDS)
    assert [hold.rule for hold in found] == ["remove-school", "remove-enrollment"]


def test_D07_empty_stops() -> None:
    with pytest.raises(BadRecord) as stopped:
        stop_if_empty({"students": 0, "terms": 4}, {"students": 812, "terms": 4})
    assert "812" in stopped.value.happened
    stop_if_empty({"students": 0}, {})
    stop_if_empty({"students": 1}, {"students": 812})
    stop_if_empty({}, {"contacts": 400})
