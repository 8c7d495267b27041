"""A person's sign-in type on the terminal and as JSON."""

from __future__ import annotations

from psconnect.cli import output
from psconnect.model.sign_in import SignInNow
from psconnect.wording.sign_ins import sign_in_text, sign_in_waits


def show_sign_in(now: SignInNow) -> None:
    """The type and why, and what is still to come."""
    for line in filter(None, (sign_in_text(now), sign_in_waits(now))):
        output.result(line)


def sign_in_data(now: SignInNow) -> dict[str, object]:
    """The same for ``--json``; ``decided`` is the last decision by hand, null if there was none."""
    last = now.decision
    decided = {"type": last.value, "when": last.at.isoformat(), "account": last.account} if last else None
    return {"type": now.type, "source": now.source, "waits": now.waits, "types": [*now.labels], "decided": decided}
