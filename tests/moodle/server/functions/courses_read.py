"""Reading courses (moodle-api.md 6.4; `course/externallib.php`): what is hidden from the robot is silently missing."""

from __future__ import annotations

from typing import Any, Final

from tests.moodle.server.errors import MoodleError, invalid_parameter
from tests.moodle.server.functions.function import Function
from tests.moodle.server.records import Course
from tests.moodle.server.session import Session
from tests.moodle.server.shapes import Many, Struct, Value, with_default
from tests.moodle.server.state import SITE_HOME

_UPDATE: Final = "moodle/course:update"
_HIDDEN: Final = "moodle/course:viewhiddencourses"
_FIELDS: Final = {"", "id", "ids", "shortname", "idnumber", "category"}


def _get(session: Session, sent: dict[str, Any]) -> list[dict[str, Any]]:
    wanted = sent["options"].get("ids")
    rows = [course for course in session.state.courses if not wanted or course.id in wanted]
    found = []
    for course in rows:
        session.enter_course_wrapped(course.id)
        found.append(_lean(session, course))
    return found


def _names(session: Session, course: Course) -> dict[str, Any]:
    return {
        "id": course.id,
        "fullname": session.text(course.fullname),
        "displayname": session.text(course.fullname),
        "shortname": session.text(course.shortname),
        "categoryid": course.category,
        "summary": course.summary,
        "summaryformat": 1,
        "showactivitydates": True,
        "showcompletionconditions": True,
    }


def _settings(course: Course) -> dict[str, Any]:
    return {
        "format": course.format,
        "showgrades": course.showgrades,
        "newsitems": course.newsitems,
        "startdate": course.startdate,
        "enddate": course.enddate,
        "maxbytes": 0,
        "showreports": 0,
        "visible": int(course.visible),
        "groupmode": course.groupmode,
        "groupmodeforce": course.groupmodeforce,
        "defaultgroupingid": 0,
        "enablecompletion": course.enablecompletion,
        "completionnotify": 0,
        "lang": course.lang,
    }


def _for_editors(course: Course) -> dict[str, Any]:
    return {"idnumber": course.idnumber, "timecreated": course.timecreated, "timemodified": course.timemodified}


def _lean(session: Session, course: Course) -> dict[str, Any]:
    """A row of `get_courses`: settings only for those who may edit the course."""
    found = _names(session, course)
    found |= {"format": course.format, "startdate": course.startdate, "enddate": course.enddate}
    if session.can(_UPDATE):
        found |= _settings(course) | _for_editors(course)
        found |= {"categorysortorder": course.id, "numsections": 0, "hiddensections": 1, "forcetheme": ""}
    return found


def _by_field(session: Session, sent: dict[str, Any]) -> dict[str, Any]:
    name, value = sent["field"], sent["value"]
    allowed = _FIELDS if session.release == "4.3" else {*_FIELDS, "sectionid"}
    if name not in allowed:
        raise invalid_parameter("Invalid field name")
    rows = [] if name == "sectionid" else [course for course in _rows(session, name, value) if _seen(session, course)]
    return {"courses": [_full(session, course) for course in rows], "warnings": []}


def _rows(session: Session, name: str, value: str) -> list[Course]:
    courses = session.state.courses
    if name == "":
        return list(courses)
    if name == "ids":
        found = [courses.get(int(part)) for part in value.split(",") if part.strip().isdigit()]
        if None in found:  # PHP reports this one by itself: no error code (moodle-api.md 6.4, observed).
            raise MoodleError(None, "Attempt to read property on null", kind="TypeError")
        return sorted(found, key=lambda course: course.id)
    if name in {"id", "category"}:
        return courses.where(**{name: int(value)}) if value.isdigit() else []
    return courses.where(**{name: value})


def _seen(session: Session, course: Course) -> bool:
    """`core_course_category::can_view_course_info`: hidden courses are for those who may see hidden ones."""
    return course.visible or session.can(_HIDDEN)


def _full(session: Session, course: Course) -> dict[str, Any]:
    category = session.state.categories.get(course.category)
    found = _names(session, course) | {
        "courseimage": "",
        "categoryname": session.text(category.name) if category else "",
        "sortorder": course.id,
        "summaryfiles": [],
        "overviewfiles": [],
        "contacts": [],
        "enrollmentmethods": [name for name, enabled in course.methods.items() if enabled],
        "customfields": [],
    }
    inside = session.can("moodle/course:view") or session.state.is_enrolled(session.robot.user.id, course.id)
    if inside or course.id == SITE_HOME:
        found |= _settings(course) | {"theme": "", "marker": 0, "legacyfiles": 0, "calendartype": "", "filters": []}
        if session.can(_UPDATE):
            found |= _for_editors(course) | {"requested": 0, "cacherev": 1}
    return found


FUNCTIONS: Final = {
    "core_course_get_courses": Function(
        Struct({"options": Struct({"ids": Many(Value("int"), "optional")}, "default", {})}), _get
    ),
    "core_course_get_courses_by_field": Function(
        Struct({"field": with_default("alpha", ""), "value": with_default("raw", "")}), _by_field
    ),
}
