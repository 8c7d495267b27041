"""Rules between records: domains of uniqueness, confirmed pairs, and records left out because others are missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

import msgspec

from psconnect.model.bad_setting import hint_at
from psconnect.model.entities import BY_KEY
from psconnect.model.errors import FixSettings

DOMAINS = ("student", "teacher", "admin", "contact", "course", "class", "school")
"""Entities that can have a domain of uniqueness."""
_Key = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
_PAIRS = "uniqueness.confirmed"


class ConfirmedPair(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A person's decision about two records.

    ``keys`` are their keys in PowerSchool (DCID; ID of a contact). ``same``: they are one person, and the second one's
    enrollments and relationships are delivered with the first. ``different``: both are right and both are delivered.
    """

    entity: Literal["student", "teacher", "admin", "contact"]
    keys: tuple[_Key, _Key]
    verdict: Literal["same", "different"]


class UniquenessSettings(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename={"class_": "class"}
):
    """Attributes that together are unique, per entity: None as the preset says, an empty list for off.

    ``confirmed`` holds people's decisions. They are in the connection file because, like any rule, they decide who is
    delivered, have to outlive the roster data, and name records by number alone.
    """

    student: list[str] | None = None
    teacher: list[str] | None = None
    admin: list[str] | None = None
    contact: list[str] | None = None
    course: list[str] | None = None
    class_: list[str] | None = None
    school: list[str] | None = None
    confirmed: list[ConfirmedPair] = []

    def domains(self) -> dict[str, list[str]]:
        """The domains that are set here, per entity key."""
        wishes = {key: getattr(self, "class_" if key == "class" else key) for key in DOMAINS}
        return {key: attributes for key, attributes in wishes.items() if attributes is not None}


@dataclass(frozen=True)
class RosterRules:
    """Rules between records, applied once all of them are staged.

    Attributes:
        domains: per entity key, the attributes that together are unique.
        confirmed: what people decided about pairs of records.
        taught_classes_only: whether a class without a teacher is left out.
        used_courses_only: whether a course without a class is left out.
        no_usernames: keys of entities whose people are delivered without a username, too.
        birth_date: the label under which students' birth dates are read as a custom field; empty if they are not read.
    """

    domains: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    confirmed: tuple[ConfirmedPair, ...] = ()
    taught_classes_only: bool = False
    used_courses_only: bool = False
    no_usernames: frozenset[str] = frozenset()
    birth_date: str = ""


NO_RULES = RosterRules()


def check_uniqueness(settings: UniquenessSettings) -> None:
    """Raise FixSettings for an unknown attribute, a pair of one record, or one pair with two verdicts."""
    for entity, attributes in settings.domains().items():
        known = list(BY_KEY[entity].mapped)
        for attribute in attributes:
            if attribute not in known:
                label, where = BY_KEY[entity].label, f"uniqueness.{entity}"
                raise FixSettings(
                    "PSC-SETTINGS-INVALID/attribute",
                    where=where,
                    label=label,
                    attribute=attribute,
                    hint=hint_at(attribute, known),
                )
    said: dict[tuple[str, frozenset[int]], str] = {}
    for pair in settings.confirmed:
        name = (pair.entity, frozenset(pair.keys))
        if len(name[1]) != 2:  # noqa: PLR2004 - a pair
            raise FixSettings("PSC-SETTINGS-INVALID/confirmed-pair-names", where=_PAIRS)
        if said.setdefault(name, pair.verdict) != pair.verdict:
            first, second = sorted(pair.keys)
            raise FixSettings("PSC-SETTINGS-INVALID/pair-said-same", where=_PAIRS, first=first, second=second)
