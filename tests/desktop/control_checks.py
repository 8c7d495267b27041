"""What must hold for every control that is shown: name, role, a place in the tab order, text that can be read."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QScrollArea,
    QWidget,
)

from psconnect.desktop.theme.tokens import contrast
from psconnect.desktop.widgets.form import FormRow
from psconnect.desktop.widgets.label import ElidedLabel

ENOUGH, ENOUGH_FOR_ICONS = 4.5, 3.0
"""The contrast of text and of what is no text (WCAG 2.2, 1.4.3 and 1.4.11)."""
LEAST_COLUMN = 120
"""Pixels that a name needs at the least."""
_NO_ROLES = (QAccessible.Role.NoRole, QAccessible.Role.Client)


def controls(window: QWidget) -> list[QWidget]:
    """What can take the focus by the keyboard and is seen."""
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisibleTo(window)
        and widget.isEnabled()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.focusProxy() is None
    ]


def reached(window: QWidget) -> set[QWidget]:
    """What the tab order leads to, all round."""
    found, widget = set(), window.nextInFocusChain()
    while widget is not window and widget not in found:
        found.add(widget)
        widget = widget.nextInFocusChain()
    return found


def untold(window: QWidget) -> list[str]:
    """Controls that a screen reader or the keyboard does not find, or that sound like another one; and how."""
    order, wrong = reached(window), []
    told = Counter[tuple[str, str]]()
    for widget in controls(window):
        # A tab bar is named by its tabs, one by one.
        if widget.metaObject().className() == "QTabBar":
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        if interface is None or interface.role() in _NO_ROLES:
            wrong.append(f"without a role: {widget!r} in {widget.parent()!r}")
        elif name := _told_name(widget, interface):
            told[interface.role().name, name] += 1
        else:
            wrong.append(f"without a name: {widget!r} in {widget.parent()!r}")
        if widget not in order:
            wrong.append(f"out of the tab order: {widget!r} in {widget.parent()!r}")
    return wrong + [f"{count} times {role} “{name}”" for (role, name), count in told.items() if count > 1]


def _told_name(widget: QWidget, interface: QAccessibleInterface) -> str:
    """What is said first. On Unix alone Qt gives a choice's value for its name, so that the name itself is asked."""
    if isinstance(widget, QComboBox):
        return widget.accessibleName().strip()
    return interface.text(QAccessible.Text.Name).strip()


def filled_twice(window: QWidget) -> list[str]:
    """Filled buttons, where there is more than one: then none of them says what one does next."""
    filled = [
        f"filled: “{button.accessibleName()}”"
        for button in window.findChildren(QAbstractButton)
        if button.isVisibleTo(window) and button.property("look") == "primary"
    ]
    return filled if len(filled) > 1 else []


def cut_off(window: QWidget) -> list[str]:
    """Labels and buttons that are smaller than their text, and pages that are wider than what can be seen of them."""
    found = []
    for widget in window.findChildren(QWidget):
        if not widget.isVisibleTo(window) or isinstance(widget, ElidedLabel):
            continue
        if isinstance(widget, QLabel) and widget.text():
            needed = widget.heightForWidth(widget.width()) if widget.wordWrap() else widget.sizeHint().height()
            if widget.height() < needed or (not widget.wordWrap() and widget.width() < widget.sizeHint().width()):
                found.append(f"label {widget.text()!r}: {widget.size()} for {widget.sizeHint()}")
        elif (
            isinstance(widget, QAbstractButton) and widget.text() and widget.width() < widget.minimumSizeHint().width()
        ):
            found.append(f"button {widget.text()!r}")
        elif isinstance(widget, QScrollArea) and _wider_than_seen(widget):
            found.append(f"page “{widget.accessibleName()}”: {widget.widget().size()} in {widget.viewport().size()}")
    return found


def squeezed(window: QWidget) -> list[str]:
    """Rows of forms whose help or error lies over their field."""
    found = []
    for form_row in (one for one in window.findChildren(FormRow) if one.isVisibleTo(window)):
        bottom = form_row.field.mapTo(form_row, form_row.field.rect().bottomLeft()).y()
        for below in (form_row.help, form_row.hint, form_row.error_label):
            if below.isVisibleTo(window) and below.x() < form_row.field.width() and below.y() <= bottom:
                found += [f"{form_row.label.text()!r}: {below.text()!r} begins at {below.y()}, above {bottom}"]
    return found


def without_room(window: QWidget) -> list[str]:
    """Columns of tables that share what room is left, and get too little to be read."""
    found = []
    for header in (one for one in window.findChildren(QHeaderView) if one.isVisibleTo(window)):
        for place in range(header.count()):
            shares = header.sectionResizeMode(place) == QHeaderView.ResizeMode.Stretch
            if shares and not header.isSectionHidden(place) and header.sectionSize(place) < LEAST_COLUMN:
                heading = header.model().headerData(place, Qt.Orientation.Horizontal)
                found.append(f"column “{heading}” in {header.parent()!r}: {header.sectionSize(place)}")
    return found


def _wider_than_seen(area: QScrollArea) -> bool:
    """Whether something at the right can't be seen in any way."""
    never = area.horizontalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    return never and area.widget() is not None and area.widget().width() > area.viewport().width()


def unreadable(window: QWidget) -> list[str]:
    """Texts below 4.5:1, and icons without words below 3:1, as measured in the picture; what is off may be pale."""
    QApplication.processEvents()
    picture, wrong = window.grab().toImage(), []
    for widget in window.findChildren(QWidget):
        text = _text_of(widget)
        if not text or not widget.isEnabled() or not _seen_whole(widget):
            continue
        measured = _contrast_in(picture, widget, window)
        if measured < (ENOUGH_FOR_ICONS if _icon_alone(widget) else ENOUGH):
            wrong.append(f"“{text[:40]}” {measured:.2f}: {widget!r} in {widget.parent()!r}")
    return wrong


def _text_of(widget: QWidget) -> str:
    if isinstance(widget, QLabel | QAbstractButton):
        return widget.text().strip()
    if isinstance(widget, QLineEdit):
        return (widget.text() or widget.placeholderText()).strip()
    return widget.currentText() if isinstance(widget, QComboBox) else ""


def _icon_alone(widget: QWidget) -> bool:
    """Whether a button has no room for its words, as in a rail."""
    return (
        isinstance(widget, QAbstractButton) and widget.fontMetrics().horizontalAdvance(widget.text()) > widget.width()
    )


def _seen_whole(widget: QWidget) -> bool:
    """Whether nothing is scrolled away or covered: else something other than the text would be measured."""
    return widget.isVisible() and not widget.size().isEmpty() and widget.visibleRegion().boundingRect() == widget.rect()


def _contrast_in(picture: QImage, widget: QWidget, window: QWidget) -> float:
    """The strongest contrast of any pixel to the ground, which is the most frequent colour there."""
    scale = picture.devicePixelRatio()
    corner = widget.mapTo(window, QPoint(0, 0))
    part = picture.copy(
        *(round(one * scale) for one in (corner.x(), corner.y(), widget.width(), widget.height()))
    ).convertToFormat(QImage.Format.Format_RGB32)
    colours = Counter(memoryview(part.constBits()).cast("I"))
    ground = _name(colours.most_common(1)[0][0])
    return max(contrast(ground, _name(colour)) for colour in colours)


def _name(colour: int) -> str:
    return f"#{colour & 0xFFFFFF:06X}"
