"""The rules of the house, each on a small tree that breaks it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.home import CHECKOUT
from workbench import house

_RULES = """
[tool.house]
package = "sample"
longest_module = 20
longest_function = 5
apart = ["sample.guest"]
[tool.house.shared]
check = "each kind has one"
"""


@pytest.fixture
def broken(tmp_path: Path):
    """What breaks a rule in a package of these modules, with these lines after the rules."""

    def look(modules: dict[str, str], more: str = "") -> list[str]:
        (tmp_path / "pyproject.toml").write_text(_RULES + more, encoding="utf-8")
        for name, text in modules.items():
            path = tmp_path / "sample" / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return house.broken_rules(tmp_path)

    return look


def test_a_long_module(broken):
    assert broken({"short": "X = 1\n" * 20, "long": "Y = 1\n" * 21}) == ["sample.long has 21 lines, more than 20"]


def test_a_long_function(broken):
    short = "def fits() -> None:\n" + "    pass\n" * 4
    method = "class Thing:\n    async def grows(self) -> None:\n" + "        pass\n" * 5
    assert broken({"a": short, "b": method}) == ["sample.b.grows has 6 lines, more than 5"]


@pytest.mark.parametrize(
    "definition",
    ["class Same: ...", "def Same(): ...", "Same = 1", "Other, Same = 1, 2", "Same: int = 1", "if x:\n    Same = 1"],
)
def test_a_public_name_in_two_modules(broken, definition):
    assert broken({"a": f"{definition}\n", "b": "class Same: ...\n"}) == ["Same is public in sample.a, sample.b"]


def test_names_that_may_be_there_twice(broken):
    private = "_same = 1\n"
    shared = "def check(): ...\n"
    imported = {"c": "from sample.a import Same\n", "guest/a": "Same = 2\n"}
    assert broken({"a": private + shared + "Same = 1\n", "b": private + shared, **imported}) == []
    assert broken({"guest/b": "Same = 3\n"}) == ["Same is public in sample.guest.a, sample.guest.b"]


def test_a_circle_of_imports_also_within_a_function(broken):
    late = "def later() -> None:\n    from sample import a\n"
    circle = {"a": "import sample.b\n", "b": "from sample.inner.c import x\n", "inner/c": late}
    beside = {"inner/__init__": "from sample.inner.c import later\n", "d": "import sample.a\n"}
    assert broken({**circle, **beside}) == ["sample.a, sample.b, sample.inner.c import each other in a circle"]


def test_a_package_in_a_circle_with_its_module(broken):
    modules = {"inner/__init__": "from sample.inner.c import x\n", "inner/c": "from sample.inner import y\n"}
    assert broken(modules) == ["sample.inner, sample.inner.c import each other in a circle"]


def test_a_known_offender_is_let_pass_until_it_is_mended(broken):
    still = '[tool.house.still]\nmodules = ["sample.long"]\n'
    assert broken({"long": "Y = 1\n" * 21}, still) == []
    mended = broken({"long": "Y = 1\n"}, still)
    assert mended == ["sample.long is fine now: take it out of tool.house.still.modules"]


def test_this_checkout_keeps_the_rules():
    assert house.broken_rules(CHECKOUT) == []
