"""How many rows per call the plugin may read, as set by its administrator; 100 by default (docs/powerschool.md 4)."""

from __future__ import annotations

from psconnect.powerschool.client import Metadata

DEFAULT_PAGE_SIZE = 100
"""PowerSchool's own default, and the least that is asked for."""


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
