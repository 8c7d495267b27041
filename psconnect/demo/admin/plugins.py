"""System > System Settings > Plugin Management Configuration: plugins and credentials (docs/powerschool.md 15.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from psconnect.demo.server.installed import PAGED, SCHEMA, V1_LEVELS
from psconnect.demo.server.package import PluginRefused

if TYPE_CHECKING:
    from psconnect.demo.admin.visits import PageHandler, Visit
    from psconnect.demo.server.app import App
    from psconnect.demo.server.controls import ServerControls
    from psconnect.demo.server.installed import Plugin
    from psconnect.demo.server.messages import Reply

DASHBOARD: Final = "/admin/pluginconfiguration.html"
_FOLDER: Final = "/admin/plugins/"
_LABELS: Final = {
    "student": "Students", "staff": "Staff", "school": "Schools", "course": "Courses", "section": "Sections",
    "section_enrollment": "Section enrollments", "term": "Terms", SCHEMA: "Schema tables and queries",
}  # fmt: skip
_LEVEL_WORDS: Final = {"NONE": "None", "READ": "Read", "FULL": "Full"}


class PluginPages:
    """The Plugin Management Dashboard and the pages of each plugin."""

    def __init__(self, server: ServerControls, app: App) -> None:
        self._server = server
        self._app = app

    def routes(self) -> dict[tuple[str, str], PageHandler]:
        """What these pages answer."""
        pages = {
            "plugin": self._plugin, "enable": self._ask_enable, "delete": self._ask_delete,
            "dataprovider": self._provider, "dataconfiguration": self._sizes,
        }  # fmt: skip
        actions = {
            "enable": self._enable, "disable": self._disable, "delete": self._delete, "regenerate": self._regenerate,
            "accesslevel": self._access_level, "dataconfiguration": self._set_sizes,
        }  # fmt: skip
        return {
            ("GET", DASHBOARD): self._dashboard,
            ("GET", f"{_FOLDER}install.html"): lambda visit: visit.page("install.html", "Install Plugin", problems=[]),
            ("POST", f"{_FOLDER}install.html"): self._install,
            **{("GET", f"{_FOLDER}{name}.html"): self._of_plugin(page) for name, page in pages.items()},
            **{("POST", f"{_FOLDER}{name}.html"): self._of_plugin(action) for name, action in actions.items()},
        }

    def _of_plugin(self, answer: PluginHandler) -> PageHandler:
        def handle(visit: Visit) -> Reply:
            text = visit.form.text("id") or visit.asked("id")
            plugin = self._app.plugins.by_id(int(text)) if text.isdecimal() and len(text) < 9 else None  # noqa: PLR2004
            if plugin is None:
                return visit.missing("This plugin is not installed.")
            return answer(visit, plugin)

        return handle

    def _dashboard(self, visit: Visit) -> Reply:
        plugins = [self._app.plugins.get(one.name) for one in self._server.plugins()]
        return visit.page("dashboard.html", "Plugin Management Dashboard", plugins=plugins)

    def _install(self, visit: Visit) -> Reply:
        """Install or upgrade; the page says what is wrong with the file."""
        package = visit.form.files.get("plugin")
        if package is None:
            return visit.page("install.html", "Install Plugin", 422, problems=["Choose the plugin’s file first."])
        before = {one.name: one for one in self._server.plugins()}
        try:
            installed = self._server.install(package)
        except PluginRefused as error:
            return visit.page("install.html", "Install Plugin", 422, problems=str(error).split("\n"))
        if installed.name not in before:
            return visit.done(
                DASHBOARD, f"{installed.name} {installed.version} is installed. It has no access until you enable it."
            )
        was = before[installed.name].version
        return visit.done(
            DASHBOARD,
            f"{installed.name} was upgraded from {was} to {installed.version}. Its credentials are unchanged.",
            "What the new version asks for beyond the old one counts once you enable it again.",
        )

    def _plugin(self, visit: Visit, plugin: Plugin) -> Reply:
        return visit.page("plugin.html", plugin.manifest.name, plugin=plugin)

    def _ask_enable(self, visit: Visit, plugin: Plugin) -> Reply:
        return visit.page("enable.html", f"Enable {plugin.manifest.name}", plugin=plugin, problems=[])

    def _enable(self, visit: Visit, plugin: Plugin) -> Reply:
        name = plugin.manifest.name
        try:
            self._server.enable(name)
        except PluginRefused as error:
            problems = str(error).split("\n")
            return visit.page("enable.html", f"Enable {name}", 422, plugin=plugin, problems=problems)
        return visit.done(DASHBOARD, f"{name} is enabled.")

    def _disable(self, visit: Visit, plugin: Plugin) -> Reply:
        self._server.disable(plugin.manifest.name)
        return visit.done(DASHBOARD, f"{plugin.manifest.name} is disabled. Its credentials are kept, and don’t work.")

    def _ask_delete(self, visit: Visit, plugin: Plugin) -> Reply:
        return visit.page("delete.html", f"Delete {plugin.manifest.name}", plugin=plugin)

    def _delete(self, visit: Visit, plugin: Plugin) -> Reply:
        self._server.delete(plugin.manifest.name)
        return visit.done(DASHBOARD, f"{plugin.manifest.name} is deleted, and its credentials with it.")

    def _provider(self, visit: Visit, plugin: Plugin) -> Reply:
        return visit.page(
            "dataprovider.html",
            "Data Provider Configuration",
            plugin=plugin,
            seconds=self._app.tokens.seconds_left(plugin.id),
            levels=_LEVEL_WORDS if self._server.quirks.has_v1_switch else {},
        )

    def _regenerate(self, visit: Visit, plugin: Plugin) -> Reply:
        page = _page("dataprovider", plugin)
        if visit.form.text("sure") != "yes":
            return visit.refused(page, "Nothing was changed: tick that the old credentials shall stop working.")
        try:
            self._server.regenerate(plugin.manifest.name)
        except PluginRefused as error:
            return visit.refused(page, str(error))
        return visit.done(page, "The plugin has a new client ID and secret. The old ones don’t work any more.")

    def _access_level(self, visit: Visit, plugin: Plugin) -> Reply:
        level = visit.form.text("level")
        page = _page("dataprovider", plugin)
        if level not in V1_LEVELS:
            return visit.refused(page, "Choose one of the access levels.")
        self._app.plugins.set_v1_access(plugin.manifest.name, level)
        return visit.done(page, f"API access level: {_LEVEL_WORDS[level]}.")

    def _sizes(self, visit: Visit, plugin: Plugin) -> Reply:
        return visit.page("dataconfiguration.html", "Data Configuration", plugin=plugin, labels=_LABELS)

    def _set_sizes(self, visit: Visit, plugin: Plugin) -> Reply:
        page = _page("dataconfiguration", plugin)
        try:
            sizes = {one: visit.form.number(one, f"The page size of {_LABELS[one]}", 1) for one in PAGED}
        except ValueError as error:
            return visit.refused(page, str(error), "Nothing was changed.")
        for resource, size in sizes.items():
            self._server.set_page_size(plugin.manifest.name, size, resource)
        return visit.done(page, "The page sizes are saved.")


def _page(name: str, plugin: Plugin) -> str:
    return f"{_FOLDER}{name}.html?id={quote(str(plugin.id))}"


if TYPE_CHECKING:
    from collections.abc import Callable

    PluginHandler = Callable[[Visit, Plugin], Reply]
