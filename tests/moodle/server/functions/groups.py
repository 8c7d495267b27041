"""Groups of a course and their members (moodle-api.md 5, 6.6; `group/externallib.php` of 5.1)."""

from __future__ import annotations

from typing import Any, Final

from tests.moodle.server.errors import MoodleError, database_write, invalid_parameter, not_found, user_not_found
from tests.moodle.server.functions.function import Function, fits
from tests.moodle.server.records import Group, GroupMember, User
from tests.moodle.server.session import Session
from tests.moodle.server.shapes import Many, Struct, Value, maybe, optional, required, with_default

_LONGEST_NAME: Final = 254
_LONGEST_NUMBER: Final = 100
_MANAGE: Final = "moodle/course:managegroups"
_CUSTOM: Final = maybe(Many(Struct(required(shortname="alphanumext", value="raw"))))
_CREATE: Final = {
    **required(courseid="int", name="text", description="raw"),
    "descriptionformat": with_default("int", 1),
    **optional(enrolmentkey="raw", idnumber="raw"),
    "visibility": with_default("int", 0),
    "participation": with_default("bool", default=True),
    "customfields": _CUSTOM,
}
_UPDATE: Final = {
    **required(id="int", name="text"),
    **optional(description="raw", enrolmentkey="raw", idnumber="raw", visibility="int", participation="bool"),
    "descriptionformat": with_default("int", 1),
    "customfields": _CUSTOM,
}
_MEMBER: Final = required(groupid="int", userid="int")
_COLUMNS: Final = (
    "name",
    "description",
    "descriptionformat",
    "enrolmentkey",
    "idnumber",
    "visibility",
    "participation",
)


def _create(session: Session, sent: dict[str, Any]) -> list[dict[str, Any]]:
    made = []
    with session.state.journal.transaction():
        for item in sent["groups"]:
            _check_name(session, item["courseid"], item["name"])
            session.enter_course_wrapped(item["courseid"])
            session.require(_MANAGE)
            _check_rest(session, item["courseid"], item)
            values = {name: item[name] for name in _COLUMNS if name in item}
            made.append(session.state.groups.add(Group(courseid=item["courseid"], **values)))
    return [_given(group, group.name) | {"enrolmentkey": group.enrolmentkey or ""} for group in made]


def _check_name(session: Session, courseid: int, name: str, but: int = 0) -> None:
    if not name.strip():
        raise invalid_parameter("Invalid group name")
    if session.taken(session.state.groups, but=but, courseid=courseid, name=name):
        raise invalid_parameter("Group with the same name already exists in the course")


def _check_rest(session: Session, courseid: int, item: dict[str, Any], but: int = 0) -> None:
    if item.get("visibility", 0) not in range(4):
        raise invalid_parameter("Invalid group visibility provided.")
    number = item.get("idnumber", "")
    if number and session.taken(session.state.groups, but=but, courseid=courseid, idnumber=number):
        raise MoodleError("idnumbertaken", "This ID number is already taken")
    if place := fits("groups", name=(item["name"], _LONGEST_NAME), idnumber=(number, _LONGEST_NUMBER)):
        raise database_write(f"value too long for {place}")


def _given(group: Group, name: str) -> dict[str, Any]:
    return {
        "id": group.id,
        "courseid": group.courseid,
        "name": name,
        "description": group.description,
        "descriptionformat": group.descriptionformat,
        "enrolmentkey": group.enrolmentkey,
        "idnumber": group.idnumber,
        "visibility": group.visibility,
        "participation": group.participation,
    }


def _known(session: Session, group_id: int) -> Group:
    group = session.state.groups.get(group_id)
    if group is None:
        raise not_found("groups", session.release)
    session.enter_course_wrapped(group.courseid)
    session.require(_MANAGE)
    return group


def _update(session: Session, sent: dict[str, Any]) -> None:
    with session.state.journal.transaction():
        for item in sent["groups"]:
            if session.state.groups.get(item["id"]) is None:
                raise invalid_parameter("Group not found")
            group = _known(session, item["id"])
            _check_name(session, group.courseid, item["name"], but=group.id)
            _check_rest(session, group.courseid, item, but=group.id)
            session.state.groups.change(group, **{name: item[name] for name in _COLUMNS if name in item})


def _delete(session: Session, sent: dict[str, Any]) -> None:
    """Unknown ids are ignored without a word (`group/externallib.php`)."""
    with session.state.journal.transaction():
        for group_id in sent["groupids"]:
            if session.state.groups.get(group_id):
                session.state.delete_group(_known(session, group_id))


def _get(session: Session, sent: dict[str, Any]) -> list[dict[str, Any]]:
    rows = [_known(session, group_id) for group_id in sent["groupids"]]
    return [_given(group, session.text(group.name)) | {"customfields": []} for group in rows]


def _of_course(session: Session, sent: dict[str, Any]) -> list[dict[str, Any]]:
    session.enter_course_wrapped(sent["courseid"])
    session.require(_MANAGE)
    rows = sorted(session.state.groups.where(courseid=sent["courseid"]), key=lambda group: group.name)
    return [_given(group, session.text(group.name)) for group in rows]


def _members(session: Session, sent: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for group_id in sent["groupids"]:
        group = _known(session, group_id)
        rows = session.state.group_members.where(groupid=group.id)
        found.append({"groupid": group.id, "userids": by_name(session, [row.userid for row in rows])})
    return found


def by_name(session: Session, user_ids: list[int]) -> list[int]:
    """The ids in the order of last and first names, as member lists come."""
    users = [session.state.users.get(user_id) for user_id in user_ids]
    return [user.id for user in sorted(users, key=lambda user: (user.lastname, user.firstname, user.id))]


def _live_user(session: Session, user_id: int) -> User:
    user = session.state.users.get(user_id)
    if user is None or user.deleted:
        raise user_not_found(session.release)
    return user


def _add_members(session: Session, sent: dict[str, Any]) -> None:
    with session.state.journal.transaction():
        for item in sent["members"]:
            if session.state.groups.get(item["groupid"]) is None:
                raise not_found("groups", session.release)
            user = _live_user(session, item["userid"])
            group = _known(session, item["groupid"])
            if not session.state.is_enrolled(user.id, group.courseid):
                raise invalid_parameter("Only enrolled users may be members of groups")
            if not session.state.group_members.where(groupid=group.id, userid=user.id):
                session.state.group_members.add(GroupMember(groupid=group.id, userid=user.id))


def _delete_members(session: Session, sent: dict[str, Any]) -> None:
    with session.state.journal.transaction():
        for item in sent["members"]:
            user = _live_user(session, item["userid"])
            group = _known(session, item["groupid"])
            for member in session.state.group_members.where(groupid=group.id, userid=user.id):
                session.state.group_members.remove(member)


_IDS: Final = Struct({"groupids": Many(Value("int"))})
_MEMBERS: Final = Struct({"members": Many(Struct(_MEMBER))})

FUNCTIONS: Final = {
    "core_group_create_groups": Function(Struct({"groups": Many(Struct(_CREATE))}), _create, writes=True),
    "core_group_update_groups": Function(Struct({"groups": Many(Struct(_UPDATE))}), _update, writes=True),
    "core_group_delete_groups": Function(_IDS, _delete, writes=True),
    "core_group_get_groups": Function(_IDS, _get),
    "core_group_get_course_groups": Function(Struct(required(courseid="int")), _of_course),
    "core_group_get_group_members": Function(_IDS, _members),
    "core_group_add_group_members": Function(_MEMBERS, _add_members, writes=True),
    "core_group_delete_group_members": Function(_MEMBERS, _delete_members, writes=True),
}
