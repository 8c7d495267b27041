"""Accounts behave as moodle-api.md 5 and 6.2 observed; on any Moodle (see conftest)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.moodle.client import Plain, form, send

OPAQUE = "invalidparameter"


def test_created_users_come_back_in_the_order_of_the_request(anywhere: Plain) -> None:
    people = [anywhere.person(word) for word in ("zoe", "ann", "max")]
    made = anywhere.call("core_user_create_users", users=people)
    assert [row["username"] for row in made] == [person["username"] for person in people]
    assert all(set(row) == {"id", "username"} for row in made)


def test_look_ups_come_by_id_and_leave_out_what_is_missing(anywhere: Plain) -> None:
    first, second = anywhere.make_user("zoe"), anywhere.make_user("ann")
    found = anywhere.by_field("username", anywhere.name("ann"), "nobody-at-all", anywhere.name("zoe"))
    assert [user["id"] for user in found] == [first, second]


@pytest.mark.parametrize(
    "change",
    [
        {"username": "Upper"},
        {"username": "with space"},
        {"username": "plus+sign"},
        {"username": "o'neil"},
        {"username": "josé"},
        {"username": ""},
        {"email": "a@b"},
        {"email": "a@localhost"},
        {"email": ""},
        {"email": "josé@school.invalid"},
        {"email": " ann@school.invalid"},
        {"email": "ann.@school.invalid"},
        {"email": ".ann@school.invalid"},
        {"email": "a..n@school.invalid"},
        {"email": "a,n@school.invalid"},
        {"email": "ann@school..invalid"},
        {"email": "ann@-school.invalid"},
        {"email": "ann@the_school.invalid"},
        {"email": "ann@school.123"},
        {"email": "a" * 65 + "@school.invalid"},
        {"firstname": "  "},
        {"lastname": ""},
        {"firstname": "Ann <Annie>"},
        {"nickname": "unknown key"},
        {"auth": "martian"},
        {"auth": "webservice"},
        {"lang": "tlh"},
        {"lang": ""},
        {"auth": ""},
        {"theme": "martian"},
        {"timezone": "Mars/Olympus Mons"},
        {"password": None},
        {"createpassword": "true"},
        {"suspended": 1},
    ],
    ids=str,
)
def test_every_bad_value_has_the_same_opaque_error_and_saves_nothing(anywhere: Plain, change: dict[str, Any]) -> None:
    bad = anywhere.person("bad") | change
    assert anywhere.refused("core_user_create_users", users=[anywhere.person("good"), bad]) == OPAQUE
    assert anywhere.by_field("username", anywhere.name("good")) == []


@pytest.mark.parametrize(
    "change",
    [
        {"email": "x+y@noemail.invalid"},
        {"email": "o'neil@noemail.invalid"},
        {"firstname": " José "},
        {"firstname": "安\N{GRINNING FACE}"},
        {"firstname": "Ann & Bob < 5"},
        {"idnumber": "any text, even 'quotes'"},
        {"country": "US"},
        {"auth": "ldap", "password": None},
        {"auth": "nologin"},
        {"institution": "Math & Science"},
    ],
    ids=str,
)
def test_what_looks_odd_and_is_accepted(anywhere: Plain, change: dict[str, Any]) -> None:
    if "email" in change:
        change = {"email": anywhere.mark + change["email"]}
    anywhere.make_user("odd", **change)
    [user] = anywhere.by_field("username", anywhere.name("odd"))
    kept = {name: value for name, value in change.items() if value is not None}
    assert {name: user[name] for name in kept} == kept


def test_an_email_in_use_is_refused_whatever_its_case(anywhere: Plain) -> None:
    anywhere.make_user("ann")
    other = anywhere.person("bob", email=anywhere.name("ANN") + "@school.invalid")
    assert anywhere.refused("core_user_create_users", users=[other]) == OPAQUE


def test_two_users_of_one_request_may_not_share_an_email(anywhere: Plain) -> None:
    pair = [anywhere.person("ann"), anywhere.person("bob", email=anywhere.person("ann")["email"])]
    assert anywhere.refused("core_user_create_users", users=pair) == OPAQUE
    assert anywhere.by_field("username", anywhere.name("ann")) == []


def test_an_idnumber_is_not_unique_and_all_who_have_it_are_found(anywhere: Plain) -> None:
    number = anywhere.name("4711")
    ids = anywhere.make_users(anywhere.person("ann", idnumber=number), anywhere.person("bob", idnumber=number))
    assert [user["id"] for user in anywhere.by_field("idnumber", number)] == ids


def test_an_idnumber_of_zero_is_never_found(anywhere: Plain) -> None:
    user = anywhere.make_user("ann", idnumber="0")
    assert user not in [found["id"] for found in anywhere.by_field("idnumber", "0")]
    [found] = anywhere.by_field("id", user)
    assert "idnumber" not in found


def test_looking_up_a_username_in_upper_case_is_an_error(anywhere: Plain) -> None:
    assert anywhere.refused("core_user_get_users_by_field", field="username", values=["Ann"]) == OPAQUE


def test_idnumber_and_email_are_told_apart_by_case(anywhere: Plain) -> None:
    anywhere.make_user("ann")
    assert anywhere.by_field("idnumber", anywhere.name("ANN").lower()) == []
    assert anywhere.by_field("email", anywhere.name("ANN") + "@school.invalid") == []


def test_what_is_too_long_for_its_column_is_an_error_of_the_database(anywhere: Plain) -> None:
    assert anywhere.refused("core_user_create_users", users=[anywhere.person("ann", phone1="1" * 21)]) == (
        "dmlwriteexception"
    )
    user = anywhere.make_user("bob")
    answer = anywhere.call("core_user_update_users", users=[{"id": user, "phone1": "1" * 21}])
    assert [(one["item"], one["itemid"], one["warningcode"]) for one in answer["warnings"]] == [
        ("user", user, "dmlwriteexception")
    ]


def test_a_weak_password_of_a_new_user_makes_html_the_code(anywhere: Plain) -> None:
    code = anywhere.refused("core_user_create_users", users=[anywhere.person("ann", password="weak")])
    assert "<div>" in code
    assert anywhere.by_field("username", anywhere.name("ann")) == []


def test_a_weak_password_of_an_update_fails_after_the_others_were_saved(anywhere: Plain) -> None:
    ids = anywhere.make_users(*(anywhere.person(word) for word in ("ann", "bob", "cid")))
    changes = [{"id": user, "firstname": "New"} for user in ids]
    changes[1]["password"] = "weak"
    assert anywhere.refused("core_user_update_users", users=changes) == "invalidresponse"
    assert [user["firstname"] for user in anywhere.by_field("id", *ids)] == ["New", "Bob", "New"]


def test_updates_stand_alone_and_problems_are_warnings(anywhere: Plain) -> None:
    ids = anywhere.make_users(anywhere.person("ann"), anywhere.person("bob"))
    changes = [
        {"id": ids[0], "firstname": "New"},
        {"id": 999_999_999, "firstname": "Nobody"},
        {"id": ids[1], "email": anywhere.person("ann")["email"]},
    ]
    warnings = anywhere.call("core_user_update_users", users=changes)["warnings"]
    assert [(one["item"], one["itemid"]) for one in warnings] == [("user", 999_999_999), ("user", ids[1])]
    assert anywhere.by_field("id", ids[0])[0]["firstname"] == "New"
    assert anywhere.by_field("id", ids[1])[0]["email"] == anywhere.person("bob")["email"]


def test_one_unknown_key_refuses_the_whole_update(anywhere: Plain) -> None:
    ids = anywhere.make_users(anywhere.person("ann"), anywhere.person("bob"))
    changes = [{"id": ids[0], "firstname": "New"}, {"id": ids[1], "createpassword": 1}]
    assert anywhere.refused("core_user_update_users", users=changes) == OPAQUE
    assert anywhere.by_field("id", ids[0])[0]["firstname"] == "Ann"


def test_an_empty_text_blanks_a_field(anywhere: Plain) -> None:
    user = anywhere.make_user("ann", department="Math")
    anywhere.call("core_user_update_users", users=[{"id": user, "firstname": "", "department": ""}])
    [found] = anywhere.by_field("id", user)
    assert (found["firstname"], found["department"]) == ("", "")


def test_suspending_is_told_as_true(anywhere: Plain) -> None:
    user = anywhere.make_user("ann")
    anywhere.call("core_user_update_users", users=[{"id": user, "suspended": 1}])
    assert anywhere.by_field("id", user)[0]["suspended"] is True


def test_a_deleted_user_frees_its_names_and_is_still_found_by_id(anywhere: Plain) -> None:
    user = anywhere.make_user("ann")
    assert anywhere.call("core_user_delete_users", userids=[user]) is None
    assert anywhere.by_field("username", anywhere.name("ann")) == []
    assert [found["id"] for found in anywhere.by_field("id", user)] == [user]
    assert anywhere.make_user("ann") != user


def test_deleting_an_unknown_user_rolls_the_batch_back(anywhere: Plain) -> None:
    user = anywhere.make_user("ann")
    code = anywhere.refused("core_user_delete_users", userids=[user, 999_999_999])
    assert code == anywhere.missing(user=True)
    assert len(anywhere.by_field("username", anywhere.name("ann"))) == 1


def test_a_search_with_an_unknown_key_answers_all_users(anywhere: Plain) -> None:
    user = anywhere.make_user("ann")
    answer = anywhere.call("core_user_get_users", criteria=[{"key": "shoesize", "value": "9"}])
    assert user in [found["id"] for found in answer["users"]]
    assert answer["warnings"][0]["warningcode"] == "invalidfieldparameter"


def test_a_search_takes_wildcards_whatever_the_case(anywhere: Plain) -> None:
    user = anywhere.make_user("ann")
    answer = anywhere.call("core_user_get_users", criteria=[{"key": "email", "value": anywhere.name("ANN") + "%"}])
    assert [found["id"] for found in answer["users"]] == [user]


def test_truth_values_and_numbers_are_strict(anywhere: Plain) -> None:
    user = anywhere.make_user("ann")
    for value in ("true", "yes", "2"):
        assert anywhere.refused("core_user_update_users", users=[{"id": user, "suspended": value}]) == OPAQUE
    for value in (f"{user}.0", ""):
        assert anywhere.refused("core_user_update_users", users=[{"id": value}]) == OPAQUE


def test_an_empty_batch_is_refused(anywhere: Plain) -> None:
    assert anywhere.refused("core_user_create_users") == OPAQUE


def test_indices_may_be_sparse(anywhere: Plain) -> None:
    fields = [*form(users={7: anywhere.person("ann"), 30: anywhere.person("bob")}), ("wstoken", anywhere.token)]
    query = "wsfunction=core_user_create_users&moodlewsrestformat=json"
    answer = send(f"{anywhere.address}/webservice/rest/server.php?{query}", fields)
    assert [row["username"] for row in answer.json] == [anywhere.name("ann"), anywhere.name("bob")]


def test_an_unknown_profile_field_is_ignored_without_a_word(anywhere: Plain) -> None:
    user = anywhere.make_user("ann", customfields=[{"type": "no_such_field", "value": "7"}])
    fields = anywhere.by_field("id", user)[0].get("customfields", [])
    assert "no_such_field" not in {field["shortname"] for field in fields}
