"""Settings of filters, uniqueness and scope: a mistake is named by its key; what is written is what was read."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from typing import Any

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from psconnect.model.connection import from_dict, to_dict
from psconnect.model.entities import BY_KEY
from psconnect.model.errors import FixSettings
from psconnect.model.filter_rules import FILTERED, OPERATIONS
from psconnect.model.problems import RULES, base_rule, goes_along
from psconnect.model.roster_rules import DOMAINS
from psconnect.model.scope import ScopeSettings
from psconnect.model.text import folded
from psconnect.wording.errors import word
from psconnect.wording.rules import rule_of
from tests.support.home import CHECKOUT

LEAST: dict[str, Any] = {"name": "Lincoln roster", "preset": "oneroster"}
GOOD = {"field": "Students.Grade_Level", "op": "equals", "value": 9}


def student(rule: Any) -> dict[str, Any]:
    return {"filters": {"student": [GOOD, rule]}}


@pytest.mark.parametrize(
    ("data", "where", "says"),
    [
        ({"filters": []}, "filters", "[[filters.student]]"),
        ({"filters": {"students": [GOOD]}}, "filters.students", "Did you mean “student”?"),
        ({"filters": {"school": [GOOD]}}, "filters.school", "Known: admin, calendar"),
        ({"filters": {"student": GOOD}}, "filters.student", "[[filters.student]]"),
        (student({"feld": "x"}), "filters.student[2].feld", "Did you mean “field”?"),
        (student({"field": "Students.A", "op": "is"}), "filters.student[2].op", "“in”"),
        (student({"field": "Students.A"}), "filters.student[2].op", "Known: after"),
        (student({"attribute": "emial", "op": "is empty"}), "filters.student[2]", "Did you mean “email”?"),
        (student({"field": "A.B", "attribute": "email", "op": "is empty"}), "filters.student[2]", "Give one of"),
        (student({}), "filters.student[2]", "Give one of"),
        (student({"any": []}), "filters.student[2]", "Give one of"),
        (student({"any": [GOOD], "op": "in"}), "filters.student[2].op", "Take it out"),
        (student({"any": [GOOD], "all": [GOOD]}), "filters.student[2]", "Give one of"),
        (student({"any": [7]}), "filters.student[2]", "Write it as"),
        (student({"any": [{**GOOD, "name": "x"}]}), "filters.student[2].name", "Known: all, any"),
        (student({**GOOD, "action": "drop"}), "filters.student[2]", "Give one of “include”, “exclude”."),
        (student({**GOOD, "name": "a\nb"}), "filters.student[2]", "at most 120"),
        (student({**GOOD, "name": "x" * 121}), "filters.student[2]", "at most 120"),
        (student({**GOOD, "op": "in"}), "filters.student[2].value", "Give a list"),
        (student({**GOOD, "op": "in", "value": [None]}), "filters.student[2].value", "Give numbers or texts"),
        (student({**GOOD, "op": "between", "value": [12, 6]}), "filters.student[2].value", "the lower one first"),
        (student({**GOOD, "op": "between", "value": [1, "x"]}), "filters.student[2].value", "two numbers or two dates"),
        (student({**GOOD, "op": "between", "value": [1]}), "filters.student[2].value", "two numbers or two dates"),
        (student({**GOOD, "op": "before", "value": "August"}), "filters.student[2].value", "Give a date"),
        (student({**GOOD, "op": "contains", "value": 5}), "filters.student[2].value", "Give a text"),
        (student({**GOOD, "op": "at least", "value": True}), "filters.student[2].value", "Give a number"),
        (student({**GOOD, "op": "in the last", "value": 0}), "filters.student[2].value", "number of days"),
        (student({**GOOD, "op": "is empty"}), "filters.student[2].value", "Take the value out"),
        (student({**GOOD, "op": "equals", "value": ""}), "filters.student[2].value", "Give a number or a text"),
        ({"uniqueness": {"studnt": ["email"]}}, "uniqueness.studnt", "Did you mean “student”?"),
        ({"uniqueness": {"student": ["mail"]}}, "uniqueness.student", "Did you mean “email”?"),
        ({"uniqueness": {"student": "email"}}, "uniqueness.student", 'Give a list of texts, like ["one", "two"].'),
        ({"uniqueness": {"confirmed": [{"entity": "student", "keys": [5, 5], "verdict": "same"}]}},
         "uniqueness.confirmed", "two records"),
        ({"uniqueness": {"confirmed": [{"entity": "student", "keys": [5, 6], "verdict": "same"},
                                       {"entity": "student", "keys": [6, 5], "verdict": "different"}]}},
         "uniqueness.confirmed", "Keep one"),
        ({"scope": {"terms": {"Maple": ["S1"]}}}, "scope.terms.Maple", "school number"),
        ({"scope": {"terms": {"100": []}}}, "scope.terms.100", "Name its terms"),
        ({"scope": {"courses": [{"courses": []}]}}, "scope.courses", "Give course numbers"),
        ({"scope": {"courses": [{"courses": ["A", "A"]}]}}, "scope.courses", "Keep one"),
        ({"scope": {"courses": [{"courses": ["A"], "school": 1}, {"courses": ["A"], "school": 1}]}}, "scope.courses",
         "Keep one"),
        ({"scope": {"prior_data_days": -1}}, "scope.prior_data_days", "Give a whole number from 0 to 330."),
        ({"options": {"enroll_status": []}}, "options.enroll_status", "[100, 600] and not empty."),
        ({"options": {"co_teacher_classes": 0}}, "options.co_teacher_classes", "Give a whole number from 1 to 1000."),
        ({"options": {"section_move": "moveto"}}, "options.section_move", "Give a text (a field, as Table.Field)."),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_its_key(data: dict[str, Any], where: str, says: str) -> None:
    with pytest.raises(FixSettings) as refused:
        from_dict({**LEAST, **data})
    assert refused.value.code == "PSC-SETTINGS-INVALID"
    assert refused.value.where.startswith(where)
    assert says in word(refused.value).to_do


def test_groups_are_not_nested_without_end() -> None:
    rule: dict[str, Any] = dict(GOOD)
    for _ in range(9):
        rule = {"all": [rule]}
    with pytest.raises(FixSettings) as refused:
        from_dict({**LEAST, **student(rule)})
    assert "nested" in word(refused.value).happened


def test_dates_may_be_written_as_dates() -> None:
    text = '[[filters.student]]\nfield = "Students.EntryDate"\nop = "between"\nvalue = [2026-08-17, 2026-09-30]'
    (rule,) = from_dict({**LEAST, **tomllib.loads(text)}).filters["student"]
    assert rule.value == ["2026-08-17", "2026-09-30"]


def test_the_same_course_may_be_chosen_for_two_schools() -> None:
    choices = [{"courses": ["A"], "school": 1}, {"courses": ["A"], "school": 2}, {"courses": ["A"]}]
    assert len(from_dict({**LEAST, "scope": {"courses": choices}}).scope.courses) == 3


DOCUMENT = (CHECKOUT / "docs" / "who-is-in.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("block", re.findall(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL))
def test_what_the_document_shows_can_be_used(block: str) -> None:
    connection = from_dict({**LEAST, **tomllib.loads(block)})
    assert connection != from_dict(LEAST)


def test_the_document_names_every_operation_and_option() -> None:
    text = re.sub(r"```.*?```", "", DOCUMENT, flags=re.DOTALL)
    named = set(re.findall(r"`([^`\n]+)`", text)) | set(re.findall(r"^(\w+) = ", DOCUMENT, re.MULTILINE))
    assert set(OPERATIONS) <= named
    assert set(ScopeSettings.__struct_fields__) - {"terms", "courses"} <= named


values: dict[str, list[Any]] = {
    "equals": [1, "x"],
    "in": [[1, "x"]],
    "between": [[1, 2], ["2026-01-01", date(2026, 2, 1)]],
    "before": ["today", date(2026, 8, 17)],
    "contains": ["x"],
    "at least": [1.5],
    "in the last": [3],
    "is empty": [None],
}
leaves = st.sampled_from(
    [
        {"field": "Students.A", "op": op, **({} if value is None else {"value": value})}
        for op, some in values.items()
        for value in some
    ]
)
parts = st.recursive(
    leaves,
    lambda inner: st.dictionaries(
        st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3), min_size=1, max_size=1
    ),
    max_leaves=6,
)
rules = st.tuples(parts, st.sampled_from([{}, {"name": "Só"}, {"action": "exclude"}])).map(
    lambda two: {**two[0], **two[1]}
)
settings = st.fixed_dictionaries(
    {},
    optional={
        "filters": st.dictionaries(st.sampled_from(FILTERED), st.lists(rules, max_size=2), max_size=3),
        "uniqueness": st.dictionaries(st.sampled_from(DOMAINS), st.just([]), max_size=3),
        "scope": st.fixed_dictionaries({"terms": st.dictionaries(st.sampled_from(["all", "7"]), st.just(["S1"]))}),
    },
)


@given(settings)
def test_what_is_written_is_what_was_there(data: dict[str, Any]) -> None:
    connection = from_dict({**LEAST, **data})
    assert from_dict(to_dict(connection)) == connection
    assert from_dict(tomllib.loads(tomli_w.dumps(to_dict(connection)))) == connection


def test_operations_differ() -> None:
    assert len(OPERATIONS) == len(set(OPERATIONS)) == 17
    assert set(FILTERED) <= set(BY_KEY)


@pytest.mark.parametrize(
    "text", ["José  García", "JOSE GARCIA", " jose\u0301 garci\u0301a ", "Jose\u200b Garcia\n", "jose\u00a0garcia"]
)
def test_texts_that_people_read_alike(text: str) -> None:
    assert folded(text) == "jose garcia"


def test_texts_that_differ() -> None:
    texts = ["Jose", "Josef", "Jo se", "Joze", "Жosé", "José.", ""]
    assert len({folded(text) for text in texts}) == len(texts)
    assert folded("ﬁ Straße") == folded("FI STRASSE")


def test_a_rule_tells_the_first_cause() -> None:
    assert goes_along("class", "goes-along:course:filter:Grade: 9") == "goes-along:class:filter:Grade: 9"
    assert (
        rule_of("goes-along:calendar:filter:A:b").because == "its term is not included: the filter “A:b” leaves it out"
    )
    assert base_rule("goes-along:class:school-not-chosen") == "goes-along"
    assert base_rule("filter:x") == "filter:x"
    with pytest.raises(KeyError):
        RULES["no-such-rule"]
