"""Which PowerSchool servers can be read: 10.1 and newer."""

from __future__ import annotations

import re

from psconnect.model.errors import FixSettings
from psconnect.powerschool.client import Metadata

OLDEST = (10, 1)
FIRST_WITH_V1_SWITCH = (25, 2)
"""From this version on, a plugin needs accessLevelV1Api for the v1 interface (docs/powerschool.md 3.3)."""


def refuse_old(metadata: Metadata) -> None:
    """Raise FixSettings if the server reports a version that is too old.

    A server without a numeric version is accepted.
    """
    text = metadata.powerschool_version
    numbers = version_of(metadata)
    if numbers and numbers < OLDEST:
        raise FixSettings(
            "PSC-ACCESS-VERSION", where="powerschool_version", text=text, oldest=".".join(map(str, OLDEST))
        )


def version_of(metadata: Metadata) -> tuple[int, ...]:
    """The first two numbers of the server's version; empty if it does not say any."""
    return tuple(int(part) for part in re.findall(r"\d+", metadata.powerschool_version)[:2])
