"""From a OneRoster bundle to another by the command line: the same records, and what changes from day to day."""

from __future__ import annotations

import csv
import io
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from psconnect.cli import codes
from psconnect.store.reading.source_keys import GIVEN_KEYS
from psconnect.store.settings.home import slug
from tests.cli.conftest import Psconnect
from tests.sources.bundles import person, school, texts, write
from tests.support.demo import Connected

NAME = "From a bundle"


def files(path: Path) -> dict[str, list[list[str]]]:
    """The rows of a bundle's files; their order does not count."""
    with zipfile.ZipFile(path) as bundle:
        return {name: sorted(csv.reader(io.StringIO(bundle.read(name).decode()))) for name in bundle.namelist()}


def connect_to(psconnect: Psconnect, folder: Path, roster: Path, connected: Connected | None = None) -> None:
    roster.mkdir()
    settings = folder.parent / "connection.toml"
    settings.write_text(
        f'name = "{NAME}"\npreset = "oneroster"\n[source]\nkind = "oneroster-csv"\nfolder = "{folder}"\n'
        f'[destination]\nkind = "oneroster-csv"\nfolder = "{roster}"\n'
    )
    said = psconnect("connection", "import", str(settings), connected=connected)
    assert said.code == 0, said.err


def deliver(psconnect: Psconnect, connected: Connected | None = None) -> None:
    held = psconnect("sync", NAME, "--json", connected=connected)
    assert held.code == codes.HELD, held
    said = psconnect("run", "approve", held.document["id"], "--reason", "looked at", connected=connected)
    assert said.code == 0, said


def test_the_demo_districts_bundle_comes_out_as_it_went_in(connected: Connected, psconnect: Psconnect) -> None:
    connected.delivered()
    folder, roster = connected.folder / "sis", connected.folder / "again"
    folder.mkdir()
    shutil.copy(connected.bundle, folder)
    connect_to(psconnect, folder, roster, connected)
    assert psconnect("check", NAME, connected=connected).code == 0
    deliver(psconnect, connected)
    assert files(roster / f"{NAME}.zip") == files(connected.bundle)
    again = psconnect("sync", NAME, "--json", connected=connected)
    assert (again.code, again.document["changes"]) == (0, {})


@pytest.fixture
def bundle(tmp_path: Path, psconnect: Psconnect, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a bundle of text ids that has been delivered once, into ``roster``."""
    monkeypatch.setenv("PSCONNECT_HOME", str(tmp_path / "home"))
    folder = write(tmp_path / "sis", texts(school()))
    connect_to(psconnect, folder, tmp_path / "roster")
    deliver(psconnect)
    return folder


def users(folder: Path) -> set[str]:
    return {row[0] for row in files(folder.parent / "roster" / f"{NAME}.zip")["users.csv"]} - {"sourcedId"}


def test_a_student_who_leaves_the_bundle_is_removed_and_comes_back_under_the_same_id(
    bundle: Path, psconnect: Psconnect
) -> None:
    everybody = users(bundle)
    assert everybody == {"007", "7", "f0e1d2c3-aaaa-bbbb-cccc-000000000001", "boss", "mum"}
    rows = school()
    rows["users"][1]["status"] = "tobedeleted"
    write(bundle, texts(rows))
    gone = psconnect("sync", NAME, "--json")
    assert gone.code in (0, codes.HELD), gone
    assert gone.document["changes"]["student"]["remove"] == 1
    assert gone.document["changes"]["enrollment"]["remove"] == 1
    if gone.code:
        assert psconnect("run", "approve", gone.document["id"], "--reason", "left").code == 0
    assert users(bundle) == everybody - {"7"}
    write(bundle, texts(school()))
    back = psconnect("sync", NAME, "--json")
    if back.code:
        assert psconnect("run", "approve", back.document["id"], "--reason", "back").code == 0
    assert users(bundle) == everybody
    assert psconnect("sync", NAME, "--json").document["changes"] == {}


def test_a_corrected_name_is_an_update_and_the_other_order_of_rows_is_nothing(
    bundle: Path, psconnect: Psconnect
) -> None:
    rows = school()
    write(bundle, texts({name: list(reversed(found)) for name, found in rows.items()}))
    assert psconnect("sync", NAME, "--json").document["changes"] == {}
    rows["users"][0]["givenName"] = "Zoë"
    rows["users"].append(person("new", "student"))
    write(bundle, texts(rows))
    run = psconnect("sync", NAME, "--json").document
    assert run["changes"]["student"] == {"create": 1, "update": 1, "remove": 0}


def test_a_bundle_that_is_cut_off_removes_nobody(bundle: Path, psconnect: Psconnect) -> None:
    (bundle / "users.csv").write_bytes((bundle / "users.csv").read_bytes()[:-30])
    before = users(bundle)
    said = psconnect("sync", NAME)
    assert (said.code, "PSC-BUNDLE-NOT-WHOLE" in said.err) == (4, True), said
    assert users(bundle) == before
    (bundle / "users.csv").write_bytes((bundle / "users.csv").read_bytes().splitlines()[0] + b"\r\n")
    said = psconnect("sync", NAME)
    assert (said.code, "PSC-READ-EMPTY" in said.err) == (4, True), said
    assert users(bundle) == before


def test_a_record_is_found_and_named_by_its_text(bundle: Path, psconnect: Psconnect) -> None:
    said = psconnect("explain", NAME, "O'Neil-7", "--json")
    assert said.code == 0, said
    assert "u7" in said.out
    assert f"DCID {str(GIVEN_KEYS.start)[:6]}" not in said.out


def test_keys_of_those_who_are_nowhere_any_more_are_forgotten(bundle: Path, psconnect: Psconnect) -> None:
    def known() -> set[str]:
        path = next((bundle.parent / "home").rglob(f"{slug(NAME)}.sqlite"))
        with closing(sqlite3.connect(path)) as db:
            return {own_id for (own_id,) in db.execute("SELECT id FROM source_key WHERE kind = 'student'")}

    rows = school()
    rows["users"].append(person("switched-off", "student", enabledUser="false"))
    write(bundle, texts(rows))
    assert psconnect("sync", NAME, "--json").document["changes"] == {}
    assert known() == {"007", "7", "switched-off"}
    write(bundle, texts(school()))
    assert psconnect("sync", NAME, "--json").document["changes"] == {}
    assert known() == {"007", "7"}


def test_another_kind_of_source_does_not_replace_everybody(connected: Connected, psconnect: Psconnect) -> None:
    """PowerSchool's records have its numbers as keys: in a bundle nobody of them would be found."""
    connected.delivered()
    before, folder = files(connected.bundle), connected.folder / "sis"
    write(folder, texts(school()))
    settings = connected.folder / "connection.toml"
    exported = psconnect("connection", "export", connected.name, str(settings), connected=connected)
    assert exported.code == 0, exported
    lines, section = [], ""
    for line in settings.read_text().splitlines():
        section = line if line.startswith("[") else section
        if section not in ("[source]", "[options]"):
            lines.append(line)
    settings.write_text("\n".join(lines) + f'\n[source]\nkind = "oneroster-csv"\nfolder = "{folder}"\n')
    assert psconnect("connection", "import", str(settings), connected=connected).code == 0
    said = psconnect("sync", connected.name, connected=connected)
    assert (said.code, "PSC-SOURCE-OTHER" in said.err) == (codes.NOT_READ, True), said
    assert files(connected.bundle) == before


def test_a_bundle_needs_no_secret(tmp_path: Path, psconnect: Psconnect) -> None:
    connect_to(psconnect, tmp_path / "sis", tmp_path / "roster")
    assert psconnect("secret", "list", NAME, "--json").document == {"secrets": []}
    said = psconnect("secret", "set", NAME, "source.client_secret", stdin="x")
    assert said.code == codes.USAGE
    assert "PSC-SECRET-KEY" in said.err
    assert "needs none" in said.err
