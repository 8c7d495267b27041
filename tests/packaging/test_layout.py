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


def test_the_documents_that_code_refers_to_are_in_the_repository() -> None:
    text = (CHECKOUT / "docs" / "powerschool.md").read_text(encoding="utf-8")
    sections = set(re.findall(r"^##+ (\d+(?:\.\d+)?)\b", text, re.MULTILINE))
    named = _documents_named()
    assert len([name for name in named if name.startswith("docs/powerschool.md ")]) > 20
    missing = {
        name: files
        for name, files in named.items()
        if not (CHECKOUT / name.split()[0]).exists()
        or (name.startswith("docs/powerschool.md ") and name.split()[1] not in sections)
    }
    assert missing == {}
