"""dev.py can be read by a Python that is too old to run it."""

from __future__ import annotations

import ast

from tests.support.home import CHECKOUT

# What Python 2.7 or an early 3 can't parse, of what one might write here.
_TOO_NEW = (ast.JoinedStr, ast.AnnAssign, ast.AsyncFunctionDef, ast.NamedExpr, ast.Match, ast.Starred, ast.ImportFrom)


def test_dev_py_has_no_syntax_that_an_old_python_rejects() -> None:
    text = (CHECKOUT / "dev.py").read_bytes()
    assert text.isascii()
    tree = ast.parse(text)
    too_new = [node for node in ast.walk(tree) if isinstance(node, _TOO_NEW)]
    assert [ast.unparse(node) for node in too_new] == ["from workbench.commands import main"]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.arg) and node.annotation]
