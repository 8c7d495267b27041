"""Course categories (moodle-api.md 6.3; `course/externallib.php` and `course/classes/category.php` of 4.3 and 5.1)."""

from __future__ import annotations

from typing import Any, Final

from tests.moodle.server.errors import MoodleError, not_found
from tests.moodle.server.functions.function import Function
from tests.moodle.server.records import Category
from tests.moodle.server.session import Session
from tests.moodle.server.shapes import Many, Shape, Struct, optional, required, with_default

_LONGEST_NAME: Final = 255
_LONGEST_NUMBER: Final = 100
_MANAGE: Final = "moodle/category:manage"
_TEXTS: Final = {
    **optional(idnumber="raw", description="raw", theme="theme"),
    "descriptionformat": with_default("int", 1),
}
_CREATE: Final = {**required(name="text"), "parent": with_default("int", 0), **_TEXTS}
_UPDATE: Final = {**required(id="int"), **optional(name="text", parent="int"), **_TEXTS}
_DELETE: Final = {**required(id="int"), **optional(newparent="int"), "recursive": with_default("bool", default=False)}
_GET: Final[dict[str, Shape]] = {
    "criteria": Many(Struct(required(key="alpha", value="raw")), "default", ()),
    "addsubcategories": with_default("bool", default=True),
}
#: What a search may ask for; those of the second group need the capability to manage (moodle-api.md 4).
_FREE_KEYS: Final = {"id", "ids", "name", "parent"}
_MANAGED_KEYS: Final = {"idnumber", "visible", "theme"}


def _create(session: Session, sent: dict[str, Any]) -> list[dict[str, Any]]:
    made = []
    with session.state.journal.transaction():
        for item in sent["categories"]:
            if item["parent"] and session.state.categories.get(item["parent"]) is None:
                raise MoodleError("unknowcategory", "error/unknowcategory")
            session.enter_system()
            session.require(_MANAGE)
            _check(session, item)
            values = {
                name: item[name] for name in ("name", "parent", "idnumber", "description", "theme") if name in item
            }
            category = session.state.add_category(Category(**values))
            made.append({"id": category.id, "name": session.text(category.name)})
    return made


def _check(session: Session, item: dict[str, Any], but: int = 0) -> None:
    number = item.get("idnumber", "")
    if number and session.taken(session.state.categories, but=but, idnumber=number):
        raise MoodleError("categoryidnumbertaken", "ID number is already used for another category")
    name = item.get("name")
    if name is not None and not name.strip():
        raise MoodleError("categorynamerequired", "Category name required")
    if len(name or "") > _LONGEST_NAME:
        raise MoodleError("categorytoolong", "Category name is too long")
    if len(number) > _LONGEST_NUMBER:
        raise MoodleError("idnumbertoolong", "ID number is too long")


def _known(session: Session, category_id: int) -> Category:
    category = session.state.categories.get(category_id)
    if category is None:
        raise MoodleError("unknowncategory", "Unknown category")
    session.enter_system()
    session.require(_MANAGE)
    return category


def _update(session: Session, sent: dict[str, Any]) -> None:
    with session.state.journal.transaction():
        for item in sent["categories"]:
            category = _known(session, item["id"])
            _check(session, item, but=category.id)
            values = {name: item[name] for name in ("name", "idnumber", "description", "theme") if name in item}
            session.state.categories.change(category, **values)
            if "parent" in item and item["parent"] != category.parent:
                _move(session, category, item["parent"])


def _move(session: Session, category: Category, parent_id: int) -> None:
    parent = session.state.categories.get(parent_id)
    if parent_id and parent is None:
        raise not_found("course_categories", session.release)
    if parent is not None and f"{parent.path}/".startswith(f"{category.path}/"):
        raise MoodleError("cannotmovecategory", "Cannot move category")
    before, path = category.path, f"{parent.path if parent else ''}/{category.id}"
    session.state.categories.change(category, parent=parent_id)
    for below in session.state.categories:
        if f"{below.path}/".startswith(f"{before}/"):
            session.state.categories.change(below, path=path + below.path[len(before) :])


def _delete(session: Session, sent: dict[str, Any]) -> None:
    with session.state.journal.transaction():
        for item in sent["categories"]:
            category = _known(session, item["id"])
            if item["recursive"]:
                _delete_all(session, category)
            else:
                _empty_into(session, category, item.get("newparent", category.parent))
                session.state.categories.remove(category)


def _delete_all(session: Session, category: Category) -> None:
    for below in session.state.categories.where(parent=category.id):
        _delete_all(session, below)
    for course in session.state.courses.where(category=category.id):
        session.state.delete_course(course)
    session.state.categories.remove(category)


def _empty_into(session: Session, category: Category, parent_id: int) -> None:
    courses = session.state.courses.where(category=category.id)
    if session.state.categories.get(parent_id) is None:
        raise MoodleError("movecatcontentstoroot", "Cannot move the contents of a category to the top")
    for course in courses:
        session.state.courses.change(course, category=parent_id)
    for below in session.state.categories.where(parent=category.id):
        _move(session, below, parent_id)


def _get(session: Session, sent: dict[str, Any]) -> list[dict[str, Any]]:
    rows = list(session.state.categories)
    if sent["criteria"]:
        rows = [category for category in rows if all(_matches(session, category, one) for one in sent["criteria"])]
        if sent["addsubcategories"]:
            paths = tuple(f"{category.path}/" for category in rows)
            rows = [category for category in session.state.categories if f"{category.path}/".startswith(paths)]
    if session.robot.blocked:  # Each category is left out by itself, without a word (observed on 4.5 and 5.1).
        return []
    manages = session.can(_MANAGE)
    hidden = manages or session.can("moodle/category:viewhiddencategories")
    return [_given(session, category, manages) for category in rows if category.visible or hidden]


def _matches(session: Session, category: Category, criterion: dict[str, str]) -> bool:
    key, value = criterion["key"], criterion["value"]
    if key not in _FREE_KEYS and not (key in _MANAGED_KEYS and session.can(_MANAGE)):
        raise MoodleError("criteriaerror", "Missing permissions to search on a criterion.")
    if key == "ids":
        return str(category.id) in value.split(",")
    held = getattr(category, key)
    return str(int(held)) == value if isinstance(held, (bool, int)) else held == value


def _given(session: Session, category: Category, manages: bool) -> dict[str, Any]:
    found = {
        "id": category.id,
        "name": session.text(category.name),
        "description": category.description,
        "descriptionformat": 1,
        "parent": category.parent,
        "sortorder": category.sortorder,
        "coursecount": len(session.state.courses.where(category=category.id)),
        "depth": category.depth,
        "path": category.path,
    }
    if manages:
        found |= {"idnumber": category.idnumber, "visible": int(category.visible), "visibleold": int(category.visible)}
        found |= {"timemodified": 0, "theme": category.theme}
    return found


FUNCTIONS: Final = {
    "core_course_create_categories": Function(Struct({"categories": Many(Struct(_CREATE))}), _create, writes=True),
    "core_course_update_categories": Function(Struct({"categories": Many(Struct(_UPDATE))}), _update, writes=True),
    "core_course_delete_categories": Function(Struct({"categories": Many(Struct(_DELETE))}), _delete, writes=True),
    "core_course_get_categories": Function(Struct(_GET), _get),
}
