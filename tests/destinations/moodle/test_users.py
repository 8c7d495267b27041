"""Accounts in Moodle: made, changed, suspended, refused with a reason; what matters of moodle-api.md 6.2."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from psconnect.model.outcomes import Done, NotDone, Refused
from tests.destinations.moodle.support import Delivery, student
from tests.moodle.server import MoodleSite


def test_accounts_are_made_with_a_password_that_nobody_is_told(delivery: Delivery, moodle_site: MoodleSite) -> None:
    outcomes = delivery.create("student", student(1), student(2))

    account = moodle_site.user(username="pupil1")
    assert outcomes == [Done(str(account.id)), Done(str(moodle_site.user(username="pupil2").id))]
    assert (account.firstname, account.lastname, account.email, account.idnumber, account.auth) == (
        *("Kim", "Learner 1", "pupil1@district.example.org", "S1", "manual"),
    )
    passwords = {moodle_site.user(username=name).password for name in ("pupil1", "pupil2")}
    assert len(passwords) == 2
    assert moodle_site.mails == []


def test_mission_m10_the_way_to_sign_in_is_for_new_accounts_only(delivery: Delivery, moodle_site: MoodleSite) -> None:
    there = moodle_site.add_user("pupil1", idnumber="S1", email="pupil1@district.example.org", auth="manual")
    delivery.another(student_auth="oauth2")
    delivery.ids["student", "S1"] = str(there.id)

    delivery.create("student", student(1), student(2))

    assert moodle_site.user(username="pupil1").auth == "manual"
    new = moodle_site.user(username="pupil2")
    assert (new.auth, new.password) == ("oauth2", "")


def test_moodle_mails_new_accounts_only_if_it_is_asked_to(delivery: Delivery, moodle_site: MoodleSite) -> None:
    delivery.another(welcome=True)

    delivery.create("student", student(1))

    assert [(mail.to, mail.kind) for mail in moodle_site.mails] == [("pupil1@district.example.org", "newpassword")]


def test_mission_m08_custom_fields_go_into_profile_fields_and_an_update_leaves_the_rest(
    delivery: Delivery, moodle_site: MoodleSite
) -> None:
    moodle_site.add_profile_field("bus")
    delivery.create("student", student(1, extra=json.dumps({"bus": "7"})))
    moodle_site.change(moodle_site.user(username="pupil1"), lastname="Renamed By Hand")
    moodle_site.calls.clear()

    assert isinstance(delivery.update("student", student(1, givenName="Kay", extra=""))[0], Done)

    account = moodle_site.user(username="pupil1")
    assert (account.firstname, account.lastname, account.fields["bus"]) == ("Kay", "Renamed By Hand", "")
    assert len(moodle_site.calls.writes) == 1


def test_mission_m07_further_fields_go_where_they_are_ticked(delivery: Delivery, moodle_site: MoodleSite) -> None:
    ticked = [{"row": name, "student": True, "staff": False} for name in ("institution", "department", "middlename")]
    delivery.another(fields=ticked)
    delivery.create("school", {"sourcedId": "s", "name": "Lincoln"})

    delivery.create("student", student(1, schoolSourcedIds="s", middleName="Lee"))
    delivery.create("teacher", student(2, schoolSourcedIds="s", middleName="Lee"))

    pupil, teacher = moodle_site.user(username="pupil1"), moodle_site.user(username="pupil2")
    assert (pupil.institution, pupil.department, pupil.middlename) == ("Lincoln", "09", "Lee")
    assert (teacher.institution, teacher.department, teacher.middlename) == ("", "", "")


def test_a_custom_field_named_like_one_of_moodles_own_fills_it(delivery: Delivery, moodle_site: MoodleSite) -> None:
    moodle_site.add_profile_field("phone2")
    delivery.create("student", student(1, identifier="1002", extra=json.dumps({"phone2": " 555-0100", "city": "Ada"})))

    account = moodle_site.user(username="pupil1")
    assert (account.phone1, account.phone2, account.city, account.fields) == ("", "555-0100", "Ada", {})

    assert isinstance(delivery.update("student", student(1, extra=json.dumps({"city": "Troy"})))[0], Done)

    account = moodle_site.user(username="pupil1")
    assert (account.phone2, account.city) == ("", "Troy")


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (student(1, username="pupil one"), "username-signs"),
        (student(1, username="o'brien"), "username-signs"),
        (student(1, username=""), "username-missing"),
        (student(1, email="pupil1@localhost"), "email-unfit"),
        (student(1, email="pupil1"), "email-unfit"),
        (student(1, email="püpil@district.example.org"), "email-unfit"),
        (student(1, email=""), "email-unfit"),
        (student(1, givenName=" "), "name-missing"),
        (student(1, familyName="Ann <Annie>"), "name-with-tag"),
        (student(1, familyName="x" * 101), "too-long"),
        (student(1, extra=json.dumps({"Bus Route": "7"})), "field-name-unfit"),
    ],
)
def test_what_moodle_would_refuse_without_a_reason_is_refused_with_one(
    delivery: Delivery, moodle_site: MoodleSite, record: dict[str, str], code: str
) -> None:
    outcomes = delivery.create("student", record, student(2))

    assert isinstance(outcomes[0], Refused)
    assert outcomes[0].code == code
    assert [user.username for user in moodle_site.users] == ["pupil2"]


def test_a_site_with_extended_user_names_takes_them(delivery: Delivery, moodle_site: MoodleSite) -> None:
    moodle_site.switches.extended_username_chars = True

    assert isinstance(delivery.create("student", student(1, username="o'brien"))[0], Done)
    assert moodle_site.user(username="o'brien").idnumber == "S1"


def test_capitals_in_user_names_become_small_as_moodle_has_them(delivery: Delivery, moodle_site: MoodleSite) -> None:
    delivery.create("student", student(1, username=" JSmith "))

    assert moodle_site.user(username="jsmith").idnumber == "S1"


@pytest.mark.parametrize("bad", [(7,), (0, 23, 49)])
def test_bad_items_are_found_by_halving_and_all_others_saved(
    delivery: Delivery, moodle_site: MoodleSite, bad: tuple[int, ...]
) -> None:
    for number in bad:
        moodle_site.add_user(f"pupil{number}", idnumber="somebody-else", email=f"taken{number}@district.example.org")

    outcomes = delivery.create("student", *(student(number) for number in range(50)))

    codes = {place: one.code for place, one in enumerate(outcomes) if isinstance(one, Refused)}
    assert codes == dict.fromkeys(bad, "username-taken")
    assert len(moodle_site.users) == 50


def test_an_address_that_another_account_has_is_told(delivery: Delivery, moodle_site: MoodleSite) -> None:
    moodle_site.add_user("somebody", idnumber="x", email="Pupil1@district.example.org")
    moodle_site.add_user("another", idnumber="y", email="pupil2@district.example.org")

    (first, second) = delivery.create("student", student(1), student(2))

    assert isinstance(second, Refused)
    assert second.code == "email-taken"
    assert isinstance(first, Refused), "compared without regard to case"


def test_no_refusal_holds_data_of_a_person(delivery: Delivery, moodle_site: MoodleSite) -> None:
    moodle_site.switches.debug = True
    moodle_site.add_user("pupil1", idnumber="x", email="x@district.example.org")

    (refused,) = delivery.create("student", student(1))

    assert isinstance(refused, Refused)
    assert "pupil1" not in refused.sentence


def test_the_removed_are_suspended_and_come_back(delivery: Delivery, moodle_site: MoodleSite) -> None:
    delivery.create("student", student(1))

    assert isinstance(delivery.remove("student", student(1))[0], Done)
    assert moodle_site.user(username="pupil1").suspended
    links = delivery.writer.adopt(delivery.batch("student", "create", []).entity, {1: {**_empty(), **student(1)}})
    delivery.ids["student", "S1"] = links[1].remote_id
    delivery.create("student", student(1))

    assert not moodle_site.user(username="pupil1").suspended
    assert len(moodle_site.users) == 1


def _empty() -> dict[str, str]:
    return dict.fromkeys(("stateId", "middleName", "extra"), "")


@pytest.mark.parametrize(("removed", "left"), [("keep", 1), ("delete", 0)])
def test_the_removed_are_kept_or_deleted_if_so_chosen(
    delivery: Delivery, moodle_site: MoodleSite, removed: str, left: int
) -> None:
    delivery.another(removed_users=removed)
    delivery.create("student", student(1))

    assert isinstance(delivery.remove("student", student(1))[0], Done)

    assert len([user for user in moodle_site.users if not user.suspended]) == left


def test_whoever_changes_from_one_role_to_another_keeps_the_account(
    delivery: Delivery, moodle_site: MoodleSite
) -> None:
    delivery.create("teacher", student(1))
    batch = delivery.batch("teacher", "remove", [student(1)])
    kept = replace(batch, changes=[replace(change, handed_on=True) for change in batch.changes])

    assert delivery.writer.apply(kept) == [Done("")]

    assert not moodle_site.user(username="pupil1").suspended


def test_an_account_that_was_deleted_in_moodle_is_told_on_change_and_done_on_removal(
    delivery: Delivery, moodle_site: MoodleSite
) -> None:
    delivery.create("student", student(1), student(2))
    for name in ("pupil1", "pupil2"):
        moodle_site.state.delete_user(moodle_site.user(username=name))

    (changed,) = delivery.update("student", student(1, givenName="Kay"))
    (removed,) = delivery.remove("student", student(2))

    assert isinstance(changed, Refused)
    assert changed.code == "gone-in-moodle"
    assert isinstance(removed, Done)


def test_reading_back_tells_what_arrived(delivery: Delivery, moodle_site: MoodleSite) -> None:
    delivery.create("student", student(1))
    account = Done(str(moodle_site.user(username="pupil1").id))
    before = dict(delivery.ids)
    delivery.ids.clear()

    assert delivery.read_back("student", "create", student(1), student(2)) == [account, NotDone()]
    delivery.ids.update(before)
    assert delivery.read_back("student", "update", student(1, givenName="Kay")) == [NotDone()]
    assert delivery.read_back("student", "remove", student(1)) == [NotDone()]
    moodle_site.change(moodle_site.user(username="pupil1"), suspended=True)
    assert delivery.read_back("student", "remove", student(1)) == [Done()]
