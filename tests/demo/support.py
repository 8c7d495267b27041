"""Plugins, connections and callers for the tests of the demo server."""

from __future__ import annotations

import base64
import http.client
import io
import json
import ssl
import zipfile
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

from psconnect.demo import DemoServer, InstalledPlugin

NAME = "Roster Test"
ONE = "com.roster.test.students.one"
ALL = "com.roster.test.students.all"
PAGE = "com.roster.test.students.page"
GROUPED = "com.roster.test.students.grouped"
NONE = "com.roster.test.students.none"
PATH = "/ws/schema/query/"

KEYSET = """
SELECT t.dcid, t.last_name, j1.name
FROM (SELECT b.dcid, b.last_name, b.schoolid, ROW_NUMBER() OVER (ORDER BY b.dcid) rn FROM students b
      WHERE b.dcid > CAST(:after AS INTEGER) AND b.schoolid <> 999999) t
LEFT JOIN schools j1 ON j1.school_number = t.schoolid
WHERE t.rn <= CAST(:page_rows AS INTEGER) ORDER BY t.dcid
"""


@dataclass(frozen=True)
class Query:
    """A query of a test plugin; columns as "TABLE.FIELD alias"."""

    name: str
    columns: tuple[str, ...]
    sql: str
    arguments: tuple[str, ...] = ()
    core: str = "students"
    flattened: bool = True

    def xml(self) -> str:
        """Its element; an argument "name?" is optional, "name[]" takes a list, "name=x" has a default.

        "name@table.field" names a column.
        """
        arguments = "".join(_argument(text) for text in self.arguments)
        columns = "".join(
            f"<column column={quoteattr(text.split()[0])}>{escape(text.split()[1])}</column>" for text in self.columns
        )
        core = f" coreTable={quoteattr(self.core)}" if self.core else ""
        flattened = ' flattened="true"' if self.flattened else ""
        return (
            f"<query name={quoteattr(self.name)}{core}{flattened}><args>{arguments}</args>"
            f"<columns>{columns}</columns><sql><![CDATA[{self.sql}]]></sql></query>"
        )

    def fields(self) -> set[str]:
        """The TABLE.FIELD names it needs."""
        return {text.split()[0].upper() for text in self.columns}


def _argument(text: str) -> str:
    text, _, column = text.partition("@")
    name, _, default = text.partition("=")
    kind = ' type="array"' if name.endswith("[]") else ""
    required = "false" if name.endswith("?") or default else "true"
    value = f" default={quoteattr(default)}" if default else ""
    value += f" column={quoteattr(column)}" if column else ""
    return f'<arg name="{name.rstrip("?[]")}" required="{required}"{kind}{value}/>'


QUERIES = (
    Query(ONE, ("STUDENTS.DCID dcid",), "SELECT dcid FROM students WHERE dcid = 431"),
    Query(
        ALL,
        ("STUDENTS.DCID dcid", "STUDENTS.LAST_NAME last_name", "STUDENTS.ENTRYDATE entrydate", "SCHOOLS.NAME school"),
        "SELECT s.dcid, s.last_name, s.entrydate, c.name FROM students s LEFT JOIN schools c "
        "ON c.school_number = s.schoolid ORDER BY s.dcid",
    ),
    Query(
        PAGE,
        ("STUDENTS.DCID dcid", "STUDENTS.LAST_NAME last_name", "SCHOOLS.NAME school"),
        KEYSET,
        ("after", "page_rows"),
    ),
    Query(
        GROUPED,
        ("STUDENTS.DCID dcid", "STUDENTS.LAST_NAME students.last_name", "SCHOOLS.NAME schools.name"),
        "SELECT s.dcid, s.last_name, c.name FROM students s JOIN schools c ON c.school_number = s.schoolid "
        "ORDER BY s.dcid",
        flattened=False,
    ),
    Query(NONE, ("STUDENTS.DCID dcid",), "SELECT dcid FROM students WHERE dcid < 0"),
)


def plugin_xml(
    fields: Iterable[str] = (),
    *,
    name: str = NAME,
    version: str = "1.0",
    oauth: str = '<oauth accessLevelV1Api="READ"/>',
    level: str = "ViewOnly",
    attributes: str = "",
    publisher: str = '<publisher name="Tests"><contact email="it@example.org"/></publisher>',
    extra: str = "",
) -> str:
    """A plugin.xml that asks for these TABLE.FIELD names."""
    rows = "".join(
        f'<field table="{one.split(".")[0]}" field="{one.split(".")[1]}" access="{level}"/>' for one in fields
    )
    return (
        f'<plugin xmlns="http://plugin.powerschool.pearson.com" name={quoteattr(name)} version="{version}"{attributes}>'
        f"{oauth}<access_request>{rows}</access_request>{extra}{publisher}</plugin>"
    )


def queries_xml(queries: Iterable[Query]) -> str:
    """A named_queries file."""
    return f"<queries>{''.join(query.xml() for query in queries)}</queries>"


def zipped(entries: dict[str, str | bytes]) -> bytes:
    """A ZIP of these entries."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return packed.getvalue()


def package(
    queries: Iterable[Query] = QUERIES, fields: Iterable[str] = (), *, grant: bool = True, **manifest: Any
) -> bytes:
    """A plugin package with these queries, asking for what they need (if ``grant``) and for ``fields``."""
    queries = tuple(queries)
    needed = {one for query in queries for one in query.fields()} if grant else set()
    entries: dict[str, str | bytes] = {"plugin.xml": plugin_xml(sorted(needed | set(fields)), **manifest)}
    if queries:
        entries["queries_root/test.named_queries.xml"] = queries_xml(queries)
    return zipped(entries)


@dataclass(frozen=True)
class Answer:
    """An answer as it came over the wire; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def records(self) -> list[dict[str, Any]]:
        """The rows of a table or query answer."""
        return self.json.get("record", [])

    @property
    def message(self) -> str:
        """The text of an error."""
        return self.json["message"]


@dataclass
class Caller(AbstractContextManager["Caller"]):
    """A kept-alive connection to a demo server, with the token of a plugin once it has signed in."""

    server: DemoServer
    token: str | None = None
    context: ssl.SSLContext | None = None
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        host = urlsplit(self.server.url).netloc
        self.connection = (
            http.client.HTTPSConnection(host, timeout=20, context=self.context)
            if self.context
            else http.client.HTTPConnection(host, timeout=20)
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def call(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
        """Make a call with exactly these headers."""
        self.connection.request(method, path, body, headers or {})
        response = self.connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, found, response.read())

    def sign_in(self, plugin: InstalledPlugin) -> Caller:
        """Get a token and keep it."""
        answer = self.ask_token(plugin)
        assert answer.status == 200, answer
        self.token = answer.json["access_token"]
        return self

    def ask_token(
        self, plugin: InstalledPlugin, form: str = "grant_type=client_credentials", path: str = "/oauth/access_token"
    ) -> Answer:
        """Ask for a token with the plugin's credentials."""
        pair = base64.b64encode(f"{plugin.client_id}:{plugin.client_secret}".encode()).decode()
        headers = {
            "Authorization": f"Basic {pair}",
            "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8",
        }
        return self.call("POST", path, form.encode(), headers)

    def get(self, path: str, method: str = "GET") -> Answer:
        """Make a data call with the token."""
        return self.call(method, path, None, {"Authorization": f"Bearer {self.token}", "Accept": "application/json"})

    def query(self, name: str, body: dict[str, Any] | None = None, *, parameters: str = "") -> Answer:
        """Run a query."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        return self.call("POST", f"{PATH}{name}{parameters}", json.dumps(body or {}).encode(), headers)
