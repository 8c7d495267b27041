"""*Who is included*: parents, co-teachers, other staff, school days, each with the fields it adds."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QButtonGroup, QLineEdit, QRadioButton, QWidget

from psconnect.desktop.text import counted, number, tr
from psconnect.desktop.theme.tokens import SPACE_M, SPACE_S
from psconnect.desktop.widgets.card import Card, column, line, row, wide
from psconnect.desktop.widgets.form import FormRow
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.option_row import OptionRow
from psconnect.desktop.widgets.switch import Switch
from psconnect.desktop.wizard.access import AccessAsked, ChoiceFields
from psconnect.desktop.wizard.draft import Draft
from psconnect.desktop.wizard.pages.base import StepPage, show_text
from psconnect.desktop.wizard.pages.whole_name_rows import WholeNameRows
from psconnect.desktop.wizard.steps.who import school_days, with_school_days
from psconnect.desktop.wizard.steps.who_part import WhoPart
from psconnect.wording.errors import word

_CAP_WIDTH = 64


class IncludedCard(Card):
    """``take`` gets what is chosen, as fields of the part; ``fixed`` are choices that the source leaves nobody."""

    def __init__(self, page: StepPage, take: Callable[..., None], fixed: frozenset[str]) -> None:
        super().__init__()
        self.setAccessibleName(tr("Who is included"))
        self._page, self._take, self._fixed = page, take, fixed
        self.rows: dict[str, FormRow] = {}
        self.options: dict[str, OptionRow] = {}
        self.figures: dict[str, Label] = {}
        self.parents: dict[str, QRadioButton] = {}
        self.always = Label("", "help", wrap=False)
        self.body.setSpacing(SPACE_M)
        head = Label(tr("Fields added"), "help", wrap=False)
        self.add(row(wide(Label(tr("Who is included"), "heading")), *([] if fixed else [head])))
        self._section(row(wide(Label(tr("Students, teachers, classes, enrollments"), "strong")), self.always))
        self._section(self._parents())
        self.names = WholeNameRows(page, take)
        self.rows |= self.names.rows
        self._switch(
            "contact_module",
            tr("Names from the Contacts module"),
            tr("Off: from fields of the student that hold a whole name, split by a pattern."),
            below=self.names,
        )
        self.cap = self._cap()
        if "co_teachers" not in fixed:
            self._switch("co_teachers", tr("Co-teachers"), "", below=self._most())
        self._switch("admins", tr("Other staff"), tr("Active people without a class, such as counselors."))
        self._switch(
            "school_days",
            tr("School days"),
            tr("Without them, the year begins with its first term."),
            taken=self._take_days,
        )
        self.body.addStretch(1)

    def _section(self, widget: QWidget) -> None:
        self.add(line())
        self.add(widget)

    def _parents(self) -> QWidget:
        group, lines = QButtonGroup(self), []
        words = {"none": tr("None"), "portal": tr("Those with a portal account"), "all": tr("All contacts")}
        for key, text in words.items():
            box = QRadioButton(text)
            box.setAccessibleName(tr("Parents: {choice}", choice=text))
            box.clicked.connect(lambda _on=True, key=key: self._take(parents=key))
            group.addButton(box)
            self.parents[key] = box
            self.figures[f"parents.{key}"] = Label("", "help", wrap=False)
            lines.append(row(box, 1, self.figures[f"parents.{key}"]))
        if "portal" in self._fixed:
            self.parents["portal"].hide()
        self.parents_error = Label("", "error")
        self.parents_error.hide()
        made = column(Label(tr("Parents"), "strong"), *lines, self.parents_error, spacing=2)
        made.setAccessibleName(tr("Parents"))
        made.setFocusProxy(self.parents["none"])
        self._page.mark("parents", made)
        return made

    def _cap(self) -> QLineEdit:
        cap = self._page.line(
            "co_teacher_classes",
            tr("Classes of a co-teacher, at most"),
            lambda text: self._take(co_teacher_classes=text),
        )
        cap.setMaximumWidth(_CAP_WIDTH)
        cap.setPlaceholderText(tr("any"))
        self.rows["co_teacher_classes"] = self._page.rows["co_teacher_classes"]
        self.rows["co_teacher_classes"] = self._page.rows["co_teacher_classes"]
        return cap

    def _most(self) -> QWidget:
        before, behind = (Label(text, wrap=False) for text in (tr("At most"), tr("classes each, those assigned first")))
        words = row(before, self.cap, behind, 1, spacing=SPACE_S)
        return column(words, self.rows["co_teacher_classes"].error_label, spacing=2)

    def _switch(
        self,
        name: str,
        title: str,
        text: str,
        *,
        below: QWidget | None = None,
        taken: Callable[[bool], None] | None = None,
    ) -> None:
        if name in self._fixed or (name == "school_days" and self._fixed):
            return
        switch = Switch(title)
        shown = OptionRow(switch, title, text, below=below)
        switch.clicked.connect(taken or (lambda on=False: self._take(**{name: on})))
        self.options[name] = shown
        self._page.mark(name, switch)
        self._section(shown)

    def _take_days(self, on: bool) -> None:  # noqa: FBT001 - Qt's signal
        session = self._page.session
        session.become(with_school_days(session.draft, on=on))

    # --- showing -------------------------------------------------------------------------------------------------

    def show_draft(self, draft: Draft) -> None:
        """Show what is chosen."""
        part = draft.of(WhoPart)
        self.parents[part.parents].setChecked(True)
        states: dict[str, bool] = {name: getattr(part, name, False) for name in self.options}
        states["school_days"] = school_days(draft)
        for name, shown in self.options.items():
            shown.control.setChecked(states[name])
        show_text(self.cap, part.co_teacher_classes)
        self.cap.setEnabled(part.co_teachers)
        if "contact_module" in self.options:
            with_parents = part.parents != "none"
            module = self.options["contact_module"]
            module.setEnabled(with_parents)
            module.set_help(
                tr("Off: from fields of the student that hold a whole name, split by a pattern.")
                if with_parents
                else tr("Matters only when parents are included.")
            )
        self.names.setVisible(part.parents != "none" and not part.contact_module)
        self.names.show_part(part)

    def show_error(self, text: str) -> None:
        """Say under the parents what is wrong with that choice."""
        self.parents_error.setText(text)
        self.parents_error.setVisible(bool(text))

    def show_figures(self, asked: AccessAsked | None) -> None:
        """Show what each choice adds; None where nothing could be counted."""
        self.always.setText(number(asked.always) if asked else "")
        choices = asked.choices if asked else {}
        for name, label in self.figures.items():
            text, _chosen = figure(choices.get(name))
            label.setText(text)
            label.setToolTip(why_no_choice(choices.get(name)))
        for name, shown in self.options.items():
            text, chosen = figure(choices.get(name))
            shown.set_figure(text if shown.isEnabled() else "–", strong=chosen)
            shown.set_error("" if shown.control.isChecked() else why_no_choice(choices.get(name)))


def figure(choice: ChoiceFields | None) -> tuple[str, bool]:
    """What a choice comes to, in words, and whether it is chosen."""
    if choice is None or choice.error:
        return "–", False
    if choice.chosen:
        return (tr("+{count}", count=number(choice.added)) if choice.added else tr("none added")), bool(choice.added)
    if choice.added < 0:
        return counted(-choice.added, "would drop {count}", "would drop {count}"), False
    return (counted(choice.added, "would add {count}", "would add {count}") if choice.added else tr("adds none")), False


def why_no_choice(choice: ChoiceFields | None) -> str:
    """Why a choice can't be made, in a sentence; empty where it can."""
    return word(choice.error, window=True).text if choice and choice.error else ""
