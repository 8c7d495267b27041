"""The rows of an entity: its attributes, what a file says of attributes it does not have, and its custom fields."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from psconnect.desktop.text import records_label, tr
from psconnect.desktop.wizard.pages.attribute_advice import Adviser
from psconnect.desktop.wizard.pages.attribute_row import Advice, Sampled
from psconnect.desktop.wizard.pages.attribute_table import ShownAttribute
from psconnect.desktop.wizard.pages.template_editor import EditorTools
from psconnect.desktop.wizard.steps.attributes import CUSTOM_ROW, unknown_attribute
from psconnect.model.entities import BY_KEY
from psconnect.service import AttributeSetting, EntitySettings, SampleRecord, SourceField


@dataclass(frozen=True)
class RowsOfEntity:
    """Makes the rows.

    Attributes:
        adviser: words what is wrong.
        take_out: takes the name of an attribute that the entity does not have.
        missing: sentences of what is needed, by row.
        seen, opened: rows that somebody has left, and the row that is open.
        records: the samples.
        fields, lists: what an editor offers.
        own: templates that the connection states itself, for attributes that the entity does not have.
        destination: the chosen kind's label.
        hint: what the vendor of the chosen preset calls a row, by its key on the page; empty for nothing.
    """

    adviser: Adviser
    take_out: Callable[[str], object]
    missing: Mapping[str, str]
    seen: Collection[str]
    opened: str
    records: Sequence[SampleRecord]
    fields: Sequence[SourceField]
    lists: Sequence[str]
    own: Mapping[str, str]
    destination: str
    hint: Callable[[str], str]

    def rows(self, entity: EntitySettings) -> list[ShownAttribute]:
        """The rows, top to bottom."""
        made = [self._attribute(one) for one in entity.attributes]
        made += [self._unknown(entity, name) for name in entity.unknown]
        if BY_KEY[entity.entity].extensible:
            made.append(self._custom(entity))
        return made

    @property
    def _read(self) -> frozenset[str] | None:
        """The fields that were read, in small letters; None while nothing was."""
        fields = self.records[0].fields if self.records else {}
        return frozenset(name.lower() for name in fields) if fields else None

    def _attribute(self, one: AttributeSetting) -> ShownAttribute:
        advice = self.adviser.about(
            one,
            self.missing.get(one.attribute, ""),
            self._read,
            opened=self.opened == one.attribute,
            seen=one.attribute in self.seen,
        )
        hint = self.hint(f"{one.entity}.{one.attribute}")
        advice += [Advice(hint, "")] if hint else []
        values: Sampled = () if one.error else [record.values.get(one.attribute, "") for record in self.records]
        tools = EditorTools(self.fields, self.lists)
        return ShownAttribute(
            one.attribute, one.attribute, one.text, one.own, self._note(one), advice, values, tools, one.lists
        )

    def _note(self, one: AttributeSetting) -> str:
        if one.needed:
            return tr("needed by {destination}", destination=self.destination)
        if one.requirement == "skip":
            return tr("required: {entity} without it are left out", entity=records_label(one.entity))
        return ""

    def _unknown(self, entity: EntitySettings, name: str) -> ShownAttribute:
        out = (tr("Take it out"), partial(self.take_out, name))
        advice = (Advice(unknown_attribute(entity, name), "bad", (out,)),)
        return ShownAttribute(name, name, self.own.get(name, ""), own=True, advice=advice)

    def _custom(self, entity: EntitySettings) -> ShownAttribute:
        shown = self.opened != CUSTOM_ROW or CUSTOM_ROW in self.seen
        advice = [self.adviser.custom(CUSTOM_ROW, entity)] if entity.custom_error and shown else []
        hint = self.hint(CUSTOM_ROW)
        advice += [Advice(hint, "")] if hint else []
        note = tr("Field Name|label, separated by commas")
        tools = EditorTools(self.fields, custom=True)
        values = [self._labelled(record, entity.labels) for record in self.records] if entity.labels else ()
        return ShownAttribute(
            CUSTOM_ROW, tr("Custom fields"), entity.custom, note=note, advice=advice, values=values, tools=tools
        )

    def _labelled(self, record: SampleRecord, labels: Mapping[str, str]) -> str | None:
        fields = {name.lower(): value for name, value in record.fields.items()}
        if any(field.lower() not in fields for field in labels.values()):
            return None
        return " · ".join(fields[field.lower()] or "–" for field in labels.values())
