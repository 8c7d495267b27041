"""Every error that is raised has its words, every word is raised, and stored errors keep theirs."""

from __future__ import annotations

import ast
import re
import shutil
import string
from contextlib import closing
from pathlib import Path

import psconnect
from psconnect.destinations import KINDS
from psconnect.model import setting_fields
from psconnect.model.errors import FixSettings, TryLater
from psconnect.model.phrases import phrase
from psconnect.store.database import open_rosters
from psconnect.store.history import run_table
from psconnect.wording.catalogue import Plural
from psconnect.wording.documents import run_document
from psconnect.wording.errors import TEXTS, word

_CODE = Path(psconnect.__file__).parent
_KEY = re.compile(r"PSC-[A-Z0-9]+(?:-[A-Z0-9]+)*(?:/[a-z0-9-]+)?")
_COMMAND = re.compile(r"psconnect (?:connection|check|mail|plugin|run|runs|secret|sync)\b|(?<![-`])--[a-z]")
_SIDED = ("/server", "/proxy", "/sign-in", "/other-sign-in", "-silent")
"""How the cases end whose keys are put together: whom the connection went to."""


def raised_keys(*, apart_from: str = "wording") -> set[str]:
    """Every key of an error that stands in the product's code, apart from the words themselves."""
    found: set[str] = set()
    for path in _CODE.rglob("*.py"):
        if {"demo", "wording", apart_from} & set(path.relative_to(_CODE).parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _KEY.fullmatch(node.value):
                found.add(node.value)
    return found


def refused_settings() -> set[str]:
    """The keys of what FieldCheck refuses: the code is that of its owner, the case is put behind it."""
    kinds = {"text", "folder", "file", "number", "choice", "switch"}
    cases = {f"no-{kind}" for kind in kinds}
    for node in ast.walk(ast.parse(Path(setting_fields.__file__).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "refusal":
            cases |= {str(node.args[0].value)} if isinstance(node.args[0], ast.Constant) else set()
    return {f"{code}/{case}" for code in ("PSC-DESTINATION-SETTING", "PSC-SOURCE-SETTING") for case in cases}


def test_every_key_that_is_worded_is_raised_and_every_case_that_is_raised_is_worded() -> None:
    raised = raised_keys() | refused_settings()
    declared = {key for kind in KINDS.values() for key in kind.errors}
    assert {key for key in raised if "/" in key} <= TEXTS.keys() | declared
    dead = {key for key in TEXTS.keys() - raised if not key.endswith(_SIDED)}
    assert dead == set()


def holes(text: str | Plural) -> set[str]:
    parts = (text.one, text.many) if isinstance(text, Plural) else (text,)
    return {name for part in parts for _t, name, _s, _c in string.Formatter().parse(part) if name}


def test_every_text_is_a_sentence_and_names_its_holes() -> None:
    for key, texts in TEXTS.items():
        assert isinstance(texts.title, Plural) or not texts.title.endswith("."), key
        for text in (texts.happened, texts.to_do, texts.window):
            assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in holes(text)), key
        assert "‘" not in str(texts), key


def test_nothing_in_the_window_names_a_command() -> None:
    at_the_command_line_alone = raised_keys() - raised_keys(apart_from="cli")
    for key in TEXTS.keys() - at_the_command_line_alone:
        assert not _COMMAND.search(str(TEXTS[key].window or TEXTS[key].to_do)), key


def test_values_are_shown_as_people_read_them() -> None:
    error = FixSettings(
        "PSC-MAPPING-ATTRIBUTE",
        where="mapping.student.x",
        entity="student",
        attribute="x",
        hint=phrase("known", names=["a", "b"]),
    )
    told = word(error)
    assert told.happened == "Students have no attribute “x” that can be mapped."
    assert told.to_do == "Known: a, b."
    assert word(error.as_dict()) == told, "as a run stores it"


def test_the_text_of_an_exception_is_its_code_and_place_and_no_value() -> None:
    error = TryLater("PSC-HTTP-UNREACHABLE/refused", where="sis.example", host="sis.example", name="Ana Rivera")
    assert str(error) == "PSC-HTTP-UNREACHABLE/refused (sis.example)"
    assert error.code == "PSC-HTTP-UNREACHABLE"


def test_a_run_that_an_older_version_stored_says_what_it_said(tmp_path: Path) -> None:
    """The sample is kept from the version that stored sentences; the client secret was wrong in its only run."""
    shutil.copy(Path(__file__).parent / "samples" / "sentences.sqlite", tmp_path / "Lincoln roster.sqlite")
    with closing(open_rosters(tmp_path / "Lincoln roster.sqlite")) as db:
        (run,) = run_table.list_runs(db, "Lincoln roster")
    assert run.error is not None
    told = run_document(run)["error"]
    assert told == {name: run.error[name] for name in ("family", "code", "title", "happened", "to_do", "where")}
    assert told["title"] == "PowerSchool does not accept the client ID and secret"
    assert word(run.error, window=True).title == told["title"]


def test_an_error_of_a_newer_version_shows_its_code() -> None:
    told = word({"family": "bug", "code": "PSC-NEW", "key": "PSC-NEW/case", "where": "", "values": {}})
    assert (told.title, told.code) == ("PSC-NEW", "PSC-NEW")
