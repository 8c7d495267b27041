"""User names that are given: the lowest free number, nobody's twice, also where very many want the same."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from psconnect.model.text import folded
from psconnect.roster.usernames import Usernames

names = st.sampled_from(["ana", "Ana", "ANA", "ána", "ana2", "ana 2", "ana23", "ben", ""])


@given(st.lists(names), st.lists(names, max_size=40))
def test_a_name_gets_the_lowest_number_that_is_free(taken: list[str], wanted: list[str]) -> None:
    given_out, seen = Usernames(taken), {folded(name) for name in taken}
    for name in wanted:
        numbered = (name if number == 1 else f"{name}{number}" for number in range(1, 1_000))
        expected = next(one for one in numbered if folded(one) not in seen) if name else ""
        assert given_out.give(name) == expected
        seen.add(folded(expected))


def test_very_many_of_one_name_do_not_take_for_ever() -> None:
    usernames = Usernames(["student"])
    started = time.process_time()
    last = [usernames.give("student") for _ in range(20_000)][-1]
    # Looking through all that were given before would take minutes.
    assert time.process_time() - started < 10
    assert last == "student20001"
