"""What the gateway sealed of where a visitor comes from, as far as it is still there. Nobody here can open it."""

from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis

from services.dispatcher.domain.lifting import Address
from shared import keys
from shared.chat.store import Record, parse


@dataclass(frozen=True, slots=True)
class Found:
    """What there is; ``record``: none when the conversation is gone."""

    address: Address
    sealed: tuple[str, ...]
    record: Record | None


async def look(valkey: Redis, conversation: str) -> Found:
    """Return a conversation's sealed addresses, first, last, and the time before, or why there are none.

    Raises ``STORE_FAILURES`` when the store is away.
    """
    async with valkey.pipeline(transaction=True) as pipe:
        pipe.hgetall(keys.conversation(conversation))
        for name in keys.addresses(conversation):
            pipe.hget(name, "sealed")
        fields, *found = await pipe.execute()
    return _found(fields, tuple(text.decode() for text in found if text))


def _found(fields: dict[bytes, Any], sealed: tuple[str, ...]) -> Found:
    record = parse(fields)
    if record is None:
        return Found(Address.ERASED, (), None)
    if sealed:
        return Found(Address.KEPT, sealed, record)
    return Found(Address.EXPIRED if b"address_until" in fields else Address.NONE, (), record)
