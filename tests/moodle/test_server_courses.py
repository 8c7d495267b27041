"""Categories, courses, enrolments, groups behave as moodle-api.md 5, 6.3 to 6.6 observed; on any Moodle (conftest)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.moodle.client import Plain

OPAQUE = "invalidparameter"
STUDENT, TEACHER, EDITING_TEACHER = 5, 4, 3
NOBODY = 999_999_999
SEPTEMBER, JUNE = 1_788_220_800, 1_812_000_000


def enrol(site: Plain, course: int, *users: int, role: int = STUDENT, **more: Any) -> None:
    rows = [{"roleid": role, "userid": user, "courseid": course, **more} for user in users]
    assert site.call("enrol_manual_enrol_users", enrolments=rows) is None


def by_number(site: Plain, number: str) -> list[dict[str, Any]]:
    return site.call("core_course_get_courses_by_field", field="idnumber", value=number)["courses"]


# --- categories


def test_a_category_idnumber_is_taken_once(anywhere: Plain) -> None:
    anywhere.make_category()
    again = [{"name": "Fresh", "idnumber": anywhere.name("fresh")}, {"name": "x", "idnumber": anywhere.name("school")}]
    assert anywhere.refused("core_course_create_categories", categories=again) == "categoryidnumbertaken"
    criteria = [{"key": "idnumber", "value": anywhere.name("fresh")}]
    assert anywhere.call("core_course_get_categories", criteria=criteria) == []


def test_a_category_without_its_parent_or_name_is_refused(anywhere: Plain) -> None:
    def code(**category: Any) -> str:
        return anywhere.refused("core_course_create_categories", categories=[category])

    assert code(name="x", parent=NOBODY) == "unknowcategory"
    assert code(name="") == "categorynamerequired"
    assert code(name="x" * 256) == "categorytoolong"
    assert code(name="x", idnumber="x" * 101) == "idnumbertoolong"
    assert code(name="x", visible=1) == OPAQUE
    update = [{"id": NOBODY, "name": "x"}]
    assert anywhere.refused("core_course_update_categories", categories=update) == "unknowncategory"


def test_a_category_is_looked_up_with_its_descendants_unless_told_otherwise(anywhere: Plain) -> None:
    top = anywhere.make_category()
    below = anywhere.make_category("year", parent=top)
    criteria = [{"key": "idnumber", "value": anywhere.name("school")}]
    found = anywhere.call("core_course_get_categories", criteria=criteria)
    assert [row["id"] for row in found] == [top, below]
    alone = anywhere.call("core_course_get_categories", criteria=criteria, addsubcategories=0)
    assert [(row["id"], row["depth"], row["path"]) for row in alone] == [(top, 1, f"/{top}")]


def test_names_are_display_text_unless_raw_is_asked_for(anywhere: Plain) -> None:
    category = anywhere.make_category(name="Arts & Crafts")
    course = anywhere.make_course(fullname="Sewing & Knitting", categoryid=category)
    criteria = [{"key": "id", "value": category}]
    assert anywhere.call("core_course_get_categories", criteria=criteria)[0]["name"] == "Arts &amp; Crafts"
    assert anywhere.call("core_course_get_categories", raw=True, criteria=criteria)[0]["name"] == "Arts & Crafts"
    names = [
        anywhere.call("core_course_get_courses", raw=raw, options={"ids": [course]})[0]["fullname"]
        for raw in (False, True)
    ]
    assert names == ["Sewing &amp; Knitting", "Sewing & Knitting"]


# --- courses


def test_a_course_has_dates_and_a_manual_enrolment_by_default(anywhere: Plain) -> None:
    anywhere.make_course(enddate=0, startdate=SEPTEMBER)
    [course] = by_number(anywhere, anywhere.name("alg"))
    assert (course["startdate"], course["enddate"]) == (SEPTEMBER, 0)
    assert (course["visible"], course["enrollmentmethods"]) == (1, ["manual"])


def test_short_name_and_idnumber_of_a_course_are_taken_once(anywhere: Plain) -> None:
    category = anywhere.make_category()
    anywhere.make_course(categoryid=category)
    fresh = {"fullname": "x", "shortname": anywhere.name("fresh"), "categoryid": category}

    def code(**change: Any) -> str:
        return anywhere.refused("core_course_create_courses", courses=[fresh | {"idnumber": "f"}, fresh | change])

    assert code(shortname=anywhere.name("alg")) == "shortnametaken"
    assert code(shortname=anywhere.name("z"), idnumber=anywhere.name("alg")) == "courseidnumbertaken"
    found = anywhere.call("core_course_get_courses_by_field", field="shortname", value=anywhere.name("fresh"))
    assert found["courses"] == []


def test_short_names_are_told_apart_by_case(anywhere: Plain) -> None:
    category = anywhere.make_category()
    first = anywhere.make_course("ALG", categoryid=category, idnumber="")
    assert anywhere.make_course("alg", categoryid=category, idnumber="") != first


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"categoryid": NOBODY}, "errorcatcontextnotvalid"),
        ({"startdate": JUNE, "enddate": SEPTEMBER}, "enddatebeforestartdate"),
        ({"startdate": 0, "enddate": JUNE}, "nostartdatenoenddate"),
        ({"enddate": SEPTEMBER - 2_000 * 86_400}, "enddatebeforestartdate"),
        ({"fullname": ""}, "errorinvalidparam"),
        ({"fullname": "Sci <3"}, OPAQUE),
        ({"fullname": "<b>Art"}, OPAQUE),
        ({"startdate": "1788220800.0"}, OPAQUE),
        ({"idnumber": "x" * 101}, "dmlwriteexception"),
        ({"shortname": "x" * 256}, "dmlwriteexception"),
    ],
    ids=str,
)
def test_what_a_course_is_refused_for(anywhere: Plain, change: dict[str, Any], code: str) -> None:
    course = {"fullname": "Art", "shortname": anywhere.name("art"), "categoryid": anywhere.make_category()} | change
    assert anywhere.refused("core_course_create_courses", courses=[course]) == code


def test_texts_with_a_lone_sign_pass(anywhere: Plain) -> None:
    anywhere.make_course(fullname="Reading < 5 > 3 & more")
    assert by_number(anywhere, anywhere.name("alg"))[0]["fullname"].startswith("Reading")


def test_courses_are_updated_one_by_one(anywhere: Plain) -> None:
    category = anywhere.make_category()
    first, second = (anywhere.make_course(word, categoryid=category) for word in ("alg", "geo"))
    changes = [
        {"id": first, "fullname": "New"},
        {"id": second, "shortname": anywhere.name("alg")},
        {"id": second, "enddate": JUNE},
        {"id": NOBODY, "fullname": "x"},
        {"id": second, "visible": 0},
    ]
    warnings = anywhere.call("core_course_update_courses", courses=changes)["warnings"]
    assert [(one["item"], one["itemid"], one["warningcode"]) for one in warnings] == [
        ("course", second, "shortnametaken"),
        ("course", second, "nostartdatenoenddate"),
        ("course", NOBODY, anywhere.missing()),
    ]
    rows = anywhere.call("core_course_get_courses", options={"ids": [first, second]})
    assert {row["id"]: (row["fullname"], row["visible"]) for row in rows} == {
        first: ("New", 1),
        second: ("Course geo", 0),
    }


def test_moving_a_course_to_no_category_warns_and_moves_it(anywhere: Plain) -> None:
    course = anywhere.make_course()
    answer = anywhere.call("core_course_update_courses", courses=[{"id": course, "categoryid": NOBODY}])
    assert answer["warnings"][0]["warningcode"] == anywhere.missing()
    [row] = anywhere.call("core_course_get_courses", options={"ids": [course]})
    assert row["categoryid"] == NOBODY
    home = anywhere.make_category()
    back = anywhere.call("core_course_update_courses", courses=[{"id": course, "categoryid": home}])
    assert back["warnings"] == []


def test_unknown_ids_are_skipped_by_one_look_up_and_break_the_other(anywhere: Plain) -> None:
    course = anywhere.make_course()
    rows = anywhere.call("core_course_get_courses", options={"ids": [course, NOBODY]})
    assert [row["id"] for row in rows] == [course]
    answer = anywhere.call("core_course_get_courses_by_field", field="ids", value=f"{course},{NOBODY}")
    assert "exception" in answer
    assert "errorcode" not in answer


def test_all_courses_hold_site_home(anywhere: Plain) -> None:
    course = anywhere.make_course()
    ids = {row["id"] for row in anywhere.call("core_course_get_courses")}
    assert {1, course} <= ids


def test_deleting_an_unknown_course_is_a_warning(anywhere: Plain) -> None:
    course = anywhere.make_course()
    answer = anywhere.call("core_course_delete_courses", courseids=[NOBODY, course])
    assert [one["warningcode"] for one in answer["warnings"]] == ["unknowncourseidnumber"]
    assert by_number(anywhere, anywhere.name("alg")) == []


# --- enrolments


def test_enrolling_again_changes_dates_and_suspension_and_adds_roles(anywhere: Plain) -> None:
    user, course = anywhere.make_user(), anywhere.make_course()
    enrol(anywhere, course, user, suspend=1)
    assert list(anywhere.enrolled(course, onlysuspended=1)) == [user]
    assert anywhere.enrolled(course, onlyactive=1) == {}
    enrol(anywhere, course, user, role=TEACHER)
    assert list(anywhere.enrolled(course, onlyactive=1)) == [user]
    roles = {role["shortname"] for role in anywhere.enrolled(course)[user]["roles"]}
    assert roles == {"student", "teacher"}


def test_an_enrolment_that_has_ended_counts_as_suspended(anywhere: Plain) -> None:
    user, course = anywhere.make_user(), anywhere.make_course()
    enrol(anywhere, course, user, timeend=1)
    assert list(anywhere.enrolled(course, onlysuspended=1)) == [user]


def test_suspending_keeps_groups_and_unenrolling_loses_them(anywhere: Plain) -> None:
    user, course = anywhere.make_user(), anywhere.make_course()
    enrol(anywhere, course, user)
    group = {"courseid": course, "name": "Period 1", "description": "", "idnumber": anywhere.name("g")}
    group_id = anywhere.call("core_group_create_groups", groups=[group])[0]["id"]
    members = [{"groupid": group_id, "userid": user}]
    for _ in range(2):  # A second time is no error.
        assert anywhere.call("core_group_add_group_members", members=members) is None

    def inside() -> list[int]:
        return anywhere.call("core_group_get_group_members", groupids=[group_id])[0]["userids"]

    enrol(anywhere, course, user, suspend=1)
    assert inside() == [user]
    gone = [{"userid": user, "courseid": course}]
    for _ in range(2):
        assert anywhere.call("enrol_manual_unenrol_users", enrolments=gone) is None
    assert anywhere.enrolled(course) == {}
    enrol(anywhere, course, user)
    assert inside() == []


@pytest.mark.parametrize("bad", ["role", "user", "course", "deleted", "guest"])
def test_one_bad_enrolment_rolls_the_batch_back(anywhere: Plain, bad: str) -> None:
    user, course = anywhere.make_user(), anywhere.make_course()
    gone = anywhere.make_user("gone")
    anywhere.call("core_user_delete_users", userids=[gone])
    row = {"roleid": STUDENT, "userid": user, "courseid": course}
    change = {
        "role": {"roleid": 8},
        "user": {"userid": NOBODY},
        "course": {"courseid": NOBODY},
        "deleted": {"userid": gone},
        "guest": {"userid": 1},
    }
    unknown_user = "codingerror" if anywhere.release == "4.3" else anywhere.missing(user=True)
    codes = {"role": "wsusercannotassign", "user": unknown_user, "course": OPAQUE, "deleted": "userdeleted"}
    codes["guest"] = "guestsarenotallowed"
    assert anywhere.refused("enrol_manual_enrol_users", enrolments=[row, row | change[bad]]) == codes[bad]
    assert anywhere.enrolled(course) == {}


def test_unenrolling_takes_no_role_but_by_an_old_release_that_ignores_it(anywhere: Plain) -> None:
    user, course = anywhere.make_user(), anywhere.make_course()
    enrol(anywhere, course, user)
    gone = [{"userid": user, "courseid": course, "roleid": TEACHER}]
    if anywhere.release in {"4.3", "4.5"}:
        assert anywhere.call("enrol_manual_unenrol_users", enrolments=gone) is None
        assert anywhere.enrolled(course) == {}
    else:
        assert anywhere.refused("enrol_manual_unenrol_users", enrolments=gone) == OPAQUE
        assert list(anywhere.enrolled(course)) == [user]


def test_unenrolling_from_an_unknown_course_or_an_unknown_user_is_not_found(anywhere: Plain) -> None:
    user, course = anywhere.make_user(), anywhere.make_course()

    def code(**change: Any) -> str:
        gone = [{"userid": user, "courseid": course} | change]
        return anywhere.refused("enrol_manual_unenrol_users", enrolments=gone)

    assert code(courseid=NOBODY) == anywhere.missing()
    assert code(userid=NOBODY) == anywhere.missing(user=True)


def test_nobody_is_a_student_of_the_whole_site(anywhere: Plain) -> None:
    role = {"roleid": STUDENT, "userid": anywhere.make_user()}
    for place in ({}, {"contextlevel": "system", "instanceid": 0}, {"contextlevel": "course", "instanceid": NOBODY}):
        assert anywhere.refused("core_role_assign_roles", assignments=[role | place]) == OPAQUE


def test_names_within_rows_are_display_text_even_when_raw_is_asked_for(anywhere: Plain) -> None:
    user, course = anywhere.make_user(), anywhere.make_course(fullname="Sewing & Knitting")
    enrol(anywhere, course, user)
    group = {"courseid": course, "name": "Red & Blue", "description": ""}
    group_id = anywhere.call("core_group_create_groups", groups=[group])[0]["id"]
    anywhere.call("core_group_add_group_members", members=[{"groupid": group_id, "userid": user}])
    [row] = anywhere.call("core_enrol_get_enrolled_users", raw=True, courseid=course)
    assert row["groups"][0]["name"] == "Red &amp; Blue"
    assert row["enrolledcourses"][0]["fullname"] == "Sewing &amp; Knitting"


def test_suspended_accounts_are_enrolled_and_listed(anywhere: Plain) -> None:
    user, course = anywhere.make_user(), anywhere.make_course(visible=0)
    anywhere.call("core_user_update_users", users=[{"id": user, "suspended": 1}])
    enrol(anywhere, course, user)
    assert list(anywhere.enrolled(course)) == [user]


def test_rows_of_a_course_leave_out_what_is_empty(anywhere: Plain) -> None:
    user, course = anywhere.make_user(idnumber=""), anywhere.make_course()
    enrol(anywhere, course, user)
    assert set(anywhere.enrolled(course, nosuchoption=1)[user]) == {"id", "fullname", "roles"}


def test_a_role_is_taken_away_by_itself(anywhere: Plain) -> None:
    user, course = anywhere.make_user(), anywhere.make_course()
    enrol(anywhere, course, user)
    role = {"roleid": STUDENT, "userid": user, "contextlevel": "course", "instanceid": course}
    assert anywhere.call("core_role_unassign_roles", unassignments=[role]) is None
    assert anywhere.enrolled(course)[user]["roles"] == []
    assert anywhere.call("core_role_assign_roles", assignments=[role | {"roleid": EDITING_TEACHER}]) is None
    assert [one["shortname"] for one in anywhere.enrolled(course)[user]["roles"]] == ["editingteacher"]


# --- groups


def test_group_names_and_numbers_are_taken_once_in_a_course(anywhere: Plain) -> None:
    category = anywhere.make_category()
    first, second = (anywhere.make_course(word, categoryid=category) for word in ("alg", "geo"))
    group = {"courseid": first, "name": "Period 1", "description": "", "idnumber": "g1"}
    [made] = anywhere.call("core_group_create_groups", groups=[group])
    assert (made["enrolmentkey"], made["idnumber"], made["participation"]) == ("", "g1", True)

    def code(**change: Any) -> str:
        return anywhere.refused("core_group_create_groups", groups=[group | change])

    assert code(idnumber="g2") == OPAQUE
    assert code(name="Period 2") == "idnumbertaken"
    assert code(name="Period 2", description=None, idnumber="g2") == OPAQUE
    assert anywhere.call("core_group_create_groups", groups=[group | {"courseid": second}])[0]["courseid"] == second
    [row] = anywhere.call("core_group_get_course_groups", courseid=first)
    assert (row["name"], row["enrolmentkey"]) == ("Period 1", None)


def test_only_those_enrolled_become_members(anywhere: Plain) -> None:
    user, course = anywhere.make_user(), anywhere.make_course()
    group = {"courseid": course, "name": "Period 1", "description": ""}
    group_id = anywhere.call("core_group_create_groups", groups=[group])[0]["id"]

    def code(**change: Any) -> str:
        members = [{"groupid": group_id, "userid": user} | change]
        return anywhere.refused("core_group_add_group_members", members=members)

    assert code() == OPAQUE
    assert code(groupid=NOBODY) == anywhere.missing()
    assert code(userid=NOBODY) == anywhere.missing(user=True)
    assert anywhere.refused("core_group_get_group_members", groupids=[group_id, NOBODY]) == anywhere.missing()
    assert anywhere.call("core_group_delete_groups", groupids=[NOBODY, group_id]) is None
