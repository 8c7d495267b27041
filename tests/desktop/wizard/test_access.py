"""Every control of the set-up has a name and a role, comes in a sensible order, and is whole at 200 %."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QLineEdit, QTableView, QWidget

from psconnect.desktop.widgets.label import ElidedLabel
from psconnect.desktop.wizard.flow import step_keys
from tests.desktop.wizard.conftest import WAIT_MS, Setting

CONTROLS = (QAbstractButton, QComboBox, QLineEdit, QTableView)
ROLES = {
    QAccessible.Role.Button,
    QAccessible.Role.PushButton,
    QAccessible.Role.ButtonMenu,
    QAccessible.Role.RadioButton,
    QAccessible.Role.CheckBox,
    QAccessible.Role.ComboBox,
    QAccessible.Role.EditableText,
    QAccessible.Role.Table,
}


def controls(window: QWidget) -> list[QWidget]:
    """The controls a person can see."""
    found = [child for child in window.findChildren(QWidget) if isinstance(child, CONTROLS) and child.isVisible()]
    return [child for child in found if child.objectName() != "qt_spinbox_lineedit" and not _inner(child)]


def _inner(child: QWidget) -> bool:
    """Qt's own parts of a control, like the button that clears a search."""
    parent = child.parentWidget()
    return isinstance(parent, QLineEdit | QComboBox | QTableView) or type(child).__name__ == "QTableCornerButton"


def test_every_control_has_a_name_and_a_role_comes_in_the_tab_order_and_is_whole(setting: Setting):
    window = setting.open()
    size, seen = window.size(), []
    for step in setting.walk():
        seen.append(step)
        _named(window)
        _come_to_once_a_round(setting, window)
        window.resize(window.minimumSize())
        # Layouts within layouts settle one after the other.
        setting.qtbot.waitUntil(lambda: _nothing_cut_off(window), timeout=WAIT_MS)
        window.resize(size)
    assert seen == step_keys()


def _named(window: QWidget) -> None:
    seen = controls(window)
    assert len(seen) > 6
    for control in seen:
        assert control.accessibleName().strip(), control
        role = QAccessible.queryAccessibleInterface(control).role()
        assert role in ROLES, (control.accessibleName(), role)


def _come_to_once_a_round(setting: Setting, window: QWidget) -> None:
    wanted = {
        control
        for control in controls(window)
        if control.isEnabled() and control.focusPolicy() & Qt.FocusPolicy.TabFocus and _reached_by_tab(control)
    }
    visited = []
    for _press in range(len(wanted) + 5):
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused in visited:
            break
        visited.append(focused)
        setting.qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert wanted - set(visited) == set()


def _reached_by_tab(control: QWidget) -> bool:
    """Of exclusive buttons, Tab comes to the chosen one only; arrows do the rest."""
    return not (isinstance(control, QAbstractButton) and control.group() and not control.isChecked())


def test_the_fields_of_the_credentials_come_in_reading_order(setting: Setting):
    setting.open()
    setting.to("credentials")
    page = setting.credentials
    wanted = [page.url, page.client_id, page.secret, page.show_button, page.test_button]
    page.url.setFocus()
    visited = []
    for _press in range(20):
        visited.append(QApplication.focusWidget())
        setting.qtbot.keyClick(visited[-1], Qt.Key.Key_Tab)
    places = [visited.index(control) for control in wanted]
    assert places == sorted(places)


def _nothing_cut_off(window: QWidget) -> None:
    for label in window.findChildren(QLabel):
        if label.isVisible() and label.text() and not isinstance(label, ElidedLabel):
            needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
            assert label.height() >= needed - 1, label.text()
            assert label.mapTo(window, label.rect().topRight()).x() < window.width() - 8, label.text()
            if not label.wordWrap():
                assert label.width() >= label.sizeHint().width() - 1, label.text()
    for control in controls(window):
        right = control.mapTo(window, control.rect().topRight()).x()
        assert right < window.width() - 8, control.accessibleName()
    for button in window.findChildren(QAbstractButton):
        if button.isVisible() and button.text():
            assert button.width() >= button.minimumSizeHint().width() - 1, button.text()
