"""Every text that is worded is a literal where it is worded: what is not can't be extracted for the catalogue."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.home import CHECKOUT

# Which arguments of these functions are texts.
_TEXTS = {"tr": slice(0, 1), "marked": slice(0, 1), "plural": slice(0, 2), "counted": slice(1, 3)}


def unextractable(source: str) -> Iterator[str]:
    """Calls whose text is no literal."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _TEXTS:
            for text in node.args[_TEXTS[node.func.id]]:
                if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
                    yield f"{node.lineno}: {ast.unparse(node)}"


@pytest.mark.parametrize(
    "source", ["tr(name)", "tr(f'{name} is here')", "tr('a' + b)", "tr(TEXTS['a'], x=1)", "counted(n, one, 'many')"]
)
def test_a_text_that_is_no_literal_is_noticed(source: str):
    assert list(unextractable(source))


def test_every_text_is_a_literal():
    catalogue = CHECKOUT / "psconnect" / "wording" / "catalogue.py"
    modules = [path for path in Path(CHECKOUT, "psconnect").rglob("*.py") if path != catalogue]
    found = {path.name: list(unextractable(path.read_text(encoding="utf-8"))) for path in modules}
    assert {name: calls for name, calls in found.items() if calls} == {}
