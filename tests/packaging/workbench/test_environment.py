"""`dev.py` makes, keeps and repairs the environment of a checkout."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.packaging.workbench.checkout import SmallCheckout
from workbench.environment import Environment


@pytest.fixture
def checkout(tmp_path: Path) -> SmallCheckout:
    small = SmallCheckout(tmp_path)
    small.lock("run", "library-a==1.0")
    small.lock("dev", "library-a==1.0", "library-b==2.0")
    return small


def _answer(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.returncode == 7, done.stdout + done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _written(path: Path) -> tuple[int, int, int]:
    """Which file it is and when it was written; not when it was read, which starting does."""
    stat = path.stat()
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


def test_a_fresh_checkout_starts_and_the_second_start_prepares_nothing(checkout: SmallCheckout, tmp_path: Path) -> None:
    first = checkout.run("demo", "--port", "0", "a b", cwd=tmp_path)
    assert "Preparing" in first.stdout
    answer = _answer(first)
    assert answer["args"] == ["demo", "--port", "0", "a b"]
    assert (answer["library_a"], answer["library_b"]) == ("1.0", None)
    assert Path(answer["cwd"]) == tmp_path
    assert Path(answer["file"]).is_relative_to(checkout.folder)

    stamp = _written(checkout.stamp)
    second = checkout.run("demo")
    assert _answer(second)["library_a"] == "1.0"
    assert "Preparing" not in second.stdout
    assert _written(checkout.stamp) == stamp

    # What tests need comes on top; a start of the demo is content with it.
    assert "Preparing" in checkout.run("lint").stdout
    third = checkout.run("demo")
    assert _answer(third)["library_b"] == "2.0"
    assert "Preparing" not in third.stdout


class Noted(Environment):
    """Notes what would be made and installed; whoever installs leaves an interpreter behind, as pip and venv do."""

    done: list[str]

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "done", [])

    def _make_anew(self) -> None:
        self.done.append("made")
        self.python.parent.mkdir(parents=True, exist_ok=True)
        self.python.touch()

    def _install(self, lock: str) -> None:
        self.done.append(lock)


def _noted(checkout: SmallCheckout, lock: str = "run") -> list[str]:
    """What making the environment hold a lock comes to."""
    environment = Noted(checkout.folder)
    environment.ensure(lock)
    return environment.done


def test_an_environment_is_made_again_only_where_it_is_not_what_is_asked_for(checkout: SmallCheckout) -> None:
    """The decision alone; the thorough tests below make real environments."""
    assert _noted(checkout) == ["made", "run"]
    assert _noted(checkout) == []
    assert _noted(checkout, "dev") == ["dev"], "on top of what is there"
    assert _noted(checkout) == []
    whole = checkout.stamp.read_text(encoding="utf-8")
    stamp = json.loads(whole)
    others = [json.dumps({**stamp, name: other}) for name, other in (("python", "3.11.0"), ("place", "/elsewhere"))]
    for damaged in (*others, "[]", whole[:20]):
        checkout.stamp.write_text(damaged, encoding="utf-8")
        assert _noted(checkout) == ["made", "run"], damaged
    checkout.stamp.unlink()
    assert _noted(checkout) == ["made", "run"], "a start that was killed leaves no stamp"
    checkout.lock("run", "library-b==3.0")
    assert _noted(checkout) == ["made", "run"], "another lock"


@pytest.mark.thorough
def test_the_judges_have_an_environment_of_their_own(checkout: SmallCheckout) -> None:
    checkout.lock("judges", "library-b==3.0")
    made = checkout.run_python(
        "from pathlib import Path; from workbench.environment import Environment; "
        "judges = Environment(Path.cwd(), '.venv.judges'); judges.ensure('judges'); judges.ensure('judges'); "
        "print(judges.python)"
    )
    assert made.stdout.count("Preparing") == 1, made.stderr
    python = made.stdout.splitlines()[-1]
    assert Path(python).is_relative_to(checkout.folder / ".venv.judges")
    found = subprocess.run(
        [python, "-c", "import library_b; print(library_b.VERSION)"], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "3.0"
    assert not (checkout.folder / ".venv").exists()


@pytest.mark.thorough
def test_another_lock_makes_the_environment_anew(checkout: SmallCheckout) -> None:
    _answer(checkout.run("demo"))
    checkout.lock("run", "library-b==3.0")
    answer = _answer(checkout.run("demo"))
    assert (answer["library_a"], answer["library_b"]) == (None, "3.0")


@pytest.mark.thorough
def test_a_half_made_environment_is_repaired(checkout: SmallCheckout) -> None:
    (checkout.folder / ".venv" / "bin").mkdir(parents=True)
    (checkout.folder / ".venv" / "pyvenv.cfg").write_text("home = /nowhere\n", encoding="utf-8")
    assert _answer(checkout.run("demo"))["library_a"] == "1.0"


@pytest.mark.thorough
def test_an_environment_that_was_made_for_something_else_is_made_anew(checkout: SmallCheckout) -> None:
    _answer(checkout.run("demo"))
    whole = checkout.stamp.read_text(encoding="utf-8")
    stamp = json.loads(whole)
    another_python, another_place = {**stamp, "python": "3.11.0"}, {**stamp, "place": "/elsewhere"}
    for damaged in (json.dumps(another_python), json.dumps(another_place), whole[:20], "[]"):
        checkout.stamp.write_text(damaged, encoding="utf-8")
        again = checkout.run("demo")
        assert "Preparing" in again.stdout
        assert _answer(again)["library_a"] == "1.0"
        assert checkout.stamp.read_text(encoding="utf-8") == whole


@pytest.mark.thorough
def test_a_library_that_is_not_the_locked_one_is_refused(checkout: SmallCheckout) -> None:
    checkout.lock("run", "library-a==1.0", spoil=True)
    done = checkout.run("demo")
    assert done.returncode == 1
    assert "HASHES" in done.stderr
    assert done.stderr.splitlines()[-1] == (
        "The libraries could not be installed; pip says why above. "
        "Check the internet connection and the proxy, then start again."
    )
    assert not checkout.stamp.exists()
    checkout.lock("run", "library-a==1.0")
    assert _answer(checkout.run("demo"))["library_a"] == "1.0"


@pytest.mark.thorough
def test_two_starts_at_once_prepare_it_once(checkout: SmallCheckout) -> None:
    with checkout.start("demo") as one, checkout.start("demo") as other:
        outputs = [process.communicate(timeout=100)[0] for process in (one, other)]
    assert [one.returncode, other.returncode] == [7, 7]
    assert sorted("Preparing" in output for output in outputs) == [False, True]


@pytest.mark.parametrize("args", [[], ["deploy"], ["lint", "extra"]])
def test_wrong_usage_is_answered_with_the_usage(checkout: SmallCheckout, args: list[str]) -> None:
    done = checkout.run(*args)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: dev.py demo")
    assert not (checkout.folder / ".venv").exists()


def test_help_is_not_an_error(checkout: SmallCheckout) -> None:
    done = checkout.run("--help")
    assert done.returncode == 0
    assert done.stdout.startswith("usage: dev.py demo")


@pytest.mark.parametrize("version", [(2, 7), (3, 6), (3, 10), (3, 15)])
def test_another_python_is_told_what_is_needed(checkout: SmallCheckout, version: tuple[int, int]) -> None:
    code = f"import runpy, sys; sys.version_info = {(*version, 0)}; runpy.run_path('dev.py', run_name='__main__')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=checkout.folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith(
        f"psconnect needs Python 3.11 to 3.14, and this is Python {version[0]}.{version[1]}. Install"
    )
    assert done.stderr.count("\n") == 1
