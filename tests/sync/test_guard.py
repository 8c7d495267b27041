"""Thresholds and holds, without any run."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from psconnect.model.entities import ENTITIES
from psconnect.model.errors import BadRecord, FixSettings
from psconnect.model.sections import EntityThresholds, Freeze, SafetySettings
from psconnect.sync.guard import Facts, Rejected, crossed_limits, holds, stop_if_empty, stop_if_rejected
from psconnect.sync.job import safety_of
from psconnect.sync.measures import Measure
from psconnect.sync.thresholds import DEFAULTS, parse_threshold, thresholds_of
from psconnect.wording.errors import word
from psconnect.wording.holds import word_hold
from psconnect.wording.limits import limit_in_numbers
from tests.support.errors import raises_saying

THRESHOLDS = thresholds_of({})
KINDS = EntityThresholds.__struct_fields__


def facts(**changed: Any) -> Facts:
    values: dict[str, Any] = {
        "changes": 1,
        "measures": [],
        "read": {},
        "read_before": {},
        "first": False,
        "rules_changed": False,
        "preview": "first",
    }
    return Facts(**{**values, **changed})


def measure(entity: str, kind: str, count: int, base: int, place: str = "") -> Measure:
    return Measure(entity, kind, count, base, THRESHOLDS[entity][kind], place)


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
        ("50% and 10, or 5", 4, 1, False),
        ("50% and 10, or 5", 5, 1_000, True),
        ("0", 0, 5, False),
        ("0", 1, 5, True),
        ("0% and 3", 3, 1_000, True),
        ("3% and 25, or 500", 0, 0, False),
        ("3% and 25, or 500", 30, 0, True),
    ],
)
def test_threshold(text: str, removals: int, base: int, crossed: bool) -> None:
    threshold = parse_threshold(text, "x")
    assert threshold.crossed(removals, base) is crossed
    assert (threshold.used(removals, base) >= 1) is crossed
    assert threshold.near(removals) or not crossed


def test_how_much_of_a_limit_is_used() -> None:
    threshold = parse_threshold("4% and 25, or 500", "x")
    assert threshold.used(0, 1_000) == 0
    assert threshold.used(20, 1_000) == 0.5  # 2 of 4 %; 20 of 25 would be more, but both count
    assert threshold.used(5, 10) == 0.2  # half of all, but 5 of 25
    assert threshold.used(250, 1_000_000) == 0.5  # of the cap
    assert threshold.used(1_000, 1_000_000) == 2
    assert parse_threshold("off", "x").used(100, 100) == 0
    assert parse_threshold("0", "x").used(7, 100) == 1
    assert parse_threshold("0% and 10", "x").used(5, 100) == 0.5
    assert parse_threshold("0% and 10", "x").used(20, 100) == 1
    assert parse_threshold("50% and 0", "x").used(25, 100) == 0.5
    assert parse_threshold("50% and 0", "x").used(100, 100) == 1


def test_a_small_count_is_not_near_whatever_it_is_out_of() -> None:
    assert not parse_threshold("3% and 25, or 500", "x").near(24)
    assert parse_threshold("3% and 25, or 500", "x").near(25)
    assert parse_threshold("3% and 25, or 5", "x").near(5)
    assert not parse_threshold("off", "x").near(10**9)


@pytest.mark.parametrize("text", ["", "many", "3%", "25 and 3%", "-1", "3% and", "1.5", "or"])
def test_no_threshold(text: str) -> None:
    with pytest.raises(FixSettings) as refused:
        parse_threshold(text, "safety.thresholds.student.remove")
    assert "3% and 25, or 500" in word(refused.value).to_do


# The default limits: entity, kind, records delivered, changes just under the limit, changes just at it.
LIMITS = [
    ("school", "create", 40, 0, 1),  # D22 wins over "2 and 10 %"
    ("school", "remove", 40, 0, 1),
    ("school", "identity", 40, 0, 1),
    ("calendar", "update", 90, 0, 1),
    ("calendar", "remove", 90, 0, 1),
    ("student", "create", 600, 59, 60),
    ("student", "create", 100, 49, 50),
    ("student", "update", 1_000, 299, 300),
    ("student", "update", 300, 199, 200),
    ("student", "remove", 1_000, 29, 30),
    ("student", "remove", 100, 24, 25),
    ("student", "remove", 50_000, 499, 500),
    ("student", "identity", 4_000, 19, 20),
    ("student", "identity", 500, 9, 10),
    *[
        row
        for staff in ("teacher", "admin")
        for row in (
            (staff, "create", 200, 19, 20),
            (staff, "create", 100, 14, 15),
            (staff, "update", 200, 59, 60),
            (staff, "update", 100, 49, 50),
            (staff, "remove", 200, 9, 10),
            (staff, "remove", 50, 4, 5),
            (staff, "remove", 10_000, 99, 100),
            (staff, "identity", 400, 3, 4),
            (staff, "identity", 100, 2, 3),
        )
    ],
    ("teacher", "role", 400, 3, 4),
    ("teacher", "role", 100, 2, 3),
    ("admin", "role", 200, 9, 10),
    ("admin", "role", 50, 4, 5),
    ("course", "create", 500, 99, 100),
    ("course", "create", 100, 49, 50),
    ("course", "update", 300, 149, 150),
    ("course", "update", 100, 99, 100),
    ("course", "remove", 300, 29, 30),
    ("course", "remove", 100, 19, 20),
    ("course", "remove", 50_000, 499, 500),
    ("course", "identity", 300, 2, 3),
    ("class", "create", 500, 99, 100),
    ("class", "create", 100, 49, 50),
    ("class", "update", 500, 199, 200),
    ("class", "update", 100, 99, 100),
    ("class", "remove", 300, 29, 30),
    ("class", "remove", 100, 19, 20),
    ("class", "remove", 50_000, 999, 1_000),
    ("class", "identity", 300, 2, 3),
    *[
        row
        for link in ("contact", "relationship")
        for row in (
            (link, "create", 2_000, 399, 400),
            (link, "create", 500, 199, 200),
            (link, "update", 2_000, 599, 600),
            (link, "update", 500, 299, 300),
            (link, "remove", 2_000, 199, 200),
            (link, "remove", 500, 99, 100),
            (link, "remove", 900_000, 4_999, 5_000),
        )
    ],
    ("contact", "identity", 300, 2, 3),
    ("enrollment", "create", 5_000, 999, 1_000),
    ("enrollment", "create", 1_000, 499, 500),
    ("enrollment", "update", 5_000, 1_499, 1_500),
    ("enrollment", "update", 1_000, 499, 500),
    ("enrollment", "remove", 5_000, 499, 500),
    ("enrollment", "remove", 1_000, 199, 200),
    ("enrollment", "remove", 900_000, 19_999, 20_000),
    ("enrollment", "remove_per_class", 20, 14, 15),
    ("enrollment", "remove_per_class", 9, 7, 8),
]


@pytest.mark.parametrize(("entity", "kind", "base", "under", "at"), LIMITS)
def test_default_limits_just_under_and_just_at(entity: str, kind: str, base: int, under: int, at: int) -> None:
    assert crossed_limits([measure(entity, kind, under, base)]) == []
    (hold,) = crossed_limits([measure(entity, kind, at, base)])
    assert f"{at:,}" in word_hold(hold).reason
    assert f"{base:,}" in word_hold(hold).reason
    assert limit_in_numbers(THRESHOLDS[entity][kind].text) in word_hold(hold).reason
    assert word_hold(hold).to_do.endswith(".")


def test_each_built_in_limit_is_tested_and_every_kind_can_be_set() -> None:
    assert {(entity, kind) for entity, kind, *_ in LIMITS} == {
        (entity, kind) for entity, kinds in DEFAULTS.items() for kind in kinds
    }
    assert set(DEFAULTS) == {entity.key for entity in ENTITIES}
    for entity in ENTITIES:
        for kind in KINDS:
            if kind == "remove_per_class" and entity.key != "enrollment":
                continue
            if kind == "role" and entity.key not in ("teacher", "admin"):
                continue
            changed = thresholds_of({entity.key: EntityThresholds(**{kind: "9"})})
            assert changed[entity.key][kind].crossed(9, 10_000)
            others = {other: limits for other, limits in changed.items() if other != entity.key}
            assert others == {other: THRESHOLDS[other] for other in others}


def test_a_limit_per_class_is_for_enrollments_alone() -> None:
    with raises_saying(FixSettings, "only enrollments") as refused:
        thresholds_of({"student": EntityThresholds(remove_per_class="5")})
    assert refused.value.where == "safety.thresholds.student.remove_per_class"


def test_a_limit_on_changes_of_role_is_for_staff_alone() -> None:
    with raises_saying(FixSettings, "only teachers and other staff") as refused:
        thresholds_of({"student": EntityThresholds(role="5")})
    assert refused.value.where == "safety.thresholds.student.role"


def staff(kind: str, count: int, base: int, place: str = "") -> Measure:
    return Measure("staff", kind, count, base, THRESHOLDS["teacher"][kind], place)


def test_staff_is_told_together_only_where_neither_kind_is_told_alone() -> None:
    apart = [measure("teacher", "remove", 4, 40), measure("admin", "remove", 4, 40)]
    together = staff("remove", 8, 80)
    (hold,) = crossed_limits([*apart, together])
    assert (hold.rule, word_hold(hold).reason) == (
        "remove-staff",
        "8 of 80 members of staff would be removed (10.0 %); the limit is 5 % and 5, or 100.",
    )
    alone = crossed_limits([*apart, measure("teacher", "remove", 5, 40), together])
    assert [one.rule for one in alone] == ["remove-teacher"]
    other = crossed_limits([measure("student", "remove", 25, 100), measure("teacher", "create", 15, 40), together])
    assert [one.rule for one in other] == ["remove-student", "create-teacher", "remove-staff"]
    places = [
        measure("teacher", "remove", 5, 9, "Maple"),
        staff("remove", 7, 12, "Maple"),
        staff("remove", 6, 9, "Elm"),
    ]
    assert [one.rule for one in crossed_limits(places)] == ["school-remove-teacher", "school-remove-staff"]


@pytest.mark.parametrize(
    ("entity", "kind", "what"),
    [
        ("teacher", "role", "7 of 100 teachers would become other staff (7.0 %)"),
        ("admin", "role", "7 of 100 members of other staff would become teachers (7.0 %)"),
        ("teacher", "remove", "7 of 100 teachers would be removed, 4 of them because they become other staff (7.0 %)"),
        ("admin", "remove", "7 of 100 other staff would be removed, 4 of them because they become teachers (7.0 %)"),
    ],
)
def test_a_hold_says_who_only_changes_roles(entity: str, kind: str, what: str) -> None:
    other = 0 if kind == "role" else 4
    (hold,) = crossed_limits([Measure(entity, kind, 7, 100, THRESHOLDS[entity][kind], other_role=other)])
    assert word_hold(hold).reason == f"{what}; the limit is {limit_in_numbers(THRESHOLDS[entity][kind].text)}."


def test_the_entities_of_a_kind_of_destination_have_limits_of_their_own() -> None:
    assert thresholds_of({"school-view": EntityThresholds(remove="2")})["school-view"]["remove"].crossed(2, 1_000)
    assert not THRESHOLDS["school-view"]["remove"].crossed(2, 1_000)


def test_limits_of_no_entity_are_refused() -> None:
    with raises_saying(FixSettings, "“studnt” in .safety.thresholds. is not an entity") as refused:
        thresholds_of({"studnt": EntityThresholds()})
    assert refused.value.where == "safety.thresholds.studnt"
    assert "“student”" in word(refused.value).to_do


def test_a_wrong_limit_is_named() -> None:
    with pytest.raises(FixSettings) as refused:
        thresholds_of({"teacher": EntityThresholds(identity="some")})
    assert refused.value.where == "safety.thresholds.teacher.identity"


def test_no_change_no_hold() -> None:
    everything = facts(
        changes=0,
        first=True,
        rules_changed=True,
        preview="always",
        measures=[measure("student", "remove", 500, 500)],
        freeze=[Freeze(date.min, date.max)],
        after_undo="1",
        rejected={"student": Rejected(90, 0, 100)},
        returned={"student": ["7"]},
    )
    assert holds(everything, THRESHOLDS) == []


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
        ({"after_undo": "20261118-x", "preview": "never"}, ["after-undo"]),
        ({"returned": {"student": ["7"]}, "preview": "never"}, ["returned-student"]),
        ({"rejected": {"student": Rejected(19, 0, 19)}}, []),
        ({"rejected": {"student": Rejected(20, 0, 1_000)}}, ["rejected-student"]),
        ({"rejected": {"student": Rejected(20, 0, 1_001)}}, []),
        ({"rejected": {"student": Rejected(29, 10, 100)}}, []),
        ({"rejected": {"student": Rejected(30, 10, 100)}}, ["rejected-student"]),
        ({"rejected": {"student": Rejected(10, 30, 100)}}, []),
        ({"first": True, "preview": "never", "rejected": {"class": Rejected(20, 0, 300)}}, ["rejected-class"]),
        ({"measures": [measure("student", "remove", 25, 100)], "preview": "never"}, ["remove-student"]),
        ({"measures": [measure("school", "create", 1, 40)], "first": True}, ["first-run"]),
        ({"read_before": {"schools": 1}}, ["short-read"]),
        ({"ids_changed": "rekey"}, ["rekey"]),
        ({"ids_changed": "rekey", "preview": "never"}, ["rekey"]),
        ({"ids_changed": "rekey", "rules_changed": True}, ["rekey", "rules-changed"]),
        ({"ids_changed": "aliases"}, ["rules-changed"]),
        ({"ids_changed": "aliases", "preview": "never"}, ["rules-changed"]),
    ],
)
def test_what_holds(values: dict, rules: list[str]) -> None:
    found = holds(facts(**values), THRESHOLDS)
    assert [hold.rule for hold in found] == rules


@pytest.mark.parametrize(
    ("today", "held"), [("2027-06-09", False), ("2027-06-10", True), ("2027-08-15", True), ("2027-08-16", False)]
)
def test_a_season_holds_from_its_first_day_until_its_last(today: str, held: bool) -> None:
    seasons = [Freeze(date(2026, 1, 1), date(2026, 1, 2)), Freeze(date(2027, 6, 10), date(2027, 8, 15))]
    found = holds(facts(freeze=seasons, today=date.fromisoformat(today), preview="never"), THRESHOLDS)
    assert [hold.rule for hold in found] == (["freeze"] if held else [])
    if held:
        assert word_hold(found[0]).reason == f"Deliveries wait from 2027-06-10 until 2027-08-15; today is {today}."


@pytest.mark.parametrize(
    ("limit", "count", "read", "stops"),
    [
        ("2% and 20", 20, 200, True),
        ("2% and 20", 20, 201, False),
        ("2% and 20", 19, 19, False),
        ("4% and 5", 20, 100, True),
        ("4% and 5", 19, 100, False),
        ("off", 100, 100, False),
        ("30", 100, 100, False),
        ("2% and 1", 1, 10, True),
        ("2% and 0", 0, 0, False),
    ],
)
def test_rejected_records_stop_at_five_times_the_share_that_holds(
    limit: str, count: int, read: int, stops: bool
) -> None:
    limits = thresholds_of({"contact": EntityThresholds(rejected=limit)})
    if not stops:
        stop_if_rejected({"contact": Rejected(count, 0, read)}, limits)
        return
    with pytest.raises(BadRecord) as stopped:
        stop_if_rejected({"student": Rejected(0, 0, 9), "contact": Rejected(count, 0, read)}, limits)
    assert f"{count} of {read} contacts can’t be used (" in word(stopped.value).happened
    stop_if_rejected({"contact": Rejected(count, 1, read)}, limits)
    with raises_saying(BadRecord, "besides the 7 of the last delivery"):
        stop_if_rejected({"contact": Rejected(count + 7, 7, read)}, limits)
    assert "safety.thresholds.contact.rejected" in word(stopped.value).to_do


@pytest.mark.parametrize("preview", ["first", "never"])
def test_adopted_ids_and_changed_rules_are_told_once(preview: str) -> None:
    (hold,) = holds(facts(ids_changed="aliases", rules_changed=True, preview=preview), THRESHOLDS)
    assert hold.rule == "rules-changed"
    assert word_hold(hold).reason.startswith(
        "Ids that records already have" if preview == "never" else "Settings that decide"
    )


def test_fewer_rejected_records_than_before_are_none_more() -> None:
    assert Rejected(10, 30, 100).more == 0
    assert Rejected(30, 10, 100).more == 20


def test_removals_are_named_with_numbers_and_limit() -> None:
    (hold,) = crossed_limits([measure("student", "remove", 412, 8_031)])
    assert hold.rule == "remove-student"
    assert word_hold(hold).reason == "412 of 8,031 students would be removed (5.1 %); the limit is 3 % and 25, or 500."
    assert "exclude" in word_hold(hold).to_do


@pytest.mark.parametrize(
    ("entity", "kind", "says"),
    [
        ("school", "create", "1 would be added to the 9 schools that are there (11.1 %)"),
        ("school", "identity", "1 of 9 schools would get another number"),
        ("calendar", "update", "1 of 9 terms would begin or end more than 14 days earlier or later"),
        ("calendar", "remove", "1 of 9 terms would be removed although classes or other terms are in them"),
    ],
)
def test_what_is_special_about_an_entity_is_said(entity: str, kind: str, says: str) -> None:
    (hold,) = crossed_limits([measure(entity, kind, 1, 9)])
    assert (hold.rule, word_hold(hold).reason.partition(" (11")[0]) == (f"{kind}-{entity}", says.partition(" (11")[0])


def test_schools_and_classes_are_named_the_first_five_and_the_rest_counted() -> None:
    schools = [measure("student", "remove", 30, 100, f"School {n}") for n in range(8)]
    classes = [measure("enrollment", "remove_per_class", 9, 9, "Algebra (1)")]
    found = crossed_limits([*schools, *classes, measure("student", "create", 1, 100, "School 1")])
    assert [hold.rule for hold in found] == ["school-remove-student"] * 5 + [
        "class-remove-enrollment",
        "school-remove-student",
    ]
    assert word_hold(found[0]).reason.startswith("School 0: 30 of 100 students would be removed (30.0 %)")
    assert word_hold(found[5]).reason.startswith("Algebra (1): 9 of 9 enrollments would be removed (100.0 %)")
    assert word_hold(found[6]).reason == "The same limit on students is reached at 3 more schools."
    assert len(crossed_limits(schools[:5])) == 5


def test_schools_are_not_told_where_the_whole_district_crosses_the_same_limit() -> None:
    everywhere = [measure("student", "remove", 60, 100), measure("student", "create", 60, 1_000)]
    schools = [measure("student", kind, 60, 90, "School 1") for kind in ("remove", "create")]
    found = crossed_limits([*everywhere, *schools])
    assert [hold.rule for hold in found] == ["remove-student", "school-create-student"]


def test_additions_to_nothing_hold_nothing() -> None:
    assert not measure("contact", "create", 5_000, 0).crossed
    assert measure("contact", "create", 5_000, 0).used == 0
    assert measure("contact", "create", 5_000, 1).crossed
    assert measure("student", "remove", 25, 0, "School 1").crossed


def test_who_comes_back_as_somebody_else_is_named_by_id_the_first_ten() -> None:
    (hold,) = holds(facts(returned={"teacher": [f"T{n}" for n in range(12)]}), THRESHOLDS)
    assert word_hold(hold).reason.startswith("Teachers that were removed come back under the same id with another name")
    assert "T8, T9, …" in word_hold(hold).reason
    assert "T10" not in word_hold(hold).reason
    (hold,) = holds(facts(returned={"student": [str(n) for n in range(10)]}), THRESHOLDS)
    assert ": 0, 1, 2, 3, 4, 5, 6, 7, 8, 9. At" in word_hold(hold).reason
    (hold,) = holds(facts(returned={"student": ["7", "8"]}), THRESHOLDS)
    assert ": 7, 8." in word_hold(hold).reason


def test_what_can_not_be_read_and_used_is_told_with_its_numbers() -> None:
    before = {"section_teachers": 1_200}
    values = {
        "read": {"section_teachers": 0},
        "read_before": before,
        "rejected": {"admin": Rejected(86, 0, 505)},
    }
    short, rejected = holds(facts(**values), THRESHOLDS)
    assert word_hold(short).reason == "No teaching assignments were read; last time there were 1,200."
    assert word_hold(rejected).reason == "86 of 505 other staff can’t be used (17.0 %); the limit is 2 % and 20."
    (unasked,) = holds(facts(read={}, read_before=before), THRESHOLDS)
    assert word_hold(unasked).reason == "No teaching assignments are read any more; last time there were 1,200."
    assert "PowerSchool" not in word_hold(unasked).to_do, "nobody asked PowerSchool for them"
    with pytest.raises(BadRecord) as stopped:
        stop_if_rejected({"admin": Rejected(1_106, 1_020, 505)}, THRESHOLDS)
    assert word(stopped.value).happened == (
        "86 of 505 other staff can’t be used besides the 1,020 of the last delivery (17.0 %); from 10 % on nothing is "
        "delivered."
    )


def test_safety_is_made_of_the_settings() -> None:
    season = Freeze(date(2027, 6, 10), date(2027, 8, 15))
    safety = safety_of(SafetySettings(preview="never", freeze=[season], additions_only=True))
    assert (safety.preview, safety.freeze, safety.additions_only) == ("never", (season,), True)
    assert safety.thresholds == THRESHOLDS


def test_D07_empty_stops() -> None:
    with pytest.raises(BadRecord) as stopped:
        stop_if_empty({"students": 0, "terms": 4}, {"students": 812, "terms": 4})
    assert "812" in word(stopped.value).happened
    stop_if_empty({"students": 0}, {})
    stop_if_empty({"students": 1}, {"students": 812})
    stop_if_empty({}, {"contacts": 400})
