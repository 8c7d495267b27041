"""What the documents show can be used as it stands there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from psconnect.model.connection import from_dict
from psconnect.roster.text_filters import NAMES
from psconnect.sync.compose import choices_of

DOCS = Path(__file__).resolve().parents[2] / "docs"
MAPPING = (DOCS / "mapping.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", MAPPING, re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS)
def test_each_example_of_the_mapping_can_be_used(block: str) -> None:
    settings = tomllib.loads(block)
    base = {"name": "x", "preset": "oneroster", "destination": {"kind": "oneroster-csv", "folder": "/srv"}}
    choices = choices_of(from_dict({**base, **settings}))
    assert choices.reads.streams.grants()
    assert set(settings) <= set(choices.connection.__struct_fields__)


def test_every_filter_is_described() -> None:
    assert [name for name in NAMES if f"`{name}" not in MAPPING] == []
