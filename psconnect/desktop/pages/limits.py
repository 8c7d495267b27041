"""Counts per kind of record against their limits: for the district, and for every school that crosses one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHeaderView

from psconnect.desktop.text import counted, entity_label, number, tr
from psconnect.desktop.widgets.card import Card
from psconnect.desktop.widgets.table import Cell, RowsModel, Table
from psconnect.model.care import BY_CARE
from psconnect.service import Limit, Measure
from psconnect.wording.catalogue import marked, translated
from psconnect.wording.limits import limit_in_numbers

_MOST_ROWS, _ROW_HEIGHT, _MOST_PLACES = 4, 32, 3
_NEAR = 0.5
_WIDE, _TIGHT, _WORDS_WIDTH, _NARROW = (176, 62, 66, 74), (104, 62, 66, 70), 336, 720
_BAR, _WORDS = 4, 5
_KINDS = {
    "create": marked("Additions"),
    "update": marked("Changes"),
    "remove": marked("Removals"),
    "identity": marked("New ids or names"),
    "role": marked("Changes of role"),
    "remove_per_class": marked("Removals"),
}
_COLUMNS = {"create": 1, "update": 2, "remove": 3, "remove_per_class": 3}


@dataclass(frozen=True)
class _Line:
    """A line of the table: an entity's counts with the limit it is nearest to, or one more limit that is crossed.

    A line that is not the main one and without a measure stands for the places that are not named.
    """

    limit: Limit
    measure: Measure | None
    main: bool


class LimitsCard(Card):
    """Counts and limits; ``on_choose`` gets the current line's entity and school (empty for the district)."""

    def __init__(self, on_choose: Callable[[str, str], object]) -> None:
        super().__init__()
        headers = [tr("Records"), tr("Create"), tr("Update"), tr("Remove"), tr("Limit"), ""]
        self._model = RowsModel(headers, frozenset({1, 2, 3, 5}), self)
        self.table = Table(self._model, tr("Changes per kind of record"), [*_WIDE, 0, _WORDS_WIDTH])
        self.table.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        self._limits: list[Limit] = []
        self._lines: list[_Line] = []
        self._on_choose = on_choose
        self.table.selectionModel().currentRowChanged.connect(self._row_changed)
        self.add(self.table)

    def show_limits(self, limits: list[Limit], entity: str = "") -> None:
        """Show these, the ones that matter most first; the line of an entity is the current one where there is one."""
        self._limits = sorted(limits, key=_order)
        self._lines = [line for limit in self._limits for line in _lines(limit)]
        self._model.show_rows([_cells(line) for line in self._lines])
        rows = min(len(self._lines), _MOST_ROWS)
        self.table.setFixedHeight(self.table.horizontalHeader().sizeHint().height() + rows * _ROW_HEIGHT + 6)
        places = [place for place, one in enumerate(self._lines) if one.main and one.limit.entity == entity]
        self.setVisible(bool(self._lines))
        self.table.selectRow(places[0] if places else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """In a narrow window the words about a limit take the room of its bar: they say more."""
        super().resizeEvent(event)
        narrow = event.size().width() < _NARROW
        header, modes = self.table.horizontalHeader(), QHeaderView.ResizeMode
        self.table.setColumnHidden(_BAR, narrow)
        header.setSectionResizeMode(_WORDS, modes.Stretch if narrow else modes.Interactive)
        for place, width in enumerate(_TIGHT if narrow else _WIDE):
            self.table.set_width(place, width)
        if not narrow:
            header.resizeSection(_WORDS, _WORDS_WIDTH)

    @property
    def limits(self) -> list[Limit]:
        """What is shown, in its order."""
        return list(self._limits)

    def counts(self, entity: str) -> Limit | None:
        """The numbers of an entity."""
        return next((limit for limit in self._limits if limit.entity == entity), None)

    def _row_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            line = self._lines[current.row()]
            school = line.measure.place if line.measure and line.measure.kind != "remove_per_class" else ""
            self._on_choose(line.limit.entity, school)


def _order(limit: Limit) -> tuple[int, float, int, int]:
    """What crosses a limit comes first, by how much a person cares about it; then what is nearest to one."""
    used = max((one.used for one in (*limit.kinds, *limit.schools)), default=0.0)
    care = BY_CARE.index(limit.entity) if limit.entity in BY_CARE else len(BY_CARE)
    return (0, 0.0, 0, care) if used >= 1 else (1, -used, -limit.changes.remove, care)


def _lines(limit: Limit) -> Iterator[_Line]:
    own = [one for one in limit.kinds if one.entity == limit.entity]
    nearest = max(own, key=lambda one: (one.used, one.kind == "remove"), default=None)
    yield _Line(limit, nearest, main=True)
    for one in limit.kinds:
        if one.crossed and one is not nearest:
            yield _Line(limit, one, main=False)
    places = [one for one in limit.schools if one.crossed]
    for one in places[:_MOST_PLACES]:
        yield _Line(limit, one, main=False)
    if len(places) > _MOST_PLACES:
        yield _Line(limit, None, main=False)


def _cells(line: _Line) -> list[Cell]:
    measure, counts = line.measure, line.limit.changes
    crossed = measure is not None and measure.crossed
    column = _COLUMNS.get(measure.kind, 0) if measure else 0
    figures = [number(counts.create), number(counts.update), number(counts.remove)]
    if not line.main:
        figures = [number(measure.count) if measure and place == column else "" for place in (1, 2, 3)]
    used, words = measure.used if measure else 0.0, _in_words(line)
    state = "bad" if crossed else "warning" if used >= _NEAR else "accent"
    return [
        Cell(_name(line), strong=line.main and crossed),
        *(Cell(text, right=True, strong=crossed and place == column) for place, text in enumerate(figures, 1)),
        Cell(bar=used if measure else None, state=state, tip=words),
        Cell(words, right=True, state="bad" if crossed else "muted", tip=words),
    ]


def _name(line: _Line) -> str:
    if line.main:
        return entity_label(line.limit.entity)
    if line.measure is None:
        return tr("    at others, too")
    place = line.measure.place
    if line.measure.entity != line.limit.entity:
        return tr("    all staff at {place}", place=place) if place else tr("    all staff together")
    return tr("    at {place}", place=place) if place else tr("    in the district")


def _in_words(line: _Line) -> str:
    measure = line.measure
    if measure is None and not line.main:
        more = sum(one.crossed for one in line.limit.schools) - _MOST_PLACES
        return counted(more, "1 more school or class", "{count} more schools or classes")
    if measure is None or not measure.count:
        return tr("none")
    holes = {
        "kind": translated(_KINDS[measure.kind]),
        "count": number(measure.count),
        "base": number(measure.base),
        "share": f"{measure.count * 100 / measure.base:.1f}" if measure.base else "",
        "limit": limit_in_numbers(measure.threshold.text),
    }
    if not measure.base:
        return tr("{kind} {count}, nothing was delivered yet", **holes)
    if measure.crossed:
        return tr("{kind} {share} %, over {limit}", **holes)
    if measure.threshold.text == "off":
        return tr("{kind} {share} %, no limit", **holes)
    return tr("{kind} {share} %, limit {limit}", **holes)
