"""Step *Attributes*: per entity, which field fills which attribute, with real records beside it."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QWidget

from psconnect.desktop.text import entity_label, records_label, tr
from psconnect.desktop.widgets.button import secondary
from psconnect.desktop.widgets.card import line, row, wide
from psconnect.desktop.wizard.live import LiveQuestion
from psconnect.desktop.wizard.pages.attribute_advice import Adviser
from psconnect.desktop.wizard.pages.attribute_rows import RowsOfEntity
from psconnect.desktop.wizard.pages.attribute_table import AttributeTable, ShownAttribute
from psconnect.desktop.wizard.pages.base import PagePlace, StepPage
from psconnect.desktop.wizard.pages.entity_tabs import EntityTab, EntityTabs
from psconnect.desktop.wizard.pages.list_panels import ListPanels
from psconnect.desktop.wizard.pages.live_strip import LiveStrip
from psconnect.desktop.wizard.pages.teaching_roles import TeachingRoles, role_name
from psconnect.desktop.wizard.steps.attributes import CUSTOM_ROW
from psconnect.desktop.wizard.steps.connect import ConnectPart
from psconnect.desktop.wizard.steps.destination import DestinationPart
from psconnect.desktop.wizard.steps.plugin import PluginPart
from psconnect.desktop.wizard.steps.roster import AttributesPart, put, roster_of
from psconnect.model.connection import Connection
from psconnect.model.sections import RoleKind
from psconnect.service import (
    AttributeSetting,
    RoleUse,
    RosterSettings,
    Samples,
    mappable_fields,
    usable,
    with_role,
)
from psconnect.wording.vendor_words import hint_for

ORDER = (
    *("student", "teacher", "admin", "contact", "relationship"),
    *("course", "class", "calendar", "enrollment", "school"),
)
"""The tabs: people first, because that is what one comes for."""


class AttributesPage(StepPage):
    """Tabs of entities, the table of the chosen one, and who teaches."""

    def __init__(self, place: PagePlace) -> None:
        super().__init__(place)
        self.entity = ORDER[0]
        self.samples: Samples | None = None
        self._skip = 0
        self._sampling = LiveQuestion(self.bridge, self.session, self)
        self._typing = LiveQuestion(self.bridge, self.session, self)
        self._role_use = LiveQuestion(self.bridge, self.session, self)
        plugin = partial(place.go, "plugin") if place.go else None
        self._adviser = Adviser(self._type, self._reset, plugin, plugin)
        self.tabs = EntityTabs(self.choose)
        self.strip = LiveStrip(place, self._news)
        self.others = secondary("", self._others, symbol="refresh")
        self.table = AttributeTable(self._type, self._left, self._toggle_list)
        self.lists = ListPanels(place, self, self.table, self._take_value)
        self.roles = TeachingRoles(self._take_role)
        self.body.addWidget(self.tabs)
        self.body.addWidget(line())
        self.body.addWidget(row(wide(self.strip), self.others))
        self.body.addWidget(self.table)
        self.body.addWidget(self.roles)
        self.body.addStretch(1)
        self.show_draft()

    @property
    def _part(self) -> AttributesPart:
        return self.session.draft.of(AttributesPart)

    @property
    def _attributes(self) -> dict[str, AttributeSetting]:
        return {one.attribute: one for one in self._found.entities[self.entity].attributes}

    @property
    def _found(self) -> RosterSettings:
        return roster_of(self.session.draft, self.session.known)

    def first_field(self) -> QWidget:
        """The first row that wants something, else the first row."""
        wanted = [need.field for need in self.session.needs(self.step) if need.field.startswith(f"{self.entity}.")]
        key = wanted[0].partition(".")[2] if wanted else ""
        rows = self.table.rows
        return rows[key if key in rows else next(iter(rows))].template

    def open_needs(self) -> tuple[int, int, int]:
        """A row says what is wrong with it unless it is being typed for the first time."""
        needs = self.session.needs(self.step)
        blocking = [need.field for need in needs if need.blocks]
        typing = f"{self.entity}.{self.table.opened}"
        waiting = sum(field == typing and field not in self._seen for field in blocking)
        return len(blocking) - waiting, waiting, len(needs) - len(blocking)

    def control_of(self, key: str) -> QWidget | None:
        """The template of a row by ``ENTITY.ATTRIBUTE``, whose tab is opened; custom fields by ``custom``."""
        self.choose(key.partition(".")[0])
        name = key.removeprefix(f"{self.entity}.")
        return self.table.rows[name].template if name in self.table.rows else None

    def entered(self) -> None:
        """Follow the reading, and show samples of it."""
        self.strip.begin()
        self._news()

    def left(self) -> None:
        """Follow it no longer."""
        self.strip.end()
        self.table.close_open()

    def reveal(self) -> QWidget | None:
        """Open the tab with the first mistake; its row, or None."""
        for need in self.session.needs(self.step):
            entity, _, key = need.field.partition(".")
            if need.blocks and entity in ORDER:
                self._seen.add(need.field)
                self.table.close_open()
                self.choose(entity)
                self._bring_into_view(self.table.rows[key])
                return self.table.rows[key].template
        return super().reveal()

    # --- showing -------------------------------------------------------------------------------------------------

    def choose(self, entity: str) -> None:
        """Show another entity."""
        if entity in ORDER and entity != self.entity:
            self.table.close_open()
            self.entity, self.samples, self._skip = entity, None, 0
            self.lists.forget()
            self.show_draft()
            self._ask()

    def show_draft(self) -> None:
        """Show what fills each attribute of the chosen entity."""
        found = self._found
        problems = [need.field.partition(".")[0] for need in self.session.needs(self.step) if need.blocks]
        tabs = [EntityTab(key, problems.count(key), found.entities[key].included) for key in ORDER]
        # What is not delivered stands last: there is nothing to do there.
        self.tabs.show_tabs(sorted(tabs, key=lambda one: not (one.included or one.problems)), self.entity)
        kind = self.session.draft.of(DestinationPart).declared_by(self.session.known)
        self.table.gets.setText(tr("Attribute"))
        self.table.gets.setToolTip(kind.label if kind else "")
        self.table.show_rows(self._rows(found))
        self.lists.show(found, self._attributes)
        self._say()
        self.show_needs()

    def _rows(self, found: RosterSettings) -> list[ShownAttribute]:
        start = f"{self.entity}."
        needs = [need for need in self.session.needs(self.step) if need.blocks and need.field.startswith(start)]
        kind = self.session.draft.of(DestinationPart).declared_by(self.session.known)
        preset = self.session.draft.of(ConnectPart).preset
        maker = RowsOfEntity(
            self._adviser,
            self._reset,
            {need.field.removeprefix(start): need.text for need in needs},
            {field.removeprefix(start) for field in self._seen if field.startswith(start)},
            self.table.opened,
            self.samples.records if self.samples else (),
            tuple(mappable_fields(self._source, self.entity)),
            tuple(sorted(found.lists)),
            self._part.mapping.get(self.entity, {}),
            kind.label if kind else "",
            lambda key: hint_for(f"{self.step}.{key}", preset),
        )
        return maker.rows(found.entities[self.entity])

    @property
    def _source(self) -> Connection:
        known = self.session.known
        return known.base or known.defaults("")

    def _say(self) -> None:
        entity, label = self._found.entities[self.entity], records_label(self.entity)
        records = self.samples.records if self.samples else ()
        if not entity.included:
            said = tr("{entity} are not included: see Who and what.", entity=entity_label(self.entity))
        elif self.samples is None:
            said = ""
        elif not records:
            said = tr("No {entity} would be delivered with these choices.", entity=label)
        else:
            said = tr("{count} of your own {entity} stand beside the templates.", count=len(records), entity=label)
        self.strip.say(said)
        self.others.setText(tr("Three other {entity}", entity=label))
        self.others.setVisible(bool(self.samples and (self.samples.more or self._skip)))

    # --- samples -------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        """Ask for samples with the settings as they are, mistakes aside."""
        if not self.strip.read or not self._found.entities[self.entity].included:
            self._sampled(None)
            return
        entity, skip = self.entity, self._skip
        self._sampling.ask(
            lambda live, settings, _cancel: live.samples(usable(settings), entity, skip=skip),
            partial(self._sampled_of, entity),
            lambda _error: self._sampled(None),
            step=self.step,
        )

    def _news(self) -> None:
        """The reading has become another one."""
        self._ask()
        self._ask_roles()
        self.lists.count(self._attributes, read=self.strip.read)

    def _sampled_of(self, entity: str, samples: Samples) -> None:
        if entity == self.entity:
            if not samples.records and self._skip:
                self._skip = 0
                self._ask()
            else:
                self._sampled(samples)

    def _sampled(self, samples: Samples | None) -> None:
        self.samples = samples
        self.table.show_people(samples.records if samples else ())
        self.show_draft()
        if self.table.opened:
            self._try()

    def _others(self) -> None:
        more = bool(self.samples and self.samples.more)
        self._skip = self._skip + 3 if more else 0
        self._ask()

    def _try(self) -> None:
        """Let the samples follow the row that is being edited."""
        key, samples = self.table.opened, self.samples
        editor = self.table.rows[key].editor if key in self.table.rows else None
        if editor is None or samples is None:
            return
        text = editor.shown
        self._typing.ask(
            lambda live, settings, _cancel: live.try_template(usable(settings), text, samples),
            partial(self.table.show_samples, key),
            lambda _error: self.table.show_samples(key, ()),
            step=self.step,
        )

    # --- changing ------------------------------------------------------------------------------------------------

    def _type(self, key: str, text: str) -> None:
        if key == CUSTOM_ROW:
            self._type_custom(text)
            return
        one = self._attributes.get(key)
        default, own = (one.default, one.own) if one else (None, True)
        wish = None if text == default else text
        if wish is not None or own:
            self.session.update(AttributesPart, mapping=put(self._part.mapping, self.entity, key, wish))
        self._after(key)

    def _type_custom(self, text: str) -> None:
        custom = {key: one for key, one in self.session.draft.of(PluginPart).custom.items() if key != self.entity}
        self.session.update(PluginPart, custom={**custom, self.entity: text} if text else custom)

    def _reset(self, key: str) -> None:
        self.session.update(AttributesPart, mapping=put(self._part.mapping, self.entity, key, None))
        self._after(key)

    def _after(self, key: str) -> None:
        if self.table.opened == key:
            self._try()
        else:
            self._ask()

    def _left(self, key: str) -> None:
        """A row was opened (no key) or left."""
        if key:
            self._seen.add(f"{self.entity}.{key}")
            self._ask()
        self.show_draft()

    # --- value lists ---------------------------------------------------------------------------------------------

    def _toggle_list(self, key: str) -> None:
        self.lists.toggle(self._attributes[key], self._found, read=self.strip.read)

    def _take_value(self, name: str, value: str, delivered: str | None) -> None:
        self.session.update(AttributesPart, values=put(self._part.values, name, value, delivered))
        self._ask()

    # --- who teaches ---------------------------------------------------------------------------------------------

    def _ask_roles(self) -> None:
        if not self.strip.read:
            self.roles.show_roles(())
            return
        self._role_use.ask(
            lambda live, settings, cancel: live.roles(usable(settings), cancel),
            self._show_roles,
            lambda _error: self.roles.show_roles(()),
            step=self.step,
        )

    def _show_roles(self, roles: tuple[RoleUse, ...]) -> None:
        self.roles.show_roles(roles)
        unmapped = tuple(role_name(one) for one in roles if one.meaning is None)
        if unmapped != self._part.open_roles:
            self.session.update(AttributesPart, open_roles=unmapped)

    def _take_role(self, role: RoleUse, kind: RoleKind) -> None:
        chosen = with_role(self._part.roles, (role.key, role.name, role.number), kind)
        self.session.update(AttributesPart, roles=chosen)
        self._ask_roles()
