"""Resume words (V14): four words that a visitor asked for find a conversation again and open it, from any device.

The page derives three things from the words, slowly: a *locator* (where to look), a *proof* (that it knows them all)
and a key. This service never learns a word. It stores the page's sealed *box* under a keyed hash of the locator, so
that who steals the store cannot even tell which words to try, and adds a *share* without which no box opens. After five
wrong tries the words are dead.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.gateway.pepper import Pepper
from services.gateway.settings import GatewaySettings
from shared import keys
from shared.chat.frames import Role
from shared.chat.store import ConversationStore, at, who
from shared.clock import now_ms

TRIES = 5
"""So many wrong ones, and the words are dead."""

_TRY = Path(__file__).with_name("resuming.lua")

_NAME = """
local found = redis.call('HMGET', KEYS[1], ARGV[1], 'words', 'resumable_until')
local ends = ARGV[4]
if found[1] ~= ARGV[2] then return {'gone'} end
if ends == '' then
  if found[2] ~= ARGV[3] then return {'gone'} end
  ends = found[3]
end
redis.call('HSET', KEYS[1], 'words', ARGV[3], 'resumable_until', ends)
for i = 1, #KEYS do redis.call('PEXPIREAT', KEYS[i], ends, 'GT') end
return {'named', found[2] or '', ends}
"""
"""The record names its words, and until when (empty: these very words, as long as before), and waits for them."""

_UNNAME = """
if redis.call('HGET', KEYS[1], 'words') ~= ARGV[1] then return {} end
redis.call('HDEL', KEYS[1], 'words', 'resumable_until')
if redis.call('HEXISTS', KEYS[1], 'kept_until') == 0 then
  for i = 1, #KEYS do redis.call('EXPIRE', KEYS[i], ARGV[2], 'LT') end
end
local ends = {}
for i = 3, #ARGV do ends[#ends + 1] = redis.call('HGET', KEYS[1], ARGV[i]) or '' end
return ends
"""
"""Nobody can come back by these words: the conversation waits as long as any other, unless its visitor is missing.

Answers who holds its ends.
"""

_CLAIM = """
local owner = redis.call('HGET', KEYS[1], 'conversation')
if owner and owner ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'conversation', ARGV[1], 'proof', ARGV[2], 'box', ARGV[3], 'until', ARGV[4])
redis.call('PEXPIREAT', KEYS[1], ARGV[4])
return 1
"""


class Taken(Exception):
    """The words belong to another conversation: others have to be drawn."""


class Gone(Exception):
    """There is no such conversation of this visitor, or it does not have these words."""


@dataclass(frozen=True, slots=True)
class Box:
    """What right words find. ``until``: when they die, ms since 1970 UTC."""

    sealed: str
    until: int


@dataclass(frozen=True, slots=True)
class WrongWords:
    """Words of which only the first two are right. ``left``: tries; 0: they are dead. ``told``: instances to tell."""

    conversation: str
    left: int
    told: tuple[str, ...] = ()


class ResumeWords:
    """Keeps boxes and counts tries. Every call raises ``STORE_FAILURES`` when the store is away."""

    def __init__(self, settings: GatewaySettings, store: ConversationStore) -> None:
        self._pepper = Pepper(settings)
        self._lives_ms = settings.resume_s * 1000
        self._silence_s = settings.silence_s
        self._store = store
        self._client = store.client
        self._name = store.client.register_script(_NAME)
        self._unname = store.client.register_script(_UNNAME)
        self._claim = store.client.register_script(_CLAIM)
        self._try = store.client.register_script(_TRY.read_text(encoding="utf-8"))

    @property
    def offered(self) -> bool:
        """Whether this installation has the secret that they need."""
        return self._pepper.given

    def share(self, locator: str) -> str:
        """Return the installation's share of a box's key: 256 bits in base64url."""
        return self._pepper.share("share", locator)

    async def check_free(self, locator: str, conversation: str) -> None:
        """Raise ``Taken`` when these words are another conversation's."""
        owner: Any = await self._client.hget(keys.resume(self._digest(locator)), "conversation")
        if owner is not None and owner.decode() != conversation:
            raise Taken

    async def keep(
        self, conversation: str, owner: str, locator: str, proof: str, box: str, *, renewed: bool = False
    ) -> int:
        """Make words count; return until when (ms since 1970). ``owner``: digest of the visitor's token.

        ``renewed``: the words count already and keep their time; their box is new. The record names the words before
        they are there, so that no erasure overlooks them; what is left of a call that dies in between expires.
        Raises ``Taken`` or ``Gone``.
        """
        digest = self._digest(locator)
        ends: str | int = "" if renewed else now_ms() + self._lives_ms
        named: Any = await self._name(
            keys=list(keys.all_of(conversation)), args=[who(Role.VISITOR), owner, digest, ends]
        )
        if named[0] != b"named":
            raise Gone
        before, until = named[1].decode(), int(named[2])
        claim: list[str | int] = [conversation, self._pepper.keyed("proof", proof).hex(), box, until]
        if not await self._claim(keys=[keys.resume(digest)], args=claim):
            await self._forget(conversation, digest)
            raise Taken
        if before not in {"", digest}:
            await self._store.drop_words(before, conversation)
        if not await self._client.exists(keys.conversation(conversation)):
            await self._store.drop_words(digest, conversation)
            raise Gone
        return until

    async def find(self, locator: str, proof: str) -> Box | WrongWords | None:
        """Try words; None when nothing is known of the first two."""
        digest = self._digest(locator)
        answer: Any = await self._try(
            keys=[keys.resume(digest)], args=[self._pepper.keyed("proof", proof).hex(), TRIES]
        )
        if answer[0] == b"none":
            return None
        if answer[0] == b"right":
            return Box(answer[1].decode(), int(answer[2]))
        left, conversation = int(answer[1]), answer[2].decode()
        return WrongWords(conversation, left, () if left else await self._forget(conversation, digest))

    async def _forget(self, conversation: str, digest: str) -> tuple[str, ...]:
        """Take dead words off their conversation's record; return the instances that hold an end of it."""
        ends = [at(role) for role in Role]
        found: Any = await self._unname(keys=list(keys.all_of(conversation)), args=[digest, self._silence_s, *ends])
        return tuple(instance.decode() for instance in found if instance)

    def _digest(self, locator: str) -> str:
        return self._pepper.keyed("find", locator).hex()
