"""Cohorts and their members behave as moodle-api.md 5 and 6.7 observed; on any Moodle (see conftest)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.moodle.client import Plain
from tests.moodle.server import MoodleSite

OPAQUE = "invalidparameter"
NOBODY = 999_999_999
SYSTEM = {"type": "system", "value": ""}


def make_cohort(site: Plain, word: str = "grade-9", **more: Any) -> int:
    cohort = {"categorytype": SYSTEM, "name": f"Grade & {word}", "idnumber": site.name(word)} | more
    return site.call("core_cohort_create_cohorts", cohorts=[cohort])[0]["id"]


def add(site: Plain, *pairs: tuple[tuple[str, Any], tuple[str, Any]]) -> list[str]:
    """Add members by (type, value) of cohort and user; the codes of the warnings."""
    members = [
        {
            "cohorttype": {"type": cohort[0], "value": cohort[1]},
            "usertype": {"type": user[0], "value": user[1]},
        }
        for cohort, user in pairs
    ]
    warnings = site.call("core_cohort_add_cohort_members", members=members)["warnings"]
    assert all("itemid" not in one for one in warnings)
    return [one["warningcode"] for one in warnings]


def members_of(site: Plain, cohort: int) -> list[int]:
    return site.call("core_cohort_get_cohort_members", cohortids=[cohort])[0]["userids"]


def test_an_idnumber_is_taken_once_in_the_whole_site(anywhere: Plain) -> None:
    make_cohort(anywhere)
    category = {"type": "id", "value": anywhere.make_category()}
    again = [
        {"categorytype": SYSTEM, "name": "Fresh", "idnumber": anywhere.name("fresh")},
        {"categorytype": category, "name": "x", "idnumber": anywhere.name("grade-9")},
    ]
    assert anywhere.refused("core_cohort_create_cohorts", cohorts=again) == OPAQUE
    search: dict[str, Any] = {"query": anywhere.name("fresh"), "context": {"contextlevel": "system", "instanceid": 0}}
    assert anywhere.call("core_cohort_search_cohorts", **search) == {"cohorts": []}


def test_the_kind_of_a_system_cohort_needs_a_value_that_is_ignored(anywhere: Plain) -> None:
    cohort = {"categorytype": {"type": "system"}, "name": "x", "idnumber": anywhere.name("x")}
    assert anywhere.refused("core_cohort_create_cohorts", cohorts=[cohort]) == OPAQUE
    assert make_cohort(anywhere, categorytype={"type": "system", "value": "whatever"})
    unknown = {"categorytype": {"type": "id", "value": NOBODY}, "name": "x", "idnumber": anywhere.name("x")}
    assert anywhere.refused("core_cohort_create_cohorts", cohorts=[unknown]) == OPAQUE


def test_an_update_checks_no_idnumber_for_doubles(anywhere: Plain) -> None:
    first, second = make_cohort(anywhere), make_cohort(anywhere, "grade-10")
    change = {"id": second, "categorytype": SYSTEM, "name": "Renamed", "idnumber": anywhere.name("grade-9")}
    assert anywhere.call("core_cohort_update_cohorts", cohorts=[change]) is None
    found = anywhere.call("core_cohort_get_cohorts", cohortids=[first, second])
    assert {row["idnumber"] for row in found} == {anywhere.name("grade-9")}
    user = anywhere.make_user()
    assert add(anywhere, (("idnumber", anywhere.name("grade-9")), ("id", user))) == []
    assert members_of(anywhere, first) == [user]


def test_an_update_needs_all_its_keys_and_moves_a_cohort(anywhere: Plain) -> None:
    category = {"type": "id", "value": anywhere.make_category()}
    cohort = make_cohort(anywhere, categorytype=category)
    assert anywhere.refused("core_cohort_update_cohorts", cohorts=[{"id": cohort, "name": "x"}]) == OPAQUE
    change = {"id": cohort, "categorytype": SYSTEM, "name": "x", "idnumber": anywhere.name("grade-9")}
    assert anywhere.call("core_cohort_update_cohorts", cohorts=[change]) is None
    search: dict[str, Any] = {"query": anywhere.name("grade-9"), "context": {"contextlevel": "system", "instanceid": 0}}
    found = anywhere.call("core_cohort_search_cohorts", **search, includes="self")["cohorts"]
    assert [row["id"] for row in found] == [cohort]


def test_members_are_added_one_by_one_with_warnings_that_name_no_item(anywhere: Plain) -> None:
    cohort, user, other = make_cohort(anywhere), anywhere.make_user(), anywhere.make_user("bob")
    number = anywhere.name("grade-9")
    assert add(
        anywhere,
        (("idnumber", number), ("id", user)),
        (("idnumber", number), ("id", user)),
        (("id", cohort), ("id", NOBODY)),
        (("idnumber", "nope"), ("id", user)),
        (("idnumber", number), ("idnumber", anywhere.name("ANN"))),
        (("id", cohort), ("username", anywhere.name("bob"))),
    ) == ["3", "2", "2", "1"]
    assert sorted(members_of(anywhere, cohort)) == [user, other]


def test_members_are_taken_out_and_unknown_ones_are_an_error(anywhere: Plain) -> None:
    cohort, user = make_cohort(anywhere), anywhere.make_user()
    add(anywhere, (("id", cohort), ("id", user)))

    def take(**change: Any) -> dict[str, Any]:
        return {"members": [{"cohortid": cohort, "userid": user} | change]}

    for _ in range(2):  # Who is no member is no error.
        assert anywhere.call("core_cohort_delete_cohort_members", **take()) is None
    assert members_of(anywhere, cohort) == []
    assert anywhere.refused("core_cohort_delete_cohort_members", **take(cohortid=NOBODY)) == anywhere.missing()
    assert anywhere.refused("core_cohort_delete_cohort_members", **take(userid=NOBODY)) == anywhere.missing(user=True)
    assert anywhere.refused("core_cohort_get_cohort_members", cohortids=[NOBODY]) == anywhere.missing()


def test_a_deleted_user_is_in_no_cohort(anywhere: Plain) -> None:
    cohort, user = make_cohort(anywhere), anywhere.make_user()
    add(anywhere, (("id", cohort), ("id", user)))
    anywhere.call("core_user_delete_users", userids=[user])
    assert members_of(anywhere, cohort) == []


def test_a_search_is_paged_by_page_numbers(anywhere: Plain) -> None:
    ids = {make_cohort(anywhere, f"grade-{grade}") for grade in (9, 10, 11)}
    search: dict[str, Any] = {"query": anywhere.mark, "context": {"contextlevel": "system", "instanceid": 0}}
    pages = [
        anywhere.call("core_cohort_search_cohorts", **search, limitfrom=page, limitnum=2)["cohorts"]
        for page in (0, 1, 2)
    ]
    assert [len(page) for page in pages] == [2, 1, 0]
    assert {row["id"] for page in pages for row in page} == ids


def names(site: Plain, *, raw: bool) -> set[str]:
    """The name of the test's only cohort as a read and as a search give it."""
    search: dict[str, Any] = {"query": site.mark, "context": {"contextlevel": "system", "instanceid": 0}}
    [found] = site.call("core_cohort_search_cohorts", raw=raw, **search)["cohorts"]
    [read] = site.call("core_cohort_get_cohorts", raw=raw, cohortids=[found["id"]])
    return {found["name"], read["name"]}


def test_a_name_is_as_it_was_given_when_raw_is_asked_for(anywhere: Plain) -> None:
    make_cohort(anywhere)
    assert names(anywhere, raw=True) == {"Grade & grade-9"}


@pytest.mark.parametrize(("as_text", "sign"), [(True, "&amp;"), (False, "&")])
def test_a_name_is_display_text_in_some_builds(plain: Plain, moodle_site: MoodleSite, as_text: bool, sign: str) -> None:
    moodle_site.switches.cohort_names_as_text = as_text
    make_cohort(plain)
    assert names(plain, raw=False) == {f"Grade {sign} grade-9"}
