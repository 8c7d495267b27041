"""Find a record: search by name, number or id, and see in a sentence what became of the record."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from psconnect.desktop.context import PageContext
from psconnect.desktop.pages.explained import Explained, ExplainedCard
from psconnect.desktop.text import counted, tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_S
from psconnect.desktop.widgets.card import Card, row
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.widgets.matches import MatchEntry, MatchList
from psconnect.desktop.widgets.page import ScrollPage
from psconnect.model.errors import PsconnectError
from psconnect.model.runs import WAITING
from psconnect.model.shown_text import shown
from psconnect.service import Match
from psconnect.wording.errors import word
from psconnect.wording.records import record_kind, standing_word

_TYPING_MS, _MOST = 250, 50
_FIELD_LEAST, _FIELD_WIDTH, _LIST_LEAST = 200, 420, 180
_NOTHING_READ = "PSC-FIND-NOTHING-READ"


class FindPage(ScrollPage):
    """The search of one connection at a time."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(tr("Find a record"), parent, scrolls=False)
        self._context = context
        self.name = ""
        self._sought, self._wanted = "", ("", 0)
        self.matches: list[Match] = []
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Name, number or id"))
        self.field.setAccessibleName(tr("Find by name, number, id, user name or email"))
        self.field.setMinimumWidth(_FIELD_LEAST)
        self.field.setMaximumWidth(_FIELD_WIDTH)
        self.count = Label("", "muted")
        self.count.setProperty("wide", True)  # noqa: FBT003 - Qt's signature
        self.field.setProperty("wide", True)  # noqa: FBT003 - Qt's signature
        self.body.addWidget(row(self.field, self.count))
        self.list = MatchList(tr("What was found"), self._choose)
        self._found = Card()
        self._found.setAccessibleName(tr("Found"))
        self._found.setMinimumWidth(_LIST_LEAST)
        self._found.body.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        self._found.add(self.list, 1)
        self.record = ExplainedCard(context, self._open_run)
        beside = QHBoxLayout()
        beside.setSpacing(SPACE_L)
        self.body.addLayout(beside, 1)
        beside.addWidget(self._found, 1)
        beside.addWidget(self.record, 2)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._typing.timeout.connect(self._search)
        self.field.textChanged.connect(lambda _text: self._typing.start())
        self.field.returnPressed.connect(self._search)
        self.field.installEventFilter(self)

    def load(self, name: str, entity: str = "", key: str = "") -> None:
        """Show the search; with an entity and a key, that record, whatever was searched for."""
        if name != self.name:
            self._forget()
        self.name, self.again = name, partial(self.load, name, entity, key)
        self.set_title(tr("Find a record"), name)
        self.show_content()
        if entity:
            self._forget()
            self._explain(entity, int(key))
        else:
            self._search()
        self.field.setFocus()

    def leave(self) -> None:
        """The page is hidden: drop a search that has not begun."""
        self._typing.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Down leads from the field to what was found."""
        down = event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Down
        if down and watched is self.field and self.matches:
            self.list.setFocus()
            return True
        return super().eventFilter(watched, event)

    def _forget(self) -> None:
        self.field.blockSignals(True)  # noqa: FBT003 - Qt's signature
        self.field.clear()
        self.field.blockSignals(False)  # noqa: FBT003 - Qt's signature
        self._show_matches("", [])

    def _search(self) -> None:
        self._typing.stop()
        name, text = self.name, self.field.text().strip()
        self._sought = text
        if text:
            self.count.setText(tr("Searching …"))
        find = self._context.service.find
        self._context.bridge.call(
            lambda: find(name, text, most=_MOST),
            partial(self._take, name, text),
            partial(self._failed, name),
            owner=self,
        )

    def _take(self, name: str, text: str, found: list[Match]) -> None:
        if (name, text) == (self.name, self._sought):
            self._show_matches(text, found)

    def _show_matches(self, text: str, found: list[Match]) -> None:
        self.matches = found
        before = self._wanted
        places = [place for place, one in enumerate(found) if (one.entity, one.key) == before]
        self._wanted = ("", 0)
        self.count.setText(_counted(len(found)) if text else "")
        self._found.setVisible(bool(found))
        self.list.show_entries([_entry(one) for one in found], places[0] if places else 0)
        if not text:
            self.record.show_message(
                tr("Why is somebody in the other system, or not?"),
                tr(
                    "Type a name, a number or an id: of a student, a staff member, a contact, a class, a course, a "
                    "school or a term. A word’s beginning is enough; capitals and accents don’t count. What is found "
                    "is shown with its way through the newest run and with what each run changed."
                ),
            )
        elif not found:
            self.record.show_message(
                tr("Nothing was found"),
                tr(
                    "No record that was read or delivered has “{sought}” in its name, number, id, user name or email. "
                    "Type less, or check the spelling. Who came to PowerSchool since the last run is "
                    "found after the next one.",
                    sought=shown(text),
                ),
            )

    def _choose(self, place: int) -> None:
        match = self.matches[place]
        if (match.entity, match.key) != self._wanted:
            self._explain(match.entity, match.key)

    def _explain(self, entity: str, key: int) -> None:
        self._wanted = (entity, key)
        name, service = self.name, self._context.service

        def work() -> Explained:
            found = service.explain(name, entity, key)
            return Explained(found, service.run(found.run_id), service.sign_in(name, entity, key))

        self._context.bridge.call(work, partial(self._show_record, name), partial(self._failed, name), owner=self)

    def _show_record(self, name: str, explained: Explained) -> None:
        found = explained.explanation
        if name == self.name and (found.entity, found.key) == self._wanted:
            self.record.show_record(name, explained)

    def _failed(self, name: str, error: PsconnectError) -> None:
        if name != self.name:
            return
        if self.ways_out(error.code):
            self.show_error(error)
            return
        if error.code != _NOTHING_READ:
            self.count.setText("")
            self.record.show_error(error)
            return
        self.show_message(
            word(error).title,
            word(error, window=True).text,
            [(tr("Preview, deliver nothing"), self._preview), (tr("Open the overview"), self._overview)],
        )

    def _preview(self) -> None:
        self._context.runs.start(self.name, plan_only=True)
        self._context.go.running(self.name)

    def _overview(self) -> None:
        self._context.go.overview(self.name)

    def _open_run(self, run_id: str) -> None:
        service, name = self._context.service, self.name
        self._context.bridge.call(
            lambda: service.run(run_id),
            lambda run: (self._context.go.review if run.state in WAITING else self._context.go.summary)(name, run_id),
            self.record.show_error,
            owner=self,
        )


def _counted(count: int) -> str:
    if count >= _MOST:
        return tr("The {count} closest; type more to see others", count=count)
    return counted(count, "1 record", "{count} records")


def _entry(match: Match) -> MatchEntry:
    kind = record_kind(match.entity)
    what = tr("{kind} {number}", kind=kind, number=shown(match.number)) if match.number else kind
    return MatchEntry(
        " ".join(shown(match.title).split()),
        tr("{what}, {standing}", what=what, standing=standing_word(delivered=match.delivered).lower()),
    )
