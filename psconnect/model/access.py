"""What a plugin asks to view, field by field, each with what it is for: plain data, worded by ``wording.access``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Why = Literal["attribute", "custom", "filter", "number", "move", "contact-name"]


@dataclass(frozen=True)
class FieldUse:
    """One thing that a field is asked for.

    Attributes:
        why: delivered as an ``attribute``, delivered as a ``custom`` field, looked at by a ``filter`` rule, the
            ``number`` that ids are made of, where a class is to ``move``, or a ``contact-name`` as a whole.
        entity: the entity's key.
        name: the attribute, or the label of the custom field; empty otherwise.
    """

    why: Why
    entity: str
    name: str = ""


@dataclass(frozen=True)
class AccessField:
    """One field that the plugin asks to view.

    Attributes:
        table, field: its name in upper case, as in the plugin.
        name: ``Table.Field`` as PowerSchool spells it.
        group: what it belongs to: ``students``, ``student-email``, ``staff``, ``teaching``, ``schools``, ``courses``,
            ``enrollments``, ``contacts`` or ``accounts``.
        meaning: what it holds; empty if it is not in the catalogue.
        uses: what it is asked for; empty if only the reading itself needs it.
    """

    table: str
    field: str
    name: str
    group: str
    meaning: str = ""
    uses: tuple[FieldUse, ...] = ()


@dataclass(frozen=True)
class AccessList:
    """Everything that a plugin asks to view.

    Attributes:
        fields: by group, then by name.
        not_read: the groups that the choices leave out.
    """

    fields: tuple[AccessField, ...]
    not_read: tuple[str, ...] = ()

    @property
    def groups(self) -> dict[str, list[AccessField]]:
        """The fields by group, in the order in which people read them."""
        found: dict[str, list[AccessField]] = {}
        for one in self.fields:
            found.setdefault(one.group, []).append(one)
        return found

    @property
    def tables(self) -> int:
        """How many tables it asks for."""
        return len({one.table for one in self.fields})


@dataclass(frozen=True)
class PluginGap:
    """How the plugin that was built last differs from the one that the settings need.

    Attributes:
        built: the version built last; empty if none was built yet.
        missing: what the settings need and that plugin does not ask for.
        spare: ``TABLE.FIELD`` names that it asks for and the settings don't need.
        same: whether it is exactly what the settings need.
    """

    built: str
    missing: tuple[AccessField, ...]
    spare: tuple[str, ...]
    same: bool

    @property
    def upgrade(self) -> bool:
        """Whether a plugin was built, and a newer one is needed."""
        return bool(self.built) and not self.same
