"""The check of a site: everything that can be proved without changing anything there (docs/moodle-api.md 4).

A missing capability makes many reads shorter instead of failing (docs/moodle-api.md 1, fact 7). So each is proved by
reading something that is always there: the administrator's and the guest's accounts, the start page, the first course.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from psconnect.destinations.moodle.answers import MoodleSaid, TooManyFields
from psconnect.destinations.moodle.client import CONTROL_FIELDS, MoodleClient
from psconnect.destinations.moodle.courses import SITE_HOME
from psconnect.model.errors import FixSettings, PsconnectError
from psconnect.model.findings import Finding

_USERS, _COURSES = "core_user_get_users_by_field", "core_course_get_courses_by_field"
_ENROLLED, _GROUPS = "core_enrol_get_enrolled_users", "core_group_get_course_groups"
MOODLE_FUNCTIONS = (
    "core_webservice_get_site_info",
    *(_USERS, "core_user_create_users", "core_user_update_users", "core_user_delete_users"),
    *("core_course_get_categories", "core_course_create_categories", "core_course_update_categories"),
    *("core_course_get_courses", _COURSES, "core_course_create_courses", "core_course_update_courses"),
    *("enrol_manual_enrol_users", "enrol_manual_unenrol_users", _ENROLLED, "core_role_unassign_roles"),
    *(_GROUPS, "core_group_create_groups", "core_group_update_groups", "core_group_delete_groups"),
    *("core_group_add_group_members", "core_group_delete_group_members"),
    *("core_cohort_get_cohorts", "core_cohort_search_cohorts", "core_cohort_create_cohorts"),
    *("core_cohort_update_cohorts", "core_cohort_get_cohort_members"),
    *("core_cohort_add_cohort_members", "core_cohort_delete_cohort_members"),
)
"""What the token's service has to contain."""
_ONLY_WHERE: Mapping[str, tuple[str, str]] = {
    "core_user_delete_users": ("removed_users", "delete"),
    "enrol_manual_unenrol_users": ("dropped", "unenrol"),
    "core_group_delete_groups": ("dropped", "unenrol"),
}
"""Functions that only one value of a setting needs."""
_ALWAYS_THERE = ("1", "2")
"""Ids of the guest and of the administrator that each site is set up with."""
_NOBODY = "no-such-number"


def needed_functions(settings: Mapping[str, Any]) -> list[str]:
    """The functions that a connection with these settings calls."""
    return [
        name
        for name in MOODLE_FUNCTIONS
        if name not in _ONLY_WHERE or settings[_ONLY_WHERE[name][0]] == _ONLY_WHERE[name][1]
    ]


def checked_site(client: MoodleClient) -> Sequence[Finding]:
    """The findings; the first that failed ends the check, because what follows would fail for the same reason."""
    found = []
    for step, check in _STEPS.items():
        try:
            found.append(check(client))
        except PsconnectError as error:
            found.append(Finding(step, "failed", error=error))
        except MoodleSaid as said:
            unexpected = FixSettings("PSC-MOODLE-REFUSED", where=client.site, site=client.site, said=said.code)
            found.append(Finding(step, "failed", error=unexpected))
        if found[-1].state == "failed":
            break
    return found


def _site(client: MoodleClient) -> Finding:
    return Finding("moodle-site/known", "ok", {"site": client.info.site, "release": client.info.release})


def _service(client: MoodleClient) -> Finding:
    needed = needed_functions(client.context.settings)
    missing = [name for name in needed if name not in client.info.functions]
    if missing:
        error = FixSettings("PSC-MOODLE-MOODLE_FUNCTIONS", where=client.site, names=missing)
        return Finding("moodle-service", "failed", error=error)
    return Finding("moodle-service/whole", "ok", {"count": len(needed)})


def _rights(client: MoodleClient) -> Finding:
    """The capabilities, by reads; the first is in the system's context, where a blocked robot account fails."""
    missing = list(dict.fromkeys([*_about_users(client), *_about_courses(client), *_about_cohorts(client)]))
    if missing:
        error = FixSettings("PSC-MOODLE-CAPABILITIES", where=client.site, names=missing)
        return Finding("moodle-rights", "failed", error=error)
    return Finding("moodle-rights/proved", "ok")


def _about_users(client: MoodleClient) -> Iterator[str]:
    """The robot's own account proves nothing: it is always shown whole."""
    own = client.info.userid
    shown = client.read(_USERS, {"field": "id", "values": list(_ALWAYS_THERE)})
    others = [account for account in shown if str(account["id"]) != own]
    if not others:
        yield "moodle/user:viewdetails"
        return
    if not any(account.get("username") for account in others):
        yield "moodle/user:viewalldetails"
    if not any(account.get("email") for account in others):
        yield "moodle/site:viewuseridentity"
    if not all("firstname" in account for account in others):
        yield "moodle/site:viewfullnames"


def _about_courses(client: MoodleClient) -> Iterator[str]:
    number = {"key": "idnumber", "value": _NOBODY}
    if _fails(client, "core_course_get_categories", {"criteria": [number], "addsubcategories": 0}):
        yield "moodle/category:manage"
    home = client.read(_COURSES, {"field": "id", "value": SITE_HOME})["courses"]
    if not any("idnumber" in course for course in home):
        yield "moodle/course:update"
    a_course = _first_course(client)
    if a_course is None:
        return
    if "startdate" not in a_course or _fails(client, _ENROLLED, {"courseid": a_course["id"]}):
        yield "moodle/course:view"
        return
    if _fails(client, _ENROLLED, {"courseid": a_course["id"], "options": [{"name": "onlyactive", "value": "1"}]}):
        yield "moodle/course:enrolreview"
    if _fails(client, _GROUPS, {"courseid": a_course["id"]}):
        yield "moodle/course:managegroups"


def _first_course(client: MoodleClient) -> Mapping[str, Any] | None:
    """A course that is none of the start page; none where the site has no course yet."""
    for category in client.read("core_course_get_categories", {}):
        if category.get("coursecount"):
            found = client.read(_COURSES, {"field": "category", "value": category["id"]})["courses"]
            if found:
                return dict(found[0])
    return None


def _about_cohorts(client: MoodleClient) -> Iterator[str]:
    if _fails(client, "core_cohort_search_cohorts", _NO_COHORT):
        yield "moodle/cohort:manage"


_NO_COHORT = {"query": _NOBODY, "context": {"contextlevel": "system", "instanceid": 0}, "includes": "self"}


def _fails(client: MoodleClient, function: str, arguments: Mapping[str, Any]) -> bool:
    """Whether a read is refused, for want of a capability."""
    try:
        client.read(function, arguments)
    except MoodleSaid:
        return True
    except FixSettings as error:
        if error.code != "PSC-MOODLE-RIGHTS":
            raise
        return True
    return False


def _limit(client: MoodleClient) -> Finding:
    """Whether a request of the chosen size arrives whole; else a smaller one is found, and used."""
    chosen = client.budget
    while True:
        values = [_NOBODY] * (client.budget - CONTROL_FIELDS - 1)
        try:
            client.read(_USERS, {"values": values, "field": "idnumber"})
        except TooManyFields:
            client.shrink(len(values))
            continue
        values_there = {"count": client.budget, "chosen": chosen}
        if client.budget == chosen:
            return Finding("moodle-limit/enough", "ok", values_there)
        return Finding("moodle-limit/less", "warning", values_there)


_STEPS: Mapping[str, Callable[[MoodleClient], Finding]] = {
    "moodle-site": _site,
    "moodle-service": _service,
    "moodle-rights": _rights,
    "moodle-limit": _limit,
}
