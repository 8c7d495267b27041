"""What "inside the district's own network" means: where mail may travel without encryption."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

_INSIDE = tuple(
    ipaddress.ip_network(one)
    for one in (
        *("127.0.0.0/8", "::1/128"),  # this computer
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),  # private: RFC 1918, RFC 4193
        *("169.254.0.0/16", "fe80::/10"),  # one cable or radio cell: RFC 3927, RFC 4291
    )
)


def inside(addresses: Iterable[str]) -> bool:
    """Whether every address is one that the internet does not carry; False where there is none.

    Judged by the addresses that the name has now, and the connection goes to one of these: a name says nothing. A
    district with public addresses inside its walls has to use TLS.
    """
    found = [ipaddress.ip_address(one.partition("%")[0]) for one in addresses]
    return bool(found) and all(_is_inside(one) for one in found)


def _is_inside(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = getattr(address, "ipv4_mapped", None) or address
    return any(mapped in network for network in _INSIDE if mapped.version == network.version)
