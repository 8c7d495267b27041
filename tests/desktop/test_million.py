"""A million changes in the review's table: painting and scrolling cost what they cost with ten thousand."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from psconnect.desktop.bridge import Bridge
from psconnect.desktop.models.changes import ChangesModel
from psconnect.desktop.pages.changes import ChangesCard, ReviewDeeds
from psconnect.model.entities import BY_KEY
from psconnect.model.review import ChangeQuery
from psconnect.store.database import open_rosters
from psconnect.store.history import run_table
from tests.support.demo import Connected

pytestmark = pytest.mark.thorough
FEW, MANY = 10_000, 1_000_000
LOOKS = 60
NOW = datetime(2026, 11, 18, 17, 30, tzinfo=UTC)


def record(key: int) -> bytes:
    """A student with as many filled attributes as usual."""
    attributes = BY_KEY["student"].attributes
    values = dict.fromkeys(attributes, "")
    values |= {
        "sourcedId": str(key),
        "identifier": f"N{key}",
        "familyName": f"Family{MANY - key:07}",
        "givenName": "Ann",
    }
    values |= {"username": f"ann.family{key}", "email": f"ann.family{key}@students.example.org"}
    return ("[" + ",".join(f'"{values[name]}"' for name in attributes) + "]").encode()


@pytest.fixture
def many(connected: Connected) -> Connected:
    """Two waiting runs: ``few`` and ``many``, named by their number of made-up students."""
    rank = BY_KEY["student"].rank
    db = open_rosters(connected.rosters)
    for name, size in (("few", FEW), ("many", MANY)):
        number = run_table.begin_run(db, name, trigger="button", scope="all", started=NOW)
        run_table.update_run(db, number, state="held")
        db.execute("BEGIN")
        rows = ((number, rank, key, record(key)) for key in range(size))
        db.executemany("INSERT INTO change VALUES (?, ?, ?, 1, NULL, ?)", rows)
        db.execute("COMMIT")
    db.close()
    return connected


@pytest.fixture
def card(many: Connected, qtbot: QtBot, theme) -> Iterator[ChangesCard]:
    bridge = Bridge()
    nothing = ReviewDeeds(
        toggle=lambda _entity, _key, _on: None,
        toggle_all=lambda _wanted, _on: None,
        why=lambda _entity, _key: None,
        open=lambda _entity, _key: None,
        has_page=lambda _entity: False,
    )
    made = ChangesCard(ChangesModel(many.service, bridge), nothing)
    made.resize(1100, 640)
    made.show()
    yield made
    made.model.close()
    bridge.close()
    made.hide()
    made.deleteLater()


@dataclass
class Took:
    """Seconds of each deed; paint and scroll are medians, ``worst`` is the slowest step of the scrolling."""

    paint: float
    scroll: float
    worst: float
    arrange: float
    sort: float
    filter: float


def timed(deed: Callable[[], object]) -> float:
    began = time.perf_counter()
    deed()
    return time.perf_counter() - began


def arranged(qtbot: QtBot, model: ChangesModel, deed: Callable[[], object]) -> float:
    with qtbot.waitSignal(model.arranged, timeout=120_000):
        began = time.perf_counter()
        deed()
    return time.perf_counter() - began


def measure(qtbot: QtBot, card: ChangesCard, run: str, size: int) -> Took:
    model, table = card.model, card.table
    arrange = arranged(qtbot, model, lambda: model.arrange(run, ChangeQuery("student")))
    assert model.rowCount() == size
    paints = [timed(table.viewport().grab) for _ in range(20)]
    bar = table.verticalScrollBar()

    def step(place: int) -> None:
        # All over the table, so that no block is there from before.
        bar.setValue(bar.maximum() * (place * 37 % LOOKS) // LOOKS)
        table.viewport().grab()

    steps = [timed(partial(step, place)) for place in range(LOOKS)]
    bar.setValue(bar.maximum())
    assert table.model().index(table.rowAt(table.viewport().height() - 20), 2).data() == f"N{size - 1}"
    sort = arranged(qtbot, model, lambda: table.sortByColumn(1, Qt.SortOrder.AscendingOrder))
    first = model.row(0)
    assert first is not None
    assert first.number == f"N{size - 1}", "the last key has the first name"
    found = arranged(
        qtbot, model, lambda: model.arrange(run, ChangeQuery("student", text=f"Family{MANY - size + 7:07}"))
    )
    assert [model.rowCount(), model.row(0).number] == [1, f"N{size - 7}"]
    return Took(statistics.median(paints), statistics.median(steps), max(steps), arrange, sort, found)


def resident() -> float:
    """Megabytes of memory that this process has."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 1e6


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux's figures")
def test_a_million_changes_are_painted_scrolled_sorted_and_filtered(
    card: ChangesCard, many: Connected, qtbot: QtBot, record_figure: Callable[[str, float, str], None]
) -> None:
    few = measure(qtbot, card, "few", FEW)
    before = resident()
    much = measure(qtbot, card, "many", MANY)
    model = card.model
    arranged(qtbot, model, lambda: model.arrange("many", ChangeQuery("student")))
    for place in range(0, MANY, 20_000):
        card.table.scrollTo(model.index(place, 0))
        QApplication.processEvents()
    grown = resident() - before
    stored = many.rosters.stat().st_size / 1e6
    for name, value, unit in (
        ("review of 1,000,000 changes: first arrangement", much.arrange, "s"),
        ("review of 1,000,000 changes: sort by name", much.sort, "s"),
        ("review of 1,000,000 changes: filter by text", much.filter, "s"),
        ("review of 1,000,000 changes: paint, median", much.paint * 1e3, "ms"),
        ("review of 1,000,000 changes: jump and paint, median", much.scroll * 1e3, "ms"),
        ("review of 1,000,000 changes: jump and paint, slowest", much.worst * 1e3, "ms"),
        ("review of 1,000,000 changes: memory more than before", grown, "MB"),
        ("review of 1,000,000 changes: size of the file", stored, "MB"),
    ):
        record_figure(name, round(value, 3), unit)
    assert much.paint < 3 * few.paint
    assert much.scroll < 3 * few.scroll
    assert grown < stored, "less than the changes themselves; as a list of rows they take several times that"
    linear = MANY / FEW
    for one, hundred in ((few.arrange, much.arrange), (few.sort, much.sort), (few.filter, much.filter)):
        assert hundred < 4 * linear * one
