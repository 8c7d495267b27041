"""The start page with its search, and the pages of students, staff, contacts, schools and sections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from psconnect.demo.admin.records import MOST_FOUND

if TYPE_CHECKING:
    from collections.abc import Callable

    from psconnect.demo.admin.records import NamedRow, Records
    from psconnect.demo.admin.visits import PageHandler, Visit
    from psconnect.demo.server.controls import ServerControls
    from psconnect.demo.server.messages import Reply

#: Table numbers in an FRN, which is table number and DCID (docs/powerschool.md 16.1; 3 is Sections, 16.4).
STUDENTS, SECTIONS, TEACHERS, SCHOOLS, SCHOOL_STAFF, USERS = "001", "003", "005", "039", "203", "204"
_LONGEST_SEARCH: Final = 100


class PeoplePages:
    """Start page, search, and one page for each record."""

    def __init__(self, records: Records, server: ServerControls) -> None:
        self._records = records
        self._server = server

    def routes(self) -> dict[tuple[str, str], PageHandler]:
        """What these pages answer."""
        return {
            ("GET", "/admin/home.html"): self._start,
            ("GET", "/admin/search.html"): self._search,
            ("GET", "/admin/students/home.html"): self._page("student.html", STUDENTS, self._records.student),
            ("GET", "/admin/faculty/home.html"): self._staff,
            ("GET", "/admin/schools/home.html"): self._page("school.html", SCHOOLS, self._records.school),
            ("GET", "/admin/sections/home.html"): self._page("section.html", SECTIONS, self._records.section),
            ("GET", "/admin/contacts/home.html"): self._contact,
        }

    def _start(self, visit: Visit) -> Reply:
        return visit.page("home.html", "Start Page", today=self._server.today, schools=self._records.schools())

    def _search(self, visit: Visit) -> Reply:
        text = visit.asked("q")[:_LONGEST_SEARCH]
        finders = {
            "Students": self._records.found_students,
            "Staff": self._records.found_staff,
            "Contacts": self._records.found_contacts,
        }
        found = {label: find(text) for label, find in finders.items()} if text else {}
        return visit.page("search.html", "Search", text=text, found=found, most=MOST_FOUND)

    def _page(self, template: str, table: str, find: Callable[[int], NamedRow | None]) -> PageHandler:
        def show(visit: Visit) -> Reply:
            return self._show(visit, template, find, _dcid(visit.asked("frn"), table))

        return show

    def _staff(self, visit: Visit) -> Reply:
        """A staff member's page, by person (Users) or by post (SchoolStaff)."""
        frn = visit.asked("frn")
        dcid = _dcid(frn, USERS)
        for table in (SCHOOL_STAFF, TEACHERS):
            post = _dcid(frn, table)
            if post is not None:
                dcid = self._records.post_holder(post)
        return self._show(visit, "staff.html", self._records.staff, dcid)

    def _contact(self, visit: Visit) -> Reply:
        text = visit.asked("id")
        return self._show(visit, "contact.html", self._records.contact, int(text) if _is_key(text) else None)

    @staticmethod
    def _show(visit: Visit, template: str, find: Callable[[int], NamedRow | None], key: int | None) -> Reply:
        record = find(key) if key is not None else None
        if record is None:
            return visit.missing("There is no such record in this district.")
        return visit.page(template, record.get("name") or full_name(record), record=record)


def full_name(record: NamedRow) -> str:
    """A record's last and first name, as in lists of people."""
    if "last_name" not in record:
        return f"{record['course_name'] or record['course']}, section {record['number']}"
    first = record["first_name"]
    return f"{record['last_name']}, {first}" if first else str(record["last_name"])


def _dcid(frn: str, table: str) -> int | None:
    """The DCID in an FRN of this table; None for another table or an invalid FRN."""
    key = frn.removeprefix(table)
    return int(key) if frn.startswith(table) and _is_key(key) else None


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 15  # noqa: PLR2004 - longer than any key
