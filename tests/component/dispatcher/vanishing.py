"""Visitors who vanish while in danger, who looks at them, and what is stated of them."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError
from redis.asyncio import Redis

from services.dispatcher.app import Running
from shared import keys, streams
from shared.chat.batch import Batcher
from shared.chat.frames import Role
from shared.chat.store import ConversationStore
from shared.clock import now_ms
from tests.component.dispatcher.people import Place
from tests.servers import eventually

PROOF = "digest"


@dataclass
class Page:
    """A visitor's page, as far as the store hears of it."""

    batcher: Batcher
    conversations: ConversationStore
    client: Redis

    async def sign(self, conversation: str) -> None:
        """Connect, or ping."""
        outcome = await self.batcher.perform("attach", conversation, Role.VISITOR, PROOF, "gateway.1")
        assert outcome.status == "ok"

    async def endangered(self, place: Place) -> str:
        """Come in, say that one is in danger, and be gone."""
        conversation = await place.visit_unrouted()
        await self.sign(conversation)
        await self.conversations.endanger(conversation, Role.VISITOR, on=True, at_ms=now_ms())
        await place.route(conversation)
        return conversation

    async def left_s(self, conversation: str) -> float:
        """How long the store still keeps the conversation, in seconds."""
        return int(await self.client.pttl(keys.conversation(conversation))) / 1000


@dataclass
class Facts:
    """What is stated of missing visitors, as it is published."""

    manager: JetStreamContext
    client: Redis
    wanted: list[str]

    async def all_kinds(self) -> list[str]:
        """Return the kinds of these facts once whatever is decided by now is announced."""

        async def announced() -> bool:
            return await self.client.zcard(keys.UNANNOUNCED) == 0

        await eventually(announced)
        return await self.kinds()

    async def kinds(self) -> list[str]:
        """Return the kinds of these facts, in order."""
        state = (await self.manager.stream_info(streams.CONVERSATIONS)).state
        found = []
        for seq in range(state.first_seq, state.last_seq + 1):
            with suppress(NotFoundError):  # everybody has heard it
                found.append((await self.manager.get_msg(streams.CONVERSATIONS, seq)).subject or "")
        kinds = {subject.rpartition(".")[0]: subject.split(".")[3] for subject in self.wanted}
        return [kinds[one.rpartition(".")[0]] for one in found if one.rpartition(".")[0] in kinds]


class Looks:
    """What these instances look at, each by its own second, from when this is made."""

    def __init__(self, instances: Iterable[Running], monkeypatch: pytest.MonkeyPatch) -> None:
        self._begun: list[Counter[str]] = []
        for instance in instances:
            store, begun = instance.floor.dangers.missing, Counter[str]()
            monkeypatch.setattr(store, "look", partial(_noted, store.look, begun))
            self._begun.append(begun)

    async def begin(self, conversation: str, times: int = 1) -> None:
        """Wait until every instance has begun so many more looks at this conversation."""
        wanted = [begun[conversation] + times for begun in self._begun]

        async def there() -> bool:
            return all(begun[conversation] >= one for begun, one in zip(self._begun, wanted, strict=True))

        await eventually(there, 10.0 + times, "nobody looks at it")

    async def end(self, conversation: str, times: int) -> None:
        """Wait until so many looks of every instance have begun and ended: one more has begun after them."""
        await self.begin(conversation, times + 1)


async def _noted(look: Callable[..., Awaitable[Any]], begun: Counter[str], signs: Mapping[str, int]) -> Any:
    begun.update(signs.keys())
    return await look(signs)
