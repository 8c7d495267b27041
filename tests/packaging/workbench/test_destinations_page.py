"""docs/destinations.md says what the kinds of destination and the presets declare today."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from psconnect.destinations import KINDS
from psconnect.sync.inspect import all_presets
from tests.contracts.kinds.known import kinds_for_tests
from workbench import destinations

CHECKOUT = Path(__file__).resolve().parents[3]


def test_the_page_is_up_to_date() -> None:
    written = (CHECKOUT / destinations.FILE).read_text(encoding="utf-8")
    assert written == destinations.document(), "run: python dev.py destinations"


def test_every_kind_and_preset_is_on_it() -> None:
    page = destinations.document()
    for kind in KINDS.values():
        assert f"\n## {kind.label}\n" in page
        keys = [*(field.key for field in kind.fields), *(secret.key for secret in kind.secrets)]
        assert all(f"`{key}`" in page for key in keys)
    for preset in all_presets():
        line = next(line for line in page.splitlines() if f"`{preset.name}`" in line)
        assert ("not verified" in line) == (not preset.verified)


@pytest.fixture
def strict() -> Iterator[str]:
    """The part of the page about a kind that declares everything."""
    with kinds_for_tests():
        yield destinations.document().partition("## Test strict listing")[2]


def test_what_a_kind_declares_is_said(strict: str) -> None:
    assert "Whoever is missing in the files is deactivated. psconnect asks you before a delivery that " in strict
    assert "removes more than 10 % of students." in strict
    assert "No two students may have the same first name and last name." in strict
    assert "Grade of students: `01`, `02`," in strict
    assert "Frozen with the first delivery" in strict
    assert "| Class without a room | The class has no room. | Enter one in PowerSchool. |" in strict
