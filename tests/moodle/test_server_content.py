"""What a site keeps and sends by itself: mails, profile fields, grades, its picture; and how long calls take."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.moodle.client import Plain
from tests.moodle.server import MoodleSite, Switches

CREATE = "core_user_create_users"
STUDENT, EDITING_TEACHER = 5, 3


def test_generated_passwords_are_mailed_after_the_commit(plain: Plain, moodle_site: MoodleSite) -> None:
    people = [plain.person(word, password=None, createpassword=1) for word in ("ann", "bob")]
    plain.make_users(*people)
    assert [(mail.to, mail.kind) for mail in moodle_site.mails] == [(one["email"], "newpassword") for one in people]
    assert moodle_site.user(username=plain.name("ann")).preferences == {"auth_forcepasswordchange": "1"}
    plain.make_user("cid")
    assert len(moodle_site.mails) == 2


@pytest.mark.parametrize(("release", "mails"), [("4.3", 1), ("5.1", 0)])
def test_an_old_release_mails_even_when_all_is_rolled_back(release: Any, mails: int) -> None:
    with MoodleSite(release) as site:
        plain = Plain(site.address, site.token)
        people = [plain.person("ann", password=None, createpassword=1), plain.person("bob", email="bad")]
        plain.call(CREATE, users=people)
        assert (len(site.users), len(site.mails)) == (0, mails)


@pytest.mark.parametrize(
    ("change", "mails"),
    [
        ({}, 1),
        ({"suspend": 1}, 1),
        ({"teacher": False}, 0),
        ({"visible": 0}, 0),
        ({"suspended": True}, 0),
        ({"switch": False}, 0),
        ({"release": "4.3"}, 0),
    ],
    ids=str,
)
def test_a_course_with_a_teacher_welcomes_whom_is_enrolled(change: dict[str, Any], mails: int) -> None:
    with MoodleSite(
        change.get("release", "5.1"), switches=Switches(course_welcome_mail=change.get("switch", True))
    ) as site:
        plain = Plain(site.address, site.token)
        course = plain.make_course(visible=change.get("visible", 1))
        student = site.add_user("ann", suspended=change.get("suspended", False)).id
        if change.get("teacher", True):
            teacher = {"roleid": EDITING_TEACHER, "userid": site.add_user("tess").id, "courseid": course}
            plain.call("enrol_manual_enrol_users", enrolments=[teacher])
        assert site.mails == []
        row = {"roleid": STUDENT, "userid": student, "courseid": course, "suspend": change.get("suspend", 0)}
        for _ in range(2):  # Whom is enrolled already is not welcomed again.
            plain.call("enrol_manual_enrol_users", enrolments=[row])
        assert [mail.kind for mail in site.mails] == ["coursewelcome"] * mails


def profile(site: Plain, user: int) -> dict[str, str]:
    found = site.by_field("id", user)[0].get("customfields", [])
    return {field["shortname"]: field["value"] for field in found}


def test_profile_fields_keep_what_they_can_hold(plain: Plain, moodle_site: MoodleSite) -> None:
    for field in (
        {"shortname": "grade", "longest": 3},
        {"shortname": "lunch", "datatype": "menu", "options": ("free", "paid")},
        {"shortname": "born", "datatype": "datetime"},
        {"shortname": "bus", "datatype": "checkbox"},
        {"shortname": "campus", "default": "Main"},
        {"shortname": "secret", "visible": False},
    ):
        moodle_site.add_profile_field(**field)
    user = plain.make_user()
    assert profile(plain, user) == {"bus": "0", "campus": "Main"}

    def put(**values: str) -> dict[str, str]:
        fields = [{"type": name, "value": value} for name, value in values.items()]
        plain.call("core_user_update_users", users=[{"id": user, "customfields": fields}])
        return profile(plain, user)

    full = put(grade="12345", lunch="free", born="1788220800", bus="yes", campus="North", secret="x", GRADE="9")
    assert full == {"grade": "123", "lunch": "free", "born": "1788220800", "bus": "yes", "campus": "North"}
    assert moodle_site.user(id=user).fields["secret"] == "x"
    less = put(grade="", lunch="gift", born="2026-09-01", bus="")
    assert less == {"born": "1788220800", "campus": "North"}


@pytest.mark.parametrize("enforced", [False, True])
def test_unique_and_required_profile_fields_are_enforced_by_a_switch_alone(
    plain: Plain, moodle_site: MoodleSite, enforced: bool
) -> None:
    moodle_site.switches.unique_profile_fields = moodle_site.switches.required_profile_fields = enforced
    moodle_site.add_profile_field("psid", unique=True, required=True)
    same = {"customfields": [{"type": "psid", "value": "7"}]}
    plain.make_user("ann", **same)
    codes = [
        plain.call(CREATE, users=[plain.person("bob", **same)]),
        plain.call(CREATE, users=[plain.person("cid")]),
    ]
    assert [isinstance(answer, dict) for answer in codes] == [enforced, enforced]


@pytest.mark.parametrize("recovered", [False, True])
def test_grades_stay_while_suspended_and_go_with_the_enrolment(
    plain: Plain, moodle_site: MoodleSite, recovered: bool
) -> None:
    moodle_site.switches.recover_grades = recovered
    user, course = moodle_site.add_user("ann"), moodle_site.add_course("ALG1")
    moodle_site.enrol(user, course)
    moodle_site.give_grade(user, course, 87.5)
    row = {"roleid": STUDENT, "userid": user.id, "courseid": course.id}
    plain.call("enrol_manual_enrol_users", enrolments=[row | {"suspend": 1}])
    assert moodle_site.grade(user, course) == 87.5
    gone = [{"userid": user.id, "courseid": course.id}]
    plain.call("enrol_manual_unenrol_users", enrolments=gone)
    assert moodle_site.grade(user, course) is None
    plain.call("enrol_manual_enrol_users", enrolments=[row])
    assert moodle_site.grade(user, course) == (87.5 if recovered else None)


def test_unenrolling_leaves_other_methods_alone(plain: Plain, moodle_site: MoodleSite) -> None:
    user, course = moodle_site.add_user("ann"), moodle_site.add_course("ALG1")
    for method in ("manual", "cohort"):
        moodle_site.enrol(user, course, method=method)
    plain.call("enrol_manual_unenrol_users", enrolments=[{"userid": user.id, "courseid": course.id}])
    assert [enrolment.method for enrolment in moodle_site.enrolments] == ["cohort"]
    assert moodle_site.roles_of(user.id, course.id) == {"student"}


def test_a_course_without_a_manual_instance_takes_nobody(plain: Plain, moodle_site: MoodleSite) -> None:
    moodle_site.switches.manual_enrolment = False
    user, course = moodle_site.add_user("ann"), moodle_site.add_course("ALG1")
    row = {"roleid": STUDENT, "userid": user.id, "courseid": course.id}
    assert plain.refused("enrol_manual_enrol_users", enrolments=[row]) == "wsnoinstance"
    found = plain.call("core_course_get_courses_by_field", field="id", value=course.id)["courses"]
    assert found[0]["enrollmentmethods"] == []


@pytest.mark.parametrize(("days", "length"), [(365, 365 * 86_400), (0, None)])
def test_dates_that_are_left_out(plain: Plain, moodle_site: MoodleSite, days: int, length: int | None) -> None:
    moodle_site.switches.course_days = days
    plain.make_course()
    course = moodle_site.course(shortname=plain.name("alg"))
    assert course.startdate % 86_400 == 0
    assert course.enddate == (course.startdate + length if length else 0)


def test_suspending_an_account_ends_its_sessions(plain: Plain, moodle_site: MoodleSite) -> None:
    user = moodle_site.add_user("ann", sessions=2)
    plain.call("core_user_update_users", users=[{"id": user.id, "suspended": 1}])
    assert (user.suspended, user.sessions) == (True, 0)


@pytest.mark.parametrize("matters", [True, False])
def test_a_database_may_tell_upper_from_lower_case_or_not(plain: Plain, moodle_site: MoodleSite, matters: bool) -> None:
    moodle_site.switches.case_matters = matters
    moodle_site.add_user("ann", "abc")
    moodle_site.add_course("ALG1")
    assert len(plain.by_field("idnumber", "ABC")) == (0 if matters else 1)
    assert len(plain.by_field("email", "ANN@school.invalid")) == (0 if matters else 1)
    course = {"fullname": "x", "shortname": "alg1", "categoryid": 1}
    answer = plain.call("core_course_create_courses", courses=[course])
    assert isinstance(answer, list) is matters


def test_site_settings_for_names_and_emails(plain: Plain, moodle_site: MoodleSite) -> None:
    moodle_site.switches.extended_username_chars = moodle_site.switches.allow_same_email = True
    plain.make_user("ann")
    plain.make_user("bob", username="o'neil", email=plain.person("ann")["email"])
    assert plain.refused(CREATE, users=[plain.person("cid", username="Cid")]) == "invalidparameter"
    moodle_site.switches.password_policy = False
    plain.make_user("dan", password="weak")


def test_full_names_were_shorter_before() -> None:
    codes = []
    for release in ("4.3", "4.5", "5.1"):
        with MoodleSite(release) as site:
            course = {"fullname": "x" * 255, "shortname": "x", "categoryid": 1}
            answer = Plain(site.address, site.token).call("core_course_create_courses", courses=[course])
            codes.append(answer["errorcode"] if isinstance(answer, dict) else "ok")
    assert codes == ["dmlwriteexception", "dmlwriteexception", "ok"]


def test_enrolling_an_unknown_user_has_another_code_in_each_release() -> None:
    codes = []
    for release in ("4.3", "4.5", "5.1"):
        with MoodleSite(release) as site:
            row = {"roleid": STUDENT, "userid": 999, "courseid": site.add_course("ALG1").id}
            codes.append(Plain(site.address, site.token).refused("enrol_manual_enrol_users", enrolments=[row]))
    assert codes == ["codingerror", "invaliduser", "invalidrecordunknown"]


def test_a_picture_shows_all_but_ids_and_times() -> None:
    pictures = []
    for before in (0, 3):
        with MoodleSite() as site:
            for number in range(before):
                site.state.delete_user(site.add_user(f"gone{number}"))
            ann, course = site.add_user("ann", "4711"), site.add_course("ALG1", startdate=1, enddate=2)
            site.enrol(ann, course)
            site.add_group(course, "Period 1", members=[ann])
            site.add_cohort("Grade 9", "g9", members=[ann])
            pictures.append(site.picture())
            site.change(ann, firstname="New")
            assert site.picture() != pictures[-1]
    assert pictures[0] == pictures[1]
    assert pictures[0]["enrolments"] == [("ALG1", "ann", "manual", 0, ("student",))]
    assert pictures[0]["cohorts"] == [("Grade 9", "g9", "", ("ann",))]


def test_calls_take_as_long_as_measured_when_asked_to() -> None:
    with MoodleSite(switches=Switches(pace=0.1)) as site:
        plain = Plain(site.address, site.token)
        people = [plain.person(f"s{number}") for number in range(50)]
        started = time.perf_counter()
        plain.make_users(*people)
        assert time.perf_counter() - started >= 0.05  # A tenth of the half second of moodle-api.md 8.
