"""Every line of the vendors' list that is built so far has a test named after it, ``test_mission_<id>_…``."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
GROUPS = {"d": 21, "g": 39, "l": 45, "m": 25, "n": 20}
"""How many lines each vendor's group has: DyKnow, School Passport, Learning, Moodle, Navigate360."""


def lines(group: str, *some: int | range) -> list[str]:
    """Ids of the lines with these numbers: ``d01``."""
    numbers = [number for one in some for number in (one if isinstance(one, range) else (one,))]
    return [f"{group}{number:02}" for number in numbers]


BUILT = [
    *lines("d", range(1, 17), range(19, 22)),
    *lines("g", range(1, 8), range(12, 17), range(18, 30), range(31, 35)),
    *lines("l", range(1, 32), range(43, 46)),
    *lines("m", range(1, 4), range(5, 26)),
    *lines("n", 3, 4, 8),
]
"""The lines whose behaviour is there: each needs a test of that name."""
IN_PART = {
    "d13": "the button has our words: Save, and three ways to go on",
    "d19": "data-file errors are the findings of a held run",
    "g01": "the plugin has the fields of what is mapped as well as those that a person adds",
    "g13": "one connection has one source: the prefix is that of a connection",
    "g21": "the year is read ahead by a number of days, not by a date",
    "l15": "the files name the address, not the type",
    "l23": "Teachers.DCID is a choice; the default is T and Users.DCID, as the vendor's own import made it",
    "l04": "no interface of PowerSchool lists plugins: a person looks, and the guide says where",
    "m02": "the guide is the same for all vendors",
    "m06": "plain HTTP is refused altogether, except on this computer",
    "m08": "the label is typed under Attributes, beside the field",
    "m18": "a group is a class that says so: deliverAs",
    "m19": "a course of the site with our short name and another ID number is left alone, and the record says why",
}
"""What a line says that is done otherwise here, and why."""


@cache
def named_after() -> dict[str, list[str]]:
    """Id -> the tests that bear it; one test may bear several."""
    found = defaultdict(list)
    for path in sorted(TESTS.rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if "test_mission_" in text else ():
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_mission_"):
                ids = re.match(r"test_mission_((?:[a-z]\d\d_)*)", node.name)
                assert ids, node.name
                assert ids[1], f"{path.name}: {node.name} bears no id, or one in upper case"
                for one in ids[1].rstrip("_").split("_"):
                    found[one].append(f"{path.relative_to(TESTS)}::{node.name}")
    return found


@pytest.mark.parametrize("line", BUILT)
def test_every_line_that_is_built_has_a_test(line: str) -> None:
    assert named_after().get(line), f"no test is named test_mission_{line}_…"


def test_every_name_bears_the_id_of_a_line() -> None:
    known = {one for group, count in GROUPS.items() for one in lines(group, range(1, count + 1))}
    assert named_after().keys() <= known
    assert set(BUILT) <= known
    assert IN_PART.keys() <= set(BUILT)
    assert len(BUILT) == len(set(BUILT))
