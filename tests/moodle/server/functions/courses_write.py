"""Courses: create, update, delete (moodle-api.md 5 and 6.4; `course/externallib.php`, `course/lib.php`)."""

from __future__ import annotations

from typing import Any, Final

from tests.moodle.server.errors import MoodleError, database_write, not_found
from tests.moodle.server.functions.function import Function, as_warning, fits, warning
from tests.moodle.server.records import Course
from tests.moodle.server.session import Session
from tests.moodle.server.shapes import Many, Struct, Value, maybe, optional, required, with_default
from tests.moodle.server.state import DAY, SITE_HOME

_LONGEST_SHORT_NAME: Final = 255
_LONGEST_NUMBER: Final = 100
#: Grew between the releases (moodle-api.md 12).
_LONGEST_FULL_NAME: Final = {"4.3": 254, "4.5": 254, "5.1": 1333}

_MORE: Final = {
    **optional(
        idnumber="raw",
        summary="raw",
        startdate="int",
        enddate="int",
        numsections="int",
        visible="int",
        hiddensections="int",
        enablecompletion="int",
        completionnotify="int",
        lang="safedir",
        forcetheme="plugin",
    ),
    "courseformatoptions": maybe(Many(Struct(required(name="alphanumext", value="raw")))),
    "customfields": maybe(Many(Struct(required(shortname="alphanumext", value="raw")))),
}
_DEFAULTS: Final = {
    "summaryformat": 1,
    "showgrades": 1,
    "newsitems": 5,
    "maxbytes": 0,
    "showreports": 0,
    "groupmode": 0,
    "groupmodeforce": 0,
    "defaultgroupingid": 0,
}
_CREATE: Final = {
    **required(fullname="text", shortname="text", categoryid="int"),
    "format": with_default("plugin", "topics"),
    **{name: with_default("int", value) for name, value in _DEFAULTS.items()},
    **_MORE,
}
_UPDATE: Final = {
    **required(id="int"),
    **optional(fullname="text", shortname="text", categoryid="int", format="plugin", **dict.fromkeys(_DEFAULTS, "int")),
    **_MORE,
}
_COLUMNS: Final = (
    "fullname",
    "shortname",
    "idnumber",
    "summary",
    "format",
    "startdate",
    "enddate",
    "groupmode",
    "groupmodeforce",
    "lang",
    "newsitems",
    "showgrades",
    "enablecompletion",
)
#: A field's own capability for changing it (moodle-api.md 4).
_TO_CHANGE: Final = {
    "category": "moodle/course:changecategory",
    "fullname": "moodle/course:changefullname",
    "shortname": "moodle/course:changeshortname",
    "idnumber": "moodle/course:changeidnumber",
    "summary": "moodle/course:changesummary",
    "visible": "moodle/course:visibility",
    "lang": "moodle/course:setforcedlanguage",
}


def _create(session: Session, sent: dict[str, Any]) -> list[dict[str, Any]]:
    made = []
    with session.state.journal.transaction():
        for item in sent["courses"]:
            course = _create_one(session, item)
            made.append({"id": course.id, "shortname": course.shortname})
    return made


def _create_one(session: Session, item: dict[str, Any]) -> Course:
    category = session.state.categories.get(item["categoryid"])
    try:
        session.enter_system()
        reason = "" if category else "Context does not exist"
    except MoodleError as error:
        reason = error.message
    if reason:
        message = f"You cannot execute functions in the category context (category id:{item['categoryid']}): {reason}"
        raise MoodleError("errorcatcontextnotvalid", message)
    session.require("moodle/course:create")
    item |= _dates(session, item)
    _check(session, item)
    values: dict[str, Any] = {name: item[name] for name in _COLUMNS if name in item}
    if not session.can("moodle/course:setforcedlanguage"):
        values.pop("lang", None)
    sets = session.can("moodle/course:visibility")
    visible = bool(item.get("visible", category.visible)) if sets else category.visible
    return session.state.add_course(
        Course(category=category.id, visible=visible, creator=session.robot.user.id, **values)
    )


def _dates(session: Session, item: dict[str, Any]) -> dict[str, int]:
    """What is left out: today's midnight, and the site's length of a course (moodle-api.md 6.4, observed)."""
    start = item.get("startdate", session.state.today())
    days = session.switches.course_days
    return {"startdate": start, "enddate": item.get("enddate", start + days * DAY if days else 0)}


def _check(session: Session, item: dict[str, Any], course: Course | None = None) -> None:
    """Names, numbers and dates; the checks for doubles are in code only (moodle-api.md 1, fact 6)."""
    but, courses = course.id if course else 0, session.state.courses
    for name in ("fullname", "shortname"):
        if name in item and not item[name].strip():
            raise MoodleError("errorinvalidparam", f"The param {name} is invalid.")
    lang = item.get("lang", course.lang if course else "en")
    if lang not in session.switches.installed_langs and not (course and lang == course.lang):
        raise MoodleError("errorinvalidparam", "The param lang is invalid.")
    short, number = item.get("shortname", ""), item.get("idnumber", "")
    if short and _short_name_taken(session, short, but):
        raise MoodleError("shortnametaken", f"Short name is already used for another course ({short})")
    if number and session.taken(courses, but=but, idnumber=number):
        raise MoodleError("courseidnumbertaken", f"ID number is already used for another course ({number})")
    start, end = item.get("startdate", 0), item.get("enddate", 0)
    if start and end and end < start:
        raise MoodleError("enddatebeforestartdate", "The course end date must be after the start date.")
    if end and not start:  # Only what was sent is looked at, not what the course has (`course_validate_dates`).
        raise MoodleError("nostartdatenoenddate", "If the start date is not set, an end date can not be set.")
    full = item.get("fullname", ""), _LONGEST_FULL_NAME[session.release]
    texts = {"fullname": full, "shortname": (short, _LONGEST_SHORT_NAME), "idnumber": (number, _LONGEST_NUMBER)}
    if place := fits("course", **texts):
        raise database_write(f"value too long for {place}")


def _short_name_taken(session: Session, short: str, but: int) -> bool:
    if session.switches.case_matters:
        return bool(session.taken(session.state.courses, but=but, shortname=short))
    others = (course for course in session.state.courses if course.id != but and session.visible(course))
    return any(course.shortname.lower() == short.lower() for course in others)


def _update(session: Session, sent: dict[str, Any]) -> dict[str, Any]:
    warnings = []
    for item in sent["courses"]:
        try:
            _update_one(session, item)
        except MoodleError as error:
            warnings.append(as_warning("course", item["id"], error))
    return {"warnings": warnings}


def _update_one(session: Session, item: dict[str, Any]) -> None:
    course = session.state.courses.get(item["id"])
    if course is None:
        raise not_found("context", session.release)
    session.enter_course(course)
    session.require("moodle/course:update")
    values: dict[str, Any] = {name: item[name] for name in _COLUMNS if name in item}
    if "categoryid" in item:
        values["category"] = item["categoryid"]
    if "visible" in item:
        values["visible"] = bool(item["visible"])
    for name, capability in _TO_CHANGE.items():
        if name in values and values[name] != getattr(course, name):
            session.require(capability)
    _check(session, item, course)
    if course.id == SITE_HOME:
        raise MoodleError("invalidcourse", "Invalid course")
    session.state.courses.change(course, **values, timemodified=int(session.state.now()))
    if "category" in values and session.state.categories.get(values["category"]) is None:
        raise not_found("course_categories", session.release)  # It has moved there, nevertheless (observed on 5.1).


def _delete(session: Session, sent: dict[str, Any]) -> dict[str, Any]:
    warnings = []
    for course_id in sent["courseids"]:
        course = session.state.courses.get(course_id)
        if course is None:
            warnings.append(warning("course", course_id, "unknowncourseidnumber", f"Unknown course ID {course_id}"))
            continue
        session.enter_course(course)
        if not _may_delete(session, course):
            message = f"You do not have the permission to delete this course{course_id}"
            warnings.append(warning("course", course_id, "cannotdeletecourse", message))
            continue
        session.state.delete_course(course)
    return {"warnings": warnings}


def _may_delete(session: Session, course: Course) -> bool:
    """A creator may delete within a day without the capability (moodle-api.md 4); nobody deletes site home."""
    fresh = session.state.now() - course.timecreated < DAY
    own = course.creator == session.robot.user.id and session.can("moodle/course:create")
    return course.id != SITE_HOME and (session.can("moodle/course:delete") or (own and fresh))


FUNCTIONS: Final = {
    "core_course_create_courses": Function(Struct({"courses": Many(Struct(_CREATE))}), _create, writes=True),
    "core_course_update_courses": Function(Struct({"courses": Many(Struct(_UPDATE))}), _update, writes=True),
    "core_course_delete_courses": Function(Struct({"courseids": Many(Value("int"))}), _delete, writes=True),
}
