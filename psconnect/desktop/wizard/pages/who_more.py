"""*More*: choices that few districts need, folded away until they are opened or wrong."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QComboBox, QWidget

from psconnect.desktop.text import counted, tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_M
from psconnect.desktop.widgets.button import link
from psconnect.desktop.widgets.card import Card, column, row
from psconnect.desktop.widgets.form import FormRow
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.option_row import OptionRow
from psconnect.desktop.widgets.switch import Switch
from psconnect.desktop.wizard.pages.base import StepPage, show_text
from psconnect.desktop.wizard.pages.side_by_side import Across
from psconnect.desktop.wizard.steps.who_part import WhoPart

_FIELDS = ("enroll_status", "section_move", "student_identifier")


class MoreCard(Card):
    """``take`` gets what is chosen, as fields of the part; ``fixed`` are choices that the source leaves nobody."""

    def __init__(self, page: StepPage, take: Callable[..., None], fixed: frozenset[str]) -> None:
        super().__init__()
        self.setAccessibleName(tr("More"))
        self._page, self._take, self._fixed, self._open = page, take, fixed, False
        self.rows: dict[str, FormRow] = {}
        self.options: dict[str, OptionRow] = {}
        self.open_button = link(tr("More"), self._toggle, symbol="chevron-right")
        self.changed = Label("", "help", wrap=False)
        self.inside = Across(self._switches(), self._fields(), gap=SPACE_L)
        self.add(row(self.open_button, self.changed, 1))
        self.add(self.inside)
        self.inside.hide()

    def _switches(self) -> QWidget:
        for name, title, text in (
            (
                "merge_terms",
                tr("Terms with the same title and dates become one"),
                tr("Titled like “Semester 1 (2026-08-17 2027-01-15)”."),
            ),
            ("only_taught_classes", tr("Only classes with a teacher"), tr("Others stay behind, and are listed.")),
            ("only_used_courses", tr("Only courses with a class"), ""),
            (
                "guest_students",
                tr("Guest students"),
                tr("Students of schools that are not chosen, in a class of a chosen one, are brought in."),
            ),
        ):
            if name in self._fixed:
                continue
            switch = Switch(title)
            switch.clicked.connect(lambda on=False, name=name: self._take(**{name: on}))
            self.options[name] = OptionRow(switch, title, text, figure=False)
            self._page.mark(name, switch)
        return column(*self.options.values(), 1, spacing=SPACE_M)

    def _fields(self) -> QWidget:
        page = self._page
        self.status = page.line(
            "enroll_status",
            tr("Enroll status that counts as active"),
            lambda text: self._take(enroll_status=text),
            help=tr("0 active, -1 pre-registered, 1 inactive, 2 transferred out, 3 graduated."),
        )
        self.moved_by = page.line(
            "section_move",
            tr("Field that moves a section"),
            lambda text: self._take(section_move=text),
            help=tr("It holds a course, or course.section: the class is delivered there instead. Empty for none."),
            example="U_DEF_EXT_SECTIONS.moveto",
        )
        self.identifier = QComboBox()
        for value, text in (
            ("", tr("As Attributes maps it")),
            ("number", tr("Student number")),
            ("id", tr("ID")),
            ("dcid", tr("DCID")),
        ):
            self.identifier.addItem(text, value)
        self.identifier.activated.connect(
            lambda _place: self._take(student_identifier=str(self.identifier.currentData()))
        )
        self.rows = {name: page.rows[name] for name in ("enroll_status", "section_move")}
        self.rows["student_identifier"] = FormRow(
            tr("Number that people see as a student’s"),
            self.identifier,
            help=tr("A field mapped to identifier goes before it."),
        )
        shown = [self.rows[name] for name in _FIELDS if name not in self._fixed]
        return column(*shown, 1, spacing=SPACE_M)

    def show_part(self, part: WhoPart) -> None:
        """Show what is chosen, and folded away how much of it is not as usual."""
        for name, shown in self.options.items():
            shown.control.setChecked(getattr(part, name))
        show_text(self.status, part.enroll_status)
        show_text(self.moved_by, part.section_move)
        self.identifier.setCurrentIndex(max(0, self.identifier.findData(part.student_identifier)))
        usual, names = WhoPart(), (*self.options, *(name for name in _FIELDS if name not in self._fixed))
        count = sum(getattr(part, name) != getattr(usual, name) for name in names)
        self.changed.setText(counted(count, "{count} not as usual", "{count} not as usual") if count else "")

    def open_if(self, wrong: bool) -> None:  # noqa: FBT001 - the only thing it asks
        """Open what is wrong."""
        if wrong:
            self._open = True
            self._show()

    def _toggle(self) -> None:
        self._open = not self._open
        self._show()

    def _show(self) -> None:
        self.open_button.set_symbol("chevron-down" if self._open else "chevron-right")
        self.open_button.setAccessibleDescription(tr("Shown") if self._open else tr("Hidden"))
        self.inside.setVisible(self._open)
