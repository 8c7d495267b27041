"""Answers the reads of ``/ws/v1``: lists, counts and single objects (docs/powerschool.md 6).

``student/{id}/gpa`` and ``student/{id}/test`` are not routed: their paths are known, but not their answers (20).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from psconnect.demo.district.schools import GRADUATED_NUMBER
from psconnect.demo.district.years import school_year
from psconnect.demo.server.extensions import Extension, extension_names, split_names, wanted_extensions
from psconnect.demo.server.messages import Refusal, Reply
from psconnect.demo.server.paging import read_page
from psconnect.demo.server.routes import Route
from psconnect.demo.server.v1.classes import COURSE, SECTION, SECTION_ENROLLMENT
from psconnect.demo.server.v1.district import DISTRICT_EXPANSIONS, district_element
from psconnect.demo.server.v1.filters import QueryError, where
from psconnect.demo.server.v1.schools import SCHOOL, TERM
from psconnect.demo.server.v1.staff import STAFF
from psconnect.demo.server.v1.students import STUDENT
from psconnect.demo.server.v1.template import Resource, TemplateReading
from psconnect.demo.server.v1.wire import v1_message, v1_reply

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from psconnect.demo.server.database import District, Reader
    from psconnect.demo.server.installed import Plugin
    from psconnect.demo.server.messages import Request
    from psconnect.demo.server.quirks import Quirks

_LONGEST_ID: Final = 18
_NOT_FOUND: Final = "Resource not found"


@dataclass(frozen=True, slots=True)
class _Scope:
    """Which objects a list contains.

    Attributes:
        resource: the name of the objects.
        condition: the SQL condition; ``:owner`` is the result of ``owner``.
        owner: the statement that finds, by the DCID in the path, the key shared by the list's rows.
        switched: whether the path exists only with the quirk ``v1_school_list``.

    """

    resource: str
    condition: str = "1"
    owner: str = ""
    switched: bool = False


_SCHOOL: Final = "SELECT School_Number FROM Schools WHERE DCID = ?"
_LISTS: Final = {
    "/ws/v1/district/school": _Scope("school", f"c.School_Number <> {GRADUATED_NUMBER}"),
    "/ws/v1/school": _Scope("school", f"c.School_Number <> {GRADUATED_NUMBER}", switched=True),
    "/ws/v1/district/student": _Scope("student"),
    "/ws/v1/school/{id}/student": _Scope("student", "s.SchoolID = :owner", _SCHOOL),
    "/ws/v1/school/{id}/staff": _Scope("staff", "f.SchoolID = :owner AND f.Status = 1", _SCHOOL),
    "/ws/v1/school/{id}/course": _Scope("course", "o.SchoolID IN (:owner, 0)", _SCHOOL),
    "/ws/v1/school/{id}/section": _Scope("section", "n.SchoolID = :owner", _SCHOOL),
    "/ws/v1/school/{id}/term": _Scope("term", "t.SchoolID = :owner", _SCHOOL),
    "/ws/v1/section/{id}/section_enrollment": _Scope(
        "section_enrollment", "e.SectionID IN (:owner, -:owner)", "SELECT ID FROM Sections WHERE DCID = ?"
    ),
}
_SINGLE: Final = ("school", "student", "staff", "course", "section", "section_enrollment", "term")


class Reads:
    """The read resources; ``today`` is the server's date."""

    def __init__(self, district: District, quirks: Callable[[], Quirks], today: Callable[[], date]) -> None:
        self._district = district
        self._quirks = quirks
        self._today = today

    def routes(self) -> list[Route]:
        """The paths of the table in 6.1."""
        routes = [Route("GET", "/ws/v1/district", self._whole_district)]
        for pattern, scope in _LISTS.items():
            routes.append(Route("GET", pattern, partial(self._list, scope)))
            routes.append(Route("GET", f"{pattern}/count", partial(self._count, scope)))
        return routes + [Route("GET", f"/ws/v1/{name}/{{id}}", partial(self._one, name)) for name in _SINGLE]

    def _resource(self, name: str) -> Resource:
        """A resource according to the switches."""
        quirks = self._quirks()
        known = {one.name: one for one in (STUDENT, SCHOOL, TERM, COURSE, SECTION)}
        known["staff"] = STAFF[quirks.other_staff_types]
        known["section_enrollment"] = SECTION_ENROLLMENT[quirks.dropped_ids]
        return known[name]

    # -- the answers -----------------------------------------------------------------------------------------------

    def _list(self, scope: _Scope, request: Request, plugin: Plugin, captured: tuple[str, ...]) -> Reply:
        resource, quirks = self._resource(scope.resource), self._quirks()
        call = _Call(resource, request, plugin, quirks)
        maximum = plugin.page_sizes[resource.name]
        page = read_page(request, maximum, quirks, unlimited=False, refuse=v1_message)
        with self._district.reader() as reader:
            condition, values = self._condition(scope, resource, request, reader, captured)
            sql = (
                f"SELECT {call.reading.columns} FROM {resource.source} WHERE {condition} "  # noqa: S608 - ours
                f"ORDER BY {resource.order} LIMIT ? OFFSET ?"
            )
            items = call.elements(reader, [*values, page.size, page.offset], sql)
        if not items and quirks.v1_past_end == "blank":
            return v1_reply(request, 200, resource.plural, {}, quirks)
        return v1_reply(request, 200, resource.plural, {**_attributes(resource), resource.name: items}, quirks)

    def _count(self, scope: _Scope, request: Request, _plugin: Plugin, captured: tuple[str, ...]) -> Reply:
        resource = self._resource(scope.resource)
        with self._district.reader() as reader:
            condition, values = self._condition(scope, resource, request, reader, captured)
            row = reader.one(f"SELECT count(*) FROM {resource.source} WHERE {condition}", values)  # noqa: S608 - ours
        return v1_reply(request, 200, "resource", {"count": int(str(row[0])) if row else 0}, self._quirks())

    def _one(self, name: str, request: Request, plugin: Plugin, captured: tuple[str, ...]) -> Reply:
        """Answer with one object. A ``q`` on such a path has no effect (5.5)."""
        resource = self._resource(name)
        call = _Call(resource, request, plugin, self._quirks())
        sql = f"SELECT {call.reading.columns} FROM {resource.source} WHERE {resource.key} = ?"  # noqa: S608 - ours
        with self._district.reader() as reader:
            found = call.elements(reader, [_number(captured[0])], sql)
        if not found:
            return v1_message(404, _NOT_FOUND)
        return v1_reply(request, 200, resource.name, {**_attributes(resource), **found[0]}, self._quirks())

    def _whole_district(self, request: Request, _plugin: Plugin, _captured: tuple[str, ...]) -> Reply:
        quirks = self._quirks()
        asked = split_names(request.query.get("expansions", ""))
        _check_names(asked, DISTRICT_EXPANSIONS, quirks)
        with self._district.reader() as reader:
            element = district_element(reader, asked)
        return v1_reply(request, 200, "district", element, quirks)

    # -- which objects ---------------------------------------------------------------------------------------------

    def _condition(
        self, scope: _Scope, resource: Resource, request: Request, reader: Reader, captured: tuple[str, ...]
    ) -> tuple[str, list[object]]:
        """The condition of a list and its parameters.

        Raises:
            Refusal: 404 if the object in the path doesn't exist, 400 for an invalid filter.

        """
        if scope.switched and not self._quirks().v1_school_list:
            raise Refusal(v1_message(404, _NOT_FOUND))
        conditions = [scope.condition]
        if scope.owner:
            owner = reader.one(scope.owner, [_number(captured[0])])
            if owner is None:
                raise Refusal(v1_message(404, _NOT_FOUND))
            conditions = [scope.condition.replace(":owner", str(int(str(owner[0]))))]
        text = request.query.get("q", "")
        try:
            asked, values = where(text, resource.filters)
        except QueryError as error:
            raise Refusal(v1_message(400, str(error))) from error
        if scope.owner:
            conditions += self._by_default(resource.name, text)
        return " AND ".join([*conditions, *asked]), values

    def _by_default(self, name: str, text: str) -> list[str]:
        """What a school's list leaves out unless a filter says otherwise (6.1 [I])."""
        quirks = self._quirks()
        if name == "student" and quirks.school_students == "active" and "enroll_status" not in text:
            return ["s.Enroll_Status = 0"]
        if name == "section" and quirks.school_sections == "current" and "start_year" not in text:
            return [f"n.YearID = {school_year(self._today()).year_id}"]
        return []


class _Call:
    """The parts of each object that a call asks for."""

    def __init__(self, resource: Resource, request: Request, plugin: Plugin, quirks: Quirks) -> None:
        expansions = split_names(request.query.get("expansions", ""))
        extensions = split_names(request.query.get("extensions", ""))
        _check_names(expansions, resource.expansions, quirks)
        _check_names(extensions, extension_names(resource.core_table).split(","), quirks)

        chosen = [name for name in resource.expansions if name in expansions]
        self.reading = TemplateReading(resource, chosen, lambda table, column: plugin.level(table, column) is not None)
        self._extensions = wanted_extensions(resource.core_table, extensions, plugin)

    def elements(self, reader: Reader, values: list[object], sql: str) -> list[dict[str, Any]]:
        """The elements of a statement's rows."""
        rows = list(reader.rows(sql, values))
        elements = [self.reading.element(row) for row in rows]
        if self._extensions:
            _extend(elements, [int(str(row[0])) for row in rows], self._extensions, reader)
        return elements


def _extend(
    elements: list[dict[str, Any]], keys: Sequence[int], extensions: Sequence[Extension], reader: Reader
) -> None:
    found = [(extension, extension.rows(reader, keys)) for extension in extensions]
    for key, element in zip(keys, elements, strict=True):
        tables = [extension.element(rows.get(key)) for extension, rows in found]
        element["_extension_data"] = {"_table_extension": tables}


def _check_names(asked: Sequence[str], known: Any, quirks: Quirks) -> None:
    unknown = [name for name in asked if name not in known]
    if unknown and quirks.v1_unknown_names == "refuse":
        raise Refusal(v1_message(400, f"Invalid expansion or extension: {unknown[0][:40]}"))


def _attributes(resource: Resource) -> dict[str, str]:
    """The ``@`` keys: the names of available expansions and extensions, if any (5.1)."""
    names = {"@expansions": ", ".join(resource.expansions), "@extensions": extension_names(resource.core_table)}
    return {key: value for key, value in names.items() if value}


def _number(text: str) -> int:
    """The DCID in a path.

    Raises:
        Refusal: 404 if it is not a number.

    """
    if not text.isdecimal() or len(text) > _LONGEST_ID:
        raise Refusal(v1_message(404, _NOT_FOUND))
    return int(text)
