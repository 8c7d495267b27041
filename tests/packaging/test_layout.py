"""The folder `packaging` of the checkout stands beside the library of that name, and never in its place."""

from __future__ import annotations

import os
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
