"""Calls of Moodle's web service functions.

The token is the last field of the body (docs/moodle-api.md 2), and no error or log repeats a body, answer or message.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from psconnect.destinations.kind import Context
from psconnect.destinations.moodle.address import site_address
from psconnect.destinations.moodle.answers import MoodleSaid, TooManyFields, Unanswered, result_of
from psconnect.destinations.moodle.encoding import Argument, field_count, form_body
from psconnect.http import HttpClient
from psconnect.model.errors import FixSettings, SignInAgain, TryLater
from psconnect.model.pasted import pasted

_PATH = "/webservice/rest/server.php"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SITE_INFO = "core_webservice_get_site_info"
CONTROL_FIELDS = 3
"""Fields of each request besides its arguments: token, function and format."""
_START_PAGE = "1"
_FEW = 50
"""With no more fields than this, a request was not cut off by a limit."""
_READS = 3
_PAUSE = 2.0
_T = TypeVar("_T")


@dataclass(frozen=True)
class SiteInfo:
    """What a site tells of itself and of the token's account.

    Attributes:
        site: its address, as it is configured there.
        release: its version, as it shows it.
        userid: the account's id.
        functions: what the token's service contains; whether the account may call them is another matter.
    """

    site: str
    release: str
    userid: str
    functions: frozenset[str]


@dataclass
class MoodleClient:
    """Calls one site with one token.

    Attributes:
        context: the connection's; its ``http`` makes the only way to the network.
        budget: the most fields of a request; lowered where the server cuts requests off.
    """

    context: Context
    budget: int = field(init=False)

    def __post_init__(self) -> None:
        """Raises FixSettings for an address that can't be used."""
        self.site = site_address(str(self.context.settings["url"]))
        self.budget = max(_FEW, int(self.context.settings["field_budget"]))

    @cached_property
    def _http(self) -> HttpClient:
        return self.context.http(self.site)

    @contextmanager
    def in_words(self) -> Iterator[None]:
        """What no part expects, as an error for a person."""
        try:
            yield
        except MoodleSaid as said:
            raise FixSettings("PSC-MOODLE-REFUSED", where=self.site, site=self.site, said=said.code) from None
        except TooManyFields:
            raise FixSettings("PSC-MOODLE-LIMIT", where=self.site, site=self.site) from None

    def close(self) -> None:
        """Close the connections."""
        if "_http" in self.__dict__:
            self._http.close()

    @cached_property
    def info(self) -> SiteInfo:
        """What the site tells of itself; raises FixSettings if its address is another one."""
        given = self.read(SITE_INFO, {})
        try:
            known = SiteInfo(
                site=str(given["siteurl"]).rstrip("/"),
                release=str(given["release"]),
                userid=str(given["userid"]),
                functions=frozenset(str(one["name"]) for one in given["functions"]),
            )
        except (KeyError, TypeError):
            raise FixSettings("PSC-MOODLE-ADDRESS/web-page", where=self.site, site=self.site) from None
        if known.site.casefold() != self.site.casefold():
            raise FixSettings("PSC-MOODLE-ADDRESS/elsewhere", where=self.site, site=self.site, named=known.site)
        return known

    @cached_property
    def identity(self) -> str:
        """Tells the site apart from others, and from one that was set up anew at the same address.

        ``siteid`` is 1 on each site, so it is the second in which its start page was made (docs/moodle-api.md 6.1).
        """
        rows = self.read("core_course_get_courses", {"options": {"ids": [_START_PAGE]}})
        made = next((row.get("timecreated") for row in rows if str(row.get("id")) == _START_PAGE), None)
        if made is None:
            raise FixSettings("PSC-MOODLE-CAPABILITIES", where=self.site, names=["moodle/course:update"])
        return f"{self.info.site} {made}"

    def once(self, function: str, arguments: Mapping[str, Argument]) -> Any:
        """Call a function once. Raises MoodleSaid, Unanswered, TooManyFields or an error for a person."""
        token = pasted(self.context.secret("token"), "token", "destination.token")
        params = {"wsfunction": function, "moodlewsrestformat": "json", "moodlewssettingraw": "1"}
        body = form_body(arguments, token)
        try:
            answer = self._http.call("POST", _PATH, params=params, headers=_FORM, content=body)
        except TryLater as silence:
            raise Unanswered(silence) from None
        try:
            return result_of(answer, self.site, function)
        except SignInAgain:
            if self._cut_off(arguments):
                raise TooManyFields from None
            raise

    def _cut_off(self, arguments: Mapping[str, Argument]) -> bool:
        """Whether the token did not arrive because it came last: short requests still get through."""
        if field_count(arguments) <= _FEW:
            return False
        self.read(SITE_INFO, {})
        return True

    def read(self, function: str, arguments: Mapping[str, Argument]) -> Any:
        """Call a function that changes nothing; again where there was no answer. Raises MoodleSaid, TryLater, …."""
        for left in range(_READS - 1, -1, -1):
            self.context.cancel.check()
            try:
                return self.once(function, arguments)
            except Unanswered as silence:
                if not left:
                    raise silence.error from None
                self.context.clock.wait(_PAUSE, self.context.cancel)
        raise AssertionError(function)

    def read_some(self, function: str, name: str, values: Iterable[Any], **others: Argument) -> Iterator[Any]:
        """The rows for many values of the argument ``name``, in as many calls as the field budget asks for."""
        waiting = list(values)
        while waiting:
            some = waiting[: max(1, self.budget - CONTROL_FIELDS - len(others))]
            try:
                rows = self.read(function, {**others, name: some})
            except TooManyFields:
                self.shrink(len(some))
                continue
            yield from rows
            waiting = waiting[len(some) :]

    def shrink(self, fields: int) -> None:
        """Send half as many fields from now on as those that were too many."""
        if fields <= 1:
            raise FixSettings("PSC-MOODLE-LIMIT", where=self.site, site=self.site)
        self.budget = max(CONTROL_FIELDS + 1, min(self.budget, fields + CONTROL_FIELDS) // 2)

    def portions(self, items: Sequence[_T], sizes: Sequence[int], most: int) -> list[Sequence[_T]]:
        """The items in portions that fit into a request each: at most that many, within the field budget."""
        found: list[Sequence[_T]] = []
        start = fields = 0
        for place, size in enumerate(sizes):
            if place > start and (place - start >= most or fields + size > self.budget - CONTROL_FIELDS):
                found.append(items[start:place])
                start, fields = place, 0
            fields += size
        return [*found, items[start:]] if items else []
