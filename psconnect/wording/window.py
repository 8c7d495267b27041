"""Advice as it is done in the window: what is added there, and what stands in place of commands in older sentences."""

from __future__ import annotations

import re

from psconnect.wording.catalogue import marked, tr, translated


def with_file(advice: str) -> str:
    """The advice, and the way to a setting that has no page."""
    return tr(
        "{advice} Settings without a page here are in the connection file: Settings, Export settings …; change the "
        "file, then File, Import connection …",
        advice=advice,
    )


_INSTEAD = (
    (r"set it aside: psconnect connection rebuild NAME", "press “Start again with new roster data …”"),
    (
        r"Set both: psconnect connection set NAME source\.client_id ID, and psconnect secret set NAME [a-z_.]+[a-z]",
        "Type both under Settings, Credentials",
    ),
    (
        r"Set it as you see it in the browser: psconnect connection set NAME source\.url https://…",
        "Type it under Settings, Credentials, as you see it in the browser.",
    ),
    (
        r"build it without that: psconnect plugin NAME --without ROLEDEF -o plugin\.zip",
        "press “PowerSchool refused a field …” below the steps of the installation, and paste that line",
    ),
    (
        r": psconnect plugin NAME --without (\w+) -o plugin\.zip",
        r": under Settings, Plugin, press “PowerSchool refused a field …” and type “\1”",
    ),
    (r"psconnect connection set NAME (\S+) (\w+)", r"set \1 to \2"),
    (r"with: psconnect runs NAME", "under History."),
    (r"(?<=Settings, Ids)[;,] or (?:by )?psconnect connection rekey [^)]*", ""),
    (r"\(psconnect connection rekey NAME[^)]*\)", "(Settings, Ids)"),
    (r"Keep it in the keyring: psconnect secret set NAME destination\.\w+\.", "Type it under Settings, Destination."),
    (r"Keep it in the keyring: psconnect secret set NAME \S+", "Type it under Settings, Credentials."),
    (r"Give a reason: --reason TEXT", "Type a reason."),
    (r", for example --id student=number or --prefix AB-", "."),
    (r", or see them all with: psconnect connection list", "."),
)
_KEY = re.compile(r"\[\[?[a-z_]+(?:\.[a-z_]+)*\]|\b(?:options|safety|scope|source|ids)\.[a-z_]+")


def in_window(text: str) -> str:
    """The advice with what is pressed in the window in place of each command."""
    for command, place in _INSTEAD:
        text = re.sub(command, place, text)
    return text


def with_way(text: str) -> str:
    """The same, and where it names a setting that has no page, how to come to it."""
    text = in_window(text)
    return with_file(text) if _KEY.search(text) else text


_OPEN = {
    "connect": marked("Open connection"),
    "who": marked("Open who and what"),
    "plugin": marked("Open plugin"),
    "credentials": marked("Open credentials"),
    "schools": marked("Open schools"),
    "attributes": marked("Open attributes"),
    "requirements": marked("Open requirements"),
    "filters": marked("Open filters"),
    "uniqueness": marked("Open uniqueness"),
    "safety": marked("Open safety"),
    "destination": marked("Open destination"),
    "ids": marked("Open ids"),
    "findings": marked("Open findings"),
}
"""By the page that advice leads to (a step of the set-up, or one of the connection's pages): its button."""


def open_words(where: str) -> str:
    """The button that opens the page where something is mended; empty for an unknown page."""
    return translated(_OPEN[where]) if where in _OPEN else ""
