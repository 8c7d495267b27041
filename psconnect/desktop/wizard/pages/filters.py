"""Step *Filter rules*: rules of the seven entities, counted live, and who is caught."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QButtonGroup, QWidget

from psconnect.desktop.text import ago, counted, entity_label, number, tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_S
from psconnect.desktop.widgets.button import Button
from psconnect.desktop.widgets.flow_row import FlowRow
from psconnect.desktop.wizard.draft import Draft
from psconnect.desktop.wizard.live import LiveQuestion
from psconnect.desktop.wizard.pages.base import PagePlace, StepPage
from psconnect.desktop.wizard.pages.caught_list import CaughtList
from psconnect.desktop.wizard.pages.rule_list import RuleList
from psconnect.desktop.wizard.pages.side_by_side import Across
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.desktop.wizard.steps.filters import SHOWN, FiltersPart, RuleTable, filtered_entities
from psconnect.model.clock import CancelToken
from psconnect.model.connection import Connection
from psconnect.model.entities import BY_KEY
from psconnect.model.errors import PsconnectError
from psconnect.service import FilterCounts, LiveReading, MissingCount
from psconnect.wording.errors import word

_PAUSE_MS, _NARROW, _MOST = 150, 760, 200
_WITH_NAMES = ("other", "mix")
"""What students work on where they need a user name."""
_NOT_KEPT = "PSC-LIVE-NOT-READ"


class FiltersPage(StepPage):
    """Who is let through."""

    def __init__(self, place: PagePlace) -> None:
        super().__init__(place)
        self.entity = SHOWN[0]
        self.counts: dict[str, FilterCounts] = {}
        self.failed: dict[str, PsconnectError] = {}
        self._asked: Draft | None = None
        self._nameless: MissingCount | None = None
        self._missing = LiveQuestion(self.bridge, self.session, self)
        self._questions = {entity: LiveQuestion(self.bridge, self.session, self) for entity in SHOWN}
        self.tabs: dict[str, Button] = {}
        self._group = QButtonGroup(self)
        for entity in SHOWN:
            tab = Button(entity_label(entity), partial(self.choose, entity), look="pill")
            tab.setCheckable(True)
            self._group.addButton(tab)
            self.tabs[entity] = tab
        self.tabs[self.entity].setChecked(True)
        self.strip = FlowRow(SPACE_S)
        self.strip.show_widgets(list(self.tabs.values()))
        to_plugin = partial(place.go, "plugin") if place.go else None
        self.rules = RuleList(self.session.known.source, self._take, to_plugin)
        self.caught = CaughtList(self._read)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PAUSE_MS)
        self._soon.timeout.connect(self._ask_all)
        self.body.addWidget(self.strip)
        self.body.addWidget(Across(self.rules, self.caught, gap=SPACE_L, narrow=_NARROW), 1)
        self.show_draft()

    @property
    def _part(self) -> FiltersPart:
        return self.session.draft.of(FiltersPart)

    def first_field(self) -> QWidget:
        """The entity that is shown."""
        return self.tabs[self.entity]

    def entered(self) -> None:
        """Count, and read PowerSchool for a new set-up; a connection that exists is read when that is wished."""
        live = self.session.live
        if self._news not in live.on_news:
            live.on_news.append(self._news)
        if self.session.base is None:
            live.start(self.bridge)
        self._ask_all()

    def left(self) -> None:
        """Nobody looks at the figures any more."""
        self._soon.stop()
        if self._news in self.session.live.on_news:
            self.session.live.on_news.remove(self._news)
        for question in (*self._questions.values(), self._missing):
            question.stop()
        self._asked = None

    def control_of(self, key: str) -> QWidget | None:
        """A control by its key; an entity's tab is opened by the entity's key."""
        if key in BY_KEY:
            self.choose(key)
        return super().control_of(key)

    def choose(self, entity: str) -> None:
        """Show the rules of another kind of record."""
        self.entity = entity
        self.show_draft()

    def _take(self, rules: list[RuleTable]) -> None:
        self.session.update(FiltersPart, rules={**self._part.rules, self.entity: rules})

    def _read(self) -> None:
        self.session.live.start(self.bridge, again=self.session.live.status.state == "failed")
        self._show_state()

    # --- showing -------------------------------------------------------------------------------------------------

    def show_draft(self) -> None:
        """Show the rules, and count anew when they have changed."""
        included = filtered_entities(self.session.draft)
        if self.entity not in included:
            self.entity = included[0]
        for entity, tab in self.tabs.items():
            tab.setEnabled(entity in included)
            tab.setChecked(entity == self.entity)
            tab.setText(self._tab(entity, included=entity in included))
        self.rules.show_rules(self.entity, self._part.of(self.entity))
        self._show_state()
        self.show_needs()
        if self.isVisible() and self.session.draft != self._asked:
            self._soon.start()

    def _tab(self, entity: str, *, included: bool) -> str:
        name, found = entity_label(entity), self.counts.get(entity)
        if not included:
            return tr("{name}: not included", name=name)
        if found is None:
            return name
        return tr("{name}  {passing} of {total}", name=name, passing=number(found.passing), total=number(found.total))

    def show_needs(self) -> None:
        """Also under the rules, which are no fields of a form."""
        super().show_needs()
        texts: dict[int, str] = {}
        for need in self.session.needs(self.step):
            entity, _dot, place = need.field.partition(".")
            if entity == self.entity and (need.field in self._seen or int(place) != self.rules.opened):
                texts[int(place)] = need.text
        self.rules.show_errors(texts)

    def reveal(self) -> QWidget | None:
        """Open the rule that is wrong."""
        needs = self.session.needs(self.step)
        super().reveal()
        if not needs:
            return None
        entity, _dot, place = needs[0].field.partition(".")
        self.choose(entity)
        field = self.rules.open_rule(int(place))
        self.show_needs()
        # Below all controls of the rule, and in its place only once the page knows its new height.
        error = self.rules.errors[int(place)]
        QTimer.singleShot(0, error, partial(self._bring_into_view, error))
        return field or self.tabs[entity]

    def _show_state(self) -> None:
        """The figures, or why there are none."""
        found, error, status = self.counts.get(self.entity), self.failed.get(self.entity), self.session.live.status
        self.rules.show_counts(found if error is None else None)
        if found and error is None:
            when = ago(status.read_at, self.session.service.clock.now()) if status.read_at else ""
            self.caught.show_counts(found, tr("Read {ago}.", ago=when) if when else "")
            self.caught.show_missing(_said(self._nameless) if self.entity == "student" else "")
        elif error and error.code != _NOT_KEPT:
            self.caught.say(tr("Not counted"), word(error, window=True).text)
        elif self.session.live.busy:
            rows = sum(done for done, _whole in status.done.values())
            self.caught.say(
                tr("Reading PowerSchool …"),
                tr("{count} rows so far. Go on meanwhile, if you like.", count=number(rows)),
            )
        elif status.state == "failed" and status.error:
            text = word(status.error, window=True).text
            self.caught.say(tr("PowerSchool could not be read"), text, button=tr("Try again"))
        elif error or status.state != "done":
            self.caught.say(
                tr("Not read yet"),
                word(error, window=True).text if error and status.state == "done" else _not_yet(),
                button=tr("Read now"),
            )
        else:
            self.caught.say(tr("Counting …"), "")

    # --- counting ------------------------------------------------------------------------------------------------

    def _news(self) -> None:
        if self.session.live.status.state == "done" and not self.session.live.busy:
            self._asked = None
            self._ask_all()
        self._show_state()

    def _ask_all(self) -> None:
        self._soon.stop()
        draft = self.session.draft
        if draft == self._asked:
            return
        self._asked = draft
        for entity in filtered_entities(draft):
            self._questions[entity].ask(
                partial(_filter_counts, entity),
                partial(self._counted, entity),
                partial(self._refused, entity),
                step=self.step,
            )

        if draft.of(ConnectPart).devices in _WITH_NAMES:
            self._missing.ask(_without_name, self._show_missing, self._no_missing, step=self.step)
        else:
            self._show_missing(None)

    def _no_missing(self, _error: PsconnectError) -> None:
        """The figures above say why nothing is counted."""
        self._show_missing(None)

    def _show_missing(self, found: MissingCount | None) -> None:
        self._nameless = found
        self._show_state()

    def _counted(self, entity: str, counts: FilterCounts) -> None:
        self.counts[entity] = counts
        self.failed.pop(entity, None)
        self._told(entity)

    def _refused(self, entity: str, error: PsconnectError) -> None:
        self.failed[entity] = error
        self.counts.pop(entity, None)
        self._told(entity)

    def _told(self, entity: str) -> None:
        included = filtered_entities(self.session.draft)
        self.tabs[entity].setText(self._tab(entity, included=entity in included))
        if entity == self.entity:
            self._show_state()


def _said(nameless: MissingCount | None) -> str:
    """Who passes the rules but has no user name, which the answer on devices requires."""
    if nameless is None or not nameless.count:
        return ""
    return counted(
        nameless.count,
        "{count} student who passes has no Student_Web_ID and is left out: {names}.",
        "{count} students who pass have no Student_Web_ID and are left out, like {names}.",
        names="; ".join(nameless.examples),
    )


def _filter_counts(entity: str, live: LiveReading, settings: Connection, cancel: CancelToken) -> FilterCounts:
    return live.filter_counts(settings, entity, cancel, most=_MOST)


def _without_name(live: LiveReading, settings: Connection, cancel: CancelToken) -> MissingCount | None:
    return live.missing(settings, "student", cancel).get("username")


def _not_yet() -> str:
    return tr("The figures come from PowerSchool’s records, which stay on this computer while you set up.")
