"""A Moodle site for tests: its web services over real HTTP on the loopback address, built from moodle.md.

It imports nothing of psconnect, and psconnect knows nothing of it. Each module says where its facts come from: a
section of the sheet (observed on Moodle 4.3 and 5.1), or a file of Moodle's source. Where both are silent there is a
switch.
"""

from __future__ import annotations

from tests.moodle.server.calls import Call
from tests.moodle.server.site import MoodleSite
from tests.moodle.server.switches import Switches

__all__ = ["Call", "MoodleSite", "Switches"]
