"""The demo district for the window: a made-up PowerSchool in this process, and what signs in to it.

It has a home of its own, so that the user's connections are never touched.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from psconnect.demo import DemoOptions, DemoServer, Habits
from psconnect.desktop.wizard.prefill import Prefill
from psconnect.model.connection import Connection
from psconnect.model.connection_id import new_id
from psconnect.service import CLIENT_SECRET, DEMO_DISTRICT, DEMO_NAME, DemoHome, Home, Service


@dataclass(frozen=True)
class DemoSize:
    """Which made-up district: 200 to 50,000 students; another seed gives other people; port 0 is any free one.

    ``odd`` gives it names that programs stumble over.
    """

    students: int = 500
    seed: int = 1
    port: int = 0
    odd: bool = False


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
    place: DemoHome
    plugin: DemoPlugin

    def unused_plugin(self) -> DemoPlugin:
        """A plugin that no connection has yet; another one is installed where need be."""
        if self.plugin.connection_id in {state.connection.id for state in self.service.connections()}:
            self.plugin = _install(self.server, self.service, self.place)
        return self.plugin

    def prefill(self) -> Prefill:
        """A set-up that is complete: the plugin is installed already, and only the choices are left. Work."""
        taken = {state.connection.name for state in self.service.connections()}
        plugin = self.unused_plugin()
        return Prefill(
            name=DEMO_NAME if DEMO_NAME not in taken else "",
            url=self.server.url,
            client_id=plugin.client_id,
            client_secret=plugin.client_secret,
            connection_id=plugin.connection_id,
            preset="oneroster",
            district_name=DEMO_DISTRICT,
            folder=str(self.place.roster_folder),
            complete=DEMO_NAME not in taken,
        )

    def stop(self) -> None:
        """End the server."""
        self.server.stop()


def start_demo(home: Home, size: DemoSize) -> DemoDistrict:
    """Start the district, with the plugin installed as in a real PowerSchool; connections made earlier sign in again.

    Takes seconds the first time. Raises PsconnectError where the folder can't be used, OSError for a taken port.
    """
    place = DemoHome(home.demo)
    today = datetime.now().astimezone().date()
    options = DemoOptions(
        folder=place.server_folder,
        students=size.students,
        seed=size.seed,
        today=today,
        port=size.port,
        habits=Habits(odd=size.odd),
    )
    server = DemoServer(options)
    server.start()
    try:
        service = Service(place.home)
        service.keep_secrets_in_memory()
        plugin = _install(server, service, place)
        _sign_in_again(service, server)
    except BaseException:
        server.stop()
        raise
    return DemoDistrict(server, service, place, plugin)


def _install(server: DemoServer, service: Service, place: DemoHome) -> DemoPlugin:
    """Build the plugin that a new connection with default choices asks for, and enable it."""
    return _enabled(server, service, place.connection(server.url, new_id()))


def _enabled(server: DemoServer, service: Service, connection: Connection) -> DemoPlugin:
    package = service.plugin_for(connection)
    server.install(package.content)
    plugin = server.enable(package.name)
    return DemoPlugin(connection.id, plugin.client_id or "", plugin.client_secret or "")


def _sign_in_again(service: Service, server: DemoServer) -> None:
    """The server has a new port each time it starts, and no plugin of ours."""
    for state in service.connections():
        name = state.connection.name
        plugin = _enabled(server, service, state.connection)
        service.set_value(name, "source.url", json.dumps(server.url))
        service.set_value(name, "source.client_id", json.dumps(plugin.client_id))
        service.keep_secret(name, CLIENT_SECRET, plugin.client_secret)
