"""Opens a plugin package (15.1): a ZIP with plugin.xml at its root, or plugin.xml alone."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from psconnect.demo.server.named_queries import NamedQuery, read_named_queries
from psconnect.demo.server.plugin_rules import violations
from psconnect.demo.server.safexml import UnsafeXmlError, local_name, parse_xml
from psconnect.demo.server.subscriptions import SUBSCRIPTION_ENDING, Subscription, read_subscriptions

if TYPE_CHECKING:
    import xml.etree.ElementTree as ET

    from psconnect.demo.server.quirks import Quirks

LARGEST_ENTRY: Final = 20_000_000
MOST_ENTRIES: Final = 2_000
_SUBSCRIPTIONS: Final = "data_change_configuration_root/"
_KNOWN_ROOTS: Final = ("queries_root/", "permissions_root/", "user_schema_root/", "web_root/", "MessageKeys/",
                       "pagecataloging/", _SUBSCRIPTIONS)  # fmt: skip


class PluginRefused(Exception):
    """The server refuses to install or enable the plugin; the administrator sees the message."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One field that a plugin asks for; table and field in upper case."""

    table: str
    field: str
    level: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The content of plugin.xml; ``v1_access`` is None if the attribute or ``<oauth>`` is missing."""

    name: str
    version: str
    description: str
    publisher: str
    contact: str
    oauth: bool
    v1_access: str | None
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class Package:
    """A plugin package that passed the installation checks; names of files in lower case."""

    manifest: Manifest
    queries: tuple[NamedQuery, ...]
    pages: frozenset[str]
    subscriptions: tuple[Subscription, ...] = ()
    query_files: frozenset[str] = frozenset()


def read_package(data: bytes, quirks: Quirks) -> Package:
    """Open a package and make all checks that don't depend on other plugins.

    Raises:
        PluginRefused: for the installation errors of 15.8.

    """
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return Package(_manifest(data, quirks), (), frozenset())
    entries = _unzip(data)
    if "plugin.xml" not in entries:
        message = "The file does not contain plugin.xml at its root."
        raise PluginRefused(message)
    manifest = _manifest(entries["plugin.xml"], quirks)
    _check_entries(entries, quirks)
    queries: list[NamedQuery] = []
    files = {name: content for name, content in sorted(entries.items()) if _is_query_file(name)}
    for name, content in files.items():
        try:
            queries += read_named_queries(name, content, namespace=quirks.queries_namespace)
        except (UnsafeXmlError, ValueError) as error:
            message = f"{name} {error}"
            raise PluginRefused(message) from error
    seen: set[str] = set()
    for query in queries:
        if query.name in seen:
            message = f"The query {query.name} is already defined."
            raise PluginRefused(message)
        seen.add(query.name)
    pages = frozenset(name[9:].lower() for name in entries if name.lower().startswith("web_root/"))
    names = frozenset(name.rpartition("/")[2].lower() for name in files)
    return Package(manifest, tuple(queries), pages, _subscriptions(entries, quirks), names)


def _subscriptions(entries: dict[str, bytes], quirks: Quirks) -> tuple[Subscription, ...]:
    """The data change subscriptions of a package (12)."""
    found: list[Subscription] = []
    if quirks.data_version_files == "ignore":
        return ()
    for name, content in sorted(entries.items()):
        if not (name.startswith(_SUBSCRIPTIONS) and name.endswith(".xml")):
            continue
        try:
            subscriptions = read_subscriptions(content)
        except UnsafeXmlError as error:
            message = f"{name} {error}"
            raise PluginRefused(message) from error
        if quirks.data_version_files == "refuse" or (quirks.strict_entries and not subscriptions):
            message = f"{name} is not a data change configuration."
            raise PluginRefused(message)
        found += subscriptions
    return tuple(found)


def _unzip(data: bytes) -> dict[str, bytes]:
    entries: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            if len(infos) > MOST_ENTRIES or sum(info.file_size for info in infos) > LARGEST_ENTRY:
                message = "The plugin package is too large."
                raise PluginRefused(message)
            for info in infos:
                with archive.open(info) as entry:
                    # The declared size may be a lie, so no more than that is read.
                    entries[info.filename] = entry.read(LARGEST_ENTRY)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        message = "The file is not a readable ZIP archive."
        raise PluginRefused(message) from error
    return entries


def _check_entries(entries: dict[str, bytes], quirks: Quirks) -> None:
    if any(name.startswith("user_schema_root/") for name in entries):
        message = "This demo server does not create database extensions (user_schema_root)."
        raise PluginRefused(message)
    unexpected = [name for name in entries if not _is_expected(name)]
    if quirks.strict_entries and unexpected:
        message = f"Unexpected content in the plugin package: {unexpected[0]}"
        raise PluginRefused(message)


def _is_expected(name: str) -> bool:
    """Whether a server recognises an entry by its name (15.1, 19)."""
    if name.startswith("queries_root/"):
        return _is_query_file(name)
    if name.startswith(_SUBSCRIPTIONS):
        return name.endswith(SUBSCRIPTION_ENDING)
    return name == "plugin.xml" or name.startswith((*_KNOWN_ROOTS, "WEB_ROOT/"))


def _is_query_file(name: str) -> bool:
    return name.startswith("queries_root/") and name.count("/") == 1 and name.endswith(".named_queries.xml")


def _manifest(data: bytes, quirks: Quirks) -> Manifest:
    try:
        root = parse_xml(data)
    except UnsafeXmlError as error:
        message = f"plugin.xml {error}"
        raise PluginRefused(message) from error
    problems = violations(root, fixed_order=quirks.fixed_child_order)
    parts = {local_name(child.tag): child for child in root}
    oauth = parts.get("oauth")
    level = oauth.get("accessLevelV1Api") if oauth is not None else None
    if level is not None and not quirks.has_v1_switch and not quirks.v1_attribute_on_old_servers:
        problems.append(
            "cvc-complex-type.3.2.2: Attribute 'accessLevelV1Api' is not allowed to appear in element 'oauth'."
        )
    if problems:
        raise PluginRefused("plugin.xml does not follow the plugin schema.\n" + "\n".join(problems))
    publisher = parts["publisher"]
    contact = publisher[0].get("email", "")
    grants = _grants(parts.get("access_request"))
    return Manifest(
        name=root.get("name", ""),
        version=root.get("version", ""),
        description=root.get("description", ""),
        publisher=publisher.get("name", ""),
        contact=contact,
        oauth=oauth is not None,
        v1_access=level,
        grants=grants,
    )


def _grants(request: ET.Element | None) -> tuple[Grant, ...]:
    if request is None:
        return ()
    return tuple(
        Grant(field.get("table", "").upper(), field.get("field", "").upper(), field.get("access", ""))
        for field in request
        if local_name(field.tag) == "field"
    )
