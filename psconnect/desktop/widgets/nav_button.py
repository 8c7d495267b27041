"""A line of the navigation: an icon beside its words, or in a narrow window above one short word."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QIcon, QPaintEvent
from PySide6.QtWidgets import QStyle, QStyleOptionButton, QStylePainter

from psconnect.desktop.theme.apply import tokens_in_use
from psconnect.desktop.theme.tokens import SMALL
from psconnect.desktop.widgets.button import Button
from psconnect.desktop.widgets.label import plain_tip

_RAIL_HEIGHT, _ICON, _ICON_TOP, _WORD_HEIGHT = 42, 18, 4, 16


class NavButton(Button):
    """``short`` is what stands below the icon in a narrow window; the tip there says all."""

    def __init__(
        self, text: str, on_press: Callable[[], object], *, symbol: str, short: str = "", stays: bool = True
    ) -> None:
        super().__init__(text, on_press, look="nav", symbol=symbol)
        self.short = short or text
        self._narrow, self._wide_tip = False, ""
        self.setCheckable(stays)

    def set_tip(self, text: str) -> None:
        """What the pointer is told in any window."""
        self._wide_tip = plain_tip(text)
        self._show_tip()

    def set_narrow(self, *, narrow: bool) -> None:
        """Show the icon above the short word."""
        self._narrow = narrow
        self._show_tip()
        self.updateGeometry()
        self.update()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Let the short word follow the colours."""
        super().changeEvent(event)
        self.update()

    def _show_tip(self) -> None:
        self.setToolTip(self._wide_tip or (plain_tip(self.accessibleName()) if self._narrow else ""))

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The rail gives the width."""
        return QSize(_RAIL_HEIGHT, _RAIL_HEIGHT) if self._narrow else super().sizeHint()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As low as the icon with its word, in a rail."""
        return QSize(_ICON, _RAIL_HEIGHT) if self._narrow else super().minimumSizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Icon and word one above the other, on the ground of the look."""
        if not self._narrow:
            super().paintEvent(event)
            return
        painter, option = QStylePainter(self), QStyleOptionButton()
        self.initStyleOption(option)
        picture = option.icon.pixmap(QSize(_ICON, _ICON), self.devicePixelRatioF())
        option.icon, option.text = QIcon(), ""
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        painter.drawPixmap(QPoint((self.width() - _ICON) // 2, _ICON_TOP), picture)
        colours = tokens_in_use()
        font = QFont(self.font())
        font.setPixelSize(SMALL)
        font.setWeight(QFont.Weight.DemiBold if self.isChecked() else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(QColor(colours.accent if self.isChecked() else colours.text))
        room = QRect(2, _ICON_TOP + _ICON + 1, self.width() - 4, _WORD_HEIGHT)
        if QFontMetrics(font).horizontalAdvance(self.short) > room.width():
            font.setWeight(QFont.Weight.Normal)  # what is chosen is also told by colour and ground
            painter.setFont(font)
        shown = painter.fontMetrics().elidedText(self.short, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), shown)
        painter.end()
