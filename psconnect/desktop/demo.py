"""The demo district for the window: a made-up PowerSchool in this process, and what signs in to it.

It has a home of its own, so that the user's connections are never touched.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from psconnect.demo import DemoOptions, DemoServer
from psconnect.model.connection import Connection, from_dict
from psconnect.model.connection_id import new_id
from psconnect.service import Service
from psconnect.store.files import private_folder
from psconnect.store.settings.home import Home, home_at
from psconnect.store.settings.secrets import CLIENT_SECRET, Secrets

NAME, DISTRICT = "Demo district", "Demo Unified School District"


@dataclass(frozen=True)
class DemoSize:
    """Which made-up district: 200 to 50,000 students; another seed gives other people; port 0 is any free one."""

    students: int = 500
    seed: int = 1
    port: int = 0


@dataclass(frozen=True)
class DemoPlugin:
    """An installed and enabled plugin: the id of the connection it is for, and what signs in with it."""

    connection_id: str
    client_id: str
    client_secret: str


@dataclass
class DemoDistrict:
    """A running demo district. ``service`` works in its own home and keeps secrets in memory only."""

    server: DemoServer
    service: Service
    folder: Path
    plugin: DemoPlugin

    @property
    def roster_folder(self) -> Path:
        """Where the demo delivers to."""
        return private_folder(self.folder / "roster")

    def unused_plugin(self) -> DemoPlugin:
        """A plugin that no connection has yet; another one is installed where need be."""
        if self.plugin.connection_id in {state.connection.id for state in self.service.connections()}:
            self.plugin = _install(self.server, self.service, self.folder)
        return self.plugin

    def stop(self) -> None:
        """End the server."""
        self.server.stop()


def start_demo(home: Home, size: DemoSize) -> DemoDistrict:
    """Start the district, with the plugin installed as in a real PowerSchool; connections made earlier sign in again.

    Takes seconds the first time. Raises PsconnectError where the folder can't be used, OSError for a taken port.
    """
    folder = private_folder(home.demo)
    today = datetime.now().astimezone().date()
    options = DemoOptions(
        folder=private_folder(folder / "server"), students=size.students, seed=size.seed, today=today, port=size.port
    )
    server = DemoServer(options)
    server.start()
    try:
        service = Service(home_at(folder), Secrets(session_only=True))
        plugin = _install(server, service, folder)
        _sign_in_again(service, server)
    except BaseException:
        server.stop()
        raise
    return DemoDistrict(server, service, folder, plugin)


def _install(server: DemoServer, service: Service, folder: Path) -> DemoPlugin:
    """Build the plugin that a new connection with default choices asks for, and enable it."""
    settings = {
        "name": NAME,
        "id": new_id(),
        "preset": "oneroster",
        "source": {"kind": "powerschool", "url": server.url},
        "options": {"district_name": DISTRICT},
        "destination": {"kind": "oneroster-csv", "folder": str(private_folder(folder / "roster"))},
    }
    return _enabled(server, service, from_dict(settings))


def _enabled(server: DemoServer, service: Service, connection: Connection) -> DemoPlugin:
    package = service.plugin_for(connection)
    server.install(package.content)
    plugin = server.enable(package.name)
    return DemoPlugin(connection.id, plugin.client_id or "", plugin.client_secret or "")


def _sign_in_again(service: Service, server: DemoServer) -> None:
    """The server has a new port each time it starts, and nobody's plugin."""
    for state in service.connections():
        name = state.connection.name
        plugin = _enabled(server, service, state.connection)
        service.set_value(name, "source.url", json.dumps(server.url))
        service.set_value(name, "source.client_id", json.dumps(plugin.client_id))
        service.set_secret(name, CLIENT_SECRET, plugin.client_secret)
