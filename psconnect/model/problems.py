"""The rules that leave a record out or report a finding, and what a person can do about each.

A problem names rule, entity and key; its sentences come from here, so that they are written once, can be
translated, and never hold anybody's data.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Fate(IntEnum):
    """What becomes of a record that was read (design.md section 8, *Left out or kept*)."""

    IN = 0
    LEFT_OUT = 1
    KEPT = 2


@dataclass(frozen=True)
class Rule:
    """A named rule.

    Attributes:
        key: stable name, stored with records and problems.
        severity: ``error`` (something is missing at the destination that should be there), ``warning`` (delivered,
            but look at it), ``info`` (as intended; not listed as a problem).
        title: the finding in a few words, for one or many records.
        because: completes "Not included, because …" in one sentence.
        to_do: what to do, with where in PowerSchool; empty where nothing needs doing.
    """

    key: str
    severity: str
    title: str
    because: str
    to_do: str = ""


_RULES = (
    Rule("school-not-chosen", "info", "School not chosen", "its school is not among the chosen schools"),
    Rule("district-term", "info", "District term", "the term belongs to the district office, not to a school"),
    Rule("other-year", "info", "Another school year", "it belongs to another school year"),
    Rule("student-inactive", "info", "Student not active", "the student's enrollment status is not active"),
    Rule("staff-inactive", "info", "Staff member not active", "the person has no current position at a chosen school"),
    Rule("enrollment-dropped", "info", "Class dropped", "the student dropped the class"),
    Rule("enrollment-never-attended", "info", "Never attended", "the enrollment ended on the day it began"),
    Rule("enrollment-ended", "info", "Enrollment ended", "the student left the class before it ended"),
    Rule("assignment-ended", "info", "Teaching assignment ended", "the teaching assignment has ended"),
    Rule(
        "assignment-role",
        "info",
        "Role is not a teacher",
        "the role in the class is neither lead teacher nor co-teacher",
    ),
    Rule("co-teacher-off", "info", "Co-teachers are off", "co-teachers are switched off in this connection"),
    Rule("relationship-ended", "info", "Relationship ended", "the relationship is no longer active in PowerSchool"),
    Rule("contact-without-student", "info", "Contact without a student", "none of the contact's students is included"),
    Rule("goes-along", "info", "Goes along with another record", "a record it belongs to is not included"),
    Rule(
        "missing-required",
        "error",
        "Required attribute is empty",
        "an attribute that the destination needs is empty",
        "Fill in the field in PowerSchool, or map the attribute to another field.",
    ),
    Rule(
        "missing-reported",
        "warning",
        "Attribute is empty",
        "an attribute is empty",
        "Fill in the field in PowerSchool. The record was delivered without it.",
    ),
    Rule(
        "unreadable",
        "error",
        "Record can't be used",
        "a value that it can't do without is missing or malformed in PowerSchool",
        "Correct the record in PowerSchool. Until then it stays at the destination as last delivered.",
    ),
    Rule(
        "orphan",
        "warning",
        "Refers to a record that does not exist",
        "it refers to a record that PowerSchool does not have",
        "Correct or delete the record in PowerSchool. Until then it stays at the destination as last delivered.",
    ),
    Rule(
        "waits-for",
        "warning",
        "Waits for another record",
        "a record it belongs to can't be used yet",
        "Correct the record it belongs to; this one follows with the next sync.",
    ),
    Rule(
        "class-without-teacher",
        "warning",
        "Class without a teacher",
        "the class has no current teacher",
        "Assign a lead teacher to the section: Start Page > School > Sections.",
    ),
    Rule(
        "second-lead-teacher",
        "warning",
        "More than one lead teacher",
        "the class has more than one lead teacher at the same time",
        "End one of the assignments on the section's page. The first one was delivered as primary.",
    ),
    Rule(
        "duplicate-row",
        "warning",
        "Record listed twice",
        "PowerSchool listed the same record twice",
        "Nothing needs doing if it does not come back; otherwise have the record checked.",
    ),
)
RULES: dict[str, Rule] = {rule.key: rule for rule in _RULES}


@dataclass(frozen=True)
class Problem:
    """A record-level finding of one run.

    Attributes:
        rule: key of the rule in RULES.
        entity: key of the entity.
        key: the record's key.
        school: key of the school it belongs to, or None.
        detail: what the rule is about in this record: an attribute's or an entity's name, never a value.
    """

    rule: str
    entity: str
    key: int
    school: int | None = None
    detail: str = ""
