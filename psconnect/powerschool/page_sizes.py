"""How many rows per call the plugin may read, as set by its administrator; 100 by default (docs/powerschool.md 4)."""

from __future__ import annotations

from psconnect.powerschool import menus
from psconnect.powerschool.client import Metadata

DEFAULT_PAGE_SIZE = 100
RAISE_IT = f"Set it to {DEFAULT_PAGE_SIZE} or more: {menus.PAGE_SIZE}."


def smallest_of(metadata: Metadata, way: str) -> int:
    """The smallest page size that limits a way to read: that of its lists for ``v1``, else that of tables."""
    if way != "v1":
        return metadata.schema_table_query_max_page_size
    return min(
        metadata.school_max_page_size,
        metadata.term_max_page_size,
        metadata.course_max_page_size,
        metadata.section_max_page_size,
        metadata.section_enrollment_max_page_size,
        metadata.staff_max_page_size,
        metadata.student_max_page_size,
    )


def too_small(metadata: Metadata, way: str) -> str:
    """A sentence about a page size below PowerSchool's default; empty otherwise."""
    size = smallest_of(metadata, way)
    if size >= DEFAULT_PAGE_SIZE:
        return ""
    text = f"The plugin may read only {size} rows a call."
    if way == "queries":
        return f"{text} Its queries are not bound by that, but reading table by table would be."
    return text
