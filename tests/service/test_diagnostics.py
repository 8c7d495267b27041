"""Diagnostics hold what is on the allow-lists, and nothing that names a person, school, server, folder or user."""

from __future__ import annotations

import ast
import json
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest

from psconnect.logs import close_log, logger, open_log
from psconnect.model.connection import Connection, to_dict
from psconnect.model.preferences import Preferences
from psconnect.reports.diagnostics import LOG_EVENTS, PREFERENCES, SETTINGS, shown_log, shown_run, shown_settings
from psconnect.service import DIAGNOSTICS_FILE
from tests.cli.conftest import Psconnect, psconnect  # noqa: F401 - a fixture
from tests.support.demo import Connected
from tests.support.home import CHECKOUT

CANARY = "Canary"


def canaries(value: Any) -> Any:
    """The same structure with every text that is not a key replaced."""
    if isinstance(value, dict):
        return {key: canaries(one) for key, one in value.items()}
    if isinstance(value, list):
        return [canaries(one) for one in value]
    return CANARY if isinstance(value, str) else value


def everything_set() -> dict[str, Any]:
    """A connection file in which every key of every section is stated, with a canary for a text."""
    found: dict[str, Any] = {}
    for name in Connection.__struct_fields__:
        default = getattr(Connection(name="x", preset="oneroster"), name)
        inner = getattr(default, "__struct_encode_fields__", None)
        found[name] = dict.fromkeys(inner, CANARY) if inner else CANARY
    found["mapping"] = {"student": {"givenName": CANARY}, CANARY: {}}
    found["filters"] = {"student": [{"field": CANARY, "op": "is", "value": CANARY}]}
    found["destination"] = {"kind": "oneroster-csv", "folder": CANARY, "password": CANARY}
    return found


def test_no_text_that_a_person_types_is_shown() -> None:
    shown = shown_settings(everything_set())
    assert CANARY not in json.dumps(shown)
    assert shown["source.url"] == "given"
    assert shown["mapping.student"] == 1
    assert shown["schedule.zone"] == "(not shown)"


def test_a_new_setting_is_out_until_it_is_listed() -> None:
    data = everything_set()
    for section in (data["options"], data["source"], data["notices"], data):
        section["brand_new"] = True
    assert "brand_new" not in json.dumps(shown_settings(data))
    listed = shown_settings(data, {**SETTINGS, "options.brand_new": lambda value: value})
    assert listed["options.brand_new"] is True


def test_every_listed_setting_exists() -> None:
    """A list that names what is gone hides that something new took its place."""
    sections = {name: getattr(Connection(name="x", preset="oneroster"), name) for name in Connection.__struct_fields__}
    for key in SETTINGS:
        first, _dot, second = key.partition(".")
        if first == "format":
            continue
        section = sections[first]
        assert not second or "*" in second or second in section.__struct_encode_fields__, key
    for key in PREFERENCES:
        part: Any = Preferences()
        for name in key.split("."):
            assert name in part.__struct_fields__, key
            part = getattr(part, name)


def test_preferences_show_no_address_and_no_user() -> None:
    data = canaries(msgspec.to_builtins(Preferences()))
    data |= {"mail": {"host": CANARY, "port": 587, "user": CANARY, "sender": CANARY, "brand_new": CANARY}}
    shown = shown_settings(data, PREFERENCES)
    assert CANARY not in json.dumps(shown)
    assert shown["mail.host"] == "given"
    assert shown["mail.port"] == 587


def test_log_lines_show_listed_fields_and_values_of_their_form() -> None:
    line = {
        "time": "2026-11-18 17:30:00,007",
        "level": "INFO",
        "event": "run",
        "run": "20261118T173000-1a2b",
        "state": "held",
        "changes": {"student": 3, CANARY: 4},
        "code": CANARY,
        "connection": CANARY,
        "brand_new": CANARY,
        "at": f"{CANARY}.py:1",
        "exception": "Canary exception",
    }
    texts = [json.dumps(line), "{torn", "[1]", json.dumps({**line, "event": CANARY, "state": CANARY})]
    first, second = shown_log(texts, 10)
    assert CANARY not in json.dumps([first, second])
    assert first["changes"] == {"student": 3}
    assert (first["event"], first["state"], first["run"]) == ("run", "held", "20261118T173000-1a2b")
    assert (second["event"], second["state"]) == ("(not shown)", "(not shown)")
    assert shown_log(texts, 1) == [second]


def test_every_event_of_the_log_is_listed() -> None:
    events: set[str] = set()
    for path in (CHECKOUT / "psconnect").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "logger"
                and node.func.attr in ("debug", "info", "warning", "error", "critical", "exception")
            ):
                (event,) = node.args
                assert isinstance(event, ast.Constant), f"{path.name}: an event is a literal"
                events.add(str(event.value))
    assert events <= LOG_EVENTS, "list it in reports/diagnostics.py, and think of what its fields can hold"
    assert events >= LOG_EVENTS


def test_a_run_is_shown_in_codes_and_counts(connected: Connected) -> None:
    run = connected.delivered()
    shown = shown_run(
        msgspec.structs.replace(run) if isinstance(run, msgspec.Struct) else run,
    )
    assert shown["state"] == "finished_with_problems"
    text = json.dumps(shown)
    assert connected.name not in text
    assert str(connected.folder) not in text
    assert run.reason not in text
    assert shown["read"] == run.read


@pytest.fixture
def used(connected: Connected) -> Connected:
    """A connection that ran well, was held and failed, with a log."""
    log = open_log(connected.service.home.log_folder())
    try:
        connected.delivered()
        connected.service.set_value(connected.name, "source.client_id", '"wrong"')
        assert connected.service.sync(connected.name).state == "failed"
    finally:
        close_log(log)
    return connected


def test_the_text_names_nobody_and_nothing(used: Connected) -> None:
    text = used.service.diagnostics()
    found = json.loads(text)
    (one,) = found["connections"]
    assert one["id"] == used.service.connection(used.name).id
    assert [run["state"] for run in one["runs"]] == ["failed", "finished_with_problems"]
    assert one["runs"][0]["error"].startswith("PSC-AUTH")
    assert found["log"][-1]["event"] == "run"
    assert found["versions"]["psconnect"]
    names = used.sql(
        "SELECT last_name FROM students UNION SELECT name FROM schools UNION SELECT last_name FROM teachers"
    )
    host = used.server.url.partition("://")[2]
    assert len(names) > 50
    for secret in (*(name for (name,) in names if len(name) > 4), host, used.name, str(used.folder), str(Path.home())):
        assert secret not in text, secret


def test_what_is_saved_is_what_was_shown(used: Connected, tmp_path: Path) -> None:
    text = used.service.diagnostics()
    used.service.save_diagnostics(text, tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.namelist() == [DIAGNOSTICS_FILE]
        assert archive.read(DIAGNOSTICS_FILE).decode() == text


def test_the_verb_shows_and_saves(used: Connected, tmp_path: Path, psconnect: Psconnect) -> None:  # noqa: F811
    shown = psconnect("diagnostics", connected=used)
    assert shown.code == 0
    assert json.loads(shown.out)["connections"]
    saved = psconnect("diagnostics", "-o", str(tmp_path / "out.zip"), connected=used)
    assert saved.code == 0
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.read(DIAGNOSTICS_FILE).decode() == saved.out


def test_damaged_files_are_told_by_their_code(connected: Connected) -> None:
    connected.delivered()
    connected.rosters.write_bytes(b"not a database, and long enough to be looked at as one" * 100)
    (connected.service.home.config / "preferences.toml").write_text("[[[")
    (connected.service.home.connections() / "broken.toml").write_text("[[[")
    logger.info("nothing")
    found = json.loads(connected.service.diagnostics())
    assert found["connections"][0]["runs"] == [{"error": "PSC-DATA-DAMAGED"}]
    assert found["preferences"]["error"].startswith("PSC-")
    assert [key.startswith("PSC-") for key in found["damaged_connection_files"]] == [True]
    assert to_dict(connected.service.connection(connected.name))["name"] not in json.dumps(found)
