"""The rules that leave a record out or report a finding.

A problem names rule, entity and key, and never holds anybody's data; wording.rules has the sentences.
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
        counted: whether it is told once, with how many records it is about, instead of record by record.
        left_out: of a finding that a kind of destination declares itself, whether the record is left out of its files.
    """

    key: str
    severity: str
    counted: bool = False
    left_out: bool = False


NOT_IN_THIS_RUN = "not-in-this-run"
"""The rule of records that no rule leaves out and that don't stand at the destination: excluded, refused or removed by
an undo, or waiting for something that is not delivered yet."""
NOT_TAKEN = "not-taken"
"""The rule of a record that the destination has no place for."""
NOT_CHOSEN = "school-not-chosen"
"""The rule of a record whose school is not among the chosen ones."""
NOT_ALLOWED, NOT_UNIQUE = "value-not-taken", "values-not-unique"
"""The rules of delivered records that the other system may reject: a value that is not among those which it takes; and
values that another record has, too. The detail is the attribute, or those that count together."""
ATTRIBUTES_JOINED = "+"
"""Stands between the attributes of a detail that count together."""
_RULES = (
    Rule("school-not-chosen", "info"),
    Rule("guest-left-out", "warning", counted=True),
    Rule("district-term", "info"),
    Rule("other-year", "info"),
    Rule("student-inactive", "info"),
    Rule("student-graduated", "info"),
    Rule("graduates-school", "info"),
    Rule("staff-inactive", "info"),
    Rule("enrollment-dropped", "info"),
    Rule("enrollment-never-attended", "info"),
    Rule("enrollment-joined", "info"),
    Rule("enrollment-other-time", "info"),
    Rule("enrollment-ended", "info"),
    Rule("assignment-ended", "info"),
    Rule("assignment-after-class", "warning"),
    Rule("assignment-role", "info"),
    Rule("role-not-mapped", "warning", counted=True),
    Rule("co-teacher-off", "info"),
    Rule("relationship-ended", "info"),
    Rule("contact-without-student", "info"),
    Rule("not-listed", "info"),
    Rule(NOT_TAKEN, "info"),
    Rule("change-refused", "error"),
    Rule("change-waits", "error"),
    Rule("student-not-listed", "info"),
    Rule(NOT_IN_THIS_RUN, "info"),
    Rule("goes-along", "info"),
    Rule("filter", "info"),
    Rule("term-not-chosen", "info"),
    Rule("term-merged", "info"),
    Rule("course-not-chosen", "info"),
    Rule("course-not-used", "info"),
    Rule("class-not-taught", "info"),
    Rule("section-moved", "info"),
    Rule("admins-off", "info"),
    Rule("teacher-now", "info"),
    Rule("other-staff-now", "info"),
    Rule("co-teacher-limit", "info"),
    Rule("contact-inactive", "info"),
    Rule("contact-without-account", "info"),
    Rule("marked-deleted", "info"),
    Rule("role-unknown", "warning"),
    Rule("several-terms", "warning", counted=True),
    Rule("merged", "info"),
    Rule("uniqueness-conflict", "error"),
    Rule("uniqueness-owner", "warning"),
    Rule("username-taken", "error"),
    Rule("username-owner", "warning"),
    Rule("username-kept", "warning"),
    Rule("username-replaced", "warning"),
    Rule("username-shared", "warning"),
    Rule("section-move-target", "warning"),
    Rule("missing-required", "error"),
    Rule("missing-reported", "warning"),
    Rule("registered-twice", "warning"),
    Rule("email-shared", "info", counted=True),
    Rule("value-unlisted", "warning", counted=True),
    Rule("email-invalid", "warning"),
    Rule("escaped-text", "warning"),
    Rule("text-mended", "info", counted=True),
    Rule("unreadable", "error"),
    Rule("too-long", "error"),
    Rule(NOT_ALLOWED, "error"),
    Rule(NOT_UNIQUE, "error"),
    Rule("orphan", "warning"),
    Rule("several-fit", "warning"),
    Rule("ends-before-it-begins", "error"),
    Rule("enrollment-twice", "warning"),
    Rule("enrollment-without-school", "error"),
    Rule("calendar-unknown", "warning"),
    Rule("no-id", "error"),
    Rule("double-id", "error"),
    Rule("waits-for", "warning"),
    Rule("class-without-teacher", "warning"),
    Rule("second-lead-teacher", "warning"),
    Rule("duplicate-row", "warning"),
)
FILTER = "filter:"
"""Begins the rule of a record that a filter left out; what follows is how the filter is called."""
_ALONG = "goes-along:"


def not_listed(entity: str) -> str:
    """The rule of a record of that entity that was not read at all.

    Students who have graduated are not read: PowerSchool keeps them in a school of their own, all who ever left.
    """
    return "student-not-listed" if entity == "student" else "not-listed"


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
        if key.startswith((FILTER, _NOT_TEACHING, _ELSEWHERE)) or (key.startswith(_ALONG) and key.count(":") > 1):
            if not key.startswith(FILTER):
                self[cause_of(key)[1]]  # which has to be a rule, too
            return Rule(key, "info")
        raise KeyError(key)


def cause_of(rule: str) -> tuple[str, str]:
    """The entity that a record went along with (empty where it went along with none), and the rule that was the cause.

    ``goes-along:class:school-not-chosen`` is class and school-not-chosen, ``admins-off:assignment-role`` nothing and
    assignment-role; both are empty for a rule without a cause.
    """
    if rule.startswith(_ALONG) and rule.count(":") > 1:
        _, entity, cause = rule.split(":", 2)
        return entity, cause
    for beginning in (_NOT_TEACHING, _ELSEWHERE):
        if rule.startswith(beginning):
            return "", rule.removeprefix(beginning)
    return "", ""


def root_rule(rule: str) -> str:
    """The rule in which the cause lies: of what went along, that of the record it went along with.

    ``goes-along:class:school-not-chosen`` is school-not-chosen, ``school-not-chosen:student-inactive`` too.
    """
    entity, cause = cause_of(rule)
    if entity:
        return root_rule(cause)
    return NOT_CHOSEN if rule.startswith(_ELSEWHERE) else rule


def goes_with(rule: str) -> str:
    """The entity of the record that a record went along with; empty where it went along with none."""
    return cause_of(rule)[0]


_KINDS = {"calendar": "term", "admin": "staff member"}


def named_record(entity: str, sourced_id: str) -> str:
    """How a finding names the other record that it is about: its kind and its id."""
    return f"{_KINDS.get(entity, entity)} {sourced_id}"


def other_of(rule: str, entity: str, detail: str) -> tuple[str, str] | None:
    """Entity and id of the other record that a finding about a record of ``entity`` names; None where it names none."""
    if rule in _SAME_KIND:
        return (entity, detail) if detail else None
    if rule not in _OTHER_KIND:
        return None
    kinds = {kind: key for key, kind in _KINDS.items()}
    for kind in (*kinds, *_PEOPLE):
        if detail.startswith(f"{kind} "):
            return kinds.get(kind, kind), detail.removeprefix(f"{kind} ").partition(" (")[0]
    return None


_PEOPLE = ("student", "teacher", "contact")
_SAME_KIND = ("uniqueness-conflict", "uniqueness-owner")
"""Rules whose detail is the id of another record of the same entity."""
_OTHER_KIND = (
    *("username-taken", "username-owner", "username-kept", "username-replaced", "username-shared"),
    "registered-twice",
)
"""Rules whose detail names a person by ``named_record``."""


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
