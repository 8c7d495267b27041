"""A plain client of Moodle's web services, as anybody would write it: the server is tested through this one."""

from __future__ import annotations

import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus, urlencode

ENDPOINT = "/webservice/rest/server.php"


class _Straight(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: an answer with 303 is what a test looks at."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Straight)


@dataclass(frozen=True)
class Answer:
    """Status, headers and text of an answer over HTTP."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The text as JSON."""
        return json.loads(self.text)


def leaves(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """The form fields of a value (moodle-api.md 2, "Nested arrays")."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(f"{name}[{key}]", part)
    elif isinstance(value, (list, tuple)):
        for place, part in enumerate(value):
            yield from leaves(f"{name}[{place}]", part)
    elif value is not None:
        yield name, str(int(value)) if isinstance(value, bool) else str(value)


def form(**arguments: Any) -> list[tuple[str, str]]:
    """The form fields of a call's arguments."""
    return [pair for name, value in arguments.items() for pair in leaves(name, value)]


def send(address: str, body: list[tuple[str, str]] | bytes | None, content_type: str = "", host: str = "") -> Answer:
    """One request, as it is; fields are sent as a form."""
    data = urlencode(body, quote_via=quote_plus).encode() if isinstance(body, list) else body
    request = urllib.request.Request(address, data)
    if content_type:
        request.add_header("Content-Type", content_type)
    if host:
        request.add_header("Host", host)
    try:
        with _OPENER.open(request, timeout=30) as found:
            return Answer(found.status, dict(found.headers), found.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, dict(error.headers), error.read().decode())


@dataclass
class Plain:
    """Calls of one site; `mark` makes the names of a test its own, so that it can run on a site that has others."""

    address: str
    token: str
    mark: str = field(default_factory=lambda: secrets.token_hex(4))

    def answer(self, function: str, *, raw: bool = False, token_last: bool = True, **arguments: Any) -> Answer:
        """The answer over HTTP to a call in the layout that moodle-api.md 2 recommends."""
        query = {"wsfunction": function, "moodlewsrestformat": "json"} | ({"moodlewssettingraw": "1"} if raw else {})
        token = [("wstoken", self.token)]
        body = form(**arguments)
        body = body + token if token_last else token + body
        return send(f"{self.address}{ENDPOINT}?{urlencode(query)}", body)

    def call(self, function: str, *, raw: bool = False, **arguments: Any) -> Any:
        """What a call answers, as Python values."""
        return self.answer(function, raw=raw, **arguments).json

    def refused(self, function: str, **arguments: Any) -> str:
        """The code of the error that a call answers, with HTTP 200 (moodle-api.md 1, fact 1)."""
        answer = self.answer(function, **arguments)
        assert answer.status == 200
        assert isinstance(answer.json, dict), answer.json
        assert answer.json.get("exception"), answer.json
        return answer.json.get("errorcode", "")

    @property
    def release(self) -> str:
        """The first two numbers of the site's release."""
        return ".".join(
            self.call("core_webservice_get_site_info")["release"].split("+")[0].split(" ")[0].split(".")[:2]
        )

    def missing(self, *, user: bool = False) -> str:
        """The code for what is not there, which differs between releases (moodle-api.md 12)."""
        if self.release in {"4.3", "4.5"}:
            return "invaliduser" if user else "invalidrecord"
        return "invalidrecordunknown"

    def name(self, word: str) -> str:
        """A name that no other test has."""
        return f"{word}-{self.mark}"

    def person(self, word: str, **more: Any) -> dict[str, Any]:
        """A user as create_users takes it."""
        name = self.name(word)
        return {
            "username": name,
            "firstname": word.capitalize(),
            "lastname": "Made-up",
            "email": f"{name}@school.invalid",
            "password": "Made-up-1!",
            "idnumber": name.upper(),
        } | more

    def make_users(self, *people: dict[str, Any]) -> list[int]:
        """Create users and return their ids."""
        return [row["id"] for row in self.call("core_user_create_users", users=people)]

    def make_user(self, word: str = "ann", **more: Any) -> int:
        """Create one user and return its id."""
        return self.make_users(self.person(word, **more))[0]

    def make_category(self, word: str = "school", **more: Any) -> int:
        """Create a category and return its id."""
        category = {"name": self.name(word), "idnumber": self.name(word)} | more
        return self.call("core_course_create_categories", categories=[category])[0]["id"]

    def make_course(self, word: str = "alg", **more: Any) -> int:
        """Create a course in a category of its own unless told otherwise, and return its id."""
        course = {"fullname": f"Course {word}", "shortname": self.name(word), "idnumber": self.name(word)} | more
        if "categoryid" not in course:
            course["categoryid"] = self.make_category(f"of-{word}")
        return self.call("core_course_create_courses", courses=[course])[0]["id"]

    def by_field(self, field: str, *values: Any) -> list[dict[str, Any]]:
        """Look users up."""
        return self.call("core_user_get_users_by_field", field=field, values=values)

    def enrolled(self, courseid: int, **options: Any) -> dict[int, dict[str, Any]]:
        """The rows of a course's users by user id."""
        wanted = {"userfields": "id,idnumber,roles,groups"} | options
        pairs = [{"name": name, "value": value} for name, value in wanted.items()]
        rows = self.call("core_enrol_get_enrolled_users", courseid=courseid, options=pairs)
        return {row["id"]: row for row in rows}
