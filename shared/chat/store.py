"""The conversation's record and log in the memory store (Valkey without persistence).

What must vanish lives here and nowhere else, and dies on erase, on end, or by its own expiry: a conversation whose
visitor gives no sign of life for ``silence_s`` seconds is gone by the store's own clock, whatever happens to the
services.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import redis.asyncio
import redis.exceptions
from redis.asyncio.connection import BlockingConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from shared import keys
from shared.chat.frames import Role, Stage
from shared.chat.log_reading import LogReader
from shared.contracts.conversation import Audience, Category, Force

COLLEAGUE = "colleague"
"""The end of an operator who has handed the conversation over and has not left yet; they speak as an operator."""

PAGE = 200
"""Messages read from the log in one go."""

STORE_FAILURES = (redis.exceptions.RedisError, OSError, TimeoutError)
"""What any call raises when the store is away or refuses."""

_UPDATE = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
for i = 1, #ARGV, 2 do
  if ARGV[i + 1] == '' then
    redis.call('HDEL', KEYS[1], ARGV[i])
  else
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  end
end
return 1
"""

_ERASE = """
local found = redis.call('HMGET', KEYS[1],
  'stage', ARGV[1], 'who:operator', 'at:visitor', 'at:operator', 'at:psychologist', 'at:colleague')
if not found[1] then return {'gone'} end
if ARGV[2] ~= '' and found[2] ~= ARGV[2] then return {'forbidden'} end
local messages = redis.call('LLEN', KEYS[2])
redis.call('DEL', unpack(KEYS))
local answer = {'erased', messages, found[3] or ''}
for i = 4, 7 do answer[i] = found[i] or '' end
return answer
"""

_ENDANGER = """
local found = redis.call('HMGET', KEYS[1], 'stage', 'danger')
if not found[1] then return -1 end
if ARGV[2] == '1' then
  if found[2] == ARGV[1] or (found[2] and found[2] ~= 'visitor') then return 0 end
  if not found[2] then redis.call('HSET', KEYS[1], 'danger_at', ARGV[3]) end
  redis.call('HSET', KEYS[1], 'danger', ARGV[1])
  return 1
end
if not found[2] or (ARGV[1] == 'visitor' and found[2] ~= 'visitor') then return 0 end
redis.call('HDEL', KEYS[1], 'danger', 'danger_at', 'danger_seen_by')
return 1
"""

_DROP_WORDS = """
if redis.call('HGET', KEYS[1], 'conversation') == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


@dataclass(frozen=True, slots=True)
class Record:
    """A conversation's record: what the store knows of it beside its messages. Times in ms since 1970 UTC."""

    stage: Stage
    category: Category
    audience: Audience
    language: str
    opened_at: int
    postal_code: str | None = None
    commune: str | None = None
    commune_name: str | None = None
    force: Force | None = None
    department: str | None = None
    unit: str | None = None
    assigned_at: int = 0
    turn: int = 0
    position: int | None = None
    """Place in the queue, 1 for the next; written by the dispatcher while it waits."""
    estimate_s: int | None = None
    notice: str | None = None
    """What a supervisor says of the queue's being closed; written by the dispatcher while it waits."""
    visitor_at: str | None = None
    operator_at: str | None = None
    operator: str | None = None
    operator_key: str | None = None
    """Name of the operator's shift key: a conversation's keys are sealed for it too."""
    colleague: str | None = None
    """The operator who handed it over, as long as they may stay."""
    colleague_key: str | None = None
    colleague_until: int = 0
    turns: str = ""
    """Who of the staff has seen it, as the dispatcher wrote it; no page of a visitor's is told."""
    psychologist: str | None = None
    psychologist_key: str | None = None
    """Name of the psychologist's shift key."""
    delivered: int = 0
    """Highest message that the visitor's page has received."""
    seen: int = 0
    """Highest message that the visitor has had on screen."""
    resumable_until: int | None = None
    """Until when resume words bring the visitor back."""
    minor: bool = False
    """The visitor said that they are under 18."""
    danger: Role | None = None
    """Who said that somebody is in danger now; a specialist's word outlasts the visitor's."""
    danger_at: int | None = None
    danger_seen_by: str | None = None
    """The supervisor who sees to it."""
    sign: int | None = None
    """When the visitor's page last gave a sign, by the store's own clock."""
    missing_at: int | None = None
    """The last sign of a visitor who vanished while in danger, and has not come back."""
    kept_until: int | None = None
    """Until when the conversation waits for one who is missing."""
    signer: str | None = None
    """Name of the key by which the visitor's page signs; stated once, when the conversation opens."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erase call found. ``status``: erased, gone (nothing was there), forbidden (wrong proof)."""

    status: str
    messages: int = 0
    instances: tuple[str, ...] = ()
    operator: str | None = None


def connect(url: str, most_connections: int = 32) -> "redis.asyncio.Redis":
    """Return a client that fails within two seconds when the store is away, and waits for a free connection."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=most_connections,
        timeout=2,
        socket_timeout=2,
        socket_connect_timeout=1,
        retry=Retry(NoBackoff(), 1),
        health_check_interval=15,
    )
    return redis.asyncio.Redis(connection_pool=pool)


def who(end: str) -> str:
    """Return the field that proves who may act at this end: a token's digest, or an operator's id.

    An end is a ``Role``, or ``COLLEAGUE``.
    """
    return f"who:{end}"


def at(end: str) -> str:
    """Return the field that names the instance that holds this end's socket."""
    return f"at:{end}"


def key_of(end: str) -> str:
    """Return the field that names the key with which this end reads."""
    return f"key:{end}"


class ConversationStore:
    """Reads and writes records and logs."""

    def __init__(self, client: "redis.asyncio.Redis", silence_s: int) -> None:
        self.client = client
        self._silence_s = silence_s
        self._update = client.register_script(_UPDATE)
        self._erase = client.register_script(_ERASE)
        self._drop_words = client.register_script(_DROP_WORDS)
        self._endanger = client.register_script(_ENDANGER)
        self._logs = LogReader(client, PAGE)

    async def ping(self) -> None:
        """Health check: raise when the store does not answer."""
        await self.client.ping()

    async def create(self, cid: str, fields: Mapping[str, str | int]) -> None:
        """Begin a conversation with these fields; it expires unless its visitor gives signs of life."""
        async with self.client.pipeline(transaction=True) as pipe:
            begun: dict[Any, Any] = {"stage": Stage.ROUTING, **fields}
            pipe.hset(keys.conversation(cid), mapping=begun)
            pipe.expire(keys.conversation(cid), self._silence_s)
            await pipe.execute()

    async def update(self, cid: str, fields: Mapping[str, str | int]) -> bool:
        """Set fields (empty string removes one) if the conversation is still there; never brings one back."""
        flat = [item for pair in fields.items() for item in pair]
        return bool(await self._update(keys=[keys.conversation(cid)], args=flat))

    async def endanger(self, cid: str, role: Role, *, on: bool, at_ms: int) -> bool:
        """Note that somebody is in danger now, or no longer; False when that changes nothing."""
        changed: Any = await self._endanger(keys=[keys.conversation(cid)], args=[role.value, int(on), at_ms])
        return int(changed) == 1

    async def record(self, cid: str) -> Record | None:
        """Return the record, or None when the conversation is gone."""
        found: Any = await self.client.hgetall(keys.conversation(cid))
        return parse(found)

    async def records(self, cids: Sequence[str]) -> list[Record | None]:
        """Return many records in one round trip, in the order asked."""
        async with self.client.pipeline(transaction=False) as pipe:
            for cid in cids:
                pipe.hgetall(keys.conversation(cid))
            return [parse(found) for found in await pipe.execute()]

    async def messages_after(self, cid: str, seq: int) -> list[tuple[int, bytes]]:
        """Return up to ``PAGE`` messages after ``seq`` as (seq, whole frame), in order."""
        tails = await self._logs.after(cid, seq)
        return [(number, whole_frame(number, tail)) for number, tail in enumerate(tails, seq + 1)]

    async def erase(self, cid: str, role: Role, proof: str = "") -> Erasure:
        """Destroy record, log, client ids and sealed addresses at once. With ``proof``, only if it is the role's own.

        Resume words are in a slot of their own: they go first, so that a failure between leaves all to be done again.
        """
        found: Any = await self.client.hmget(keys.conversation(cid), ["words", who(role)])
        words, owner = ((value or b"").decode() for value in found)
        if words and proof in {"", owner}:
            await self.drop_words(words, cid)
        answer = await self._erase(keys=[*keys.all_of(cid), *keys.addresses(cid)], args=[who(role), proof])
        if answer[0] != b"erased":
            return Erasure(answer[0].decode())
        instances = tuple(item.decode() for item in answer[3:] if item)
        return Erasure("erased", int(answer[1]), instances, answer[2].decode() or None)

    async def drop_words(self, digest: str, cid: str) -> None:
        """Forget the resume words ``digest``, if they are this conversation's."""
        await self._drop_words(keys=[keys.resume(digest)], args=[cid])


def whole_frame(seq: int, tail: bytes) -> bytes:
    """Return a ``message`` frame from its number and the stored rest."""
    return b'{"seq":%d,%b' % (seq, tail)


def parse(fields: Mapping[bytes, bytes]) -> Record | None:
    """Read a record from the store's hash; None for an empty or half-expired one."""
    text = {name.decode(): value.decode() for name, value in fields.items()}
    if "stage" not in text or "category" not in text:
        return None
    return Record(
        stage=Stage(text["stage"]),
        category=Category(text["category"]),
        audience=Audience(text["audience"]),
        language=text["language"],
        opened_at=int(text["opened_at"]),
        postal_code=text.get("postal_code"),
        commune=text.get("commune"),
        commune_name=text.get("commune_name"),
        force=Force(text["force"]) if "force" in text else None,
        department=text.get("department"),
        unit=text.get("unit"),
        assigned_at=int(text.get("assigned_at", 0)),
        turn=int(text.get("turn", 0)),
        position=int(text["position"]) if "position" in text else None,
        estimate_s=int(text["estimate_s"]) if "estimate_s" in text else None,
        notice=text.get("notice"),
        visitor_at=text.get(at(Role.VISITOR)),
        operator_at=text.get(at(Role.OPERATOR)),
        operator=text.get(who(Role.OPERATOR)),
        operator_key=text.get(key_of(Role.OPERATOR)),
        colleague=text.get(who(COLLEAGUE)),
        colleague_key=text.get(key_of(COLLEAGUE)),
        colleague_until=int(text.get("until", 0)),
        turns=text.get("turns", ""),
        psychologist=text.get(who(Role.PSYCHOLOGIST)),
        psychologist_key=text.get(key_of(Role.PSYCHOLOGIST)),
        delivered=int(text.get("delivered:visitor", 0)),
        seen=int(text.get("seen:visitor", 0)),
        resumable_until=int(text["resumable_until"]) if "resumable_until" in text else None,
        minor="minor" in text,
        danger=Role(text["danger"]) if "danger" in text else None,
        danger_at=int(text["danger_at"]) if "danger_at" in text else None,
        danger_seen_by=text.get("danger_seen_by"),
        sign=int(text["sign"]) if "sign" in text else None,
        missing_at=int(text["missing_at"]) if "missing_at" in text else None,
        kept_until=int(text["kept_until"]) if "kept_until" in text else None,
        signer=text.get("signer"),
    )
