"""Filter rules: what is compared with what, groups, inclusion and exclusion, templates, and patterns."""

from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psconnect.model.entities import BY_KEY, STUDENT
from psconnect.model.errors import FixSettings
from psconnect.model.filter_rules import OPERATIONS, FilterRule, parse_filters
from psconnect.powerschool.fields import resolve
from psconnect.roster.filter_templates import TEMPLATES, templates_for
from psconnect.roster.filters import Filter, compile_filters, filter_fields, label_of, settle_filters
from psconnect.roster.patterns import compile_pattern
from psconnect.wording.errors import word

TODAY = date(2026, 11, 18)
FIELDS = ("Grade_Level", "Last_Name", "EntryDate", "SchoolID", "Home_Room")


def compiled(*rules: dict[str, Any], entity: str = "student") -> Filter:
    settled = settle_filters(parse_filters({entity: list(rules)}), resolve)
    found = compile_filters(settled[entity], BY_KEY[entity], lambda name: name.partition(".")[2].lower(), TODAY)
    assert found is not None
    return found


def row(**values: str) -> Any:
    return SimpleNamespace(**{**{name.lower(): "" for name in FIELDS}, **values})


def attributes(**values: str) -> tuple[str, ...]:
    return tuple(values.get(name, "") for name in STUDENT.mapped)


def passes(text: str, op: str, value: Any = None) -> bool:
    rule = {"field": "Students.Last_Name", "op": op, **({} if value is None else {"value": value})}
    return not compiled(rule).left_out_by(row(last_name=text), attributes())


@pytest.mark.parametrize(
    ("op", "value", "yes", "no"),
    [
        ("equals", "Rivera", ["Rivera", "RIVERA", " rivera "], ["River", "", "Riverá"]),
        ("equals", 9, ["9", "09", "9.0"], ["19", "", "nine", "nan"]),
        ("in", [12345678901234567], ["12345678901234567"], ["12345678901234568", "12345678901234566"]),
        ("equals", 10**400, ["1" + "0" * 400], ["1", "inf", ""]),
        ("before", "0001-01-01", [], ["0001-01-01", "2026-08-17", ""]),
        ("after", "9999-12-31", [], ["9999-12-31", "2026-08-17", ""]),
        ("in the last", 36_500, ["2026-11-18", "1950-01-01"], ["1900-01-01", ""]),
        ("equals", "09", ["09"], ["9", ""]),
        ("not equals", "Rivera", ["River", ""], ["rivera"]),
        ("not equals", 9, ["10", "", "nine"], ["9"]),
        ("in", ["a", 5], ["A", "5", "05"], ["b", "", "55"]),
        ("not in", ["a", 5], ["b", ""], ["A", "5"]),
        ("between", [6, 12], ["6", "12", "7.5"], ["5", "13", "", "x", "nan"]),
        ("between", [-2, 0], ["-2", "0"], ["1", "-3"]),
        ("between", ["2026-08-01", "2026-08-31"], ["2026-08-01", "2026-08-31"],
         ["2026-07-31", "2026-09-01", "", "2026-08"]),
        ("contains", "iv", ["Rivera", "IV"], ["Vera", ""]),
        ("does not contain", "iv", ["Vera", ""], ["RIVERA"]),
        ("starts with", "ri", ["Rivera"], ["Vera", ""]),
        ("ends with", "RA", ["Rivera"], ["River", ""]),
        ("matches", "^r[iy]v", ["Rivera", "RYVER"], ["xRiv", ""]),
        ("matches", r"\d{2}$", ["room 12"], ["room 1"]),
        ("is empty", None, ["", "  ", "\u200b"], ["x"]),
        ("is not empty", None, ["x", "0"], ["", " \u200b"]),
        ("before", "2026-08-17", ["2026-08-16", "1999-01-01"], ["2026-08-17", "", "2026-13-01", "soon"]),
        ("after", "2026-08-17", ["2026-08-18"], ["2026-08-17", "", "x"]),
        ("before", "today", ["2026-11-17"], ["2026-11-18"]),
        ("after", "today", ["2026-11-19"], ["2026-11-18"]),
        ("at least", 9, ["9", "12"], ["8.9", "", "x"]),
        ("at most", 9, ["9", "-1"], ["9.1", "", "x"]),
        ("in the last", 7, ["2026-11-18", "2026-11-11"], ["2026-11-10", "2026-11-19", ""]),
    ],
)  # fmt: skip
def test_operations(op: str, value: Any, yes: list[str], no: list[str]) -> None:
    assert [text for text in yes if not passes(text, op, value)] == []
    assert [text for text in no if passes(text, op, value)] == []


def test_every_operation_is_tested() -> None:
    marks = next(mark for mark in test_operations.pytestmark if mark.name == "parametrize")
    assert {case[0] for case in marks.args[1]} == set(OPERATIONS)


def test_operations_are_written_in_any_spelling() -> None:
    spelled = [FilterRule(field="Students.A", op="is empty")]
    for op in ("is empty", "IS_EMPTY", "is-empty", " Is  Empty "):
        assert parse_filters({"student": [{"field": "Students.A", "op": op}]}) == {"student": spelled}


conditions = st.sampled_from(
    [
        ({"field": "Students.Grade_Level", "op": "at least", "value": 6}, lambda r: r["grade"] >= 6),
        ({"field": "Students.Last_Name", "op": "equals", "value": "a"}, lambda r: r["name"] == "a"),
        ({"attribute": "email", "op": "is empty"}, lambda r: not r["email"]),
        ({"attribute": "familyName", "op": "in", "value": ["a", "b"]}, lambda r: r["name"] in "ab"),
    ]
)
parts = st.recursive(
    conditions,
    lambda inner: st.tuples(st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3)).map(
        lambda made: (
            {made[0]: [part for part, _test in made[1]]},
            lambda r, kind={"all": all, "any": any}[made[0]], tests=[t for _p, t in made[1]]: kind(t(r) for t in tests),
        )
    ),
    max_leaves=8,
)
records = st.fixed_dictionaries(
    {"grade": st.integers(-2, 12), "name": st.sampled_from("abc"), "email": st.sampled_from(["", "x@example.org"])}
)


@given(st.lists(st.tuples(parts, st.sampled_from(["include", "exclude"])), min_size=1, max_size=3), records)
def test_groups_and_rules_equal_plain_logic(rules: list, record: dict[str, Any]) -> None:
    made = compiled(
        *({**part, "action": action, "name": f"rule {n}"} for n, ((part, _test), action) in enumerate(rules))
    )
    values = attributes(familyName=record["name"], email=record["email"])
    found = made.left_out_by(row(grade_level=str(record["grade"]), last_name=record["name"]), values)
    caught = [n for n, ((_part, test), action) in enumerate(rules) if test(record) is (action == "exclude")]
    assert found == (f"filter:rule {caught[0]}" if caught else "")


@given(parts, records)
def test_include_and_exclude_are_opposites(part: tuple, record: dict[str, Any]) -> None:
    values = attributes(familyName=record["name"], email=record["email"])
    one = row(grade_level=str(record["grade"]), last_name=record["name"])
    kept, lost = (
        bool(compiled({**part[0], "action": action}).left_out_by(one, values)) for action in ("include", "exclude")
    )
    assert kept is not lost


def test_the_rule_names_the_filter() -> None:
    rule = {"any": [{"field": "Grade_Level", "op": "in", "value": [1, 2]}, {"attribute": "email", "op": "is_empty"}]}
    assert compiled(rule).rules[0][0] == "filter:Grade_Level in 1, 2 or email is empty"
    assert compiled({**rule, "name": "Young ones"}).rules[0][0] == "filter:Young ones"
    excluded = FilterRule(field="Students.A", op="between", value=[1, 5], action="exclude")
    assert label_of(excluded) == "not Students.A between 1 and 5"
    long = FilterRule(field="Students.A", op="in", value=list(range(99)))
    assert len(label_of(long)) == 80


def test_fields_are_found_and_listed() -> None:
    rules = parse_filters({"student": [{"all": [{"field": "grade_level", "op": "equals", "value": 1},
                                                {"template": "entered in the last days", "value": 5}]}]})  # fmt: skip
    settled = settle_filters(rules, resolve)
    assert filter_fields(settled) == {"student": ["Students.EntryDate", "Students.Grade_Level"]}
    made = compiled({"field": "Students.Home_Room", "op": "is empty"}, {"attribute": "email", "op": "is empty"})
    assert [name for name, _get in made.looked_at] == ["Students.Home_Room", "email"]


# --- templates -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "value", "yes", "no"),
    [
        ("grades", ["PK", "k", 1, "12"], ["-1", "0", "1", "12"], ["2", "-2", "99", ""]),
        ("schools", [100, "200"], ["100", "200"], ["300", ""]),
        ("entered in the last days", 30, ["2026-11-01"], ["2026-10-01", "2027-01-01", ""]),
        ("entered since", "2026-08-17", ["2026-08-17", "2026-09-01"], ["2026-08-16", ""]),
        ("Has_Email", None, ["x@example.org"], ["", " "]),
    ],
)  # fmt: skip
def test_templates(template: str, value: Any, yes: list[str], no: list[str]) -> None:
    made = compiled({"template": template, **({} if value is None else {"value": value})})
    for text in (*yes, *no):
        one = row(grade_level=text, schoolid=text, entrydate=text)
        assert bool(made.left_out_by(one, attributes(email=text))) is (text in no), text


def test_every_template_works_for_every_entity_it_names() -> None:
    values = {'a list of grades, like ["K", 1, 2]': [1], "a list of school numbers": [1],
              "a list of course numbers": ["M"],
              "a number of days": 3, "a date like 2026-08-17": "2026-08-17", "": None}  # fmt: skip
    for template in TEMPLATES:
        for entity in template.entities:
            assert template in templates_for(entity)
            rule = {"template": template.name, "value": values[template.asks]}
            rules = parse_filters({entity: [{k: v for k, v in rule.items() if v is not None}]})
            settled = settle_filters(rules, resolve)[entity][0]
            assert settled.op
            assert (settled.field, settled.attribute) != ("", "")


@pytest.mark.parametrize(
    ("entity", "rule", "says"),
    [
        ("student", {"template": "grade", "value": [1]}, "Did you mean “grades”?"),
        ("contact", {"template": "grades", "value": [1]}, "Known: has email, has username."),
        ("student", {"template": "grades", "value": ["x"]}, "Give a list of grades"),
        ("student", {"template": "grades"}, "Give a list of grades"),
        ("student", {"template": "schools", "value": []}, "Give a list of school numbers"),
        ("student", {"template": "has email", "value": True}, "takes none"),
        ("student", {"template": "entered in the last days", "value": 0}, "Give a number of days"),
        ("student", {"template": "entered since", "value": "August"}, "Give a date"),
        ("student", {"template": "entered since", "value": "0001-01-01"}, "Give a date"),
        ("student", {"template": "entered in the last days", "value": 800_000}, "Give a number of days"),
        ("student", {"field": "Students.EntryDate", "op": "in the last", "value": 800_000}, "from 1 to 36,500"),
        ("student", {"field": "Students.EntryDate", "op": "in the last", "value": True}, "from 1 to 36,500"),
        ("student", {"field": "Students.Grade_Level", "op": "equals", "value": float("nan")}, "Give a number"),
        ("student", {"field": "Students.Grade_Level", "op": "at least", "value": float("inf")}, "Give a number"),
        ("student", {"all": [{"attribute": "email", "op": "is empty"}], "value": 3}, "Take it out."),
        ("student", {"field": "Students.Zzz.Q", "op": "is empty"}, "Table.Field"),
        ("student", {"field": "Studens.Last_Name", "op": "is empty"}, "“Students.Last_Name”"),
    ],
)
def test_what_can_not_be_used_is_said(entity: str, rule: dict[str, Any], says: str) -> None:
    with pytest.raises(FixSettings) as refused:
        settle_filters(parse_filters({entity: [rule]}), resolve)
    assert says in word(refused.value).to_do
    assert refused.value.where.startswith(f"filters.{entity}[1]")


# --- patterns --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pattern",
    [
        "^A",
        "a|b",
        "[A-Z]{2}\\d+",
        "(north|south) campus",
        "[^]x]",
        "colou?r",
        "a.c",
        "(ab)?c",
        "x{3}",
        "\\.",
        "[\\]]",
        "x{,2}b",
        "x{}",
    ],
)
def test_patterns_mean_what_regular_expressions_mean(pattern: str) -> None:
    match = compile_pattern(pattern, "x")
    for text in ("", "A", "ab", "abc", "b1", "AB12", "north campus", "color", "colour", "xxx", "x]", "a.c", "]"):
        assert match(text) is (re.search(pattern, text, re.IGNORECASE) is not None)


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+", "(a|aa)*", "(a*)*b", "a**", "a+?", "a*+", "(?=a)", "(?P<n>a)", "(a)\\1", "\\p", "a*b*c*", "(?i)a", "*a",
     "(a){2,}", "a?a?a?a?a?a?a?", "(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)", "a{1,9}b{1,9}c{1,9}",
     "a{0,3}a{0,3}a{0,3}", "[a", "(a", "a)", "x" * 201, "(?:a{,}){,}b", "(a{,9}){,9}", "a{,}b{,}c{,}",
     "a{,9}b{,9}c{,9}", "[[:alpha:]]", "[[a]", "[a||b]", "[[a", "[a&&", "[]b--"],
)  # fmt: skip
def test_patterns_that_could_run_away_are_refused(pattern: str) -> None:
    with pytest.raises(FixSettings) as refused:
        compile_pattern(pattern, "filters.student[1]")
    assert "filters.student[1]" in word(refused.value).happened


alphabet = st.text(st.sampled_from("ab*+?{}1,3()[]|.\\d^$"), max_size=14)


@given(alphabet)
def test_whatever_is_allowed_ends_soon(pattern: str) -> None:
    # One that ran away would take years, and so run into the test's time limit.
    try:
        match = compile_pattern(pattern, "x")
    except FixSettings:
        return
    assert match("ab" * 300 + "!") in (True, False)
    assert match("a" * 600) in (True, False)
