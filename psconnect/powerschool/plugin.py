"""Builds the plugin package that a PowerSchool administrator installs: the access list and our PowerQueries.

Layout and limits: powerschool-api.md 15.1 (ZIP), 15.2 (plugin.xml), 15.5 (named queries). The children of
``plugin`` stand in an order that every reading of the schema accepts. The plugin asks for view access to exactly
the fields that the connection's choices need, and for nothing else; it has no use for ``/ws/v1``.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from psconnect.powerschool.dataversions import SUBSCRIPTION_FILE, subscription_xml, watched_tables
from psconnect.powerschool.sql import page_sql
from psconnect.powerschool.stream import Stream
from psconnect.powerschool.streams import StreamSet

PLUGIN_NAME = "psconnect roster"
QUERY_PREFIX = "com.psconnect.roster"
NAMESPACE = "http://plugin.powerschool.pearson.com"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def query_name(stream: Stream) -> str:
    """Full name of the stream's PowerQuery: five parts, of which the last names what is read (15.5).

    The fourth part changes with the query's text, so that a server that still has the plugin of other choices answers
    "not found" instead of other columns.
    """
    digest = hashlib.sha256((page_sql(stream) + "|".join(c.name for c in stream.columns)).encode()).hexdigest()
    return f"{QUERY_PREFIX}.q{digest[:8]}.{stream.name}"


@dataclass(frozen=True)
class PluginPackage:
    """A built plugin: its name and version, the ZIP's bytes, and the (TABLE, FIELD) pairs it asks to view."""

    name: str
    version: str
    content: bytes
    access: list[tuple[str, str]]


def build_plugin(streams: StreamSet, version: str, *, data_versions: bool = False) -> PluginPackage:
    """The plugin package for these streams; the same input gives the same bytes.

    With ``data_versions`` it also asks PowerSchool to note which rows of its tables change (powerschool-api.md 12).
    """
    access = streams.grants()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "plugin.xml", _plugin_xml(access, version))
        for stream in streams.by_name.values():
            _add(archive, f"queries_root/{stream.name}.named_queries.xml", _query_xml(stream))
        if data_versions:
            _add(archive, SUBSCRIPTION_FILE, subscription_xml(watched_tables(streams)))
    return PluginPackage(PLUGIN_NAME, version, out.getvalue(), access)


def _add(archive: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, text.encode("utf-8"))


def _plugin_xml(access: list[tuple[str, str]], version: str) -> str:
    fields = "\n".join(
        f'    <field table={quoteattr(table)} field={quoteattr(field)} access="ViewOnly"/>' for table, field in access
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<plugin xmlns={quoteattr(NAMESPACE)} name={quoteattr(PLUGIN_NAME)} version={quoteattr(version)} "
        'description="Lets psconnect read the roster. It can view the listed fields and change nothing.">\n'
        "  <oauth/>\n"
        f"  <access_request>\n{fields}\n  </access_request>\n"
        '  <publisher name="psconnect"><contact email="support@psconnect.example"/></publisher>\n'
        "</plugin>\n"
    )


def _arguments(stream: Stream) -> list[tuple[str, str]]:
    """The query's arguments, each with the attribute that types it: a server binds an argument as its column is.

    So a column is named only where the argument is a number and really is compared with that column (23).
    """
    arguments = [("first_key", f' column="{stream.table}.{stream.key}"'.lower()), ("page_rows", "")]
    for name in stream.arguments:
        table, condition = stream.compared[name]
        is_number = condition.kind == "number"
        arguments.append((name, f' column="{table}.{condition.column}"'.lower() if is_number else ""))
    return arguments


def _query_xml(stream: Stream) -> str:
    arguments = "\n".join(
        f'      <arg name="{name}"{column} type="primitive" required="true" description="{name}"/>'
        for name, column in _arguments(stream)
    )
    columns = "\n".join(
        f"      <column column={quoteattr(f'{c.table}.{c.field}')}>{escape(c.name)}</column>" for c in stream.columns
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<queries>\n'
        f'  <query name="{query_name(stream)}" coreTable="{stream.table.lower()}" flattened="true">\n'
        f"    <description>{escape(stream.label)} for psconnect</description>\n"
        f"    <args>\n{arguments}\n    </args>\n"
        f"    <columns>\n{columns}\n    </columns>\n"
        f"    <sql><![CDATA[\n{page_sql(stream)}\n]]></sql>\n"
        "  </query>\n</queries>\n"
    )
