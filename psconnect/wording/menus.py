"""Where things are in PowerSchool, in the words of its own screens (docs/powerschool.md 15.7)."""

from __future__ import annotations

from psconnect.wording.catalogue import marked

PLUGINS = marked(
    "System Management > Server > Plugin Configuration "
    "(older servers: System > System Settings > Plugin Management Configuration)"
)
CREDENTIALS = marked(
    "System Management > Server > Plugin Configuration (older servers: System > System Settings > Plugin Management "
    "Configuration), click the plugin’s name, Data Provider Configuration"
)
PAGE_SIZE = marked(
    "System Management > Server > Plugin Configuration "
    "(older servers: System > System Settings > Plugin Management Configuration), click the plugin’s name, Data "
    "Configuration"
)
