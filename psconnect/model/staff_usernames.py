"""The user name of a member of staff stays the one that was delivered, even when they become the other kind of staff.

A user name can come from several fields. What stays is the field, not the value: a login that is corrected in
PowerSchool is delivered, but nobody gets another account because a second login was added, or because their last class
ended. A field that is empty now is left for the next one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Login:
    """A user name that somebody could have: the kind of staff and the template that it comes from, and its value."""

    kind: str
    template: str
    value: str

    @property
    def source(self) -> str:
        """Where it comes from, as it is remembered."""
        return f"{self.kind} {self.template}"


@dataclass
class StaffNames:
    """What is known of the user names of staff; by the key of the person.

    Attributes:
        delivered: kind of staff (``teacher`` or ``admin``) and user name as they stand at the destination.
        given: user names that were made up for those who have none.
        sources: where a delivered user name comes from (Login.source); what is found out is added.
    """

    delivered: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    given: Mapping[int, str] = field(default_factory=dict)
    sources: dict[int, str] = field(default_factory=dict)

    def choose(self, key: int, kind: str, logins: Iterable[Login], mapped: str) -> str:
        """The user name of a person of that kind; empty where there is none.

        ``mapped`` is what the mapping gives, and ``logins`` are those of both kinds that it can come from. Those of the
        other kind count only for people who were delivered with one of them.
        """
        filled = [one for one in logins if one.value]
        source = self._source(key, filled)
        # Where both kinds take it from the same field, it is the present kind's: a change of its mapping counts.
        same = next((one for one in filled if one.kind == kind and source.partition(" ")[2] == one.template), None)
        kept = same or next((one for one in filled if one.source == source), None)
        if kept:
            self.sources[key] = kept.source
            return kept.value
        return mapped or (self.given.get(key, "") if key in self.delivered else "")

    def _source(self, key: int, filled: list[Login]) -> str:
        """Where the delivered user name comes from: as remembered, unless another field has the very name now."""
        was_kind, name = self.delivered.get(key, ("", ""))
        found = [one.source for one in filled if one.kind == was_kind and one.value == name]
        known = self.sources.get(key, "")
        return known if known in found or not found else found[0]
