"""The navigation at the side: all connections, the pages of the open one, and help."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.text import tr
from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.icons import pixmap
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XS
from psconnect.desktop.widgets.button import Button
from psconnect.desktop.widgets.card import clear, row
from psconnect.desktop.widgets.chip import state_of_connection
from psconnect.desktop.widgets.label import Label, plain_tip
from psconnect.desktop.widgets.settle import settle_layout
from psconnect.service import ConnectionState

WIDTH = 248
_NAME_WIDTH, _BRAND_ICON, _INDENT = 168, 18, 22
_SYMBOLS = {"good": "check", "warning": "warning", "bad": "cross", "accent": "refresh", "": "dot"}

_PAGE_SYMBOLS = {"find": "search"}


class SideBar(QWidget):
    """Tells the navigator where to go; ``mark`` shows where the window is."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._states: list[ConnectionState] = []
        self._page, self._name = "", ""
        self.setProperty("look", "side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(tr("Navigation"))
        go = context.go
        self._all = self._button(tr("Connections"), go.connections, "connections")
        self.help_button = self._button(tr("Help"), self._open_help, "help")
        self._list = QVBoxLayout()
        self._list.setSpacing(2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE_M, SPACE_L, SPACE_M, SPACE_L)
        layout.setSpacing(SPACE_XS)
        layout.addWidget(self._brand())
        layout.addSpacing(SPACE_S)
        layout.addWidget(self._all)
        layout.addWidget(self._scrolling(), 1)
        layout.addWidget(self.help_button)
        context.runs.changed.connect(lambda _name: self._refresh_symbols())
        self._buttons: dict[str, Button] = {}
        self._pages: dict[str, Button] = {}

    def show_connections(self, states: list[ConnectionState]) -> None:
        """List these connections."""
        self._states = states
        self._rebuild()

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

    def _rebuild(self) -> None:
        had_focus = next((key for key, button in self._all_buttons() if button.hasFocus()), "")
        clear(self._list)
        self._buttons, self._pages = {}, {}
        if self._states:
            heading = Label(tr("Your connections"), "section")
            heading.setProperty("place", "side")
            self._list.addWidget(heading)
        for state in self._states:
            name = state.connection.name
            button = self._button(name, partial(self._context.go.overview, name), "dot")
            button.setText(button.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, _NAME_WIDTH))
            self._buttons[name] = button
            self._list.addWidget(button)
            if name == self._name:
                self._add_pages(name)
        self._list.addWidget(Button(tr("New connection"), self._context.go.set_up, look="nav", symbol="plus"))
        self._list.addStretch(1)
        self._refresh_symbols()
        self._check()
        settle_layout(self._inside)
        for key, button in self._all_buttons():
            if key == had_focus:
                button.setFocus()

    def _all_buttons(self) -> list[tuple[str, Button]]:
        """The buttons of connections and pages, each under a key that stays the same."""
        connections = [(f"connection {name}", button) for name, button in self._buttons.items()]
        return connections + [(f"page {page}", button) for page, button in self._pages.items()]

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
            button = self._button(text, partial(act, name), _PAGE_SYMBOLS.get(page, page))
            button.setAccessibleName(tr("{page} of {name}", page=text, name=name))
            self._pages[page] = button
            holder = row(button)
            layout = holder.layout()
            if layout:
                layout.setContentsMargins(_INDENT, 0, 0, 0)
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
                button.setToolTip(plain_tip(tr("{name}: {state}", name=name, state=word)))

    def _check(self) -> None:
        self._all.setChecked(self._page == "connections")
        self.help_button.setChecked(self._page == "help")
        for name, button in self._buttons.items():
            button.setChecked(name == self._name and self._page not in self._pages)
        for page, button in self._pages.items():
            button.setChecked(page == self._page)

    def _button(self, text: str, act: object, symbol: str) -> Button:
        button = Button(text, act if callable(act) else None, look="nav", symbol=symbol)
        button.setCheckable(True)
        button.clicked.connect(lambda _checked=False: self._check())
        return button

    def _brand(self) -> QWidget:
        self._mark = QLabel()
        self._mark.setFixedSize(QSize(_BRAND_ICON, _BRAND_ICON))
        self._colour_mark()
        made = row(self._mark, Label("psconnect", "brand", wrap=False), 1, spacing=SPACE_S)
        layout = made.layout()
        if layout:
            layout.setContentsMargins(SPACE_S, 0, 0, SPACE_XS)
        return made

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
