"""Writing a decision into the conversation's own record, where the gateway and the consoles read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from redis.asyncio import Redis

from services.dispatcher.store.dispatch import Decision, queue_parts
from shared import keys
from shared.chat.frames import Role, Stage
from shared.chat.store import COLLEAGUE, key_of, who

SCRIPT = Path(__file__).with_name("projection.lua")

_READS = """
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] or redis.call('HGET', KEYS[1], ARGV[3]) == ARGV[4] then return 0 end
redis.call('HSET', KEYS[1], ARGV[3], ARGV[4])
return 1
"""

_PLACE = """
if redis.call('HGET', KEYS[1], 'stage') ~= ARGV[1] then return 0 end
local function put(field, value)
  if value == '' then redis.call('HDEL', KEYS[1], field) else redis.call('HSET', KEYS[1], field, value) end
end
local notice = ''
if ARGV[4] ~= '' then
  local words = cjson.decode(ARGV[4]).words
  local language = string.match(redis.call('HGET', KEYS[1], 'language') or '', '^%a+')
  notice = language and words[language] or words.fr
end
put('position', ARGV[2])
put('estimate_s', ARGV[3])
put('notice', notice)
return 1
"""


class Place(NamedTuple):
    """Where a conversation stands: position, 1 for the next, and the estimated seconds; None: nothing can be said.

    ``closed``: what is said of its queue's being closed to it, as the store keeps it; empty when it is served.
    """

    position: int | None
    estimate_s: int | None = None
    closed: str = ""


@dataclass(frozen=True, slots=True)
class Projected:
    """What a projection found: whether the decision is the newest, and which instances held the ends before it."""

    newest: bool
    ends_at: frozenset[str]


@dataclass(frozen=True, slots=True)
class Look:
    """Of some conversations: whose record is gone, and in which somebody is in danger, by who said it."""

    gone: list[str]
    in_danger: dict[str, str]


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
        newest, *ends_at = found
        return Projected(bool(newest), frozenset(one.decode() for one in ends_at if one))

    async def reads_with(self, conversation: str, end: str, operator: str, kid: str) -> bool:
        """Write that ``operator`` reads with another key than before; False when it is so, or is not theirs."""
        told = [who(end), operator, key_of(end), kid]
        return bool(await self._reads(keys=[keys.conversation(conversation)], args=told))

    async def places(self, places: Mapping[str, Place]) -> set[str]:
        """Write where conversations stand; return those written, the others do not wait (yet, or any more)."""
        async with self._valkey.pipeline(transaction=False) as pipe:
            for conversation, (position, estimate_s, closed) in places.items():
                numbers = ["" if one is None else one for one in (position, estimate_s)]
                told: list[str | int] = [Stage.WAITING, *numbers, closed]
                await self._place(keys=[keys.conversation(conversation)], args=told, client=pipe)
            answers = await pipe.execute()
        return {conversation for conversation, answer in zip(places, answers, strict=True) if answer}

    async def gone(self, conversations: Sequence[str]) -> list[str]:
        """Return those whose record is gone."""
        return (await self.look(conversations)).gone

    async def look(self, conversations: Sequence[str]) -> Look:
        """Return which of them are gone, and which say that somebody is in danger."""
        async with self._valkey.pipeline(transaction=False) as pipe:
            for conversation in conversations:
                pipe.hmget(keys.conversation(conversation), "seq", "danger")
            answers = await pipe.execute()
        found = list(zip(conversations, answers, strict=True))
        return Look(
            [one for one, (seq, _) in found if seq is None],
            {one: danger.decode() for one, (_, danger) in found if danger},
        )


def fields_of(decision: Decision) -> Mapping[str, str | int]:
    """Return the fields that a decision sets, all of them; an empty string removes one.

    An older decision that comes later is not written: this one has to say everything that is so now.
    """
    force, _ = queue_parts(decision.queue)
    people: dict[str, str | int] = {
        who(Role.OPERATOR): decision.holder,
        key_of(Role.OPERATOR): decision.kid,
        who(COLLEAGUE): decision.colleague,
        key_of(COLLEAGUE): decision.colleague_kid,
        "until": decision.until_ms or "",
        "turns": decision.turns,
    }
    if not decision.holder:
        return {"stage": Stage.WAITING, "force": force, **people}
    since = {"assigned_at": decision.given_ms, "turn": decision.turn}
    return {"stage": Stage.ACTIVE, "force": force, "notice": "", **since, **people}
