"""Builds the plugin package that a PowerSchool administrator installs: the access list and our PowerQueries.

Layout and limits: docs/powerschool.md 15.1 (ZIP), 15.2 (plugin.xml), 15.5 (named queries). The children of
``plugin`` are in an order that every reading of the schema accepts. The plugin asks for view access to exactly the
fields that the connection's choices need, and for nothing else; it does not use ``/ws/v1``.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from psconnect.model.connection import Connection
from psconnect.powerschool.dataversions import subscription_file, subscription_xml
from psconnect.powerschool.sql import page_sql
from psconnect.powerschool.stream import Stream
from psconnect.powerschool.streams import StreamSet

NAMESPACE = "http://plugin.powerschool.pearson.com"
_LONGEST_DESCRIPTION = 256
_EPOCH = (1980, 1, 1, 0, 0, 0)


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
    """A built plugin: its name and version, the ZIP's bytes, and the (TABLE, FIELD) pairs it asks to view."""

    name: str
    version: str
    content: bytes
    access: list[tuple[str, str]]


def build_plugin(streams: StreamSet, version: str, owner: Connection, *, data_versions: bool = False) -> PluginPackage:
    """The plugin package for these streams; the connection must have an id. The same input gives the same bytes.

    With ``data_versions`` it also asks PowerSchool to note which rows of its tables change (docs/powerschool.md 12).
    """
    access = streams.grants()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "plugin.xml", _plugin_xml(access, version, owner))
        for stream in streams.by_name.values():
            name = query_name(stream, owner.id)
            _add(archive, f"queries_root/{name}.named_queries.xml", _query_xml(stream, name))
        if data_versions:
            _add(archive, subscription_file(owner.id), subscription_xml(streams, owner.id))
    return PluginPackage(plugin_name(owner.id), version, out.getvalue(), access)


def _add(archive: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, text.encode("utf-8"))


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
