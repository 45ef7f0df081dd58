"""Addresses are counted and never kept: each stands as a hash under a random secret of the day.

The secret is in the memory store alone. Tomorrow there is another, and what was counted today names nobody.
"""

import hashlib
import hmac
import secrets
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from redis.asyncio import Redis

from shared import keys

KEPT_S = 86_400
IPV6_PREFIX = 64
"""Bits of an IPv6 address that name a household or a phone: the rest is its own to change at will."""


def party(address: str) -> str:
    """Return who counts as one: an IPv4 address, or the network that an IPv6 address is out of."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network((int(found), IPV6_PREFIX), strict=False))
    return str(found)


async def secret_of_the_day(valkey: Redis) -> bytes:
    """Return the secret that all instances share today. Raises what the store raises when it is away."""
    fresh = secrets.token_bytes(32)
    held: Any = await valkey.set(keys.ADDRESS_SALT, fresh, nx=True, get=True, ex=KEPT_S)
    return held or fresh


async def hide(valkey: Redis, address: str) -> str:
    """Return the form in which an address is counted today: 32 hexadecimal digits."""
    return hidden(await secret_of_the_day(valkey), address)


def hidden(secret: bytes, address: str) -> str:
    """As ``hide``, with the secret at hand."""
    return hmac.new(secret, party(address).encode(), hashlib.sha256).hexdigest()[:32]
