"""The value lists that are shown below the rows which use them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import QObject

from psconnect.desktop.wizard.live import LiveQuestion
from psconnect.desktop.wizard.pages.attribute_table import AttributeTable
from psconnect.desktop.wizard.pages.base import PagePlace
from psconnect.desktop.wizard.pages.value_list import ValueListPanel
from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection
from psconnect.model.errors import PsconnectError
from psconnect.service import AttributeSetting, LiveReading, RosterSettings, ValueCount, usable

TakeListValue = Callable[[str, str, str | None], object]


class ListPanels:
    """Shows and hides the lists of one table; ``take`` gets the list's name, a value, and what is delivered for it."""

    def __init__(self, place: PagePlace, owner: QObject, table: AttributeTable, take: TakeListValue) -> None:
        self._place, self._owner, self._table, self._take = place, owner, table, take
        self._panels: dict[str, ValueListPanel] = {}
        self._questions: dict[str, LiveQuestion] = {}
        self._counts: dict[str, tuple[ValueCount, ...]] = {}

    def forget(self) -> None:
        """Another entity is shown."""
        self._panels.clear()
        self._counts.clear()

    def toggle(self, one: AttributeSetting, found: RosterSettings, *, read: bool) -> None:
        """Show the first list of an attribute, or hide it."""
        key = one.attribute
        row = self._table.rows[key]
        if key in self._panels:
            del self._panels[key]
            row.show_panel(None)
            return
        name = one.lists[0]
        panel = self._panels[key] = ValueListPanel(name, partial(self._take, name))
        row.show_panel(panel)
        self.show(found, {key: one})
        self.count({key: one}, read=read)

    def show(self, found: RosterSettings, attributes: Mapping[str, AttributeSetting]) -> None:
        """Show the lists as they are now; those that nobody uses any more go."""
        for key, panel in list(self._panels.items()):
            if key not in attributes:
                continue
            if panel.name not in attributes[key].lists:
                del self._panels[key]
                self._table.rows[key].show_panel(None)
                continue
            panel.show_list(found.lists[panel.name], found.default_lists.get(panel.name, {}))
            panel.show_unlisted(attributes[key].entity, self._counts.get(key, ()))

    def count(self, attributes: Mapping[str, AttributeSetting], *, read: bool) -> None:
        """Count what the fields hold that go through the shown lists."""
        for key in self._panels.keys() & attributes.keys():
            one = attributes[key]
            if not read or len(one.fields) != 1:
                self._counted(one, ())
                continue
            question = self._questions.setdefault(
                key, LiveQuestion(self._place.bridge, self._place.session, self._owner)
            )
            question.ask(
                partial(_held, one.entity, one.fields[0]),
                partial(self._counted, one),
                partial(self._not_counted, one),
                step=self._place.step,
            )

    def _not_counted(self, one: AttributeSetting, _error: PsconnectError) -> None:
        self._counted(one, ())

    def _counted(self, one: AttributeSetting, counts: tuple[ValueCount, ...]) -> None:
        self._counts[one.attribute] = counts
        if one.attribute in self._panels:
            self._panels[one.attribute].show_unlisted(one.entity, counts)


def _held(
    entity: str, field: str, live: LiveReading, settings: Connection, cancel: CancelToken
) -> tuple[ValueCount, ...]:
    """What a field holds."""
    return live.distinct(usable(settings), entity, field, cancel)
