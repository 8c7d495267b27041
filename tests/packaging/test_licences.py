"""Nothing under the GPL or AGPL is among what psconnect ships with; the LGPL is fine."""

from __future__ import annotations

import re
from importlib import metadata

import pytest
from packaging.markers import Marker

from tests.packaging.lockfile import parse
from tests.support.home import CHECKOUT
from workbench.environment import LOCKS

_STRONG_COPYLEFT = re.compile(r"\bA?GPL|(?:Affero|(?<!Lesser )General) (?:General )?Public Licen[sc]e", re.IGNORECASE)
# A longer text is the licence itself, and may speak of other licences.
_NAME_LENGTH = 120


def declared(name: str) -> list[str]:
    """The licences an installed package declares, each as a name or an SPDX expression; the best source alone."""
    fields = metadata.metadata(name).json
    if expression := fields.get("license_expression"):
        return [str(expression)]
    classifiers = [
        value.removeprefix("License :: ").removeprefix("OSI Approved :: ")
        for value in fields.get("classifier", [])
        if value.startswith("License :: ") and value != "License :: OSI Approved"
    ]
    if classifiers:
        return classifiers
    licence = str(fields.get("license", "")).strip()
    return [licence] if licence and len(licence) <= _NAME_LENGTH else []


def forbidden(licences: list[str]) -> bool:
    """Whether no choice is left but the GPL or AGPL: of "A OR B", one that is fine is enough."""
    return any(
        all(_STRONG_COPYLEFT.search(choice) for choice in re.split(r"\s+OR\s+", licence)) for licence in licences
    )


def _shipped_here() -> list[str]:
    locked = parse((CHECKOUT / LOCKS / "run.txt").read_text(encoding="utf-8"))
    return [each.name for each in locked if each.marker is None or Marker(each.marker).evaluate()]


@pytest.mark.parametrize("name", _shipped_here())
def test_what_is_shipped_is_free_of_the_gpl(name: str) -> None:
    licences = declared(name)
    assert licences, "declares no licence that can be read: look at it, and choose another package if in doubt"
    assert not forbidden(licences)


@pytest.mark.parametrize(
    ("licence", "is_forbidden"),
    [
        ("GPL-3.0-only", True),
        ("AGPL-3.0-or-later", True),
        ("GNU General Public License v3 (GPLv3)", True),
        ("GNU Affero General Public License v3", True),
        ("GNU General Public Licence", True),
        ("MIT AND GPL-2.0-or-later", True),
        ("MIT OR GPL-2.0-only", False),
        ("LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only", False),
        ("LGPL-2.1-or-later", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("GNU Library or Lesser General Public License (LGPL)", False),
        ("MIT License", False),
        ("Mozilla Public License 2.0 (MPL 2.0)", False),
    ],
)
def test_the_gpl_is_told_from_other_licences(licence: str, *, is_forbidden: bool) -> None:
    assert forbidden([licence]) is is_forbidden
