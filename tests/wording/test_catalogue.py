"""One catalogue: the extractor finds every text, a translation reaches every surface, plurals are the language's."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

import psconnect
from psconnect import resources
from psconnect.cli import main
from psconnect.cli.output import show_run
from psconnect.model.errors import FixSettings
from psconnect.model.runs import ChangeCounts, Hold, Run
from psconnect.reports.html_report import html_report
from psconnect.wording.catalogue import counted, tr, use_language
from psconnect.wording.errors import word
from psconnect.wording.holds import word_hold
from psconnect.wording.rules import rule_of
from psconnect.wording.runs import state_word
from tests.reports.conftest import District
from tests.wording.conftest import forms

_CODE = Path(psconnect.__file__).parent
_TEXTS_OF = {"tr": (0,), "marked": (0,), "counted": (1, 2), "plural": (0, 1)}
_LETTERS = re.compile(r"[^\W\d_]{2,}")


def calls() -> Iterator[tuple[str, str, ast.Call, bool]]:
    """Every call of a function that takes texts: place, function, call, and whether it stands within a function."""
    for path in sorted(_CODE.rglob("*.py")):
        parts = path.relative_to(_CODE).parts
        if parts[0] == "demo" or parts == ("wording", "catalogue.py"):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.Lambda)]
        within = {id(node) for function in functions for node in ast.walk(function)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _TEXTS_OF:
                yield f"{path}:{node.lineno}", node.func.id, node, id(node) in within


def test_every_text_is_a_literal_that_the_extractor_finds(texts: Catalog) -> None:
    found = {form for message in texts for form in (message.id if isinstance(message.id, tuple) else (message.id,))}
    count = 0
    for place, function, call, _within in calls():
        for number in _TEXTS_OF[function]:
            text = call.args[number]
            assert isinstance(text, ast.Constant), f"{place} takes no literal"
            assert text.value in found, place
            count += 1
    assert count > 1_500
    assert "Why it waits for an approval" in found, "the template of the report is read, too"


def test_no_text_is_translated_before_the_language_is_chosen() -> None:
    early = [place for place, function, _call, within in calls() if function in ("tr", "counted") and not within]
    assert early == []


@pytest.mark.parametrize(("count", "said"), [(0, "⟦0 school⟧"), (1, "⟦1 school⟧"), (2, "⟦2 schools⟧")])
def test_plural_forms_are_those_of_the_language(count: int, said: str, tmp_path: Path) -> None:
    language = Catalog(locale="fr", domain="psconnect")
    language.add(("1 school", "{count} schools"), string=forms(language, "⟦{count} school⟧", "⟦{count} schools⟧"))
    path = tmp_path / "fr" / "LC_MESSAGES" / "psconnect.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, language)
    use_language(["fr"], tmp_path)
    try:
        assert counted(count, "1 school", "{count} schools") == said
    finally:
        use_language([], tmp_path)
    assert counted(2, "1 school", "{count} schools") == "2 schools"


def test_a_translation_with_a_hole_that_there_is_not_falls_back(tmp_path: Path) -> None:
    language = Catalog(locale="fr", domain="psconnect")
    language.add("Called {name}", string="Appelé {nom}")
    path = tmp_path / "fr" / "LC_MESSAGES" / "psconnect.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, language)
    use_language(["fr"], tmp_path)
    try:
        assert tr("Called {name}", name="Ana") == "Called Ana"
    finally:
        use_language([], tmp_path)


@pytest.mark.usefixtures("in_made_up_language")
def test_what_is_stored_is_worded_in_the_language_it_is_shown_in() -> None:
    error = FixSettings("PSC-RUN-REASON")
    assert word(error).title == f"⟦{'A reason is needed'}⟧"
    assert word_hold(Hold("preview")).to_do == "⟦Look at it, then approve.⟧"
    assert rule_of("email-invalid").title == "⟦Not an e-mail address⟧"
    assert state_word("held") == "⟦On hold⟧"


@pytest.mark.usefixtures("in_made_up_language")
def test_a_translation_reaches_the_report(district: District) -> None:
    number = district.run(state="held", changes={"student": ChangeCounts(3)}, holds=[Hold("first-run")])
    page = b"".join(html_report(district.content(number))).decode()
    body = re.sub(r"<style>.*?</style>|<bdi>.*?</bdi>", "", page[page.index("<body>") :], flags=re.DOTALL)
    shown = [text.strip() for text in re.findall(r">([^<>]+)<", body) if _LETTERS.search(text)]
    assert [text for text in shown if "⟦" not in text and text != "psconnect"] == []


@pytest.mark.usefixtures("in_made_up_language")
def test_a_translation_reaches_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    show_run(
        Run(
            *("20261121-1", "Lincoln", "held", "schedule", "all", datetime(2026, 11, 21, tzinfo=UTC)),
            changes={"student": ChangeCounts(1, 2, 3)},
            holds=(Hold("first-run"), Hold("preview")),
            not_applied={"class": ChangeCounts(0, 1, 1)},
            set_aside={"chosen": 2},
            left_out={"student-inactive": 4},
            error=FixSettings("PSC-RUN-REASON").as_dict(),
        )
    )
    said = capsys.readouterr()
    lines = [line for line in (said.out + said.err).splitlines() if _LETTERS.search(line)]
    assert len(lines) > 12
    assert [line for line in lines if "⟦" not in line and "PSC-" not in line] == []


def test_a_command_speaks_the_language_of_its_environment(
    made_up: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "translations").symlink_to(made_up, target_is_directory=True)
    monkeypatch.setattr(resources, "folder", lambda: tmp_path)
    monkeypatch.setenv("LANGUAGE", "fr")
    monkeypatch.setenv("PSCONNECT_HOME", str(tmp_path / "home"))
    try:
        assert main(["connection", "list"]) == 0
        assert tr("Nothing had changed") == "⟦Nothing had changed⟧"
    finally:
        use_language([], made_up)
