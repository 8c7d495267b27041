"""What one does next is said on every step: one filled button, which Enter presses, and the focus at its place."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from psconnect.desktop.wizard.flow import step_keys
from psconnect.desktop.wizard.pages.entity_tabs import EntityTabs
from psconnect.desktop.wizard.pages.safety import SafetyPage
from tests.desktop.wizard.conftest import WAIT_MS, Setting, last_test
from tests.desktop.wizard.test_filters import filters_page


def filled(window: QWidget) -> list[str]:
    """The filled buttons that a person sees."""
    shown = [one for one in window.findChildren(QPushButton) if one.isVisible() and one.isEnabled()]
    return [one.accessibleName() for one in shown if one.property("look") == "primary"]


def has_one_filled_button_and_the_focus_on_what_is_done_first(setting: Setting, step: str) -> None:
    window = setting.window
    assert len(filled(window)) == 1, (step, filled(window))
    focused = window.focusWidget()
    first = window.pages[step].first_field()
    # While the schools are read, there is nothing to search yet.
    wanted = {first.focusProxy() or first, setting.schools.numbers if step == "schools" else first}
    assert focused in wanted, (step, focused)
    assert focused.isVisible(), step
    assert focused.isEnabled(), step


def test_a_step_has_one_filled_button_and_the_focus_on_what_is_done_first(setting: Setting) -> None:
    setting.open()
    seen = []
    for step in setting.walk():
        seen.append(step)
        has_one_filled_button_and_the_focus_on_what_is_done_first(setting, step)
    assert seen == step_keys()


def test_enter_presses_the_filled_button(setting: Setting) -> None:
    """From the first step to the last by Enter alone, wherever the focus stands."""
    window = setting.open()
    for step, after in zip(step_keys(), [*step_keys()[1:], ""], strict=True):
        assert setting.session.draft.step == step
        if step == "plugin":
            setting.plugin.guide.steps.lines[0].box.setFocus()
        elif step == "attributes":
            # In a row, Enter opens it.
            window.pages[step].findChildren(EntityTabs)[0].buttons["student"].setFocus()
        elif step == "credentials":
            setting.fill_credentials()
        else:
            setting.fill()
        (pressed,) = filled(window)
        focused = window.focusWidget()
        assert focused, step
        setting.qtbot.keyClick(focused, Qt.Key.Key_Return)
        setting.settled()
        if step == "credentials":
            assert pressed == "Test connection"
            assert last_test(setting) == "passed"
            assert filled(window) == ["Next: Schools, terms, courses"]
            setting.qtbot.keyClick(setting.credentials.secret, Qt.Key.Key_Return)
            setting.settled()
        if after:
            assert setting.session.draft.step == after
    assert setting.wishes == [("Lincoln roster", "preview")]


def test_schools_that_cannot_be_read_have_one_filled_button(setting: Setting) -> None:
    window = setting.open()
    setting.to("credentials")
    setting.fill_credentials("wrong")
    setting.press(window.next_button)
    setting.settled()
    assert filled(window) == ["Next: Attributes"]


def test_next_leads_to_a_limit_that_is_wrong_with_its_error_under_it(setting: Setting) -> None:
    window = setting.open()
    setting.to("safety")
    page = window.pages["safety"]
    assert isinstance(page, SafetyPage)
    last, cell = list(page.limits.cells.items())[-1]
    setting.type(cell.edit, "many")
    setting.press(window.next_button)
    assert cell.edit.hasFocus()
    assert "many" in cell.error.text()
    assert cell.error.text() in cell.edit.accessibleDescription()
    setting.qtbot.waitUntil(lambda: cell.error.visibleRegion().boundingRect() == cell.error.rect(), timeout=WAIT_MS)
    assert [key for key, one in page.limits.cells.items() if one.error.isVisible()] == [last]
    setting.type(cell.edit, "1")
    setting.press(window.back_button)
    assert not cell.error.text()


def test_next_leads_to_the_last_of_many_rules(setting: Setting) -> None:
    page = filters_page(setting)
    many = [{"attribute": "email", "op": "does not contain", "value": f"made-up-{one}.org"} for one in range(12)]
    page._take([*many, {"attribute": "emial", "op": "is empty"}])
    setting.press(setting.window.next_button)
    error = page.rules.errors[12]
    assert "emial" in error.text()
    setting.qtbot.waitUntil(lambda: error.visibleRegion().boundingRect() == error.rect(), timeout=WAIT_MS)
