"""Moodle's types of parameters: what cleaning would change is refused (moodle-api.md 6.2, `lib/classes/param.php`).

Texts for `PARAM_TEXT` and `PARAM_NOTAGS` go through PHP's `strip_tags`, which takes away everything from a `<` on,
unless white space follows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.moodle.server.switches import Switches

_TAG = re.compile(r"<(?!\s)[^>]*(?:>|$)")
_PLAIN_USERNAME = re.compile(r"[^-.@_a-z0-9]")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_EMAIL = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(\.{_ATOM})*@(({_LABEL}\.)+(?![0-9]+$){_LABEL}|\[[0-9.]+\])")
_TIME_ZONE = re.compile(r"([+-]?(0?[0-9](\.[50])?|1[0-3](\.0)?|1[0-2]\.5))|99|[A-Za-z0-9]+(/?[A-Za-z_-])+")
THEMES = {"boost", "classic"}


def cleaned(kind: str, value: str, switches: Switches) -> str:
    """The value as Moodle would clean it for this type; equal to `value` where it is acceptable."""
    return _CLEANERS[kind](value, switches)


def acceptable_email(value: str) -> bool:
    """Whether Moodle takes this for an e-mail address (moodle-api.md 6.2, more of them observed on 5.1)."""
    return _EMAIL.fullmatch(value) is not None


def _integer(value: str, _: Switches) -> str:
    found = re.match(r"\s*([+-]?[0-9]+)", value)
    return str(int(found[1])) if found and abs(int(found[1])) < 1 << 63 else "0"


def _boolean(value: str, _: Switches) -> str:
    return "1" if value.lower() in {"1", "on", "yes", "true"} else "0"


def _without_tags(value: str, _: Switches) -> str:
    return _TAG.sub("", value)


def _username(value: str, switches: Switches) -> str:
    lower = value.strip().lower()
    return lower if switches.extended_username_chars else _PLAIN_USERNAME.sub("", lower)


def _installed_auth(value: str, switches: Switches) -> str:
    return value if value in switches.installed_auths else ""


def _installed_lang(value: str, switches: Switches) -> str:
    return value if value in switches.installed_langs else ""


def _keeping(pattern: str) -> Callable[[str, Switches], str]:
    return lambda value, _: re.sub(pattern, "", value)


_CLEANERS: dict[str, Callable[[str, Switches], str]] = {
    "int": _integer,
    "bool": _boolean,
    "raw": lambda value, _: value,
    "trimmed": lambda value, _: value.strip(),
    "text": _without_tags,
    "notags": _without_tags,
    "username": _username,
    "auth": _installed_auth,
    "lang": _installed_lang,
    "alpha": _keeping(r"[^a-zA-Z]"),
    "alphaext": _keeping(r"[^a-zA-Z_-]"),
    "alphanumext": _keeping(r"[^A-Za-z0-9_-]"),
    "plugin": lambda value, _: value if re.fullmatch(r"[a-z][a-z0-9_]*", value) else "",
    "timezone": lambda value, _: value if _TIME_ZONE.fullmatch(value) else "",
    "theme": lambda value, _: value if value in THEMES else "",
    "safedir": _keeping(r"[^a-zA-Z0-9_-]"),
}
