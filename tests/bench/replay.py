"""The network's edge for the bench: a PowerSchool whose answers were recorded, so that only local work is measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from psconnect.http import Answer, HttpClient

_JSON = {"content-type": "application/json"}


class Replay:
    """Takes the place of HttpClient; answers from files that ``record`` wrote."""

    host = "recorded"

    def __init__(self, recorded: Path) -> None:
        self._recorded = recorded
        self._index = {path.name: json.loads((path / "index.json").read_text()) for path in _folders(recorded)}

    def close(self) -> None:
        """Nothing is open."""

    def abort(self) -> None:
        """Nothing is under way."""

    def call(self, method: str, path: str, *, content: bytes | None = None, **_more: object) -> Answer:
        if path == "/oauth/access_token":
            return _answer({"access_token": "recorded", "expires_in": "2500000"})
        if path == "/ws/v1/metadata":
            return Answer(200, _JSON, (self._recorded / "metadata.json").read_bytes())
        name, _, count = path.removeprefix("/ws/schema/query/").partition("/")
        stream = name.rpartition(".")[2]
        if count:
            return _answer({"count": self._index[stream]["count"]})
        first = msgspec.json.decode(content or b"{}")["first_key"]
        page = self._index[stream]["pages"][first]
        return Answer(200, _JSON, (self._recorded / stream / page).read_bytes())


def _folders(recorded: Path) -> list[Path]:
    return sorted(path for path in recorded.iterdir() if path.is_dir())


def _answer(data: object) -> Answer:
    return Answer(200, _JSON, json.dumps(data).encode())


class Recorder:
    """Takes the place of HttpClient, makes the real calls, and keeps the answers of a whole reading."""

    def __init__(self, http: HttpClient, recorded: Path, columns: dict[str, list[str]]) -> None:
        self._http, self._recorded = http, recorded
        self.host = http.host
        for stream, names in columns.items():
            folder = recorded / stream
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "columns.json").write_text(json.dumps(names))
        self._index: dict[str, Any] = {stream: {"count": 0, "pages": {}} for stream in columns}

    def abort(self) -> None:
        """End what is under way."""
        self._http.abort()

    def close(self) -> None:
        """Close the connections and write down what was asked."""
        self._http.close()
        for stream, index in self._index.items():
            (self._recorded / stream / "index.json").write_text(json.dumps(index))

    def call(self, method: str, path: str, **more: Any) -> Answer:
        answer = self._http.call(method, path, **more)
        if path == "/ws/v1/metadata":
            (self._recorded / "metadata.json").write_bytes(answer.body)
        elif path.startswith("/ws/schema/query/"):
            name, _, count = path.removeprefix("/ws/schema/query/").partition("/")
            stream = name.rpartition(".")[2]
            index = self._index[stream]
            if count:
                index["count"] = msgspec.json.decode(answer.body)["count"]
            else:
                first = msgspec.json.decode(more["content"])["first_key"]
                page = f"page-{len(index['pages']):05d}.json"
                index["pages"][first] = page
                (self._recorded / stream / page).write_bytes(answer.body)
        return answer
