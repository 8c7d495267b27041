"""Mutants are what they say, and nearly all of them are noticed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.mutation.__main__ import MODULES, check, share_killed
from tests.mutation.mutants import mutants_of
from tests.support.home import CHECKOUT

ENOUGH = 0.85
SAMPLE = 60

SOURCE = '''
"""Not this AND that."""
LIMIT = 3


def judge(count: int, base: int | None) -> bool | None:
    """Nor this WHERE."""
    note(count)
    if count >= LIMIT and not base:
        return True
    return find("SELECT 1 FROM t WHERE a = 1 AND b NOT IN (2)")
'''


def test_each_kind_of_defect_is_made_once_and_docstrings_are_left_alone() -> None:
    found = {mutant.what for mutant in mutants_of(SOURCE)}
    sql = "'SELECT 1 FROM t WHERE a = 1 AND b NOT IN (2)'"
    assert found == {
        "3 -> 4",
        "3 -> 2",
        "note(count) -> pass",
        "count >= LIMIT and (not base) -> not (count >= LIMIT and (not base))",
        "And -> Or",
        "GtE -> Gt",
        "Not -> UAdd",
        "True -> False",
        f"{sql} -> 'SELECT 1 FROM t WHERE a <> 1 AND b NOT IN (2)'",
        f"{sql} -> 'SELECT 1 FROM t WHERE a = 1 OR b NOT IN (2)'",
        f"{sql} -> 'SELECT 1 FROM t WHERE a = 1 AND b IN (2)'",
    }


def test_each_mutant_has_one_defect_and_can_be_compiled() -> None:
    mutants = mutants_of(SOURCE)
    assert len({mutant.source for mutant in mutants}) == len(mutants)
    for mutant in mutants:
        compile(mutant.source, "mutant", "exec")


def test_modules_and_their_tests_exist() -> None:
    for module, tests in MODULES.items():
        assert (CHECKOUT / "psconnect" / module).is_file()
        assert all((CHECKOUT / test).is_file() for test in tests)


@pytest.mark.thorough
@pytest.mark.timeout(3_600)
def test_nearly_all_defects_are_noticed(record_figure: Callable[[str, float, str], None]) -> None:
    judged = list(check(MODULES, SAMPLE))
    record_figure(f"mutants killed, of a sample of {len(judged)}", round(100 * share_killed(judged), 1), "%")
    survived = [f"{one.module}:{one.mutant.line} {one.mutant.what}" for one in judged if not one.killed]
    assert share_killed(judged) >= ENOUGH, survived
