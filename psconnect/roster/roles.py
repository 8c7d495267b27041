"""What a role in a class means: lead teacher, co-teacher or neither. Districts name their roles themselves.

Names are compared without case, blanks, hyphens and underscores. A connection's own mapping wins over the built-in one;
the key of a role (ROLEDEF.ROLEKEY) wins over its name (docs/powerschool.md 9.1 and 19).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from psconnect.model.errors import FixSettings
from psconnect.model.sections import RoleKind

LEAD: RoleKind = "lead"
CO_TEACHER: RoleKind = "co-teacher"
NEITHER: RoleKind = "neither"

_NAMES: dict[RoleKind, tuple[str, ...]] = {
    LEAD: ("Lead Teacher", "Lead", "Teacher of Record", "Primary Teacher", "Main Teacher", "Head Teacher"),
    CO_TEACHER: (
        "Co-teacher",
        "Job Share",
        "Team Teacher",
        "Second Teacher",
        "Secondary Teacher",
        "Additional Teacher",
        "Support Teacher",
        "Collaborative Teacher",
        "Collaborating Teacher",
        "Inclusion Teacher",
        "Resource Teacher",
        "Special Education Teacher",
        "ESL/SPED Teacher",
        "ESL Teacher",
        "ELL Teacher",
        "SPED Teacher",
    ),
    NEITHER: (
        "Aide",
        "Instructional Aide",
        "Classroom Aide",
        "Teacher Aide",
        "Teacher's Aide",
        "Instructional Assistant",
        "Teaching Assistant",
        "Teacher Assistant",
        "Paraprofessional",
        "Paraeducator",
        "Para",
        "Substitute",
        "Substitute Teacher",
        "Student Teacher",
        "Observer",
        "Proctor",
        "Counselor",
        "Case Manager",
        "Interpreter",
        "Tutor",
        "Volunteer",
    ),
}
_PARTS: dict[str, RoleKind] = {"coteach": CO_TEACHER, "leadteacher": LEAD}
"""Words that decide for any other name: ``DESE Co-teacher``, ``Elementary Lead Teacher``."""


def folded_role(name: str) -> str:
    """A role's name in the form that is compared."""
    return "".join(ch for ch in name.casefold() if ch.isalnum() or ch == "/")


_DEFAULTS = {folded_role(name): kind for kind, names in _NAMES.items() for name in names}


@dataclass(frozen=True)
class Roles:
    """The meaning of roles in one connection; ``chosen`` are its own: folded name, key or number -> kind."""

    chosen: Mapping[str, RoleKind] = field(default_factory=dict)

    def kind_of(self, key: str, name: str, number: str = "") -> RoleKind | None:
        """The meaning of the role with that key, name and number (ROLEDEF.ID); None for one that is not mapped.

        Any of the three may be empty, because a plugin may lack access to ROLEDEF.
        """
        names = [folded_role(text) for text in (key, name, number)]
        own = next((self.chosen[text] for text in names if text in self.chosen), None)
        return own or next((kind for text in names[:2] if (kind := _built_in(text))), None)

    @property
    def signature(self) -> list[object]:
        """A text that changes with these meanings, the built-in ones included. It goes into a run's fingerprint."""
        return [sorted(self.chosen.items()), sorted(_DEFAULTS.items()), sorted(_PARTS.items())]


def _built_in(name: str) -> RoleKind | None:
    return _DEFAULTS.get(name) or next((kind for part, kind in _PARTS.items() if part in name), None)


def roles_of(settings: Mapping[str, RoleKind]) -> Roles:
    """The roles of a connection from [roles]; raises FixSettings for an empty or repeated name."""
    chosen: dict[str, RoleKind] = {}
    for name, kind in settings.items():
        folded = folded_role(name)
        where = f"roles.{name}"
        if not folded:
            raise FixSettings("PSC-SETTINGS-INVALID/cant-name-role", where=where, name=name)
        if chosen.setdefault(folded, kind) != kind:
            raise FixSettings("PSC-SETTINGS-INVALID/role-twice", where=where, name=name)
    return Roles(chosen)


def with_role(settings: Mapping[str, RoleKind], names: Sequence[str], kind: RoleKind) -> dict[str, RoleKind]:
    """[roles] with another meaning of one role; a meaning that is built in is not stated.

    ``names`` are its key, name and number, as far as known. What the settings say of one of them already is replaced;
    otherwise its name is what people will look for in the file.
    """
    key, name, number = names
    own = {folded_role(text) for text in names if folded_role(text)}
    said = {text: meaning for text, meaning in settings.items() if folded_role(text) not in own}
    if Roles(roles_of(said).chosen).kind_of(key, name, number) == kind:
        return said
    return {**said, next(text for text in (name, key, number) if folded_role(text)): kind}
