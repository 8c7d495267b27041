"""*Who teaches*: the roles in classes as the district calls them, and what each means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QComboBox, QSizePolicy, QVBoxLayout, QWidget

from psconnect.desktop.text import counted, tr
from psconnect.desktop.theme.tokens import SPACE_S, SPACE_XL, SPACE_XS
from psconnect.desktop.widgets.card import Card, clear, row, wide
from psconnect.desktop.widgets.flow_row import FlowLayout
from psconnect.desktop.widgets.label import Label, restyle
from psconnect.model.sections import RoleKind
from psconnect.service import RoleUse

_KINDS: tuple[RoleKind, ...] = ("lead", "co-teacher", "neither")


class TeachingRoles(Card):
    """``on_choose`` gets a role and what it means."""

    def __init__(self, on_choose: Callable[[RoleUse, RoleKind], object]) -> None:
        super().__init__()
        self._on_choose = on_choose
        self._roles: tuple[RoleUse, ...] = ()
        self._named: dict[str, RoleUse] = {}
        self.choices: dict[str, QComboBox] = {}
        self.setAccessibleName(tr("Who teaches"))
        self.summary = Label("", "help")
        self._cells = QWidget()
        self._flow = FlowLayout(self._cells, SPACE_XL)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self._cells.setSizePolicy(policy)
        self.add(row(Label(tr("Who teaches"), "heading", wrap=False), wide(self.summary)))
        self.add(self._cells)
        self.hide()

    def show_roles(self, roles: Sequence[RoleUse]) -> None:
        """Show the roles that the district uses, with what they mean in effect."""
        if tuple(roles) == self._roles:
            return
        named = _named(roles)
        same = list(named) == list(self.choices)
        self._roles, self._named = tuple(roles), named
        self.setVisible(bool(roles))
        mapped = sum(one.meaning is not None for one in roles)
        self.summary.setText(
            tr("The role names your district uses: {mapped} of {count} mapped", mapped=mapped, count=len(roles))
        )
        if not same:
            self._make()
        for called, one in named.items():
            _show_meaning(self.choices[called], one)

    def _make(self) -> None:
        clear(self._flow)
        self.choices = {}
        for called, one in self._named.items():
            self._flow.addWidget(self._cell(called, one))
        self._cells.updateGeometry()

    def _cell(self, called: str, one: RoleUse) -> QWidget:
        box = QComboBox()
        box.setAccessibleName(tr("The role {role} means", role=called))
        for kind, text in zip(_KINDS, (tr("Lead"), tr("Co-teacher"), tr("Neither")), strict=True):
            box.addItem(text, kind)
        box.setPlaceholderText(tr("Choose"))
        box.activated.connect(partial(self._chosen, called))
        self.choices[called] = box
        classes = Label(counted(one.classes, "{count} class →", "{count} classes →"), "table", wrap=False)
        cell = QWidget()
        layout = QVBoxLayout(cell)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE_XS)
        layout.addWidget(Label(called, "field", wrap=False))
        layout.addWidget(row(classes, box, spacing=SPACE_S))
        return cell

    def _chosen(self, called: str, _place: int) -> None:
        role = self._named[called]
        kind = self.choices[called].currentData()
        if kind is not None and kind != role.meaning:
            self._on_choose(role, kind)


def role_name(one: RoleUse) -> str:
    """How a role is called: its name, else its key, else its number."""
    return one.name or one.key or tr("role number {number}", number=one.number)


def _named(roles: Sequence[RoleUse]) -> dict[str, RoleUse]:
    """The roles by their names; those of one name with their keys or numbers."""
    often = Counter(role_name(one) for one in roles)
    shown = (f"{name} ({one.key or one.number})" if often[name := role_name(one)] > 1 else name for one in roles)
    return dict(zip(shown, roles, strict=True))


def _show_meaning(box: QComboBox, one: RoleUse) -> None:
    box.setCurrentIndex(_KINDS.index(one.meaning) if one.meaning in _KINDS else -1)
    box.setAccessibleDescription("" if one.meaning else tr("Not mapped: who has it is not delivered as a teacher."))
    if bool(box.property("open")) != (one.meaning is None):
        box.setProperty("open", one.meaning is None)
        restyle(box)
