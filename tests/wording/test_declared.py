"""What kinds, presets, templates and fields say of themselves is read in the chosen language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from psconnect.destinations import KINDS
from psconnect.powerschool.fields import catalogue
from psconnect.service import Service, offered_templates
from psconnect.store.settings.home import home_at
from psconnect.wording.catalogue import use_language
from tests.wording.conftest import in_made_up_language, made_up, texts

__all__ = ["in_made_up_language", "made_up", "texts"]

_LETTERS = re.compile(r"[^\W\d_]{2,}")
pytestmark = pytest.mark.usefixtures("in_made_up_language")


def declared(home: Path) -> Iterator[str]:
    """Every text that is declared rather than worded."""
    service = Service(home_at(home))
    for kind in service.destinations():
        yield from (kind.label, kind.summary, kind.removal)
        for field in kind.fields:
            yield from (field.label, field.help)
            yield from (column.label for column in field.columns)
        for secret in kind.secrets:
            yield from (secret.label, secret.help)
    for preset in service.presets():
        yield from (preset.summary, *preset.needs, *preset.hints)
    for entity in ("student", "class", "teacher"):
        for template in offered_templates(entity):
            yield from (template.label, template.asks)
    yield from (field.meaning for field in catalogue())


def test_every_declared_text_is_translated(tmp_path: Path) -> None:
    said = [text for text in declared(tmp_path) if _LETTERS.search(text)]
    assert len(said) > 300
    assert [text for text in said if not text.startswith("⟦")] == []


def test_settings_are_translated_once_a_language(made_up: Path) -> None:
    kind = KINDS["oneroster-csv"]
    there = kind.fields, kind.all_secrets
    assert kind.fields is there[0]
    assert kind.all_secrets is there[1]
    assert kind.fields[0].label.startswith("⟦")
    use_language([], made_up)
    assert not kind.fields[0].label.startswith("⟦")
    use_language(["fr"], made_up)
    assert (kind.fields, kind.all_secrets) == there
