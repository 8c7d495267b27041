"""Defects of the past put back: the whole job fails, under the usual personality or one with the value that matters."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from psconnect.demo import Personality, PluginRefused
from psconnect.powerschool import plugin, reader, sql
from psconnect.powerschool.rows import RowDecoder
from psconnect.powerschool.stream import Stream
from psconnect.wording.errors import word
from tests.personalities.conftest import Job
from tests.personalities.job import NAME, Districts, connect

TEXTS = Personality(switches={"argument_types": "text"})


def _with_the_keys_column(stream: Stream) -> list[tuple[str, str]]:
    key = f' column="{stream.table}.{stream.key}"'.lower()
    return [(name, key) for name in ("first_key", "page_rows", *stream.arguments)]


def _as_given(stream: Stream, arguments: Mapping[str, str]) -> dict[str, str]:
    return {name: arguments[name] for name in stream.arguments}


def test_dates_as_text_under_the_keys_column(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue 9: an independent server stopped the job at its first query with an argument."""
    monkeypatch.setattr(plugin, "_arguments", _with_the_keys_column)
    monkeypatch.setattr(sql, "sql_day", lambda argument: f"TO_DATE(:{argument}, 'YYYY-MM-DD')")
    monkeypatch.setattr(reader, "_needed", _as_given)
    failed = job().run
    assert failed.state == "failed"
    assert failed.error is not None
    assert "Invalid number '2026-" in word(failed.error).happened
    # The demo server had let it pass.
    assert job(TEXTS).run.state == "finished_with_problems"


@pytest.mark.parametrize("bound", ["number", "floating"])
def test_digits_without_the_cast(job: Job, monkeypatch: pytest.MonkeyPatch, bound: str) -> None:
    """A floating number has an exponent once it is a text."""
    monkeypatch.setattr(sql, "sql_day", lambda argument: f"TO_DATE(TO_CHAR(:{argument}), 'YYYYMMDD')")
    run = job(Personality(switches={"plain_arguments": bound})).run
    assert run.state == ("failed" if bound == "floating" else "finished_with_problems")


@pytest.mark.parametrize("values", ["number", "boolean", "mixed", "converted", "text"])
def test_rows_of_texts_alone(job: Job, monkeypatch: pytest.MonkeyPatch, values: str) -> None:
    def strict(self: RowDecoder, body: bytes) -> list[Any]:
        page: Any = self._texts.decode(body)
        return list(page.record)

    monkeypatch.setattr(RowDecoder, "_rows", strict)
    run = job(Personality(switches={"row_values": values})).run
    assert (run.state, (run.error or {}).get("code")) == (
        ("finished_with_problems", None) if values == "text" else ("failed", "PSC-READ-SHAPE")
    )


def _two(districts: Districts, folder: Path, personality: Personality) -> str:
    """What a server says to the plugins of two connections; nothing if it takes both."""
    with districts.serving(folder, personality) as server:
        connect(server, folder / "first", NAME, {})
        try:
            connect(server, folder / "second", "Second", {"options": {"parents": "none"}})
        except PluginRefused as refused:
            return str(refused)
    return ""


@pytest.mark.parametrize("clash", ["install", "enable"])
def test_queries_without_the_connections_id(
    districts: Districts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clash: str
) -> None:
    personality = Personality(switches={"clash_at": clash})
    assert _two(districts, tmp_path / "as it is", personality) == ""

    def without_id(stream: Stream, _connection_id: str) -> str:
        return f"com.psconnect.roster.q{plugin.digest_of(stream)}.{stream.name}"

    monkeypatch.setattr(plugin, "query_name", without_id)
    monkeypatch.setattr(reader, "query_name", without_id)
    assert "is already defined by the plugin psconnect roster" in _two(districts, tmp_path / "put back", personality)


def _short(name: str) -> str:
    """A query's file named after its stream alone."""
    ending = ".named_queries.xml"
    return f"queries_root/{name.removesuffix(ending).rpartition('.')[2]}{ending}" if name.endswith(ending) else name


@pytest.mark.parametrize("unique", [True, False])
def test_query_files_without_the_connections_id(
    districts: Districts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unique: bool
) -> None:
    zipped = plugin._zipped

    def shortened(files: dict[str, str]) -> bytes:
        return zipped({_short(name): text for name, text in files.items()})

    monkeypatch.setattr(plugin, "_zipped", shortened)
    said = _two(districts, tmp_path, Personality(switches={"unique_query_files": unique}))
    assert said == "" if not unique else "named_queries.xml is already provided by the plugin" in said


def test_plugin_without_the_connections_id(
    districts: Districts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second plugin is taken for an older version of the first one."""
    monkeypatch.setattr(plugin, "plugin_name", lambda _connection_id: "psconnect roster")
    said = _two(districts, tmp_path, Personality())
    assert "A plugin with the name psconnect roster is already installed" in said
