"""Who may read a conversation: the keys that its record and its force name, each with the proof that it is staff's.

The gateway proves nothing itself: it hands the credentials on, and the visitor's page verifies each before it gives it
a key. A service that says too little keeps somebody from reading; one that says too much is refused by the page.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from redis.asyncio import Redis

from shared import keys
from shared.chat.frames import Holder
from shared.chat.store import Record
from shared.contracts.conversation import Force

MOST_CREDENTIALS = 10_000
"""Remembered at once; each stands for one specialist's shift."""

HolderRole = Literal["operator", "psychologist", "duty"]


class Holders:
    """Reads what the records name. Every call raises ``STORE_FAILURES`` when the store is away: the old set stands."""

    def __init__(self, client: "Redis") -> None:
        self._client = client
        self._duty: Mapping[Force, str] = {}
        self._duty_changed = False
        self._credentials: dict[str, str] = {}
        self.lacking: set[str] = set()
        """Conversations of which a key is named whose credential was not there (yet)."""

    async def refresh_duty(self) -> bool:
        """Read which duty keys hold now; return whether one of them changed since this was asked last."""
        await self._read_duty()
        changed, self._duty_changed = self._duty_changed, False
        return changed

    async def of(self, records: Mapping[str, Record]) -> Mapping[str, Sequence[Holder]]:
        """Return who may read each conversation; one whose credential is not to be had is left out.

        The duty keys are those of this moment: who has just come may be gone before they are looked at again.
        """
        await self._read_duty()
        named = {cid: self._named(record) for cid, record in records.items()}
        await self._learn({kid for pairs in named.values() for kid, _ in pairs})
        for cid, pairs in named.items():
            whole = all(kid in self._credentials for kid, _ in pairs)
            (self.lacking.discard if whole else self.lacking.add)(cid)
        return {
            cid: [
                Holder(kid=kid, role=role, credential=self._credentials[kid])
                for kid, role in pairs
                if kid in self._credentials
            ]
            for cid, pairs in named.items()
        }

    def forget(self, conversation: str) -> None:
        """The conversation is no more, or no longer here."""
        self.lacking.discard(conversation)

    def _named(self, record: Record) -> list[tuple[str, HolderRole]]:
        duty = self._duty.get(record.force) if record.force else None
        pairs: list[tuple[str | None, HolderRole]] = [
            (duty, "duty"),
            (record.operator_key, "operator"),
            (record.colleague_key, "operator"),
            (record.psychologist_key, "psychologist"),
        ]
        return [(kid, role) for kid, role in pairs if kid]

    async def _read_duty(self) -> None:
        found: Any = await self._client.mget([keys.duty(force) for force in Force])
        duty = {force: kid.decode() for force, kid in zip(Force, found, strict=True) if kid}
        self._duty_changed = self._duty_changed or duty != self._duty
        self._duty = duty

    async def _learn(self, kids: set[str]) -> None:
        """Credentials never change: what was read once is known."""
        unknown = [kid for kid in kids if kid not in self._credentials]
        if not unknown:
            return
        found: Any = await self._client.mget([keys.credential(kid) for kid in unknown])
        self._credentials |= {kid: text.decode() for kid, text in zip(unknown, found, strict=True) if text}
        while len(self._credentials) > MOST_CREDENTIALS:
            del self._credentials[next(iter(self._credentials))]
