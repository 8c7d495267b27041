"""The table over SQL: whatever the number of changes, only the blocks that are looked at are read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from psconnect.desktop.bridge import Bridge
from psconnect.desktop.models.blocks import BLOCK
from psconnect.desktop.models.changes import ChangesModel
from psconnect.model.entities import BY_KEY
from psconnect.model.review import ChangeQuery
from psconnect.store.database import open_rosters
from psconnect.store.history import run_table
from tests.support.demo import Connected

MANY = 120_000
NOW = datetime(2026, 11, 18, 17, 30, tzinfo=UTC)


@pytest.fixture
def run_id(connected: Connected) -> str:
    """A waiting run with many made-up students."""
    db = open_rosters(connected.rosters)
    number = run_table.begin_run(db, "many", trigger="button", scope="all", started=NOW)
    run_table.update_run(db, number, state="held")
    attributes = BY_KEY["student"].attributes
    place = {name: attributes.index(name) for name in ("sourcedId", "familyName", "givenName", "identifier")}

    def record(key: int) -> bytes:
        values = [""] * len(attributes)
        values[place["sourcedId"]] = str(key)
        values[place["familyName"]] = f"Family{MANY - key:06}"
        values[place["givenName"]] = "Ann"
        values[place["identifier"]] = f"N{key}"
        return ("[" + ",".join(f'"{value}"' for value in values) + "]").encode()

    rank = BY_KEY["student"].rank
    db.execute("BEGIN")
    db.executemany(
        "INSERT INTO change VALUES (?, ?, ?, 1, NULL, ?)", ((number, rank, key, record(key)) for key in range(MANY))
    )
    db.execute("COMMIT")
    db.close()
    return "many"


@pytest.fixture
def model(connected: Connected, qapp) -> Iterator[ChangesModel]:
    bridge = Bridge()
    made = ChangesModel(connected.service, bridge)
    yield made
    made.close()
    bridge.close()


def arranged(qtbot: QtBot, model: ChangesModel, run_id: str, wanted: ChangeQuery) -> None:
    with qtbot.waitSignal(model.arranged, timeout=30_000):
        model.arrange(run_id, wanted)


def test_only_what_is_looked_at_is_read(model: ChangesModel, run_id: str, qtbot: QtBot) -> None:
    arranged(qtbot, model, run_id, ChangeQuery("student"))
    assert model.rowCount() == MANY
    assert model._blocks.kept == []
    last = model.data(model.index(MANY - 1, 2))
    assert last == f"N{MANY - 1}"
    assert model._blocks.kept == [(MANY - 1) // BLOCK]
    for place in range(0, MANY, BLOCK):
        assert model.data(model.index(place, 2)) == f"N{place}"
    assert len(model._blocks.kept) <= 40, "blocks that went out of view are forgotten"


def test_order_is_made_in_sql(model: ChangesModel, run_id: str, qtbot: QtBot) -> None:
    arranged(qtbot, model, run_id, ChangeQuery("student"))
    with qtbot.waitSignal(model.arranged, timeout=30_000):
        model.sort(1, Qt.SortOrder.AscendingOrder)
    assert model.data(model.index(0, 1)) == "Family000001, Ann"
    with qtbot.waitSignal(model.arranged, timeout=30_000):
        model.sort(1, Qt.SortOrder.DescendingOrder)
    assert model.data(model.index(0, 1)) == f"Family{MANY:06}, Ann"


def test_a_later_wish_wins(model: ChangesModel, run_id: str, qtbot: QtBot) -> None:
    model.arrange(run_id, ChangeQuery("student", order="title"))
    arranged(qtbot, model, run_id, ChangeQuery("student", text="Family000042"))
    qtbot.waitUntil(lambda: not model._bridge.busy, timeout=30_000)
    assert model.rowCount() == 1


def test_cells_say_what_they_hold(model: ChangesModel, run_id: str, qtbot: QtBot) -> None:
    arranged(qtbot, model, run_id, ChangeQuery("student"))
    change = model.index(0, 3)
    assert change.data() == "+ Create"
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Record"
    assert model.index(0, 4).data() == "New"
    assert model.row(MANY) is None


def test_a_run_that_is_gone_is_told(model: ChangesModel, connected: Connected, qtbot: QtBot) -> None:
    with qtbot.waitSignal(model.failed, timeout=30_000) as failed:
        model.arrange("20200101-000000-000-0000", ChangeQuery("student"))
    assert failed.args[0].code == "PSC-RUN-UNKNOWN"


def test_closing_lets_go_of_the_file(model: ChangesModel, run_id: str, connected: Connected, qtbot: QtBot) -> None:
    arranged(qtbot, model, run_id, ChangeQuery("student"))
    model.close()
    assert model.rowCount() == 0
    connected.service.remove_connection(connected.name)
    assert not connected.rosters.exists()
