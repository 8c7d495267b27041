"""Step *Who and what*: choices with what each of them adds to the plugin, user names, sign-in, prefixes."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from psconnect.desktop.text import tr
from psconnect.desktop.theme.tokens import SPACE_L
from psconnect.desktop.widgets.label import Label
from psconnect.desktop.wizard.access import AccessAsked, access_asked
from psconnect.desktop.wizard.draft import Draft
from psconnect.desktop.wizard.pages.access_strip import AccessStrip
from psconnect.desktop.wizard.pages.base import PagePlace, StepPage
from psconnect.desktop.wizard.pages.side_by_side import Across
from psconnect.desktop.wizard.pages.who_included import IncludedCard
from psconnect.desktop.wizard.pages.who_more import MoreCard
from psconnect.desktop.wizard.pages.who_names import NamesCard
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.desktop.wizard.steps.who_part import WhoPart
from psconnect.model.errors import PsconnectError
from psconnect.service import fixed_options

_PAUSE_MS, _NARROW = 120, 800


class WhoPage(StepPage):
    """Who and what is included."""

    def __init__(self, place: PagePlace) -> None:
        super().__init__(place)
        self.fixed = fixed_options(self.session.known.source)
        self.strip = AccessStrip()
        self.hints = Label("", "help")
        self.included = IncludedCard(self, self.take, self.fixed)
        self.names = NamesCard(self, self.take, self.fixed)
        self.more = MoreCard(self, self.take, self.fixed)
        self.rows |= {**self.included.rows, **self.names.rows, **self.more.rows}
        self._counted: Draft | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_PAUSE_MS)
        self._soon.timeout.connect(self._count)
        self.body.addWidget(self.strip)
        self.strip.setVisible(not self.fixed)
        self.body.addWidget(Across(self.included, self.names, gap=SPACE_L, narrow=_NARROW))
        self.body.addWidget(self.hints)
        self.body.addWidget(self.more)
        self.body.addStretch(1)
        self.show_draft()

    @property
    def part(self) -> WhoPart:
        """What is typed here."""
        return self.session.draft.of(WhoPart)

    def first_field(self) -> QWidget:
        """What is chosen of the first choice."""
        return next(box for name, box in self.included.parents.items() if name == self.part.parents)

    def entered(self) -> None:
        """Count what the choices ask for."""
        self._count()

    def left(self) -> None:
        """Nobody looks at the figures any more."""
        self._soon.stop()

    def take(self, **values: object) -> None:
        """Take what is typed or chosen."""
        self.session.update(WhoPart, **values)

    def show_draft(self) -> None:
        """Show all choices."""
        draft = self.session.draft
        self._show_hints()
        self.included.show_draft(draft)
        self.names.show_draft(draft)
        self.more.show_part(draft.of(WhoPart))
        self.show_needs()
        if draft != self._counted and self.isVisible():
            self._soon.start()

    def show_needs(self) -> None:
        """Also beside what is no field of a form."""
        super().show_needs()
        texts = {need.field: need.text for need in self.session.needs(self.step)}
        self.included.show_error(texts.get("parents", ""))
        self.names.show_meant()
        self.more.open_if(any(self.rows[key].error for key in self.more.rows))

    def reveal(self) -> QWidget | None:
        """Also open what is hidden and wrong."""
        field = super().reveal()
        self.more.open_if(any(self.rows[key].error for key in self.more.rows))
        parents = [need for need in self.session.needs(self.step) if need.field == "parents"]
        return field or (self.included.parents["portal"] if parents else None)

    def lead_to(self, key: str) -> QWidget:
        """Also into what is folded away."""
        self.more.open_if(key in (*self.more.options, *self.more.rows))
        return super().lead_to(key)

    def _show_hints(self) -> None:
        name = self.session.draft.of(ConnectPart).preset
        chosen = next((preset for preset in self.session.choices.presets if preset.name == name), None)
        lines = [tr("• {hint}", hint=hint) for hint in chosen.hints] if chosen else []
        self.hints.setText("\n".join(lines))
        self.hints.setVisible(bool(lines))

    # --- figures -------------------------------------------------------------------------------------------------

    def _count(self) -> None:
        self._soon.stop()
        session, draft = self.session, self.session.draft
        if draft == self._counted or self.fixed:
            return
        self._counted = draft
        self.strip.show_counting()
        self.bridge.call(
            lambda: access_asked(session, draft),
            partial(self._show_asked, draft),
            partial(self._not_counted, draft),
            owner=self,
        )

    def _show_asked(self, draft: Draft, asked: AccessAsked) -> None:
        if draft == self._counted:
            self.strip.show_access(asked.fields)
            self.included.show_figures(asked)

    def _not_counted(self, draft: Draft, error: PsconnectError) -> None:
        if draft == self._counted:
            self.strip.show_error(error)
            self.included.show_figures(None)
