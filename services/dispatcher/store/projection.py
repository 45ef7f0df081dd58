"""Writing a decision into the conversation's own record, where the gateway and the consoles read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from services.dispatcher.store.dispatch import Decision, queue_parts
from shared import keys
from shared.chat.frames import Role, Stage
from shared.chat.store import at, key_of, who

SCRIPT = Path(__file__).with_name("projection.lua")

_READS = """
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] or redis.call('HGET', KEYS[1], ARGV[3]) == ARGV[4] then return 0 end
redis.call('HSET', KEYS[1], ARGV[3], ARGV[4])
return 1
"""

_PLACE = """
if redis.call('HGET', KEYS[1], 'stage') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'position', ARGV[2])
if ARGV[3] == '' then
  redis.call('HDEL', KEYS[1], 'estimate_s')
else
  redis.call('HSET', KEYS[1], 'estimate_s', ARGV[3])
end
return 1
"""

Place = tuple[int, int | None]
"""Position in the queue, 1 for the next, and the estimated seconds, None when nothing honest can be said."""


@dataclass(frozen=True, slots=True)
class Projected:
    """What a projection found: whether the decision is the newest, and which instances held the ends before it."""

    newest: bool
    visitor_at: str
    operator_at: str


class Projection:
    """Projects decisions; an older one that comes late changes nothing."""

    def __init__(self, valkey: Redis) -> None:
        self._valkey = valkey
        self._script = valkey.register_script(SCRIPT.read_text(encoding="utf-8"))
        self._place = valkey.register_script(_PLACE)
        self._reads = valkey.register_script(_READS)

    async def write(self, decision: Decision) -> Projected | None:
        """Write what ``decision`` means for the record; None when the conversation is gone. Again is harmless."""
        flat = [item for pair in fields_of(decision).items() for item in pair]
        found: Any = await self._script(keys=[keys.conversation(decision.conversation)], args=[decision.version, *flat])
        if not found:
            return None
        newest, visitor_at, operator_at = found
        return Projected(bool(newest), visitor_at.decode(), operator_at.decode())

    async def reads_with(self, conversation: str, operator: str, kid: str) -> bool:
        """Write that ``operator`` reads with another key than before; False when it is so, or is not theirs."""
        told = [who(Role.OPERATOR), operator, key_of(Role.OPERATOR), kid]
        return bool(await self._reads(keys=[keys.conversation(conversation)], args=told))

    async def places(self, places: Mapping[str, Place]) -> set[str]:
        """Write where conversations stand; return those written, the others do not wait (yet, or any more)."""
        async with self._valkey.pipeline(transaction=False) as pipe:
            for conversation, (position, estimate_s) in places.items():
                told: list[str | int] = [Stage.WAITING, position, "" if estimate_s is None else estimate_s]
                await self._place(keys=[keys.conversation(conversation)], args=told, client=pipe)
            answers = await pipe.execute()
        return {conversation for conversation, answer in zip(places, answers, strict=True) if answer}

    async def gone(self, conversations: Sequence[str]) -> list[str]:
        """Return those whose record is gone."""
        async with self._valkey.pipeline(transaction=False) as pipe:
            for conversation in conversations:
                pipe.exists(keys.conversation(conversation))
            answers = await pipe.execute()
        return [conversation for conversation, there in zip(conversations, answers, strict=True) if not there]


def fields_of(decision: Decision) -> Mapping[str, str | int]:
    """Return the fields that a decision sets; an empty string removes one."""
    if decision.kind == "assigned":
        return {
            "stage": Stage.ACTIVE,
            "assigned_at": decision.at_ms,
            "turn": decision.turn,
            who(Role.OPERATOR): decision.operator,
            key_of(Role.OPERATOR): decision.kid,
            at(Role.OPERATOR): "",
        }
    force, _ = queue_parts(decision.queue)
    nobody = dict.fromkeys((who(Role.OPERATOR), key_of(Role.OPERATOR), at(Role.OPERATOR)), "")
    return {"stage": Stage.WAITING, "force": force, **nobody}
