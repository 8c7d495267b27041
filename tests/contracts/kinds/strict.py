"""A destination of files for tests that takes few values: declared limits, and findings that only it knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from psconnect.destinations import Context
from psconnect.destinations.snapshot import Roster
from psconnect.model.clock import CancelToken
from psconnect.model.entities import CLASS, STUDENT
from psconnect.model.problems import Problem, Rule, Tally
from psconnect.wording.rules.texts import RuleTexts
from tests.contracts.kinds.listing import LISTING, Listing

NO_ROOM, OF_GRADE = Rule("class-without-room", "warning"), Rule("students-of-grade", "warning", counted=True)


@dataclass(frozen=True)
class Strict(Listing):
    """Text files for a choosy system."""

    def preflight(self, roster: Roster, cancel: CancelToken) -> Iterator[Problem]:
        room, grade = CLASS.attributes.index("location"), STUDENT.attributes.index("grade")
        for section in roster.records(CLASS):
            cancel.check()
            if not section[room]:
                yield Problem(NO_ROOM.key, CLASS.key, int(section[0]))
        told: dict[str, Tally] = {}
        for student in roster.records(STUDENT):
            if student[grade] not in told:
                told[student[grade]] = Tally()
                yield Problem(OF_GRADE.key, STUDENT.key, int(student[0]), None, student[grade], told[student[grade]])
            else:
                told[student[grade]].records += 1


def _open(context: Context) -> Strict:
    return Strict(context.published_to, "" if context.settings["ids"] == "bare" else "m-")


STRICT = replace(
    LISTING,
    name="test-strict",
    label="Test strict listing",
    summary="Text files for a choosy system, for tests.",
    open=_open,
    allowed={"student": {"grade": frozenset(f"{grade:02}" for grade in range(1, 13))}},
    unique={"student": (("email",), ("givenName", "familyName"))},
    receives="Whoever is missing in the files is deactivated.",
    receiver_holds={"student": 10},
    rules={
        NO_ROOM: RuleTexts("Class without a room", "the class has no room", "Enter one in PowerSchool."),
        OF_GRADE: RuleTexts("Students of a grade", "students have this grade", "Nothing to do."),
    },
)
