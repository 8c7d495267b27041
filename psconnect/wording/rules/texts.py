"""What a rule is told with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RuleTexts:
    """The texts of a rule.

    Attributes:
        title: the finding in a few words, for one or many records.
        because: completes “Not included, because …”.
        to_do: what to do, with where in PowerSchool; empty where the rule is not listed as a finding.
        in_file: whether what to do is done in the connection file: the window has no page for it.
        window: what to do in the window, where that is not what is done in the file.
    """

    title: str
    because: str
    to_do: str = ""
    in_file: bool = False
    window: str = ""
