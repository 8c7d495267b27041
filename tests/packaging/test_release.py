"""The release: its notes come from the changelog, and its definition asks for nothing that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.home import CHECKOUT
from workbench import mac_packages, package, signing
from workbench.errors import WorkbenchError
from workbench.notes import notes_of

_WORKFLOW = CHECKOUT / ".github" / "workflows" / "release.yml"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "psconnect").mkdir()
    (tmp_path / "psconnect" / "__init__.py").write_text('__version__ = "0.2.0"\n', encoding="utf-8")
    return tmp_path


def write(checkout: Path, heading: str) -> None:
    text = f"# Changes\n\n{heading}\n\n- One.\n- Two.\n\n## 0.1.0 (2026-12-01)\n\n- Old.\n"
    (checkout / "CHANGELOG.md").write_text(text, encoding="utf-8")


def test_the_notes_are_what_the_changelog_says_of_the_version(checkout: Path) -> None:
    write(checkout, "## 0.2.0 (2027-01-15)")
    assert notes_of(checkout, "v0.2.0") == "- One.\n- Two.\n"


@pytest.mark.parametrize("heading", ["## 0.2.0 (not released)", "## 0.2.0", "## 0.2.1 (2027-01-15)"])
def test_a_version_without_a_day_is_not_released(checkout: Path, heading: str) -> None:
    write(checkout, heading)
    with pytest.raises(WorkbenchError, match="YYYY-MM-DD"):
        notes_of(checkout, "v0.2.0")


def test_a_tag_of_another_version_is_not_released(checkout: Path) -> None:
    write(checkout, "## 0.2.0 (2027-01-15)")
    with pytest.raises(WorkbenchError, match=r"0\.2\.0"):
        notes_of(checkout, "v0.1.0")


def test_the_definition_makes_the_packages_of_every_system_and_tries_each() -> None:
    text = _WORKFLOW.read_text(encoding="utf-8")
    made = set(re.findall(r"\{ system: (\w+), runner: [\w.-]+ \}", text))
    assert made == set(package._SYSTEMS)
    tried = dict(re.findall(r"^ +(\w+)\) (\S+) demo --headless ;;$", text, re.MULTILINE))
    assert tried.keys() == made
    assert "python dev.py package ${{ matrix.system }}" in text
    assert "python3 -m workbench.notes" in text


def test_the_definition_signs_with_what_the_packages_are_signed_with() -> None:
    """A name that is written in another way there would leave a release unsigned."""
    given = set(re.findall(r"PSCONNECT_[A-Z_]+", _WORKFLOW.read_text(encoding="utf-8")))
    assert given == {signing.COMMAND, mac_packages.IDENTITY, mac_packages.PROFILE}
