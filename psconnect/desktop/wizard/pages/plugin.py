"""Step 3, *Plugin*: saved here, installed in PowerSchool by numbered steps, with the list of what it may read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QLineEdit, QVBoxLayout, QWidget

from psconnect.desktop.advice import PIECE_REFUSED
from psconnect.desktop.bridge import Bridge
from psconnect.desktop.text import number, tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_S, SPACE_XS
from psconnect.desktop.widgets.button import link, secondary
from psconnect.desktop.widgets.card import Card, column, row, wide
from psconnect.desktop.widgets.chip import Chip
from psconnect.desktop.widgets.form import FormRow
from psconnect.desktop.widgets.guide import InstallGuide
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.wizard.pages.base import PagePlace, StepPage
from psconnect.desktop.wizard.pages.field_finder import FieldFinder
from psconnect.desktop.wizard.pages.plugin_access import AccessCard
from psconnect.desktop.wizard.pages.side_by_side import Across
from psconnect.desktop.wizard.plugin_work import PluginNeeds, PluginWork
from psconnect.desktop.wizard.steps.plugin import PluginPart
from psconnect.model.access import PluginGap
from psconnect.model.errors import PsconnectError
from psconnect.service import PluginPackage, plugin_name
from psconnect.wording.access import plugin_upgrade
from psconnect.wording.catalogue import translated
from psconnect.wording.errors import word
from psconnect.wording.pieces import read_without

FILE_NAME = "psconnect-plugin.zip"
_LONE_NAME = "plugin.xml"
_LIST_NAME = "psconnect-fields.html"
_NARROW = 780
"""Below this width, one column: steps and buttons would be cut off in two."""


class PluginFile(Card):
    """The plugin's version, how it is saved, and what PowerSchool refused of it."""

    def __init__(self, work: PluginWork, bridge: Bridge, on_saved: Callable[[], object]) -> None:
        super().__init__()
        self._work, self._bridge, self._on_saved = work, bridge, on_saved
        self.setAccessibleName(tr("The plugin’s file"))
        self.version = Label("", "strong", wrap=False)
        self.chip = Chip()
        self.about = Label("", "help")
        self.save_button = secondary(tr("Save plugin ZIP …"), lambda: self._ask_place(FILE_NAME), symbol="save")
        self.xml_link = link(tr("Only the XML …"), lambda: self._ask_place(_LONE_NAME))
        self.xml_link.setAccessibleName(tr("Save only the XML file of the plugin"))
        self.xml_link.setAccessibleDescription(
            tr("It grants the same fields, but has no queries: reading takes many more calls.")
        )
        self.xml_link.setToolTip(self.xml_link.accessibleDescription())
        self.add(row(self.version, self.chip, 1, spacing=SPACE_S))
        self.add(self.about)
        self.gap = Label("", "table")
        self.gap.set_state("warning")
        self.gap.hide()
        self.add(self.gap)
        self.add(row(self.save_button, self.xml_link, 1, spacing=SPACE_S))
        self.outcome = Label("", "help")
        self.outcome.hide()
        self.add(self.outcome)
        self._build_refused()

    def _build_refused(self) -> None:
        self.refused = QLineEdit()
        self.refused.setPlaceholderText("ROLEDEF NAME: Invalid Column")
        self.leave_button = secondary(tr("Leave it out"), self.leave_out)
        self.refused_row = FormRow(
            tr("What does PowerSchool say?"),
            self.refused,
            help=tr("Paste what it says. The plugin then goes without that; what you lose is said here."),
            control=row(wide(self.refused), self.leave_button, spacing=SPACE_S),
        )
        self.refused_row.hide()
        self.refused_link = link(translated(PIECE_REFUSED), self._open_refused)
        self.without = Label("", "table")
        self.all_link = link(tr("Ask for all of it again"), lambda: self._work.session.update(PluginPart, without=()))
        self.without_row = column(self.without, row(self.all_link, 1), spacing=SPACE_XS)
        for part in (row(self.refused_link, 1), self.refused_row, self.without_row):
            self.add(part)

    def show_draft(self) -> None:
        """Show the version saved last, and what the plugin goes without."""
        part, built = self._work.part, self._work.built
        prefilled = self._work.session.draft.prefilled
        self.version.setText(tr("Version {version}", version=built.version) if built.version else tr("Not saved yet"))
        about = tr("One file, for every PowerSchool from 10.1 on. It lets psconnect view fields and change none.")
        if prefilled:
            about = tr("In the demo district this is done already. In your own PowerSchool it goes like this:")
        elif built.file == "xml":
            about = tr("The XML alone, without queries: reading takes many more calls.")
        self.about.setText(about)
        self.without.setText(tr("The plugin goes without: {pieces}", pieces=read_without(part.without)))
        self.without_row.setVisible(bool(part.without))

    def show_gap(self, gap: PluginGap) -> None:
        """Say what the plugin saved last lacks, and how a newer one is installed over it."""
        self.chip.show_state(
            "" if not gap.built else tr("Newer one needed") if gap.upgrade else tr("Checked"),
            "warning" if gap.upgrade else "good",
        )
        self.gap.setText(plugin_upgrade(gap))
        self.gap.setVisible(gap.upgrade)

    def _ask_place(self, file_name: str) -> None:
        kind = tr("Plugin (*.xml)") if file_name == _LONE_NAME else tr("Plugin (*.zip)")
        dialog = _save_dialog(self, tr("Save the plugin"), file_name, kind)
        dialog.fileSelected.connect(lambda path: self.save_to(Path(path)))
        dialog.open()

    def save_to(self, path: Path) -> None:
        """Build the plugin, check it and write it to a file."""
        session = self._work.session
        self.save_button.setEnabled(False)
        self._show("", tr("Building …"))
        self._bridge.call(
            lambda: session.save_plugin(path), lambda package: self._saved(path, package), self._failed, owner=self
        )

    def _saved(self, path: Path, package: PluginPackage) -> None:
        text = tr("Saved as {path}. It may view {count} fields.", path=path, count=number(len(package.access)))
        self._show("good", text)
        self._work.note(package)
        self._on_saved()

    def _open_refused(self) -> None:
        """It is seen in PowerSchool, when the plugin is enabled: perhaps in another session than the saving."""
        self.refused_link.hide()
        self.refused_row.show()
        self.refused.setFocus()

    def leave_out(self) -> None:
        """Go without the field that was pasted, or say why that can't be."""
        try:
            self._work.leave_out(self.refused.text())
        except PsconnectError as error:
            self.refused_row.set_error(word(error, window=True).text)
            return
        self.refused_row.set_error("")
        self.refused.clear()
        self._show("warning", tr("Save the plugin again, and install it over the one in PowerSchool."))

    def _failed(self, error: PsconnectError) -> None:
        self._show("bad", word(error, window=True).text)

    def _show(self, state: str, text: str) -> None:
        self.save_button.setEnabled(state != "" or not text)
        self.outcome.setText(text)
        self.outcome.setVisible(bool(text))
        self.outcome.set_state(state)


class PluginPage(StepPage):
    """The file, the steps of its installation, what it may read, and the field finder."""

    def __init__(self, place: PagePlace) -> None:
        super().__init__(place)
        self.work = PluginWork(place.session)
        self.card = PluginFile(self.work, place.bridge, self._ask_needs)
        self.guide = InstallGuide(self._tick, lambda menus: self.session.update(PluginPart, menus=menus))
        self.access = AccessCard(self._ask_list_place, self.open_finder)
        self.finder = FieldFinder(self.work, place.bridge, self.close_finder)
        self.finder.hide()
        self.list_outcome = Label("", "help")
        self.list_outcome.hide()
        self._left, self._right = QVBoxLayout(), QVBoxLayout()
        self.body.addWidget(Across(_holding(self._left), _holding(self._right), gap=SPACE_L, narrow=_NARROW), 1)
        self._left.addWidget(self.card)
        self._left.addWidget(self.guide)
        self._right.addWidget(self.finder)
        self._right.addWidget(self.access)
        self._right.addWidget(self.list_outcome)
        self._left.addStretch(1)
        self._right.addStretch(1)
        self.mark("find", self.finder.text)
        self._asked: tuple[object, ...] = ()
        self.show_draft()

    def show_draft(self) -> None:
        """Show the steps for the chosen menus, which are done, and what is asked for; that is counted anew."""
        self.card.show_draft()
        draft, part = self.session.draft, self.work.part
        names = {"plugin": plugin_name(draft.connection_id), "file": FILE_NAME}
        self.guide.show_state(part.menus, part.ticked, names)
        if self.isVisible():
            self._ask_needs()
            if self.finder.isVisible():
                self.finder.show_draft()
        self.show_needs()

    def entered(self) -> None:
        """What the choices before need is worked out."""
        self._ask_needs()

    def left(self) -> None:
        """Nobody waits for the server any more."""
        self.finder.left()

    def first_field(self) -> QWidget:
        """Save the plugin: all else follows from it."""
        return self.card.save_button

    def lead_to(self, key: str) -> QWidget:
        """The field finder is opened first."""
        if key == "find":
            self.open_finder()
        return super().lead_to(key)

    # --- what it may read ----------------------------------------------------------------------------------------

    def _ask_needs(self) -> None:
        parts = tuple(self.session.draft.parts.items())
        asked = (parts, self.work.built)
        if asked != self._asked:
            self._asked = asked
            self.bridge.call(
                self.work.needs, lambda needs: self._show_needed(asked, needs), self._not_needed, owner=self
            )

    def _show_needed(self, asked: tuple[object, ...], needs: PluginNeeds) -> None:
        if asked == self._asked:
            self.access.show_access(needs.access)
            self.card.show_gap(needs.gap)

    def _not_needed(self, error: PsconnectError) -> None:
        self.list_outcome.setText(word(error, window=True).text)
        self.list_outcome.set_state("bad")
        self.list_outcome.show()

    def open_finder(self) -> None:
        """Dock the field finder beside the step."""
        self.finder.show()
        self.finder.opened()

    def close_finder(self) -> None:
        """Put it away."""
        self.finder.hide()
        self.access.find_button.setFocus()

    def _tick(self, place: int, on: bool) -> None:  # noqa: FBT001 - InstallGuide's signature
        ticked = set(self.work.part.ticked)
        self.session.update(PluginPart, ticked=tuple(sorted(ticked | {place} if on else ticked - {place})))

    def _ask_list_place(self) -> None:
        dialog = _save_dialog(self, tr("Save the list of fields"), _LIST_NAME, tr("Web page (*.html)"))
        dialog.fileSelected.connect(lambda path: self.save_list(Path(path)))
        dialog.open()

    def save_list(self, path: Path) -> None:
        """Write the list as a page to print."""
        self.bridge.call(
            lambda: self.work.save_list(path), lambda _done: self._listed(path), self._not_needed, owner=self
        )

    def _listed(self, path: Path) -> None:
        self.list_outcome.setText(tr("Saved as {path}. Open it in a browser to print it.", path=path))
        self.list_outcome.set_state("good")
        self.list_outcome.show()


def _holding(layout: QVBoxLayout) -> QWidget:
    made = QWidget()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(SPACE_L)
    made.setLayout(layout)
    return made


def _save_dialog(parent: QWidget, title: str, file_name: str, kind: str) -> QFileDialog:
    dialog = QFileDialog(parent, title, str(Path.home() / file_name), kind)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(file_name.rpartition(".")[2])
    dialog.finished.connect(dialog.deleteLater)
    return dialog
