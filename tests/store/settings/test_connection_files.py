"""Connection files: whole or not there, the last good copy beside them, and never a secret inside (fault P13)."""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from pathlib import Path

import msgspec
import pytest

from psconnect.model.connection import Connection, from_dict
from psconnect.model.connection_id import PATTERN, new_id
from psconnect.model.errors import FixSettings, LocalStorage
from psconnect.model.sections import SourceSettings
from psconnect.store.settings.connection_files import ConnectionFiles, from_toml, read_file, to_toml
from psconnect.store.settings.home import home_at, slug
from psconnect.wording.errors import word

LINCOLN = from_dict(
    {
        "name": "Lincoln roster",
        "preset": "oneroster",
        "id": "bcdfgh",
        "source": {"url": "https://lincoln.powerschool.com", "client_id": "made-up-id"},
        "options": {"district_name": 'Ünïted "Schools" \\ \t 李'},
        "destination": {"kind": "oneroster-csv", "folder": "C:\\Roster"},
    }
)


@pytest.fixture
def files(tmp_path: Path) -> ConnectionFiles:
    return ConnectionFiles(home_at(tmp_path / "home"))


def path_of(files: ConnectionFiles, name: str = "Lincoln roster") -> Path:
    return files.home.connections() / f"{slug(name)}.toml"


def renamed(name: str) -> Connection:
    return msgspec.structs.replace(LINCOLN, name=name)


def with_id(client_id: str) -> Connection:
    return msgspec.structs.replace(LINCOLN, source=SourceSettings(client_id=client_id))


def test_what_is_saved_is_read(files: ConnectionFiles) -> None:
    files.save(LINCOLN)
    assert files.get("Lincoln roster") == LINCOLN
    assert files.all() == [LINCOLN]
    assert from_toml(to_toml(LINCOLN), "x") == LINCOLN
    assert read_file(path_of(files)) == LINCOLN


def test_names_are_sorted_as_people_sort(files: ConnectionFiles) -> None:
    assert files.names() == []
    for name in ("beta", "Alpha", "Émile", "alpha 2"):
        files.save(renamed(name))
    assert files.names() == ["Alpha", "alpha 2", "beta", "Émile"]


def test_no_such_connection_lists_the_known_ones(files: ConnectionFiles) -> None:
    with pytest.raises(FixSettings) as caught:
        files.get("nothing")
    assert "Known: none yet." in word(caught.value).happened
    files.save(LINCOLN)
    with pytest.raises(FixSettings) as caught:
        files.get("lincoln")
    assert (caught.value.code, caught.value.where) == ("PSC-CONNECTION-UNKNOWN", "lincoln")
    assert "“Lincoln roster”" in word(caught.value).happened


def test_case_and_spelling_of_accents_are_the_same_file(files: ConnectionFiles) -> None:
    name = "École Gagné"
    files.save(renamed(unicodedata.normalize("NFC", name)))
    files.save(renamed(unicodedata.normalize("NFD", name).upper()))
    assert len(list(files.home.connections().glob("*.toml"))) == 1
    assert files.get(name.lower()).name == unicodedata.normalize("NFD", name).upper()


def test_a_file_of_a_damaged_disk_gives_way_to_the_last_good_copy(files: ConnectionFiles) -> None:
    files.save(with_id("first"))
    files.save(with_id("second"))
    for damage in (b"", b'name = "Linc', b"\x00\xff\xfe", b"[source]\nurll = 'x'"):
        path_of(files).write_bytes(damage)
        assert files.get("Lincoln roster").source.client_id == "first"
        assert files.names() == ["Lincoln roster"]
    path_of(files).unlink()
    assert files.get("Lincoln roster").source.client_id == "first"


def test_a_damaged_file_never_becomes_the_last_good_copy(files: ConnectionFiles) -> None:
    files.save(with_id("first"))
    files.save(with_id("second"))
    path_of(files).write_bytes(b"half a fi")
    files.save(with_id("third"))
    assert files.get("Lincoln roster").source.client_id == "third"
    path_of(files).write_bytes(b"half a fi")
    assert files.get("Lincoln roster").source.client_id == "first"


def test_a_damaged_file_without_a_copy_is_named(files: ConnectionFiles) -> None:
    files.save(LINCOLN)
    files.save(renamed("Other"))
    path_of(files).write_bytes(b'name = "Linc')
    with pytest.raises(FixSettings) as caught:
        files.get("Lincoln roster")
    assert (caught.value.code, caught.value.where) == ("PSC-SETTINGS-TOML", str(path_of(files)))
    assert files.names() == ["Other"], "the others can still be used"
    assert [error.where for error in files.damaged()] == [str(path_of(files))]


def test_a_newer_file_is_neither_replaced_by_its_copy_nor_written_over(files: ConnectionFiles) -> None:
    files.save(with_id("first"))
    files.save(with_id("second"))
    newer = b'format = 2\nname = "Lincoln roster"\npreset = "oneroster"\n'
    path_of(files).write_bytes(newer)
    for use in (lambda: files.get("Lincoln roster"), lambda: files.save(with_id("third"))):
        with pytest.raises(FixSettings) as caught:
            use()
        assert caught.value.code == "PSC-SETTINGS-NEWER"
        assert "newest version" in word(caught.value).to_do
        assert str(path_of(files)) in caught.value.where
    assert path_of(files).read_bytes() == newer


@pytest.mark.parametrize(
    ("content", "code", "where"),
    [
        (b"\xef\xbb\xbf", "", ""),
        (b"x = ", "PSC-SETTINGS-TOML", ""),
        ("name = 'Lincoln'".encode("utf-16"), "PSC-SETTINGS-TOML", ""),
        ("name = 'École'".encode("latin-1"), "PSC-SETTINGS-TOML", ""),
        (b"presett = 'x'", "PSC-SETTINGS-INVALID", "presett"),
    ],
    ids=["BOM", "TOML", "UTF-16", "Latin-1", "key"],
)
def test_any_connection_file(tmp_path: Path, content: bytes, code: str, where: str) -> None:
    path = tmp_path / "mailed.toml"
    whole = content + to_toml(LINCOLN).replace("\n", "\r\n").encode() if not code else content
    path.write_bytes(whole)
    if not code:
        assert read_file(path) == LINCOLN
        return
    with pytest.raises(FixSettings) as caught:
        read_file(path)
    assert caught.value.code == code
    assert caught.value.where.startswith(str(path))
    assert where in caught.value.where


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LocalStorage) as caught:
        read_file(tmp_path / "missing.toml")
    assert (caught.value.code, caught.value.where) == ("PSC-DISK-MISSING", str(tmp_path / "missing.toml"))


def test_removing_takes_the_copy_along(files: ConnectionFiles) -> None:
    files.save(LINCOLN)
    files.save(LINCOLN)
    files.save(renamed("Other"))
    files.remove("Lincoln roster")
    assert files.names() == ["Other"]
    assert [path.name for path in files.home.connections().iterdir()] == [path_of(files, "Other").name]
    files.remove("Lincoln roster")


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
def test_only_the_owner_can_read_them(files: ConnectionFiles) -> None:
    before = os.umask(0o022)
    try:
        files.save(LINCOLN)
        files.save(LINCOLN)
    finally:
        os.umask(before)
    folder = files.home.connections()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    folder.chmod(0o755)
    assert files.home.connections().stat().st_mode & 0o777 == 0o700


def test_a_file_that_can_not_be_opened_does_not_hide_the_others(files: ConnectionFiles) -> None:
    files.save(LINCOLN)
    blocked = files.home.connections() / "blocked.toml"
    blocked.mkdir()
    assert files.names() == ["Lincoln roster"]
    assert [error.where for error in files.damaged()] == [str(blocked)]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_file_that_is_removed_while_all_are_listed_is_no_matter(files: ConnectionFiles) -> None:
    files.save(LINCOLN)
    (files.home.connections() / "removed.toml").symlink_to(files.home.connections() / "nowhere")
    assert files.names() == ["Lincoln roster"]
    assert files.damaged() == []


def without_id(files: ConnectionFiles) -> Path:
    """A connection's file as an earlier version wrote it."""
    files.save(LINCOLN)
    path = path_of(files)
    path.write_text(
        "".join(line for line in path.read_text().splitlines(keepends=True) if not line.startswith("id = "))
    )
    return path


def test_a_file_without_an_id_has_the_same_one_each_time_and_keeps_it_at_the_next_save(files: ConnectionFiles) -> None:
    path = without_id(files)
    before = path.read_bytes()
    found = {files.get("Lincoln roster").id, files.all()[0].id, ConnectionFiles(files.home).get("Lincoln roster").id}
    assert path.read_bytes() == before
    (an_id,) = found
    assert re.fullmatch(PATTERN, an_id)
    assert len(an_id) == 6
    files.save(files.get("Lincoln roster"))
    assert read_file(path).id == an_id


def test_a_plugin_that_is_built_settles_the_id(files: ConnectionFiles) -> None:
    path = without_id(files)
    an_id = files.with_kept_id("Lincoln roster").id
    assert read_file(path).id == an_id
    changed = path.stat().st_mtime_ns
    assert files.with_kept_id("Lincoln roster").id == an_id
    assert path.stat().st_mtime_ns == changed


@pytest.mark.parametrize("an_id", ["BCDFGH", "bc", "2bcdfg", "bcd-fgh", "b" * 13, 123456])
def test_an_id_that_is_none_is_refused(an_id: object) -> None:
    with pytest.raises(FixSettings) as caught:
        from_dict({"name": "x", "preset": "oneroster", "id": an_id})
    assert caught.value.where == "id"
    assert "4 to 12 small letters and digits" in word(caught.value).to_do


def test_drawn_ids_differ_and_are_no_words() -> None:
    drawn = {new_id() for _ in range(500)}
    assert len(drawn) > 490
    assert all(re.fullmatch("[b-df-hj-np-tv-z][b-df-hj-np-tv-z2-9]{5}", an_id) for an_id in drawn)


def refused(tmp_path: Path, content: bytes) -> FixSettings:
    file = tmp_path / "roster.toml"
    file.write_bytes(content)
    with pytest.raises(FixSettings) as caught:
        read_file(file)
    assert str(file) in caught.value.where
    return caught.value


HEAD = 'name = "Lincoln"\npreset = "oneroster"\n'


@pytest.mark.parametrize("path", [r"C:\Users\Pat\roster", r"C:\Data\roster", r"\\server\share"])
def test_a_windows_path_in_double_quotes(tmp_path: Path, path: str) -> None:
    error = refused(tmp_path, f'{HEAD}[destination]\nfolder = "{path}"'.encode())
    assert "line 4" in word(error).happened
    assert "double quotes" in word(error).happened
    assert r"single quotes, like folder = 'C:\Users\Pat\roster', or with each \ twice" in word(error).to_do
    file = tmp_path / "roster.toml"
    file.write_text(f"{HEAD}[destination]\nfolder = '{path}'", encoding="utf-8")
    assert read_file(file).destination["folder"] == path


@pytest.mark.parametrize("path", [r"C:\temp", r"C:\new\roster", r"/srv/\u0000"])
def test_a_path_in_double_quotes_that_says_something_else_than_it_seems(tmp_path: Path, path: str) -> None:
    for section, key in (("destination", "folder"), ("source", "ca_file")):
        error = refused(tmp_path, f'{HEAD}[{section}]\n{key} = "{path}"'.encode())
        assert error.code == "PSC-SETTINGS-INVALID"
        assert f"{section}.{key}" in error.where
        assert "single quotes" in word(error).to_do


@pytest.mark.parametrize(
    ("encoding", "words"),
    [("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16"), ("cp1252", "(line 2 is not UTF-8)")],
)
def test_a_file_that_is_not_saved_as_utf_8(tmp_path: Path, encoding: str, words: str) -> None:
    error = refused(tmp_path, 'preset = "oneroster"\nname = "École"\n'.encode(encoding))
    assert words in word(error).happened
    assert "Save it as UTF-8: in Notepad" in word(error).to_do


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = " + "[" * 20_000 + "]" * 20_000, "nested too deeply"),
        ("x = " + "{a = " * 20_000 + "1" + "}" * 20_000, "nested too deeply"),
        ("[scope]\nschools = [100, " + "9" * 5_000 + "]", "Line 4 has a number of more than 19 digits"),
        ("[scope]\nstart_year = " + "9" * 30, "Line 4 has a number of more than 19 digits"),
    ],
    ids=["lists", "tables", "5,000 digits", "30 digits"],
)
def test_a_file_beyond_every_measure(tmp_path: Path, text: str, words: str) -> None:
    error = refused(tmp_path, (HEAD + text).encode())
    assert error.code == "PSC-SETTINGS-TOML"
    assert words in word(error).happened


def test_a_name_or_a_file_of_many_megabytes(tmp_path: Path) -> None:
    assert "16 MB" in word(refused(tmp_path, f'preset = "oneroster"\nname = "{"x" * 30_000_000}"'.encode())).happened
    error = refused(tmp_path, f'preset = "oneroster"\nname = "{"x" * 1_000_000}"'.encode())
    assert word(error).happened == "The connection’s name has 1,000,000 characters."
    assert "at most 200" in word(error).to_do


@pytest.mark.parametrize("line", ["schools = [0100]", "schools = [100, 0600]", "start_year = 02026"])
def test_a_number_that_begins_with_0_is_named(line: str) -> None:
    with pytest.raises(FixSettings) as caught:
        from_toml(f'name = "x"\npreset = "oneroster"\n[scope]\n{line}\n', "x.toml")
    assert word(caught.value).happened == "In line 4, a number begins with 0."
    assert word(caught.value).to_do == "Leave out the leading zeros, like schools = [100]."
