"""The rules that leave a record out or report a finding, and what a person can do about each.

A problem names rule, entity and key; its sentences come from here, so that they are written once, can be
translated, and never hold anybody's data.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum


class Fate(IntEnum):
    """What becomes of a record that was read: delivered, left out, or kept as last delivered."""

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
        to_do: what to do, with where in PowerSchool; empty where the rule is not listed as a finding.
        counted: whether it is told once, with how many records it is about, instead of record by record.
    """

    key: str
    severity: str
    title: str
    because: str
    to_do: str = ""
    counted: bool = False


NOT_CHOSEN = "school-not-chosen"
"""The rule of a record whose school is not among the chosen ones."""
_NOT_LISTED = "PowerSchool no longer lists it"
_RULES = (
    Rule("school-not-chosen", "info", "School not chosen", "its school is not among the chosen schools"),
    Rule(
        "guest-left-out",
        "warning",
        "Student of another school in a class of a chosen one",
        "the student’s school is not among the chosen schools, although the student is in a class of a chosen one",
        'Write guest_students = "bring-in" under [options] of the connection file to deliver such students, or choose '
        "their schools, too.",
        counted=True,
    ),
    Rule("district-term", "info", "District term", "the term belongs to the district office, not to a school"),
    Rule("other-year", "info", "Another school year", "it belongs to another school year"),
    Rule("student-inactive", "info", "Student not active", "the student's enrollment status is not active"),
    Rule("student-graduated", "info", "Student has graduated", "the student has graduated"),
    Rule("graduates-school", "info", "School of graduates", "it belongs to PowerSchool’s school of graduates"),
    Rule("staff-inactive", "info", "Staff member not active", "the person has no current position at a chosen school"),
    Rule("enrollment-dropped", "info", "Class dropped", "the student dropped the class"),
    Rule("enrollment-never-attended", "info", "Never attended", "the enrollment ended on the day it began"),
    Rule(
        "enrollment-joined",
        "info",
        "Joined with another enrollment",
        "another enrollment of the same person in the same class stands for both",
    ),
    Rule(
        "enrollment-other-time",
        "info",
        "Another time in the same class",
        "the person is in the class at another time, too, and that enrollment is delivered",
    ),
    Rule("enrollment-ended", "info", "Enrollment ended", "the student left the class before it ended"),
    Rule("assignment-ended", "info", "Teaching assignment ended", "the teaching assignment has ended"),
    Rule(
        "assignment-after-class",
        "warning",
        "Teaching begins after the class",
        "the teaching assignment begins after the last day of the class",
        "Correct the date on the section's page: Start Page > School > Sections. Until then it is not delivered.",
    ),
    Rule(
        "assignment-role",
        "info",
        "Role is not a teacher",
        "the role in the class is neither lead teacher nor co-teacher",
    ),
    Rule(
        "role-not-mapped",
        "warning",
        "Role that is not mapped",
        "the role in the class is neither known nor mapped to lead teacher or co-teacher",
        "Say in [roles] of the connection file whether this role is lead, co-teacher or neither.",
        counted=True,
    ),
    Rule("co-teacher-off", "info", "Co-teachers are off", "co-teachers are switched off in this connection"),
    Rule("relationship-ended", "info", "Relationship ended", "the relationship is no longer active in PowerSchool"),
    Rule("contact-without-student", "info", "Contact without a student", "none of the contact's students is included"),
    Rule("not-listed", "info", "No longer listed", _NOT_LISTED),
    Rule("goes-along", "info", "Goes along with another record", "a record it belongs to is not included"),
    Rule("filter", "info", "Left out by a filter rule", "a filter rule leaves it out"),
    Rule("term-not-chosen", "info", "Term not chosen", "the term is not among those chosen for its school"),
    Rule("term-merged", "info", "Merged into another term", "a term with the same title and dates stands for it"),
    Rule("course-not-chosen", "info", "Course not chosen", "its course is not among those chosen for the school"),
    Rule("course-not-used", "info", "Course without a class", "no class of the course is included"),
    Rule("class-not-taught", "info", "Class left out for want of a teacher", "the class has no current teacher"),
    Rule("section-moved", "info", "Moved into another class", "its students and teachers are in another class"),
    Rule("admins-off", "info", "Other staff is off", "staff without a class is switched off in this connection"),
    Rule(
        "teacher-now",
        "info",
        "Is a teacher now",
        "the person has a class of this school year now, and is a teacher instead of other staff",
    ),
    Rule(
        "other-staff-now",
        "info",
        "Is other staff now",
        "the person has no class of this school year any more, and is other staff instead of a teacher",
    ),
    Rule(
        "co-teacher-limit",
        "info",
        "Above a co-teacher’s number of classes",
        "the co-teacher already has as many classes as this connection allows",
    ),
    Rule("contact-inactive", "info", "Contact not active", "the contact is marked as not active in PowerSchool"),
    Rule("contact-without-account", "info", "Contact without a portal account", "the contact has no portal account"),
    Rule("merged", "info", "Same person as another record", "a person confirmed that it is the same as another record"),
    Rule(
        "uniqueness-conflict",
        "error",
        "Another record has the same values",
        "another record that has to differ from it has the same values",
        "Correct one of the two records in PowerSchool, or confirm in [[uniqueness.confirmed]] that both are the same "
        "person or that both are right.",
    ),
    Rule(
        "uniqueness-owner",
        "warning",
        "Another record was left out in favour of this one",
        "another record has the same values",
        "Compare the two records. This one was delivered, because it was delivered before or is the older one.",
    ),
    Rule(
        "username-taken",
        "error",
        "Another person has the same user name",
        "another person has the same user name, and no system takes it twice",
        "Give one of the two another user name in PowerSchool. Capitals make no difference, nor do blanks around it.",
    ),
    Rule(
        "username-owner",
        "warning",
        "Another person wants the same user name",
        "another person has the same user name in PowerSchool",
        "Compare the two people. This one has the user name, because of an earlier delivery or a lower number. Give "
        "the other one another user name in PowerSchool.",
    ),
    Rule(
        "username-kept",
        "warning",
        "Keeps the earlier user name",
        "the new user name is another person’s, so the one of the last delivery stays",
        "Give this person a user name in PowerSchool that nobody else has.",
    ),
    Rule(
        "username-replaced",
        "warning",
        "Has the id as user name",
        "another person has the same user name, and this connection asks for none",
        "Nothing needs doing unless this person signs in with a user name: then correct the e-mail or the user name.",
    ),
    Rule(
        "username-shared",
        "warning",
        "Two people were delivered with the same user name",
        "another person was delivered with the same user name before",
        "Give one of the two another user name in PowerSchool. Until then both stay as they are; the destination may "
        "refuse one of them.",
    ),
    Rule(
        "section-move-target",
        "warning",
        "Class can’t be moved",
        "the course or class that it is to be moved to does not exist at its school this year",
        "Correct the field of the section in PowerSchool. Until then the class is delivered as it is.",
    ),
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
        "registered-twice",
        "warning",
        "Perhaps the same child as another student",
        "another student has the same name and the same state id, user name or birth date",
        "Compare the two students in PowerSchool. Have the registrar merge them if they are one child; otherwise "
        "confirm in [[uniqueness.confirmed]] that both are right. Until then both are delivered.",
    ),
    Rule(
        "email-shared",
        "info",
        "E-mail shared by several people",
        "other people have the same e-mail, like siblings with a parent’s address",
        "Nothing needs doing, unless each of them needs an e-mail of their own at the destination.",
        counted=True,
    ),
    Rule(
        "value-unlisted",
        "warning",
        "Value not in its value list",
        "one of its values is in no value list, so what the list gives for all others is delivered",
        "Add the value to its list (the tables [values] of the connection), or correct the field in PowerSchool.",
        counted=True,
    ),
    Rule(
        "email-invalid",
        "warning",
        "E-mail is not an address",
        "what is entered as e-mail is not an address",
        "Correct the e-mail in PowerSchool. Until then none is delivered.",
    ),
    Rule(
        "escaped-text",
        "warning",
        "Text with codes in place of characters",
        "a text has codes like “&#39;” in place of characters",
        "Correct the text in PowerSchool: an import wrote the codes. Until then it is delivered as it is.",
    ),
    Rule(
        "text-mended",
        "info",
        "Text cleaned up",
        "blanks, invisible characters, “mailto:”, a name or a second address around a value were removed",
        "Nothing needs doing: the cleaned text was delivered. PowerSchool still has the other one.",
        counted=True,
    ),
    Rule(
        "unreadable",
        "error",
        "Record can't be used",
        "a value that it can't do without is missing or malformed in PowerSchool",
        "Correct the record in PowerSchool. Until then it stays at the destination as last delivered.",
    ),
    Rule(
        "too-long",
        "error",
        "Value is too long",
        "a value is longer than the destination takes",
        "Shorten the field in PowerSchool. Until then the record stays at the destination as last delivered.",
    ),
    Rule(
        "orphan",
        "warning",
        "Refers to a record that does not exist",
        "it refers to a record that PowerSchool does not have",
        "Correct or delete the record in PowerSchool. Until then it stays at the destination as last delivered.",
    ),
    Rule(
        "several-fit",
        "warning",
        "Number that several records have",
        "several records in PowerSchool have the number it refers to, and nothing tells which one is meant",
        "Compare the records named here and correct the number of one in PowerSchool, or ask its support. Until then "
        "the record stays at the destination as last delivered.",
    ),
    Rule(
        "ends-before-it-begins",
        "error",
        "Ends before it begins",
        "it ends before it begins",
        "Correct one of the two dates in PowerSchool. Until then it is not delivered.",
    ),
    Rule(
        "enrollment-twice",
        "warning",
        "Enrolled more than once in the same class",
        "the person is in the same class more than once at the same time",
        "Delete the extra enrollments in PowerSchool. One was delivered, with the days of all of them.",
    ),
    Rule(
        "enrollment-without-school",
        "error",
        "Enrollment without a school",
        "the school of its class does not exist in PowerSchool",
        "Correct the school of the section in PowerSchool. Until then it stays at the destination as last delivered.",
    ),
    Rule(
        "calendar-unknown",
        "warning",
        "Whether the class was over is not known",
        "the student left the class shortly before its last day, and the school's calendar can't be read",
        "Install and enable psconnect’s own plugin, with the calendar (CALENDAR_DAY). Until then the enrollment stays "
        "at the destination as last delivered.",
    ),
    Rule(
        "no-id",
        "error",
        "No number that can be an id",
        "the number that its id is made of is empty or has characters that an id can't have",
        "Give it a number in PowerSchool. Until then it stays at the destination as last delivered.",
    ),
    Rule(
        "double-id",
        "error",
        "Another record has the same id",
        "another record is delivered under the same id",
        "Correct the number of one of the two in PowerSchool, or the list of adopted ids. Until then it stays at the "
        "destination as last delivered.",
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
        "End one of the assignments on the section's page. The lead teacher of the section was delivered as primary.",
    ),
    Rule(
        "duplicate-row",
        "warning",
        "Record listed twice",
        "PowerSchool listed the same record twice",
        "Nothing needs doing if it does not come back; otherwise have the record checked.",
    ),
)
FILTER = "filter:"
"""Begins the rule of a record that a filter left out; what follows is how the filter is called."""
_ALONG = "goes-along:"


def not_listed(entity: str) -> str:
    """Completes "Not included, because …" for a record of that entity that was not read at all.

    Students who have graduated are not read: PowerSchool keeps them in a school of their own, all who ever left.
    """
    graduated = "PowerSchool no longer lists the student, or lists the student as graduated"
    return graduated if entity == "student" else _NOT_LISTED


def goes_along(entity: str, because: str) -> str:
    """The rule of a record that goes along with one of that entity, which the rule ``because`` left out.

    Only the first cause is kept: ``goes-along:class:school-not-chosen`` also where the class went along itself.
    """
    if because.startswith(_ALONG):
        because = because.split(":", 2)[2]
    return f"{_ALONG}{entity}:{because}"


_NOT_TEACHING = "admins-off:"


def no_teacher(because: str) -> str:
    """The rule of staff without a class, which is switched off, whose role in classes the rule ``because`` left out."""
    return f"{_NOT_TEACHING}{because}"


_ELSEWHERE = f"{NOT_CHOSEN}:"


def not_chosen(because: str) -> str:
    """The rule of a record of a school that was not chosen, which ``because`` leaves out at any school."""
    return f"{_ELSEWHERE}{because}"


def base_rule(rule: str) -> str:
    """The rule as it is counted: a filter by its name, any other one without its cause."""
    for beginning in (_ALONG, _NOT_TEACHING, _ELSEWHERE):
        if rule.startswith(beginning):
            return beginning.rstrip(":")
    return rule


class _Rules(dict[str, Rule]):
    """The rules by key; also those whose key tells more: which filter, or what a record went along with and why."""

    def __missing__(self, key: str) -> Rule:
        if key.startswith(FILTER):
            name = key.removeprefix(FILTER)
            return Rule(key, "info", f"Filter: {name}", f"the filter “{name}” leaves it out")
        if key.startswith(_ALONG) and key.count(":") > 1:
            _, entity, cause = key.split(":", 2)
            title = self["goes-along"].title
            return Rule(key, "info", title, f"its {_KINDS.get(entity, entity)} is not included: {self[cause].because}")
        if key.startswith(_NOT_TEACHING):
            off, cause = self["admins-off"], key.removeprefix(_NOT_TEACHING)
            return Rule(key, "info", off.title, f"{self[cause].because}, and {off.because}", self[cause].to_do)
        if key.startswith(_ELSEWHERE):
            rule, cause = self[NOT_CHOSEN], key.removeprefix(_ELSEWHERE)
            return Rule(key, "info", rule.title, f"{rule.because}, and {self[cause].because}")
        raise KeyError(key)


_KINDS = {"calendar": "term", "admin": "staff member"}


def named_record(entity: str, sourced_id: str) -> str:
    """How a finding names the other record that it is about: its kind and its id."""
    return f"{_KINDS.get(entity, entity)} {sourced_id}"


RULES: dict[str, Rule] = _Rules({rule.key: rule for rule in _RULES})


@dataclass
class Tally:
    """How many records a finding is about; it grows while records are read."""

    records: int = 1


@dataclass(frozen=True)
class Problem:
    """A record-level finding of one run.

    Attributes:
        rule: key of the rule in RULES.
        entity: key of the entity.
        key: the record's key; that of the first record where several are counted.
        school: key of the school it belongs to, or None.
        detail: what the rule is about in this record: an attribute's or an entity's name, the other record's kind and
            id, or a code of a list; never a value that could be somebody's.
        tally: counts the records, of a rule that tells how many there are; None for all others.
    """

    rule: str
    entity: str
    key: int
    school: int | None = None
    detail: str = ""
    tally: Tally | None = field(default=None, compare=False)

    @property
    def settled(self) -> Problem:
        """The finding when nothing more is counted: its detail tells how many records there are."""
        if self.tally is None:
            return self
        return replace(self, detail=with_count(self.detail, self.tally.records), tally=None)


def with_count(detail: str, records: int) -> str:
    """A finding's detail with how many records it is about: ``email: 1,204 records``."""
    return f"{detail}: {records:,} {'record' if records == 1 else 'records'}"


def without_count(detail: str) -> tuple[str, int]:
    """The two parts of a detail that ``with_count`` made."""
    what, _, records = detail.rpartition(": ")
    return what, int(records.partition(" ")[0].replace(",", ""))
