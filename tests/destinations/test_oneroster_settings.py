"""Where the bundle goes: the file's name on every system, the folder, how many earlier ones stay."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from psconnect.destinations import Kind, find_kind
from psconnect.destinations.snapshot import Snapshot
from psconnect.model.clock import CancelToken
from psconnect.model.errors import FixSettings, PsconnectError
from psconnect.model.setting_fields import SecretField, SettingField
from psconnect.wording.errors import word
from psconnect.wording.filled import phrase_text
from tests.contracts.disks import Mount, make_read_only, mount
from tests.contracts.opening import open_snapshot
from tests.contracts.rosters import ListRoster, changed, small

__all__ = ["mount"]


def make(folder: Path | str, name: str = "Lincoln", **more: Any) -> Snapshot:
    given = {"kind": "oneroster-csv", "folder": str(folder), **more}
    return open_snapshot(name, given)


def delivered_name(folder: Path, connection: str) -> str:
    """The name of the one file that a delivery leaves."""
    make(folder, connection).prepare(ListRoster(small()), CancelToken()).publish()
    (path,) = folder.iterdir()
    return path.name


@pytest.mark.parametrize(
    ("connection", "name"),
    [
        ("Lincoln roster", "Lincoln roster.zip"),
        ("Lycée (été)", "Lycée (été).zip"),
        ("リンカーン校", "リンカーン校.zip"),
        ("a_b-c", "a_b-c.zip"),
        ("../../etc/passwd", "etc-passwd.zip"),
        ("..\\..\\C:\\x", "C--x.zip"),
        ("a/b", "a-b.zip"),
        ('a<b>c:d"e|f?g*h', "a-b-c-d-e-f-g-h.zip"),
        ("trailing dot.", "trailing dot.zip"),
        ("  blanks  ", "blanks.zip"),
        (".hidden", "hidden.zip"),
        ("...", "roster.zip"),
        ("🌻", "roster.zip"),
        ("CON", "CON-.zip"),
        ("con", "con-.zip"),
        ("Nul", "Nul-.zip"),
        ("com1", "com1-.zip"),
        ("LPT9", "LPT9-.zip"),
        ("aux.csv", "aux-csv.zip"),
        ("console", "console.zip"),
        ("x" * 300, "x" * 120 + ".zip"),
    ],
)
def test_the_file_name_is_one_that_every_system_takes(tmp_path: Path, connection: str, name: str) -> None:
    """A name that had to be changed has a few characters of its own behind it, so that two never share a file."""
    delivered = delivered_name(tmp_path, connection)
    kept = name.removesuffix(".zip").rstrip("-")
    if f"{connection}.zip" == name:
        assert delivered == name
    else:
        assert re.fullmatch(re.escape(kept) + r"-[0-9a-f]{6}\.zip", delivered)


def test_names_that_are_cleaned_alike_do_not_share_a_file(tmp_path: Path) -> None:
    names = ["A/B", "A:B", "A-B", "A-B.", " A-B", "A|B"]
    folders = [tmp_path / str(number) for number in range(len(names))]
    for folder in folders:
        folder.mkdir()
    assert len({delivered_name(folder, name) for folder, name in zip(folders, names, strict=True)}) == len(names)


@pytest.mark.parametrize("name", ["COM¹", "LPT²", "com³"])
def test_windows_reserves_the_small_digits_too(tmp_path: Path, name: str) -> None:
    assert delivered_name(tmp_path, name) != f"{name}.zip"


@pytest.mark.parametrize("letter", ["é", "語", "𠮷"])
def test_a_long_name_in_any_script_fits_the_file_system(tmp_path: Path, letter: str) -> None:
    name = delivered_name(tmp_path, letter * 300)

    assert len(name.encode()) <= 255
    assert name.startswith(letter)
    make(tmp_path, letter * 300).prepare(ListRoster({}), CancelToken()).publish()
    assert make(tmp_path, letter * 300).standing()


def test_both_spellings_of_an_accent_name_the_same_file(tmp_path: Path) -> None:
    composed, decomposed = (unicodedata.normalize(form, "Lycée") for form in ("NFC", "NFD"))
    assert composed != decomposed
    folders = [tmp_path / form for form in ("composed", "decomposed")]
    for folder in folders:
        folder.mkdir()

    names = {delivered_name(folder, name) for folder, name in zip(folders, (composed, decomposed), strict=True)}

    assert len(names) == 1


@pytest.mark.parametrize("folder", ["roster", "./roster", "../roster", " ", "."])
def test_a_folder_without_a_beginning_is_refused(folder: str) -> None:
    with pytest.raises(FixSettings) as caught:
        make(folder)

    assert caught.value.code == "PSC-FOLDER-RELATIVE"
    assert caught.value.where == "destination.folder"


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "roster").mkdir()

    make("~/roster").prepare(ListRoster(small()), CancelToken()).publish()

    assert (tmp_path / "roster" / "Lincoln.zip").is_file()


@pytest.mark.parametrize("folder", ["~nobody-has-this-account/roster", "/srv/ro\x00ster"])
def test_a_folder_that_can_not_be_is_refused_in_words(folder: str) -> None:
    with pytest.raises(PsconnectError) as caught:
        make(folder).check()

    assert word(caught.value).to_do


def test_the_error_for_a_missing_folder_names_it(tmp_path: Path) -> None:
    with pytest.raises(FixSettings) as caught:
        make(tmp_path / "elsewhere").check()

    assert caught.value.code == "PSC-FOLDER-MISSING"
    assert str(tmp_path / "elsewhere") in word(caught.value).happened


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(FixSettings) as caught:
        make(tmp_path / "file").check()

    assert caught.value.code == "PSC-FOLDER-MISSING"


@pytest.mark.parametrize(("keep", "stay"), [(0, 0), (1, 1), (5, 3)])
def test_as_many_earlier_bundles_stay_as_wanted(tmp_path: Path, keep: int, stay: int) -> None:
    for number in range(4):
        tables = small()
        tables["student"][0]["familyName"] = f"Name{number}"
        make(tmp_path, keep=keep).prepare(ListRoster(tables), CancelToken()).publish()
        os.utime(tmp_path / "Lincoln.zip", (1_800_000_000 + number,) * 2)

    assert len(list(tmp_path.glob("previous/*.zip"))) == stay


def test_a_negative_number_of_earlier_bundles_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FixSettings) as caught:
        make(tmp_path, keep=-1)

    assert caught.value.where == "destination.keep"


SECRETIVE = Kind(
    name="secretive",
    label="Secretive",
    summary="A destination with a token.",
    open=find_kind("oneroster-csv").open,
    settings=(SettingField("folder", "Folder", "Choose a folder.", "folder", required=True),),
    secrets=(SecretField("token", "Token", "Enter the token."),),
)


def test_a_secret_in_the_file_is_refused_without_being_repeated() -> None:
    with pytest.raises(FixSettings) as caught:
        SECRETIVE.complete({"folder": "/srv", "token": "hunter2"})

    assert caught.value.where == "destination.token"
    assert "hunter2" not in str(caught.value.as_dict())


def test_a_required_secret_is_not_missed_in_the_file() -> None:
    assert SECRETIVE.complete({"folder": "/srv"}) == {"folder": "/srv"}


def test_earlier_bundles_that_can_not_be_deleted_are_counted_in_what_is_told(tmp_path: Path, mount: Mount) -> None:
    mount(tmp_path / "previous", 1024 * 1024)
    for tables in (small(), changed(), small()):
        make(tmp_path, keep=5).prepare(ListRoster(tables), CancelToken()).publish()
    make_read_only(tmp_path / "previous", wanted=True)

    delivered = make(tmp_path, keep=0).prepare(ListRoster(changed()), CancelToken()).publish()

    assert phrase_text(delivered.said).endswith("; 2 earlier bundles in “previous” can’t be deleted yet")
    assert make(tmp_path, keep=0).standing() == delivered.receipt
