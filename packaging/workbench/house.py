"""Rules of the house that no other tool checks: sizes, names that are public once, and no circle of imports.

``[tool.house]`` of pyproject.toml holds the limits, names that a contract repeats, and ``still``: offenders that are to
be mended. That list may only shrink: an entry that offends no longer is reported, too.
"""

from __future__ import annotations

import ast
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class House:
    """The rules as pyproject.toml has them.

    Attributes:
        package: the folder that is checked, below the checkout.
        longest_module, longest_function: limits in lines.
        apart: packages whose names are compared among themselves only.
        shared: names that several modules may have, each with the reason.
        still: offenders that are known, as ``modules``, ``functions``, ``names`` and ``circles``.
    """

    package: str
    longest_module: int
    longest_function: int
    apart: tuple[str, ...] = ()
    shared: Mapping[str, str] = field(default_factory=dict)
    still: Mapping[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Module:
    """One module: its dotted name, its lines, its syntax tree."""

    name: str
    lines: int
    tree: ast.Module


def broken_rules(checkout: Path) -> list[str]:
    """What breaks a rule of the house in this checkout, a sentence each; empty where pyproject.toml has no rules."""
    settings: dict[str, Any] = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))
    rules = settings["tool"].get("house")
    if rules is None:
        return []
    house = House(**rules)
    modules = list(_modules(checkout, house.package))
    found = {
        "modules": dict(_long_modules(modules, house.longest_module)),
        "functions": dict(_long_functions(modules, house.longest_function)),
        "names": dict(_doubled_names(modules, house)),
        "circles": dict(_circles(modules)),
    }
    broken = []
    for kind, offenders in found.items():
        known = set(house.still.get(kind, ()))
        broken += [text for key, text in offenders.items() if key not in known]
        broken += [f"{key} is fine now: take it out of tool.house.still.{kind}" for key in sorted(known - {*offenders})]
    return broken


def _modules(checkout: Path, package: str) -> Iterator[Module]:
    for path in sorted((checkout / package).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        parts = path.relative_to(checkout).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        yield Module(name, len(text.splitlines()), ast.parse(text, str(path)))


def _long_modules(modules: list[Module], longest: int) -> Iterator[tuple[str, str]]:
    for module in modules:
        if module.lines > longest:
            yield module.name, f"{module.name} has {module.lines} lines, more than {longest}"


def _long_functions(modules: list[Module], longest: int) -> Iterator[tuple[str, str]]:
    for module in modules:
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > longest:
                key = f"{module.name}.{node.name}"
                yield key, f"{key} has {lines} lines, more than {longest}"


def _doubled_names(modules: list[Module], house: House) -> Iterator[tuple[str, str]]:
    places: dict[tuple[str, str], list[str]] = defaultdict(list)
    for module in modules:
        apart = next((one for one in house.apart if f"{module.name}.".startswith(f"{one}.")), house.package)
        for name in dict.fromkeys(_defined(module.tree.body)):
            if not name.startswith("_") and name not in house.shared:
                places[apart, name].append(module.name)
    for (_apart, name), where in places.items():
        if len(where) > 1:
            yield name, f"{name} is public in {', '.join(where)}"


def _defined(body: list[ast.stmt]) -> Iterator[str]:
    """The names that statements at the top of a module define, without those that they import."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            parts = (part for one in targets for part in ast.walk(one))
            yield from (part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store))
        elif isinstance(node, ast.If | ast.Try):
            handlers = [line for one in getattr(node, "handlers", ()) for line in one.body]
            yield from _defined([*node.body, *handlers, *node.orelse])


def _circles(modules: list[Module]) -> Iterator[tuple[str, str]]:
    """Sets of modules that import each other, also within functions (Tarjan's strongly connected components)."""
    names = {module.name for module in modules}
    imports = {module.name: sorted(set(_imported(module, names)) - {module.name}) for module in modules}
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    circles: list[list[str]] = []

    def visit(name: str) -> None:
        order[name] = lowest[name] = len(order)
        path.append(name)
        for other in imports[name]:
            if other not in order:
                visit(other)
                lowest[name] = min(lowest[name], lowest[other])
            elif other in path:
                lowest[name] = min(lowest[name], order[other])
        if lowest[name] == order[name]:
            start = path.index(name)
            circles.append(sorted(path[start:]))
            del path[start:]

    for name in imports:
        if name not in order:
            visit(name)
    for circle in circles:
        if len(circle) > 1:
            yield " ".join(circle), f"{', '.join(circle)} import each other in a circle"


def _imported(module: Module, names: set[str]) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                if whole in names:
                    yield whole
                elif node.module in names:
                    yield node.module
