"""Which rows changed since an earlier reading, according to PowerSchool: data versions (docs/powerschool.md 12).

The answer is a hint: it decides what is not read again, never what is delivered. The path and its answer are confirmed;
the file in which a plugin names its tables follows a published example (19) that no document describes. A server may
ignore the file, or refuse the plugin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Annotated
from xml.sax.saxutils import quoteattr

import msgspec

from psconnect.powerschool.client import PowerSchoolClient
from psconnect.powerschool.rows import decode_count
from psconnect.powerschool.stream import Lookup, Stream
from psconnect.powerschool.streams import CONTACTS, ENROLLMENTS, RELATIONSHIPS, STUDENTS, StreamSet

BEGINNING = "0"
"""The version before the first change."""
HINTED = frozenset(stream.name for stream in (STUDENTS, ENROLLMENTS, CONTACTS, RELATIONSHIPS))
"""The streams that use data versions: those with the most rows. All others are read in every run."""

_Version = Annotated[str, msgspec.Meta(pattern=r"^\d{1,18}$")]
_Keys = dict[str, list[int | str]]


class _Answer(msgspec.Struct):
    version: int | str = msgspec.field(name="$dataversion")
    tables: _Keys | list[_Keys]


@dataclass(frozen=True)
class TableChanges:
    """The changes since a version: the next version, and the changed keys per TABLE."""

    version: str
    keys: Mapping[str, frozenset[int]]


def changes_since(client: PowerSchoolClient, version: str) -> TableChanges:
    """Ask which rows of the subscribed tables changed since a version.

    Raises FixSettings if the server has no data versions for this plugin, BadRecord for an answer of unknown form, and
    whatever else a reading call raises.
    """
    path = f"/ws/dataversion/{application_of(client.plugin)}/{version}"
    return client.read("GET", path, "what changed (data version)", decode_changes)


def decode_changes(body: bytes) -> TableChanges:
    """The changes from an answer in either form; raises msgspec.DecodeError for anything else."""
    answer = msgspec.json.decode(body, type=_Answer)
    # Live servers give an object, the documentation's example a list of objects (docs/powerschool.md 12).
    parts = [answer.tables] if isinstance(answer.tables, dict) else answer.tables
    keys: dict[str, set[int]] = {}
    for table, listed in ((table, listed) for part in parts for table, listed in part.items()):
        keys.setdefault(table.upper(), set()).update(msgspec.convert(listed, list[int], strict=False))
    version = msgspec.convert(str(answer.version), _Version)
    return TableChanges(version, {table: frozenset(found) for table, found in keys.items()})


def tables_of(stream: Stream) -> set[str]:
    """Every table that reading the stream touches."""
    return {stream.table, *(one.table for one in stream.lookups), *(one.table for one in stream.exists)}


def identity_lookups(stream: Stream) -> list[Lookup]:
    """The lookups that only identify a row: its DCID by its ID, or the reverse.

    Both are constant as long as the row exists, so that a change of the row changes nothing in the stream. They may
    include that a student has graduated: a student who is read before and after a change has not.
    """
    onward = {lookup.local.rpartition(".")[0] for lookup in stream.lookups}
    return [
        lookup
        for lookup in stream.lookups
        if _fields(stream, lookup) <= _IDENTITY.get(lookup.table, {"ID", "DCID"}) and lookup.alias not in onward
    ]


_IDENTITY = {"STUDENTS": {"ID", "DCID", "SCHOOLID"}}


def _fields(stream: Stream, lookup: Lookup) -> set[str]:
    """The fields that a lookup uses in its table, and those that the stream takes from it."""
    taken = {column.field for column in stream.columns if column.lookup == lookup.alias}
    return taken | {lookup.key} | {condition.column for condition in lookup.where}


def count_rows(client: PowerSchoolClient, table: str) -> int:
    """The number of rows of a table (docs/powerschool.md 10); raises what a reading call raises."""
    path = f"/ws/schema/table/{table.lower()}/count"
    return client.read("GET", path, f"the number of rows of {table}", decode_count)


def application_of(connection_id: str) -> str:
    """The application name under which a connection's plugin asks for changes: unique over a server."""
    return f"psconnect_{connection_id}"


def subscription_file(connection_id: str) -> str:
    """The path, in the plugin package, of the file that names the tables to watch."""
    return f"data_change_configuration_root/{application_of(connection_id)}.change_listener_config.xml"


def subscription_xml(streams: StreamSet, connection_id: str) -> str:
    """The file that names the tables to watch and their columns that are read (19)."""
    watched = sorted(set().union(*(one.grants() for name, one in streams.by_name.items() if name in HINTED)))
    tables = "".join(
        f"    <table name={quoteattr(table)}>\n"
        + "".join(f"      <column name={quoteattr(column)}/>\n" for _table, column in columns)
        + "    </table>\n"
        for table, columns in groupby(watched, itemgetter(0))
    )
    return (
        "<changeListener>\n"
        f'  <application name={quoteattr(application_of(connection_id))} description="What changed, for psconnect"/>\n'
        f"  <dataVersionSubscription>\n{tables}  </dataVersionSubscription>\n"
        "</changeListener>\n"
    )
