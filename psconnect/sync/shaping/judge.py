"""Judging a shaped record: do the filters let it through, and does it have what it needs?"""

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
"""Characters as XML and HTML write them: an import wrote them into the field."""


@dataclass(frozen=True)
class Judge:
    """Judges records of one entity that qualify otherwise.

    Does a filter let them through, and are the attributes there that have to be, and fit to send? ``limited`` are the
    places of attributes that take fewer characters than ``longest``, and how many.
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
        """Fate and rule of a record; what is the matter with it becomes a problem.

        Left out by a filter or when a required attribute is empty; kept as last delivered when a value can't be read,
        also one that a filter looks at, or is too long. A record has to be judged right after it was shaped.
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
        if len(joined) > self.longest or UNREADABLE in joined or self._over_a_limit(values):
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
        """The rule that leaves a record out for want of an attribute; tells what is missing and what was noticed."""
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
        """Tell or count what was noticed while the record was shaped; returns what is still to be reported missing."""
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
