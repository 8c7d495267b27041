"""One change in a drawer that lies over the table: each attribute before and after, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QGridLayout, QVBoxLayout, QWidget

from psconnect.desktop.models.changes import CHOSEN, because, why
from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_M, SPACE_S
from psconnect.desktop.widgets.button import Button, link, secondary
from psconnect.desktop.widgets.card import clear, line, row, wide
from psconnect.desktop.widgets.label import ElidedLabel, Label
from psconnect.desktop.widgets.page import Scrolling
from psconnect.model.review import ChangeRow
from psconnect.wording.attributes import attribute_word
from psconnect.wording.records import record_kind

_WIDTH, _NAMES_WIDTH = 360, 104
_IDS = ("sourcedId", "SourcedId", "SourcedIds")
"""Endings of attributes that hold ids: of a new or removed record they tell a person nothing."""


class ChangeDrawer(QFrame):
    """One change; it covers the right side of a table and of the bar above it, and moves neither. Esc closes it."""

    def __init__(
        self,
        card: QWidget,
        bar: QWidget,
        over: QAbstractScrollArea,
        *,
        on_toggle: Callable[[], object],
        on_why: Callable[[], object],
        on_open: Callable[[], object],
    ) -> None:
        super().__init__(card)
        self._card = card
        self.setProperty("look", "drawer")
        self.setAccessibleName(tr("The current change, attribute by attribute"))
        self._bar, self._over = bar, over
        self.title, self.what = ElidedLabel("", "heading"), Label("", "help")
        self.close_button = Button("", self.shut, look="link", symbol="cross", name=tr("Close the drawer"))
        self.exclude_button = secondary(tr("Exclude"), on_toggle)
        self.open_button = secondary(tr("Open in PowerSchool"), on_open, symbol="open")
        self.why_button = link(tr("Why?"), on_why, name=tr("Why? Show the record’s way"))
        self._values = QWidget()
        self._values.setProperty("look", "drawer")
        self._grid = QGridLayout(self._values)
        self._grid.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_S)
        self._grid.setHorizontalSpacing(SPACE_M)
        self._grid.setVerticalSpacing(SPACE_S)
        self._grid.setColumnMinimumWidth(0, _NAMES_WIDTH)
        self._grid.setColumnStretch(1, 1)
        scrolling = Scrolling(self._values, tr("Attributes"))
        scrolling.setProperty("look", "clear")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, SPACE_M, 0, SPACE_M)
        layout.setSpacing(SPACE_S)
        for widget, inset in (
            (row(wide(self.title), self.why_button, self.close_button, spacing=SPACE_S), True),
            (self.what, True),
            (line(), False),
            (scrolling, False),
            (line(), False),
            (row(self.exclude_button, self.open_button, 1, spacing=SPACE_S), True),
        ):
            if inset:
                widget.setContentsMargins(SPACE_L, 0, SPACE_M, 0)
            layout.addWidget(widget, 1 if widget is scrolling else 0)
        over.installEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Keep to the right side of what it covers."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Esc closes it."""
        if event.key() == Qt.Key.Key_Escape:
            self.shut()
            return
        super().keyPressEvent(event)

    def shut(self) -> None:
        """Close it; the focus goes back to the table."""
        self.hide()
        self._over.setFocus()

    def show_change(self, change: ChangeRow, *, fixed: bool, linked: bool) -> None:
        """Show a change; ``fixed`` where nothing can be excluded, ``linked`` where PowerSchool has a page for it."""
        self.title.setText(" ".join(change.title.split()))
        parts = (record_kind(change.entity), change.number, change.school)
        reason = why(change) or because(change)
        self.what.setText("\n".join(filter(None, [" · ".join(filter(None, parts)), reason])))
        self.exclude_button.setText(tr("Include again") if change.aside else tr("Exclude"))
        self.exclude_button.setVisible(not fixed and change.aside in ("", CHOSEN))
        self.open_button.setVisible(linked)
        clear(self._grid)
        told = (one for one in change.values if change.action == "update" or not one[0].endswith(_IDS))
        self._add(change.entity, told)
        if change.same:
            self._grid.addWidget(Label(tr("Unchanged"), "section"), self._grid.rowCount(), 0, 1, 2)
            self._add(change.entity, ((name, None, value) for name, value in change.same), quiet=True)
        self._grid.setRowStretch(self._grid.rowCount(), 1)
        self._place()
        self.show()
        self.raise_()

    def _add(self, entity: str, values: Iterable[tuple[str, str | None, str | None]], *, quiet: bool = False) -> None:
        for name, before, after in values:
            at = self._grid.rowCount()
            label = attribute_word(entity, name)
            told = Label(label[:1].upper() + label[1:], "help")
            self._grid.addWidget(told, at, 0, Qt.AlignmentFlag.AlignTop)
            for place, (value, state) in enumerate(((before, "bad"), (after, "" if quiet else "good"))):
                if value is None or (not value and not place and not after):
                    continue
                shown = Label(" ".join(value.split()) or tr("none"), "table")
                shown.set_state(state if value else "")
                font = shown.font()
                font.setStrikeOut(not place and bool(value))
                shown.setFont(font)
                self._grid.addWidget(shown, at + place, 1)

    def _place(self) -> None:
        viewport, card = self._over.viewport(), self._card
        # Beside the scroll bar, so that the table can still be scrolled.
        right = viewport.mapTo(card, viewport.rect().topRight()).x() + 1
        width, top = min(_WIDTH, viewport.width()), self._bar.y()
        self.setGeometry(right - width, top, width, card.height() - 1 - top)
