"""The navigation at the side: connections, the pages of the open one, help, preferences; a rail in a narrow window."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.text import tr
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.icons import pixmap
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XS
from psconnect.desktop.widgets.card import clear, row
from psconnect.desktop.widgets.chip import state_of_connection
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.nav_button import NavButton
from psconnect.desktop.widgets.settle import settle_layout
from psconnect.desktop.wizard.waiting import WaitingSetUp
from psconnect.service import ConnectionState

WIDTH, RAIL = 248, 84
_NAME_WIDTH, _BRAND_ICON, _INDENT = 168, 18, 22
_SYMBOLS = {"good": "check", "warning": "warning", "bad": "cross", "accent": "refresh", "": "dot"}

_PAGE_SYMBOLS = {"find": "search"}


class SideBar(QWidget):
    """Tells the navigator where to go; ``mark`` shows where the window is, ``set_narrow`` makes it a rail of icons.

    ``with_preferences`` is false where there is no preference yet.
    """

    def __init__(self, context: PageContext, parent: QWidget | None = None, *, with_preferences: bool = True) -> None:
        super().__init__(parent)
        self._context = context
        self._states: list[ConnectionState] = []
        self._waiting: list[WaitingSetUp] = []
        self._page, self._name, self._narrow = "", "", False
        self.setProperty("look", "side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(tr("Navigation"))
        go = context.go
        self._all = self._button(tr("Connections"), go.connections, "connections", tr("All"))
        self.help_button = self._button(tr("Help"), self._open_help, "help")
        self.preferences_button = self._button(tr("Preferences"), self._open_preferences, "preferences")
        self.preferences_button.setVisible(with_preferences)
        self._list = QVBoxLayout()
        self._list.setSpacing(2)
        layout = QVBoxLayout(self)
        layout.setSpacing(SPACE_XS)
        self._word = Label("psconnect", "brand", wrap=False)
        self._head = self._brand()
        layout.addWidget(self._head)
        layout.addSpacing(SPACE_S)
        layout.addWidget(self._all)
        layout.addWidget(self._scrolling(), 1)
        layout.addWidget(self.help_button)
        layout.addWidget(self.preferences_button)
        context.runs.changed.connect(lambda _name: self._refresh_symbols())
        self._buttons: dict[str, NavButton] = {}
        self._pages: dict[str, NavButton] = {}
        self.drafts: dict[str, NavButton] = {}
        self._set_margins()

    def show_connections(self, states: list[ConnectionState], waiting: list[WaitingSetUp]) -> None:
        """List these connections, and the set-ups that wait."""
        self._states, self._waiting = states, waiting
        self._rebuild()

    def set_narrow(self, *, narrow: bool) -> None:
        """Show icons with a short word below each, or icons beside the full names."""
        if narrow != self._narrow:
            self._narrow = narrow
            self.setFixedWidth(RAIL if narrow else WIDTH)
            self._word.setHidden(narrow)
            self._set_margins()
            for button in (self._all, self.help_button, self.preferences_button):
                button.set_narrow(narrow=narrow)
            self._rebuild()

    def _set_margins(self) -> None:
        layout, head, side = self.layout(), self._head.layout(), SPACE_XS if self._narrow else SPACE_M
        if layout and head:
            layout.setContentsMargins(side, SPACE_L, side, SPACE_L)
            head.setContentsMargins((RAIL - _BRAND_ICON) // 2 - side if self._narrow else SPACE_S, 0, 0, SPACE_XS)

    def mark(self, page: str, name: str) -> None:
        """Show where the window is: the page, and the connection it belongs to."""
        rebuild = name != self._name
        self._page, self._name = page, name
        if rebuild:
            self._rebuild()
        self._check()

    @property
    def names(self) -> list[str]:
        """The connections, by name."""
        return [state.connection.name for state in self._states]

    def _open_help(self) -> None:
        self._context.go.help()

    def _open_preferences(self) -> None:
        self._context.go.preferences()

    def _rebuild(self) -> None:
        had_focus = next((key for key, button in self._all_buttons() if button.hasFocus()), "")
        clear(self._list)
        self._buttons, self._pages, self.drafts = {}, {}, {}
        if (self._states or self._waiting) and not self._narrow:
            heading = Label(tr("Your connections"), "section")
            heading.setProperty("place", "side")
            self._list.addWidget(heading)
        for state in self._states:
            name = state.connection.name
            button = self._named(name, partial(self._context.go.overview, name), "dot")
            self._buttons[name] = button
            self._list.addWidget(button)
            if name == self._name:
                self._add_pages(name)
        for one in self._waiting:
            self._list.addWidget(self._draft(one))
        new = NavButton(
            tr("New connection"), self._context.go.set_up, symbol="plus", short=tr("New"), stays=False
        )  # fmt: skip
        new.set_narrow(narrow=self._narrow)
        self._list.addWidget(new)
        self._list.addStretch(1)
        self._refresh_symbols()
        self._check()
        settle_layout(self._inside)
        for key, button in self._all_buttons():
            if key == had_focus:
                button.setFocus()

    def _named(self, name: str, act: Callable[[], object], symbol: str) -> NavButton:
        """A line with a name that somebody gave: shortened where it is long, and whole in its tip."""
        button = self._button(name, act, symbol, name)
        button.setText(button.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, _NAME_WIDTH))
        return button

    def _draft(self, waiting: WaitingSetUp) -> NavButton:
        name = waiting.name or tr("New connection")
        button = self._named(name, partial(self._context.go.set_up, waiting.draft_id), "being-set-up")
        button.setAccessibleName(tr("{name}: being set up", name=name))
        button.set_tip(button.accessibleName())
        self.drafts[waiting.draft_id] = button
        return button

    def _all_buttons(self) -> list[tuple[str, NavButton]]:
        """The buttons of connections, pages and set-ups, each under a key that stays the same."""
        connections = [(f"connection {name}", button) for name, button in self._buttons.items()]
        drafts = [(f"draft {draft_id}", button) for draft_id, button in self.drafts.items()]
        return connections + drafts + [(f"page {page}", button) for page, button in self._pages.items()]

    def _add_pages(self, name: str) -> None:
        go = self._context.go
        entries = (
            ("overview", tr("Overview"), go.overview),
            ("findings", tr("Findings"), go.findings),
            ("history", tr("History"), go.history),
            ("find", tr("Find a record"), go.find_record),
            ("settings", tr("Settings"), go.settings),
        )
        for page, text, act in entries:
            short = tr("Find") if page == "find" else text
            button = self._button(text, partial(act, name), _PAGE_SYMBOLS.get(page, page), short)
            button.setAccessibleName(tr("{page} of {name}", page=text, name=name))
            button.set_narrow(narrow=self._narrow)
            self._pages[page] = button
            holder = row(button)
            layout = holder.layout()
            if layout:
                layout.setContentsMargins(0 if self._narrow else _INDENT, 0, 0, 0)
            button.setSizePolicy(button.sizePolicy().Policy.Expanding, button.sizePolicy().verticalPolicy())
            self._list.addWidget(holder)

    def _refresh_symbols(self) -> None:
        for state in self._states:
            name = state.connection.name
            word, colour = state_of_connection(state, working=self._context.runs.working(name))
            button = self._buttons.get(name)
            if button:
                button.set_symbol(_SYMBOLS[colour], colour)
                button.setAccessibleName(tr("{name}: {state}", name=name, state=word))
                button.set_tip(button.accessibleName())

    def _check(self) -> None:
        self._all.setChecked(self._page == "connections")
        self.help_button.setChecked(self._page == "help")
        self.preferences_button.setChecked(self._page == "preferences")
        for name, button in self._buttons.items():
            button.setChecked(name == self._name and self._page not in self._pages)
        for page, button in self._pages.items():
            button.setChecked(page == self._page)

    def _button(self, text: str, act: Callable[[], object], symbol: str, short: str = "") -> NavButton:
        button = NavButton(text, act, symbol=symbol, short=short)
        button.set_narrow(narrow=self._narrow)
        button.clicked.connect(lambda _checked=False: self._check())
        return button

    def _brand(self) -> QWidget:
        self._mark = QLabel()
        self._mark.setFixedSize(QSize(_BRAND_ICON, _BRAND_ICON))
        self._colour_mark()
        return row(self._mark, self._word, 1, spacing=SPACE_S)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Update the mark's colour when light and dark change."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_mark"):
            self._colour_mark()

    def _colour_mark(self) -> None:
        colour = tokens_in_use().accent
        self._mark.setPixmap(pixmap("square", colour, _BRAND_ICON, self.devicePixelRatioF()))

    def _scrolling(self) -> QScrollArea:
        self._inside = inside = QWidget()
        inside.setLayout(self._list)
        self._list.setContentsMargins(0, SPACE_M, 0, 0)
        area = QScrollArea()
        area.setProperty("look", "clear")
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName(tr("Your connections"))
        area.setWidget(inside)
        return area
