"""What the kind declares, what it costs to have it, and that other databases could hold its tables."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlalchemy import Dialect
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from psconnect.destinations.database.layout import SHAPES
from psconnect.destinations.database.tables import table_set
from psconnect.model.entities import ENTITIES
from tests.support.home import CHECKOUT


def test_sqlalchemy_is_imported_only_where_a_database_is_opened() -> None:
    code = "import sys, psconnect.service, psconnect.cli; print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_every_attribute_has_its_column() -> None:
    for entity in ENTITIES:
        shape = SHAPES[entity.key]
        held = {column.attribute for column in shape.columns} | {each.attribute for each in shape.lists}
        assert held == set(entity.attributes) - {"extra"}, entity.key


@pytest.mark.parametrize("dialect", [postgresql.dialect(), mysql.dialect()], ids=["PostgreSQL", "MariaDB"])
def test_other_databases_could_hold_the_tables(dialect: Dialect) -> None:
    made = table_set("p" * 20, {"student": ["custom_" + "x" * 50]})
    for table in made.metadata.sorted_tables:
        text = str(CreateTable(table).compile(dialect=dialect))
        assert '"' not in text, "no name has to be quoted"
        for index in table.indexes:
            assert len(index.name) <= 63
            assert str(CreateIndex(index).compile(dialect=dialect))
        assert len(table.name) <= 63
        assert all(len(column.name) <= 63 for column in table.columns)
