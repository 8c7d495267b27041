"""What is shipped works on its own: built, installed in a clean environment, started away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.support.home import CHECKOUT


def _run(command: list[str | Path], cwd: Path) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=100, check=False)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("built")
    done = _run([sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, CHECKOUT], folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a clean environment with the wheel; libraries are those of this one."""
    place = tmp_path_factory.mktemp("installed")
    _run([sys.executable, "-m", "venv", "--without-pip", place], place).check_returncode()
    programs = place / ("Scripts" if sys.platform == "win32" else "bin")
    python = programs / Path(sys.executable).name
    libraries = _run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], place).stdout.strip()
    Path(libraries, "libraries.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    [wheel] = built.glob("*.whl")
    done = _run([sys.executable, "-m", "pip", "--python", python, "install", "--no-index", "--no-deps", wheel], place)
    assert done.returncode == 0, done.stderr
    return programs


def _files(folder: Path) -> set[str]:
    """Paths below a folder, without what file managers leave behind."""
    paths = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return {path.relative_to(folder).as_posix() for path in paths}


def _resources() -> set[str]:
    return _files(CHECKOUT / "resources")


def test_the_wheel_has_the_resources_and_no_tests(built: Path) -> None:
    [wheel] = built.glob("psconnect-0.1.0-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    inside = {name.removeprefix("psconnect/resources/") for name in names if "/resources/" in name}
    assert inside == _resources()
    assert inside
    assert "psconnect/__main__.py" in names
    assert {name.partition("/")[0] for name in names} == {"psconnect", "psconnect-0.1.0.dist-info"}


def test_the_source_archive_has_what_a_build_needs_and_no_tests(built: Path) -> None:
    with tarfile.open(built / "psconnect-0.1.0.tar.gz") as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "psconnect/__init__.py"} <= names
    assert {f"resources/{name}" for name in _resources()} <= names
    assert not [name for name in names if name.startswith(("tests/", "packaging/", "dev.py"))]


def test_the_program_starts_away_from_the_checkout(installed: Path, tmp_path: Path) -> None:
    done = _run([installed / ("psconnect.exe" if sys.platform == "win32" else "psconnect"), "--help"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert "psconnect" in done.stdout


def test_the_installed_program_finds_its_own_resources(installed: Path, tmp_path: Path) -> None:
    code = "from psconnect import resources; print(resources.folder())"
    done = _run([installed / Path(sys.executable).name, "-P", "-c", code], tmp_path)
    assert done.returncode == 0, done.stderr
    found = Path(done.stdout.strip())
    assert found.is_relative_to(installed.parent)
    assert _files(found) == _resources()
