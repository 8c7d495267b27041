"""Buttons: a verb, a look, and an icon that follows the colours."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QWidget

from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.icons import icon
from psconnect.desktop.widgets.label import plain_tip, restyle

_SMALL_ICON = 16
_NAME_MARGIN, _NAME_LEAST = 12, 48
_ICON_COLOURS = {"primary": "on_accent", "link": "accent", "nav": "muted", "danger": "bad"}


class Button(QPushButton):
    """A push button with a look: ``primary``, ``secondary``, ``danger``, ``link``, ``nav``, ``pill``.

    ``on_press`` is called without arguments. ``name`` is what a screen reader says where the text alone is not enough.
    """

    def __init__(
        self,
        text: str,
        on_press: Callable[[], object] | None = None,
        *,
        look: str = "secondary",
        symbol: str = "",
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_shown(text), parent)
        self.setProperty("look", look)
        self.setAccessibleName(name or text)
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._look, self._symbol, self._colour = look, symbol, ""
        if look in ("link", "nav", "name"):
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        if on_press:
            self.clicked.connect(lambda _checked=False: on_press())
        self._colour_icon()

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Show another text; a screen reader says it too, unless the button has a name of its own."""
        named_by_text = _shown(self.accessibleName()) == self.text()
        super().setText(_shown(text))
        if named_by_text:
            self.setAccessibleName(text)

    def set_look(self, look: str) -> None:
        """Take another look: which button goes on can change with what is to do."""
        if look != self._look:
            self._look = look
            self.setProperty("look", look)
            restyle(self)
            self._colour_icon()

    def set_state(self, state: str) -> None:
        """Colour it as ``bad``, ``warning`` or ``muted``; an empty text removes the colour."""
        if self.property("state") != state:
            self.setProperty("state", state)
            restyle(self)

    def set_symbol(self, symbol: str, colour: str = "") -> None:
        """Show another icon, in the colour of a token or else in that of the text."""
        self._symbol, self._colour = symbol, colour
        self._colour_icon()

    def add_menu(self, entries: list[tuple[str, Callable[[], object]]]) -> QMenu:
        """Let the button open a menu of (text, what it does)."""
        before: QMenu | None = self.menu()
        if before is not None:
            before.deleteLater()
        menu = QMenu(self)
        for text, act in entries:
            action = QAction(text, menu)
            action.triggered.connect(lambda _checked=False, act=act: act())
            menu.addAction(action)
        menu.setAccessibleName(self.accessibleName())
        self.setMenu(menu)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.set_symbol("chevron-down")
        return menu

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Update the icon's colour when light and dark change, or the button is disabled."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.EnabledChange) and hasattr(self, "_symbol"):
            self._colour_icon()

    def _colour_icon(self) -> None:
        if not self._symbol:
            return
        wanted = (self._colour or _ICON_COLOURS.get(self._look, "text")) if self.isEnabled() else "muted"
        self.setIcon(icon(self._symbol, getattr(tokens_in_use(), wanted)))
        self.setIconSize(QSize(_SMALL_ICON, _SMALL_ICON))


class NameButton(Button):
    """A name to press; a long one is shortened with an ellipsis and shown whole on hovering."""

    def __init__(self, text: str, on_press: Callable[[], object], *, name: str) -> None:
        super().__init__(text, on_press, look="name", name=name)
        self._full = text
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Room for the whole name."""
        self.ensurePolished()
        width = self.fontMetrics().horizontalAdvance(self._full) + _NAME_MARGIN
        return QSize(width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Narrow enough for any card."""
        return QSize(_NAME_LEAST, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Show as much as fits."""
        super().resizeEvent(event)
        room = self.width() - _NAME_MARGIN + 1
        shown = self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideRight, room)
        self.setText(shown)
        self.setToolTip(plain_tip(self._full) if shown != self._full else "")


def _shown(text: str) -> str:
    """The text as Qt wants it: one & would mark the key that presses the button."""
    return text.replace("&", "&&")


def primary(text: str, on_press: Callable[[], object] | None = None, *, symbol: str = "") -> Button:
    """The one button of a page that goes on."""
    return Button(text, on_press, look="primary", symbol=symbol)


def secondary(text: str, on_press: Callable[[], object] | None = None, *, symbol: str = "") -> Button:
    """Any other button."""
    return Button(text, on_press, symbol=symbol)


def danger(text: str, on_press: Callable[[], object] | None = None) -> Button:
    """A button that takes something away."""
    return Button(text, on_press, look="danger")


def link(text: str, on_press: Callable[[], object] | None = None, *, name: str = "", symbol: str = "") -> Button:
    """A button that looks like a link, for use within text and tables; ``name`` says what the text leaves open."""
    return Button(text, on_press, look="link", symbol=symbol, name=name)
