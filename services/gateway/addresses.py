"""Where visitors come from, sealed for the magistrates alone (P2): kept for a stated time, gone with the conversation.

Nobody here can open what is kept. Each connection of a visitor is sealed, since behind a shared address (a phone
network, a company) only port and moment together lead to a line. The first and the last two are kept. It is done
beside the chat, a little at a time: whatever fails here keeps nobody from talking, and is counted and logged.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from redis.asyncio import Redis

from services.gateway import metrics
from shared import keys
from shared.chat.store import STORE_FAILURES
from shared.clock import now_ms
from shared.logs import get_logger
from shared.proxies import Endpoint
from shared.run import going_on
from shared.sealing.magistrates import MagistrateKey, seal

MOST_WAITING = 20_000
REST = 4
"""After each sealing, so many times as long is left to the chats: never more than a fifth of one core."""
FOLLOWED_TOGETHER = 500
VERSION = 1

_KEEP = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local into = KEYS[2]
if redis.call('EXISTS', into) == 1 then
  into = KEYS[3]
  if redis.call('EXISTS', into) == 1 then redis.call('RENAME', into, KEYS[4]) end
end
redis.call('HSET', into, 'until', ARGV[1], 'sealed', ARGV[2])
local ends = redis.call('PEXPIRETIME', KEYS[1])
redis.call('PEXPIREAT', into, ends < 0 and ARGV[1] or math.min(ARGV[1], ends))
redis.call('HSET', KEYS[1], 'address_until', ARGV[1])
return 1
"""
"""Only while the conversation is there: whoever pressed the red button meanwhile leaves nothing."""

_FOLLOW = """
local ends = redis.call('PEXPIRETIME', KEYS[1])
for i = 2, #KEYS do
  local own = redis.call('HGET', KEYS[i], 'until')
  if own and ends == -2 then redis.call('DEL', KEYS[i])
  elseif own then redis.call('PEXPIREAT', KEYS[i], ends < 0 and own or math.min(own, ends)) end
end
return ends
"""
"""What is kept ends when the conversation does, by the store's own clock, and never later than stated."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A visitor's socket that holds their end of a conversation, since ``at`` (ms since 1970 UTC)."""

    conversation: str
    endpoint: Endpoint
    at: int


class Addresses:
    """See the module's text. ``kept_ms``: how long one is kept at most. Without keys nothing is."""

    def __init__(
        self, client: Redis, magistrates: Sequence[MagistrateKey], kept_ms: int, clock: Callable[[], int] = now_ms
    ) -> None:
        self._client = client
        self._magistrates = magistrates
        self._kept_ms = kept_ms
        self._clock = clock
        self._keep = client.register_script(_KEEP)
        self._follow = client.register_script(_FOLLOW)
        self._first: dict[str, Connection] = {}
        self._again: dict[str, Connection] = {}
        self._left: set[str] = set()
        self._news = asyncio.Event()

    def connected(self, conversation: str, endpoint: Endpoint, *, first: bool) -> None:
        """A visitor holds their end from there on; returns at once. ``first``: the conversation was just opened."""
        if not self._magistrates or not endpoint.address:
            return
        if len(self._first) + len(self._again) >= MOST_WAITING:
            metrics.NOT_SEALED["too_many"].inc()
            return
        waiting = self._first if first else self._again
        waiting[conversation] = Connection(conversation, endpoint, self._clock())
        self._news.set()

    def left(self, conversation: str) -> None:
        """The visitor's socket is gone: how long the conversation waits for it is not told to this instance again."""
        if self._magistrates:
            self._left.add(conversation)
            self._news.set()

    async def run(self) -> None:
        """Seal what waits, for ever; those who have just come go first."""
        while going_on():
            await self._news.wait()
            self._news.clear()
            await self.seal_all()
            left, self._left = self._left, set()
            await self.follow(left)

    async def seal_all(self) -> int:
        """Seal what waits, with rests between; return how many were looked at."""
        seen = 0
        while self._first or self._again:
            waiting = self._first or self._again
            connection = waiting.pop(next(iter(waiting)))
            spent = await self._seal(connection)
            seen += 1
            await asyncio.sleep(spent * REST)
        return seen

    async def _seal(self, connection: Connection) -> float:
        """Seal one and store it; return how long sealing took, in seconds. What fails is counted and logged."""
        now = self._clock()
        in_force = [key for key in self._magistrates if key.expires_at * 1000 > now]
        metrics.MAGISTRATE_KEYS.set(len(in_force))
        if not in_force:
            metrics.NOT_SEALED["no_key"].inc()
            return 0.0
        began = time.perf_counter()
        try:
            sealed = await asyncio.to_thread(seal, said_of(connection), in_force)
        except Exception as error:  # noqa: BLE001 - whatever fails here, the next visitor's is sealed and all talk
            metrics.NOT_SEALED["sealing"].inc()
            get_logger().error("address_not_sealed", conversation=connection.conversation, error=error)
            return 0.0
        spent = time.perf_counter() - began
        metrics.SEALING.observe(spent)
        await self._store(connection, sealed)
        return spent

    async def follow(self, conversations: Iterable[str]) -> None:
        """Let what is kept of these end when each conversation does; called periodically for those that are here."""
        if not self._magistrates:
            return
        cids = list(conversations)
        try:
            for start in range(0, len(cids), FOLLOWED_TOGETHER):
                async with self._client.pipeline(transaction=False) as pipe:
                    for cid in cids[start : start + FOLLOWED_TOGETHER]:
                        await self._follow(keys=[keys.conversation(cid), *keys.addresses(cid)], client=pipe)
                    await pipe.execute()
        except STORE_FAILURES as error:
            # They end earlier than their conversations then, never later.
            get_logger().warning("addresses_not_followed", conversations=len(cids), error=error)

    async def _store(self, connection: Connection, sealed: str) -> None:
        cid = connection.conversation
        try:
            kept = await self._keep(
                keys=[keys.conversation(cid), *keys.addresses(cid)], args=[connection.at + self._kept_ms, sealed]
            )
        except STORE_FAILURES as error:
            metrics.NOT_SEALED["store"].inc()
            get_logger().error("address_not_kept", conversation=cid, error=error)
            return
        if kept:
            metrics.SEALED.inc()


def said_of(connection: Connection) -> dict[str, object]:
    """Return what is sealed of a connection: the only place where an address and a conversation stand together."""
    return {
        "v": VERSION,
        "conversation": connection.conversation,
        "ip": connection.endpoint.address,
        "port": connection.endpoint.port,
        "by": connection.endpoint.by,
        "at": connection.at,
    }
