"""docs/faults.md is true: every fault has its row, and every test it names exists and is named after the fault."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from psconnect.demo.server.faults import VARIANTS

TESTS = Path(__file__).resolve().parents[1]
TABLE = TESTS.parent / "docs" / "faults.md"
IDS = [f"N{number:02}" for number in range(1, 21)] + [f"D{number:02}" for number in range(1, 23)]
#: Made by the test itself: no server is involved, or the district and the connection are what is changed.
NOT_AT_THE_SERVER = {"N01", "N02", "N14", "N15", "D04", "D11"}


def rows() -> dict[str, str]:
    """The last cell of each row by its id."""
    found = re.findall(r"^\| ([ND]\d\d) \|.*\| ([^|]+) \|$", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(found) == len(dict(found)), "an id stands twice"
    return dict(found)


def named(cell: str) -> list[tuple[Path, str]]:
    """The tests that a cell names, as file and function."""
    tests = []
    for part in cell.split(";"):
        file, functions = re.fullmatch(r"\s*`([\w./]+)`: (.+?)\s*", part).groups()
        tests += [((TESTS / "faults" / file).resolve(), name) for name in re.findall(r"`(\w+)`", functions)]
    return tests


def functions(path: Path) -> set[str]:
    """The test functions of a module."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_every_fault_has_its_row_in_order() -> None:
    assert list(rows()) == IDS


@pytest.mark.parametrize("fault", IDS)
def test_every_test_named_exists_and_is_named_after_the_fault(fault: str) -> None:
    tests = named(rows()[fault])
    assert tests
    for path, name in tests:
        assert name in functions(path), f"{path.name} has no {name}"
        assert fault in name, "a test is named after what it proves"


def test_every_fault_can_be_switched_on_by_its_id_or_needs_no_server() -> None:
    assert {fault for fault in IDS if fault not in VARIANTS} == NOT_AT_THE_SERVER


def test_no_named_test_is_missing_from_the_table() -> None:
    there = {name for fault in rows().values() for _path, name in named(fault)}
    ours = {
        name
        for path in (TESTS / "faults").glob("test_*.py")
        for name in functions(path)
        if re.search("_[ND]\\d\\d", name)
    }
    assert ours <= there
