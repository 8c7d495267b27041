"""Manual enrolment (moodle-api.md 5, 6.5; `enrol/manual/externallib.php`, `lib/enrollib.php`)."""

from __future__ import annotations

from typing import Any, Final

from tests.moodle.server.errors import MoodleError, invalid_parameter, not_found, user_not_found
from tests.moodle.server.functions.function import Function
from tests.moodle.server.functions.users_write import GUEST
from tests.moodle.server.records import ACTIVE, SUSPENDED, Enrolment, User
from tests.moodle.server.session import Session
from tests.moodle.server.shapes import Many, Struct, optional, required

_ENROL: Final = {
    **required(roleid="int", userid="int", courseid="int"),
    **optional(timestart="int", timeend="int", suspend="int"),
}
_UNENROL: Final = {**required(userid="int", courseid="int"), **optional(roleid="int")}


def _enrol(session: Session, sent: dict[str, Any]) -> None:
    with session.state.journal.transaction():
        for item in sent["enrolments"]:
            course = session.state.courses.get(item["courseid"])
            session.enter_course(course)
            session.require("enrol/manual:enrol")
            if session.release != "4.3":
                _refuse_user(session, session.state.users.get(item["userid"]))
            if not session.can("moodle/role:assign") or item["roleid"] not in session.robot.assignable:
                message = (
                    f"You don't have the permission to assign this role ({item['roleid']}) to this user "
                    f"({item['userid']}) in this course ({item['courseid']})."
                )
                raise MoodleError("wsusercannotassign", message)
            if not course.methods.get("manual"):
                message = (
                    f"Manual enrolment plugin instance doesn't exist or is disabled for the course (id = {course.id})"
                )
                raise MoodleError("wsnoinstance", message)
            if session.release == "4.3":
                _refuse_user(session, session.state.users.get(item["userid"]))
            enrolment = Enrolment(
                courseid=course.id,
                userid=item["userid"],
                status=SUSPENDED if item.get("suspend") else ACTIVE,
                timestart=item.get("timestart", 0),
                timeend=item.get("timeend", 0),
            )
            session.state.enrol(enrolment, item["roleid"])


def _refuse_user(session: Session, user: User | None) -> None:
    if user is None and session.release == "4.3":
        message = "Coding error detected, it must be fixed by a programmer: User ID does not exist or is deleted!"
        raise MoodleError("codingerror", message, kind="coding_exception")
    if user is None:
        raise user_not_found(session.release)
    if user.deleted:
        raise MoodleError("userdeleted", "This user account has been deleted")
    if user.username == GUEST:
        raise MoodleError("guestsarenotallowed", "The guest user is not allowed to do this")


def _unenrol(session: Session, sent: dict[str, Any]) -> None:
    if session.release == "5.1" and any("roleid" in item for item in sent["enrolments"]):
        raise invalid_parameter("Unexpected keys (roleid) detected in parameter array.")  # Since 5.0.6 (MDL-51152).
    with session.state.journal.transaction():
        for item in sent["enrolments"]:
            course = session.state.courses.get(item["courseid"])
            if course is None:
                raise not_found("context", session.release)
            session.enter_course(course)
            session.require("enrol/manual:unenrol")
            if "manual" not in course.methods:
                raise MoodleError("wsnoinstance", "Manual enrolment plugin instance doesn't exist or is disabled")
            if session.state.users.get(item["userid"]) is None:
                raise user_not_found(session.release)
            found = session.state.enrolments.where(userid=item["userid"], courseid=course.id, method="manual")
            for enrolment in found:
                session.state.unenrol(enrolment)


FUNCTIONS: Final = {
    "enrol_manual_enrol_users": Function(Struct({"enrolments": Many(Struct(_ENROL))}), _enrol, writes=True),
    "enrol_manual_unenrol_users": Function(Struct({"enrolments": Many(Struct(_UNENROL))}), _unenrol, writes=True),
}
