"""A connection is the one that its file names, whatever case or spelling of accents it is typed with."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from psconnect.model.connection import from_dict, to_dict
from psconnect.store.settings.secrets import CLIENT_SECRET
from psconnect.transfer.ownership import OWNER_FILE
from tests.cli.conftest import Psconnect, psconnect
from tests.judges.sql_truth import compare
from tests.support.demo import DISTRICT, TODAY, Connect, Connected
from tests.sync.test_run import RENAME_ONE

__all__ = ["psconnect"]
NAME = "École Straße"
TYPED = [NAME.upper(), NAME.lower(), unicodedata.normalize("NFD", NAME), "école strasse"]
"""Capitals of ß are two letters; a decomposed É is two signs."""


@pytest.fixture
def school(connect: Connect) -> Connected:
    return connect(students=200, name=NAME)


def listed(connected: Connected) -> list[str]:
    return sorted(path.name for path in (connected.folder / "roster").iterdir() if path.name != OWNER_FILE)


def test_a_sync_under_another_spelling_delivers_to_the_file_that_is_read(school: Connected) -> None:
    school.delivered()
    school.sql(RENAME_ONE)
    for number, typed in enumerate(TYPED):
        school.sql("UPDATE students SET first_name = ? WHERE last_name = 'Rivera'", f"Pat {number}")
        run = school.service.sync(typed)
        assert (run.state, run.connection) == ("finished_with_problems", NAME), typed
        assert run.changes["student"].update >= 1
        assert compare(school.bundle, school.server.database, TODAY, DISTRICT) == []
        assert listed(school) == sorted([f"{NAME}.zip", "previous"])
        assert {found.connection for found in school.service.runs(typed)} == {NAME}


def test_what_waits_is_approved_into_the_same_file(school: Connected) -> None:
    held = school.service.sync(TYPED[0])
    assert held.state == "held"
    assert school.service.approve(held.id, "test").state == "finished_with_problems"
    assert listed(school) == [f"{NAME}.zip"]


@pytest.mark.parametrize("typed", TYPED)
def test_settings_that_come_under_another_spelling_are_those_of_the_same_connection(
    school: Connected, tmp_path: Path, typed: str
) -> None:
    school.delivered()
    before = school.bundle.read_bytes()
    file = tmp_path / "edited.toml"
    school.service.export_connection(typed, file)
    file.write_text(file.read_text(encoding="utf-8").replace(NAME, typed), encoding="utf-8")
    assert school.service.import_connection(file).name == NAME
    data = to_dict(school.service.connection(typed))
    assert school.service.save_connection(from_dict({**data, "name": typed})).name == NAME
    assert [state.connection.name for state in school.service.connections()] == [NAME]
    assert school.service.secrets.get(NAME, CLIENT_SECRET)
    assert school.service.sync(typed).changes == {}
    assert (listed(school), school.bundle.read_bytes()) == ([f"{NAME}.zip"], before)


@pytest.mark.parametrize("verb", ["disable", "set", "remove", "sync", "runs"])
def test_the_command_line_answers_with_the_name_in_the_file(school: Connected, psconnect: Psconnect, verb: str) -> None:
    typed = TYPED[0]
    more = {"set": ["safety.preview", '"never"'], "remove": ["--yes"]}.get(verb, [])
    words = [verb] if verb in ("sync", "runs") else ["connection", verb]
    said = psconnect(*words, typed, *more, "--json", connected=school)
    if verb == "runs":
        assert said.document == {"runs": []}
        return
    assert said.document["connection" if verb == "sync" else "name"] == NAME
    if verb == "remove":
        assert list(school.service.home.rosters().glob("*.sqlite*")) == []
        assert school.service.connections() == []
