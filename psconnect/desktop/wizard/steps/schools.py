"""Step *Schools, terms, courses*: which part of the district takes part, and of which school year."""

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
from psconnect.model.scope import CourseChoice
from psconnect.service import School

_FEW = 2
"""So many schools are named on the summary's line."""


class SchoolsPart(DraftPart, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The chosen part of the district.

    Attributes:
        all_schools: *Auto mapping*: every school, also one that is added later.
        numbers: school numbers as typed, like ``100,600``; they count when ``all_schools`` is off.
        start_year: first calendar year of the school year; None follows the calendar.
        prior: *Prior data consumption*: whether the next year is read while this one still runs.
        prior_days: from how many days before its first school day, as typed.
        terms: school number, or ``all`` -> names of the terms that are delivered; all of them where there is none.
        courses: which courses are delivered, and as what.
        found: the schools as PowerSchool listed them last.
        new: numbers of schools that were not there the time before, while nobody has decided about them.
    """

    progress = frozenset({"found", "new"})

    all_schools: bool = True
    numbers: str = ""
    start_year: int | None = None
    prior: bool = False
    prior_days: str = "0"
    terms: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    courses: tuple[CourseChoice, ...] = ()
    found: tuple[School, ...] = ()
    new: tuple[int, ...] = ()

    def has(self, number: int) -> bool:
        """Whether a school takes part."""
        try:
            return self.all_schools or number in parse_numbers(self.numbers)
        except ValueError:
            return False


class SchoolsStep(StepSpec[SchoolsPart]):
    """Whose people and classes are sent."""

    key = "schools"
    symbol = "school"
    part = SchoolsPart
    required = True

    def text(self, draft: Draft, known: Known) -> StepText:  # noqa: ARG002 - always the same
        """Its words."""
        return StepText(
            tr("Schools, terms, courses"),
            tr("Which schools, terms and courses?"),
            tr("Only people and classes of these schools are sent."),
        )

    def needs(self, draft: Draft, known: Known) -> Iterator[Need]:  # noqa: ARG002 - PowerSchool's list is in the draft
        """School numbers that PowerSchool knows, and a number of days."""
        part = draft.of(SchoolsPart)
        if part.prior and prior_days_of(part) is None:
            yield self.need("prior_days", tr("Type a number of days from 0 to {most}.", most=MOST_DAYS))
        yield from self._numbers(part)

    def _numbers(self, part: SchoolsPart) -> Iterator[Need]:
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
        lines = [(tr("Schools"), _names(part)), (tr("School year"), shown)]
        if part.prior:
            lines.append((tr("Next year’s data"), _prior(part)))
        if part.terms:
            chosen = sorted({name for names in part.terms.values() for name in names})
            lines.append((tr("Terms"), ", ".join(chosen)))
        if part.courses:
            lines.append((tr("Courses"), _courses(part)))
        return lines

    def brief(self, draft: Draft, known: Known) -> str:  # noqa: ARG002 - the same signature everywhere
        """The schools and the year, and what is chosen of courses."""
        part = draft.of(SchoolsPart)
        year = part.start_year
        shown = tr("current school year") if year is None else tr("{first}–{last}", first=year, last=year + 1)
        said = [
            _schools_words(part),
            shown,
            *([tr("courses: {chosen}", chosen=_courses(part))] if part.courses else []),
        ]
        return tr(", ").join(said)

    def into(self, part: SchoolsPart, settings: dict[str, Any]) -> None:
        """[scope] schools and start_year."""
        scope = section(settings, "scope")
        try:
            scope["schools"] = "all" if part.all_schools else parse_numbers(part.numbers)
        except ValueError:
            scope["schools"] = part.numbers
        scope["start_year"] = part.start_year
        days = prior_days_of(part)
        scope["prior_data_days"] = (part.prior_days if days is None else days) if part.prior else None
        scope["terms"] = {school: list(names) for school, names in part.terms.items()}
        scope["courses"] = msgspec.to_builtins(part.courses)

    def out_of(self, connection: Connection) -> SchoolsPart:
        """As the connection has it; PowerSchool has not been asked yet."""
        scope = connection.scope
        numbers = "" if scope.schools == "all" else ",".join(map(str, scope.schools))
        days = scope.prior_data_days
        return SchoolsPart(
            scope.schools == "all",
            numbers,
            scope.start_year,
            days is not None,
            str(days or 0),
            {school: tuple(names) for school, names in scope.terms.items()},
            tuple(scope.courses),
        )

    def follow(self, before: Draft, after: Draft) -> Draft:
        """Another server has other schools."""
        now, then = after.of(SchoolsPart), before.of(SchoolsPart)
        moved = after.of(CredentialsPart).address != before.of(CredentialsPart).address
        other = msgspec.structs.replace(now, found=(), new=())
        return after.having(other) if moved and now.found == then.found else after


MOST_DAYS = 330
"""The longest time before its first school day from which a year can be read, in days (model.scope)."""


def prior_days_of(part: SchoolsPart) -> int | None:
    """The days as typed; None for what is no number of days."""
    text = part.prior_days.strip() or "0"
    return int(text) if text.isascii() and text.isdigit() and int(text) <= MOST_DAYS else None


def _schools_words(part: SchoolsPart) -> str:
    """The schools by name where they are few, else their number."""
    try:
        numbers = () if part.all_schools else parse_numbers(part.numbers)
    except ValueError:
        return part.numbers
    if part.all_schools and part.found:
        return counted(len(part.found), "All schools ({count} today)", "All schools ({count} today)")
    if part.all_schools:
        return tr("All schools")
    return _names(part) if len(numbers) <= _FEW else counted(len(numbers), "{count} school", "{count} schools")


def _prior(part: SchoolsPart) -> str:
    days = prior_days_of(part)
    if not days:
        return tr("from its first school day on")
    return counted(
        days, "from {count} day before its first school day on", "from {count} days before its first school day on"
    )


def _courses(part: SchoolsPart) -> str:
    groups = sum(len(one.courses) for one in part.courses if one.deliver_as == "group")
    chosen = counted(sum(len(one.courses) for one in part.courses), "{count} chosen", "{count} chosen")
    if not groups:
        return chosen
    return tr("{chosen}, {groups} of them as groups", chosen=chosen, groups=groups)


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
