"""The exercise of CONTRIBUTING.md: a kind of destination that nobody planned for is a folder and one line.

The product is copied, the folder put into it and the line written. Whatever offers, checks, delivers and reports
destinations has to know the kind then.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import msgspec
import pytest

from psconnect.store.settings.secrets import CLIENT_SECRET, variable
from tests.support.demo import NAME, Connected
from tests.support.home import CHECKOUT

KIND = '''
"""Names, one a line."""

from __future__ import annotations

from psconnect.destinations.kind import Context, Kind
from psconnect.destinations.snapshot import Roster, Snapshot
from psconnect.model.clock import CancelToken
from psconnect.model.entities import STUDENT
from psconnect.model.setting_fields import SecretField, SettingField
from psconnect.transfer.fileset import FileSet, Rows


class Names(Snapshot):
    """A file of names."""

    def write(self, roster: Roster, files: FileSet, cancel: CancelToken) -> Rows:
        """Write it."""
        cancel.check()
        names = [record[STUDENT.attributes.index("familyName")] for record in roster.records(STUDENT)]
        with files.file("names.txt") as file:
            file.write("\\n".join(names).encode())
        return {"names.txt": len(names)}


def _open(context: Context) -> Names:
    return Names(context.published_to)


KIND = Kind(
    name="names",
    label="List of names",
    summary="A text file with family names, for nobody.",
    open=_open,
    settings=(SettingField("order", "Order", "How names are sorted.", "choice", default="as-is", choices=("as-is",)),),
    secrets=(SecretField("seal", "Seal", "Enter the seal.", required=False),),
    places=("folder",),
)
'''


@pytest.fixture
def product(tmp_path: Path) -> Path:
    """A copy of the product with the kind in it; nothing else is different."""
    copy = tmp_path / "copy"
    shutil.copytree(CHECKOUT / "psconnect", copy / "psconnect", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(CHECKOUT / "resources", copy / "resources")
    folder = copy / "psconnect" / "destinations" / "names"
    folder.mkdir()
    (folder / "__init__.py").write_text(KIND)
    index = copy / "psconnect" / "destinations" / "__init__.py"
    before = index.read_text()
    index.write_text(before.replace("FOLDERS = (", 'FOLDERS = ("names", '))
    after = index.read_text().splitlines()
    changed = [line for line, was in zip(after, before.splitlines(), strict=True) if line != was]
    assert [line.startswith("FOLDERS") for line in changed] == [True], "one line outside the folder"
    return copy


def test_a_new_kind_is_a_folder_and_a_line(product: Path, connected: Connected) -> None:
    secret = connected.service.secrets.get(NAME, CLIENT_SECRET)
    environment = {
        **os.environ,
        "PYTHONPATH": str(product),
        "PSCONNECT_HOME": str(connected.folder / "home"),
        "PSCONNECT_HEADLESS": "1",
        variable(CLIENT_SECRET): secret,
    }

    def psconnect(*arguments: str, code: int = 0) -> str:
        command = [sys.executable, "-m", "psconnect", *arguments]
        done = subprocess.run(
            command, cwd=product, env=environment, input="x", capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    roster, service = connected.folder / "roster", connected.service
    destination = {"kind": "oneroster-csv", "folder": str(roster)}
    service.save_connection(msgspec.structs.replace(service.connection(NAME), destination=destination))
    psconnect("connection", "set", NAME, "destination.kind", "names")
    assert "destination.seal" in psconnect("secret", "set", NAME, "destination.nothing", code=2)
    assert "“Order” of List of names" in psconnect("connection", "set", NAME, "destination.order", "up", code=2)
    held = psconnect("sync", NAME, code=3)
    (run,) = service.runs(NAME)
    assert run.id in held
    psconnect("run", "approve", run.id, "--reason", "exercise")
    with zipfile.ZipFile(roster / f"{NAME}.zip") as bundle:
        assert bundle.namelist() == ["names.txt"]
    page = roster / "report.html"
    psconnect("report", run.id, "-o", str(page))
    assert "List of names" in page.read_text()
