"""Files that are whole or not there, whatever happens while they are written (faults P03, P04)."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from psconnect.model.errors import LocalStorage
from psconnect.store.files import private_folder, storage_error, storage_errors, write_atomically
from psconnect.wording.errors import word
from tests.support.home import CHECKOUT

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="limits and permissions of POSIX")

_WRITE = """
import resource, signal, sys
from pathlib import Path
from psconnect.model.errors import LocalStorage
from psconnect.store.files import write_atomically
if sys.argv[2] == "kill":
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    write_atomically(Path(sys.argv[1]), b"new" * 1_000_000)
except LocalStorage as error:
    print(error.code, error.where)
"""


def _write(path: Path, mode: str) -> subprocess.CompletedProcess[str]:
    """Write three megabytes in a process that may write a hundred kilobytes: refused, or killed in the middle."""
    env = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-c", _WRITE, str(path), mode]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_the_content_is_replaced_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "file.toml"
    for content in (b"first", b"", bytes(range(256)) * 5000):
        write_atomically(path, content)
        assert path.read_bytes() == content
        assert list(tmp_path.iterdir()) == [path]
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o600


@POSIX
def test_P03_a_write_that_the_system_refuses_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file.toml"
    path.write_bytes(b"old")
    done = _write(path, "refuse")
    assert done.stdout == f"PSC-DISK-ERROR {path}\n", done.stderr
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@POSIX
def test_P01_a_process_killed_while_writing_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file.toml"
    path.write_bytes(b"old")
    done = _write(path, "kill")
    assert done.returncode == -signal.SIGXFSZ
    assert path.read_bytes() == b"old"
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert [left.suffix for left in tmp_path.iterdir() if left != path] == [".tmp"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LocalStorage) as caught:
        write_atomically(tmp_path / "missing" / "file", b"x")
    assert (caught.value.code, caught.value.where) == ("PSC-DISK-MISSING", str(tmp_path / "missing" / "file"))


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "file").mkdir()
    with pytest.raises(LocalStorage):
        write_atomically(tmp_path / "file", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("number", "code", "says"),
    [
        (errno.ENOSPC, "PSC-DISK-FULL", "untouched"),
        (errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC, "PSC-DISK-FULL", "room"),
        (errno.EACCES, "PSC-DISK-DENIED", "read-only"),
        (errno.EPERM, "PSC-DISK-DENIED", "another program"),
        (errno.EROFS, "PSC-DISK-DENIED", "read-only"),
        (errno.ENOENT, "PSC-DISK-MISSING", "does not exist"),
        (errno.EIO, "PSC-DISK-ERROR", os.strerror(errno.EIO)),
    ],
)
def test_P03_P04_what_the_system_says_in_words(number: int, code: str, says: str) -> None:
    path = Path("folder") / "file.toml"
    with pytest.raises(LocalStorage) as caught, storage_errors(path):
        raise OSError(number, os.strerror(number))
    assert (caught.value.code, caught.value.where) == (code, str(path))
    assert says in word(caught.value).happened
    assert word(caught.value).to_do
    assert storage_error(path, OSError(number, os.strerror(number))).code == code


def test_other_errors_are_left_alone() -> None:
    with pytest.raises(ValueError, match="ours"), storage_errors(Path("x")):
        raise ValueError("ours")


@POSIX
def test_a_private_folder(tmp_path: Path) -> None:
    folder = private_folder(tmp_path / "a" / "b")
    assert folder.stat().st_mode & 0o777 == 0o700
    folder.chmod(0o777)
    assert private_folder(folder).stat().st_mode & 0o777 == 0o700


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    with pytest.raises(LocalStorage) as caught:
        private_folder(tmp_path / "a")
    assert caught.value.where == str(tmp_path / "a")
