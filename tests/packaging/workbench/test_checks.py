"""`dev.py test` and `dev.py lint`, on a small project: what is counted, said, recorded and answered."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.home import CHECKOUT
from workbench import checks
from workbench.environment import Environment

_LINE_LENGTH = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["line-length"]

_PYPROJECT = f"""
[tool.ruff]
line-length = {_LINE_LENGTH}
[tool.ruff.lint]
select = ["F"]
[tool.importlinter]
root_package = "psconnect"
[[tool.importlinter.contracts]]
name = "layers"
type = "layers"
layers = ["psconnect.upper", "psconnect.lower"]
[tool.house]
package = "psconnect"
longest_module = 20
longest_function = 5
[tool.pytest.ini_options]
addopts = [
  "-p", "xdist.plugin", "-p", "tests.support.thorough", "-p", "tests.support.side_by_side", "-p", "no:cacheprovider",
]
markers = ["thorough: slow"]
"""

_PLUGINS = ("tests/support/thorough.py", "tests/support/side_by_side.py")
_TESTS = """import pytest


def test_good():
    assert True


@pytest.mark.skip(reason="not today")
def test_later():
    assert True


@pytest.mark.thorough
def test_measures(record_figure):
    record_figure("records read", 12345.6, "records/s")
"""


@pytest.fixture(scope="module")
def known_types(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy found in Python's own library, once for all projects."""
    return tmp_path_factory.mktemp("mypy")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known_types: Path) -> Environment:
    """A project that passes all checks; its environment is the one of this test."""
    monkeypatch.setenv("MYPY_CACHE_DIR", str(known_types))
    files = {
        "pyproject.toml": _PYPROJECT,
        "dev.py": "",
        "psconnect/__init__.py": "",
        "psconnect/upper.py": "",
        "psconnect/beside.py": "import psconnect.lower as lower\n\nTEXT: str = lower.NAME\n",
        "psconnect/lower.py": 'NAME = "lower"\n',
        "packaging/workbench/__init__.py": "",
        "tests/__init__.py": "",
        "tests/test_small.py": _TESTS,
        "tests/support/__init__.py": "",
        **{name: (CHECKOUT / name).read_text(encoding="utf-8") for name in _PLUGINS},
    }
    for name, content in files.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    (tmp_path / "project" / ".venv").symlink_to(sys.prefix, target_is_directory=True)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return Environment(tmp_path / "project")


def _lines(capfd: pytest.CaptureFixture[str]) -> list[str]:
    return capfd.readouterr().out.splitlines()


def _change(project: Environment, name: str, content: str) -> None:
    (project.folder / name).write_text(content, encoding="utf-8")


def test_all_green(project: Environment, capfd: pytest.CaptureFixture[str]) -> None:
    assert checks.test(project, with_thorough=False, pytest_args=[]) == 0
    lines = _lines(capfd)
    steps = ["ruff check", "ruff format --check", "mypy --strict", "lint-imports", "rules of the house", "pytest"]
    assert [line.removeprefix("== ") for line in lines if line.startswith("== ")] == [*steps, "summary"]
    assert lines[-7:] == [*(f"ok      {step}" for step in steps), "1 passed, 0 failed, 1 skipped"]
    assert not (project.folder / "tests/THOROUGH.md").exists()


@pytest.mark.parametrize(
    ("step", "name", "content"),
    [
        ("ruff check", "psconnect/lower.py", 'import os\n\nNAME = "lower"\n'),
        ("ruff format --check", "psconnect/lower.py", "NAME = 'lower'\n"),
        ("mypy --strict", "psconnect/lower.py", "NAME = 1\n"),
        ("lint-imports", "psconnect/lower.py", 'import psconnect.upper\n\nNAME = "l"\nprint(psconnect.upper)\n'),
        ("rules of the house", "psconnect/upper.py", 'NAME = "upper"\n'),
        ("pytest", "tests/test_small.py", "def test_bad():\n    assert not __name__\n"),
        ("pytest", "tests/test_small.py", 'raise RuntimeError("made up")\n'),
        ("pytest", "tests/test_small.py", ""),
    ],
)
def test_each_step_can_fail(
    project: Environment, capfd: pytest.CaptureFixture[str], step: str, name: str, content: str
) -> None:
    _change(project, name, content)
    assert checks.test(project, with_thorough=True, pytest_args=[]) == 1
    lines = _lines(capfd)
    assert f"FAILED  {step}" in lines
    passed = "0 passed, 1 failed" if step == "pytest" else "2 passed, 1 failed, 1 skipped"
    assert lines[-1] == passed
    assert not (project.folder / "tests/THOROUGH.md").exists()


def test_arguments_go_to_pytest(project: Environment, capfd: pytest.CaptureFixture[str]) -> None:
    assert checks.test(project, with_thorough=True, pytest_args=["-k", "good"]) == 0
    assert _lines(capfd)[-1] == "1 passed, 0 failed"
    assert not (project.folder / "tests/THOROUGH.md").exists()


_HANGING = """import ctypes


def test_hangs():
    mutex = ctypes.create_string_buffer(128)
    library = ctypes.PyDLL(None)
    while True:
        library.pthread_mutex_lock(mutex)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="made with POSIX threads")
def test_what_hangs_inside_a_library_is_ended(
    project: Environment, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _change(project, "tests/test_small.py", _HANGING)
    limits = [option.replace("=300", "=2") for option in checks.HARD_LIMIT]
    monkeypatch.setattr(checks, "HARD_LIMIT", limits)
    assert checks.test(project, with_thorough=False, pytest_args=[]) == 1
    lines = _lines(capfd)
    assert "FAILED  pytest" in lines
    assert lines[-1] == "0 passed, 1 failed"


_CRASHING = """import os


def test_before():
    assert True


def test_crashes():
    os._exit(1)


def test_behind():
    assert True
"""


@pytest.mark.parametrize("workers", [1, 2])
def test_a_worker_that_crashes_costs_its_test_and_no_other(
    project: Environment, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    monkeypatch.setattr(checks, "_static_steps", lambda _environment: {})
    monkeypatch.setattr(checks, "SIDE_BY_SIDE", [f"--numprocesses={workers}", "--dist=loadfile"])
    for file in ("first", "second", "third"):
        _change(
            project, f"tests/test_{file}.py", _CRASHING if file == "second" else _CRASHING.replace("os._exit", "abs")
        )
    assert checks.test(project, with_thorough=False, pytest_args=[]) == 1
    # Beside those three, the project has two tests.
    assert _lines(capfd)[-1] == "9 passed, 1 failed, 1 skipped"


def test_where_each_test_crashes_the_run_ends(
    project: Environment, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "_static_steps", lambda _environment: {})
    crashes = "".join(f"def test_{number}():\n    os._exit(1)\n\n\n" for number in range(9))
    _change(project, "tests/test_small.py", f"import os\n\n\n{crashes}")
    assert checks.test(project, with_thorough=False, pytest_args=[]) == 1
    lines = _lines(capfd)
    assert lines[-1] == "0 passed, 5 failed"
    assert any("maximum crashed workers reached: 4" in line for line in lines)


def test_a_run_that_never_ends_is_ended(
    project: Environment, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _change(project, "tests/test_small.py", "import time\n\n\ndef test_waits():\n    time.sleep(1000)\n")
    monkeypatch.setattr(checks, "_static_steps", lambda _environment: {})
    monkeypatch.setattr(checks, "RUN_LIMIT", 5)
    monkeypatch.setattr(checks, "LAST_WORDS", 1)
    assert checks.test(project, with_thorough=False, pytest_args=[]) == 1
    lines = _lines(capfd)
    assert "pytest took longer than 5 seconds and was ended." in lines
    assert "FAILED  pytest" in lines


def test_the_quick_run_keeps_its_files_in_memory_where_there_is_room(
    project: Environment, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(checks, "_static_steps", lambda _environment: {})
    place, told = tmp_path / "memory", tmp_path / "told"
    place.mkdir()
    monkeypatch.setattr(checks, "_IN_MEMORY", place)
    monkeypatch.setattr(checks, "_ROOM", 1)
    writes = f"import tempfile\n\n\ndef test_a():\n    open({str(told)!r}, 'w').write(tempfile.gettempdir())\n"
    _change(project, "tests/test_small.py", writes)
    assert checks.test(project, with_thorough=False, pytest_args=[]) == 0
    assert Path(told.read_text(encoding="utf-8")).parent == place
    assert list(place.iterdir()) == []
    monkeypatch.setattr(checks, "_ROOM", 2**60)
    assert checks.place_of_files() is None


def test_lint_runs_no_test(project: Environment, capfd: pytest.CaptureFixture[str]) -> None:
    _change(project, "tests/test_small.py", "def test_bad():\n    assert not __name__\n")
    assert checks.lint(project) == 0
    assert _lines(capfd)[-1] == "5 passed, 0 failed"
    _change(project, "psconnect/lower.py", "NAME = 1\n")
    assert checks.lint(project) == 1
    assert _lines(capfd)[-1] == "4 passed, 1 failed"


def test_a_green_thorough_run_is_recorded(project: Environment, capfd: pytest.CaptureFixture[str]) -> None:
    def git(*args: str) -> str:
        identity = ("-c", "user.name=Test", "-c", "user.email=test@example.invalid")
        done = subprocess.run(["git", *identity, *args], cwd=project.folder, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    (project.folder / ".gitignore").write_text(".*/\n__pycache__\n.venv\n", encoding="utf-8")
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "made up")
    assert checks.test(project, with_thorough=True, pytest_args=[]) == 0
    assert _lines(capfd)[-1] == "2 passed, 0 failed, 1 skipped"
    report = (project.folder / "tests/THOROUGH.md").read_text(encoding="utf-8")
    assert f"- Commit: {git('rev-parse', 'HEAD')}\n" in report
    assert "- Tests passed: 2\n" in report
    assert f"- Python: {sys.version.split()[0]}\n" in report
    assert "| records read | 12,345.6 | records/s |\n" in report

    _change(project, "dev.py", "# changed\n")
    assert checks.test(project, with_thorough=True, pytest_args=[]) == 0
    capfd.readouterr()
    report = (project.folder / "tests/THOROUGH.md").read_text(encoding="utf-8")
    assert f"- Commit: {git('rev-parse', 'HEAD')} with uncommitted changes\n" in report
