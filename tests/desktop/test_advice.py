"""What to do is said as it is done in the window: no sentence of the engine names a command there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import psconnect
from psconnect.powerschool.pieces import PIECES
from psconnect.wording.pieces import piece_way_out
from psconnect.wording.window import in_window, with_way

_ENGINE = Path(psconnect.__file__).parent
_ELSEWHERE = {"cli", "demo", "desktop", "wording"}
_COMMAND = re.compile(r"psconnect (?:connection|check|plugin|run|runs|secret|sync)\b|(?<![-`])--[a-z]")
_FORMAT = "psconnect plugin NAME --without x -o plugin.zip"
"""A part of a sentence, that a whole one is made of: see the test of the pieces."""


def sentences() -> Iterator[str]:
    """Every text in the engine's code that has a command in it; what is filled in is an x."""
    for path in sorted(_ENGINE.rglob("*.py")):
        if path.relative_to(_ENGINE).parts[0] in _ELSEWHERE:
            continue
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        parts = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in (node for node in nodes if id(node) not in parts):
            if isinstance(node, ast.JoinedStr):
                text = "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value:
                text = node.value
            else:
                continue
            # A word alone is an argument for a system's tool, not a sentence.
            if _COMMAND.search(text) and " " in text and text != _FORMAT:
                yield text


def test_no_command_is_shown_in_the_window() -> None:
    found = list(dict.fromkeys(sentences()))
    assert found, "the commands of the engine's advice were not found"
    assert [text for text in found if _COMMAND.search(in_window(text))] == []


@pytest.mark.parametrize("piece", PIECES, ids=lambda piece: piece.name)
def test_what_can_be_left_out_is_left_out_in_the_window(piece) -> None:
    assert _COMMAND.search(piece_way_out(piece.name))
    said = piece_way_out(piece.name, window=True)
    assert not _COMMAND.search(said)
    assert f"type “{piece.name}”" in said or "options." in said
    assert not _COMMAND.search(with_way(piece_way_out(piece.name)))


def test_a_setting_without_a_page_comes_with_the_way_to_it() -> None:
    assert with_way("Set options.parents to all or none.").endswith("File, Import connection …")
    assert with_way("Correct the e-mail in PowerSchool.") == "Correct the e-mail in PowerSchool."
