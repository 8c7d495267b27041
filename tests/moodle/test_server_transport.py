"""What comes before any function: addresses, tokens, limits, pages (moodle-api.md 1 to 4)."""

from __future__ import annotations

import time
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest

from tests.moodle.client import ENDPOINT, Plain, form, send
from tests.moodle.server import MoodleSite

INFO = "core_webservice_get_site_info"
JSON = {"moodlewsrestformat": "json"}


def where(site: Plain, **query: str) -> str:
    return f"{site.address}{ENDPOINT}?{urlencode(query)}"


# --- on any Moodle


def test_site_info_names_the_configured_address_and_the_service(anywhere: Plain) -> None:
    info = anywhere.call(INFO)
    assert info["siteurl"] == anywhere.address
    assert {"core_user_create_users", INFO} <= {function["name"] for function in info["functions"]}
    assert {"userid", "username", "release", "version", "sitename"} <= set(info)


def test_answers_are_json_without_a_charset_and_chunked(anywhere: Plain) -> None:
    answer = anywhere.answer(INFO)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Transfer-Encoding"] == "chunked"


def test_without_the_format_answers_and_errors_are_xml(anywhere: Plain) -> None:
    for token in (anywhere.token, "0" * 32):
        answer = send(where(anywhere, wsfunction=INFO), form(wstoken=token))
        assert answer.headers["Content-Type"].startswith("application/xml")
        assert answer.text.startswith("<?xml")


def test_the_body_wins_over_the_query(anywhere: Plain) -> None:
    answer = send(
        where(anywhere, wsfunction="no_such", wstoken="x", **JSON), form(wsfunction=INFO, wstoken=anywhere.token)
    )
    assert answer.json["siteurl"] == anywhere.address


@pytest.mark.parametrize(("content_type", "body"), [("application/json", b'{"wstoken": "x"}'), ("text/plain", b"x")])
def test_a_body_that_is_no_form_is_not_read(anywhere: Plain, content_type: str, body: bytes) -> None:
    answer = send(where(anywhere, wsfunction=INFO, **JSON), body, content_type)
    assert (answer.status, answer.json["errorcode"]) == (200, "invalidtoken")


def test_an_unknown_token_function_or_none(anywhere: Plain) -> None:
    assert Plain(anywhere.address, "0" * 32).refused(INFO) == "invalidtoken"
    assert anywhere.refused("core_no_such_function") == anywhere.missing()
    assert send(where(anywhere, **JSON), form(wstoken=anywhere.token)).json["errorcode"] == "invalidparameter"


def test_another_host_name_is_redirected(anywhere: Plain) -> None:
    answer = send(where(anywhere, wsfunction=INFO, **JSON), form(wstoken=anywhere.token), host="other.invalid")
    assert answer.status == 303
    assert answer.headers["Location"].startswith(anywhere.address)
    assert answer.headers["Content-Type"].startswith("text/html")


def test_an_empty_list_of_a_read_and_an_unknown_key_are_refused(anywhere: Plain) -> None:
    assert anywhere.refused("core_user_get_users_by_field", field="id") == "invalidparameter"
    assert anywhere.refused(INFO, nosuchkey=1) == "invalidparameter"


# --- on the local site


@pytest.mark.parametrize("path", ["", "/moodle", "/a/b"])
def test_a_site_below_a_path_answers_there_alone(path: str) -> None:
    with MoodleSite(path=path) as site:
        assert Plain(site.address, site.token).call(INFO)["siteurl"] == site.address
        assert site.address.endswith(path)
        wrong = site.address.removesuffix(path) + ("/other" if not path else "")
        assert send(f"{wrong}{ENDPOINT}", b"").status == 404


def test_fields_beyond_the_limit_are_dropped_and_one_more_is_kept(plain: Plain, moodle_site: MoodleSite) -> None:
    """600 pairs to unenrol with three control fields in the body: 499 are done, and the answer is success (fact 3)."""
    people = [moodle_site.add_user(f"s{number}") for number in range(600)]
    course = moodle_site.add_course("ALG1")
    for user in people:
        moodle_site.enrol(user, course)
    control = form(wstoken=plain.token, wsfunction="enrol_manual_unenrol_users", **JSON)
    pairs = form(enrolments=[{"userid": user.id, "courseid": course.id} for user in people])
    answer = send(f"{plain.address}{ENDPOINT}", control + pairs)
    assert (answer.status, answer.text) == (200, "null")
    assert len(moodle_site.enrolments) == 600 - 499
    assert moodle_site.calls[-1].fields == 1001


def test_a_cut_within_an_item_rolls_all_back(plain: Plain, moodle_site: MoodleSite) -> None:
    moodle_site.switches.max_input_vars = 20
    answer = plain.answer(
        "core_user_create_users", token_last=False, users=[plain.person(f"s{number}") for number in range(4)]
    )
    assert answer.json["errorcode"] == "invalidparameter"
    assert moodle_site.users == []


def test_the_token_as_last_field_is_what_is_dropped(plain: Plain, moodle_site: MoodleSite) -> None:
    moodle_site.switches.max_input_vars = 13
    users = [plain.person(word) for word in ("ann", "bob")]
    assert plain.call("core_user_create_users", users=users)[0]["username"] == plain.name("ann")
    users = [plain.person(word) for word in ("cid", "dan", "eve")]
    assert plain.refused("core_user_create_users", users=users) == "invalidtoken"
    assert len(moodle_site.users) == 2


def test_query_and_body_are_counted_apart(plain: Plain, moodle_site: MoodleSite) -> None:
    moodle_site.switches.max_input_vars = 6
    plain.make_user("ann")
    assert moodle_site.calls[-1].fields == 2 + 7


def test_a_body_that_is_too_long_is_thrown_away(plain: Plain, moodle_site: MoodleSite) -> None:
    moodle_site.switches.post_max_size = 100
    assert plain.refused("core_user_create_users", users=[plain.person("ann")]) == "invalidtoken"


def test_a_long_address_is_refused(plain: Plain) -> None:
    assert send(where(plain, wsfunction=INFO, padding="x" * 20_000), None).status == 414


def test_maintenance_is_a_page_or_a_code(plain: Plain, moodle_site: MoodleSite) -> None:
    moodle_site.switches.maintenance = "cli"
    answer = plain.answer(INFO)
    assert (answer.status, answer.headers["Content-Type"][:9], answer.headers["Retry-After"]) == (
        503,
        "text/html",
        "300",
    )
    moodle_site.switches.maintenance = "web"
    assert plain.refused(INFO) == "sitemaintenance"
    moodle_site.switches.maintenance = "database"
    assert plain.refused(INFO) == "dbconnectionfailed"


def test_web_services_that_are_off_are_403_with_nothing(plain: Plain, moodle_site: MoodleSite) -> None:
    moodle_site.switches.web_services = False
    answer = plain.answer(INFO)
    assert (answer.status, answer.text) == (403, "")


def test_a_site_configured_for_another_address_redirects_every_call(plain: Plain, moodle_site: MoodleSite) -> None:
    moodle_site.switches.wrong_address = "https://moodle.school.invalid"
    answer = plain.answer(INFO)
    assert (answer.status, answer.headers["Location"]) == (303, "https://moodle.school.invalid")


def test_an_expired_token_is_refused_once_and_unknown_then(plain: Plain, moodle_site: MoodleSite) -> None:
    moodle_site.tokens.expire(plain.token, int(time.time()) - 1)
    assert [plain.refused(INFO), plain.refused(INFO)] == ["accessexception", "invalidtoken"]


def test_a_function_outside_the_service_is_refused(plain: Plain, moodle_site: MoodleSite) -> None:
    moodle_site.service.discard("core_cohort_get_cohorts")
    assert plain.refused("core_cohort_get_cohorts") == "accessexception"
    assert "core_cohort_get_cohorts" not in {function["name"] for function in plain.call(INFO)["functions"]}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"suspended": True}, "wsaccessusersuspended"),
        ({"deleted": True}, "wsaccessuserdeleted"),
        ({"auth": "nologin"}, "wsaccessusernologin"),
        ({"confirmed": False}, "wsaccessuserunconfirmed"),
    ],
)
def test_an_account_that_may_not_call(plain: Plain, moodle_site: MoodleSite, change: dict, code: str) -> None:
    moodle_site.change(moodle_site.robot.user, **change)
    assert plain.refused(INFO) == code


def test_a_token_that_is_not_for_this_service_or_place(plain: Plain, moodle_site: MoodleSite) -> None:
    moodle_site.tokens.forbid(plain.token)
    assert plain.refused(INFO) == "accessexception"


def test_the_token_page_gives_a_token_or_an_error_of_another_shape(plain: Plain) -> None:
    page = f"{plain.address}/login/token.php"
    right = {"username": "psconnect", "password": "Robot-1-secret", "service": "psconnect"}
    assert send(page, form(**right)).json == {"token": plain.token, "privatetoken": None}
    assert send(page, form(**right | {"password": "x"})).json["errorcode"] == "invalidlogin"
    assert send(page, form(**right | {"service": "x"})).json["errorcode"] == "servicenotavailable"


def test_debugging_tells_the_reason_and_the_item(plain: Plain, moodle_site: MoodleSite) -> None:
    quiet = plain.call("core_user_create_users", users=[plain.person("ann", username="Ann")])
    assert set(quiet) == {"exception", "errorcode", "message"}
    moodle_site.switches.debug = True
    told = plain.call("core_user_create_users", users=[plain.person("ann", username="Ann")])
    assert told["debuginfo"].startswith("users => ")


def test_classes_of_errors_moved_between_releases() -> None:
    classes = []
    for release in ("4.3", "5.1"):
        with MoodleSite(release) as site:
            classes.append(Plain(site.address, "0" * 32).call(INFO)["exception"])
    assert classes == ["moodle_exception", r"core\exception\moodle_exception"]


def test_connections_are_kept_and_a_stopped_site_comes_back_with_its_content(
    plain: Plain, moodle_site: MoodleSite
) -> None:
    parts = urlsplit(where(plain, wsfunction=INFO, wstoken=plain.token, **JSON))
    connection = HTTPConnection(parts.netloc)
    for _ in range(2):
        connection.request("GET", f"{parts.path}?{parts.query}")
        assert connection.getresponse().read().startswith(b'{"sitename"')
    connection.close()
    plain.make_user("ann")
    address = moodle_site.address
    moodle_site.stop()
    with pytest.raises(OSError, match="refused"):
        plain.answer(INFO)
    moodle_site.start()
    assert moodle_site.address == address
    assert len(plain.by_field("username", plain.name("ann"))) == 1
