"""What a missing capability hides or refuses (moodle-api.md 4, "Capability matrix"), and what a blocked account may."""

from __future__ import annotations

from typing import Any

import pytest

from tests.moodle.client import Plain
from tests.moodle.server import MoodleSite

BLOCKED = {"policy": "sitepolicynotagreed", "password": "forcepasswordchangenotice", "profile": "usernotfullysetup"}


@pytest.fixture
def course(moodle_site: MoodleSite) -> int:
    """A hidden course with one student, who has an idnumber and a school."""
    student = moodle_site.add_user("ann", "4711", institution="North High")
    course = moodle_site.add_course("ALG1", idnumber="C1", visible=False)
    moodle_site.enrol(student, course)
    return course.id


def by_number(site: Plain) -> list[dict[str, Any]]:
    return site.by_field("idnumber", "4711")


def courses(site: Plain) -> Any:
    return site.call("core_course_get_courses_by_field", field="idnumber", value="C1")["courses"]


@pytest.mark.parametrize("field", ["id", "username", "idnumber", "email"])
def test_without_viewdetails_every_look_up_is_silently_empty(
    plain: Plain, moodle_site: MoodleSite, course: int, field: str
) -> None:
    value = getattr(moodle_site.user(username="ann"), field)
    assert len(plain.by_field(field, value)) == 1
    moodle_site.revoke("moodle/user:viewdetails")
    assert plain.by_field(field, value) == []
    assert plain.enrolled(course) == {}


def test_without_viewalldetails_names_and_numbers_are_silently_missing(
    plain: Plain, moodle_site: MoodleSite, course: int
) -> None:
    moodle_site.revoke("moodle/user:viewalldetails")
    assert by_number(plain) == []
    assert plain.by_field("username", "ann") == []
    [user] = plain.by_field("email", "ann@school.invalid")
    gone = {"username", "idnumber", "auth", "confirmed", "lang", "department"}
    assert not gone & set(user)
    assert user["email"] == "ann@school.invalid"


def test_without_viewuseridentity_the_email_is_silently_missing(
    plain: Plain, moodle_site: MoodleSite, course: int
) -> None:
    moodle_site.revoke("moodle/site:viewuseridentity")
    assert "email" not in by_number(plain)[0]
    assert plain.by_field("email", "ann@school.invalid") == []
    found = plain.call("core_user_get_users", criteria=[{"key": "email", "value": "ann%"}])
    assert found["users"] == []


def test_without_viewfullnames_an_older_release_gives_the_full_name_alone() -> None:
    given = {}
    for release in ("4.3", "5.1"):
        with MoodleSite(release) as site:
            site.add_user("ann")
            site.revoke("moodle/site:viewfullnames")
            given[release] = "firstname" in Plain(site.address, site.token).by_field("username", "ann")[0]
            assert Plain(site.address, site.token).by_field("username", "ann")[0]["fullname"] == "Ada Ann"
    assert given == {"4.3": False, "5.1": True}


def test_the_robots_own_account_proves_nothing(plain: Plain, moodle_site: MoodleSite) -> None:
    for capability in ("moodle/user:viewdetails", "moodle/user:viewalldetails", "moodle/site:viewuseridentity"):
        moodle_site.revoke(capability)
    [own] = plain.by_field("username", "psconnect")
    assert {"username", "email", "auth"} <= set(own)


def test_phone_numbers_come_back_only_as_identity(plain: Plain, moodle_site: MoodleSite) -> None:
    moodle_site.add_user("ann", phone1="555-0100")
    assert "phone1" not in plain.by_field("username", "ann")[0]
    moodle_site.switches.identity_fields.add("phone1")
    assert plain.by_field("username", "ann")[0]["phone1"] == "555-0100"


def test_without_course_view_courses_are_found_but_bare_and_closed(
    plain: Plain, moodle_site: MoodleSite, course: int
) -> None:
    moodle_site.revoke("moodle/course:view")
    [found] = courses(plain)
    assert not {"idnumber", "visible", "startdate"} & set(found)
    wrapped = "errorcoursecontextnotvalid"
    assert plain.refused("core_course_get_courses") == wrapped
    assert plain.refused("core_enrol_get_enrolled_users", courseid=course) == wrapped
    assert plain.refused("core_group_get_course_groups", courseid=course) == wrapped
    student = moodle_site.user(username="ann")
    row = {"userid": student.id, "courseid": course}
    assert plain.refused("enrol_manual_enrol_users", enrolments=[{**row, "roleid": 5}]) == "requireloginerror"
    assert plain.refused("enrol_manual_unenrol_users", enrolments=[row]) == "requireloginerror"


def test_without_viewhiddencourses_a_hidden_course_is_silently_missing(
    plain: Plain, moodle_site: MoodleSite, course: int
) -> None:
    moodle_site.revoke("moodle/course:viewhiddencourses")
    assert courses(plain) == []
    student = moodle_site.user(username="ann")
    assert plain.call("core_enrol_get_users_courses", userid=student.id) == []
    assert plain.refused("core_course_get_courses") == "errorcoursecontextnotvalid"


def test_without_course_update_the_number_is_silently_missing(
    plain: Plain, moodle_site: MoodleSite, course: int
) -> None:
    moodle_site.revoke("moodle/course:update")
    assert "idnumber" not in courses(plain)[0]
    rows = {row["id"]: row for row in plain.call("core_course_get_courses")}
    assert not {"idnumber", "visible"} & set(rows[course])
    warnings = plain.call("core_course_update_courses", courses=[{"id": course, "fullname": "x"}])["warnings"]
    assert [one["warningcode"] for one in warnings] == ["nopermissions"]


@pytest.mark.parametrize(
    ("capability", "change"),
    [
        ("moodle/course:changefullname", {"fullname": "x"}),
        ("moodle/course:changeshortname", {"shortname": "x"}),
        ("moodle/course:changeidnumber", {"idnumber": "x"}),
        ("moodle/course:changesummary", {"summary": "x"}),
        ("moodle/course:changecategory", {"categoryid": 2}),
        ("moodle/course:visibility", {"visible": 1}),
    ],
)
def test_each_field_of_a_course_needs_its_own_capability(
    plain: Plain, moodle_site: MoodleSite, course: int, capability: str, change: dict
) -> None:
    moodle_site.add_category("Other")
    moodle_site.revoke(capability)
    update: dict[str, Any] = {"courses": [{"id": course, **change}]}
    assert plain.call("core_course_update_courses", **update)["warnings"][0]["warningcode"] == "nopermissions"
    moodle_site.grant(capability)
    assert plain.call("core_course_update_courses", **update)["warnings"] == []


def test_without_visibility_a_new_course_is_as_visible_as_its_category(plain: Plain, moodle_site: MoodleSite) -> None:
    moodle_site.revoke("moodle/course:visibility")
    plain.make_course(visible=0)
    assert moodle_site.course(shortname=plain.name("alg")).visible


def test_without_category_manage_numbers_are_missing_and_cannot_be_searched(
    plain: Plain, moodle_site: MoodleSite
) -> None:
    moodle_site.revoke("moodle/category:manage")
    assert not {"idnumber", "visible", "theme"} & set(plain.call("core_course_get_categories")[0])
    criteria = [{"key": "idnumber", "value": "x"}]
    assert plain.refused("core_course_get_categories", criteria=criteria) == "criteriaerror"


_USER = {"username": "x", "firstname": "x", "lastname": "x", "email": "x@y.invalid"}
_COURSE = {"fullname": "x", "shortname": "x", "categoryid": 1}
_COHORT = {"categorytype": {"type": "system", "value": ""}, "name": "x", "idnumber": "x"}
_ROLE = {"roleid": 5, "userid": 2, "contextlevel": "system"}


@pytest.mark.parametrize(
    ("capability", "function", "arguments"),
    [
        ("moodle/user:create", "core_user_create_users", {"users": [_USER]}),
        ("moodle/user:update", "core_user_update_users", {"users": [{"id": 2}]}),
        ("moodle/user:delete", "core_user_delete_users", {"userids": [2]}),
        ("moodle/category:manage", "core_course_create_categories", {"categories": [{"name": "x"}]}),
        ("moodle/course:create", "core_course_create_courses", {"courses": [_COURSE]}),
        ("moodle/course:managegroups", "core_group_get_course_groups", {"courseid": 1}),
        ("moodle/cohort:manage", "core_cohort_create_cohorts", {"cohorts": [_COHORT]}),
        ("moodle/role:assign", "core_role_assign_roles", {"assignments": [_ROLE]}),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_what_is_refused_aloud(
    plain: Plain, moodle_site: MoodleSite, capability: str, function: str, arguments: dict
) -> None:
    moodle_site.revoke(capability)
    assert plain.refused(function, **arguments) == "nopermissions"


def test_members_and_reads_of_cohorts_need_one_of_several(plain: Plain, moodle_site: MoodleSite) -> None:
    cohort = moodle_site.add_cohort("Grade 9", "g9")
    moodle_site.revoke("moodle/cohort:manage")
    assert len(plain.call("core_cohort_get_cohorts")) == 1
    moodle_site.revoke("moodle/cohort:view")
    assert plain.refused("core_cohort_get_cohorts") == "nopermissions"
    user = {"type": "username", "value": "admin"}
    member = {"cohorttype": {"type": "id", "value": cohort.id}, "usertype": user}
    assert plain.call("core_cohort_add_cohort_members", members=[member])["warnings"] == []
    moodle_site.revoke("moodle/cohort:assign")
    moodle_site.add_user("ann")
    user["value"] = "ann"
    assert plain.refused("core_cohort_add_cohort_members", members=[member]) == "nopermissions"


def test_enrolling_needs_the_role_to_be_assignable(plain: Plain, moodle_site: MoodleSite, course: int) -> None:
    row = {"roleid": 5, "userid": moodle_site.add_user("bob").id, "courseid": course}
    moodle_site.robot.assignable.discard(5)
    assert plain.refused("enrol_manual_enrol_users", enrolments=[row]) == "wsusercannotassign"
    moodle_site.robot.assignable.add(5)
    moodle_site.revoke("moodle/role:assign")
    assert plain.refused("enrol_manual_enrol_users", enrolments=[row]) == "wsusercannotassign"
    moodle_site.revoke("enrol/manual:enrol")
    assert plain.refused("enrol_manual_enrol_users", enrolments=[row]) == "nopermissions"


def test_active_and_suspended_need_enrolreview(plain: Plain, moodle_site: MoodleSite, course: int) -> None:
    moodle_site.revoke("moodle/course:enrolreview")
    assert len(plain.enrolled(course)) == 1
    options = [{"name": "onlyactive", "value": 1}]
    assert plain.refused("core_enrol_get_enrolled_users", courseid=course, options=options) == "nopermissions"


def test_separate_groups_hide_people_without_accessallgroups(plain: Plain, moodle_site: MoodleSite) -> None:
    course = moodle_site.add_course("GEO1", groupmode=1)
    moodle_site.enrol(moodle_site.add_user("ann"), course)
    assert len(plain.enrolled(course.id)) == 1
    moodle_site.revoke("moodle/site:accessallgroups")
    assert plain.enrolled(course.id) == {}


def test_a_creator_may_delete_a_fresh_course_of_its_own(plain: Plain, moodle_site: MoodleSite, course: int) -> None:
    moodle_site.revoke("moodle/course:delete")
    own = plain.make_course()
    answer = plain.call("core_course_delete_courses", courseids=[course, own])
    assert [(one["itemid"], one["warningcode"]) for one in answer["warnings"]] == [(course, "cannotdeletecourse")]


@pytest.mark.parametrize("reason", sorted(BLOCKED))
def test_a_blocked_account_has_a_healthy_token_and_can_do_nothing(
    plain: Plain, moodle_site: MoodleSite, course: int, reason: Any
) -> None:
    moodle_site.blocked = reason
    code = BLOCKED[reason]
    assert plain.call("core_webservice_get_site_info")["userid"] == moodle_site.robot.user.id
    assert plain.refused("core_user_get_users_by_field", field="username", values=["ann"]) == code
    assert plain.refused("core_user_create_users", users=[plain.person("bob")]) == code
    moodle_site.add_cohort("Grade 9", "g9")
    assert plain.refused("core_cohort_get_cohorts") == code
    assert plain.call("core_course_get_categories") == []
    assert len(plain.call("core_user_get_users", criteria=[{"key": "username", "value": "ann"}])["users"]) == 1
    assert plain.refused("core_course_get_courses") == "errorcoursecontextnotvalid"
    new = {"fullname": "x", "shortname": "x", "categoryid": 1}
    assert plain.refused("core_course_create_courses", courses=[new]) == "errorcatcontextnotvalid"
    member = {"cohorttype": {"type": "idnumber", "value": "g9"}, "usertype": {"type": "username", "value": "ann"}}
    assert plain.refused("core_cohort_add_cohort_members", members=[member]) == "Error"
