"""Whose request it is when proxies stand in front: the right element of ``X-Forwarded-For``, and never a forged one.

Each proxy adds, at the end, the address that it was asked from. So the list is read from its end, and only as far as
it was written by proxies that are ours: an element counts only when whoever wrote it, the peer first, is trusted.
(``XForwardedFiltered`` of aiohttp-remotes does not ask who the peer is: anyone who reaches the port could be anybody.)
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


def networks(text: str) -> tuple[Network, ...]:
    """Read addresses and networks with commas, ``10.0.0.0/8, ::1``. Raises ``ValueError`` for anything else."""
    return tuple(ip_network(one.strip()) for one in text.split(",") if one.strip())


def client_address(peer: str, forwarded: Sequence[str], trusted: Iterable[Network]) -> str:
    """Return the address that a request comes from.

    ``peer``: the other end of the connection. ``forwarded``: every ``X-Forwarded-For`` header, in order. What is no
    address ends the reading: then it is the last proxy that is known. A port behind an address is left out.
    """
    ours = tuple(trusted)
    asked_from = _address(peer)
    elements = [element for header in forwarded for element in header.split(",")]
    while asked_from and elements and any(asked_from in network for network in ours):
        before = _address(elements.pop())
        if before is None:
            break
        asked_from = before
    return str(asked_from) if asked_from else peer


def client_of(request: "web.Request", trusted: Iterable[Network]) -> str:
    """Return the address that ``request`` comes from; empty when the connection is gone already."""
    return client_address(request.remote or "", request.headers.getall("X-Forwarded-For", []), trusted)


def countable(peer: str, forwarded: Sequence[str], trusted: Iterable[Network]) -> str | None:
    """Return the address under which a request may be counted, or None when what is known is no visitor's address.

    A loopback address, one of our proxies, or a private address that forwards for somebody whom it is not trusted to
    name: behind it stands everybody, and a limit on it would shut everybody out.
    """
    ours = tuple(trusted)
    found = _address(client_address(peer, forwarded, ours))
    if found is None or found.is_loopback or any(found in network for network in ours):
        return None
    if forwarded and found == _address(peer) and found.is_private:
        return None
    return str(found)


def countable_of(request: "web.Request", trusted: Iterable[Network]) -> str | None:
    """As ``countable``, of a request."""
    return countable(request.remote or "", request.headers.getall("X-Forwarded-For", []), trusted)


def _address(text: str) -> Address | None:
    """Read ``192.0.2.1``, ``192.0.2.1:443``, ``2001:db8::1`` or ``[2001:db8::1]:443``."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        found = ip_address(bare)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
