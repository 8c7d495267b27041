"""Every finding of a check has its words, and the words of every finding can be filled."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from psconnect.destinations import KINDS
from psconnect.model.errors import SignInAgain
from psconnect.model.findings import Finding
from psconnect.model.phrases import Value, phrase
from psconnect.wording.catalogue import Plural
from psconnect.wording.checks import CHECKS, state_of_check, word_finding
from psconnect.wording.filled import MENUS

_PRODUCT = Path(__file__).resolve().parents[2] / "psconnect"
_MADE = re.compile(r'Finding\(\s*f?"([^"]+)"')
_EITHER = re.compile(r'Finding\(\s*"([^"]+)" if [^,]+ else "([^"]+)"')
_NUMBERS = {"count", "calls", "size", "least"}


def values_of(key: str) -> dict[str, Value]:
    texts = CHECKS[key]
    found: dict[str, Value] = {}
    for text in (texts.step, texts.found, texts.to_do, texts.figure):
        for part in (text.one, text.many) if isinstance(text, Plural) else (text,):
            for _literal, name, _spec, _conversion in string.Formatter().parse(part):
                if name and name not in MENUS:
                    found[name] = 7 if name in _NUMBERS else "students" if name == "stream" else f"<{name}>"
    return found


@pytest.mark.parametrize("key", sorted(CHECKS))
def test_every_finding_can_be_told(key: str):
    error = SignInAgain("PSC-AUTH-401", host="lincoln.example.org")
    whole = CHECKS[key].found
    told = word_finding(Finding(key, "ok" if whole else "failed", values_of(key), None if whole else error))
    assert told.step
    assert told.text.endswith((".", ">"))
    assert not re.search(r"[{}]", f"{told.step}{told.text}{told.to_do}{told.figure}")


def test_every_finding_that_is_made_has_words():
    made: set[str] = set()
    for file in _PRODUCT.rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        made |= {key for key in _MADE.findall(text) if "{" not in key}
        made |= {key for pair in _EITHER.findall(text) for key in pair}
    assert len(made) > 20
    assert made <= CHECKS.keys() | {key for kind in KINDS.values() for key in kind.checks}


def test_a_figure_that_is_not_known_is_left_out():
    assert word_finding(Finding("sign-in/accepted", "ok", {"count": 29})).figure == "valid for 29 days"
    assert word_finding(Finding("sign-in/accepted", "ok")).figure == ""


def test_advice_is_as_it_is_done_in_the_window():
    finding = Finding(
        "without", "warning", {"piece": phrase("piece-what/roledef"), "lost": phrase("piece-lost/roledef")}
    )
    assert "Settings" in word_finding(finding, window=True).to_do
    assert word_finding(finding).step == "Without the roles of teachers"
    assert state_of_check("waiting") == "Not yet"
