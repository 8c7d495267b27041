"""Every rule has its words, every word its rule, and a rule with a cause tells the cause."""

from __future__ import annotations

import pytest

from psconnect.destinations import KINDS
from psconnect.model.problems import RULES, goes_along, no_teacher, not_chosen, not_listed
from psconnect.wording.rules import rule_of
from psconnect.wording.rules.findings import FINDINGS
from psconnect.wording.rules.left_out import LEFT_OUT


def test_rules_and_words_are_the_same_ones() -> None:
    of_kinds = {rule.key for kind in KINDS.values() for rule in kind.rules}
    assert not LEFT_OUT.keys() & FINDINGS.keys()
    assert not of_kinds & (LEFT_OUT.keys() | FINDINGS.keys())
    assert of_kinds | LEFT_OUT.keys() | FINDINGS.keys() == RULES.keys()


def test_every_rule_speaks() -> None:
    for key, rule in RULES.items():
        worded = rule_of(key)
        assert (worded.key, worded.severity, worded.counted) == (rule.key, rule.severity, rule.counted)
        assert worded.title
        assert worded.because
        assert not (worded.title + worded.because).endswith(".")
        assert bool(worded.to_do) == (rule.severity != "info" or rule.counted), "what is listed says what to do"
        assert bool(rule_of(key, window=True).to_do) == bool(worded.to_do)


@pytest.mark.parametrize(
    ("key", "because"),
    [
        ("filter:Grade: 9", "the filter “Grade: 9” leaves it out"),
        (goes_along("calendar", "filter:A:b"), "its term is not included: the filter “A:b” leaves it out"),
        (
            no_teacher("not-listed"),
            "PowerSchool no longer lists it, and staff without a class is switched off in this connection",
        ),
        (
            not_chosen("student-inactive"),
            "its school is not among the chosen schools, and the student’s enrollment status is not active",
        ),
        (not_listed("student"), "PowerSchool no longer lists the student, or lists the student as graduated"),
        (not_listed("course"), "PowerSchool no longer lists it"),
    ],
)
def test_the_cause_is_told(key: str, because: str) -> None:
    assert rule_of(key).because == because


def test_what_to_do_comes_from_the_rule_that_kept_staff_out_of_its_classes() -> None:
    assert rule_of(no_teacher("role-not-mapped")).to_do == rule_of("role-not-mapped").to_do
    assert not rule_of(not_chosen("role-not-mapped")).to_do


def test_a_setting_without_a_page_comes_with_the_way_to_it() -> None:
    assert rule_of("uniqueness-conflict", window=True).to_do.endswith("File, Import connection …")
    assert rule_of("email-invalid", window=True).to_do == rule_of("email-invalid").to_do


@pytest.mark.parametrize(
    ("rule", "page"),
    [("role-not-mapped", "Attributes"), ("value-unlisted", "Attributes"), ("guest-left-out", "Who and what")],
)
def test_a_setting_with_a_page_leads_there_and_not_to_the_file(rule: str, page: str) -> None:
    said = rule_of(rule, window=True).to_do
    assert f"under Settings, {page}" in said
    assert "file" not in said
    assert "file" in rule_of(rule).to_do or "[values]" in rule_of(rule).to_do


def test_a_rule_of_another_version_is_a_warning() -> None:
    rule = rule_of("some-future-rule")
    assert (rule.severity, rule.title) == ("warning", "Some future rule")
