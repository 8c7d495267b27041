"""A made-up language: every text of the catalogue between brackets, so that what passed by the catalogue stands out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from psconnect.wording.catalogue import DOMAIN, use_language
from tests.reports.conftest import district
from workbench.texts import catalogue

__all__ = ["district", "forms"]

CHECKOUT = Path(__file__).resolve().parents[2]


def forms(language: Catalog, one: str, many: str) -> tuple[str, ...]:
    """As many forms as the language has, all but the first alike."""
    return (one, *[many] * (language.num_plurals - 1))


@pytest.fixture(scope="session")
def texts() -> Catalog:
    return catalogue(CHECKOUT)


@pytest.fixture(scope="session")
def made_up(texts: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of translations with one language, ``fr``, whose second form begins at 2 as in English it does not."""
    folder = tmp_path_factory.mktemp("translations")
    language = Catalog(locale="fr", domain=DOMAIN)
    for message in texts:
        if isinstance(message.id, tuple):
            language.add(message.id, string=forms(language, *(f"⟦{form}⟧" for form in message.id)))
        elif message.id:
            language.add(message.id, string=f"⟦{message.id}⟧")
    path = folder / "fr" / "LC_MESSAGES" / f"{DOMAIN}.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, language)
    return folder


@pytest.fixture
def in_made_up_language(made_up: Path) -> Iterator[None]:
    use_language(["fr"], made_up)
    yield
    use_language([], made_up)
