"""What is known of a set-up before it begins. Knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Prefill:
    """What is known already when a set-up begins: the demo district, or settings from elsewhere.

    ``complete`` opens it on its last step.
    """

    name: str = ""
    url: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    connection_id: str = ""
    district_name: str = ""
    preset: str = ""
    folder: str = ""
    complete: bool = False
