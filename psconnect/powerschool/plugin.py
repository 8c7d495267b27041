"""Builds the plugin package that a PowerSchool administrator installs: the access list and our PowerQueries.

Layout and limits: docs/powerschool.md 15.1 (ZIP), 15.2 (plugin.xml), 15.5 (named queries). The children of
``plugin`` are in an order that every reading of the schema accepts. The plugin asks for view access to exactly the
fields that the connection's choices need, and for nothing else; it does not use ``/ws/v1``.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from xml.sax.saxutils import escape, quoteattr

import msgspec

from psconnect.model.connection import Connection
from psconnect.model.sections import BuiltPlugin
from psconnect.powerschool.dataversions import subscription_file, subscription_xml
from psconnect.powerschool.sql import page_sql
from psconnect.powerschool.stream import Stream
from psconnect.powerschool.streams import StreamSet

NAMESPACE = "http://plugin.powerschool.pearson.com"
_LONGEST_DESCRIPTION = 256
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
"""The system that a ZIP says it was made on; Python would say 0 on Windows."""
_XML = "plugin.xml"


def plugin_name(connection_id: str) -> str:
    """The name of a connection's plugin: unique on a server, at most 40 characters (15.2)."""
    return f"psconnect roster {connection_id}"


def query_name(stream: Stream, connection_id: str) -> str:
    """The full name of the stream's PowerQuery in a connection's plugin: five parts, unique on a server (15.5).

    The fourth part changes with the query's text, so that a server that still has an older plugin answers "not found"
    instead of returning other columns.
    """
    return f"com.psconnect.{connection_id}.q{digest_of(stream)}.{stream.name}"


def digest_of(stream: Stream) -> str:
    """A digest of what the stream's query asks for."""
    return hashlib.sha256((page_sql(stream) + "|".join(c.name for c in stream.columns)).encode()).hexdigest()[:8]


@dataclass(frozen=True)
class PluginPackage:
    """A built plugin.

    Attributes:
        name, version: as in PowerSchool's list of installed plugins.
        content: the bytes of the file.
        access: the (TABLE, FIELD) pairs it asks to view.
        built: what is noted of it, so that the next one gets a higher version only if something changed.
    """

    name: str
    version: str
    content: bytes
    access: list[tuple[str, str]]
    built: BuiltPlugin


def build_plugin(
    streams: StreamSet,
    version: str | Callable[[str], str],
    owner: Connection,
    *,
    data_versions: bool = False,
    alone: bool = False,
) -> PluginPackage:
    """The plugin package for these streams; the connection must have an id. The same input gives the same bytes.

    ``version`` may be a function of the content's digest. With ``data_versions`` the plugin also asks PowerSchool to
    note which rows of its tables change (docs/powerschool.md 12). ``alone`` builds the lone plugin.xml: it grants the
    same access, but has no queries, so that psconnect reads table by table.
    """
    access = streams.grants()
    files = {} if alone else _beside(streams, owner, data_versions=data_versions)
    # The connection's name is only shown, so another name makes no other plugin.
    digest = _digest({_XML: _plugin_xml(access, "", msgspec.structs.replace(owner, name="")), **files})
    version = version if isinstance(version, str) else version(digest)
    files = {_XML: _plugin_xml(access, version, owner), **files}
    content = files[_XML].encode() if alone else _zipped(files)
    built = BuiltPlugin(version, digest, "xml" if alone else "zip", _by_table(access))
    return PluginPackage(plugin_name(owner.id), version, content, access, built)


def _beside(streams: StreamSet, owner: Connection, *, data_versions: bool) -> dict[str, str]:
    """The files of a package beside plugin.xml, by their paths in it."""
    files = {}
    for stream in streams.by_name.values():
        name = query_name(stream, owner.id)
        files[f"queries_root/{name}.named_queries.xml"] = _query_xml(stream, name)
    if data_versions:
        files[subscription_file(owner.id)] = subscription_xml(streams, owner.id)
    return files


def _digest(files: dict[str, str]) -> str:
    whole = "\0".join(part for one in sorted(files.items()) for part in one)
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def _by_table(access: list[tuple[str, str]]) -> dict[str, str]:
    return {table: " ".join(field for _table, field in some) for table, some in groupby(access, itemgetter(0))}


def _zipped(files: dict[str, str]) -> bytes:
    """A ZIP that is the same on every computer: no times, no system's own attributes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = _UNIX, 0o644 << 16
            archive.writestr(entry, text.encode("utf-8"))
    return out.getvalue()


def _plugin_xml(access: list[tuple[str, str]], version: str, owner: Connection) -> str:
    fields = "\n".join(
        f'    <field table={quoteattr(table)} field={quoteattr(field)} access="ViewOnly"/>' for table, field in access
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<plugin xmlns={quoteattr(NAMESPACE)} name={quoteattr(plugin_name(owner.id))} version={quoteattr(version)} "
        f"description={quoteattr(_description(owner.name))}>\n"
        "  <oauth/>\n"
        f"  <access_request>\n{fields}\n  </access_request>\n"
        '  <publisher name="psconnect"><contact email="support@psconnect.example"/></publisher>\n'
        "</plugin>\n"
    )


def _description(connection: str) -> str:
    """The plugin's description for the administrator: whose it is; within the limit even if it is counted in bytes."""
    text = "Lets psconnect read the roster for its connection “{}”. It can view the listed fields and change nothing."
    room = _LONGEST_DESCRIPTION - len(text.format("…").encode())
    whole = connection.encode()
    shown = connection if len(whole) <= room else whole[:room].decode(errors="ignore") + "…"
    return text.format(shown)


def _arguments(stream: Stream) -> list[tuple[str, str]]:
    """The query's arguments, each with its type: a server binds an argument according to the column it names.

    So a column is named only if the argument is a number that is really compared with that column (19).
    """
    arguments = [("first_key", f' column="{stream.table}.{stream.key}"'.lower()), ("page_rows", "")]
    for name in stream.arguments:
        table, condition = stream.compared[name]
        is_number = condition.kind == "number"
        arguments.append((name, f' column="{table}.{condition.column}"'.lower() if is_number else ""))
    return arguments


def _query_xml(stream: Stream, name: str) -> str:
    arguments = "\n".join(
        f'      <arg name="{name}"{column} type="primitive" required="true" description="{name}"/>'
        for name, column in _arguments(stream)
    )
    columns = "\n".join(
        f"      <column column={quoteattr(f'{c.table}.{c.field}')}>{escape(c.name)}</column>" for c in stream.columns
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<queries>\n'
        f'  <query name="{name}" coreTable="{stream.table.lower()}" flattened="true">\n'
        f"    <description>{escape(stream.label)} for psconnect</description>\n"
        f"    <args>\n{arguments}\n    </args>\n"
        f"    <columns>\n{columns}\n    </columns>\n"
        f"    <sql><![CDATA[\n{page_sql(stream)}\n]]></sql>\n"
        "  </query>\n</queries>\n"
    )
