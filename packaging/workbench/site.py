"""``dev.py docs``: the pages of docs as a site, in build/docs. A warning, such as a link to nowhere, is an error."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from workbench.environment import DOCS, Environment
from workbench.errors import WorkbenchError


def make_site(checkout: Path, pages: Path, target: Path) -> Path:
    """Make the site of the pages in a folder; returns its first page. Raises WorkbenchError."""
    environment = Environment(checkout, DOCS)
    environment.ensure("docs")
    shutil.rmtree(target, ignore_errors=True)
    # What is made anew each time shows every warning, not only those of pages that changed.
    command = [str(environment.python), "-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", "--fresh-env"]
    done = subprocess.run(
        [*command, str(pages), str(target)],
        env=os.environ | environment.variables(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode != 0:
        raise WorkbenchError(f"The site could not be made:\n{done.stdout.decode(errors='replace').strip()}")
    return target / "index.html"
