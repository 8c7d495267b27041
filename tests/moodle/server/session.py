"""One call under way: who calls, what the account may do, and how texts are given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeVar

from tests.moodle.server.errors import MoodleError, invalid_parameter, no_permission
from tests.moodle.server.records import Course, User
from tests.moodle.server.state import SITE_HOME, State
from tests.moodle.server.switches import Blocked, Switches
from tests.moodle.server.tables import Row, Table

Kind = TypeVar("Kind", bound=Row)

_BLOCKED = {
    "policy": ("sitepolicynotagreed", "You have not agreed to the site policy."),
    "password": ("forcepasswordchangenotice", "You must change your password to proceed."),
    "profile": ("usernotfullysetup", "User not fully set-up"),
}
_LONE_AMPERSAND = re.compile(r"&(?![A-Za-z0-9#]{1,8};)")


@dataclass
class Robot:
    """The account whose token is used: what its role allows at system level, and what stands in its way.

    Attributes:
        user: its account.
        capabilities: what its role allows (moodle-api.md 4).
        assignable: ids of the roles it may give ("Allow role assignments").
        blocked: None, or why everything but site info fails (moodle-api.md 4).

    """

    user: User
    capabilities: set[str]
    assignable: set[int]
    blocked: Blocked | None = None


@dataclass
class Session:
    """A call: the site, the robot, and what the request asked for.

    Attributes:
        raw: `moodlewssettingraw=1`: names as they are, not as display text.
        number: of this call, in the order in which calls are carried out.
        arrived: the last call that was finished when this one came in.

    """

    state: State
    robot: Robot
    raw: bool = False
    number: int = 0
    arrived: int = 0

    @property
    def switches(self) -> Switches:
        """The site's switches."""
        return self.state.switches

    @property
    def release(self) -> str:
        """`4.3`, `4.5` or `5.1`."""
        return self.state.release

    def can(self, *capabilities: str) -> bool:
        """Whether the robot has any of these capabilities."""
        return any(capability in self.robot.capabilities for capability in capabilities)

    def require(self, *capabilities: str) -> None:
        """Refuse unless the robot has any of these; the last one is named.

        Raises:
            MoodleError: `nopermissions`.

        """
        if not self.can(*capabilities):
            raise no_permission(capabilities[-1])

    def enter_system(self) -> None:
        """`validate_context` for the system or a category: refused while the account is blocked (moodle-api.md 4)."""
        if self.robot.blocked is not None:
            raise MoodleError(*_BLOCKED[self.robot.blocked])

    def enter_course(self, course: Course | None) -> None:
        """`validate_context` for a course.

        Raises:
            MoodleError: `invalidparameter` for no course at all, `requireloginerror` where the robot may not go in.

        """
        if course is None:
            raise invalid_parameter("Context does not exist")
        self.enter_system()
        if course.id == SITE_HOME:
            return
        inside = self.can("moodle/course:view") or self.state.is_enrolled(self.robot.user.id, course.id)
        if not inside or not (course.visible or self.can("moodle/course:viewhiddencourses")):
            message = "Course or activity not accessible. (Not enrolled)"
            raise MoodleError("requireloginerror", message, kind="require_login_exception")

    def enter_course_wrapped(self, courseid: int) -> Course:
        """The same, for functions that wrap the reason (moodle-api.md 4): `errorcoursecontextnotvalid`."""
        course = self.state.courses.get(courseid)
        try:
            self.enter_course(course)
        except MoodleError as error:
            message = f"You cannot execute functions in the course context (course id:{courseid}): {error.message}"
            raise MoodleError("errorcoursecontextnotvalid", message) from error
        return course

    def visible(self, row: Row) -> bool:
        """Whether a check in code sees this row: not while another call under way has just written it."""
        return not self.switches.overlapping_creates or row.born <= self.arrived or row.born == self.number

    def taken(self, table: Table[Kind], but: int = 0, **values: object) -> list[Kind]:
        """Rows other than `but` that a check in code finds with these values."""
        return [row for row in table.where(**values) if row.id != but and self.visible(row)]

    def text(self, name: str) -> str:
        """A name as answers give it: display text, unless the request asked for raw (moodle-api.md 1, fact 11)."""
        return name if self.raw else display_text(name)


def display_text(name: str) -> str:
    """A name as Moodle shows it on a page."""
    return _LONE_AMPERSAND.sub("&amp;", name)
