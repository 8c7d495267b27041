"""Small defects in a module's source: turned comparisons, shifted numbers, dropped statements, changed SQL."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_COMPARED = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_COMBINED = {ast.And: ast.Or, ast.Or: ast.And}
_COMPUTED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.BitOr: ast.BitAnd}
_SQL = re.compile(r"\b(SELECT|WHERE|AND|EXISTS|INSERT|DELETE|UPDATE|GROUP BY)\b")
_IN_SQL = (
    (re.compile(r"\bAND\b"), "OR"),
    (re.compile(r"\bOR\b(?! (IGNORE|REPLACE))"), "AND"),
    (re.compile(r"\bNOT (?=IN\b|EXISTS\b)"), ""),
    (re.compile(r"(?<!NOT )\b(?=IN \(|EXISTS \()"), "NOT "),
    (re.compile(r"<>"), "="),
    (re.compile(r"(?<![<>:])=(?!=)"), "<>"),
    (re.compile(r">="), ">"),
    (re.compile(r"(?<![<-])>(?!=)"), ">="),
    (re.compile(r"\bIS NULL\b"), "IS NOT NULL"),
)


@dataclass(frozen=True)
class Mutant:
    """A module with one defect.

    Attributes:
        line: where it is, in the original.
        what: the change, in a few words.
        source: the whole module with the defect.
    """

    line: int
    what: str
    source: str


Edit = tuple[int, str, Callable[[], None], Callable[[], None]]
"""Line, description, what makes the change in the tree, and what takes it back."""


def mutants_of(source: str) -> list[Mutant]:
    """All mutants of a module, in the order of its lines; those that change nothing in the text are left out."""
    tree = ast.parse(source)
    _without_docstrings(tree)
    plain, found = ast.unparse(tree), []
    for line, what, change, take_back in list(_edits(tree)):
        change()
        text = ast.unparse(tree)
        take_back()
        if text != plain:
            found.append(Mutant(line, what, text))
    return sorted(found, key=lambda mutant: mutant.line)


def _without_docstrings(tree: ast.Module) -> None:
    """Docstrings become empty, so that nothing in them is taken for SQL."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr):
            value = body[0].value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                value.value = ""


def _annotations(tree: ast.Module) -> set[int]:
    """The ids of all nodes of annotations: nothing evaluates them."""
    found: set[int] = set()
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            annotation = getattr(node, name, None)
            if annotation is not None:
                found.update(map(id, ast.walk(annotation)))
    return found


def _edits(tree: ast.Module) -> Iterator[Edit]:
    annotations = _annotations(tree)
    for node in ast.walk(tree):
        if id(node) in annotations:
            continue
        yield from _of_operators(node)
        yield from _of_constants(node)
        yield from _of_statements(node)


def _of_operators(node: ast.AST) -> Iterator[Edit]:
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            other = _COMPARED.get(type(operator))
            if other:
                yield _set_item(node.lineno, node.ops, place, other())
    elif isinstance(node, ast.BoolOp):
        yield _set(node.lineno, node, "op", _COMBINED[type(node.op)]())
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _COMPUTED:
        yield _set(node.lineno, node, "op", _COMPUTED[type(node.op)]())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield _set(node.lineno, node, "op", ast.UAdd())
    elif isinstance(node, ast.IfExp | ast.If | ast.While):
        negated = ast.UnaryOp(ast.Not(), node.test)
        yield _set(node.lineno, node, "test", negated)


def _of_constants(node: ast.AST) -> Iterator[Edit]:
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        yield _set(node.lineno, node, "value", not value)
    elif isinstance(value, int | float):
        yield _set(node.lineno, node, "value", value + 1)
        yield _set(node.lineno, node, "value", value - 1)
    elif isinstance(value, str) and _SQL.search(value):
        for pattern, other in _IN_SQL:
            for match in pattern.finditer(value):
                changed = value[: match.start()] + other + value[match.end() :]
                yield _set(node.lineno, node, "value", changed)


def _of_statements(node: ast.AST) -> Iterator[Edit]:
    for name in ("body", "orelse"):
        statements = getattr(node, name, None)
        if not isinstance(statements, list):
            continue
        for place, statement in enumerate(statements):
            called = isinstance(statement, ast.Expr) and not isinstance(statement.value, ast.Constant)
            if called or isinstance(statement, ast.Raise | ast.Continue | ast.AugAssign):
                yield _set_item(statement.lineno, statements, place, ast.Pass())


def _set(line: int, node: ast.AST, name: str, new: object) -> Edit:
    old = getattr(node, name)
    what = f"{_shown(old)} -> {_shown(new)}"
    return line, what, lambda: setattr(node, name, new), lambda: setattr(node, name, old)


def _set_item(line: int, items: list, place: int, new: ast.AST) -> Edit:
    old = items[place]

    def put(value: ast.AST) -> None:
        items[place] = value

    return line, f"{_shown(old)} -> {_shown(new)}", lambda: put(new), lambda: put(old)


def _shown(part: object) -> str:
    if isinstance(part, ast.expr | ast.stmt):
        return ast.unparse(ast.fix_missing_locations(part)).replace("\n", " ")[:160]
    return type(part).__name__ if isinstance(part, ast.AST) else repr(part)
