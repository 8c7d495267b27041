"""What a connection chose for Canvas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class CanvasChoices:
    """A connection's choices.

    Attributes:
        by_course: whether a Canvas course is one of PowerSchool's courses at a school in a term, with its classes as
            sections; otherwise each class is a course of its own with one section.
        district_account: whether the district is an account between the root account and the schools.
        co_teacher: the role of further teachers of a class.
    """

    by_course: bool = False
    district_account: bool = False
    co_teacher: str = "teacher"

    def course_id(self, record: Mapping[str, str]) -> str:
        """The id of a class's Canvas course."""
        if not self.by_course:
            return record["sourcedId"]
        return "-".join(record[name] for name in ("courseSourcedId", "schoolSourcedId", "termSourcedId"))

    def role(self, role: str, primary: str) -> str:
        """The role of an enrollment."""
        return self.co_teacher if role == "teacher" and primary != "true" else role
