"""Proves that the robot account may write: with writes that every site refuses once it has looked at the rights.

Nothing is made, so nothing is left behind, and the service needs no function for removing it. That rights are looked at
first was seen on 4.5.6, 5.0.6 and 5.1.6, each with and without the capability (docs/moodle-api.md 4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from psconnect.destinations.moodle.answers import MoodleSaid
from psconnect.destinations.moodle.client import MoodleClient
from psconnect.destinations.moodle.courses import SITE_HOME
from psconnect.destinations.moodle.encoding import Argument
from psconnect.destinations.moodle.settings import chosen_roles
from psconnect.model.errors import FixSettings
from psconnect.model.findings import Finding

_ENROL = "enrol_manual_enrol_users"
_BLANK, _NOBODY, _TAKEN = " ", 0, "guest"


def checked_writing(client: MoodleClient) -> Finding:
    """The rights to write, and the roles that may be given."""
    missing = list(_missing_rights(client))
    if missing:
        error = FixSettings("PSC-MOODLE-CAPABILITIES/to-write", where=client.site, names=missing)
        return Finding("moodle-writing", "failed", error=error)
    roles = _roles_not_given(client)
    if roles:
        error = FixSettings("PSC-MOODLE-ROLES", where=client.site, names=roles)
        return Finding("moodle-writing", "failed", error=error)
    return Finding("moodle-writing/proved", "ok")


def _missing_rights(client: MoodleClient) -> Iterator[str]:
    """The capabilities to write that the robot account lacks."""
    category = client.read("core_course_get_categories", {})[0]["id"]
    account = {"username": _TAKEN, "firstname": _BLANK, "lastname": _BLANK, "email": _TAKEN, "createpassword": 1}
    course = {"fullname": _BLANK, "shortname": _BLANK, "categoryid": category}
    tries: Mapping[str, tuple[str, Mapping[str, Argument]]] = {
        "moodle/user:create": ("core_user_create_users", {"users": [account]}),
        "moodle/user:update": ("core_user_update_users", {"users": [{"id": _NOBODY}]}),
        "moodle/course:create": ("core_course_create_courses", {"courses": [course]}),
        "enrol/manual:enrol": (_ENROL, _on_start_page(client, 1)),
    }
    for capability, (function, arguments) in tries.items():
        if _refusal(client, function, arguments) == _NOT_ALLOWED:
            yield capability


def _roles_not_given(client: MoodleClient) -> list[str]:
    """Those of the chosen roles, by number, that the robot account may give to nobody."""
    roles = sorted(set(chosen_roles(client.context.settings).values()))
    return [str(one) for one in roles if _refusal(client, _ENROL, _on_start_page(client, one)) == "wsusercannotassign"]


def _on_start_page(client: MoodleClient, role: int) -> Mapping[str, Argument]:
    """An enrolment of the robot in the start page, which takes none: it has no method of enrolment."""
    return {"enrolments": [{"roleid": role, "userid": client.info.userid, "courseid": SITE_HOME}]}


def _refusal(client: MoodleClient, function: str, arguments: Mapping[str, Argument]) -> str:
    """With which code Moodle refuses; empty where it warns instead."""
    try:
        client.read(function, arguments)
    except MoodleSaid as said:
        return said.code
    except FixSettings as error:
        if error.code != "PSC-MOODLE-RIGHTS":
            raise
        return _NOT_ALLOWED
    return ""


_NOT_ALLOWED = "nopermissions"
