"""PowerSchool's answers as errors a person can act on: the rows of docs/powerschool.md 17 that reading can meet."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from psconnect.http import Answer
from psconnect.model.errors import BadRecord, FixSettings, PsconnectError, SignInAgain, TryLater
from psconnect.powerschool import answers, menus
from psconnect.wording.errors import word

NOW = datetime(2026, 11, 18, 17, 30, tzinfo=UTC)
HOST = "lincoln.powerschool.com"
WHAT = "the query students"


def reply(status: int, body: Any = None, **headers: str) -> Answer:
    """An answer; a text is HTML, anything else JSON; underscores in header names stand for dashes."""
    kind = "text/html;charset=UTF-8" if isinstance(body, str) else "application/json;charset=UTF-8"
    content = body.encode() if isinstance(body, str) else b"" if body is None else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, {"content-type": kind, **named}, content)


def page(title: str) -> str:
    return f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"


def error_of(answer: Answer) -> PsconnectError:
    with pytest.raises(PsconnectError) as caught:
        answers.check(answer, HOST, WHAT, NOW)
    return caught.value


NO_ACCESS = {
    "message": "At least one column lacks sufficient permission",
    "errors": [{"code": "NoAccess", "field": "SchoolID", "resource": "Log"}],
}
NOT_VALID = {
    "message": "Validation Failed",
    "errors": [
        {"resource": "com.x.y.z", "field": "students.dob", "code": "No access to the field"},
        {"resource": "com.x.y.z", "field": "students.ssn", "code": "No access to the field"},
        {"resource": "com.x.y.z", "field": "students.dob", "code": "No access to the field"},
    ],
}
NO_V1 = {"errorMessage": {"message": "Plugin is missing required accessLevelV1Api READ permission"}}
CHALLENGE = 'Bearer error="invalid_token",realm="PowerSchool",error_description="The access token has expired"'
DOWN = f"https://message.powerschool.com/?server={HOST}"

CATALOGUE: dict[str, tuple[Answer, type[PsconnectError], str, str, str]] = {
    # row: answer, class, code, what it says, what to do
    "2": (reply(401, www_authenticate=CHALLENGE), SignInAgain, "PSC-AUTH-PLUGIN", "disabled", menus.PLUGINS),
    "3": (reply(401, NO_V1), FixSettings, "PSC-AUTH-V1", "accessLevelV1Api", menus.CREDENTIALS),
    "4": (reply(400, page("Bad Request")), FixSettings, "PSC-HTTP-REFUSED", "status 400", "Test the connection"),
    "5": (reply(403, NO_ACCESS), FixSettings, "PSC-ACCESS-FIELD", "Log.SchoolID is not in the", menus.PLUGINS),
    "6 as 403": (reply(403, NOT_VALID), FixSettings, "PSC-ACCESS-FIELD", "students.dob, students.ssn", menus.PLUGINS),
    "6 as 400": (reply(400, NOT_VALID), FixSettings, "PSC-ACCESS-FIELD", "students.dob, students.ssn", menus.PLUGINS),
    "7 in a projection": (
        reply(400, {"message": "Invalid field specified: xyz is not valid column for table: Students"}),
        FixSettings,
        "PSC-ACCESS-NO-FIELD",
        "xyz is not valid column",
        "Map the attribute",
    ),
    "7 in a filter": (
        reply(400, {"message": "Invalid field xyz"}),
        FixSettings,
        "PSC-ACCESS-NO-FIELD",
        "Invalid field xyz",
        "database extension",
    ),
    "8": (
        reply(400, {"message": "Invalid number 'x' passed for comparison to number field LogTypeID"}),
        FixSettings,
        "PSC-HTTP-REFUSED",
        "LogTypeID",
        "Test the connection",
    ),
    "9": (
        reply(400, {"message": "Querying not supported against clob or blob field types"}),
        FixSettings,
        "PSC-HTTP-REFUSED",
        "clob",
        "Test the connection",
    ),
    "10": (reply(404, {"message": "Resource not found"}), FixSettings, "PSC-ACCESS-NOT-FOUND", WHAT, menus.PLUGINS),
    "12": (
        reply(404, {"message": "Query com.x was not found."}),
        FixSettings,
        "PSC-ACCESS-NOT-FOUND",
        "the plugin is not enabled",
        menus.PLUGINS,
    ),
    "14": (reply(405), FixSettings, "PSC-HTTP-REFUSED", "status 405", "Test the connection"),
    "17": (reply(415), FixSettings, "PSC-HTTP-REFUSED", "status 415", "Test the connection"),
    "18": (
        reply(429, {"message": "Too many requests. Please wait 3 seconds."}),
        TryLater,
        "PSC-HTTP-THROTTLED",
        "more requests than it allows",
        "Global Event Services and SIF",
    ),
    "18 as 503": (
        reply(503, {"message": "Too many requests. Please wait 3 seconds."}),
        TryLater,
        "PSC-HTTP-THROTTLED",
        "more requests than it allows",
        "Global Event Services and SIF",
    ),
    "20": (reply(302, location=DOWN), TryLater, "PSC-HTTP-MAINTENANCE", "unavailable", "later"),
    "20, followed": (
        reply(200, page("PowerSchool page unavailable")),
        TryLater,
        "PSC-HTTP-MAINTENANCE",
        "unavailable",
        "later",
    ),
    "21": (reply(302, location="/public/home.html"), TryLater, "PSC-HTTP-REDIRECT", "sign-in page", "address"),
    "21 elsewhere": (
        reply(307, location="https://sso.example.org/login?from=secret"),
        TryLater,
        "PSC-HTTP-REDIRECT",
        "to sso.example.org instead",
        "address",
    ),
    "22": (reply(200, page("Hello")), TryLater, "PSC-HTTP-WEB-PAGE", "a web page", "in a browser"),
    "22 sign-in": (
        reply(200, page("Student and Parent Sign In")),
        TryLater,
        "PSC-HTTP-WEB-PAGE",
        "a sign-in page",
        "in a browser",
    ),
    "500": (reply(500, page("Oops")), TryLater, "PSC-HTTP-SERVER", "status 500", "server’s log"),
    "408": (reply(408), TryLater, "PSC-HTTP-SERVER", "status 408", "later"),
}


@pytest.mark.parametrize("row", CATALOGUE)
def test_a_row_of_the_catalogue(row: str) -> None:
    answer, kind, code, says, to_do = CATALOGUE[row]
    error = error_of(answer)
    assert (type(error), error.code) == (kind, code)
    assert says in word(error).happened
    assert to_do in word(error).to_do
    assert HOST in word(error).happened or WHAT in word(error).happened
    assert word(error).happened.endswith((".", "xyz", "Students", "LogTypeID", "types"))


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (401, {"error": "invalid_client", "error_description": "No."}, SignInAgain, "PSC-AUTH-401"),
        (400, {"error": "unsupported_grant_type"}, SignInAgain, "PSC-AUTH-401"),
        (401, {"error": "bad_request"}, SignInAgain, "PSC-AUTH-401"),
        (404, page("Not Found"), FixSettings, "PSC-AUTH-404"),
        (429, {"message": "Too many requests."}, TryLater, "PSC-HTTP-THROTTLED"),
        (503, page("Down"), TryLater, "PSC-HTTP-SERVER"),
        (403, page("No"), FixSettings, "PSC-HTTP-REFUSED"),
        (302, None, TryLater, "PSC-HTTP-REDIRECT"),
    ],
)
def test_rows_1_and_18_no_token(status: int, body: Any, kind: type[PsconnectError], code: str) -> None:
    error = answers.token_refused(reply(status, body), HOST, NOW)
    assert (type(error), error.code) == (kind, code)
    if code == "PSC-AUTH-401":
        assert menus.CREDENTIALS in word(error).to_do
        assert "does not try again by itself" in word(error).happened
    if code == "PSC-AUTH-404":
        assert menus.PLUGINS in word(error).to_do


def test_a_good_answer_passes() -> None:
    answers.check(reply(200, {"record": []}), HOST, WHAT, NOW)
    answers.check(Answer(200, {}, b"{}"), HOST, WHAT, NOW)


@pytest.mark.parametrize("status", [400, 403, 405, 409, 418])
def test_of_the_servers_words_200_characters_are_repeated_at_most(status: int) -> None:
    words = "w" * 5000
    for body in ({"message": words}, {"message": f"Invalid field {words}"}, {"errorMessage": {"message": words}}):
        error = error_of(reply(status, body))
        assert 150 < word(error).happened.count("w") < 210
        assert word(error).to_do.count("w") < 20


@pytest.mark.parametrize("status", [200, 302, 400, 401, 403, 404, 429, 500, 503])
def test_a_web_page_is_never_quoted(status: int) -> None:
    error = error_of(reply(status, page("Mia Lopez, born 2012-03-04")))
    assert "Mia" not in str(error) + repr(error.as_dict())


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"message": "one", "errors": []}, "one"),
        ({"errorMessage": {"message": "two"}}, "two"),
        ({"ErrorMessage": {"message": "three"}}, "three"),
        ({"error": "four", "error_description": "four in words"}, "four in words"),
        ({"error": "five"}, "five"),
        ({"errorMessage": "six"}, ""),
        ({"message": None}, ""),
        (["seven"], ""),
        ("<html>eight</html>", ""),
        (None, ""),
    ],
)
def test_the_four_shapes_of_a_message(body: Any, message: str) -> None:
    assert answers.message_of(reply(400, body)) == message


def test_an_answer_nested_beyond_measure_has_no_message() -> None:
    assert answers.message_of(Answer(400, {}, b"[" * 1_000_000)) == ""
    assert answers.refused_fields(Answer(403, {}, b'{"errors":' + b"[" * 1_000_000)) == []


@pytest.mark.parametrize(
    ("errors", "fields"),
    [
        ([{"field": "SchoolID", "resource": "Log"}], ["Log.SchoolID"]),
        ([{"field": "students.dob", "resource": "com.x.y"}], ["students.dob"]),
        ([{"field": "dob", "resource": "com.x.y"}], ["dob"]),
        ([{"field": "dob"}], ["dob"]),
        ([{"resource": "Log"}, "text", None], []),
        ("text", []),
        (None, []),
    ],
)
def test_the_fields_that_were_refused(errors: Any, fields: list[str]) -> None:
    assert answers.refused_fields(reply(403, {"errors": errors})) == fields


@pytest.mark.parametrize(
    ("header", "body", "seconds"),
    [
        ("120", None, 120.0),
        (" 0 ", None, 0.0),
        ("Wed, 18 Nov 2026 17:31:30 GMT", None, 90.0),
        ("Wed, 18 Nov 2026 12:31:30 -0500", None, 90.0),
        ("Wed, 18 Nov 2026 17:00:00 GMT", None, 0.0),
        ("Wed, 18 Nov 2026 17:31:30", None, None),
        ("Wed, 18 Nov 2026 17:31:30 -0000", None, None),
        ("soon", None, None),
        ("-5", None, None),
        ("99999999999999", None, None),
        ("Wed, 18 Nov 99999999999999999999 17:31:30 GMT", None, None),
        ("Wed, 18 Nov 2026 17:31:30 +99999999999999999999", None, None),
        ("", {"message": "Please wait 15 seconds and try again."}, 15.0),
        ("", {"message": "Wait 1second"}, 1.0),
        ("", {"message": "Wait a little."}, None),
        ("30", {"message": "Please wait 15 seconds."}, 30.0),
        ("", None, None),
    ],
)
def test_how_long_to_wait(header: str, body: Any, seconds: float | None) -> None:
    assert answers.retry_after(reply(429, body, **({"retry_after": header} if header else {})), NOW) == seconds
    error = error_of(reply(429, body, **({"retry_after": header} if header else {})))
    assert error.retry_after == seconds


def test_a_date_that_no_clock_could_show_is_no_reason_to_stop() -> None:
    assert answers.sent_at(reply(200, {}, date="Wed, 18 Nov 2026 99999999999999999999:31:30 GMT")) is None


@pytest.mark.parametrize("status", [400, 403, 429, 503])
def test_N12_the_words_count_as_plain_text_too(status: int) -> None:
    said = Answer(status, {"content-type": "text/plain"}, b"Too many requests. Try again in 11 seconds.")
    error = error_of(said)
    assert (type(error), error.code, error.retry_after) == (TryLater, "PSC-HTTP-THROTTLED", 11.0)


def test_a_page_that_speaks_of_seconds_asks_for_no_pause() -> None:
    error = error_of(reply(503, page("This page is loaded again in 86400 seconds")))
    assert (error.code, error.retry_after) == ("PSC-HTTP-SERVER", None)


def test_shapes_and_parts() -> None:
    drifted = answers.drifted(HOST, WHAT, "Expected `str`, got `int` - at `$.record[0].dcid`")
    assert (type(drifted), drifted.code) == (BadRecord, "PSC-READ-SHAPE")
    assert "$.record[0].dcid" in word(drifted).happened
    broken = answers.unreadable(HOST, WHAT)
    assert (type(broken), broken.code, broken.where) == (TryLater, "PSC-READ-BROKEN", WHAT)
