"""Changes of the district while it is being served, so that a second sync has something to do.

Every change is made in one transaction of the caller's, and the same from the same district, day and seed.
"""

from __future__ import annotations

from psconnect.demo.district.change.catalogue import CHANGES, LARGEST_CHANGE, ChangeKind, Outcome, change_district
from psconnect.demo.district.change.restore import start_over

__all__ = ["CHANGES", "LARGEST_CHANGE", "ChangeKind", "Outcome", "change_district", "start_over"]
