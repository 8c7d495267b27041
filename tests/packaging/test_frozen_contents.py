"""What may not be inside a frozen program is found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import jinja2
import pytest

from tests.support.home import CHECKOUT


def _told(folder: Path, sources: list[str]) -> subprocess.CompletedProcess[str]:
    """Run the script over lists as PyInstaller writes them, with this environment's packages."""
    toc = folder / "COLLECT-00.toc"
    toc.write_text(repr(([(Path(one).name, one, "BINARY") for one in sources],)), encoding="utf-8")
    (folder / "PYZ-00.toc").write_text(repr(("x.pyz", [("jinja2", jinja2.__file__, "PYMODULE")])), encoding="utf-8")
    (folder / "psconnect").mkdir()
    script = CHECKOUT / "packaging" / "freeze" / "contents.py"
    command = [sys.executable, str(script), str(folder / "psconnect"), str(toc), "1.2.3"]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


@pytest.mark.parametrize("name", ["/usr/lib/libreadline.so.8", "/x/_gdbm.cpython-311.so"])
def test_parts_under_the_gpl_end_the_freezing(tmp_path: Path, name: str) -> None:
    done = _told(tmp_path, [name])
    assert done.returncode != 0
    assert "GPL" in done.stderr
    assert not (tmp_path / "psconnect" / "psconnect.cdx.json").exists()
