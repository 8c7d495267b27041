"""What stands where in a checkout: nothing hides anything else, and whatever the code refers to is there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

from tests.support.home import CHECKOUT


def test_the_folder_packaging_does_not_hide_the_library(tmp_path: Path) -> None:
    code = "import packaging.version; print(packaging.version.__file__)"
    found = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (CHECKOUT / "packaging").is_dir()
    assert Path(found.stdout.strip()).is_relative_to(sysconfig.get_path("purelib"))


def _documents_named() -> dict[str, set[str]]:
    """Each document that code refers to -> the files that do; with its section, where one is named."""
    named: dict[str, set[str]] = {}
    for path in sorted(CHECKOUT.glob("psconnect/**/*.py")):
        for found in re.finditer(r"\b[A-Za-z][\w/-]*\.md\b(?:\s\d+(?:\.\d+)?)?", path.read_text(encoding="utf-8")):
            named.setdefault(" ".join(found.group().split()), set()).add(path.relative_to(CHECKOUT).as_posix())
    return named


def _sections(document: str) -> set[str]:
    text = (CHECKOUT / document).read_text(encoding="utf-8")
    return set(re.findall(r"^##+ (\d+(?:\.\d+)?)\b", text, re.MULTILINE))


def _is_there(name: str) -> bool:
    document, _, section = name.partition(" ")
    return (CHECKOUT / document).exists() and (not section or section in _sections(document))


def test_the_documents_that_code_refers_to_are_in_the_repository() -> None:
    named = _documents_named()
    for document, least in {"docs/powerschool.md": 20, "docs/moodle-api.md": 10}.items():
        assert len([name for name in named if name.startswith(f"{document} ")]) > least
    assert {name: files for name, files in named.items() if not _is_there(name)} == {}
