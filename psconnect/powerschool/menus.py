"""Where things are in PowerSchool, in the words of its screens (docs/powerschool.md 15.7)."""

from __future__ import annotations

from psconnect.wording.menus import CREDENTIALS, PAGE_SIZE, PLUGINS

__all__ = ["CREDENTIALS", "PAGE_SIZE", "PLUGINS", "page_of", "staff_page", "student_page"]


def student_page(base_url: str, dcid: int) -> str:
    """Address of a student's page in PowerSchool; 001 is the table number of Students (docs/powerschool.md 16.1)."""
    return f"{base_url}/admin/students/home.html?frn=001{dcid}"


def staff_page(base_url: str, users_dcid: int) -> str:
    """Address of a staff member's page in PowerSchool; 204 is the table number of Users (docs/powerschool.md 16.1)."""
    return f"{base_url}/admin/faculty/home.html?frn=204{users_dcid}"


def page_of(base_url: str, entity: str, key: int) -> str:
    """Address of a person's page, or an empty text for entities that have none."""
    if entity == "student":
        return student_page(base_url, key)
    if entity in ("teacher", "admin"):
        return staff_page(base_url, key)
    return ""
