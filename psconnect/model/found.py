"""What became of a record with a finding: left out, kept as last delivered, delivered as it is, or in order."""

from __future__ import annotations

from enum import StrEnum

from psconnect.model.problems import RULES


class FoundState(StrEnum):
    """What became of a record with a finding, the worst first.

    ``at-risk``: it is delivered, and the other system may reject it.
    """

    LEFT_OUT = "left-out"
    KEPT = "kept"
    AT_RISK = "at-risk"
    GAP = "gap"
    KNOW = "know"


_KEEPING = frozenset(
    {
        *("unreadable", "too-long", "orphan", "several-fit", "enrollment-without-school", "calendar-unknown"),
        *("no-id", "double-id", "waits-for", "change-refused", "change-waits"),
    }
)
"""Rules under which a record stays as last delivered; one that never was delivered is left out."""
_LEAVING_OUT = frozenset(
    {
        *("missing-required", "uniqueness-conflict", "username-taken", "ends-before-it-begins"),
        *("guest-left-out", "assignment-after-class", "role-not-mapped", "role-unknown"),
    }
)
"""Rules under which a record is not delivered, or no longer."""


_BY_SEVERITY = {"error": FoundState.AT_RISK, "info": FoundState.KNOW}


def found_state(rule: str, *, stands: bool) -> FoundState:
    """What becomes of a record under a rule (problems.RULES); ``stands``: whether it is at the destination."""
    if rule in _LEAVING_OUT or RULES[rule].left_out:
        return FoundState.LEFT_OUT
    if rule in _KEEPING:
        return FoundState.KEPT if stands else FoundState.LEFT_OUT
    return _BY_SEVERITY.get(RULES[rule].severity, FoundState.GAP)
