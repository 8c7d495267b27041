"""Terms chosen per school, however the school's number is written."""

from __future__ import annotations

import pytest

from psconnect.roster.school_choices import TermChoice


@pytest.mark.parametrize("school", ["100", "0100", "00100"])
def test_a_school_number_is_a_number(school: str) -> None:
    choice = TermChoice({school: ["Semester 1"], "all": ["Year"]})

    assert choice.takes("100", "semester 1 ", "S1")
    assert not choice.takes("100", "Year", "Y")
    assert choice.takes("200", "Year", "Y")
