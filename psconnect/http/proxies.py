"""Which proxy to use: from the usual environment variables, else from the operating system's settings.

Variables: HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, in upper or lower case. Without the first three, the
settings of Windows (registry) and macOS (System Configuration) count. A script that picks the proxy (PAC) is not run.
"""

from __future__ import annotations

import ipaddress
import os
import re
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from psconnect.model.errors import FixSettings

_PORTS = {"http": 80, "https": 443, "socks5": 1080}
# GNOME and others write "socks" for SOCKS 5. The proxy always looks up the name, as with socks5h.
_SCHEMES = {"http": "http", "https": "https", "socks5": "socks5", "socks5h": "socks5", "socks": "socks5"}
_SYSTEM = "the proxy settings of this computer"
_SYSTEMS_OWN = ("registry", "macosx_sysconf")
"""Suffixes of urllib's functions that read only the settings of Windows and macOS."""


@dataclass(frozen=True)
class Proxy:
    """A proxy, where its setting comes from, and its credentials, which are never shown.

    Attributes:
        scheme: http, https or socks5: how to talk to the proxy itself.
        source: a variable, or the system's settings, as named in messages.
    """

    scheme: str
    host: str
    port: int
    source: str
    auth: tuple[bytes, bytes] | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """Host and port."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def proxy_for(url: str) -> Proxy | None:
    """The proxy for an address, or None; raises FixSettings for one that can't be used."""
    parts = urlsplit(url)
    scheme, host = parts.scheme, parts.hostname or ""
    port = parts.port or _PORTS.get(scheme, 0)
    variables = urllib.request.getproxies_environment()
    if _spared(host, port, variables.get("no", "")):
        return None
    if any(variables.get(name) for name in ("http", "https", "all")):
        name = scheme if variables.get(scheme) else "all"
        return _parsed(variables[name], _variable(f"{name}_proxy")) if variables.get(name) else None
    return _of_the_system(scheme, host, variables)


def _of_the_system(scheme: str, host: str, variables: Mapping[str, str]) -> Proxy | None:
    # If any variable is set, even NO_PROXY alone, urllib reads the variables and not the system.
    proxies = (_own("getproxies") if variables else urllib.request.getproxies)()
    value = proxies.get(scheme) or proxies.get("all") or proxies.get("socks")
    if not value or (_own("proxy_bypass") if variables else urllib.request.proxy_bypass)(host):
        return None
    return _parsed(value, _SYSTEM)


def _own(function: str) -> Callable[..., Any]:
    for system in _SYSTEMS_OWN:
        found = getattr(urllib.request, f"{function}_{system}", None)
        if found:
            return found  # type: ignore[no-any-return]
    return lambda *_args: {}


def _variable(name: str) -> str:
    """The variable as it is spelled: lower case takes precedence, as in urllib."""
    found = [name] if os.environ.get(name) else [one for one in os.environ if one.lower() == name and os.environ[one]]
    return f"the variable {found[0]}"


def _parsed(value: str, source: str) -> Proxy:
    text = value.strip().strip("\"'")
    if "://" not in text:
        text = "http://" + text.removeprefix("//")
    scheme = text.partition("://")[0].lower()
    if scheme not in _SCHEMES:
        raise _unusable("kind" if re.fullmatch(r"[a-z][a-z0-9]{1,9}", scheme) else "no-kind", source, scheme)
    scheme = _SCHEMES[scheme]
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port or _PORTS[scheme]
        host.encode("ascii")
    except ValueError:
        raise _unusable("address", source) from None
    if not re.fullmatch(r"[\w.:%-]+", host) or parts.path.strip("/") or parts.query or parts.fragment:
        raise _unusable("address", source)
    auth = None
    if parts.username or parts.password:
        auth = (unquote(parts.username or "").encode(), unquote(parts.password or "").encode())
    return Proxy(scheme, host, port, source, auth)


_UNUSABLE = {
    "address": "PSC-HTTP-PROXY/setting-address",
    "kind": "PSC-HTTP-PROXY/setting-kind",
    "no-kind": "PSC-HTTP-PROXY/setting-no-kind",
}


def _unusable(case: str, source: str, scheme: str = "") -> FixSettings:
    # Never with the value: it may contain a password. So may the text before "://" if quoting went wrong.
    shown = scheme if case == "kind" else ""
    return FixSettings(_UNUSABLE[case], where=source.removeprefix("the variable "), source=source, scheme=shown)


def _spared(host: str, port: int, rules: str) -> bool:
    """Whether NO_PROXY names a host: by name, ending, address or network, with a port or without, or all with ``*``.

    Entries that can't be parsed are ignored, as other programs do.
    """
    return any(_fits(host.lower().rstrip("."), port, rule) for rule in re.split(r"[,;\s]+", rules.lower()) if rule)


def _fits(host: str, port: int, rule: str) -> bool:
    if rule == "*":
        return True
    rule = rule.rpartition("://")[2]
    with_port = re.fullmatch(r"\[([^\]]+)\](?::(\d+))?|([^:]+):(\d+)", rule)
    if with_port:
        wanted = with_port[2] or with_port[4]
        if wanted and int(wanted) != port:
            return False
        rule = with_port[1] or with_port[3]
    try:
        network = ipaddress.ip_network(rule, strict=False)
    except ValueError:
        ending = rule.lstrip("*").strip(".")
        return bool(ending) and (host == ending or host.endswith(f".{ending}"))
    try:
        return ipaddress.ip_address(host) in network
    except ValueError:
        return False
