"""A local PowerSchool server with a made-up district, for trying out, training and tests.

It stands apart from the rest of psconnect: what it knows of PowerSchool comes from docs/powerschool.md alone, so that
the two can't be wrong in the same way. Numbers in parentheses, such as (16.4), are sections of that page.
"""

from __future__ import annotations

from psconnect.demo.demo_server import DemoServer
from psconnect.demo.district.habits import Habits
from psconnect.demo.personality import Personality, draw
from psconnect.demo.server.calls import Calls
from psconnect.demo.server.faults import Fault
from psconnect.demo.server.installed import InstalledPlugin
from psconnect.demo.server.options import DemoOptions
from psconnect.demo.server.package import PluginRefused
from psconnect.demo.server.quirks import Quirks

__all__ = [
    "Calls",
    "DemoOptions",
    "DemoServer",
    "Fault",
    "Habits",
    "InstalledPlugin",
    "Personality",
    "PluginRefused",
    "Quirks",
    "draw",
]
