"""One attribute: its name, the template that fills it, samples beside it; editing opens inside the row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_M, SPACE_S, SPACE_XS
from psconnect.desktop.widgets.button import Button, link
from psconnect.desktop.widgets.card import row, wide
from psconnect.desktop.widgets.label import ElidedLabel, Label, plain_tip, restyle
from psconnect.desktop.wizard.pages.template_editor import EditorTools, TemplateEditor

NAME_WIDTH, SAMPLES = 128, 3
_TEMPLATE_SHARE, _SAMPLE_SHARE = 30, 15
Sampled = Sequence[str | None]
"""Values of an attribute, one per sample; None where it needs a field that was not read; empty while nothing is."""


@dataclass(frozen=True)
class Advice:
    """A sentence under a row: ``bad`` or ``warning``; what can be pressed is (text, what it does)."""

    text: str
    state: str = "bad"
    actions: tuple[tuple[str, Callable[[], object]], ...] = field(default=(), compare=False)


class CodeButton(Button):
    """A template to press; a long one is shortened, and shown whole on hovering."""

    def __init__(self, on_press: Callable[[], object]) -> None:
        super().__init__("", on_press, look="code")
        self._full = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_code(self, text: str, said: str) -> None:
        """Show a template; ``said`` is what a screen reader says."""
        self._full = text
        self.setAccessibleName(said)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Show as much as fits."""
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Narrow enough for any column."""
        return QSize(40, super().minimumSizeHint().height())

    def _fit(self) -> None:
        said = self.accessibleName()
        shown = self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideRight, max(0, self.width() - 14))
        if self.text() != shown.replace("&", "&&"):
            self.setText(shown)
            self.setAccessibleName(said)
        self.setToolTip(plain_tip(self._full) if shown != self._full else "")


def in_columns(grid: QGridLayout) -> None:
    """Give a grid the columns that all rows share."""
    grid.setContentsMargins(SPACE_M, 0, SPACE_M, 0)
    grid.setHorizontalSpacing(SPACE_M)
    grid.setVerticalSpacing(SPACE_XS)
    grid.setColumnMinimumWidth(0, NAME_WIDTH)
    grid.setColumnStretch(0, 0)
    grid.setColumnStretch(1, _TEMPLATE_SHARE)
    show_columns(grid, None)


def show_columns(grid: QGridLayout, place: int | None) -> None:
    """Give the room of the samples to one of them, or to all."""
    for number in range(SAMPLES):
        one = _SAMPLE_SHARE * 2 if number == place else 0
        grid.setColumnStretch(2 + number, _SAMPLE_SHARE if place is None else one)


class SampleCell(ElidedLabel):
    """A sample's value; its column gives the width."""

    def __init__(self, look: str = "table") -> None:
        super().__init__("", look)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_value(self, value: str | None, *, known: bool = True) -> None:
        """A value, a dash for an empty one, a question mark for one that was not read, nothing while nothing is."""
        self.setText(("?" if value is None else value or "–") if known else "")
        self.set_tip(tr("Not read yet: this field was not asked for.") if known and value is None else "")
        self.set_state("muted" if not value else "")


class AttributeRow(QFrame):
    """``key`` names it; ``on_open`` gets the row, ``on_type`` its template as typed, ``on_end`` the row again.

    ``on_list`` gets its key when its value list is to be shown or hidden.
    """

    def __init__(
        self,
        key: str,
        label: str,
        on_open: Callable[[AttributeRow], object],
        on_type: Callable[[str, str], object],
        on_end: Callable[[AttributeRow], object],
        on_list: Callable[[str], object],
    ) -> None:
        super().__init__()
        self.key, self.label = key, label
        self.setProperty("look", "row")
        self.setAccessibleName(label)
        self.name = Label(label, "strong", wrap=False)
        self.note = ElidedLabel("", "help", self)
        self.template = CodeButton(partial(on_open, self))
        about = tr("Value list of {attribute}", attribute=label)
        self.list_button = Button(tr("list"), partial(on_list, key), look="pill", symbol="chevron-down", name=about)
        self.list_button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.list_button.hide()
        self._filled_from = row(wide(self.template), self.list_button, spacing=SPACE_XS)
        self.panel: QWidget | None = None
        self.cells = [SampleCell() for _place in range(SAMPLES)]
        self.advice: list[QWidget] = []
        self.advice_shown: tuple[Advice, ...] = ()
        self.editor: TemplateEditor | None = None
        self.value = ""
        self._on_type, self._on_end = on_type, on_end
        self._foot = QVBoxLayout()
        self._foot.setSpacing(0)
        self._grid = QGridLayout()
        in_columns(self._grid)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_XS, 0, SPACE_XS)
        layout.setSpacing(SPACE_XS)
        layout.addLayout(self._grid)
        layout.addLayout(self._foot)
        self._lay_out()

    @property
    def is_open(self) -> bool:
        """Whether it is being edited."""
        return self.editor is not None

    def _lay_out(self) -> None:
        grid = self._grid
        for cell in (self.name, self._filled_from, self.note, *self.cells):
            grid.removeWidget(cell)
        top = Qt.AlignmentFlag.AlignVCenter
        grid.addWidget(self.name, 0, 0, top)
        editor = self.editor
        if editor is None:
            grid.addWidget(self._filled_from, 0, 1)
        else:
            grid.addWidget(self.note, 0, 1, top)
            grid.addWidget(editor.line, 1, 0, 1, 2)
            grid.addWidget(editor.choices, 2, 0, 1, 2, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(editor.chips, 2, 2, 1, SAMPLES, Qt.AlignmentFlag.AlignTop)
        for place, cell in enumerate(self.cells):
            grid.addWidget(cell, 0 if editor is None else 1, 2 + place, top)
        # Only now: what is shown before it has its place would be a window of its own, and take the focus.
        self._filled_from.setVisible(editor is None)
        self.note.setVisible(editor is not None)

    # --- showing -------------------------------------------------------------------------------------------------

    def show_template(self, text: str, *, own: bool, note: str) -> None:
        """Show what fills it; ``note`` says more of it while it is open."""
        self.value = text
        self.template.show_code(text or tr("nothing"), self.label)
        self.name.setText(f"{self.label} •" if own else self.label)
        self.name.setToolTip(tr("Differs from the preset") if own else "")
        self.note.setText(note)
        if self.editor:
            self.editor.show_text(text)

    def show_samples(self, values: Sampled) -> None:
        """Show its values; none while nothing was read."""
        for place, cell in enumerate(self.cells):
            known = place < len(values)
            cell.show_value(values[place] if known else None, known=known)

    def show_place(self, place: int | None) -> None:
        """Show one sample alone, or all of them."""
        for number, cell in enumerate(self.cells):
            cell.setVisible(place is None or number == place)
        show_columns(self._grid, place)

    def show_advice(self, advice: Sequence[Advice]) -> None:
        """Say what is wrong or doubtful, below the template."""
        wrong = next((one.text for one in advice), "")
        state = "open" if self.is_open else "bad" if any(one.state == "bad" for one in advice) else ""
        if self.property("state") != state:
            self.setProperty("state", state)
            restyle(self)
        self.template.setAccessibleDescription(f"{self.value} {wrong}".strip())
        self.template.set_state("bad" if state == "bad" else "" if self.value else "muted")
        if tuple(advice) == self.advice_shown:
            return
        self.advice_shown = tuple(advice)
        for before in self.advice:
            self._foot.removeWidget(before)
            before.hide()
            before.deleteLater()
        self.advice = [self._advice(one) for one in advice]
        for place, widget in enumerate(self.advice):
            self._foot.insertWidget(place, widget)
        if self.editor:
            self.editor.line.setAccessibleDescription(wrong)

    def show_panel(self, panel: QWidget | None) -> None:
        """Show a value list below everything, or none."""
        if panel is self.panel:
            return
        if self.panel:
            self._foot.removeWidget(self.panel)
            self.panel.hide()
            self.panel.deleteLater()
        self.panel = panel
        if panel:
            self._foot.addWidget(panel)
        self.list_button.setChecked(panel is not None)

    def _advice(self, one: Advice) -> QWidget:
        label = Label(one.text, "help")
        label.set_state(one.state)
        buttons = [
            link(text, act, name=tr("{action}: {attribute}", action=text, attribute=self.label))
            for text, act in one.actions
        ]
        holder = row(wide(label), *buttons, spacing=SPACE_S)
        layout = holder.layout()
        if layout:
            layout.setContentsMargins(NAME_WIDTH + 2 * SPACE_M, 0, SPACE_M, 0)
        return holder

    # --- editing -------------------------------------------------------------------------------------------------

    def open(self, tools: EditorTools) -> None:
        """Let the template be edited."""
        name = tr("Template of {attribute}", attribute=self.label)
        self.editor = TemplateEditor(partial(self._on_type, self.key), partial(self._on_end, self), name)
        self._lay_out()
        self.editor.show_text(self.value)
        self.editor.show_tools(tools)
        self.editor.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_editor(self) -> None:
        """Show the template again, with the focus on it if the editor had it."""
        editor, self.editor = self.editor, None
        if editor is None:
            return
        focused = editor.line.hasFocus()
        for widget in (editor.line, editor.choices, editor.chips):
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._lay_out()
        self.show_advice(self.advice_shown)
        if focused:
            self.template.setFocus(Qt.FocusReason.OtherFocusReason)
