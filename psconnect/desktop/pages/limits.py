"""Counts per kind of record against their limits: for the district, and for every school that crosses one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex
from PySide6.QtGui import QResizeEvent

from psconnect.desktop.text import counted, entity_label, number, tr
from psconnect.desktop.theme.tokens import SPACE_L, SPACE_S, SPACE_XS
from psconnect.desktop.widgets.button import link
from psconnect.desktop.widgets.card import Card
from psconnect.desktop.widgets.label import ElidedLabel
from psconnect.desktop.widgets.table import Cell, RowsModel, Table
from psconnect.model.care import BY_CARE
from psconnect.service import Limit, Measure
from psconnect.wording.catalogue import marked, translated
from psconnect.wording.limits import limit_in_numbers

_CLOSED_ROWS, _OPEN_ROWS, _ROW_HEIGHT, _MOST_PLACES = 3, 9, 30, 3
_NEAR = 0.5
_WIDTHS, _WORDS_WIDTH = (150, 66, 70, 76), 290
_BAR, _WORDS = 4, 5
_LONGEST_BAR = 1.25
"""A bar is drawn to this multiple of what it shows, so that count and limit are both inside it."""
_KINDS = {
    "create": marked("Additions"),
    "update": marked("Changes"),
    "remove": marked("Removals"),
    "identity": marked("New ids"),
    "role": marked("Changes of role"),
    "remove_per_class": marked("Removals"),
}
_SIGNS = {1: "+", 2: "~", 3: "−"}
_COLOURS = {1: "good", 2: "", 3: "bad"}
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
    """Counts and limits in three rows until opened; in a narrow window in one line until then.

    ``on_choose`` gets the current line's entity and school (empty for the district).
    """

    def __init__(self, on_choose: Callable[[str, str], object]) -> None:
        super().__init__()
        self.body.setContentsMargins(self.body.contentsMargins().left(), SPACE_S, SPACE_S, SPACE_S)
        self.body.setSpacing(0)
        headers = [tr("Records"), tr("Create"), tr("Update"), tr("Remove"), tr("Against the limit"), ""]
        self._model = RowsModel(headers, frozenset({1, 2, 3, 5}), self)
        self.table = Table(self._model, tr("Changes per kind of record"), [*_WIDTHS, 0, _WORDS_WIDTH])
        self.table.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        self.in_short = ElidedLabel("", "table")
        self.more_button = link("", self._turn)
        self._limits: list[Limit] = []
        self._lines: list[_Line] = []
        self._shown: list[_Line] = []
        self._on_choose = on_choose
        self._open = self._narrow = False
        self.table.selectionModel().currentRowChanged.connect(self._row_changed)
        self.add(self.in_short)
        self.add(self.table)
        # Over the head of the last column: a row of its own would take that of a limit.
        self.more_button.setParent(self)

    def show_limits(self, limits: list[Limit], entity: str = "") -> None:
        """Show these, the ones that matter most first; the line of an entity is the current one where there is one."""
        self._limits = sorted(limits, key=_order)
        self._lines = [line for limit in self._limits for line in _lines(limit)]
        self._show_lines()
        self.setVisible(bool(self._lines))
        self.in_short.setText("    ".join(filter(None, map(_in_short, _closed(self._lines)))))
        self._select(entity)
        self._fit()

    def _show_lines(self) -> None:
        self._shown = self._lines if self._open else _closed(self._lines)
        self._model.show_rows([_cells(line) for line in self._shown])

    def _select(self, entity: str) -> None:
        places = [place for place, one in enumerate(self._shown) if one.main and one.limit.entity == entity]
        if places or not entity:
            self.table.selectRow(places[0] if places else 0)

    def close_again(self) -> None:
        """Show three rows, as for a run that is looked at first."""
        self._open = False

    def _turn(self) -> None:
        current = self.table.currentIndex()
        entity = self._shown[current.row()].limit.entity if current.isValid() else ""
        self._open = not self._open
        self.table.selectionModel().blockSignals(True)  # noqa: FBT003 - Qt's signature
        self._show_lines()
        self._select(entity)
        self.table.selectionModel().blockSignals(False)  # noqa: FBT003 - Qt's signature
        self._fit()

    def _fit(self) -> None:
        narrow = self._narrow
        count, rows = len(self._lines), min(len(self._shown), _OPEN_ROWS)
        head = self.table.horizontalHeader().sizeHint().height()
        self.table.setFixedHeight(head + rows * _ROW_HEIGHT + 6)
        self.table.setVisible(self._open or not narrow)
        self.table.setColumnHidden(_BAR, narrow)
        self.in_short.setVisible(narrow and not self._open)
        hidden, kinds = count - len(_closed(self._lines)), len(self._limits)
        changes = sum(limit.changes.total for limit in self._limits if not limit.underlying)
        if self._open:
            self.more_button.setText(tr("Show less"))
        elif kinds > (1 if narrow else _CLOSED_ROWS):
            # All of them, as the foot of the page counts them: what is hidden adds up.
            self.more_button.setText(counted(changes, "All kinds: 1 change", "All kinds: {count} changes"))
        elif narrow:
            self.more_button.setText(counted(count, "The limit", "All {count} limits"))
        else:
            self.more_button.setText(counted(hidden, "1 more limit", "{count} more limits"))
        self.more_button.setVisible(hidden > 0 or narrow)
        size = self.more_button.sizeHint()
        self.more_button.setGeometry(self.width() - size.width() - SPACE_L, SPACE_S, size.width(), size.height())
        self.in_short.setContentsMargins(0, SPACE_XS, size.width(), SPACE_XS)
        self.more_button.raise_()

    def set_narrow(self, *, narrow: bool) -> None:
        """Take one line where the page is narrow, until opened."""
        self._narrow = narrow
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep the button at the right."""
        super().resizeEvent(event)
        self._fit()

    @property
    def limits(self) -> list[Limit]:
        """What is shown, in its order."""
        return list(self._limits)

    def counts(self, entity: str) -> Limit | None:
        """The numbers of an entity."""
        return next((limit for limit in self._limits if limit.entity == entity), None)

    def _row_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            line = self._shown[current.row()]
            school = line.measure.place if line.measure and line.measure.kind != "remove_per_class" else ""
            self._on_choose(line.limit.entity, school)


def _closed(lines: list[_Line]) -> list[_Line]:
    """The lines that are shown until a person opens the rest: the first kinds of records, each as a whole."""
    return [line for line in lines if line.main][:_CLOSED_ROWS]


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
    figures = [counts.create, counts.update, counts.remove]
    if not line.main:
        figures = [measure.count if measure and place == column else 0 for place in (1, 2, 3)]
    used, words = measure.used if measure else 0.0, _in_words(line)
    state = "bad" if crossed else "warning" if used >= _NEAR else "accent"
    scale = max(1.0, used) * _LONGEST_BAR
    return [
        Cell(_name(line), strong=line.main),
        *(
            Cell(
                f"{_SIGNS[place]}{number(figure)}" if figure else "",
                right=True,
                state=_COLOURS[place] if figure else "",
                strong=crossed and place == column,
            )
            for place, figure in enumerate(figures, 1)
        ),
        Cell(bar=used / scale, mark=1 / scale, state=state, tip=words) if used else Cell(tip=words),
        Cell(words, right=True, state="bad" if crossed else "muted", tip=_whole_limit(measure, words)),
    ]


def _whole_limit(measure: Measure | None, words: str) -> str:
    """The words of a line with its percentage and the whole limit, for hovering."""
    if measure is None:
        return words
    limit = limit_in_numbers(measure.threshold.text)
    if not measure.base or not measure.count:
        return tr("{words}: {limit}", words=words, limit=limit)
    share = f"{measure.count * 100 / measure.base:.1f}"
    return tr("{words}: {share} %; the limit is {limit}", words=words, share=share, limit=limit)


def _in_short(line: _Line) -> str:
    """A line in a few words: ``Students −447, limit 83``."""
    measure = line.measure
    if measure is None or not measure.count:
        return ""
    sign = _SIGNS.get(_COLUMNS.get(measure.kind, 0), "")
    holes = {"kind": _name(line).strip(), "sign": sign, "count": number(measure.count)}
    limit = measure.threshold.at(measure.base)
    if limit is None:
        return tr("{kind} {sign}{count}", **holes)
    return tr("{kind} {sign}{count}, limit {limit}", limit=number(limit), **holes)


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
    limit = measure.threshold.at(measure.base)
    holes = {
        "kind": "" if measure.kind == "remove" else translated(_KINDS[measure.kind]),
        "base": number(measure.base),
        "count": number(measure.count),
        "limit": _limit_in_words(measure, limit) if limit is not None else "",
    }
    if not measure.base:
        return tr("{kind} {count}, nothing was delivered yet", **holes).strip()
    if limit is None:
        return tr("{kind} {count} of {base}, no limit", **holes).strip()
    return tr("{kind} {count} of {base}, limit {limit}", **holes).strip()


def _limit_in_words(measure: Measure, limit: int) -> str:
    """The number that a limit comes to, with the percentage where that decided it: ``25`` or ``3 % (42)``."""
    threshold = measure.threshold
    decided = threshold.percent is not None and threshold.count is not None and limit > max(1, threshold.count)
    if not decided or limit == threshold.cap:
        return number(limit)
    return tr("{percent} % ({limit})", percent=f"{threshold.percent:g}", limit=number(limit))
