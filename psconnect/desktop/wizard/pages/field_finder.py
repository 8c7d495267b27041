"""The field finder, docked beside the step: search the catalogue, look a name up, add it to the plugin."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QButtonGroup, QComboBox, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from psconnect.desktop.bridge import Bridge, BridgeTask
from psconnect.desktop.text import counted, tr
from psconnect.desktop.theme.tokens import SPACE_S, SPACE_XS
from psconnect.desktop.widgets.button import link, secondary
from psconnect.desktop.widgets.card import Card, clear, line, row, wide
from psconnect.desktop.widgets.chip import Chip
from psconnect.desktop.widgets.fold import Fold
from psconnect.desktop.widgets.guide import StepsList
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.wizard.plugin_work import PluginWork
from psconnect.desktop.wizard.steps.plugin import PluginPart
from psconnect.model.clock import CancelToken
from psconnect.model.errors import PsconnectError
from psconnect.model.events import OnEvent
from psconnect.service import FieldState, FoundField
from psconnect.wording.errors import word
from psconnect.wording.help import HelpPart, help_topic
from psconnect.wording.records import entity_label

_MOST = 12
_ENTITIES = ("student", "teacher", "admin", "class", "course", "school", "contact")
_TOPIC = "custom-fields"


def _state_words(state: str) -> tuple[str, str]:
    """A field's state on the server as a word, and its colour."""
    return {
        "": (tr("Not verified"), ""),
        "granted": (tr("Can be read"), "good"),
        "not-granted": (tr("Exists"), "good"),
        "unknown": (tr("Not in PowerSchool"), "bad"),
        "no-table": (tr("No such table"), "bad"),
    }[state]


class FoundRow(QWidget):
    """A field that was found: its name, what it holds, whether PowerSchool has it, and *Add*."""

    def __init__(self, found: FoundField, added: str, state: str, finder: FieldFinder) -> None:
        super().__init__()
        self.found, self._finder = found, finder
        self.name = Label(found.name, "code")
        self.state = Chip(*_state_words(state))
        self.about = Label(self._about(), "help")
        self.add_button = secondary(tr("Add"), self._add)
        self.add_button.setAccessibleName(tr("Add {field}", field=found.name))
        self.remove_link = link(tr("Remove"), partial(finder.drop, found, added))
        self.remove_link.setAccessibleName(tr("Remove {field}", field=found.name))
        self.add_button.setVisible(not added and bool(found.entities))
        self.remove_link.setVisible(bool(added))
        chip = Chip(tr("Added"), "good") if added else self.state
        self.tables = QVBoxLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, SPACE_XS, 0, SPACE_XS)
        layout.setSpacing(SPACE_XS)
        layout.addWidget(self.name)
        layout.addWidget(row(wide(self.about), chip, self.add_button, self.remove_link, spacing=SPACE_S))
        layout.addLayout(self.tables)
        if found.group and not added:
            self._ask_table()

    def _about(self) -> str:
        found = self.found
        if not found.entities:
            return tr("{meaning}. No record that is delivered can have it.", meaning=found.meaning)
        if found.group:
            return tr("Your district’s own. A group of several tables.")
        if found.origin == "typed":
            return tr("As you typed it; not in the list of known fields.")
        if found.origin == "extension" and not found.meaning:
            return tr("Your district’s or state’s own.")
        return tr("{meaning}.", meaning=found.meaning)

    def _ask_table(self) -> None:
        """A group can't be added until it is said which of its tables has the field."""
        found = self.found
        self.add_button.setEnabled(False)
        warning = Label(
            tr(
                "{group} can be a group, not a table. Which of its tables has {field}? Look in Database Extensions: "
                "each table of the group has to be looked into.",
                group=found.group,
                field=found.field,
            ),
            "help",
        )
        warning.set_state("warning")
        self.tables.addWidget(warning)
        self.same = QRadioButton(tr("The table is called {table}, too", table=found.group))
        self.other = QRadioButton(tr("Another table:"))
        group = QButtonGroup(self)
        for choice in (self.same, self.other):
            group.addButton(choice)
            choice.toggled.connect(self._chosen)
            self.tables.addWidget(choice)
        self.table = QLineEdit()
        self.table.setProperty("look", "code")
        self.table.setPlaceholderText("U_STU_HEALTH")
        self.table.setAccessibleName(tr("Table that has {field}", field=found.field))
        self.table.textEdited.connect(lambda _text: self._table_typed())
        self.tables.addWidget(self.table)

    def _table_typed(self) -> None:
        self.other.setChecked(True)
        self._chosen()

    def _chosen(self) -> None:
        self.add_button.setEnabled(self.same.isChecked() or bool(self._other_table()))

    def _other_table(self) -> str:
        name = self.table.text().strip()
        return name if self.other.isChecked() and name.isidentifier() and name.upper() != self.found.group else ""

    def _add(self) -> None:
        found = self.found
        table = (found.group if self.same.isChecked() else self._other_table()) if found.group else found.table
        self._finder.add_field(found, f"{table}.{found.field}")


def _fill_help(part: HelpPart, room: QVBoxLayout) -> None:
    """A part of the help: its text, its items, its steps with what can be copied."""
    for text in (part.text, *part.items):
        if text:
            room.addWidget(Label(text, "help"))
    if part.guide:
        steps = StepsList()
        steps.show_steps(part, "new", {})
        room.addWidget(steps)


class FieldFinder(Card):
    """Search, results, and how to look names up; never modal. ``on_close`` puts it away."""

    def __init__(self, work: PluginWork, bridge: Bridge, on_close: Callable[[], object]) -> None:
        super().__init__(tr("Find a field"))
        self._work, self._bridge = work, bridge
        self._states: dict[str, FieldState] = {}
        self._asked = 0
        self._task: BridgeTask | None = None
        self.close_button = secondary(tr("Close"), on_close, symbol="cross")
        self.close_button.setAccessibleName(tr("Close the field finder"))
        self.body.removeWidget(self.heading)
        self.add(row(wide(self.heading), self.close_button))
        self.entity = QComboBox()
        self.entity.setAccessibleName(tr("Whose field"))
        self.entity.addItem(tr("All records"), "")
        for key in _ENTITIES:
            self.entity.addItem(entity_label(key), key)
        self.entity.currentIndexChanged.connect(lambda _place: self.search())
        self.text = QLineEdit()
        self.text.setPlaceholderText(tr("Name or meaning, like Alert_Medical"))
        self.text.setAccessibleName(tr("Search fields"))
        self.text.textEdited.connect(lambda _text: self.search())
        self.add(row(wide(self.text), self.entity, spacing=SPACE_S))
        self.count = Label("", "help")
        self.verify_link = link(tr("Ask PowerSchool whether they exist"), self._verify)
        self.add(row(wide(self.count), self.verify_link, spacing=SPACE_S))
        self.error = Label("", "error")
        self.error.hide()
        self.add(self.error)
        self.rows: list[FoundRow] = []
        self._results = QVBoxLayout()
        self._results.setSpacing(0)
        self.body.addLayout(self._results)
        self._build_help()
        self._found: list[FoundField] = []

    def _build_help(self) -> None:
        self.add(line())
        topic = help_topic(_TOPIC)
        self.helps: list[Fold] = []
        for part in topic.parts:
            self.helps.append(Fold(part.heading, "", "", partial(_fill_help, part)))
            self.add(self.helps[-1])

    def opened(self) -> None:
        """It was put beside the step."""
        self.text.setFocus()
        self.search()

    # --- search --------------------------------------------------------------------------------------------------

    def search(self) -> None:
        """Look for what is typed; the newest question wins."""
        self._asked += 1
        asked, text, entity = self._asked, self.text.text().strip(), str(self.entity.currentData() or "")
        work = self._work
        self._bridge.call(
            lambda: work.find(text, entity) if text else [],
            lambda found: self._show_found(asked, found),
            self._refused,
            owner=self,
        )

    def _show_found(self, asked: int, found: list[FoundField]) -> None:
        if asked != self._asked:
            return
        self.error.hide()
        self._found = found
        self.show_draft()

    def show_draft(self) -> None:
        """Show what was found, and what of it is added."""
        clear(self._results)
        part, text = self._work.part, self.text.text().strip()
        shown = self._found[:_MOST] if text else self._added(part)
        self.rows = []
        for found in shown:
            added = next((key for key in _ENTITIES if part.has(key, found.name)), "")
            if self._results.count():
                self._results.addWidget(line())
            self.rows.append(FoundRow(found, added, self._states.get(found.name, ""), self))
            self._results.addWidget(self.rows[-1])
        self.count.setText(self._count_words(text, len(shown)))
        self.verify_link.setVisible(bool(shown) and self._work.can_examine)

    def _added(self, part: PluginPart) -> list[FoundField]:
        return [
            FoundField(name if "." in name else f"Students.{name}", "", "extension", (entity,))
            for entity, name in part.added
        ]

    def _count_words(self, text: str, shown: int) -> str:
        if not text:
            return (
                counted(shown, "1 field is added.", "{count} fields are added.") if shown else tr("None is added yet.")
            )
        if len(self._found) > shown:
            return tr(
                "The first {shown} of {count} fields; type more of the name.", shown=shown, count=len(self._found)
            )
        return counted(shown, "1 field, also searched in meanings", "{count} fields, also searched in meanings")

    def _refused(self, error: PsconnectError) -> None:
        self._task = None
        self.error.setText(word(error, window=True).text)
        self.error.show()

    # --- on the server -------------------------------------------------------------------------------------------

    def _verify(self) -> None:
        names = [one.found.name for one in self.rows if not one.found.group]
        work = self._work
        if self._task or not names:
            return

        def ask(_news: OnEvent, cancel: CancelToken) -> dict[str, FieldState]:
            return work.examine(names, cancel)

        self._task = self._bridge.run(
            ask, lambda _events: None, self._verified, self._refused, on_cancelled=self._stopped, owner=self
        )

    def _verified(self, states: dict[str, FieldState]) -> None:
        self._task = None
        self.error.hide()
        self._states |= states
        self.show_draft()

    def _stopped(self) -> None:
        self._task = None

    def left(self) -> None:
        """The page was left: nobody waits for the server's answer any more."""
        if self._task:
            self._task.cancel.cancel()

    # --- adding --------------------------------------------------------------------------------------------------

    def add_field(self, found: FoundField, full_name: str) -> None:
        """Ask for a field in addition, with the records that were chosen, else those it fits best."""
        chosen = str(self.entity.currentData() or "")
        entity = chosen if chosen in found.entities else found.entities[0]
        self._work.session.update(PluginPart, custom=self._work.part.adding(entity, full_name))
        self.text.setFocus()

    def drop(self, found: FoundField, entity: str) -> None:
        """Ask for it no longer."""
        self._work.session.update(PluginPart, custom=self._work.part.dropping(entity, found.name))
        self.text.setFocus()
