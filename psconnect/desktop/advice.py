"""Names of buttons that advice tells to press, and the code of the error that offers to start again."""

from __future__ import annotations

from psconnect.wording.catalogue import marked

DAMAGED = "PSC-DATA-DAMAGED"
"""The code of roster data that can't be used any more: the window offers to start again."""
START_AGAIN = marked("Start again with new roster data …")
PIECE_REFUSED = marked("PowerSchool refused a field …")
