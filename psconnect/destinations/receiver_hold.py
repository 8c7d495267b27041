"""The setting for a hold of the other system's own, which every kind has that declares one."""

from __future__ import annotations

from collections.abc import Mapping

from psconnect.model.setting_fields import SettingField
from psconnect.wording.catalogue import marked

RECEIVER_HOLD = "receiver_hold"


def hold_fields(holds: Mapping[str, int]) -> tuple[SettingField, ...]:
    """The setting, with the percentage that is usual there; none without a hold.

    ``holds``: entity key -> percentage (``Kind.receiver_holds``).
    """
    if not holds:
        return ()
    (usual,) = {*holds.values()}
    return (
        SettingField(
            RECEIVER_HOLD,
            marked("Removals that the other system lets through (%)"),
            marked(
                "If a delivery removes more than this share of the records of one type, the other system waits for a "
                "person, so psconnect asks you first. The number that stands here is the usual one. Change it if the "
                "other system’s support has changed it for you; 0 if it never waits."
            ),
            "number",
            default=usual,
            advanced=True,
        ),
    )
