"""Names of buttons that advice tells to press, and the code of the error that offers to start again."""

from __future__ import annotations

from psconnect.wording.catalogue import marked

DAMAGED = "PSC-DATA-DAMAGED"
"""The code of roster data that can't be used any more: the window offers to start again."""
START_AGAIN = marked("Start again with new roster data …")
CHECKED = ("PSC-AUTH", "PSC-ACCESS", "PSC-HTTP", "PSC-TLS")
"""What the codes begin with whose cause the check of the access finds: the window offers it."""
CHECK_ACCESS = marked("Check access")
PIECE_REFUSED = marked("PowerSchool refused a field …")
