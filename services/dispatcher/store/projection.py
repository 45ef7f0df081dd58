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


_KEEP = """
local missing, silence = tonumber(ARGV[1]), tonumber(ARGV[3])
local found = redis.call('HMGET', KEYS[1], 'stage', 'missing_at', 'kept_until', 'words', 'resumable_until')
if not found[1] or tonumber(found[2] or '0') ~= missing then return {} end
if missing > 0 then
  for i = 1, 3 do redis.call('PEXPIREAT', KEYS[i], ARGV[2], 'GT') end
  if found[4] and tonumber(found[5]) < tonumber(ARGV[2]) then
    redis.call('HSET', KEYS[1], 'resumable_until', ARGV[2])
  end
elseif found[3] then
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  local left = string.format('%d', math.max(now + silence, tonumber(found[5] or '0')))
  for i = 1, 3 do redis.call('PEXPIREAT', KEYS[i], left, 'LT') end
end
local ends = redis.call('PEXPIRETIME', KEYS[1])
for i = 4, #KEYS do
  local own = redis.call('HGET', KEYS[i], 'until')
  if own then redis.call('PEXPIREAT', KEYS[i], ends < 0 and own or string.format('%d', math.min(own, ends))) end
end
if missing > 0 then
  redis.call('HSET', KEYS[1], 'kept_until', ends < 0 and ARGV[2] or string.format('%d', ends))
  return { found[4] or '' }
end
redis.call('HDEL', KEYS[1], 'kept_until')
return {}
"""
"""The conversation, with the sealed addresses, waits longer for somebody who is missing; for who is not, as ever.

Answers which words bring them back, if these wait too.
"""

_KEEP_WORDS = """
if redis.call('HGET', KEYS[1], 'conversation') ~= ARGV[1] then return 0 end
if tonumber(redis.call('HGET', KEYS[1], 'until')) >= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'until', ARGV[2])
redis.call('PEXPIREAT', KEYS[1], ARGV[2])
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

    def __init__(self, valkey: Redis, kept_s: int = 7_200, silence_s: int = 900) -> None:
        """``kept_s``: how long a conversation waits for somebody who is missing; ``silence_s``: for anybody else."""
        self._valkey = valkey
        self._kept_ms = kept_s * 1000
        self._silence_ms = silence_s * 1000
        self._keep = valkey.register_script(_KEEP)
        self._keep_words = valkey.register_script(_KEEP_WORDS)
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

    async def keep(self, decision: Decision) -> None:
        """Let a conversation wait for a visitor who is missing, and no longer once they are not. Again is harmless.

        Of what a newer decision has written otherwise, nothing is changed.
        """
        cid, until = decision.conversation, decision.missing_ms + self._kept_ms
        found: Any = await self._keep(
            keys=[*keys.all_of(cid), *keys.addresses(cid)], args=[decision.missing_ms, until, self._silence_ms]
        )
        if found and found[0]:
            await self._keep_words(keys=[keys.resume(found[0].decode())], args=[cid, until])

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
                pipe.hmget(keys.conversation(conversation), "stage", "danger")
            answers = await pipe.execute()
        found = list(zip(conversations, answers, strict=True))
        return Look(
            [one for one, (stage, _) in found if stage is None],
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
        who(Role.PSYCHOLOGIST): decision.psychologist,
        key_of(Role.PSYCHOLOGIST): decision.psychologist_kid,
        "until": decision.until_ms or "",
        "turns": decision.turns,
        "missing_at": decision.missing_ms or "",
    }
    if not decision.holder:
        return {"stage": Stage.WAITING, "force": force, **people}
    since = {"assigned_at": decision.given_ms, "turn": decision.turn}
    return {"stage": Stage.ACTIVE, "force": force, "notice": "", **since, **people}
