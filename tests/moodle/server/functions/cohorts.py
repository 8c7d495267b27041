"""Cohorts (moodle-api.md 5, 6.7; `cohort/externallib.php`): of the site or of a category, which no answer tells.

An update needs `categorytype`, `name` and `idnumber` each time, and checks no idnumber for doubles (source of 5.1).
"""

from __future__ import annotations

from typing import Any, Final

from tests.moodle.server.errors import MoodleError, database_write, invalid_parameter, no_permission, not_found
from tests.moodle.server.functions.function import Function, fits
from tests.moodle.server.functions.roles import SYSTEM_CONTEXT
from tests.moodle.server.records import Cohort
from tests.moodle.server.session import Session
from tests.moodle.server.shapes import Many, Shape, Struct, Value, maybe, optional, required, with_default

_LONGEST_NAME: Final = 254
_LONGEST_NUMBER: Final = 100
MANAGE: Final = "moodle/cohort:manage"
_FIELDS: Final = {
    "categorytype": Struct(required(type="text", value="raw")),
    **required(name="raw", idnumber="raw"),
    **optional(description="raw", visible="bool", theme="theme"),
    "descriptionformat": with_default("int", 1),
    "customfields": maybe(Many(Struct(required(shortname="alphanumext", value="raw")))),
}
_SEARCH: Final[dict[str, Shape]] = {
    **required(query="raw"),
    "context": Struct(optional(contextid="int", contextlevel="alpha", instanceid="int")),
    "includes": with_default("alpha", "parents"),
    "limitfrom": with_default("int", 0),
    "limitnum": with_default("int", 25),
}
_COLUMNS: Final = ("name", "idnumber", "description", "descriptionformat", "visible", "theme")


def _create(session: Session, sent: dict[str, Any]) -> list[dict[str, Any]]:
    made = []
    with session.state.journal.transaction():
        for item in sent["cohorts"]:
            category_id = _category(session, item["categorytype"])
            if session.taken(session.state.cohorts, idnumber=item["idnumber"]):
                raise invalid_parameter(f"record already exists: idnumber={item['idnumber']}")
            session.enter_system()
            session.require(MANAGE)
            _check_lengths(item)
            values = {name: item[name] for name in _COLUMNS if name in item}
            made.append(session.state.cohorts.add(Cohort(categoryid=category_id, **values)))
    return [_given(session, cohort) for cohort in made]


def _category(session: Session, wanted: dict[str, str]) -> int:
    """The id of the category, 0 for the whole site."""
    kind, value = wanted["type"], wanted["value"]
    if kind == "system":
        return 0
    categories = session.state.categories
    if kind == "id" and not value.isdigit():
        raise MoodleError("dmlreadexception", "Error reading from database", kind="dml_read_exception")
    if kind == "id" and categories.get(int(value)):
        return int(value)
    if kind == "idnumber" and (found := categories.where(idnumber=value)):
        return found[0].id
    raise invalid_parameter(f"category not exists: category {kind} = {value}")


def _check_lengths(item: dict[str, Any]) -> None:
    if place := fits("cohort", name=(item["name"], _LONGEST_NAME), idnumber=(item["idnumber"], _LONGEST_NUMBER)):
        raise database_write(f"value too long for {place}")


def _given(session: Session, cohort: Cohort) -> dict[str, Any]:
    return {
        "id": cohort.id,
        "name": session.text(cohort.name) if session.switches.cohort_names_as_text else cohort.name,
        "idnumber": cohort.idnumber,
        "description": cohort.description,
        "descriptionformat": cohort.descriptionformat,
        "visible": cohort.visible,
        "theme": cohort.theme,
    }


def known_cohort(session: Session, cohort_id: int) -> Cohort:
    """The cohort of this id; `not found` otherwise."""
    cohort = session.state.cohorts.get(cohort_id)
    if cohort is None:
        raise not_found("cohort", session.release)
    return cohort


def _update(session: Session, sent: dict[str, Any]) -> None:
    with session.state.journal.transaction():
        for item in sent["cohorts"]:
            if not item["name"].strip():
                raise invalid_parameter("Invalid cohort name")
            cohort = known_cohort(session, item["id"])
            session.require(MANAGE)
            category_id = _category(session, item["categorytype"])
            _check_lengths(item)
            values = {name: item[name] for name in _COLUMNS if name in item}
            session.state.cohorts.change(cohort, categoryid=category_id, **values)


def _delete(session: Session, sent: dict[str, Any]) -> None:
    with session.state.journal.transaction():
        for cohort_id in sent["cohortids"]:
            cohort = known_cohort(session, cohort_id)
            session.enter_system()
            session.require(MANAGE)
            session.state.delete_cohort(cohort)


def may_read(session: Session) -> None:
    """Refuse those who may neither manage nor see cohorts."""
    session.enter_system()
    if not session.can(MANAGE, "moodle/cohort:view"):
        raise no_permission("moodle/cohort:view")


def _get(session: Session, sent: dict[str, Any]) -> list[dict[str, Any]]:
    """All, or those of these ids; unknown ids are skipped. An empty site refuses nobody (source of 5.1)."""
    rows = list(session.state.cohorts)
    if sent["cohortids"]:
        rows = [cohort for cohort in rows if cohort.id in sent["cohortids"]]
    if rows:
        may_read(session)
    return [_given(session, cohort) | {"customfields": []} for cohort in rows]


def _search(session: Session, sent: dict[str, Any]) -> dict[str, Any]:
    place, includes = sent["context"], sent["includes"]
    if place.get("contextid") == SYSTEM_CONTEXT or place.get("contextlevel") == "system":
        category_id = 0
    elif place.get("contextlevel") == "coursecat" and session.state.categories.get(place.get("instanceid", 0)):
        category_id = place["instanceid"]
    else:
        raise invalid_parameter("Missing parameters, please provide either context level with instance id or contextid")
    may_read(session)
    if includes not in {"self", "parents", "all"}:
        message = "Coding error detected, it must be fixed by a programmer"
        raise MoodleError("codingerror", message, kind="coding_exception")
    rows = list(session.state.cohorts)
    if includes != "all":
        rows = [cohort for cohort in rows if cohort.categoryid == category_id]
    query = sent["query"].lower()
    rows = [one for one in rows if any(query in text.lower() for text in (one.name, one.idnumber, one.description))]
    rows.sort(key=lambda cohort: (cohort.name, cohort.idnumber))
    # `limitfrom` is the number of a page, whatever it is called (`cohort/lib.php`; observed on 5.1).
    start = sent["limitfrom"] * sent["limitnum"]
    end = start + sent["limitnum"] if sent["limitnum"] else None
    return {"cohorts": [_given(session, cohort) | {"customfields": []} for cohort in rows[start:end]]}


FUNCTIONS: Final = {
    "core_cohort_create_cohorts": Function(Struct({"cohorts": Many(Struct(_FIELDS))}), _create, writes=True),
    "core_cohort_update_cohorts": Function(
        Struct({"cohorts": Many(Struct({**required(id="int"), **_FIELDS}))}), _update, writes=True
    ),
    "core_cohort_delete_cohorts": Function(Struct({"cohortids": Many(Value("int"))}), _delete, writes=True),
    "core_cohort_get_cohorts": Function(Struct({"cohortids": Many(Value("int"), "default", ())}), _get),
    "core_cohort_search_cohorts": Function(Struct(_SEARCH), _search),
}
