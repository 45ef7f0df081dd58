"""Whose request it is when proxies stand in front: the right element of ``X-Forwarded-For``, and never a forged one.

Each proxy adds, at the end, the address that it was asked from. So the list is read from its end, and only as far as
it was written by proxies that are ours: an element counts only when whoever wrote it, the peer first, is trusted.
(``XForwardedFiltered`` of aiohttp-remotes does not ask who the peer is: anyone who reaches the port could be anybody.)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiohttp import web

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a request comes from, as far as it is known."""

    address: str
    port: int | None
    """The client's own port; None when the proxy in front does not write it."""
    by: str
    """Who says so: ``connection`` (seen here), ``proxy`` (written by one of ours), or ``ours``: this is a proxy's own
    address, which did not say for whom it asks."""


def networks(text: str) -> tuple[Network, ...]:
    """Read addresses and networks with commas, ``10.0.0.0/8, ::1``. Raises ``ValueError`` for anything else."""
    return tuple(ip_network(one.strip()) for one in text.split(",") if one.strip())


def client_address(peer: str, forwarded: Sequence[str], trusted: Iterable[Network]) -> str:
    """Return the address that a request comes from.

    ``peer``: the other end of the connection. ``forwarded``: every ``X-Forwarded-For`` header, in order. What is no
    address ends the reading: then it is the last proxy that is known. A port behind an address is left out.
    """
    return client_endpoint(peer, None, forwarded, trusted).address


def client_endpoint(peer: str, port: int | None, forwarded: Sequence[str], trusted: Iterable[Network]) -> Endpoint:
    """As ``client_address``, with the client's port when it is known: ``port`` is that of the connection's other end.

    Of a request through a proxy, the port is what our proxy writes behind the address (``203.0.113.7:52100``), or
    nothing: that of the connection is then the proxy's own.
    """
    ours = tuple(trusted)
    asked_from = _address(peer)
    elements = [element for header in forwarded for element in header.split(",")]
    by = "connection"
    while asked_from and elements and any(asked_from in network for network in ours):
        element = elements.pop()
        before = _address(element)
        if before is None:
            break
        asked_from, port, by = before, _port(element), "proxy"
    if asked_from and any(asked_from in network for network in ours):
        by = "ours"
    return Endpoint(str(asked_from) if asked_from else peer, port, by)


def client_of(request: "web.Request", trusted: Iterable[Network]) -> str:
    """Return the address that ``request`` comes from; empty when the connection is gone already."""
    return client_address(request.remote or "", request.headers.getall("X-Forwarded-For", []), trusted)


def endpoint_of(request: "web.Request", trusted: Iterable[Network]) -> Endpoint:
    """Return where ``request`` comes from; an empty address when the connection is gone already."""
    forwarded = request.headers.getall("X-Forwarded-For", [])
    peername = request.transport.get_extra_info("peername") if request.transport else None
    port = peername[1] if isinstance(peername, tuple) else None
    return client_endpoint(request.remote or "", port, forwarded, trusted)


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


def _port(text: str) -> int | None:
    """Return the port behind an address that ``_address`` has read, if one stands there."""
    bare = text.strip()
    behind = ""
    if bare.startswith("["):
        behind = bare.rpartition("]:")[2]
    elif bare.count(":") == 1:
        behind = bare.partition(":")[2]
    return int(behind) if behind.isascii() and behind.isdecimal() and 0 < int(behind) < 65_536 else None
