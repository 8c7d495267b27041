"""A report that a district can send us about its server: the calls, their outcomes, and the shapes of answers.

It contains no personal data: values are replaced by their kinds, numbers by classes, and only names given by psconnect
or PowerSchool stay (tables, fields, queries). It contains neither address nor ids nor secrets.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from psconnect import __version__
from psconnect.http import Answer
from psconnect.model.errors import PsconnectError
from psconnect.model.findings import Finding
from psconnect.powerschool import answers
from psconnect.powerschool import streams as s
from psconnect.powerschool.access_checks import any_year
from psconnect.powerschool.client import PowerSchoolClient
from psconnect.powerschool.fields import catalogue
from psconnect.powerschool.page_sizes import DEFAULT_PAGE_SIZE
from psconnect.powerschool.reader import PageFailed, QueryReader
from psconnect.powerschool.retries import RetryPolicy
from psconnect.powerschool.shapes import describe, size_class
from psconnect.powerschool.stream import Stream
from psconnect.powerschool.streams import StreamSet, streams_for
from psconnect.powerschool.tables import TableReader

EVIDENCE_FORMAT = 1
_ROWS = 25
_BEHIND_ALL = 2_000_000_000
_DECLARED = streams_for(contacts=True, portal=True, fields={}).by_name
_FIELDS = frozenset(
    {f"{table}.{name}" for stream in _DECLARED.values() for table, name in stream.grants()}
    | {one.full_name.upper() for one in catalogue()}
)
_TABLES = frozenset(name.partition(".")[0] for name in _FIELDS)
_COLUMNS = frozenset(
    {column.name for stream in _DECLARED.values() for column in stream.columns}
    | {name.partition(".")[2].lower() for name in _FIELDS}
    | {name.lower() for name in _TABLES}
)
_PROTOCOL = frozenset(
    [
        "record",
        "name",
        "id",
        "tables",
        "count",
        "_name",
        "_id",
        "@extensions",
        "$dataversion",
        "message",
        "errors",
        "code",
        "field",
        "resource",
        "errorMessage",
        "ErrorMessage",
        "error",
        "error_description",
        "metadata",
        "access_token",
        "token_type",
        "expires_in",
        "scope",
    ]
)
_PATH = frozenset(
    [
        "ws",
        "v1",
        "schema",
        "query",
        "table",
        "count",
        "metadata",
        "oauth",
        "access_token",
        "contacts",
        "contact",
        "student",
        "school",
        "staff",
        "term",
        "course",
        "section",
        "section_enrollment",
        "district",
        "dataversion",
    ]
)
_API_KEY = re.compile(r"@?[a-zA-Z_]{1,40}")
_SAID = (
    "Invalid number",
    "Invalid field",
    "Validation Failed",
    "At least one column lacks sufficient permission",
    "Resource not found",
    "Querying not supported",
    "Plugin is missing required accessLevelV1Api",
    "was not found",
    "Too many requests",
)
_SECONDS = ((0.1, "up to 0.1 s"), (1.0, "up to 1 s"), (10.0, "up to 10 s"), (60.0, "up to 60 s"))


@dataclass
class Evidence:
    """Collects the shapes of a server's answers; ``heard`` is called with each answer."""

    streams: StreamSet
    findings: list[Finding] = field(default_factory=list)
    samples: list[dict[str, str]] = field(default_factory=list)
    version: str = ""
    page_sizes: dict[str, int] = field(default_factory=dict)
    _calls: Counter[str] = field(default_factory=Counter)

    def heard(self, method: str, path: str, answer: Answer, seconds: float) -> None:
        """Note an answer without its values."""
        body = _json(answer.body)
        entry: dict[str, Any] = {
            "call": f"{method} {self._path(path)}",
            "status": answer.status,
            "kind": _kind_of(answer.content_type),
            "took": next((words for most, words in _SECONDS if seconds <= most), "longer"),
            "bytes": size_class(len(answer.body)),
        }
        if path == "/ws/v1/metadata" and isinstance(body, dict):
            self._of_server(body.get("metadata"))
        if body is not None:
            api = path.startswith(("/ws/v1/", "/ws/contacts/"))
            entry["shape"] = describe([body], lambda key: _known(key) or bool(api and _API_KEY.fullmatch(key)))
        refused = sorted({_field(name) for name in answers.refused_fields(answer)})
        said = answers.message_of(answer)
        entry |= {"refused": refused} if refused else {}
        entry |= {"said": sorted(_phrases(said))} if said else {}
        self._calls[json.dumps(entry)] += 1

    def _path(self, path: str) -> str:
        return "/".join(self._segment(part) for part in path.split("/"))

    def _segment(self, part: str) -> str:
        if part in _PATH or part.upper() in _TABLES or not part:
            return part
        stream = part.rpartition(".")[2]
        return f"({stream})" if part.startswith("com.psconnect.") and stream in _DECLARED else "(…)"

    def document(self) -> str:
        """The report as one JSON text."""
        data = {
            "format": EVIDENCE_FORMAT,
            "psconnect": __version__,
            "powerschool": self.version,
            "page_sizes": self.page_sizes,
            "reads": sorted(name for name in self.streams.by_name if name in _DECLARED),
            "without": [piece.name for piece in self.streams.without],
            "findings": [
                {"step": f.key, "stream": _declared(f.values.get("stream")), "state": f.state, "code": f.code}
                for f in self.findings
            ],
            "samples": self.samples,
            "calls": [{**json.loads(entry), "times": size_class(times)} for entry, times in self._calls.items()],
        }
        return json.dumps(data, ensure_ascii=False, indent=2) + "\n"

    def take_samples(self, client: PowerSchoolClient) -> None:
        """Ask for a few rows of each stream, an empty page, and a few rows by table, to note their shapes.

        Failures are noted by code and not retried: they are what we want to learn.
        """
        client.retries = RetryPolicy(tries=1)
        queries, tables = QueryReader(client, _ROWS), TableReader(client, DEFAULT_PAGE_SIZE)
        for stream in self.streams.by_name.values():
            self._sample("queries", queries, stream, -1)
        self._sample("queries", queries, s.SCHOOLS, _BEHIND_ALL)
        for stream in (s.SCHOOLS, s.TERMS, s.CALENDAR_DAYS):
            self._sample("tables", tables, stream, -1)

    def _sample(self, way: str, reader: QueryReader | TableReader, stream: Stream, after: int) -> None:
        result = "ok"
        try:
            reader.page(stream, any_year(stream), after)
        except PsconnectError as error:
            result = error.code
        except PageFailed:
            result = "incomplete"
        self.samples.append({"stream": stream.name, "by": way, "result": result})

    def _of_server(self, metadata: Any) -> None:
        """Note the version (digits and dots only) and the page sizes that an administrator set."""
        if not isinstance(metadata, dict):
            return
        said = str(metadata.get("powerschool_version", ""))
        self.version = said if re.fullmatch(r"[0-9.]{1,40}", said) else "not told in numbers"
        sizes = {key: size for key, size in metadata.items() if re.fullmatch(r"[a-z_]{1,40}_max_page_size", key)}
        self.page_sizes = {key: size for key, size in sizes.items() if isinstance(size, int)}


def _json(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None


def _kind_of(content_type: str) -> str:
    return next((word for word in ("json", "html", "xml") if word in content_type), "other" if content_type else "none")


def _known(key: str) -> bool:
    return key in _PROTOCOL or key.lower() in _COLUMNS


def _field(name: str) -> str:
    return name.upper() if name.upper() in _FIELDS else "(another field)"


def _phrases(said: str) -> Iterable[str]:
    known = {phrase for phrase in _SAID if phrase.lower() in said.lower()}
    return known | set(re.findall(r"\bORA-\d{5}\b", said)) or {"(other words)"}


def _declared(stream: object) -> str:
    """The name of a stream of ours; empty for anything else."""
    return str(stream) if stream in _DECLARED else ""
