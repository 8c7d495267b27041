"""How a person signs in, and who decided so, in words."""

from __future__ import annotations

from psconnect.model.shown_text import shown
from psconnect.model.sign_in import FOLLOW, HandDecision, SignInNow
from psconnect.wording.catalogue import tr, translated
from psconnect.wording.times import day


def sign_in_text(now: SignInNow) -> str:
    """The type and why, as one line: ``Sign-in type: Google (set by hand on 18 November 2026 by jlee)``."""
    kind = translated(now.labels.get(now.type, now.type))
    if now.source == "hand" and now.decision:
        return _set_by_hand(kind, now.decision)
    if now.source == "domain":
        return tr("Sign-in type: {type} (follows the e-mail domain)", type=kind)
    if now.source == "earlier":
        return tr("Sign-in type: {type} (decided by an earlier e-mail address)", type=kind)
    return tr("Sign-in type: none (no e-mail address in a domain of Google or Microsoft)")


def sign_in_waits(now: SignInNow) -> str:
    """What is still to come; empty for nothing."""
    return tr("The next run delivers this sign-in type.") if now.waits else ""


def sign_in_choice(now: SignInNow, value: str) -> str:
    """What a type is called among the choices."""
    return follow_words() if value == FOLLOW else translated(now.labels[value])


def follow_words() -> str:
    """What it is called not to set a type by hand."""
    return tr("Follow the e-mail domain")


def _set_by_hand(kind: str, decision: HandDecision) -> str:
    when = day(decision.at)
    if who := shown(decision.account):
        return tr("Sign-in type: {type} (set by hand on {day} by {account})", type=kind, day=when, account=who)
    return tr("Sign-in type: {type} (set by hand on {day})", type=kind, day=when)
