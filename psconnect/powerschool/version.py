"""Which PowerSchool servers can be read: 10.1 and newer."""

from __future__ import annotations

import re

from psconnect.model.errors import FixSettings
from psconnect.powerschool.client import Metadata

OLDEST = (10, 1)


def refuse_old(metadata: Metadata) -> None:
    """Raise FixSettings if the server reports a version that is too old.

    A server without a numeric version is accepted.
    """
    text = metadata.powerschool_version
    numbers = tuple(int(part) for part in re.findall(r"\d+", text)[:2])
    if numbers and numbers < OLDEST:
        raise FixSettings(
            "PSC-ACCESS-VERSION", where="powerschool_version", text=text, oldest=".".join(map(str, OLDEST))
        )
