"""A client by others in a process of its own, and the district it is asked about."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from collections.abc import Iterable
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from psconnect.demo import DemoServer, InstalledPlugin
from tests.demo.support import Query, plugin_xml, queries_xml, zipped

DRIVER = Path(__file__).with_name("driver.py")
PLUGIN = "Judges"
Row = dict[str, Any]


class ClientError(Exception):
    """What the client raised: the type's name and the text."""

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(kind, text)
        self.kind, self.text = kind, text


@dataclass
class Judge(AbstractContextManager["Judge"]):
    """One client, signed in to a server. ``logged`` holds what it logged as errors during the last call."""

    client: str
    python: Path
    server: DemoServer
    plugin: InstalledPlugin
    folder: Path
    ca_file: Path | None = None
    secret: str | None = None
    logged: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        kept = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}
        variables = kept | ({"REQUESTS_CA_BUNDLE": str(self.ca_file)} if self.ca_file else {})
        self.process = subprocess.Popen(
            [str(self.python), "-I", str(DRIVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=self.folder,
            env=variables,
        )
        url = self.server.url.replace("127.0.0.1", "localhost") if self.ca_file else self.server.url
        secret = self.plugin.client_secret if self.secret is None else self.secret
        try:
            self._ask({"client": self.client, "url": url, "id": self.plugin.client_id, "secret": secret})
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()

    def ask(self, *steps: list[Any]) -> Any:
        """The client's answer to a chain of calls; raises ClientError with what the client raised."""
        return self._ask(list(steps))

    def call(self, name: str, *arguments: Any, **options: Any) -> Any:
        """The client's answer to one call."""
        return self.ask([name, arguments, options])

    def _ask(self, what: Any) -> Any:
        print(json.dumps(what), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        assert line, "the client's process ended"
        answer = json.loads(line)
        self.logged = answer["log"]
        if "error" in answer:
            raise ClientError(*answer["error"])
        return answer["value"]


@dataclass(frozen=True)
class Truth:
    """The district's database, asked by plain SQL from beside the server."""

    database: Path

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """Rows by lower-case column name."""
        with closing(sqlite3.connect(f"{self.database.as_uri()}?mode=ro", uri=True)) as db:
            cursor = db.execute(sql, values)
            names = [column[0].lower() for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def texts(self, sql: str, *values: Any) -> list[Row]:
        """Rows as tables and queries say them: all values texts, nulls left out (docs/powerschool.md 10.3)."""
        return [
            {name: text(value) for name, value in row.items() if value is not None} for row in self.rows(sql, *values)
        ]

    def one(self, sql: str, *values: Any) -> Any:
        """A single value."""
        [row] = self.rows(sql, *values)
        [value] = row.values()
        return value

    def columns(self, table: str) -> list[str]:
        """A table's columns."""
        return [row["name"] for row in self.rows("SELECT name FROM pragma_table_info(?)", table)]


def text(value: Any) -> str:
    """A value of SQLite as PowerSchool says it in a table: a whole number has no decimal point."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def judges_plugin(queries: Iterable[Query], fields: Iterable[str], writable: Iterable[str]) -> bytes:
    """A vendor's plugin: these queries, view access to the fields, full access to the writable ones and to v1."""
    xml = plugin_xml(sorted(set(fields)), name=PLUGIN, oauth='<oauth accessLevelV1Api="FULL"/>')
    full = "".join(
        f'<field table="{one.split(".")[0]}" field="{one.split(".")[1]}" access="FullAccess"/>' for one in writable
    )
    xml = xml.replace("</access_request>", f"{full}</access_request>")
    return zipped({"plugin.xml": xml, "queries_root/judges.named_queries.xml": queries_xml(queries)})
