"""In which form a bundle is written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BundleForm:
    """How a bundle of OneRoster files is written.

    Attributes:
        version: of OneRoster.
        demographics: whether demographics.csv is written.
        exact_id: the label of an extra column with each record's own id, for receivers that change ``sourcedId``;
            empty for none.
    """

    version: str = "1.1"
    demographics: bool = False
    exact_id: str = ""
