"""What to do, as a person at the window does it: advice that names a command names what is pressed here instead.

The engine writes its advice once, for every surface. Where that is a command, the window has a page or a button for
it; a test holds every sentence of the engine against this table. Knows no Qt.
"""

from __future__ import annotations

import re

from psconnect.desktop.text import tr

DAMAGED = "PSC-DATA-DAMAGED"
"""The code of roster data that can't be used any more: the window offers to start again."""
START_AGAIN = tr("Start again with new roster data …")
PIECE_REFUSED = tr("PowerSchool refused a field …")
_INSTEAD = (
    (r"set it aside: psconnect connection rebuild NAME", tr("press “{button}”", button=START_AGAIN)),
    (
        r"Set both: psconnect connection set NAME source\.client_id ID, and psconnect secret set NAME [a-z_.]+[a-z]",
        tr("Type both under Settings, Credentials"),
    ),
    (
        r"Set it as you see it in the browser: psconnect connection set NAME source\.url https://…",
        tr("Type it under Settings, Credentials, as you see it in the browser."),
    ),
    (
        r"build it without that: psconnect plugin NAME --without ROLEDEF -o plugin\.zip",
        tr("press “{button}” below the steps of the installation, and paste that line", button=PIECE_REFUSED),
    ),
    (
        r": psconnect plugin NAME --without (\w+) -o plugin\.zip",
        tr(": under Settings, Credentials, press “{button}” and type “{name}”", button=PIECE_REFUSED, name=r"\1"),
    ),
    (r"psconnect connection set NAME (\S+) (\w+)", tr("set {key} to {value}", key=r"\1", value=r"\2")),
    (r"with: psconnect runs NAME", tr("under History.")),
    (r"(?<=Settings, Ids)[;,] or (?:by )?psconnect connection rekey [^)]*", ""),
    (r"\(psconnect connection rekey NAME[^)]*\)", tr("(Settings, Ids)")),
    (
        r"Keep it in the keyring: psconnect secret set NAME destination\.\w+\.",
        tr("Type it under Settings, Destination."),
    ),
    (r"Keep it in the keyring: psconnect secret set NAME \S+", tr("Type it under Settings, Credentials.")),
    (r"Give a reason: --reason TEXT", tr("Type a reason.")),
    (r", for example --id student=number or --prefix AB-", "."),
    (r", or see them all with: psconnect connection list", "."),
)
_KEY = re.compile(r"\[\[?[a-z_]+(?:\.[a-z_]+)*\]|\b(?:options|safety|scope|source|ids)\.[a-z_]+")
_IN_FILE = tr(
    "What has no page here is in the connection file: Settings, Export settings …; change the file, then File, Import "
    "connection …"
)


def in_window(text: str) -> str:
    """The advice with what is pressed in the window in place of each command."""
    for command, place in _INSTEAD:
        text = re.sub(command, place, text)
    return text


def with_way(text: str) -> str:
    """The same, and where it names a setting that has no page, how to come to it."""
    text = in_window(text)
    return tr("{advice} {way}", advice=text, way=_IN_FILE) if _KEY.search(text) else text
