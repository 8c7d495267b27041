"""User names are trimmed and e-mail addresses mended; what was done is counted, and what could not be is reported."""

from __future__ import annotations

from dataclasses import replace

import pytest

from psconnect.model.entities import RELATIONSHIP, STUDENT
from psconnect.model.problems import Fate
from psconnect.sources.powerschool.people import relationship_rows, student_rows
from tests.sources.conftest import Maker, Shaped
from tests.sources.test_people import MIA


def students(maker: Maker, *rows: dict[str, object]) -> dict[int, Shaped]:
    made = [maker.row("students", **{**MIA, **row}) for row in rows]
    return maker.shaped(STUDENT, lambda intake: student_rows(maker.plan, maker.district(), intake)(made))


def told(maker: Maker) -> list[tuple[str, int, str]]:
    return [(one.rule, one.key, one.detail) for one in (problem.settled for problem in maker.problems)]


def test_a_user_name_with_a_blank_behind_it_is_trimmed_and_counted_once(maker: Maker) -> None:
    rows: list[dict[str, object]] = [{"dcid": key, "student_web_id": f"pat{key} "} for key in (1, 2, 3)]
    found = students(maker, *rows, {"dcid": 4, "student_web_id": "\u200bpat4\u00a0"}, {"dcid": 5})
    assert [one.values["username"] for one in found.values()] == ["pat1", "pat2", "pat3", "pat4", "mobrien"]
    assert told(maker) == [("text-mended", 1, "username: 4 records")]


def test_a_user_name_of_blanks_alone_is_missing(maker: Maker) -> None:
    found = students(maker, {"student_web_id": " \u200b "})
    assert found[431].rule == "missing-required"


def test_a_prefix_stands_before_the_trimmed_user_name(maker: Maker) -> None:
    maker.rules = replace(maker.rules, prefixes={"student": {"username": "n-"}})
    assert students(maker, {"student_web_id": " pat"})[431].values["username"] == "n-pat"


def test_mended_addresses_are_counted_once_and_what_is_none_is_reported_and_not_delivered(maker: Maker) -> None:
    mails = {1: "mailto:mia@example.org", 2: "Mia <mia@example.org>", 3: "N/A", 4: "mia@example.org", 5: ""}
    found = students(maker, *({"dcid": key, "email": mail} for key, mail in mails.items()))
    assert [one.values["email"] for one in found.values()] == [
        "mia@example.org",
        "mia@example.org",
        "",
        "mia@example.org",
        "",
    ]
    assert {one.fate for one in found.values()} == {Fate.IN}
    assert told(maker) == [
        ("text-mended", 1, "email: 2 records"), ("email-invalid", 3, "email"), ("missing-reported", 5, "email"),
    ]  # fmt: skip


def test_who_needs_an_address_and_has_none_that_is_one_is_left_out_with_both_findings(maker: Maker) -> None:
    maker.choose(requirements={"student": {"email": "skip"}})
    assert students(maker, {"email": "none"})[431].rule == "missing-required"
    assert [(rule, detail) for rule, _key, detail in told(maker)] == [
        ("email-invalid", "email"),
        ("missing-required", "email"),
    ]


def test_nothing_is_counted_of_who_is_not_delivered(maker: Maker) -> None:
    students(
        maker, {"dcid": 1, "enroll_status": 2, "email": "mailto:x@y.org"}, {"dcid": 2, "enroll_status": 2, "email": "?"}
    )
    students(maker, {"dcid": 3})
    assert maker.problems == []


@pytest.mark.parametrize("name", ["O&#39;Malley &amp; Son", "O&#x27;Malley", "&quot;Zoe&quot;", "A&nbsp;B"])
def test_codes_for_characters_in_a_name_are_a_finding_and_delivered_as_they_are(maker: Maker, name: str) -> None:
    assert students(maker, {"last_name": name})[431].values["familyName"] == name
    assert told(maker) == [("escaped-text", 431, "familyName")]


@pytest.mark.parametrize("name", ["O'Malley & Son", "A&B;", "R&D; x", "&", "&;"])
def test_an_ampersand_alone_is_none(maker: Maker, name: str) -> None:
    students(maker, {"last_name": name})
    assert maker.problems == []


def test_grades_that_are_in_no_list_are_told_once_each_with_their_number(maker: Maker) -> None:
    grades = enumerate([-5, -3, 14, 99, 99, 99, 7], start=1)
    rows: list[dict[str, object]] = [{"dcid": key, "grade_level": grade} for key, grade in grades]
    found = students(maker, *rows)
    assert [one.values["grade"] for one in found.values()] == ["Other", "IT", "Other", "Other", "Other", "Other", "07"]
    assert told(maker) == [
        ("value-unlisted", 1, "grade “-5”: 1 record"),
        ("value-unlisted", 3, "grade “14”: 1 record"),
        ("value-unlisted", 4, "grade “99”: 3 records"),
    ]


def test_relations_in_other_capitals_keep_their_role(maker: Maker) -> None:
    rows = [
        {"studentcontactassocid": key, "studentdcid": 431, "personid": key, "relation": relation, "detail_id": 1}
        for key, relation in enumerate(["mother", "FATHER", "Father ", "Tutor", "tutor"], start=1)
    ]
    made = [maker.row("relationships", **row) for row in rows]
    found = maker.shaped(RELATIONSHIP, lambda intake: relationship_rows(intake)(made))
    assert [one.values["role"] for one in found.values()] == ["parent", "parent", "parent", "relative", "relative"]
    assert told(maker) == [("value-unlisted", 4, "role “Tutor”: 2 records")]
