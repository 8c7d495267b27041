"""The database that a connection's settings name."""

from __future__ import annotations

from psconnect.destinations.database.place import database_path
from psconnect.destinations.database.sqlite import SqliteFile
from psconnect.destinations.database.system import System
from psconnect.destinations.kind import Context


def system_of(context: Context) -> System:
    """The file, or the server; a driver is imported only where its system is chosen. Connects to nothing."""
    settings, system = context.settings, context.settings["system"]
    if system == "sqlite":
        return SqliteFile(database_path(str(settings["file"])), context.clock, context.cancel)
    from psconnect.destinations.database.server import ServerPlace  # noqa: PLC0415 - see above

    place = ServerPlace.of(settings, context.secret("password"))
    if system == "postgresql":
        from psconnect.destinations.database.postgresql import Postgresql  # noqa: PLC0415 - see above

        return Postgresql(place)
    from psconnect.destinations.database.mariadb import Mariadb  # noqa: PLC0415 - see above

    return Mariadb(place)
