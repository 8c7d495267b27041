"""The frame: schools, terms, courses."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

import pytest

from psconnect.model.entities import CALENDAR, COURSE, Entity
from psconnect.model.errors import FixSettings
from psconnect.model.problems import Fate
from psconnect.sources.base import SourceRow, SourceSink, StagedRow
from psconnect.sources.powerschool.district import (
    District,
    SchoolDays,
    Term,
    course_rows,
    find_district,
    hand_over_schools,
    set_terms,
    term_rows,
)
from psconnect.wording.errors import word
from tests.sources.conftest import Maker, Shaped
from tests.support.errors import raises_saying


class _Schools:
    """Hands over to the intakes of one entity."""

    def __init__(self, maker: Maker) -> None:
        self.maker, self.made = maker, dict[int, Shaped]()

    def intake(self, entity: Entity, **how: Any) -> _Schools:
        self._entity, self._how = entity, how
        return self

    def rows(self, rows: list[SourceRow]) -> list[StagedRow]:
        made = self.maker.shaped(self._entity, lambda _intake: rows, **self._how)
        self.made |= made
        return [(key, one.fate, one.rule) for key, one in made.items()]


def schools_of(maker: Maker, district: District, schools: list[Any]) -> dict[int, Shaped]:
    sink = _Schools(maker)
    hand_over_schools(maker.plan, district, schools, cast("SourceSink", sink))
    return sink.made


def test_the_frame_of_today(maker: Maker) -> None:
    district = maker.district()
    assert (district.year_id, district.label) == (36, "2026-2027")
    assert (district.first_day, district.last_day) == ("2026-08-17", "2027-06-06")
    assert district.schools == {"100": "1", "200": "2"}
    assert district.chosen == {"1", "2"}


def test_the_year_that_was_asked_for(maker: Maker) -> None:
    maker.choose(scope={"start_year": 2025})
    assert maker.district().label == "2025-2026"
    maker.choose(today=date(2026, 3, 1))
    assert maker.district().label == "2025-2026"


def test_a_year_that_the_chosen_schools_do_not_have(maker: Maker) -> None:
    maker.choose(scope={"start_year": 2030})
    with pytest.raises(FixSettings) as caught:
        maker.district()
    assert (caught.value.code, caught.value.where) == ("PSC-SCOPE-NO-YEAR", "scope.start_year")
    assert "2030-2031" in word(caught.value).happened
    maker.choose(scope={"schools": [200]})
    only_the_other = [term for term in maker.terms() if term.schoolid != "200"]
    with raises_saying(FixSettings, "no school year for today"):
        find_district(maker.plan, maker.schools(), only_the_other)


def test_schools_that_were_chosen(maker: Maker) -> None:
    maker.choose(scope={"schools": [200, 999]})
    district = maker.district()
    assert district.chosen == {"2"}
    assert district.schools == {"100": "1", "200": "2"}
    made = schools_of(maker, district, maker.schools())
    assert {key: (one.fate, one.rule) for key, one in made.items()} == {
        0: (Fate.IN, None),
        1: (Fate.LEFT_OUT, "school-not-chosen"),
        2: (Fate.IN, None),
    }
    assert made[0].values == {
        "sourcedId": "district", "type": "district", "parentSourcedId": "", "name": "Demo District", "identifier": "",
    }  # fmt: skip
    assert made[2].values == {
        "sourcedId": "2", "type": "school", "parentSourcedId": "district", "name": "Cedar Middle", "identifier": "200",
    }  # fmt: skip
    assert maker.problems == []


def test_none_of_the_chosen_schools_exists(maker: Maker) -> None:
    maker.choose(scope={"schools": [999]})
    with pytest.raises(FixSettings) as caught:
        maker.district()
    assert (caught.value.code, caught.value.where) == ("PSC-SCOPE-NO-SCHOOL", "scope.schools")


@pytest.mark.parametrize("schools", ["all", [100]])
def test_a_district_without_schools_is_not_said_to_be_a_wrong_choice(maker: Maker, schools: str | list[int]) -> None:
    maker.choose(scope={"schools": schools})
    with pytest.raises(FixSettings) as caught:
        find_district(maker.plan, [], maker.terms())
    assert (caught.value.code, caught.value.where) == ("PSC-SCOPE-NO-SCHOOL", "scope.schools")
    assert word(caught.value).happened == "PowerSchool has no school: its list of schools came back empty."


def test_a_school_without_a_number_is_nobodys_school(maker: Maker) -> None:
    schools = [*maker.schools(), maker.row("schools", dcid=3, name="Nameless Number")]
    district = find_district(maker.plan, schools, maker.terms())
    assert "" not in district.schools
    assert "3" not in district.chosen


def test_a_school_without_a_name_can_not_be_delivered(maker: Maker) -> None:
    schools = maker.rows("schools", {"dcid": 1, "school_number": 100, "name": "\u200b "})
    made = schools_of(maker, maker.district(), schools)
    assert (made[1].fate, made[1].rule) == (Fate.LEFT_OUT, "missing-required")
    assert maker.found() == [("missing-required", "school", 1, 1, "name")]


def test_the_terms_tree(maker: Maker) -> None:
    district = maker.district()
    made = maker.shaped(CALENDAR, lambda intake: term_rows(maker.plan, district, maker.terms(), intake))
    assert {key: (one.fate, one.rule) for key, one in made.items()} == {
        10: (Fate.IN, None), 11: (Fate.IN, None), 12: (Fate.LEFT_OUT, "other-year"),
        20: (Fate.IN, None), 21: (Fate.IN, None), 22: (Fate.LEFT_OUT, "other-year"),
        30: (Fate.LEFT_OUT, "district-term"), 31: (Fate.LEFT_OUT, "district-term"),
        32: (Fate.LEFT_OUT, "district-term"),
    }  # fmt: skip
    assert made[21].values == {
        "sourcedId": "21", "schoolSourcedId": "2", "parentSourcedId": "20", "schoolYear": "2027",
        "title": "Semester 1", "type": "semester", "startDate": "2026-08-17", "endDate": "2027-01-15",
    }  # fmt: skip
    assert (made[20].values["parentSourcedId"], made[20].values["type"]) == ("", "schoolYear")
    assert made[21].references == {"school": 2}
    assert maker.problems == []


@pytest.mark.parametrize(
    ("values", "fate", "rule", "detail"),
    [
        ({"schoolid": 777, "yearid": 36}, Fate.KEPT, "orphan", "school"),
        ({"schoolid": 100}, Fate.KEPT, "unreadable", "schoolYear"),
        ({"schoolid": 100, "yearid": 36, "lastday": "2026-08-16"}, Fate.LEFT_OUT, "ends-before-it-begins", "endDate"),
        ({"schoolid": 100, "yearid": 36, "lastday": ""}, Fate.LEFT_OUT, "missing-required", "endDate"),
        ({"schoolid": 777, "yearid": 35}, Fate.LEFT_OUT, "other-year", None),
        ({"schoolid": 999999, "yearid": 36}, Fate.LEFT_OUT, "graduates-school", None),
    ],
)
def test_D10_terms_that_can_not_be_used(
    maker: Maker, values: dict[str, object], fate: Fate, rule: str, detail: str | None
) -> None:
    whole = {"dcid": 99, "id": 3605, "name": "Q1", "firstday": "2026-08-17", "lastday": "2026-10-16", "portion": 4}
    row = maker.row("terms", **{**whole, **values})
    made = maker.shaped(CALENDAR, lambda intake: term_rows(maker.plan, maker.district(), [row], intake))
    assert (made[99].fate, made[99].rule) == (fate, rule)
    assert maker.found() == (
        [(rule, "calendar", 99, 1 if values["schoolid"] == 100 else None, detail)] if detail else []
    )


def test_the_last_school_day_of_each_term(maker: Maker) -> None:
    district = maker.district()
    assert district.terms["100", "3600"] == Term("10", "2027-06-04")
    assert district.terms["200", "3601"] == Term("21", "2027-01-15")
    assert set(district.terms) == {("100", "3600"), ("100", "3601"), ("200", "3600"), ("200", "3601")}
    district.terms.clear()
    set_terms(district, maker.terms(), SchoolDays())
    assert district.terms["100", "3600"].natural_end == "2027-06-06"


def test_days_in_session_count_per_school_and_in_any_order(maker: Maker) -> None:
    district = maker.district()
    days = [("2027-06-04", 100), ("2027-06-05", 200), ("2027-06-01", 100), ("2027-05-28", 200)]
    rows = [{"dcid": n, "date_value": day, "schoolid": school} for n, (day, school) in enumerate(days)]
    set_terms(district, maker.terms(), SchoolDays(maker.rows("calendar_days", *rows)))
    assert district.terms["100", "3600"].natural_end == "2027-06-04"
    assert district.terms["200", "3600"].natural_end == "2027-06-05"


@pytest.mark.parametrize(
    ("values", "fate", "rule", "org"),
    [
        ({"schoolid": 0}, Fate.IN, None, "district"),
        ({}, Fate.IN, None, "district"),
        ({"schoolid": 200}, Fate.IN, None, "2"),
        ({"schoolid": 777}, Fate.KEPT, "orphan", ""),
        ({"schoolid": 999999}, Fate.LEFT_OUT, "graduates-school", ""),
        ({"schoolid": 200, "course_name": ""}, Fate.LEFT_OUT, "missing-required", "2"),
        ({"schoolid": 777, "course_name": ""}, Fate.KEPT, "orphan", ""),
    ],
)
def test_courses(maker: Maker, values: dict[str, object], fate: Fate, rule: str | None, org: str) -> None:
    row = maker.row("courses", **{"dcid": 7, "course_number": "ALG1", "course_name": "Algebra", **values})
    made = maker.shaped(COURSE, lambda intake: course_rows(maker.plan, maker.district(), [row], intake))[7]
    assert (made.fate, made.rule, made.values["orgSourcedId"]) == (fate, rule, org)
    assert made.values["courseCode"] == "ALG1"
    assert made.references == {"school": {"district": 0, "2": 2, "": None}[org]}
    expected = {"orphan": ("school", None), "missing-required": ("title", 2)}
    assert maker.found() == ([(rule, "course", 7, expected[rule][1], expected[rule][0])] if rule in expected else [])


def test_a_requirement_on_a_course_is_reported(maker: Maker) -> None:
    maker.choose(requirements={"course": {"courseCode": "report"}})
    row = maker.row("courses", dcid=7, course_name="Algebra", schoolid=200)
    made = maker.shaped(COURSE, lambda intake: course_rows(maker.plan, maker.district(), [row], intake))[7]
    assert made.fate == Fate.IN
    assert maker.found() == [("missing-reported", "course", 7, 2, "courseCode")]
