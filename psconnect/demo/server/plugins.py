"""The plugins of the server: installed, enabled, upgraded, deleted; their grants, queries and credentials."""

from __future__ import annotations

import threading
import uuid
from typing import TYPE_CHECKING

from psconnect.demo.server.arguments import bind_kinds
from psconnect.demo.server.builtin_queries import BuiltinQueries
from psconnect.demo.server.catalogue import present
from psconnect.demo.server.conflicts import conflicts, invalid_columns
from psconnect.demo.server.installed import PAGED, V1_LEVELS, InstalledPlugin, Plugin
from psconnect.demo.server.named_queries import LoadedQuery, load_query
from psconnect.demo.server.package import PluginRefused, read_package
from psconnect.demo.server.quirks import version_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from psconnect.demo.oracle import Catalogue
    from psconnect.demo.server.database import District
    from psconnect.demo.server.named_queries import NamedQuery
    from psconnect.demo.server.quirks import Quirks


class PluginRegistry:
    """All plugins of the server (15.7), and the server's own queries (9.4).

    ``forget_tokens`` is called with a plugin's id when its tokens become invalid.
    """

    def __init__(self, district: District, quirks: Callable[[], Quirks], forget_tokens: Callable[[int], None]) -> None:
        self._district = district
        self._quirks = quirks
        self._forget_tokens = forget_tokens
        self._builtin = BuiltinQueries(district.catalogue, quirks)
        self._lock = threading.RLock()
        self._plugins: dict[str, Plugin] = {}
        self._next_id = 101
        self._loaded_with = quirks()
        #: Called with each plugin that is enabled.
        self.on_enabled: Callable[[Plugin], None] = _nobody
        district.write([("DELETE FROM PluginDef", ())])

    # -- reading ---------------------------------------------------------------------------------------------------

    def all(self) -> list[InstalledPlugin]:
        """Every plugin, in order of installation."""
        with self._lock:
            return [plugin.public() for plugin in self._plugins.values()]

    def get(self, name: str) -> Plugin:
        """The plugin of this name.

        Raises:
            KeyError: if there is none.

        """
        with self._lock:
            return self._plugins[name]

    def by_id(self, plugin_id: int) -> Plugin | None:
        """The plugin with this PluginDef.ID."""
        with self._lock:
            return next((plugin for plugin in self._plugins.values() if plugin.id == plugin_id), None)

    def by_credentials(self, client_id: str, client_secret: str) -> Plugin | None:
        """The plugin with these credentials, enabled or not."""
        with self._lock:
            for plugin in self._plugins.values():
                if plugin.client_id == client_id and plugin.client_secret == client_secret:
                    return plugin
            return None

    def any_with_oauth(self) -> bool:
        """Whether a plugin with OAuth is installed."""
        with self._lock:
            return any(plugin.manifest.oauth for plugin in self._plugins.values())

    def query(self, name: str) -> LoadedQuery | None:
        """A loaded query of an enabled plugin, or one of the server's own."""
        with self._lock:
            self._load_anew()
            for plugin in self._plugins.values():
                loaded = plugin.queries.get(name)
                if loaded is not None:
                    return loaded if plugin.enabled and loaded.load_error is None else None
        return self._builtin.query(name)

    def _load_anew(self) -> None:
        """Reload the queries if a switch has changed since."""
        if self._loaded_with == self._quirks():
            return
        self._loaded_with = self._quirks()
        for plugin in self._plugins.values():
            plugin.queries = {query.name: self._load(query) for query in plugin.package.queries}

    def _load(self, query: NamedQuery) -> LoadedQuery:
        catalogue = self._catalogue()
        return load_query(query, catalogue, bind_kinds(query, catalogue, self._quirks()))

    def _catalogue(self) -> Catalogue:
        return present(self._district.catalogue, self._quirks().missing)

    def query_names(self) -> list[str]:
        """The names in the list of queries (11.4)."""
        with self._lock:
            names = [
                name
                for plugin in self._plugins.values()
                if plugin.enabled
                for name, loaded in plugin.queries.items()
                if loaded.load_error is None
            ]
        return names + (self._builtin.names() if self._quirks().builtin_listed else [])

    # -- changing --------------------------------------------------------------------------------------------------

    def install(self, data: bytes) -> InstalledPlugin:
        """Install a package, or upgrade the plugin of the same name.

        An upgrade keeps credentials, page size and current grants; new requests take effect once it is enabled again.

        Raises:
            PluginRefused: with what the administrator would see.

        """
        package = read_package(data, self._quirks())
        manifest = package.manifest
        with self._lock:
            known = self._plugins.get(manifest.name)
            if known is not None and version_key(manifest.version) <= version_key(known.manifest.version):
                message = (
                    f"A plugin with the name {manifest.name} is already installed in version {known.manifest.version}; "
                    f"version {manifest.version} is not higher."
                )
                raise PluginRefused(message)
            problems = conflicts(package, self._others(manifest.name), self._builtin.names(), self._quirks())
            if problems and self._quirks().clash_at == "install":
                raise PluginRefused(problems[0])
            if known is None:
                known = Plugin(self._next_id, package, dict.fromkeys(PAGED, self._quirks().page_size))
                self._next_id += 1
                self._plugins[manifest.name] = known
            known.package = package
            known.queries = {query.name: self._load(query) for query in package.queries}
            self._store(known)
            return known.public()

    def _others(self, plugin_name: str) -> list[Plugin]:
        return [other for other in self._plugins.values() if other.manifest.name != plugin_name]

    def enable(self, name: str) -> InstalledPlugin:
        """Enable a plugin with all it asks for, and create credentials if it has none yet.

        Raises:
            KeyError: for an unknown name.
            PluginRefused: with one line for each column that doesn't exist or is excluded.

        """
        with self._lock:
            plugin = self._plugins[name]
            problems = self._enabling_problems(plugin)
            if problems:
                if self._quirks().failed_enable == "disables":
                    plugin.enabled = False
                    self._store(plugin)
                raise PluginRefused("\n".join([f"The plugin {name} could not be enabled.", *problems]))
            if plugin.manifest.oauth and plugin.client_id is None:
                plugin.client_id, plugin.client_secret = str(uuid.uuid4()), str(uuid.uuid4())
            granted = {(grant.table, grant.field): grant.level for grant in plugin.manifest.grants}
            if not self._quirks().token_survives_upgrade and granted != plugin.grants:
                self._forget_tokens(plugin.id)
            plugin.grants = granted
            plugin.v1_access = plugin.manifest.v1_access
            plugin.enabled = True
            self._store(plugin)
            self.on_enabled(plugin)
            return plugin.public()

    def _enabling_problems(self, plugin: Plugin) -> list[str]:
        """One line for each reason why a plugin can't be enabled."""
        others = self._others(plugin.manifest.name)
        return [
            *invalid_columns(plugin.package, self._catalogue(), self._quirks().excluded),
            *conflicts(plugin.package, others, self._builtin.names(), self._quirks()),
        ]

    def disable(self, name: str) -> InstalledPlugin:
        """Disable a plugin; its credentials are kept."""
        with self._lock:
            plugin = self._plugins[name]
            plugin.enabled = False
            self._store(plugin)
            return plugin.public()

    def delete(self, name: str) -> None:
        """Delete a plugin with its credentials and tokens."""
        with self._lock:
            plugin = self._plugins.pop(name)
            self._forget_tokens(plugin.id)
            self._district.write([("DELETE FROM PluginDef WHERE ID = ?", (plugin.id,))])

    def regenerate(self, name: str) -> InstalledPlugin:
        """Give a plugin a new id and secret; the old ones and their tokens become invalid.

        Raises:
            PluginRefused: if the plugin has no credentials to replace.

        """
        with self._lock:
            plugin = self._plugins[name]
            if plugin.client_id is None:
                message = f"The plugin {name} has no credentials yet."
                raise PluginRefused(message)
            plugin.client_id, plugin.client_secret = str(uuid.uuid4()), str(uuid.uuid4())
            self._forget_tokens(plugin.id)
            return plugin.public()

    def set_v1_access(self, name: str, level: str) -> None:
        """Set a plugin's access to ``/ws/v1``, overriding plugin.xml as an administrator can (15.4).

        Raises:
            KeyError: for an unknown plugin.
            ValueError: for an unknown level.

        """
        if level not in V1_LEVELS:
            message = f"The access level is one of {', '.join(V1_LEVELS)}, not {level!r}."
            raise ValueError(message)
        with self._lock:
            self._plugins[name].v1_access = level

    def set_page_size(self, name: str, size: int, resource: str | None = None) -> None:
        """Set a plugin's maximum page size for one of ``PAGED``, or for all of them.

        Raises:
            KeyError: for an unknown plugin.
            ValueError: for a size below 1, or an unknown resource.

        """
        if size < 1:
            message = f"A page has at least one row, not {size}."
            raise ValueError(message)
        if resource is not None and resource not in PAGED:
            message = f"There is no page size for {resource!r}; known are {', '.join(PAGED)}."
            raise ValueError(message)
        with self._lock:
            self._plugins[name].page_sizes.update(dict.fromkeys([resource] if resource else PAGED, size))

    def _store(self, plugin: Plugin) -> None:
        """Update the PluginDef table."""
        manifest = plugin.manifest
        row = (plugin.id, manifest.name, manifest.version or None, manifest.description or None, manifest.publisher,
               manifest.contact, int(plugin.enabled), 1)  # fmt: skip
        self._district.write([("INSERT OR REPLACE INTO PluginDef VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)])


def _nobody(_plugin: Plugin) -> None:
    """Do nothing."""
