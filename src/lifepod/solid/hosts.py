"""Where a host leads: into the open net, or to what only machines near us can reach.

It refuses to ask anybody: a name is judged by how it is spelt, an address by what it is.
Sources: RFC 6890 (special addresses), RFC 6052 (NAT64), RFC 6761, 6762 and 8375 (special names),
https://url.spec.whatwg.org/#concept-ipv4-parser (addresses as resolvers read them).
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_OPEN_V6 = IPv6Network("2000::/3")
_CARRIERS = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
"""Networks whose addresses end in one of IPv4, which is where they lead."""
_INSIDE = (
    *(".local", ".localhost", ".localdomain", ".internal", ".intranet", ".private"),
    *(".lan", ".home", ".corp", ".home.arpa", ".fritz.box"),
)
"""Endings that routers and offices use for what is theirs."""
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")


def leads_inside(host: str) -> bool:
    """Whether a host (as ``urlsplit`` gives it, or a numeric address) is no place of the open net."""
    name = host.lower().rstrip(".")  # "localhost." is localhost
    found = _address_of(name)
    if found is not None:
        return _is_inside(found)
    if ":" in name or _NUMBER.fullmatch(name.rpartition(".")[2]):
        return True  # looks like an address and is none: nobody knows what a resolver makes of it
    return "." not in name or f".{name}".endswith(_INSIDE)


def _is_inside(address: IPv4Address | IPv6Address) -> bool:
    if isinstance(address, IPv4Address):
        return not address.is_global or address.is_multicast
    if any(address in network for network in _CARRIERS):
        return _is_inside(IPv4Address(int(address) & 0xFFFFFFFF))
    if address.sixtofour is not None:
        return _is_inside(address.sixtofour)
    return not address.is_global or address not in _OPEN_V6


def _address_of(name: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(name)
    except ValueError:
        return _shortened(name)


def _shortened(name: str) -> IPv4Address | None:
    """``127.1``, ``0x7f.1``, ``0177.0.0.1`` and ``2130706433`` are addresses to every resolver."""
    parts = name.split(".")
    if len(parts) > 4 or not all(_NUMBER.fullmatch(part) for part in parts):
        return None
    try:
        *first, last = (_number(part) for part in parts)
    except ValueError:
        return None
    if any(one > 255 for one in first) or last >= 256 ** (5 - len(parts)):
        return None
    return IPv4Address(sum(one << 24 - 8 * place for place, one in enumerate(first)) + last)


def _number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8 if part.startswith("0") and len(part) > 1 else 10)
