"""Judges a shaped record: does it pass the filters, and does it have what it needs?"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from psconnect.model.entities import EXTRA, LONGEST, Entity
from psconnect.model.problems import RULES, Fate, Problem, Tally
from psconnect.model.text import UNREADABLE
from psconnect.roster.filters import Filter
from psconnect.roster.mapping import Requirements
from psconnect.roster.templates import Notices

OnProblem = Callable[[Problem], None]
_CODES = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos|nbsp);")
"""XML and HTML character references that an import left in a field."""


@dataclass(frozen=True)
class Judge:
    """Judges records of one entity that no other rule leaves out.

    Checks that they pass the filters and that required attributes are present and fit to send. ``limited`` are the
    places of attributes that take fewer characters than ``longest``, with their limits.
    """

    entity: Entity
    requirements: Requirements
    on_problem: OnProblem
    longest: int = LONGEST
    filter: Filter | None = None
    limited: tuple[tuple[int, int], ...] = ()
    notices: Notices = field(default_factory=list)
    _tallies: dict[tuple[str, str], Tally] = field(default_factory=dict, init=False)

    @property
    def active(self) -> bool:
        """Whether any attribute is required."""
        return bool(self.requirements.skip or self.requirements.report)

    def __call__(self, key: int, school: int | None, values: tuple[str, ...], row: Any) -> tuple[Fate, str | None]:
        """Fate and rule of a record; reports its problems.

        A record is left out by a filter or if a required attribute is empty. It is kept as last delivered if a value,
        even one that only a filter uses, is unreadable or too long. Judge each record right after shaping it.
        """
        if self.filter:
            unreadable = next((name for name, get in self.filter.looked_at if UNREADABLE in get(row, values)), None)
            if unreadable is not None:
                self.on_problem(Problem("unreadable", self.entity.key, key, school, unreadable))
                return Fate.KEPT, "unreadable"
            left_out_by = self.filter.left_out_by(row, values)
            if left_out_by:
                return Fate.LEFT_OUT, left_out_by
        joined = "".join(values)
        if len(joined) > self.longest or UNREADABLE in joined or (self.limited and self._over_a_limit(values)):
            limits = dict(self.limited)
            for place, (attribute, value) in enumerate(zip(self.entity.shaped, values, strict=True)):
                if UNREADABLE in value or len(value) > limits.get(place, self.longest):
                    rule = "unreadable" if UNREADABLE in value else "too-long"
                    self.on_problem(Problem(rule, self.entity.key, key, school, attribute))
                    return Fate.KEPT, rule
        missing = self._missing(key, school, values)
        if missing:
            return Fate.LEFT_OUT, missing
        if "&" in joined:
            self._look_for_codes(key, school, values)
        return Fate.IN, None

    def _over_a_limit(self, values: tuple[str, ...]) -> bool:
        return any(len(values[place]) > most for place, most in self.limited)

    def _missing(self, key: int, school: int | None, values: tuple[str, ...]) -> str | None:
        """The rule that leaves a record out for a missing attribute; reports what is missing and what was noticed."""
        missing, reported = self.requirements.missing(values)
        if self.notices:
            reported = self._tell(key, school, reported, delivered=not missing)
        if missing:
            self.on_problem(Problem("missing-required", self.entity.key, key, school, missing))
            return "missing-required"
        for attribute in reported:
            self.on_problem(Problem("missing-reported", self.entity.key, key, school, attribute))
        return None

    def _look_for_codes(self, key: int, school: int | None, values: tuple[str, ...]) -> None:
        for attribute, value in zip(self.entity.shaped, values, strict=True):
            if attribute != EXTRA and _CODES.search(value):
                self.on_problem(Problem("escaped-text", self.entity.key, key, school, attribute))

    def _tell(self, key: int, school: int | None, reported: Sequence[str], *, delivered: bool) -> list[str]:
        """Report or count what shaping noticed; returns the attributes still to be reported as missing."""
        for rule, detail in self.notices:
            if not RULES[rule].counted:
                self.on_problem(Problem(rule, self.entity.key, key, school, detail))
            elif delivered and (rule, detail) in self._tallies:
                self._tallies[rule, detail].records += 1
            elif delivered:
                tally = self._tallies[rule, detail] = Tally()
                self.on_problem(Problem(rule, self.entity.key, key, None, detail, tally))
        refused = {detail for rule, detail in self.notices if rule == "email-invalid"}
        return [attribute for attribute in reported if attribute not in refused]
