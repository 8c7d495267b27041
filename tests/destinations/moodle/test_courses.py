"""Categories, courses, groups, enrolments and cohorts in Moodle, and what each refuses."""

from __future__ import annotations

from psconnect.model.outcomes import Done, Refused
from tests.destinations.moodle.support import Delivery, enrolled, student
from tests.moodle.server import MoodleSite


def code(outcome: object) -> str:
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def test_a_course_has_its_category_and_no_end_that_nobody_gave(delivery: Delivery, moodle_site: MoodleSite) -> None:
    delivery.course("c1", startDate="2026-09-01")

    course = moodle_site.course(idnumber="c1")
    assert course.category == moodle_site.category(idnumber="cat").id
    assert (course.enddate, course.visible) == (0, True)


def test_an_end_is_sent_with_the_start_because_moodle_refuses_it_alone(
    delivery: Delivery, moodle_site: MoodleSite
) -> None:
    record = delivery.course("c1", startDate="2026-09-01", endDate="2027-01-15")
    before = moodle_site.course(idnumber="c1").enddate

    assert isinstance(delivery.update("moodle-course", {**record, "endDate": "2027-06-15"})[0], Done)

    assert moodle_site.course(idnumber="c1").enddate > before


def test_a_course_is_not_moved_into_a_category_that_is_gone(delivery: Delivery, moodle_site: MoodleSite) -> None:
    record = delivery.course("c1")
    delivery.ids["moodle-category", "other"] = "999"

    (outcome,) = delivery.update("moodle-course", {**record, "categorySourcedId": "other"})

    assert code(outcome) == "category-gone"
    assert moodle_site.course(idnumber="c1").category == moodle_site.category(idnumber="cat").id


def test_mission_m19_a_short_name_that_is_taken_is_told_and_the_others_saved(
    delivery: Delivery, moodle_site: MoodleSite
) -> None:
    delivery.course("c0")
    moodle_site.add_course("c2")

    names = [f"c{number}" for number in range(1, 12)]
    record = {"categorySourcedId": "cat", "title": "T"}
    outcomes = delivery.create("moodle-course", *({**record, "sourcedId": one, "shortName": one} for one in names))

    assert [one.code for one in outcomes if isinstance(one, Refused)] == ["short-name-taken"]
    assert sum(isinstance(one, Done) for one in outcomes) == 10


def test_a_removed_course_is_hidden_or_kept(delivery: Delivery, moodle_site: MoodleSite) -> None:
    one, two = delivery.course("c1"), delivery.course("c2")

    delivery.remove("moodle-course", one)
    delivery.another(removed_courses="keep")
    delivery.remove("moodle-course", two)

    assert not moodle_site.course(idnumber="c1").visible
    assert moodle_site.course(idnumber="c2").visible


def test_dropping_suspends_and_keeps_the_groups_and_coming_back_makes_active(
    delivery: Delivery, moodle_site: MoodleSite
) -> None:
    delivery.course("c1")
    delivery.create("student", student(1))
    delivery.create("moodle-group", {"sourcedId": "g1", "courseSourcedId": "c1", "title": "Period 1"})
    record = enrolled("c1", "S1", groupSourcedIds="g1")
    delivery.create("moodle-enrollment", record)
    user, group = moodle_site.user(username="pupil1").id, moodle_site.group(idnumber="g1").id

    assert isinstance(delivery.remove("moodle-enrollment", record)[0], Done)

    assert [one.status for one in moodle_site.enrolments] == [1]
    assert moodle_site.group_members(group) == {user}
    delivery.create("moodle-enrollment", record)
    assert [one.status for one in moodle_site.enrolments] == [0]


def test_another_role_replaces_the_one_before(delivery: Delivery, moodle_site: MoodleSite) -> None:
    delivery.course("c1")
    delivery.create("teacher", student(1))
    delivery.create("moodle-enrollment", enrolled("c1", "S1", "co-teacher"))

    assert isinstance(delivery.update("moodle-enrollment", enrolled("c1", "S1", "teacher"))[0], Done)

    course, user = moodle_site.course(idnumber="c1"), moodle_site.user(username="pupil1")
    assert moodle_site.roles_of(user.id, course.id) == {"editingteacher"}


def test_mission_m14_each_role_of_powerschool_gets_the_role_that_was_chosen(
    delivery: Delivery, moodle_site: MoodleSite
) -> None:
    delivery.another(roles=[{"row": "teacher", "role": 1}])
    moodle_site.robot.assignable.add(1)
    delivery.course("c1")
    delivery.create("teacher", student(1), student(2))

    delivery.create("moodle-enrollment", enrolled("c1", "S1", "teacher"), enrolled("c1", "S2", "co-teacher"))

    course = moodle_site.course(idnumber="c1").id
    roles = [moodle_site.roles_of(moodle_site.user(username=f"pupil{n}").id, course) for n in (1, 2)]
    assert roles == [{"manager"}, {"teacher"}]


def test_other_groups_replace_those_before(delivery: Delivery, moodle_site: MoodleSite) -> None:
    delivery.course("c1")
    delivery.create("student", student(1))
    groups = [{"sourcedId": f"g{one}", "courseSourcedId": "c1", "title": f"Period {one}"} for one in (1, 2)]
    delivery.create("moodle-group", *groups)
    delivery.create("moodle-enrollment", enrolled("c1", "S1", groupSourcedIds="g1"))

    delivery.update("moodle-enrollment", enrolled("c1", "S1", groupSourcedIds="g2"))

    members = {one: len(moodle_site.group_members(moodle_site.group(idnumber=one).id)) for one in ("g1", "g2")}
    assert members == {"g1": 0, "g2": 1}


def test_a_role_that_may_not_be_given_is_asked_for_a_few_times_only(
    delivery: Delivery, moodle_site: MoodleSite
) -> None:
    delivery.another(roles=[{"row": "student", "role": 99}])
    delivery.course("c1")
    delivery.create("student", *(student(number) for number in range(40)))
    moodle_site.calls.clear()

    outcomes = delivery.create("moodle-enrollment", *(enrolled("c1", f"S{number}") for number in range(40)))

    assert {code(one) for one in outcomes} == {"role-not-assignable"}
    assert len(moodle_site.calls.of("enrol_manual_enrol_users")) < 10


def test_without_its_course_an_enrolment_waits(delivery: Delivery) -> None:
    delivery.create("student", student(1))

    (outcome,) = delivery.create("moodle-enrollment", enrolled("c1", "S1"))

    assert code(outcome) == "reference-missing"


def test_mission_m12_m13_a_cohorts_name_changed_by_hand_survives_at_system_level(
    delivery: Delivery, moodle_site: MoodleSite
) -> None:
    cohorts = [{"sourcedId": name, "title": f"grade: {name}"} for name in ("k1", "k2")]
    delivery.create("moodle-cohort", *cohorts)
    moodle_site.change(moodle_site.cohort(idnumber="k1"), name="By hand")

    delivery.update("moodle-cohort", *({**one, "title": f"Grade {one['sourcedId']}"} for one in cohorts))

    assert {cohort.name for cohort in moodle_site.cohorts} == {"By hand", "Grade k2"}
    assert {cohort.categoryid for cohort in moodle_site.cohorts} == {0}


def test_mission_m12_a_cohort_whose_id_was_changed_by_hand_is_told(delivery: Delivery, moodle_site: MoodleSite) -> None:
    delivery.create("moodle-cohort", {"sourcedId": "k1", "title": "One"})
    delivery.create("student", student(1))
    moodle_site.change(moodle_site.cohort(idnumber="k1"), idnumber="mine")

    member = {"sourcedId": "k1/S1", "cohortSourcedId": "k1", "userSourcedId": "S1"}
    (outcome,) = delivery.create("moodle-cohort-member", member)

    assert code(outcome) == "cohort-renumbered"


def test_members_come_and_go_also_where_moodle_warns(delivery: Delivery, moodle_site: MoodleSite) -> None:
    delivery.create("moodle-cohort", {"sourcedId": "k1", "title": "One"})
    delivery.create("student", student(1), student(2))
    moodle_site.state.delete_user(moodle_site.user(username="pupil2"))
    members = [{"sourcedId": f"k1/S{n}", "cohortSourcedId": "k1", "userSourcedId": f"S{n}"} for n in (1, 2)]

    first, second = delivery.create("moodle-cohort-member", *members)

    assert isinstance(first, Done)
    assert code(second) == "gone-in-moodle"
    assert isinstance(delivery.remove("moodle-cohort-member", members[0])[0], Done)
    assert moodle_site.cohort_members(moodle_site.cohort(idnumber="k1").id) == set()
