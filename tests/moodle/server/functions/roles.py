"""Giving and taking roles at any level (moodle-api.md 6.5; `enrol/externallib.php` class `core_role_external`)."""

from __future__ import annotations

from typing import Any, Final

from tests.moodle.server.errors import MoodleError, invalid_parameter
from tests.moodle.server.functions.function import Function
from tests.moodle.server.session import Session
from tests.moodle.server.shapes import Many, Struct, optional, required

_ITEM: Final = {
    **required(roleid="int", userid="int"),
    **optional(contextid="int", contextlevel="alpha", instanceid="int"),
}
_LEVELS: Final = ("system", "coursecat", "course", "module", "user", "block")
_IN_COURSES: Final = ("course", "module")
#: Where a role may be given on a fresh site; nobody is a student of the whole site (observed on 5.1).
_WHERE: Final = {
    "manager": ("system", "coursecat", "course"),
    "coursecreator": ("system", "coursecat"),
    "editingteacher": _IN_COURSES,
    "teacher": _IN_COURSES,
    "student": _IN_COURSES,
}
SYSTEM_CONTEXT: Final = 1


def _assign(session: Session, sent: dict[str, Any]) -> None:
    with session.state.journal.transaction():
        for item in sent["assignments"]:
            level, instance = _place(session, item)
            session.state.assign(item["roleid"], item["userid"], level, instance)


def _unassign(session: Session, sent: dict[str, Any]) -> None:
    with session.state.journal.transaction():
        for item in sent["unassignments"]:
            level, instance = _place(session, item)
            found = session.state.role_assignments.where(
                userid=item["userid"], roleid=item["roleid"], level=level, instanceid=instance
            )
            for assignment in found:
                session.state.role_assignments.remove(assignment)


def _place(session: Session, item: dict[str, Any]) -> tuple[str, int]:
    """The level and instance of an item, checked: may the robot go there, and give this role."""
    if item.get("contextid") == SYSTEM_CONTEXT:
        level, instance = "system", 0
    elif item.get("contextlevel") in _LEVELS and ("instanceid" in item or item["contextlevel"] == "system"):
        level, instance = item["contextlevel"], item.get("instanceid", 0) if item["contextlevel"] != "system" else 0
    else:
        raise invalid_parameter("Missing parameters, please provide either context level with instance id or contextid")
    if level == "course":
        course = session.state.courses.get(instance)
        session.enter_course(course)
    else:
        session.enter_system()
    session.require("moodle/role:assign")
    role = session.state.roles.get(item["roleid"])
    if item["roleid"] not in session.robot.assignable or level not in _WHERE.get(role.shortname, ()):
        raise invalid_parameter(f"Can not assign roleid={item['roleid']} in contextid")
    user = session.state.users.get(item["userid"])
    if user is None or user.deleted:
        raise MoodleError(
            "codingerror", "Coding error detected, it must be fixed by a programmer", kind="coding_exception"
        )
    return level, instance


FUNCTIONS: Final = {
    "core_role_assign_roles": Function(Struct({"assignments": Many(Struct(_ITEM))}), _assign, writes=True),
    "core_role_unassign_roles": Function(Struct({"unassignments": Many(Struct(_ITEM))}), _unassign, writes=True),
}
