"""Step *Schools*: which schools take part, and the school year."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from psconnect.desktop.text import counted, tr
from psconnect.desktop.wizard.draft import Draft, DraftPart
from psconnect.desktop.wizard.steps.credentials import CredentialsPart
from psconnect.desktop.wizard.steps.spec import Known, Line, Need, StepSpec, StepText, section
from psconnect.model.connection import Connection
from psconnect.service import School


class SchoolsPart(DraftPart, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The chosen schools.

    Attributes:
        all_schools: *Auto mapping*: every school, also one that is added later.
        numbers: school numbers as typed, like ``100,600``; they count when ``all_schools`` is off.
        start_year: first calendar year of the school year; None follows the calendar.
        found: the schools as PowerSchool listed them last.
    """

    progress = frozenset({"found"})

    all_schools: bool = True
    numbers: str = ""
    start_year: int | None = None
    found: tuple[School, ...] = ()

    def has(self, number: int) -> bool:
        """Whether a school takes part."""
        try:
            return self.all_schools or number in parse_numbers(self.numbers)
        except ValueError:
            return False


class SchoolsStep(StepSpec[SchoolsPart]):
    """Whose people and classes are sent."""

    key = "schools"
    part = SchoolsPart

    def text(self, draft: Draft, known: Known) -> StepText:  # noqa: ARG002 - always the same
        """Its words."""
        return StepText(tr("Schools"), tr("Which schools?"), tr("Only people and classes of these schools are sent."))

    def needs(self, draft: Draft, known: Known) -> Iterator[Need]:  # noqa: ARG002 - PowerSchool's list is in the draft
        """School numbers that PowerSchool knows."""
        part = draft.of(SchoolsPart)
        if part.all_schools:
            return
        try:
            numbers = parse_numbers(part.numbers)
        except ValueError as error:
            yield self.need("numbers", str(error))
            return
        if not numbers:
            yield self.need("numbers", tr("Switch on at least one school."))
        there = {school.number for school in part.found}
        missing = [str(number) for number in numbers if number not in there]
        if part.found and missing:
            text = counted(
                len(missing),
                "PowerSchool has no school with the number {numbers}.",
                "PowerSchool has no schools with the numbers {numbers}.",
                numbers=", ".join(missing),
            )
            yield self.need("numbers", text)

    def lines(self, draft: Draft, known: Known) -> list[Line]:  # noqa: ARG002 - as in needs
        """The schools by name, and the year."""
        part = draft.of(SchoolsPart)
        year = part.start_year
        shown = tr("the current one") if year is None else tr("{first}–{last}", first=year, last=year + 1)
        return [(tr("Schools"), _names(part)), (tr("School year"), shown)]

    def into(self, part: SchoolsPart, settings: dict[str, Any]) -> None:
        """[scope] schools and start_year."""
        scope = section(settings, "scope")
        try:
            scope["schools"] = "all" if part.all_schools else parse_numbers(part.numbers)
        except ValueError:
            scope["schools"] = part.numbers
        scope["start_year"] = part.start_year

    def out_of(self, connection: Connection) -> SchoolsPart:
        """As the connection has it; PowerSchool has not been asked yet."""
        scope = connection.scope
        numbers = "" if scope.schools == "all" else ",".join(map(str, scope.schools))
        return SchoolsPart(scope.schools == "all", numbers, scope.start_year)

    def follow(self, before: Draft, after: Draft) -> Draft:
        """Another server has other schools."""
        now, then = after.of(SchoolsPart), before.of(SchoolsPart)
        moved = after.of(CredentialsPart).address != before.of(CredentialsPart).address
        return after.having(msgspec.structs.replace(now, found=())) if moved and now.found == then.found else after


def parse_numbers(text: str) -> list[int]:
    """School numbers from a text like ``100, 600``, in that order, each once; raises ValueError with a sentence."""
    parts = [part for part in re.split(r"[,;\s]+", text) if part]
    for part in parts:
        if not (part.isascii() and part.isdigit()):
            raise ValueError(tr("“{part}” is not a school number. Type numbers with commas, like 100,600.", part=part))
    return list(dict.fromkeys(int(part) for part in parts))


def _names(part: SchoolsPart) -> str:
    if part.all_schools:
        return tr("all ({count} today)", count=len(part.found)) if part.found else tr("all")
    try:
        numbers = parse_numbers(part.numbers)
    except ValueError:
        return part.numbers
    names = {school.number: school.name for school in part.found}
    return ", ".join(names.get(value, str(value)) for value in numbers)
